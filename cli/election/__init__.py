"""Verbs of offices, bodies, rules, timetables and nominations."""
