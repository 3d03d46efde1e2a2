"""Admitting applications, one by one or in bulk, and `admission/<election>/<number>`: an admission in bulk.

An application is admitted to the section of its category, where every test of the franchise in force is passed by the
record, and neither a referral nor a case about it is open. A refusal is a ruling (see `refused_application`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Protocol, Self

from pydantic import Field, PrivateAttr

from ledger.batches.sweep import Found, Sweep, Swept
from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, PersonKey, Version
from ledger.rules.franchise import FeePaid
from ledger.streams.application import Application, application_stream, require_open
from ledger.streams.application_events import ApplicationAdmitted, TestHeld
from ledger.streams.batch_head import BatchHead
from ledger.streams.case import Case, Docket
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.franchise import Adopted, franchise_stream, require_franchise
from ledger.streams.refused_application import cases_of, docket_of, holding, require_no_case
from ledger.streams.tested import batches_of, require_settled, require_tested

ADMISSIONS_MAX = 100_000


class AdmissionOpened(Event):
    """An admission in bulk began, by this version of the franchise: its place in its stream."""

    audience = Audience.RESTRICTED
    type: Literal["admission-opened.v1"] = "admission-opened.v1"
    election: Id
    franchise: Version
    number: Version


class Admitted(Canonical):
    """How many were admitted to a section."""

    applications: Count
    section: Id


class NotAdmitted(Canonical):
    """How many were not admitted, and for which code: of the first test not passed, or of what stands against it."""

    applications: Count
    code: Id


class AdmissionClosed(Event):
    """An admission in bulk is complete.

    `changed` counts those left out because something was recorded of them meanwhile. `digest` is the SHA-256 over the
    leaf hashes (RFC 6962) of the admissions, in the order of the ledger.
    """

    audience = Audience.RESTRICTED
    type: Literal["admission-closed.v1"] = "admission-closed.v1"
    admitted: tuple[Admitted, ...]
    changed: Count
    digest: Hash
    election: Id
    not_admitted: tuple[NotAdmitted, ...]
    number: Version


@dataclass(frozen=True, slots=True)
class AdmissionRun(State):
    """An admission in bulk as it stands: absent, open, or closed."""

    opened: AdmissionOpened | None = None
    closed: AdmissionClosed | None = None

    def evolve(self, event: Event) -> AdmissionRun:
        """Give the admission after one more event."""
        match event:
            case AdmissionOpened():
                return replace(self, version=event.version, opened=event)
            case AdmissionClosed():
                return replace(self, version=event.version, closed=event)
        raise TypeError(f"{event.type} does not belong to an admission")


class Admission(NamedTuple):
    """What an application is admitted to, and every test, passed."""

    category: str
    section: str
    tests: tuple[TestHeld, ...]


def admission_stream(election: str, number: int) -> AdmissionRun:
    """Name the stream of an admission in bulk."""
    return AdmissionRun(f"admission/{election}/{number}")


def require_admissible(
    application: Application, franchise: Adopted, *batches: BatchHead, by: str, cases: Collection[str] = ()
) -> Admission:
    """Give what an application is admitted to; refuse one that is not to be.

    Args:
        by: office that admits; one that let a check pass by hand does not admit as well.
        cases: ids of the open cases about it.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `batch-open`, `open-referral`,
            `open-case`, `no-franchise`, `unknown-category`, `underpaid`, `tests-outstanding`, `checked-alone`, in that
            order.
    """
    received = require_open(application)
    where = application.stream
    require_settled(application, *batches)
    require_no_case(application, cases)
    category, verdicts = require_tested(application, received, franchise)
    if application.short and any(isinstance(test, FeePaid) for test in category.tests):
        expected = f"{application.due} {received.currency} in the smallest unit"
        raise refused("underpaid", where, expected, f"{application.money}", "Have the rest paid, or it lapses")
    missing = [f"{each.code} {each.outcome}" for each in verdicts if each.outcome != "passed"]
    if missing:
        remedy = f"See why: pollbook application {application.key}"
        raise refused("tests-outstanding", where, "every test passed", ", ".join(missing), remedy)
    alone = sorted(name for name, office in application.hands.items() if office == by)
    if alone:
        remedy = "Let another office admit it"
        raise refused(
            "checked-alone", where, f"an office other than {by}", f"{', '.join(alone)} by {by} by hand", remedy
        )
    tests = tuple(TestHeld(code=each.code, outcome=each.outcome) for each in verdicts)
    return Admission(received.category, category.section, tests)


def admitted_event(
    envelope: Mapping[str, Any],
    application: Application,
    admission: Admission,
    franchise: int,
    by: Literal["automatic", "officer"],
) -> ApplicationAdmitted:
    """Make the event of an admission, by a version of the franchise."""
    received = application.received
    return ApplicationAdmitted(
        **envelope,
        category=admission.category,
        decided_by=by,
        franchise=franchise,
        region=received.region if received else None,
        section=admission.section,
        tests=admission.tests,
        unit=received.unit if received else None,
    )


class AdmitApplication(Command):
    """Admit one application whose tests are all passed, as an officer: not the one who let a check pass by hand."""

    application: PersonKey = Field(description="key of the application")


@decision(
    AdmitApplication,
    application=lambda c, _: application_stream(c.application),
    franchise=lambda _, seen: franchise_stream(seen["application"].election or "none"),
    intake=lambda _, seen: BatchHead(batches_of(seen["application"])[0]),
    run=lambda _, seen: BatchHead(batches_of(seen["application"])[1]),
    docket=docket_of,
    cases=cases_of,
)
def admit_application(
    command: AdmitApplication,
    act: Act,
    application: Application,
    franchise: Adopted,
    intake: BatchHead,
    run: BatchHead,
    docket: Docket,
    cases: tuple[Case, ...],
) -> Outcome:
    """Decide that an application is admitted.

    Raises:
        RefusedError: what `require_admissible` raises.
    """
    held = holding(application.stream, cases) if docket.cases else ()
    admission = require_admissible(application, franchise, intake, run, by=act.actor, cases=held)
    return Outcome([admitted_event(act.on(application), application, admission, franchise.version, "officer")])


class Admissible(Found, Protocol):
    """The applications that are to be admitted, and why others are not."""

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many open applications are left out, by code; known once all pages are read."""
        ...


