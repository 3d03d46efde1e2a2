"""Replay and check everything: numbered checks in five categories, every finding with position, expected, found."""
