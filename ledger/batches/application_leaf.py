"""Leaves of applications by template: the very bytes that `leaf.encode` writes, without an object for each.

The template of a claim and the terms that apply to it is the leaf of an event with marks in it; what takes the place
of the marks is of a closed alphabet (keys, digests, blinds, moments), so that nothing has to be escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from ledger.batches.intake import APPLICATION, Row
from ledger.errors import RefusedError
from ledger.field import Time
from ledger.leaf import encode
from ledger.storage.recorder import NewRow
from ledger.streams.applying import Claim, Late, Quote, Terms, application_event

TEMPLATES_MAX = 50_000
TIME: TypeAdapter[str] = TypeAdapter(Time)
RECORDED, RECEIVED = "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z"
MARKS = {  # what stands in the leaf of the example, in the order of a leaf
    "blind": '"blind":"' + "B" * 22,
    "identity": '"identity":"' + "A" * 43,
    "received": f'"received":"{RECEIVED}',
    "recorded": f'"recorded":"{RECORDED}',
    "stream": f'"stream":"{APPLICATION}{"0" * 24}',
}

Template = tuple[str, tuple[str, ...]]  # type, and what stands before, between and after the marks


class ApplicationLeaves:
    """Writes the leaves of the applications of one intake.

    Args:
        shared: the fields of the envelope that all have in common: actor, batch, effective.
        now: moment (UTC) of deciding, which no application may be received after.
    """

    def __init__(self, shared: Mapping[str, Any], election: str, terms: Terms, now: str) -> None:
        self._shared = dict(shared)
        self._election = election
        self._terms = terms
        self._now = now
        self._templates: dict[tuple[Claim, int | str, int], Template] = {}

    def judge(self, row: Row) -> str:
        """Give the code that an application is rejected for, or nothing."""
        if row.days[0] is None or row.days[0] > self._now:
            return "future-dated"
        try:
            self._terms.of(row.standing, row.days[0])
        except RefusedError as refused:
            return refused.code
        return ""

    def rows(
        self, accepted: Sequence[tuple[Row, str]], digests: Sequence[str], blinds: Sequence[str], recorded: str
    ) -> list[NewRow]:
        """Write rows for the store: see `intake.Leaves`."""
        written = []
        for (row, key), digest, blind in zip(accepted, digests, blinds, strict=True):
            received = TIME.validate_python(row.days[0], strict=True)
            name, parts = self._template(row.standing, self._terms.of(row.standing, received))
            leaf = (
                f'{parts[0]}"blind":"{blind}{parts[1]}"identity":"{digest}{parts[2]}"received":"{received}'
                f'{parts[3]}"recorded":"{recorded}{parts[4]}"stream":"{APPLICATION}{key}{parts[5]}'
            )
            written.append((f"{APPLICATION}{key}", 1, name, leaf.encode("ascii")))
        return written

    def _template(self, claim: Claim, terms: Quote | Late) -> Template:
        which = (claim, terms.closed, 0) if isinstance(terms, Late) else (claim, terms.fee.version, terms.due)
        found = self._templates.get(which)
        if found is None:
            if len(self._templates) >= TEMPLATES_MAX:
                self._templates.clear()
            found = self._templates[which] = self._learn(claim, terms)
        return found

    def _learn(self, claim: Claim, terms: Quote | Late) -> Template:
        envelope = {**self._shared, "blind": "B" * 22, "recorded": RECORDED, "version": 1}
        envelope["stream"] = APPLICATION + "0" * 24
        event = application_event(envelope, self._election, claim, RECEIVED, terms, "A" * 43)
        rest = encode(event).decode("ascii")
        parts = []
        for mark in MARKS.values():
            if rest.count(mark) != 1:
                raise TypeError(f"the leaf of {event.type} has not just one place for {mark}")
            before, _, rest = rest.partition(mark)
            parts.append(before)
        return event.type, (*parts, rest)
