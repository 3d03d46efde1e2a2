"""Verbs of counting and of figures beside the count."""
