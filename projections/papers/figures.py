"""What decisions about papers read: papers due in a section, one elector's paper, every paper of a contest.

All is taken from the record itself, never from kept views: whoever can write those must not decide who gets a paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.batches.marking import DueFigures, MarkFigures, Paper, PaperFigures, PapersOf, Return
from ledger.case_papers import CasePapers
from ledger.decision import fold
from ledger.errors import refused
from ledger.progress import Shown
from ledger.record import Record
from ledger.streams.contest import Contest, contest_stream, require_contest
from projections.catch_up import Views
from projections.papers.due import papers_due
from projections.papers.of_person import paper_figures, papers_of_case
from projections.papers.projection import PaperProjection
from projections.papers.tables import DUE


@dataclass(slots=True)
class _Gathered:
    """What is put together of one person."""

    entries: set[int] = field(default_factory=set)
    papers: dict[int, Paper] = field(default_factory=dict)
    returns: list[Return] = field(default_factory=list)


class RecordedPapers:
    """Every paper of a contest as of the ledger's last event."""

    def __init__(self, views: Views, contest: Contest, position: int) -> None:
        self._views = views
        self._contest = contest
        self.position = position
        do = views.database.execute
        rows = do("SELECT id FROM paper_contest WHERE contest = ?", (contest.id,)).fetchall()
        self._id = rows[0][0] if rows else 0
        ((issued,),) = do("SELECT min(effective) FROM paper_issue WHERE contest = ?", (self._id,))
        self.first_issued: str | None = issued
        found = do("SELECT stream FROM paper_batch WHERE contest = ? AND closed = 0 ORDER BY stream", (contest.id,))
        self.open_batches = tuple(stream for (stream,) in found)

    def papers(self, first: str, last: str) -> Mapping[str, PapersOf]:
        """Give the papers of the persons whose keys are between two, both included."""
        do, found = self._views.database.execute, dict[str, _Gathered]()
        between = "person BETWEEN ? AND ?"
        for person, number in do(
            f"SELECT person, number FROM paper_entry WHERE election = ? AND {between} AND live >= 0",
            (self._contest.election, first, last),
        ):
            found.setdefault(person, _Gathered()).entries.add(number)
        for person, number, cancelled in do(
            f"SELECT person, number, cancelled FROM paper WHERE contest = ? AND {between}", (self._id, first, last)
        ):
            gathered = found.setdefault(person, _Gathered())
            gathered.papers[number] = "cancelled" if cancelled else "held"
        for person, number, day, channel, duplicate in do(
            "SELECT person, number, day, channel, duplicate FROM paper_return r JOIN paper_batch b ON b.id = r.batch "
            f"WHERE b.closed = 1 AND r.contest = ? AND {between} ORDER BY version",
            (self._id, first, last),
        ):
            returned = Return(number, day, channel, bool(duplicate))
            found.setdefault(person, _Gathered()).returns.append(returned)
        return {
            person: PapersOf(frozenset(each.entries), each.papers, tuple(each.returns), len(each.returns))
            for person, each in found.items()
        }


class PaperPort:
    """The part of the desk's port to the projections that is about papers."""

    _ledger: Record
    _shown: Shown

    def due(self, contest: str, section: str) -> DueFigures:
        """Give the papers due in a section as of the ledger's last event."""
        state = require_contest(self._contest(contest))
        counted = papers_due(self._ledger, self._ledger.head().size - 1, state.election, contest, section)
        return counted or self._due_of_all(contest, section)

    def _due_of_all(self, contest: str, section: str) -> DueFigures:
        """Give the papers due from the whole record, where a freeze does not say how many entries there were."""
        state, position, views = self._folded(contest)
        given = (state.election, section)
        do = views.database.execute
        (due,) = do(f"SELECT count(*) {DUE}", (*given, _number(views, contest))).fetchone()
        places = "SELECT id FROM paper_place WHERE section = ?"
        statement = f"SELECT coalesce(sum(live), 0) FROM paper_roll WHERE election = ? AND place IN ({places})"
        (live,) = do(statement, given).fetchone()
        views.close()
        return DueFigures(position, live, due)

    def paper(self, contest: str, person: str, number: int) -> PaperFigures:
        """Say whether an entry was issued a paper with its section, from the few streams that say so."""
        election = self._contest(contest).election
        return paper_figures(self._ledger, self._ledger.head().size - 1, election, contest, person, number)

    def case_papers(self, case: str) -> CasePapers:
        """Give the papers of the person whom a case is about, from the few streams that say so."""
        return papers_of_case(self._ledger, self._ledger.head().size - 1, case)

    def marks(self, contest: str) -> MarkFigures:
        """Give every paper of a contest, and what came back, as of the ledger's last event."""
        state, position, views = self._folded(contest)
        return RecordedPapers(views, state, position)

    def _contest(self, contest: str) -> Contest:
        state = contest_stream(contest)
        return fold(state, (event for _, event in self._ledger.stream(state.stream)))

    def _folded(self, contest: str) -> tuple[Contest, int, Views]:
        """Fold the record anew, in memory."""
        state = self._contest(contest)
        require_contest(state)
        views = Views(None, [PaperProjection()])
        with self._shown(self._ledger.head().size) as progress:
            return state, views.catch_up(self._ledger, progress=progress) - 1, views


def _number(views: Views, contest: str) -> int:
    rows = views.database.execute("SELECT id FROM paper_contest WHERE contest = ?", (contest,)).fetchall()
    if not rows:
        raise refused("unknown-contest", f"contest {contest}", "a contest that was defined", "none", "Correct the id")
    return int(rows[0][0])
