"""Cast vote records as JSON: a `CVR.CastVoteRecordReport` of the NIST common data format, version 1.

Of each record the current snapshot is read, and of it the contest asked for. A mark is a SelectionPosition with
`HasIndication: yes`, allocable or not, since the ledger keeps what is on the paper and the count rule judges it.
Where it is `unknown`, `IsAllocable` decides. A rank is on the position or on the selection; with no ranks at all
the marks are crosses, which stand together at the first rank. Records without the contest are no papers of it.

Source: NIST SP 1500-103, "Cast Vote Records Common Data Format Specification", version 1.0, and its JSON schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger.errors import RefusedError
from projections.formats.json_stream import JsonStream, member
from projections.formats.lines import Source
from projections.formats.paper_file import (
    RANK_MAX,
    PaperFile,
    Papers,
    Place,
    Roll,
    by_rank,
    malformed,
    near,
    require_once,
)

REPORT = "CVR.CastVoteRecordReport"
VERSION = "1."  # the only major one
WRITE_IN = "write-in"  # what a mapping calls everybody written in
SAID = ("yes", "no", "unknown")

Mark = tuple[int, str, bool]  # rank, or 0 for a cross; the selection's id; whether somebody is written in
Paper = tuple[Mark, ...]


@dataclass(slots=True)
class Records:
    """Records as they are read: for each contest, papers that are alike, with where the first stands."""

    number_of: int = 0
    papers: dict[str, dict[Paper, tuple[Place, int]]] = field(default_factory=dict)


class Selection(NamedTuple):
    """What can be marked: the candidate's name in the report, and id where on the roll."""

    name: str
    candidate: str | None


class Asked(NamedTuple):
    """The contest asked for, as the report defines it."""

    place: Place
    contest: dict[str, Any]
    candidates: dict[str, str]

    @property
    def id(self) -> str:
        """The contest's id within the report."""
        return str(member(self.contest, "@id", str, self.place))


def read_cvr(source: Source, file: str, roll: Roll, contest: str | None = None) -> PaperFile:
    """Read the papers of one contest from a report.

    Args:
        contest: the contest's id or name in the report; may be left out where the report has but one.

    Raises:
        RefusedError: `empty-file`, `not-json`, `not-utf-8`, `file-malformed`, `unknown-contest`, `unknown-candidate`,
            `ambiguous-candidate`, `duplicate-candidate`, `too-many-papers`, `seats-differ`.
    """
    stream = JsonStream(source, file)
    head: dict[str, Any] = {}
    records = Records()
    for name in stream.members():
        if name == "CVR":
            for place, record in stream.elements("CVR"):
                _take(record, place, records)
        else:
            value = stream.value()
            if name in ("@type", "Version", "Election"):
                head[name] = value
    place = Place(file)
    if member(head, "@type", str, place) != REPORT:
        raise malformed(place, f"'@type' {REPORT}", repr(head["@type"]), "Give a report of cast vote records")
    version = member(head, "Version", str, place)
    if not version.startswith(VERSION):
        raise malformed(place, f"version {VERSION}x of the format", repr(version), "Convert the file")
    asked = _asked(member(head, "Election", list, place), contest, place)
    seats = member(asked.contest, "NumberElected", int, asked.place) if "NumberElected" in asked.contest else None
    if seats is not None:
        roll.require_seats(seats, asked.place.at(f"contest {asked.id}, NumberElected"))
    selections = _selections(asked, roll)
    papers = Papers()
    found = records.papers.get(asked.id, {})
    for paper, (first, count) in found.items():
        papers.add(_marks(paper, selections, roll, first), count, first)
    without = records.number_of - sum(count for _, count in found.values())
    return PaperFile(
        title=str(asked.contest.get("Name", asked.id)),
        seats=seats,
        candidates=tuple((each.candidate, each.name) for each in selections.values()),
        papers=papers.counts,
        lines=papers.lines,
        notes=(f"{without} of {records.number_of} records are without this contest",) if without else (),
    )


def _take(record: Any, place: Place, records: Records) -> None:
    """Take one record in."""
    current = member(record, "CurrentSnapshotId", str, place)
    snapshots = member(record, "CVRSnapshot", list, place)
    snapshot = next((each for each in snapshots if member(each, "@id", str, place) == current), None)
    if snapshot is None:
        raise malformed(place, f"a CVRSnapshot of the current id {current!r}", "none")
    records.number_of += 1
    seen = set()
    for contest in member(snapshot, "CVRContest", list, place, default=[]):
        name = member(contest, "ContestId", str, place)
        if name in seen:
            raise malformed(place, "each contest once in a snapshot", f"{name} again")
        seen.add(name)
        selections = member(contest, "CVRContestSelection", list, place, default=[])
        paper = tuple(mark for selection in selections for mark in _positions(selection, place))
        alike = records.papers.setdefault(name, {})
        first, count = alike.get(paper, (place, 0))
        alike[paper] = first, count + 1


