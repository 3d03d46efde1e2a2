"""Every appeal with where it stands: in time or not, let in or not, reviewed by whom, decided how, put right or not."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.streams.concern import barring
from ledger.streams.interest import Interests
from projections.catch_up import views_errors
from projections.oversight.appeal_rows import AppealRow
from projections.oversight.deadlines import UPHELD, Deadlines, is_overdue
from projections.oversight.reading import Oversight
from projections.oversight.rows import CaseRow, RulingRow

STATES = (
    *("late", "leave-refused", "pending", "dismissed", "allowed", "varied", "remitted", "withdrawn", "attempted"),
)  # of an appeal; late: leave is not decided on
REMEDIES = ("-", "to be ordered", "ordered", "overdue", "done", "none possible")

_GIVEN = (
    "SELECT case_id, given_by, evidence FROM overseen_evidence WHERE case_id IN "
    "(SELECT case_id FROM overseen_appeal WHERE election = ?) ORDER BY case_id, evidence"
)


class DocketLine(NamedTuple):
    """One appeal, or the attempts at one.

    Attributes:
        ruling: that it is against; `whose`, who made that.
        dependent: why reviewers are not independent, by what is known now; None where none are assigned.
        remedy: of REMEDIES: the worst, of several.
        too_late: whether it was upheld once the poll had closed, or with no remedy possible: too late to matter.
        poll: when the poll that it has to do with closed.
    """

    row: AppealRow
    ruling: RulingRow
    whose: str
    dependent: tuple[str, ...] | None
    remedy: str
    too_late: bool
    poll: str | None


class DocketTotals(NamedTuple):
    """What some appeals come to.

    Attributes:
        manners: in-time, late or attempt -> how many; `attempts`, how often it was tried where none lies.
        states: state -> how many; `remedies`, state of the remedy -> how many of those that were upheld.
        dependent: appeals with a reviewer who is not independent; `too_late`, upheld too late to matter.
    """

    appeals: int
    manners: Mapping[str, int]
    attempts: int
    states: Mapping[str, int]
    remedies: Mapping[str, int]
    dependent: int
    too_late: int


def evidence_given(database: sqlite3.Connection, election: str) -> dict[str, dict[str, str]]:
    """Read who gave evidence in the cases that were appealed: case -> person -> id of the evidence."""
    found: dict[str, dict[str, str]] = {}
    with views_errors():
        for case, person, evidence in database.execute(_GIVEN, (election,)):
            found.setdefault(case, {})[person] = evidence
    return found


def upheld_too_late(row: AppealRow, poll: str | None) -> bool:
    """Whether an appeal was upheld once the poll had closed, at `poll`, or with no remedy possible."""
    none_possible = any(each.remedy == "none-possible" for each in row.remedies)
    return row.outcome in UPHELD and (none_possible or bool(poll and row.determined and row.determined > poll))


class Docket:
    """The appeals of an election at one moment.

    Args:
        interests: declared by everybody who reviewed: person -> interests; `elections`, contest of these -> election.
        given: who gave evidence, as `evidence_given` has it.
    """

    def __init__(
        self,
        oversight: Oversight,
        deadlines: Deadlines,
        at: str,
        interests: Mapping[str, Interests],
        elections: Mapping[str, str],
        given: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._deadlines = deadlines
        self._at = at
        self._interests = interests
        self._elections = elections
        self._given = given
        self._cases = {each.case: each for each in oversight.cases}
        self._rulings = {(each.case, each.ruling): each for each in oversight.rulings}
        self._present = {(each.body, each.sitting): each.present for each in oversight.sittings}
        self.lines = tuple(self._line(each) for each in oversight.appeals)

    def _line(self, row: AppealRow) -> DocketLine:
        ruling = self._rulings[row.case, row.ruling]
        poll = self._poll(row, ruling)
        late = upheld_too_late(row, poll)
        dependent = tuple(self._dependence(row, ruling)) if row.reviewers else None
        return DocketLine(row, ruling, ruling.decider, dependent, self._remedy(row), late, poll)

    def _poll(self, row: AppealRow, ruling: RulingRow) -> str | None:
        contests = [each.contest for each in row.remedies if each.contest]
        return self._deadlines.close_of(contests[-1] if contests else ruling.about)

    def _remedy(self, row: AppealRow) -> str:
        if row.outcome not in UPHELD:
            return "-"
        if not row.remedies:
            return "to be ordered"
        open_ones = [each for each in row.remedies if each.done is None and each.remedy != "none-possible"]
        if any(is_overdue(each, self._at) for each in open_ones):
            return "overdue"
        if open_ones:
            return "ordered"
        return "done" if any(each.done for each in row.remedies) else "none possible"

    def _dependence(self, row: AppealRow, ruling: RulingRow) -> Iterator[str]:
        """Say of each reviewer who is not independent why, as `review.dependence` does as they are assigned."""
        case: CaseRow = self._cases[row.case]
        sat = {*self._present.get((ruling.panel or "", ruling.sitting or ""), ()), ruling.officer, ruling.reviewed_by}
        gave = self._given.get(row.case, {})
        moment = row.determined or row.assigned or self._at
        for person in row.reviewers:
            interests = barring(self._interests[person].declared.values(), case, self._elections, moment)
            if person in sat:
                yield f"{person} sat on ruling {row.ruling}"
            elif person == case.referred_by:
                yield f"{person} referred the case"
            elif person in gave:
                yield f"{person} gave evidence {gave[person]}"
            elif interests:
                yield f"{person} declared an interest, {interests[0].kind}, since {interests[0].since}"


def docket_totals(lines: Sequence[DocketLine]) -> DocketTotals:
    """Count appeals: all that are given, and no others."""
    upheld = [each for each in lines if each.row.outcome in UPHELD]
    return DocketTotals(
        appeals=len(lines),
        manners=dict(Counter(each.row.manner for each in lines)),
        attempts=sum(each.row.attempts for each in lines),
        states=_in_order(Counter(each.row.state for each in lines), STATES),
        remedies=_in_order(Counter(each.remedy for each in upheld), REMEDIES),
        dependent=sum(bool(each.dependent) for each in lines),
        too_late=sum(each.too_late for each in lines),
    )


def _in_order(counts: Counter[str], names: Sequence[str]) -> dict[str, int]:
    return {name: counts[name] for name in names if counts[name]}
