"""Cases as a list: what each is about, with whom it is, how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ledger.decision import fold
from ledger.errors import nearest, refused
from ledger.streams.case import Case, case_stream
from ledger.streams.case_events import CaseDocketed, CaseLinked
from projections.cases.file import CASES, OPENED
from projections.moment import NOW, Moment

if TYPE_CHECKING:
    from ledger.record import Record

DOCKETS = "docket/"
DOCKETED = "case-docketed.v1"
LINKED = "case-linked.v1"
INCIDENTS = "incident/"
INCIDENT_OPENED = "incident-opened.v1"


class CaseLine(NamedTuple):
    """One case: `stands` is a word of `standing_of`; `ruling`, the outcome of the last one."""

    case: str
    opened: str
    person: str
    grounds: tuple[str, ...]
    panel: str | None
    stands: str
    ruling: str | None
    open: bool


def case_lines(ledger: Record, cases: Iterable[str], moment: Moment = NOW) -> Iterator[CaseLine]:
    """Give cases by their ids, in that order; those that were not opened by then are left out."""
    for case in cases:
        state = fold(case_stream(case), (event for _, event in moment.past(ledger.stream(case_stream(case).stream))))
        if state.opened is None:
            continue
        last = state.rulings[-1].made if state.rulings else None
        yield CaseLine(
            case,
            state.opened.effective,
            state.person,
            state.opened.grounds,
            state.panel,
            standing_of(state),
            last.outcome if last else None,
            state.is_open,
        )


def case_names(ledger: Record, person: str = "") -> list[str]:
    """Give the ids of cases in the order in which they were opened.

    Args:
        person: those about one person only, found by their docket; all others are not read.
    """
    if not person:
        return list(dict.fromkeys(stream.removeprefix(CASES) for stream in ledger.streams_of(OPENED, CASES)))
    dockets = dict.fromkeys(s for s in ledger.streams_of(DOCKETED, DOCKETS) if s.endswith(f"/{person}"))
    named = [event for docket in dockets for _, event in ledger.stream(docket)]
    return list(dict.fromkeys(event.case for event in named if isinstance(event, CaseDocketed)))


def people_with_cases(ledger: Record) -> set[str]:
    """Give the keys of the people about whom there is, or was, a case."""
    return {stream.rpartition("/")[2] for stream in ledger.streams_of(DOCKETED, DOCKETS)}


def linked_cases(ledger: Record, incident: str) -> list[str]:
    """Give the ids of the cases that are linked to an incident, in the order in which they were first linked to one.

    Raises:
        RefusedError: `unknown-incident`, with the nearest.
    """
    incidents = {stream.removeprefix(INCIDENTS) for stream in ledger.streams_of(INCIDENT_OPENED, INCIDENTS)}
    if incident not in incidents:
        found = f"{incident}{nearest(incident, incidents)}"
        remedy = "Correct --incident, or record open-incident"
        raise refused("unknown-incident", f"{INCIDENTS}{incident}", "an incident on record", found, remedy)
    linked = dict.fromkeys(ledger.streams_of(LINKED, CASES))
    return [case.removeprefix(CASES) for case in linked if _is_linked(ledger, case, incident)]


def _is_linked(ledger: Record, case: str, incident: str) -> bool:
    return any(isinstance(each, CaseLinked) and each.incident == incident for _, each in ledger.stream(case))


def standing_of(case: Case) -> str:
    """Say how a case stands, and so what is next: the first of these that holds.

    closed, told, ruled (nobody told yet), not-allocated, not-noticed (no notice served), awaits-ruling.
    """
    if case.closed is not None:
        return "closed"
    if case.ruling is not None:
        return "told" if case.ruling.notified else "ruled"
    if case.panel is None:
        return "not-allocated"
    return "not-noticed" if case.notice is None else "awaits-ruling"
