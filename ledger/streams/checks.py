"""`checks/<election>/<number>`: one run of the automatic checks over the applications to an election.

What a run finds of each application is recorded on that application, as `checks-run`, all of it in one batch: readers
see all of a run, or nothing. Runs are numbered from 1; one is closed before the next begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from ledger.batches.sweep import Found, Sweep, Swept
from ledger.checks.versions import require_version
from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, Text, Version
from ledger.rules.day import Day
from ledger.streams.application_events import CheckName, CheckOutcome, ChecksRun
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.member import IntakeId

RUNS_MAX = 100_000
CHECKS_MAX = 20
YEARS_MAX = 150
SAID = ("barred_file", "checks", "edition", "election", "matcher", "number", "on", "register_file", "years")


class CheckVersion(Canonical):
    """A check, in one of its registered versions."""

    check: CheckName
    version: Id


class ChecksOpened(Event):
    """A run of checks began.

    `register_file` is the keyed digest of the edition of the electoral register and of how it is read, `barred_file`
    that of the list of those who are barred; `years` on the day `on` are asked of an applicant's age.
    """

    audience = Audience.RESTRICTED
    type: Literal["checks-opened.v1"] = "checks-opened.v1"
    barred_file: IntakeId | None = None
    checks: tuple[CheckVersion, ...]
    edition: Id | None = None
    election: Id
    matcher: Text
    number: Version
    on: Day | None = None
    register_file: IntakeId | None = None
    years: Count | None = None


class OutcomeCount(Canonical):
    """How many applications came out of a check in one way."""

    applications: Count
    check: CheckName
    outcome: CheckOutcome


class ChecksClosed(Event):
    """A run of checks is complete, and counts from now on.

    `applications` were checked; `changed` were left out because something else was recorded of them meanwhile: the
    next run checks them. `digest` is the SHA-256 over the leaf hashes (RFC 6962) of the run, in the ledger's order.
    """

    audience = Audience.RESTRICTED
    type: Literal["checks-closed.v1"] = "checks-closed.v1"
    applications: Count
    changed: Count
    digest: Hash
    election: Id
    outcomes: tuple[OutcomeCount, ...]


@dataclass(frozen=True, slots=True)
class CheckRunState(State):
    """A run as it stands: absent, open, or closed."""

    opened: ChecksOpened | None = None
    closed: ChecksClosed | None = None

    def evolve(self, event: Event) -> CheckRunState:
        """Give the run after one more event."""
        match event:
            case ChecksOpened():
                return replace(self, version=event.version, opened=event)
            case ChecksClosed():
                return replace(self, version=event.version, closed=event)
        raise TypeError(f"{event.type} does not belong to a run of checks")


def checks_stream(election: str, number: int) -> CheckRunState:
    """Name the stream of a run."""
    return CheckRunState(f"checks/{election}/{number}")


class RunChecks(Command):
    """Run the automatic checks (pollbook run-checks ELECTION) over the applications that need them.

    An application needs them that was never checked, or for which a payment or something put right came in since. What
    is found is recorded of each, in one batch.
    """

    signed = True

    election: Id = Field(description="id of the election")
    number: Version = Field(le=RUNS_MAX, description="number of the run, from 1; run-checks fills it in")
    checks: tuple[CheckVersion, ...] = Field(
        min_length=1, max_length=CHECKS_MAX, description='checks, as JSON: [{"check":"payment","version":"1"}]'
    )
    matcher: Text = Field(description="name and version of what compares names; run-checks fills it in")
    edition: Id | None = Field(None, description="id of the edition of the electoral register, such as 2015-06")
    register_file: IntakeId | None = Field(None, description="keyed digest of the edition; run-checks fills it in")
    barred_file: IntakeId | None = Field(None, description="keyed digest of the list of those barred; likewise")
    years: int | None = Field(None, ge=1, le=YEARS_MAX, description="age that is asked for, in completed years")
    on: Day | None = Field(None, description="day on which it has to be reached, YYYY-MM-DD")

    _source: Found | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _has_what_its_checks_need(self) -> Self:
        given = {each.check for each in self.checks}
        needs = {
            "register-match": (self.edition, self.register_file),
            "sanction-list": (self.barred_file,),
            "age": (self.years, self.on),
        }
        if len(given) < len(self.checks):
            raise ValueError("checks: a check stands twice")
        for check, values in needs.items():
            if any((value is not None) != (check in given) for value in values):
                raise ValueError(f"{check}: goes with what it is held against, and that with it")
        return self

    def of(self, source: Found) -> Self:
        """Give the command what was found."""
        self._source = source
        return self

    @property
    def source(self) -> Found | None:
        """What was found; None where the command did not come from `pollbook run-checks`."""
        return self._source


@decision(
    RunChecks,
    election=lambda c, _: election_stream(c.election),
    run=lambda c, _: checks_stream(c.election, c.number),
    before=lambda c, _: checks_stream(c.election, c.number - 1),
)
def run_checks(command: RunChecks, act: Act, election: Election, run: CheckRunState, before: CheckRunState) -> Outcome:
    """Decide that a run of checks may be recorded, or gone on with.

    Raises:
        RefusedError: `unknown-election`, `unknown-check-version`, `checks-open`, `nothing-found`, `batch-differs`.
    """
    require_election(election, command.election)
    if run.closed:
        return Outcome()
    where = f"run {command.number} of the checks of election {command.election}"
    for each in command.checks:
        require_version(each.check, each.version, where)
    if command.number > 1 and not before.closed:
        found = "an open one" if before.opened else "none"
        remedy = "Finish it first: give pollbook run-checks again as it was given"
        raise refused("checks-open", where, f"run {command.number - 1} closed", found, remedy)
    if command.source is None:
        remedy = f"Run them: pollbook run-checks {command.election}"
        raise refused("nothing-found", where, "what the checks found", "nothing", remedy)
    said = {name: getattr(command, name) for name in SAID}
    opened = run.opened or ChecksOpened(**act.on(run), **said)
    differs = [name for name in SAID if getattr(opened, name) != said[name]]
    if differs:
        expected, found = (f"{differs[0]} {_shown(each)}" for each in (getattr(opened, differs[0]), said[differs[0]]))
        raise refused("batch-differs", where, expected, found, "Give what the run was begun with")

    def closed(swept: Swept, now: str) -> Event:
        envelope = act.on(run) | {"version": 2, "recorded": now}
        counts: dict[str, Any] = {"applications": swept.events, "changed": swept.changed, "digest": swept.digest}
        return ChecksClosed(**envelope, **counts, election=command.election, outcomes=_outcomes(swept.counts))

    return Outcome((), Sweep(run.stream, opened, command.source, outcomes_of, closed))


def outcomes_of(event: Event) -> Iterator[tuple[CheckName, CheckOutcome]]:
    """Give what each check found of an application."""
    if isinstance(event, ChecksRun):
        for each in event.checks:
            yield each.check, each.outcome


def said_of(event: ChecksRun) -> Iterator[object]:
    """Give what a verifier counts of an event of a run: its outcomes, and once what it was held against, and how."""
    yield from outcomes_of(event)
    versions = tuple(CheckVersion(check=each.check, version=each.version) for each in event.checks)
    yield event.edition, event.matcher, versions


def _outcomes(counts: Mapping[tuple[CheckName, CheckOutcome], int]) -> tuple[OutcomeCount, ...]:
    return tuple(
        OutcomeCount(applications=number, check=check, outcome=outcome)
        for (check, outcome), number in sorted(counts.items())
    )


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)
