"""Who may decide: authority, clauses, recusal, and what no office does alone."""
