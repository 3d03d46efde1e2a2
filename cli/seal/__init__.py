"""Verbs of tamper evidence: keys, sealing, receipts, verification, publication, witnesses."""