class AdmitApplications(Command):
    """Admit every application whose tests are all passed, as one batch: pollbook admit ELECTION."""

    signed = True

    election: Id = Field(description="id of the election")
    number: Version = Field(
        le=ADMISSIONS_MAX, description="number of the admission, from 1; pollbook admit fills it in"
    )

    _source: Admissible | None = PrivateAttr(None)

    def of(self, source: Admissible) -> Self:
        """Give the command the applications."""
        self._source = source
        return self

    @property
    def source(self) -> Admissible | None:
        """The applications; None where the command did not come from `pollbook admit`."""
        return self._source


@decision(
    AdmitApplications,
    election=lambda c, _: election_stream(c.election),
    franchise=lambda c, _: franchise_stream(c.election),
    run=lambda c, _: admission_stream(c.election, c.number),
    before=lambda c, _: admission_stream(c.election, c.number - 1),
)
def admit_applications(
    command: AdmitApplications,
    act: Act,
    election: Election,
    franchise: Adopted,
    run: AdmissionRun,
    before: AdmissionRun,
) -> Outcome:
    """Decide that applications may be admitted in bulk, or that an admission begun is gone on with.

    Raises:
        RefusedError: `unknown-election`, `no-franchise`, `admission-open`, `nobody-given`, `franchise-changed`.
    """
    require_election(election, command.election)
    if run.closed:
        return Outcome()
    require_franchise(franchise, command.election)
    where = f"admission {command.number} of election {command.election}"
    if command.number > 1 and not before.closed:
        found = "an open one" if before.opened else "none"
        remedy = f"Finish it first: pollbook admit {command.election}"
        raise refused("admission-open", where, f"admission {command.number - 1} closed", found, remedy)
    source = command.source
    if source is None:
        remedy = f"Give: pollbook admit {command.election}"
        raise refused("nobody-given", where, "the applications to admit", "none", remedy)
    number: Mapping[str, Any] = {"election": command.election, "number": command.number}
    opened = run.opened or AdmissionOpened(**act.on(run), **number, franchise=franchise.version)
    if opened.franchise != franchise.version:
        expected = f"version {opened.franchise} of the franchise, with which it began"
        raise refused("franchise-changed", where, expected, franchise.version, "Have the admission looked into")

    def closed(swept: Swept, now: str) -> Event:
        return AdmissionClosed(
            **act.on(run) | {"version": 2, "recorded": now},
            **number,
            admitted=tuple(Admitted(applications=n, section=name) for name, n in sorted(swept.counts.items())),
            changed=swept.changed,
            digest=swept.digest,
            not_admitted=tuple(NotAdmitted(applications=n, code=c) for c, n in sorted(source.left_out.items())),
        )

    return Outcome((), Sweep(run.stream, opened, source, _section, closed))


def _section(event: Event) -> tuple[str, ...]:
    return (event.section,) if isinstance(event, ApplicationAdmitted) else ()
