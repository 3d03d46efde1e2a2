"""What is late, what was never told, and what waits without a date: of the cases, rulings and appeals of an election.

A matter may stand in several lists: one of which nobody was told, and which is overdue, is in both. An appeal against a
ruling that nobody was told waits for the letter, and stands there alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from projections.catch_up import views_errors
from projections.oversight.appeal_rows import AppealRow, RemedyRow
from projections.oversight.lateness import Calendar
from projections.oversight.reading import Oversight
from projections.oversight.rows import CaseRow, RulingRow

LISTS = {
    "overdue": "not decided when the poll closed, or when an interim measure ended",
    "never-notified": "open cases of which the person was never told",
    "not-told": "rulings of which the person was not told",
    "remedy-overdue": "remedies that were to be done by now",
    "papers-outstanding": "papers that a ruling cancels, not cancelled and not returned",
    "no-next-step": "what waits for somebody, with no date on record",
}
PENDING = ("late", "pending")  # states of an appeal that is to be decided, or needs leave
UPHELD = ("allowed", "varied", "remitted")  # outcomes of an appeal that asks for a remedy
REVIEW = (("assigned", "reviewers"), ("disclosed", "evidence pack"), ("heard", "hearing"))  # steps, in their order

_PAPERS = (
    "SELECT r.case_id, r.ruling, c.contest, p.number FROM overseen_ruling r "
    "JOIN paper_contest c ON c.election = r.election JOIN paper p ON p.contest = c.id AND p.person = r.person "
    "JOIN paper_entry e ON e.election = r.election AND e.person = p.person AND e.number = p.number "
    "WHERE r.election = ? AND r.papers = 'cancel-unreturned' AND r.told IS NOT NULL "
    "AND p.cancelled = 0 AND p.returned = 0 AND e.live = 0 ORDER BY r.told, r.position, c.contest, p.number"
)


class Waiting(NamedTuple):
    """Something that waits, in one list.

    Attributes:
        step: what it waits for: notice, panel, ruling, letter, leave, reviewers, remedy, ...
        whose: panel that has the case, or who made the ruling; empty where nobody has it.
        since: from when it waits; `due`, by when it had to be done, where that is on record. Both UTC.
        due_local: the same where the rules are kept.
        days, working: days since it was due, else since it waits; and the working days among them.
        number: of a remedy on its appeal, or of the entry of a paper; `contest` of that.
    """

    list: str
    case: str
    ruling: int | None
    step: str
    whose: str
    since: str
    due: str | None
    due_local: str | None
    days: int
    working: int
    number: int | None = None
    contest: str | None = None


class Held(NamedTuple):
    """A paper that a ruling cancels, and that was neither cancelled nor returned."""

    case: str
    ruling: int
    contest: str
    number: int


def papers_held(database: sqlite3.Connection, election: str) -> list[Held]:
    """Read the papers that are outstanding, of views that hold cases and papers."""
    with views_errors():
        return [Held(*row) for row in database.execute(_PAPERS, (election,))]


class Deadlines:
    """What is late at one moment.

    Args:
        planned: the close of the poll by the timetable, UTC, where a poll is not closed on record.
    """

    def __init__(
        self, oversight: Oversight, calendar: Calendar, papers: Iterable[Held] = (), planned: str | None = None
    ) -> None:
        self._of = oversight
        self._cases_by_id = {each.case: each for each in oversight.cases}
        self._calendar = calendar
        self._papers = tuple(papers)
        self._planned = planned
        self._at = calendar.at

    def waiting(self) -> list[Waiting]:
        """Give all that waits, by list, the longest first."""
        found = [*self._cases(), *self._untold(), *self._appeals(), *self._outstanding()]
        order = list(LISTS)
        return sorted(found, key=lambda each: (order.index(each.list), each.due or each.since, each.case))

    def _item(
        self,
        name: str,
        row: CaseRow | RulingRow,
        step: str,
        since: str,
        due: str | None = None,
        local: str | None = None,
    ) -> Waiting:
        whose = row.decider if isinstance(row, RulingRow) else row.panel or ""
        ruling = row.ruling if isinstance(row, RulingRow) else None
        start = due or since
        return Waiting(name, row.case, ruling, step, whose, since, due, local, *self._calendar.age(start))

    def close_of(self, contest: str | None) -> str | None:
        """Give when the poll that a case has to do with closed; as planned where that is not on record."""
        polls = self._of.polls
        closed = [polls[contest]] if contest in polls else list(polls.values())
        known = [each for each in closed if each]
        return max(known) if known and len(known) == len(closed) else self._planned

    def _cases(self) -> Iterator[Waiting]:
        for case in self._of.cases:
            if case.is_open:
                yield from self._open_case(case)
            elif case.closed is None and case.ruling is not None and case.ruling.told:
                yield from self._told_case(case, case.ruling)

    def _open_case(self, case: CaseRow) -> Iterator[Waiting]:
        since = case.reopened or case.opened
        close = self.close_of(case.about)
        if close and close < self._at:
            yield self._item("overdue", case, "ruling", since, close)
        if case.interim_until and case.interim_until <= self._at:
            yield self._item("overdue", case, "ruling, a measure ended", since, case.interim_until)
        if case.noticed is None:
            step, due = self._unnoticed(case)
            yield self._item("never-notified", case, step, since, due)
        elif case.panel is None:
            yield self._item("no-next-step", case, "panel or officer", since)
        elif case.reply_by is None or case.reply_by < self._at:
            yield self._item("no-next-step", case, "ruling", max(since, case.reply_by or since))

    def _unnoticed(self, case: CaseRow) -> tuple[str, str | None]:
        """Say what a case waits for of which the person was not told; and until when a measure holds all the same."""
        until = case.interim_until
        if until is None:
            return "notice", None
        return ("notice, a measure ended" if until <= self._at else "notice, a measure in force"), until

    def _told_case(self, case: CaseRow, ruling: RulingRow) -> Iterator[Waiting]:
        """A case whose last ruling was told is to be closed, once nothing can come of it any more."""
        appeal = ruling.appeal
        if appeal is None or appeal.state == "attempted":
            ended = ruling.appeal_by or ruling.told
        elif appeal.state == "leave-refused":
            ended = appeal.leave_at
        elif appeal.state in ("withdrawn", "dismissed"):
            ended = appeal.withdrawn if appeal.state == "withdrawn" else appeal.determined
        else:
            done = [each.done or (each.ordered if each.remedy == "none-possible" else None) for each in appeal.remedies]
            ended = None if not done or None in done else max(each for each in done if each)
        if ended and ended < self._at:
            yield self._item("no-next-step", ruling, "close of the case", ended)

    def _untold(self) -> Iterator[Waiting]:
        for ruling in self._of.rulings:
            if self._waits_for_letter(ruling):
                appealed = ruling.appeal is not None and ruling.appeal.state in PENDING
                yield self._item("not-told", ruling, "letter, appealed" if appealed else "letter", ruling.ruled)

    def _waits_for_letter(self, ruling: RulingRow) -> bool:
        return ruling.told is None and self._answers(ruling)

    def _answers(self, ruling: RulingRow) -> bool:
        """Whether a ruling answers its case as it is open now: nobody is told of one that was overtaken."""
        case = self._cases_by_id.get(ruling.case)
        reopened = case.reopened if case else None
        return ruling.superseded_by is None and (reopened is None or ruling.ruled >= reopened)

    def _appeals(self) -> Iterator[Waiting]:
        for ruling in self._of.rulings:
            appeal = ruling.appeal
            if appeal is None:
                continue
            if appeal.state in PENDING:
                yield from () if self._waits_for_letter(ruling) else self._pending(ruling, appeal)
            elif appeal.state in UPHELD:
                yield from self._remedies(ruling, appeal)

    def _pending(self, ruling: RulingRow, appeal: AppealRow) -> Iterator[Waiting]:
        close = self.close_of(ruling.about)
        if close and appeal.received <= close < self._at:  # what came later could not be decided by then
            yield self._item("overdue", ruling, "appeal decided", appeal.received, close)
        since, step = max(appeal.received, ruling.told or ""), "leave"
        if appeal.state == "pending":
            since, step = appeal.leave_at or since, "appeal decided"
            for name, wanted in REVIEW:
                done = getattr(appeal, name)
                if done is None:
                    step = wanted
                    break
                since = done
        yield self._item("no-next-step", ruling, step, since)

    def _remedies(self, ruling: RulingRow, appeal: AppealRow) -> Iterator[Waiting]:
        if not appeal.remedies and appeal.determined:
            yield self._item("no-next-step", ruling, "remedy ordered", appeal.determined)
        for remedy in appeal.remedies:
            if is_overdue(remedy, self._at):
                item = self._item("remedy-overdue", ruling, remedy.remedy, remedy.ordered, remedy.due, remedy.due_local)
                yield item._replace(number=remedy.number)

    def _outstanding(self) -> Iterator[Waiting]:
        rulings = {(each.case, each.ruling): each for each in self._of.rulings}
        for paper in self._papers:
            ruling = rulings[paper.case, paper.ruling]
            item = self._item("papers-outstanding", ruling, "paper cancelled", ruling.told or ruling.ruled)
            yield item._replace(number=paper.number, contest=paper.contest)


def is_overdue(remedy: RemedyRow, at: str) -> bool:
    """Whether a remedy was to be done by a moment (UTC), and was not."""
    return remedy.done is None and remedy.due is not None and remedy.due < at
