"""Verbs of applications: payments, checks, cures, admission, the queue."""
