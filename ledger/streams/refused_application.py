"""What a ruling does to the application that its case is about, as the applicant is told; and how that is undone.

An application is open; admitted, lapsed and withdrawn end it, and so does a refusal. Only a refusal can be undone: by
the remedy `admit` of an appeal against that ruling, or by a later ruling on the same case whose outcome is `admit`. The
application is then open again as it stood, and is admitted by the ordinary tests or not at all.

    open -> refused      a ruling to refuse is told (ApplicationRefused)
    refused -> refused   a later ruling on the case that refuses it too is told: it stands by that one
    refused -> open      its remedy is done, or a ruling to admit is told (ApplicationRefusalReversed)

From when the case is opened until a ruling on it is told, the application is not admitted, and does not lapse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ledger.decision import Act
from ledger.errors import refused
from ledger.event import Event
from ledger.streams.application import PREFIX, Application, application_stream
from ledger.streams.application_events import ApplicationRefusalReversed, ApplicationRefused
from ledger.streams.case import NOBODY, Case, Docket, case_stream, docket_stream
from ledger.streams.ruling_events import RulingMade


def application_of(_command: object, seen: Mapping[str, Any]) -> Application:
    """Name the stream of the application that a case is about; of nobody's, where it is about something else."""
    case: Case = seen["case"]
    subject = case.opened.subject if case.opened else ""
    return Application(subject) if subject.startswith(PREFIX) else application_stream(NOBODY)


def application_ruled(made: RulingMade, act: Act, case: Case, application: Application) -> Iterator[Event]:
    """Give what becomes of an application as its applicant is told of a ruling; one that is decided stays so."""
    if application.election != case.election or application.late:
        return
    about: dict[str, Any] = {"basis": case.stream, "election": case.election, "ruling": made.ruling}
    if made.outcome == "refuse" and (not application.ended or is_refused_by(application, case)):
        grounds = tuple(dict.fromkeys(each.ground for each in made.findings if each.met == "met"))
        yield ApplicationRefused(**act.on(application), **about, grounds=grounds)
    elif made.outcome == "admit" and is_refused_by(application, case):
        yield ApplicationRefusalReversed(**act.on(application), **about)


def application_remedied(act: Act, basis: str, case: Case, ruling: int, application: Application) -> Iterator[Event]:
    """Give what becomes of an application as the remedy `admit` is done; `basis` is the stream of the appeal."""
    if is_refused_by(application, case, ruling):
        about: dict[str, Any] = {"basis": basis, "election": case.election, "ruling": ruling}
        yield ApplicationRefusalReversed(**act.on(application), **about)


def is_refused_by(application: Application, case: Case, ruling: int | None = None) -> bool:
    """Whether an application stands refused by a ruling on a case, or by that one."""
    by = application.refusal
    return by is not None and by.basis == case.stream and ruling in (None, by.ruling)


def require_refused_by(application: Application, case: Case, ruling: int, where: str) -> None:
    """Refuse the remedy `admit` where no application stands refused by the ruling (`remedy-not-possible`)."""
    if not is_refused_by(application, case, ruling):
        expected = f"an application that ruling {ruling} on case {case.id} refused"
        found = f"{application.stream}, {application.ended or 'open'}" if application.exists else "none"
        raise refused("remedy-not-possible", where, expected, found, "Order another remedy, or none-possible")


def docket_of(_command: object, seen: Mapping[str, Any]) -> Docket:
    """Name the stream of the open cases about the person who made an application."""
    application: Application = seen["application"]
    return docket_stream(application.election or "none", application.key)


def cases_of(_command: object, seen: Mapping[str, Any]) -> tuple[Case, ...]:
    """Name the streams of the open cases about that person."""
    return tuple(case_stream(each) for each in seen["docket"].cases)


def holding(application: str, cases: Iterable[Case]) -> list[str]:
    """Give the ids of those among open cases that are about an application and have no ruling that was told."""
    return [
        case.id
        for case in cases
        if case.opened is not None
        and case.opened.subject == application
        and (case.ruling is None or case.ruling.notified is None)
    ]


def require_no_case(application: Application, cases: Iterable[str]) -> None:
    """Refuse to decide on an application that open cases about it hold (`open-case`)."""
    found = ", ".join(cases)
    if found:
        remedy = "Rule on the case and tell the person (make-ruling, notify-ruling), or close it"
        raise refused("open-case", application.stream, "no open case about it", found, remedy)
