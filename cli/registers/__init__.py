"""Verbs of registers of members and of lists."""
