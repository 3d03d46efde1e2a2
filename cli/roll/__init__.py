"""Verbs of the roll: building, showing, comparing, why somebody is on it."""
