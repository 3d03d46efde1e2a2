"""What a change to the roll or to a paper rests on where it was decided elsewhere: a ruling told, an appeal determined.

The case or the appeal is read, not only named: it is about that person in that election, it stands, and it orders this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from ledger.errors import refused
from ledger.streams.appeal import Appeal, appeal_stream
from ledger.streams.appeal_events import AppealAttempted, RemedyOrdered
from ledger.streams.application import Application
from ledger.streams.body import Fault
from ledger.streams.case import Case
from ledger.streams.entry import Entries
from ledger.streams.ruling_events import RulingMade

DECIDED: Mapping[str, str] = {"ruling": "case/", "appeal": "appeal/"}  # what is decided elsewhere, and where it is
UNREAD_CASE, UNREAD_APPEAL = "case/none/0", "appeal/none/0"  # in place of what is not named
SEE = "Name with --basis the case or the appeal that orders it; see: pollbook cases, pollbook appeals"

Act = Literal["add", "amend", "remove", "restore", "issue", "cancel"]


class Change(NamedTuple):
    """What is to be changed of whom: an entry by number, or the paper of one in a contest; of an addition no number."""

    act: Act
    election: str
    person: str
    number: int | None = None
    contest: str | None = None


def named_case(cause: str | None, basis: str | None) -> Case:
    """Name the stream of the case that a change rests on, by its appeal too; one that nothing is on, where by none."""
    if basis is None or cause is None or cause not in DECIDED or not basis.startswith(DECIDED[cause]):
        return Case(UNREAD_CASE)
    return Case(basis if cause == "ruling" else f"case/{_case_of(basis)}")


def _case_of(basis: str) -> str:
    """Give the id of the case in `case/ID` or `appeal/ID/RULING`."""
    return basis.split("/")[1]


def named_appeal(cause: str | None, basis: str | None, case: Case) -> Appeal:
    """Name the stream of the appeal that a change rests on, or of the one against the ruling that it rests on."""
    if cause == "ruling" and case.ruling is not None:
        return appeal_stream(case.id, case.ruling.made.ruling)
    named = cause == "appeal" and basis is not None and basis.startswith(DECIDED["appeal"])
    return Appeal(str(basis) if named else UNREAD_APPEAL)


def reads_of(cause: str) -> dict[str, Callable[[Any, Any], Any]]:
    """Give the states that a decision reads of what a change rests on: `case` and `appeal`.

    Args:
        cause: name of the command's field that says why: cause, source or reason.
    """
    return {
        "case": lambda c, _: named_case(getattr(c, cause), c.basis),
        "appeal": lambda c, seen: named_appeal(getattr(c, cause), c.basis, seen["case"]),
    }


def overturned(appeal: Appeal) -> bool:
    """Whether an appeal was determined so that the ruling has no effect any more: what follows is by its remedies."""
    return appeal.determined is not None and appeal.determined.outcome != "dismissed"


def ordered_faults(cause: str | None, basis: str | None, change: Change, case: Case, appeal: Appeal) -> Iterator[Fault]:
    """Find that nothing decided elsewhere orders a change: `basis-missing`, or `basis-unfit`; none of other causes.

    Args:
        case: that it names, with a ruling; `appeal`, that it names, or against the ruling.
    """
    if cause == "ruling":
        yield from _ruling_faults(basis, change, case, appeal)
    elif cause == "appeal":
        yield from _appeal_faults(basis, change, appeal)


def require_ordered(
    cause: str | None, basis: str | None, change: Change, case: Case, appeal: Appeal, where: str
) -> None:
    """Refuse a change that nothing decided elsewhere orders (`basis-missing`, `basis-unfit`)."""
    for code, expected, found in ordered_faults(cause, basis, change, case, appeal):
        raise refused(code, where, expected, found, SEE)


def addition_faults(basis: str, category: str, entries: Entries, application: Application) -> Iterator[Fault]:
    """Find that an entry was given by the same case before, by its ruling or its appeal, or that it is another's.

    Args:
        basis: stream of the case or the appeal.
        entries: those of the person in the election.
        application: that the case is about; of nobody's, where it is about something else.
    """
    given = [each for each in sorted(entries.given_by) if _case_of(each) == _case_of(basis)]
    if given:
        yield "basis-spent", "a case that gave no entry yet, for each gives one", f"an entry by {given[0]}"
    asked = application.received.category if application.received else category
    if category != asked:
        yield "basis-differs", f"category {asked}, which {application.stream} is for", category


def require_addition(basis: str, category: str, entries: Entries, application: Application, where: str) -> None:
    """Refuse another entry by one case, or of a category not applied for (`basis-spent`, `basis-differs`)."""
    for code, expected, found in addition_faults(basis, category, entries, application):
        raise refused(code, where, expected, found, SEE)


def _ruling_faults(basis: str | None, change: Change, case: Case, appeal: Appeal) -> Iterator[Fault]:
    if case.opened is None:
        yield "basis-missing", "a case on record", basis or "none"
        return
    if (case.person, case.election) != (change.person, change.election):
        expected = f"a case about {change.person} in election {change.election}"
        yield "basis-unfit", expected, f"{case.stream}, about {case.person} in {case.election}"
    elif case.ruling is None:
        yield "basis-unfit", "a ruling that answers the case", f"none on {case.stream}"
    elif case.ruling.notified is None:
        yield "basis-unfit", "a ruling of which the person was told", f"one untold: notify-ruling on {case.stream}"
    elif overturned(appeal):
        yield "basis-unfit", "a ruling that no appeal overturned", f"{appeal.stream}, which did"
    elif not _rules(case.ruling.made, change):
        found = f"ruling {case.ruling.made.ruling} on {case.stream}, {case.ruling.made.outcome}, which does not"
        yield "basis-unfit", f"a ruling that orders this, {_said(change)}", found


def _rules(made: RulingMade, change: Change) -> bool:
    """Whether a ruling orders a change: what it says of the entry, and of somebody to be let in, its outcome."""
    actions = {each.action for each in made.effects if each.number == change.number}
    match change.act:
        case "add":
            return made.outcome == "admit"
        case "amend":
            return bool(actions - {"none"})
        case "issue":
            return made.outcome in ("admit", "restore", "no-action") or "restore" in actions
        case "cancel":
            return "remove" in actions or (bool(actions) and made.papers != "none")
    return change.act in actions


def _appeal_faults(basis: str | None, change: Change, appeal: Appeal) -> Iterator[Fault]:
    received = appeal.received
    if received is None or isinstance(received, AppealAttempted):
        yield "basis-missing", "an appeal on record", basis or "none"
        return
    if (received.person, received.election) != (change.person, change.election):
        expected = f"an appeal of {change.person} in election {change.election}"
        yield "basis-unfit", expected, f"{appeal.stream}, of {received.person} in {received.election}"
    elif not overturned(appeal):
        outcome = appeal.determined.outcome if appeal.determined else "pending"
        yield "basis-unfit", "an appeal that was allowed, varied or remitted", f"{appeal.stream}, {outcome}"
    elif change.act in ("add", "amend"):
        if appeal.determined is not None and appeal.determined.outcome == "remitted":
            yield "basis-unfit", "an appeal that was allowed or varied", f"{appeal.stream}, remitted"
    elif not any(_remedies(each, change) for each in appeal.remedies.values()):
        ordered = ", ".join(each.remedy for each in appeal.remedies.values()) or "no remedy ordered"
        yield "basis-unfit", f"a remedy that orders this, {_said(change)}", f"{ordered} on {appeal.stream}"


def _remedies(ordered: RemedyOrdered, change: Change) -> bool:
    """Whether a remedy orders a change: none takes an entry or a paper away."""
    if change.act == "restore":
        return (ordered.remedy, ordered.entry) == ("restore-entry", change.number)
    if change.act == "issue":
        asked = (change.contest, change.number)
        return ordered.remedy == "issue-paper" and (ordered.contest, ordered.entry) == asked
    return False


def _said(change: Change) -> str:
    thing = f"entry {change.number}" if change.contest is None else f"paper {change.number} in {change.contest}"
    return f"{change.act} {thing if change.number else 'an entry'}"
