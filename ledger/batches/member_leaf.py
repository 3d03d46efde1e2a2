"""Leaves of members by template: the very bytes that `leaf.encode` writes, without an object for each.

What many members have in common is validated, and held against `leaf.encode`, once; what differs in each is of a
closed alphabet (keys, digests, blinds) or a day, so that nothing has to be escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from ledger.batches.intake import PERSON, Row, Standing
from ledger.leaf import encode
from ledger.storage.recorder import NewRow
from ledger.streams.member import MemberRegistered
from ledger.streams.membership import MemberAmended
from ledger.streams.nominated import Day

DAY: TypeAdapter[str] = TypeAdapter(Day)
DAYS_MAX = 50_000  # pairs of days remembered
STANDINGS_MAX = 50_000  # standings remembered

MEMBER = "member-registered.v1"
AMENDED = "member-amended.v1"

Parts = tuple[str, str, str, str, str]


class MemberLeaves:
    """Writes the leaves of one intake's members.

    Args:
        member: the fields of the envelope that all have in common: actor, batch, effective.
        kind: of the events: members registered, or amended.
    """

    def __init__(
        self, member: Mapping[str, Any], kind: type[MemberRegistered | MemberAmended] = MemberRegistered
    ) -> None:
        self._member = dict(member)
        self._kind = kind
        self._parts: dict[Standing, Parts] = {}
        self._days: dict[tuple[str | None, str | None], str] = {}

    def rows(
        self, accepted: Sequence[tuple[Row, str]], digests: Sequence[str], blinds: Sequence[str], recorded: str
    ) -> list[NewRow]:
        """Write rows for the store: see `intake.Leaves`."""
        leaf = self.leaf
        return [
            (f"{PERSON}{key}", 1, MEMBER, leaf(key, row.standing, row.days, digest, blind, recorded))
            for (row, key), digest, blind in zip(accepted, digests, blinds, strict=True)
        ]

    def amended(
        self, rows: Sequence[tuple[Row, str, int]], digests: Sequence[str], blinds: Sequence[str], recorded: str
    ) -> list[NewRow]:
        """Write rows for the store, each with its version."""
        leaf = self.leaf
        return [
            (f"{PERSON}{key}", version, AMENDED, leaf(key, row.standing, row.days, digest, blind, recorded, version))
            for (row, key, version), digest, blind in zip(rows, digests, blinds, strict=True)
        ]

    def leaf(
        self,
        key: str,
        standing: Standing,
        days: tuple[str | None, str | None],
        digest: str,
        blind: str,
        recorded: str,
        version: int = 1,
    ) -> bytes:
        """Write the leaf of `person/<key>`.

        Raises:
            ValidationError: a public field is not of its type.
        """
        before, middle, levy, region, after = self._parts.get(standing) or self._learn(standing)
        when = self._days.get(days)
        if when is None:
            when = self._learn_days(days)
        joined_and_lapsed = f'{digest}",{when}{levy}"recorded":"{recorded}",{region}"stream":"person/{key}'
        return f"{before}{blind}{middle}{joined_and_lapsed}{after}{version}}}".encode("ascii")

    def _learn(self, standing: Standing) -> Parts:
        if len(self._parts) >= STANDINGS_MAX:
            self._parts.clear()
        member = self._member
        kind = self._kind.model_fields["type"].default
        before = f'{{"actor":"{member["actor"]}",{_field("affiliate", standing.affiliate)}"batch":"{member["batch"]}",'
        declared = _field("declaration", standing.declaration)
        middle = f'","category":"{standing.category}",{declared}"effective":"{member["effective"]}","identity":"'
        between = _field("region", standing.region) + _field("section", standing.section)
        after = f'","type":"{kind}",{_field("unit", standing.unit)}"version":'
        parts = (f'{before}"blind":"', middle, _field("levy", standing.levy), between, after)
        self._parts[standing] = parts
        try:
            self._compare(standing)
        except BaseException:
            del self._parts[standing]
            raise
        return parts

    def _compare(self, standing: Standing) -> None:
        """Hold the template against the type itself: fields validated, bytes the same."""
        key, digest, blind, version = "0" * 24, "A" * 43, "B" * 22, 7
        when: dict[str, Any] = {"effective": self._member["effective"], "recorded": self._member["effective"]}
        event = self._kind(
            stream=f"{PERSON}{key}",
            version=version,
            blind=blind,
            identity=digest,
            **{**self._member, **when},
            **{name: value for name, value in standing._asdict().items() if value is not None},
        )
        if encode(event) != self.leaf(key, standing, (None, None), digest, blind, when["recorded"], version):
            raise TypeError(f"the template of {event.type} is not what its type writes")

    def _learn_days(self, days: tuple[str | None, str | None]) -> str:
        if len(self._days) >= DAYS_MAX:
            self._days.clear()
        for day in days:
            if day is not None:
                DAY.validate_python(day, strict=True)
        joined, lapsed = days
        text = self._days[days] = _field("joined", joined) + _field("lapsed", lapsed)
        return text


def _field(name: str, value: str | None) -> str:
    return "" if value is None else f'"{name}":"{value}",'
