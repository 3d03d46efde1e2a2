"""Personal data: kept in the vault and nowhere else, found by blind index, erasable."""
