"""Verbs about personal data: who opened it, finding, giving, erasing."""
