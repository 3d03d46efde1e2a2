"""The write side: what may be recorded, and the record itself."""
