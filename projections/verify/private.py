"""Checks of the vault: every private value is held and is what its digest names, or was erased lawfully."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import EvidenceError, PollbookError
from ledger.event import Event
from ledger.leaf import disclosure_digest, undisclose
from ledger.privacy.bank_rows import BANK_TABLES
from ledger.privacy.blind_index import INDEX_TABLES
from ledger.privacy.mass_erasure import ERASING_TABLES
from ledger.privacy.member_vault import MEMBER_TABLES
from ledger.privacy.vault import TABLES, Vault
from projections.verify.disclosures import check_disclosures
from projections.verify.erasures import ANYBODY, erased_in, is_erased, under_way
from projections.verify.finding import Finding, found_by
from projections.verify.record import RecordRead
from projections.verify.retained import check_confirmed
from projections.verify.schema import check_database


def check_private(record: RecordRead, vault: Vault, *, is_file: bool) -> list[Finding]:
    """C4, I4, I5: compare the digests in the leaves with the vault, whatever is in it."""
    findings: list[Finding] = []
    for check in (_check_values(record, vault), _check_secrets(vault), check_confirmed(record, vault)):
        try:
            findings += check
        except EvidenceError as error:
            findings.append(found_by("I4", error))
        except (TypeError, ValueError) as error:  # columns of types that no vault has
            findings.append(Finding("I4", "vault-malformed", None, "the vault", "rows as written", str(error)))
    if is_file:
        beside = (
            (MEMBER_TABLES, vault.members.made),
            (BANK_TABLES, vault.members.bank.made),
            (INDEX_TABLES, vault.index.made),
            (ERASING_TABLES, vault.everybody.made),
        )
        tables = (*TABLES, *(each for several, made in beside if made for each in several))
        findings += check_database("I5", "vault.db", vault.look, tables)
    return findings


def _check_values(record: RecordRead, vault: Vault) -> Iterator[Finding]:
    erased = erased_in(record.others)
    going = under_way(record.others)
    yield from check_disclosures(record.bulk, vault, erased, going=going)
    held = dict(vault.held_singly())
    pending = {item.digest: item.stream for item in vault.pending()}
    known: set[str] = set()
    for position, event in record.others:
        for field in event.private:
            digest = getattr(event, field)
            if digest is None:  # left out, as it may be
                continue
            known.add(digest)
            where = f"{field} of {event.stream}"
            text, finding = _read(vault, position, event, field)
            if finding:
                yield finding
            elif text is None and not is_erased(erased, digest, event.stream.partition("/")[2]):
                yield Finding("C4", "disclosure-missing", position, where, "a disclosure, or its erasure", "neither")
            elif text is not None and digest in erased and not (going and erased[digest] == ANYBODY):
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
    held = {stream.rpartition("/")[2] for _, stream in vault.held()} if vault.index.made else set()
    for person in sorted(vault.index.people() - held):
        yield Finding(
            "I4", "index-of-nobody", None, person, "a person of whom something is held", "entries of the index"
        )
