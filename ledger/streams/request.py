"""What is withdrawn is withdrawn by whom it belongs to: the office that records it shows what they wrote."""

from __future__ import annotations

from ledger.errors import refused


def require_request(digest: str | None, where: str) -> str:
    """Give the digest of what somebody wrote to withdraw something of theirs; refuse without it (`request-missing`)."""
    if digest is None:
        remedy = "Give request_digest: the SHA-256 of their letter; nothing is withdrawn for them"
        raise refused("request-missing", where, "the digest of what asks for it", "none", remedy)
    return digest
