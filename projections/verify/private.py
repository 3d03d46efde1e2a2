"""Checks of the vault: every private value is held and is what its digest names, or was erased lawfully."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import EvidenceError
from ledger.leaf import disclosure_digest
from ledger.streams.person import DisclosureErased
from ledger.vault import Vault
from projections.verify.finding import Finding, found_by
from projections.verify.record import RecordRead


def check_private(record: RecordRead, vault: Vault) -> Iterator[Finding]:
    """C4, I4: compare the digests in the leaves with the vault."""
    erased = {digest for _, event in record.others if isinstance(event, DisclosureErased) for digest in event.digests}
    known: set[str] = set()
    for position, event in record.others:
        for field in event.private:
            digest = getattr(event, field)
            known.add(digest)
            try:
                text = vault.disclosure(digest, field)
            except EvidenceError as error:
                yield found_by("I4", error)
                continue
            if text is None and digest not in erased:
                yield Finding(
                    "C4",
                    "disclosure-missing",
                    position,
                    f"{field} of {event.stream}",
                    "a disclosure, or its lawful erasure",
                    "neither",
                )
            elif text is not None and digest in erased:
                yield Finding("C4", "disclosure-not-erased", position, f"{field} of {event.stream}", "erased", "held")
            elif text is not None and disclosure_digest(text) != digest:
                yield Finding(
                    "I4", "disclosure-changed", position, f"{field} of {event.stream}", digest, disclosure_digest(text)
                )
    for digest, stream in vault.held():
        if digest not in known:
            yield Finding("I4", "disclosure-of-no-leaf", None, stream, "a leaf with its digest", digest)
