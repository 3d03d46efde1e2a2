"""One person's data: all that is on record, how long it is kept, what was erased."""
