"""Applications folded into rows: how each stands, what it waits for, and its money."""
