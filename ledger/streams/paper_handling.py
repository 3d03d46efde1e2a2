"""One elector's paper: issued alone, issued again in place of another, cancelled. What is recorded is in `issued`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from ledger.batches.marking import PaperFigures
from ledger.decision import Act, Command, Outcome, Reads, State, decision
from ledger.errors import refused
from ledger.field import Id, PersonKey, StreamId
from ledger.figures import Figures
from ledger.streams.appeal import Appeal
from ledger.streams.case import Case, Docket, case_stream, docket_stream
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.entry import Entries, EntryNow, entry_stream
from ledger.streams.issue import Issue, issue_stream, require_open, roll_guard
from ledger.streams.issued import (
    Cause,
    Issued,
    PaperCancelled,
    PaperIssued,
    PaperNow,
    PaperReissued,
    issued_stream,
)
from ledger.streams.ordered import Change, reads_of, require_ordered
from ledger.streams.returned import EntryNumber, Returned, returned_stream


class IssuePaper(Command):
    """Issue a paper to one elector, who was added to the roll after the others were issued theirs."""

    contest: Id = Field(description="id of the contest")
    person: PersonKey = Field(description="key of the person")
    number: EntryNumber = Field(description="number of the entry")
    reason: Literal["late-admission", "ruling", "appeal", "clerical"] = Field(description="why it is issued alone")
    basis: StreamId | None = Field(
        None, description="stream of what it rests on, such as a case; with ruling and appeal"
    )


class ReissuePaper(Command):
    """Issue another paper in place of one that was lost, spoilt, or never arrived."""

    contest: Id = Field(description="id of the contest")
    person: PersonKey = Field(description="key of the person")
    number: EntryNumber = Field(description="number of the entry")
    reason: Literal["lost", "spoilt", "not-arrived"] = Field(
        description="lost; spoilt: handed back and replaced before casting; not-arrived"
    )


class CancelPaper(Command):
    """Cancel the paper of an elector, as when the entry was removed from the roll."""

    contest: Id = Field(description="id of the contest")
    person: PersonKey = Field(description="key of the person")
    number: EntryNumber = Field(description="number of the entry")
    cause: Cause = Field(description="why; removed: the entry is not on the roll any more")
    basis: StreamId | None = Field(
        None, description="stream of what it rests on, such as a case; with ruling and appeal"
    )


AnyOfThem = IssuePaper | ReissuePaper | CancelPaper


def _contest(command: AnyOfThem, _: object) -> Contest:
    return contest_stream(command.contest)


def _entries(command: AnyOfThem, seen: Mapping[str, Contest]) -> Entries:
    return entry_stream(seen["contest"].election, command.person)


def _issued(command: AnyOfThem, _: object) -> Issued:
    return issued_stream(command.contest, command.person)


def _returned(command: AnyOfThem, _: object) -> Returned:
    return returned_stream(command.contest, command.person)


def _section(command: AnyOfThem, seen: Mapping[str, Entries]) -> Issue:
    entry = seen["entries"].entries.get(command.number)
    return issue_stream(command.contest, entry.section if entry else "none")


def _docket(command: AnyOfThem, seen: Mapping[str, Contest]) -> Docket:
    return docket_stream(seen["contest"].election, command.person)


def _cases(_command: AnyOfThem, seen: Mapping[str, Docket]) -> tuple[State, ...]:
    return tuple(case_stream(case) for case in seen["docket"].cases)


def _figures(command: AnyOfThem, port: Figures) -> PaperFigures:
    return port.paper(command.contest, command.person, command.number)


OF_ONE: Reads = {"contest": _contest, "entries": _entries, "issue": _section, "issued": _issued}
TO_GIVE: Reads = {**OF_ONE, "docket": _docket, "cases": _cases}  # a paper may be held back from whom a case is about


@decision(IssuePaper, **TO_GIVE, **reads_of("reason"), figures=_figures)
def issue_paper(
    command: IssuePaper,
    act: Act,
    contest: Contest,
    docket: Docket,
    cases: tuple[Case, ...],
    entries: Entries,
    issue: Issue,
    issued: Issued,
    case: Case,
    appeal: Appeal,
    figures: PaperFigures,
) -> Outcome:
    """Decide that a paper may be issued to one elector.

    Raises:
        RefusedError: `unknown-contest`, `poll-closed`, `future-dated`, `unknown-entry`, `entry-not-live`,
            `unknown-section`, `already-issued`, `paper-held`, `basis-missing`, `basis-unfit`, in that order.
    """
    require_contest(contest)
    number, where = command.number, f"paper of elector {command.person}/{command.number} in contest {contest.id}"
    require_open(contest, act, where)
    entry = _require_entry(entries, number, where)
    if not (entry.live and figures.counts):
        remedy = "See the elector with: pollbook show " + entries.stream
        raise refused("entry-not-live", where, "an entry that is on the roll", _standing(entry), remedy)
    if entry.section not in contest.sections:
        expected = "an entry in a section of the contest: " + ", ".join(contest.sections)
        raise refused("unknown-section", where, expected, entry.section, "Correct the contest or the elector's number")
    paper = issued.of(number)
    if (figures.in_bulk or paper.issued) and not paper.cancelled:
        remedy = "Record reissue-paper if it was lost, spoilt or never arrived"
        raise refused("already-issued", where, "an entry without a paper", "one that has a paper", remedy)
    _require_not_held(cases, act, where)
    _require_basis(command.reason, command.basis, where)
    change = Change("issue", contest.election, command.person, number, contest.id)
    require_ordered(command.reason, command.basis, change, case, appeal, where)
    fields = command.model_dump(include={"basis", "contest", "number", "reason"})
    return Outcome([PaperIssued(**act.on(issued), **fields)], unchanged=roll_guard(figures.position, contest))


@decision(ReissuePaper, **TO_GIVE, returned=_returned, figures=_figures)
def reissue_paper(
    command: ReissuePaper,
    act: Act,
    contest: Contest,
    docket: Docket,
    cases: tuple[Case, ...],
    entries: Entries,
    issue: Issue,
    issued: Issued,
    returned: Returned,
    figures: PaperFigures,
) -> Outcome:
    """Decide that another paper may be issued.

    Raises:
        RefusedError: `unknown-contest`, `poll-closed`, `future-dated`, `unknown-entry`, `not-issued`,
            `paper-cancelled`, `entry-not-live`, `already-returned`, `paper-held`, in that order.
    """
    require_contest(contest)
    number, where = command.number, f"paper of elector {command.person}/{command.number} in contest {contest.id}"
    require_open(contest, act, where)
    entry = _require_entry(entries, number, where)
    _require_paper(issued.of(number), figures, where)
    if not entry.live:
        remedy = "See the elector with: pollbook show " + entries.stream
        raise refused("entry-not-live", where, "an entry that is on the roll", _standing(entry), remedy)
    _require_not_returned(returned, number, where)
    _require_not_held(cases, act, where)
    event = PaperReissued(**act.on(issued), contest=command.contest, number=number, reason=command.reason)
    return Outcome([event])


@decision(CancelPaper, **OF_ONE, returned=_returned, **reads_of("cause"), figures=_figures)
def cancel_paper(
    command: CancelPaper,
    act: Act,
    contest: Contest,
    entries: Entries,
    issue: Issue,
    issued: Issued,
    returned: Returned,
    case: Case,
    appeal: Appeal,
    figures: PaperFigures,
) -> Outcome:
    """Decide that a paper may be cancelled: before it came back, and after the close too.

    Raises:
        RefusedError: `unknown-contest`, `future-dated`, `unknown-entry`, `not-issued`, `paper-cancelled`,
            `already-returned`, `entry-live`, `basis-missing`, `basis-unfit`, in that order.
    """
    require_contest(contest)
    number, where = command.number, f"paper of elector {command.person}/{command.number} in contest {contest.id}"
    if act.effective > act.now:
        expected = f"a moment up to now, {act.now}"
        raise refused("future-dated", where, expected, act.effective, "Record it once it has happened")
    entry = _require_entry(entries, number, where)
    _require_paper(issued.of(number), figures, where)
    _require_not_returned(returned, number, where)
    if command.cause == "removed" and entry.live:
        remedy = "Record remove-entry first, or say another cause"
        raise refused("entry-live", where, "an entry that was removed", _standing(entry), remedy)
    _require_basis(command.cause, command.basis, where)
    change = Change("cancel", contest.election, command.person, number, contest.id)
    require_ordered(command.cause, command.basis, change, case, appeal, where)
    fields = command.model_dump(include={"basis", "cause", "contest", "number"})
    return Outcome([PaperCancelled(**act.on(issued), **fields)])


def _require_entry(entries: Entries, number: int, where: str) -> EntryNow:
    if number not in entries.entries:
        held = ", ".join(str(each) for each in sorted(entries.entries)) or "none"
        expected = "an elector who is or was on the roll"
        found = f"no entry {number} of this person; there is: {held}"
        raise refused("unknown-entry", where, expected, found, "Correct the elector's number")
    return entries.entries[number]


def _require_paper(paper: PaperNow, figures: PaperFigures, where: str) -> None:
    if not (figures.in_bulk or paper.issued):
        raise refused(
            "not-issued", where, "a paper that was issued", "none", "Record issue-papers or issue-paper first"
        )
    if paper.cancelled:
        remedy = "If the elector is to have one again: issue-paper"
        raise refused("paper-cancelled", where, "a paper that is held", "one that was cancelled", remedy)


def _require_not_returned(returned: Returned, number: int, where: str) -> None:
    day = returned.day_of(number)
    if day is not None:
        remedy = "A paper that is back cannot be called back: whether it is set aside is for a ruling"
        raise refused("already-returned", where, "a paper that did not come back", f"one marked on {day}", remedy)


def _require_not_held(cases: tuple[Case, ...], act: Act, where: str) -> None:
    """Refuse a paper to somebody of whom an interim measure holds it back (`paper-held`)."""
    for case in cases:
        interim = case.interim_at(act.effective)
        if interim is not None:
            found = f"{interim.measure} in case {case.id} until {interim.until}"
            remedy = "Wait until it ends, or record lift-interim-measure"
            raise refused("paper-held", where, "a person of whom no interim measure holds it back", found, remedy)


def _require_basis(why: str, basis: str | None, where: str) -> None:
    if why in ("ruling", "appeal") and basis is None:
        remedy = "Name its stream with --basis"
        raise refused("basis-missing", where, f"the {why} that it rests on", "none", remedy)


def _standing(entry: EntryNow) -> str:
    return f"one that is live since {entry.since}" if entry.live else f"one that was removed, {entry.since}"
