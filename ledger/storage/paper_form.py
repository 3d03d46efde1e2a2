"""A short cut for papers: a leaf that differs from one read strictly in nothing but its marks, its id and its blind.

A leaf is canonical, so what is the same in two leaves stands at the same place. Where the rest is the same to the
byte, the marks, the id and the blind are the only values left to be judged, and their patterns are those of the fields.
Whatever does not fit is read strictly. So a record of millions of papers is read in half the time, to the same outcome.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from ledger.field import MARKS_MAX
from ledger.storage.recorder import StoredRow
from ledger.streams.paper import ID_BYTES, PaperRead

ID_DIGITS = 2 * ID_BYTES  # of a paper's id, which ends the name of its stream
TYPE = PaperRead.model_fields["type"].default
BLIND = b"([A-Za-z0-9_-]{22})"
MARKS = b"([a-z0-9>=-]{0,%d})" % MARKS_MAX
ID = b"([0-9a-f]{%d})" % ID_DIGITS


class Fitting(NamedTuple):
    """What a leaf of a form says: its marks, its stream, and its blind if it has one."""

    marks: str
    stream: str
    blind: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """What a paper that was read strictly shares with those after it.

    Attributes:
        event: that paper.
        stem: what the names of the streams begin with, up to the id.
    """

    event: PaperRead
    stem: str
    pattern: re.Pattern[bytes]

    def fit(self, row: StoredRow) -> Fitting | None:
        """Read a row if it is of this form; None where it has to be read strictly."""
        _, stream, version, name, state = row
        found = self.pattern.fullmatch(state)
        if found is None or version != 1 or name != TYPE:
            return None
        *blind, marks, number = found.groups()
        if stream != self.stem + number.decode():
            return None
        return Fitting(marks.decode(), stream, blind[0].decode() if blind else None)

    def read(self, row: StoredRow) -> PaperRead | None:
        """Read a row as an event; None where it has to be read strictly.

        Its values were judged by the pattern, and all others with the paper that the form is of: nothing is left to
        validate, and a model made without that costs a quarter.
        """
        found = self.fit(row)
        if found is None:
            return None
        paper = PaperRead.__new__(PaperRead)
        for name, value in (
            ("__dict__", {**self.event.__dict__, **found._asdict()}),
            ("__pydantic_fields_set__", self.event.__pydantic_fields_set__),
            ("__pydantic_extra__", None),
            ("__pydantic_private__", None),
        ):
            object.__setattr__(paper, name, value)
        return paper


def form_of(event: PaperRead, leaf: bytes) -> Form | None:
    """Make the form of a paper whose leaf was read strictly; None where its id is none that papers have."""
    stem, number = event.stream[:-ID_DIGITS], event.stream[-ID_DIGITS:]
    if event.version != 1 or not re.fullmatch(ID.decode(), number):
        return None
    parts = [(b'"marks":"', event.marks.encode(), MARKS), (b'"stream":"' + stem.encode(), number.encode(), ID)]
    if event.blind is not None:
        parts.insert(0, (b'"blind":"', event.blind.encode(), BLIND))
    pattern, at = b"", 0
    for before, value, any_value in parts:  # no text can hold an unescaped quote, so each is found where it is
        start = leaf.index(before, at) + len(before)
        pattern += re.escape(leaf[at:start]) + any_value
        at = start + len(value)
    return Form(event, stem, re.compile(pattern + re.escape(leaf[at:])))
