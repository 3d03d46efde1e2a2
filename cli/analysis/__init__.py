"""Verbs of margins and what-if questions."""
