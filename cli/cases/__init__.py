"""Verbs of cases, rulings and appeals, and of those who oversee them."""
