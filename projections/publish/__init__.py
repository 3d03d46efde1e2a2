"""A published pack: a static folder from which a stranger can check the record and recount the papers."""
