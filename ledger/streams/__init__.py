"""The domain: one file per kind of stream (events, state, commands, decisions), read top-down."""
