"""Papers issued and returned, folded from the record; the account beside the count."""
