"""Any stream told in plain sentences, generated from its events."""
