"""What is late, never told, or waits without a date: each list once with a case in it, and once without."""

from __future__ import annotations

from typing import Any

import pytest
from filed import Filed, filed
from overseen import folded
from ruled import ADOPTED, ANEW, BEFORE, KNOWN, NOTICE, OPEN, PROCEDURE, RULE_ANEW, RULED, RULED_ON, TELL, P
from scenario import CLOSE_POLL, DEFINED, but
from test_appeal import ASSIGN, DETERMINE, DO, LATE, LEAVE, LODGE, ORDER, PACK, REVIEWED, TOLD_OF
from test_case_file import NEITHER, NO_APPEAL, REOPEN
from test_oversight_rows import CLOSE, HOLD, RECORDS

from ledger.decision import Command
from ledger.event import Event
from ledger.streams.contest import ContestDefined
from ledger.streams.entry import EntryAdded, EntryRemoved
from ledger.streams.evidence import TakeInterimMeasure
from ledger.streams.issue import PapersIssued
from ledger.streams.issued import PaperCancelled
from ledger.streams.remedies import OrderRemedy
from ledger.streams.ruling_events import RulingMade, RulingNotified
from projections.moment import NOW, Moment
from projections.oversight.deadlines import LISTS, Deadlines, Waiting, papers_held
from projections.oversight.lateness import Calendar, calendar_of
from projections.oversight.reading import read_oversight
from projections.papers.projection import PaperProjection

AT = "2010-10-04T10:00:00Z"
LONDON = Calendar(AT, "Europe/London", ("2010-08-30",))
POLL = (*DEFINED, *BEFORE[1:], CLOSE_POLL)  # closed on 22 September


def waiting(*commands: Command, at: str = AT, planned: str | None = None) -> list[Waiting]:
    """Give what waits in a record of these commands."""
    oversight = read_oversight(folded(filed(*commands).events), "labour")
    return Deadlines(oversight, Calendar(at, "Europe/London", ("2010-08-30",)), (), planned).waiting()


def of(name: str, *commands: Command, **more: Any) -> list[tuple[str, str | None, int, int]]:
    """Give what waits in one list: what for, by when, days, and working days."""
    return [(each.step, each.due, each.days, each.working) for each in waiting(*commands, **more) if each.list == name]


def test_a_case_is_overdue_once_the_poll_has_closed() -> None:
    assert of("overdue", *POLL) == [("ruling", "2010-09-22T23:59:59Z", 11, 7)]
    assert of("overdue", *POLL, at="2010-09-22T23:59:59Z") == []
    assert of("overdue", *DEFINED, *RULED_ON[1:], CLOSE_POLL) == []
    assert of("overdue", *BEFORE, planned="2010-09-30T12:00:00Z") == [("ruling", "2010-09-30T12:00:00Z", 4, 2)]
    assert of("overdue", *POLL[:-1], planned=None) == []


def test_a_case_is_overdue_once_its_interim_measure_has_ended() -> None:
    assert of("overdue", *BEFORE, HOLD) == [("ruling, a measure ended", HOLD.until, 45, 30)]
    assert of("overdue", *BEFORE, HOLD, at=HOLD.until) == [("ruling, a measure ended", HOLD.until, 0, 0)]
    assert of("overdue", *BEFORE, HOLD, at="2010-08-19T23:59:59Z") == []


def test_a_measure_runs_without_notice_until_there_is_one_or_it_ends() -> None:
    short: TakeInterimMeasure = but(HOLD, until="2010-08-04T12:00:00Z")
    without = [*(each for each in BEFORE if each is not NOTICE), short]
    assert of("never-notified", *without, at="2010-08-04T11:59:59Z") == [
        ("notice, a measure in force", short.until, 0, 0)
    ]
    assert of("never-notified", *without) == [("notice, a measure ended", short.until, 61, 42)]
    assert of("never-notified", *BEFORE, HOLD) == []


def test_an_appeal_is_overdue_once_the_poll_has_closed() -> None:
    lodged = (*DEFINED, *TOLD_OF[1:], LODGE, CLOSE_POLL)
    assert of("overdue", *lodged) == [("appeal decided", "2010-09-22T23:59:59Z", 11, 7)]
    assert of("overdue", *DEFINED, *REVIEWED[1:], DETERMINE, ORDER, CLOSE_POLL) == []


def test_an_appeal_that_came_after_the_poll_closed_is_not_overdue_on_that_day() -> None:
    lodged = (*DEFINED, *RULED_ON[1:], CLOSE_POLL, but(LODGE, effective="2010-09-24T10:00:00Z"), TELL)
    assert of("overdue", *lodged) == []
    assert of("overdue", *lodged[:-2], but(LODGE, effective=CLOSE_POLL.effective), TELL)
    assert of("no-next-step", *lodged) == [("reviewers", None, 10, 6)]


