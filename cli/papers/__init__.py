"""Verbs of papers issued and returned, of turnout and the ballot account."""
