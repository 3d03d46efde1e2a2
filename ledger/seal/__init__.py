"""Tamper evidence: the Merkle tree over the leaves and the hash tiles that keep it."""
