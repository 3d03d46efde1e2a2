"""What a ledger's store says beside its events, taken at one moment: believed by nobody, and read before the events."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ledger.errors import EvidenceError
from ledger.seal.merkle import HASH_SIZE
from ledger.seal.shelf import SEALED
from ledger.seal.tiles import TILE
from ledger.storage.recorder import Transaction
from ledger.storage.store import Ledger
from projections.verify.finding import Finding

SIZE_DIGITS_MAX = 15  # of a number of events: what is longer no ledger reaches, and no database could be asked about
Rows = list[tuple[Any, ...]]

PARTS = {  # name -> check that speaks of it, statement
    "extent": ("C1", "SELECT min({position}), max({position}), count(*) FROM {events}"),
    "head": ("C1", "SELECT size, recorded FROM head"),
    "meta": ("I5", "SELECT name, value FROM meta"),
    "commands": ("C5", "SELECT id, digest, position, events FROM command"),
    # Full tiles never change; partial ones grow as others seal, so they are read together with the sealed size.
    "tiles": ("S1", f"SELECT level, number, CASE WHEN length(hashes) < {TILE * HASH_SIZE} THEN hashes END FROM tile"),
}


@dataclass(slots=True)
class Snapshot:
    """The store at one moment.

    Attributes:
        parts: part -> its rows; a part that could not be read is not in it.
        findings: why not.
    """

    parts: dict[str, Rows] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def size(self) -> int | None:
        """Number of events, if their positions are those from 0 on without gaps; None where they are not."""
        low, high, count = (self.parts.get("extent") or [(None, None, None)])[0]
        if count == 0:
            return 0
        return count if low == 0 and high == count - 1 else None

    @property
    def meta(self) -> dict[Any, Any]:
        """The ledger's own data."""
        return dict(self.parts.get("meta", ()))

    @property
    def sealed(self) -> int | None:
        """How many events the tiles are said to cover; None where that is no number of events."""
        text = self.meta.get(SEALED, "0")
        sound = isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= SIZE_DIGITS_MAX
        return int(text) if sound and str(int(text)) == text else None

    @property
    def tiles(self) -> dict[tuple[Any, Any], Any]:
        """The kept tiles: level and number -> hashes, None for a full one."""
        return {(level, number): hashes for level, number, hashes in self.parts.get("tiles", ())}


def take_snapshot(ledger: Ledger) -> Snapshot:
    """Read every part in one transaction; if one cannot be read, each in its own, so that the others still are."""
    snapshot = Snapshot()
    try:
        with ledger.rows.begin(write=False) as transaction:
            snapshot.parts = {part: _read(ledger, transaction, part) for part in PARTS}
    except EvidenceError:
        snapshot.parts = {}
        for part, (check, _) in PARTS.items():
            try:
                with ledger.rows.begin(write=False) as transaction:
                    snapshot.parts[part] = _read(ledger, transaction, part)
            except EvidenceError as error:
                snapshot.findings.append(
                    Finding(check, error.code, None, f"the ledger's {part}", error.expected, error.found)
                )
        if "tiles" not in snapshot.parts:
            _read_tile_keys(ledger, snapshot)
    return snapshot


def _read_tile_keys(ledger: Ledger, snapshot: Snapshot) -> None:
    """Where one tile spoils the reading of all, they are read one by one."""
    with suppress(EvidenceError), ledger.rows.begin(write=False) as transaction:
        snapshot.parts["tiles"] = transaction.execute("SELECT level, number, NULL FROM tile")


def _read(ledger: Ledger, transaction: Transaction, part: str) -> Rows:
    return transaction.execute(PARTS[part][1].format(position=ledger.rows.position, events=ledger.rows.events))
