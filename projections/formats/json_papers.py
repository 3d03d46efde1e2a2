"""The ledger's own JSON of papers: `{"title", "seats", "candidates", "papers"}`.

`candidates` is a list of `{"id", "name"}`, `papers` of `{"count", "marks"}` as ReadPapers takes it. A list
`withdrawn` may be there, and has to be empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.field import INT_MAX
from ledger.rules.marks import unknown
from ledger.streams.contest import SEATS_MAX
from projections.formats.json_stream import JsonStream, member
from projections.formats.lines import Source
from projections.formats.paper_file import (
    PaperFile,
    Papers,
    Place,
    Roll,
    malformed,
    near,
    require_nobody_withdrawn,
    unknown_mark,
)
from projections.formats.written import tidy

MEMBERS = ("title", "seats", "candidates", "withdrawn", "papers")


def read_json(source: Source, file: str, roll: Roll) -> PaperFile:
    """Read what `write_json` writes; of its members only `papers` has to be there.

    Raises:
        RefusedError: `empty-file`, `not-json`, `not-utf-8`, `file-malformed`, `unknown-candidate`, `too-many-papers`,
            `seats-differ`, `withdrawn-in-file`.
    """
    stream = JsonStream(source, file)
    head: dict[str, Any] = {}
    papers: Papers | None = None
    known = frozenset(roll.ids)
    for name in stream.members():
        if name == "papers":
            papers = Papers()
            for place, paper in stream.elements("papers"):
                marks = _marks(member(paper, "marks", str, place), known, place)
                papers.add(marks, _count(member(paper, "count", int, place), place), place)
        elif name in MEMBERS:
            head[name] = stream.value()
        else:
            raise malformed(stream.place, "one of " + ", ".join(MEMBERS), f"{name!r}{near(name, MEMBERS)}")
    place = Place(file)
    if papers is None:
        raise malformed(place, "a member 'papers'", "none")
    seats = head.get("seats")
    if seats is not None and not 0 <= member(head, "seats", int, place) <= SEATS_MAX:
        raise malformed(place.at("seats"), f"a whole number from 0 to {SEATS_MAX}", seats)
    if seats is not None:
        roll.require_seats(seats, place.at("seats"))
    listed = member(head, "candidates", list, place, default=[])
    candidates = tuple(
        (_marks(member(candidate, "id", str, place), known, place), member(candidate, "name", str, place))
        for candidate in listed
    )
    withdrawn = member(head, "withdrawn", list, place, default=[])
    for found in withdrawn:
        if not isinstance(found, str):
            raise malformed(place.at("withdrawn"), "ids", repr(found))
    require_nobody_withdrawn(withdrawn, place.at("withdrawn"), "the list")
    title = member(head, "title", str, place, default="")
    return PaperFile(title, seats, candidates, papers.counts, papers.lines)


def _count(count: int, place: Place) -> int:
    if not 1 <= count <= INT_MAX:
        raise malformed(place.at("count"), f"how many papers, a whole number from 1 to {INT_MAX}", count)
    return count


def _marks(marks: str, known: frozenset[str], place: Place) -> str:
    stranger = unknown(marks, known)
    if stranger is not None:
        raise unknown_mark(stranger, known, place)
    return marks


def write_json(
    candidates: Sequence[tuple[str, str]],
    papers: Mapping[str, int],
    *,
    seats: int | None,
    title: str,
) -> str:
    """Write papers as JSON, one paper a line.

    Args:
        candidates: id and name of each.
        papers: marks -> number of papers, 1 or more.
    """
    head = {
        "title": title,
        "seats": seats,
        "candidates": [{"id": candidate, "name": name} for candidate, name in candidates],
    }
    lines = [json.dumps({"count": count, "marks": marks}) for marks, count in tidy(papers).items()]
    start = json.dumps(head, ensure_ascii=False, indent=2).removesuffix("\n}")
    body = ",\n    ".join(lines)
    return f'{start},\n  "papers": [' + (f"\n    {body}\n  " if lines else "") + "]\n}\n"
