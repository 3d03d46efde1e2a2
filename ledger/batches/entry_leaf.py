"""Leaves of entries by template: the very bytes that `leaf.encode` writes, without an object for each.

As for members: what many have in common is held against `leaf.encode` once; the rest is of a closed alphabet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.batches.build import Right
from ledger.leaf import encode
from ledger.streams.entry import EntryAdded

RIGHTS_MAX = 50_000  # rights remembered


class EntryLeaves:
    """Writes the leaves of one build's entries.

    Args:
        election: whose roll it is.
        entry: the fields of the envelope that all have in common: actor, batch, effective.
    """

    def __init__(self, election: str, entry: Mapping[str, Any]) -> None:
        self._election = election
        self._entry = dict(entry)
        self._parts: dict[Right, tuple[str, str, str, str, str]] = {}

    def leaf(self, right: Right, basis: str, key: str, number: int, version: int, blind: str, recorded: str) -> bytes:
        """Write the leaf of an entry of `entry/<election>/<key>`.

        Raises:
            ValidationError: a field is not of its type.
        """
        before, batch, middle, where, end = self._parts.get(right) or self._learn(right)
        begun = f'{before}{basis}{batch}{blind}{middle}{number},"recorded":"{recorded}"'
        return f"{begun}{where}{key}{end}{version}}}".encode("ascii")

    def _learn(self, right: Right) -> tuple[str, str, str, str, str]:
        if len(self._parts) >= RIGHTS_MAX:
            self._parts.clear()
        entry = self._entry
        affiliate, region, unit = (
            "" if value is None else f'"{name}":"{value}",'
            for name, value in (("affiliate", right.affiliate), ("region", right.region), ("unit", right.unit))
        )
        parts = self._parts[right] = (
            f'{{"actor":"{entry["actor"]}",{affiliate}"basis":"',
            f'","batch":"{entry["batch"]}","blind":"',
            f'","category":"{right.category}","effective":"{entry["effective"]}","election":"{self._election}","number":',
            f',{region}"section":"{right.section}","source":"{right.source}","stream":"entry/{self._election}/',
            f'","type":"entry-added.v1",{unit}"version":',
        )
        try:
            self._compare(right)
        except BaseException:
            del self._parts[right]
            raise
        return parts

    def _compare(self, right: Right) -> None:
        """Hold the template against the type itself: fields validated, bytes the same."""
        key, blind, recorded, basis = "0" * 24, "B" * 22, self._entry["effective"], "person/" + "1" * 24
        event = EntryAdded(
            stream=f"entry/{self._election}/{key}",
            version=3,
            blind=blind,
            recorded=recorded,
            basis=basis,
            election=self._election,
            number=2,
            **self._entry,
            **{name: value for name, value in right._asdict().items() if value is not None},
        )
        if encode(event) != self.leaf(right, basis, key, 2, 3, blind, recorded):
            raise TypeError("the template of entry-added.v1 is not what its type writes")
