"""What comes by the thousand: registers, payments, checks, entries, returns, a page to a transaction."""
