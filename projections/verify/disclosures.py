"""The vault's disclosures of members against the record: both in the order of their keys, side by side."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from itertools import groupby

from ledger.errors import EvidenceError
from ledger.leaf import disclosure_digest, undisclose
from ledger.privacy.member_pack import FIELD
from ledger.privacy.member_vault import Sealed
from ledger.privacy.vault import Vault
from projections.verify.bulk import NO_DIGEST, Bulk, digest_text
from projections.verify.erasures import ANYBODY, is_erased
from projections.verify.finding import Finding

Gone = tuple[Mapping[str, str], Container[str]]  # what is named as erased, and what of it cannot be held any more
Leaves = list[tuple[str, int]]  # digest, position: of one person


def check_disclosures(bulk: Bulk, vault: Vault, erased: Mapping[str, str], *, going: bool = False) -> Iterator[Finding]:
    """C4, I4: each leaf that came in a batch has its disclosure or was erased, and each such disclosure its leaf.

    Args:
        erased: digest -> person, or anybody.
        going: whether everybody of a register is being erased, so that what is named so may still be held.
    """
    gone = {digest for digest, whose in erased.items() if whose != ANYBODY} if going else erased
    pending = {digest for _, _, digest, _ in vault.members.under_way()}
    leaves = _leaves(bulk)
    person, digests = next(leaves, ("", []))
    for key, group in groupby(vault.members.in_order(), key=lambda row: row.person):
        while person and person < key:
            yield from _missing(person, digests, erased)
            person, digests = next(leaves, ("", []))
        found: Leaves = []
        if person == key:
            found = digests
            person, digests = next(leaves, ("", []))
        yield from _check_person(key, list(group), found, (erased, gone), vault, pending)
    while person:
        yield from _missing(person, digests, erased)
        person, digests = next(leaves, ("", []))


def _leaves(bulk: Bulk) -> Iterator[tuple[str, Leaves]]:
    """Give each person with the digests that their leaves hold, in the order of the keys."""
    for key, streams in groupby(bulk.by_stream(), key=lambda group: group[0].key):
        ones = (one for group in streams for one in group)
        digests = [(digest_text(one.digest), one.position) for one in ones if one.digest != NO_DIGEST]
        if digests:
            yield key.hex(), digests


def _missing(person: str, digests: Leaves, erased: Mapping[str, str]) -> Iterator[Finding]:
    for digest, position in digests:
        if not is_erased(erased, digest, person):
            where = f"{FIELD} of {person}"
            yield Finding("C4", "disclosure-missing", position, where, "a disclosure, or its erasure", "neither")


def _check_person(
    person: str,
    rows: list[Sealed],
    leaves: Leaves,
    gone: tuple[Mapping[str, str], Container[str]],
    vault: Vault,
    pending: set[str],
) -> Iterator[Finding]:
    held = {row.digest: row for row in rows}
    erased, destroyed = gone
    yield from _missing(person, [leaf for leaf in leaves if leaf[0] not in held], erased)
    for digest, position in leaves:
        row = held.pop(digest, None)
        if row is None:
            continue
        where = f"{FIELD} of {person}"
        try:
            text = vault.members.opened(row)
            named = (disclosure_digest(text), undisclose(text)[0])
        except EvidenceError as error:
            yield Finding("I4", error.code, position, where, error.expected, error.found)
            continue
        except (TypeError, ValueError, json.JSONDecodeError) as error:
            yield Finding("I4", "disclosure-changed", position, where, digest, str(error))
            continue
        if named != (digest, FIELD):
            yield Finding("I4", "disclosure-changed", position, where, f"{FIELD} {digest}", " ".join(named))
        if digest in destroyed:
            yield Finding("C4", "disclosure-not-erased", position, where, "erased", "held")
    for digest in held:
        if digest not in pending:
            yield Finding("I4", "disclosure-of-no-leaf", None, person, "a leaf with its digest", digest)