def _positions(selection: Any, place: Place) -> Iterator[Mark]:
    """Give the marks of one selection."""
    name = member(selection, "ContestSelectionId", str, place, default="")
    for position in member(selection, "SelectionPosition", list, place):
        indicated = _said(position, "HasIndication", place)
        if indicated == "unknown":
            indicated = _said(position, "IsAllocable", place)
        if indicated == "unknown":
            raise malformed(place, f"whether {name!r} is marked", "that it is unknown", "Adjudicate the paper first")
        if indicated == "no":
            continue
        if member(position, "NumberVotes", int, place, default=1) > 1:
            raise malformed(place, "one vote for a mark", f"several for {name!r}", "No count rule has such votes")
        rank = member(position, "Rank", int, place, default=member(selection, "Rank", int, place, default=0))
        if not 0 <= rank <= RANK_MAX or (rank == 0 and ("Rank" in position or "Rank" in selection)):
            raise malformed(place, f"a rank from 1 to {RANK_MAX}", rank)
        yield rank, name, "CVRWriteIn" in position or not name


def _said(position: Any, name: str, place: Place) -> str:
    found: str = member(position, name, str, place)
    if found not in SAID:
        raise malformed(place, f"{name} as one of " + ", ".join(SAID), repr(found))
    return found


def _asked(elections: list[Any], wanted: str | None, place: Place) -> Asked:
    """Find the contest that is asked for."""
    found: list[Asked] = []
    names: list[str] = []
    for number, election in enumerate(elections, 1):
        here = place.at(f"Election {number}")
        candidates = {
            member(candidate, "@id", str, here): member(candidate, "Name", str, here, default="")
            for candidate in member(election, "Candidate", list, here, default=[])
        }
        for contest in member(election, "Contest", list, here):
            called = {member(contest, "@id", str, here), member(contest, "Name", str, here, default="")} - {""}
            names += sorted(called)
            if wanted is None or wanted in called:
                found.append(Asked(here, contest, candidates))
    if len(found) != 1:
        raise RefusedError(
            "unknown-contest",
            str(place),
            expected="one contest of the report: " + ", ".join(names[:8]),
            found=f"{wanted!r}{near(wanted, names)}" if wanted else f"{len(found)}, and none named",
            remedy="Name the contest as the report does: --option contest=NAME",
        )
    return found[0]


def _selections(asked: Asked, roll: Roll) -> dict[str, Selection]:
    """Name what can be marked: id of the selection -> the candidate's name, and id where on the roll."""
    found: dict[str, Selection] = {}
    numbers: dict[str, int] = {}
    for number, selection in enumerate(member(asked.contest, "ContestSelection", list, asked.place), 1):
        place = asked.place.at(f"ContestSelection {number}")
        listed = member(selection, "CandidateIds", list, place, default=[])
        if selection.get("IsWriteIn") is True:
            name = WRITE_IN
        elif "Selection" in selection:
            name = member(selection, "Selection", str, place)
        elif len(listed) == 1 and isinstance(listed[0], str) and listed[0] in asked.candidates:
            name = asked.candidates[listed[0]] or listed[0]
        else:
            raise malformed(place, "the id of one candidate of the election", listed, "Party tickets are not read")
        candidate = roll.find(name, place, number) if roll.holds(name) or str(number) in roll.mapped else None
        if candidate and name != WRITE_IN:
            require_once(candidate, numbers, place, name)
            numbers[candidate] = number
        key = member(selection, "@id", str, place)
        if key in found:
            raise malformed(place, "an id of its own for each ContestSelection", f"{key!r} again")
        found[key] = Selection(name, candidate)
    return found


def _marks(paper: Paper, selections: dict[str, Selection], roll: Roll, place: Place) -> str:
    """Turn the marks of a paper into the ledger's."""
    marked = []
    for rank, key, written_in in paper:
        if key and key not in selections:
            expected = "ids of the contest's ContestSelections"
            raise malformed(place, expected, f"{key!r}{near(key, selections)}")
        selection = Selection(WRITE_IN, None) if written_in else selections[key]
        marked.append((rank or 1, selection.candidate or roll.find(selection.name, place)))
    if len({rank == 0 for rank, _, _ in paper}) > 1:
        raise malformed(place, "ranks on all marks of a paper or on none", "both", "Decide what the paper says")
    return by_rank(marked)