def test_an_appeal_against_a_ruling_that_nobody_was_told_waits_for_the_letter() -> None:
    lodged = (*DEFINED, *RULED_ON[1:], LODGE, CLOSE_POLL)
    found = [(each.list, each.step, each.since) for each in waiting(*lodged)]
    assert found == [("not-told", "letter, appealed", RULED)]
    told = but(TELL, effective="2010-09-23T09:00:00Z")
    found = [(each.list, each.step, each.since) for each in waiting(*lodged, told)]
    assert found == [("overdue", "appeal decided", LODGE.effective), ("no-next-step", "reviewers", told.effective)]


def test_a_case_without_a_notice_was_never_notified() -> None:
    without = [each for each in BEFORE if each is not NOTICE]
    assert of("never-notified", *without) == [("notice", None, 64, 45)]
    assert of("never-notified", *BEFORE) == []


def test_a_ruling_is_not_told_until_it_is() -> None:
    assert of("not-told", *RULED_ON) == [("letter", None, 55, 38)]
    assert of("not-told", *TOLD_OF) == []


def test_a_remedy_is_overdue_the_second_after_its_time_until_it_is_done() -> None:
    ordered = (*REVIEWED, DETERMINE, ORDER)
    assert of("remedy-overdue", *ordered) == [("apology", "2010-09-10T16:00:00Z", 24, 16)]
    assert of("remedy-overdue", *ordered, at="2010-09-10T16:00:00Z") == []
    assert of("remedy-overdue", *ordered, at="2010-09-10T16:00:01Z") == [("apology", "2010-09-10T16:00:00Z", 0, 0)]
    assert of("remedy-overdue", *ordered, DO) == []


NOT_POSSIBLE = OrderRemedy(case="c1", ruling=1, remedy="none-possible", reason="Too late", effective=ORDER.effective)
LATE_ONE = but(LODGE, effective=LATE)
STEPS: dict[str, tuple[tuple[Command, ...], str]] = {
    "ruling": (BEFORE, "ruling"),
    "opened again": ((*TOLD_OF, REOPEN), "ruling"),
    "nothing of a told case whose time has passed": (TOLD_OF, "close of the case"),
    "nothing of one that nobody may appeal against": ((*NO_APPEAL, NEITHER, TELL), "close of the case"),
    "attempted": ((*NO_APPEAL, NEITHER, TELL, LODGE), "close of the case"),
    "leave": ((*TOLD_OF, LATE_ONE), "leave"),
    "let in": ((*TOLD_OF, LATE_ONE, LEAVE), "reviewers"),
    "reviewers": ((*TOLD_OF, LODGE), "reviewers"),
    "pack": ((*TOLD_OF, LODGE, ASSIGN), "evidence pack"),
    "hearing": ((*TOLD_OF, LODGE, ASSIGN, PACK), "hearing"),
    "determination": (REVIEWED, "appeal decided"),
    "remedy": ((*REVIEWED, DETERMINE), "remedy ordered"),
    "close after a remedy": ((*REVIEWED, DETERMINE, ORDER, DO), "close of the case"),
    "close where none was possible": ((*REVIEWED, DETERMINE, NOT_POSSIBLE), "close of the case"),
}


@pytest.mark.parametrize("name", STEPS)
def test_what_waits_without_a_date_names_its_next_step(name: str) -> None:
    commands, step = STEPS[name]
    assert [each[0] for each in of("no-next-step", *commands)] == [step]


def test_of_a_ruling_of_which_they_were_told_nobody_is_to_be_told_again() -> None:
    assert len(of("not-told", *RULED_ON)) == 1
    assert of("not-told", *BEFORE, *ANEW) == []
    assert len(of("not-told", *BEFORE, *ANEW, RULE_ANEW)) == 1


NO_STEP: dict[str, tuple[tuple[Command, ...], str]] = {
    "there is time to reply": (BEFORE[:-1], "2010-08-04T00:00:00Z"),
    "there is time to appeal": (TOLD_OF, "2010-08-20T00:00:00Z"),
    "a remedy has a date": ((*REVIEWED, DETERMINE, ORDER), "2010-09-05T00:00:00Z"),
    "it is closed": ((*TOLD_OF, CLOSE), AT),
    "nobody was told, which is a list of its own": (RULED_ON, AT),
}


@pytest.mark.parametrize("name", NO_STEP)
def test_nothing_waits_without_a_date_where(name: str) -> None:
    commands, at = NO_STEP[name]
    assert of("no-next-step", *commands, at=at) == []


def event(kind: type[Event], stream: str, **fields: Any) -> Any:
    stamp = {"actor": "clerk", "recorded": ADOPTED, "effective": ADOPTED, "stream": stream, "version": 1}
    return kind(**{**stamp, **fields})


