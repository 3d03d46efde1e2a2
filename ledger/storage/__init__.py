"""Where the record is kept: one SQLite file or one PostgreSQL schema, one guarded door for writes, strict reading."""
