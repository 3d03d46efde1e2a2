"""Checks of the vault: every private value is held and is what its digest names, or was erased lawfully."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import EvidenceError, PollbookError
from ledger.event import Event
from ledger.leaf import disclosure_digest, undisclose
from ledger.member_vault import MEMBER_TABLES
from ledger.streams.person import DISCLOSURES_MAX, DisclosureErased, ErasureOrdered
from ledger.vault import TABLES, Vault
from projections.verify.finding import Finding, found_by
from projections.verify.record import RecordRead
from projections.verify.schema import check_database


def check_erasures(record: RecordRead) -> Iterator[Finding]:
    """C4, for which nobody needs the vault: what was erased was ordered to be, and each order was carried out once."""
    ordered: set[str] = set()
    before: tuple[int, DisclosureErased] | None = None
    for position, event in record.others:
        if isinstance(event, ErasureOrdered):
            ordered.add(event.stream)
        elif isinstance(event, DisclosureErased):
            if event.stream not in ordered and not _goes_on(before, position, event):
                expected, found = "an erasure ordered before, and not yet done", "none"
                yield Finding("C4", "no-erasure-ordered", position, event.stream, expected, found)
            elif event.stream in ordered:
                ordered.remove(event.stream)
            before = (position, event)


def _goes_on(before: tuple[int, DisclosureErased] | None, position: int, event: DisclosureErased) -> bool:
    """Tell whether it is one more page of the erasure right before it: one command confirms them all at once."""
    return (
        before is not None
        and before[0] == position - 1
        and len(before[1].digests) >= DISCLOSURES_MAX
        and (before[1].stream, before[1].command) == (event.stream, event.command)
    )


def check_private(record: RecordRead, vault: Vault, *, is_file: bool) -> list[Finding]:
    """C4, I4, I5: compare the digests in the leaves with the vault, whatever is in it."""
    findings: list[Finding] = []
    for check in (_check_values(record, vault), _check_secrets(vault)):
        try:
            findings += check
        except EvidenceError as error:
            findings.append(found_by("I4", error))
        except (TypeError, ValueError) as error:  # columns of types that no vault has
            findings.append(Finding("I4", "vault-malformed", None, "the vault", "rows as written", str(error)))
    if is_file:
        tables = (*TABLES, *MEMBER_TABLES) if vault.members.made else TABLES
        findings += check_database("I5", "vault.db", vault.look, tables)
    return findings


def _check_values(record: RecordRead, vault: Vault) -> Iterator[Finding]:
    erased: dict[str, str] = {}
    for _, event in record.others:
        if isinstance(event, DisclosureErased):
            erased |= dict.fromkeys(event.digests, event.stream.partition("/")[2])
    held = dict(vault.held())
    pending = {item.digest: item.stream for item in vault.pending()}
    known: set[str] = set()
    for position, event in record.others:
        for field in event.private:
            digest = getattr(event, field)
            if digest is None:
                continue
            known.add(digest)
            where = f"{field} of {event.stream}"
            text, finding = _read(vault, position, event, field)
            if finding:
                yield finding
            elif text is None and erased.get(digest) != event.stream.partition("/")[2]:
                yield Finding("C4", "disclosure-missing", position, where, "a disclosure, or its erasure", "neither")
            elif text is not None and digest in erased:
                yield Finding("C4", "disclosure-not-erased", position, where, "erased", "held")
            elif text is not None:
                stream = held.get(digest) or pending.get(digest)
                if stream != event.stream:
                    found = f"one of {stream}" if stream else "one that is neither held nor pending"
                    yield Finding("I4", "disclosure-moved", position, where, "a disclosure held for it", found)
    for digest, stream in held.items():
        if digest not in known:
            yield Finding("I4", "disclosure-of-no-leaf", None, stream, "a leaf with its digest", digest)


def _read(vault: Vault, position: int, event: Event, field: str) -> tuple[str | None, Finding | None]:
    """Give a disclosure, None where there is none; or what is wrong with it."""
    digest = getattr(event, field)
    where = f"{field} of {event.stream}"
    try:
        text = vault.disclosure(digest, field, event.stream)
        if text is None:
            return None, None
        found, named = disclosure_digest(text), undisclose(text)[0]
    except PollbookError as error:
        return None, Finding("I4", error.code, position, where, error.expected, error.found)
    except (TypeError, ValueError) as error:
        return None, Finding("I4", "disclosure-changed", position, where, digest, str(error))
    if (found, named) != (digest, field):
        return None, Finding("I4", "disclosure-changed", position, where, f"{field} {digest}", f"{named} {found}")
    return text, None


def _check_secrets(vault: Vault) -> Iterator[Finding]:
    """The seeds of batches that are open, and the erasures under way, can be read."""
    for batch in vault.batches():
        try:
            vault.batch_seed(batch)
        except EvidenceError as error:
            yield found_by("I4", error)
    vault.erasures()