def test_a_paper_is_outstanding_until_it_is_cancelled() -> None:
    """Of an entry that was removed, by a ruling that cancels its paper, of which the person was told."""
    record = filed(*DEFINED, *BEFORE[1:])
    base = [each for _, each in record.events]
    made = next(each for _, each in filed(*DEFINED, *RULED_ON[1:]).events if isinstance(each, RulingMade))
    told = next(each for _, each in filed(*DEFINED, *TOLD_OF[1:]).events if isinstance(each, RulingNotified))
    entry = f"entry/labour/{P}"
    same = {"election": "labour", "number": 1}
    where = {"basis": f"person/{P}", "category": "member", "section": "members", "source": "register"}
    issued = {
        "contest": "leader",
        "count": 1,
        "section": "members",
        "as_of_position": 1,
        "channel": "post",
        "roll_version": 1,
    }
    steps = [
        *base,
        event(EntryAdded, entry, **same, **where),
        event(PapersIssued, "issue/leader/members", **issued),
        made.model_copy(update={"papers": "cancel-unreturned"}),
        told,
        event(EntryRemoved, entry, version=2, cause="ruling", basis="case/c1", **same),
        event(PaperCancelled, f"issued/leader/{P}", contest="leader", number=1, cause="ruling", basis="case/c1"),
    ]
    assert any(isinstance(each, ContestDefined) for each in base)
    assert held(steps) == []
    assert held(steps[:-1]) == [("c1", 1, "leader", 1)]
    assert held(steps[:-2]) == [], "the entry stands"
    assert held([*steps[:-3], steps[-2]]) == [], "nobody was told"
    oversight = read_oversight(folded(list(enumerate(steps[:-1]))), "labour")
    (found,) = (
        each
        for each in Deadlines(oversight, LONDON, papers_in(steps[:-1])).waiting()
        if each.list == "papers-outstanding"
    )
    assert (found.case, found.ruling, found.contest, found.number) == ("c1", 1, "leader", 1)
    assert (found.since, found.whose) == (TELL.effective, "panel-1")


def papers_in(steps: list[Any]) -> Any:
    events = list(enumerate(steps))
    database = folded(events)
    projection = PaperProjection()
    for table in projection.tables:
        database.execute(table)
    projection.fold(database, events)
    return papers_held(database, "labour")


def held(steps: list[Any]) -> list[tuple[Any, ...]]:
    return [tuple(each) for each in papers_in(steps)]


@pytest.mark.parametrize("name", RECORDS)
def test_lists_are_what_a_fold_over_the_events_says(name: str) -> None:
    record = RECORDS[name]
    oversight = read_oversight(folded(record.events), "labour")
    found = Deadlines(oversight, LONDON).waiting()
    assert {each.list for each in found} <= set(LISTS)
    assert {(each.case, each.ruling) for each in found if each.list == "not-told"} == untold(record)
    assert sum(each.list == "never-notified" for each in found) == never_notified(record)


def untold(record: Filed) -> set[tuple[str, int]]:
    made = {(each.case, each.ruling) for _, each in record.events if isinstance(each, RulingMade)}
    return made - {(each.case, each.ruling) for _, each in record.events if isinstance(each, RulingNotified)}


def never_notified(record: Filed) -> int:
    types = {each.type for _, each in record.events}
    return int("case-opened.v1" in types and not types & {"case-notice-served.v1", "ruling-made.v1", "case-closed.v1"})


def test_days_are_those_where_the_rules_are_kept() -> None:
    late = Calendar("2010-08-31T22:59:59Z", "Europe/London", ("2010-08-30",))
    assert late.age("2010-08-27T23:30:00Z") == (3, 1), "a Saturday there"
    assert late.age("2010-08-27T22:30:00Z") == (4, 1), "a Friday there"
    over = Calendar("2010-11-01T00:30:00Z", "Europe/London")
    assert over.age("2010-10-30T23:30:00Z")[0] == 1, "over the change of clocks"
    assert over.age("2010-11-05T00:00:00Z")[0] == 0, "what is still to come"
    assert over.local("2010-10-30T23:30:00Z") == "2010-10-31T00:30:00"


def test_the_calendar_is_that_of_the_rules_in_force() -> None:
    record = filed(*BEFORE).record
    found = calendar_of(record, "labour", NOW, AT)
    assert (found.zone, found.age("2010-08-27T12:00:00Z")[1]) == (PROCEDURE.zone, 25)
    before = calendar_of(record, "labour", Moment(as_of="2010-04-01T00:00:00Z"), AT)
    assert (before.zone, before.age("2010-08-27T12:00:00Z")[1]) == ("UTC", 26)


def test_the_longest_comes_first_in_each_list() -> None:
    other = but(OPEN, case="c2", person="9" * 24, subject=f"person/{'9' * 24}", effective="2010-07-01T12:00:00Z")
    commands = [*BEFORE[: BEFORE.index(OPEN)], but(KNOWN, person="9" * 24), but(other, conduct=OPEN.conduct), OPEN]
    assert [each.case for each in waiting(*commands) if each.list == "never-notified"] == ["c2", "c1"]
