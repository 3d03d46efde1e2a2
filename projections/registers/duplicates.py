"""Members of registers who may be one human: pairs that somebody has to look at, found by what the vault holds.

Nobody is merged here. Those who share a keyed feature (name with birth date, name with address, e-mail, birth date with
postcode) are compared by `checks.duplicate`; in memory are the features and the keys, some 60 bytes of each member.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ledger.batches.intake import KEY_BYTES, PERSON
from ledger.checks.details import Details, details_of
from ledger.checks.duplicate import FeatureIndex, compare, features
from ledger.checks.score import MATCHER
from ledger.decision import fold
from ledger.event import Event
from ledger.privacy.member_pack import FIELD
from ledger.privacy.vault import Vault
from ledger.record import Record
from ledger.streams.entry import entry_stream
from ledger.streams.member_history import PLACES, Member
from ledger.streams.merge import Basis, merge_stream

MERGES = "merge/"
IDENTITY = 2  # place of the value in a disclosure: salt, field, value

Read = Callable[[int], None]


class Pair(NamedTuple):
    """Two persons who may be one human.

    Attributes:
        kept: key of the one in the first register, or of two in one register that with the lower key; `dropped`, of
            the other.
        score: how like they are, of 100, by `matcher`.
        basis: what of them agrees.
        merged: whether one of them is merged into the other already.
    """

    kept: str
    dropped: str
    score: int
    basis: tuple[Basis, ...]
    merged: bool = False
    matcher: str = MATCHER


class Side(NamedTuple):
    """One of a pair as a register has them: where they stand, and who they are, if that is still held."""

    person: str
    place: dict[str, str]
    identity: dict[str, Any] | None


class Keys:
    """Keys of people, 12 bytes each, in the order of entering."""

    def __init__(self) -> None:
        self._keys = bytearray()

    def __len__(self) -> int:
        return len(self._keys) // KEY_BYTES

    def add(self, person: str) -> int:
        """Enter somebody; give their place."""
        self._keys += bytes.fromhex(person)
        return len(self) - 1

    def at(self, place: int) -> str:
        """Give the key at a place."""
        return self._keys[place * KEY_BYTES : (place + 1) * KEY_BYTES].hex()


def find_pairs(ledger: Record, vault: Vault, register: str, other: str | None, read: Read) -> Iterator[Pair]:
    """Find who may be one human, within a register or in two, in the order of the keys.

    Args:
        read: told how many more members were read.

    Raises:
        EvidenceError: `disclosure-changed`, `identity-malformed`.
    """
    index, keys = FeatureIndex(), Keys()
    secret = vault.keyed("duplicates", b"")
    merged = merges(ledger)
    for person, details in _people(vault, register):
        index.add(keys.add(person), features(details, secret))
        read(1)
    index.close()
    if other is None:
        for later, earlier in index.pairs():
            yield from _pair(vault, keys.at(earlier), keys.at(later), merged)
        return
    for person, details in _people(vault, other):
        places = {place for feature in features(details, secret) for place in index.places(feature)}
        for place in sorted(places):
            yield from _pair(vault, keys.at(place), person, merged)
        read(1)


def merges(ledger: Record) -> dict[str, str]:
    """Give who is merged into whom."""
    found = {}
    for name in dict.fromkeys(ledger.streams_of("persons-merged.v1", MERGES)):
        dropped = name.removeprefix(MERGES)
        state = fold(merge_stream(dropped), (event for _, event in ledger.stream(name)))
        if state.kept is not None:
            found[dropped] = state.kept
    return found


def on_roll(ledger: Record, election: str, pair: Pair) -> bool:
    """Whether both of a pair have a live entry on the roll of an election."""
    return all(_has_entry(ledger, election, person) for person in (pair.kept, pair.dropped))


def _has_entry(ledger: Record, election: str, person: str) -> bool:
    entries = entry_stream(election, person)
    return bool(fold(entries, (event for _, event in ledger.stream(entries.stream))).live)


def side_of(ledger: Record, vault: Vault, person: str) -> Side:
    """Give one of a pair with what is held of them."""
    events: list[Event] = [event for _, event in ledger.stream(PERSON + person)]
    member = fold(Member(PERSON + person), events)
    place = {name: value for name, value in zip(PLACES, member.place, strict=False) if value is not None}
    return Side(person, place, _identity(vault, person))


def _people(vault: Vault, register: str) -> Iterator[tuple[str, Details]]:
    for person, text in vault.members.identities(f"intake/{register}/"):
        yield person, details_of(json.loads(text)[IDENTITY])


def _identity(vault: Vault, person: str) -> dict[str, Any] | None:
    held = vault.members.known(person, person).get(person)
    return vault.read(held.digest, FIELD, PERSON + person) if held else None


def _pair(vault: Vault, kept: str, dropped: str, merged: dict[str, str]) -> Iterator[Pair]:
    """Compare two who share a feature; nothing comes of those who share it by chance."""
    if kept == dropped:
        return
    identities = [_identity(vault, person) for person in (kept, dropped)]
    if None in identities:  # erased meanwhile
        return
    one, two = (details_of(identity) for identity in identities if identity is not None)
    found = compare(one, two)
    if found.outcome != "pass":
        joined = merged.get(dropped) == kept or merged.get(kept) == dropped
        yield Pair(kept, dropped, found.score or 0, _basis(one, two), joined)


def _basis(one: Details, two: Details) -> tuple[Basis, ...]:
    """Give what of two people agrees, where it is known of both."""
    named = sorted(one.look.split(" ")) == sorted(two.look.split(" "))
    found: list[Basis] = ["name-and-birth-date"] if named and one.born and one.born == two.born else []
    found += ["email"] if one.email and one.email == two.email else []
    found += ["address"] if one.place and one.place == two.place else []
    found += [] if named else ["near"]
    return tuple(found) or ("near",)
