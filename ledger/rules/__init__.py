"""Count rules as data, and what papers are under them: pure models, and questions that both sides ask."""
