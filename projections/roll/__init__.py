"""The roll: every entry on both clocks, its numbers, its editions for the public, and what became of one person."""
