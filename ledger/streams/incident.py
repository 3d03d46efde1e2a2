"""`incident/<id>`: something that many cases have to do with. Linking a case to it decides nothing about the case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Event
from ledger.field import Id, Text
from ledger.streams.case import Case, case_stream, require_case
from ledger.streams.case_events import CaseLinked, IncidentClosed, IncidentOpened
from ledger.streams.election import Election, election_stream, require_election


@dataclass(frozen=True, slots=True)
class Incident(State):
    """An incident as it stands: open or closed."""

    opened: IncidentOpened | None = None
    closed: IncidentClosed | None = None

    def evolve(self, event: Event) -> Incident:
        """Give the incident after one more event."""
        match event:
            case IncidentOpened():
                return replace(self, version=event.version, opened=event)
            case IncidentClosed():
                return replace(self, version=event.version, closed=event)
        raise TypeError(f"{event.type} does not belong to an incident")


def incident_stream(incident: str) -> Incident:
    """Name the stream of an incident."""
    return Incident(f"incident/{incident}")


def require_open(incident: Incident) -> None:
    """Refuse an incident that is not on record, or closed (`unknown-incident`, `incident-closed`)."""
    if incident.opened is None:
        remedy = "Record open-incident first"
        raise refused("unknown-incident", incident.stream, "an incident on record", "none of this id", remedy)
    if incident.closed is not None:
        found = f"one closed at {incident.closed.effective}"
        raise refused("incident-closed", incident.stream, "an open incident", found, "Open another one")


class OpenIncident(Command):
    """Record something that many cases have to do with: a guide that went round, a pattern in bulk, a leak."""

    coined = frozenset({"incident"})

    incident: Id = Field(description="id of the incident")
    election: Id = Field(description="id of the election")
    kind: Literal["guide", "bulk-pattern", "leak", "other"] = Field(description="what sort of thing it is")
    title: Text = Field(description="what it is called; it names nobody")


@decision(
    OpenIncident, election=lambda c, _: election_stream(c.election), incident=lambda c, _: incident_stream(c.incident)
)
def open_incident(command: OpenIncident, act: Act, election: Election, incident: Incident) -> Outcome:
    """Decide that an incident may be opened.

    Raises:
        RefusedError: `unknown-election`, `incident-exists`.
    """
    require_election(election, command.election)
    if incident.exists:
        raise refused("incident-exists", incident.stream, "a new id", "an incident of this id", "Choose another id")
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    return Outcome([IncidentOpened(**act.on(incident), **fields)])


class LinkCase(Command):
    """Link a case to an incident, with the signal that links them. It never decides a case."""

    case: Id = Field(description="id of the case")
    incident: Id = Field(description="id of the incident")
    signal: Text = Field(description="what links them: same card, address, minute; it names nobody")


@decision(LinkCase, case=lambda c, _: case_stream(c.case), incident=lambda c, _: incident_stream(c.incident))
def link_case(command: LinkCase, act: Act, case: Case, incident: Incident) -> Outcome:
    """Decide that a case may be linked.

    Raises:
        RefusedError: `unknown-case`, `unknown-incident`, `incident-closed`, `already-linked`.
    """
    require_case(case)
    require_open(incident)
    if command.incident in case.incidents:
        raise refused("already-linked", case.stream, "another incident", command.incident, "Nothing to do")
    fields: dict[str, Any] = {"case": case.id, "incident": command.incident, "signal": command.signal}
    return Outcome([CaseLinked(**act.on(case), **fields)])


class CloseIncident(Command):
    """Close an incident, and say what was found."""

    incident: Id = Field(description="id of the incident")
    finding: Text = Field(description="what was found; it names nobody")


@decision(CloseIncident, incident=lambda c, _: incident_stream(c.incident))
def close_incident(command: CloseIncident, act: Act, incident: Incident) -> Outcome:
    """Decide that an incident may be closed.

    Raises:
        RefusedError: `unknown-incident`, `incident-closed`.
    """
    require_open(incident)
    fields: dict[str, Any] = {"finding": command.finding, "incident": command.incident}
    return Outcome([IncidentClosed(**act.on(incident), **fields)])
