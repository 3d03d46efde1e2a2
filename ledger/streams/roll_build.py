"""`build/<election>/<number>`: the roll built in bulk, everybody who passes the franchise's tests and has no entry yet.

A build sees what was on record as of one position, and the franchise of then, so that one that was killed goes on as
it was begun. Its entries count once it is closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr

from ledger.batches.build import Build, BuildTally, Candidates
from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import INT_MAX, Count, Hash, Id, Version
from ledger.rules.franchise import franchise_hash
from ledger.streams.franchise import Adopted, franchise_stream, require_franchise
from ledger.streams.roll import Roll, SectionCount, require_not_frozen, roll_stream


class RollBuildOpened(Event):
    """A build of the roll was begun, by a franchise and of what was on record as of a position."""

    audience = Audience.RESTRICTED
    type: Literal["roll-build-opened.v1"] = "roll-build-opened.v1"
    as_of_position: Count
    build: Version
    election: Id
    franchise: Hash


class FailedRows(Canonical):
    """How many rows got no entry because of one test, the first that they did not pass."""

    rows: Count
    test: Id


class RollBuildClosed(Event):
    """A build is complete: its entries now count. Rows are those accepted, those held, and those that failed.

    Held are those whose person has such an entry, or had one that was removed, or has another that is kept instead.
    `digest` is the
    SHA-256 over the leaf hashes (RFC 6962) of the entries, in the order of the ledger.
    """

    audience = Audience.RESTRICTED
    type: Literal["roll-build-closed.v1"] = "roll-build-closed.v1"
    accepted: Count
    build: Version
    digest: Hash
    election: Id
    failed: tuple[FailedRows, ...]
    held: Count
    rows: Count
    sections: tuple[SectionCount, ...]


@dataclass(frozen=True, slots=True)
class BuildState(State):
    """A build as it stands: absent, open, or closed."""

    opened: RollBuildOpened | None = None
    closed: RollBuildClosed | None = None

    def evolve(self, event: Event) -> BuildState:
        """Give the build after one more event."""
        match event:
            case RollBuildOpened():
                return replace(self, version=event.version, opened=event)
            case RollBuildClosed():
                return replace(self, version=event.version, closed=event)
        raise TypeError(f"{event.type} does not belong to a build")


def build_stream(election: str, build: int) -> BuildState:
    """Name the stream of a build."""
    return BuildState(f"build/{election}/{build}")


class BuildRoll(Command):
    """Add the entries of everybody who passes the franchise's tests and never had one: pollbook build-roll ELECTION.

    An entry that was removed is not added again by this, but by restore-entry or add-entry.
    """

    signed = True

    election: Id = Field(description="id of the election")
    build: int = Field(ge=1, le=INT_MAX, description="number of the build; build-roll fills it in")
    as_of_position: int = Field(ge=0, le=INT_MAX, description="last event that it sees; build-roll fills it in")
    franchise: Hash = Field(description="content hash of the franchise; build-roll fills it in")

    _source: Candidates | None = PrivateAttr(None)

    def of(self, source: Candidates) -> Self:
        """Give the command those who are to have entries."""
        self._source = source
        return self

    @property
    def source(self) -> Candidates | None:
        """Those who are to have entries; None where the command did not come from build-roll."""
        return self._source


@decision(
    BuildRoll,
    franchise=lambda c, _: franchise_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
    build=lambda c, _: build_stream(c.election, c.build),
)
def build_roll(command: BuildRoll, act: Act, franchise: Adopted, roll: Roll, build: BuildState) -> Outcome:
    """Decide that a roll may be built.

    Raises:
        RefusedError: `no-franchise`, `after-freeze`, `build-differs`, `unknown-franchise`, `no-rows-given`, in that
            order.
    """
    if build.closed:
        return Outcome()
    require_franchise(franchise, command.election)
    where = f"build {command.build} of election {command.election}"
    require_not_frozen(roll, where)
    before = build.opened
    asked = (command.as_of_position, command.franchise)
    if before and (before.as_of_position, before.franchise) != asked:
        expected = f"as of event {before.as_of_position} by {before.franchise}"
        remedy = f"Go on with it: pollbook build-roll {command.election}"
        raise refused("build-differs", where, expected, f"as of event {asked[0]} by {asked[1]}", remedy)
    versions = franchise.versions if before else franchise.versions[-1:]
    rule = next((each.rule for each in versions if franchise_hash(each.rule) == command.franchise), None)
    if rule is None:
        remedy = f"Build by that: pollbook build-roll {command.election}"
        expected = f"the franchise in force, {franchise_hash(versions[-1].rule)}"
        raise refused("unknown-franchise", where, expected, command.franchise, remedy)
    source = command.source
    if source is None:
        remedy = f"Give it as: pollbook build-roll {command.election}"
        raise refused("no-rows-given", where, "the people on record", "none", remedy)
    shared: dict[str, Any] = {"build": command.build, "election": command.election}
    opened = before or RollBuildOpened(
        **act.on(build), **shared, as_of_position=command.as_of_position, franchise=command.franchise
    )
    entry = {"actor": opened.actor, "batch": build.stream, "effective": opened.effective}

    def closed(tally: BuildTally, digest: str, now: str) -> Event:
        envelope = act.on(build) | {"version": 2, "recorded": now}
        failed = tuple(FailedRows(rows=rows, test=test) for test, rows in sorted(tally.failed.items()))
        sections = tuple(SectionCount(section=name, entries=each) for name, each in sorted(tally.sections.items()))
        rows = tally.accepted + tally.held + sum(tally.failed.values())
        counts: dict[str, Any] = {"accepted": tally.accepted, "held": tally.held, "rows": rows}
        return RollBuildClosed(**envelope, **shared, **counts, digest=digest, failed=failed, sections=sections)

    guarded = {roll.stream: roll.version}
    made = Build(build.stream, opened, command.election, rule.several, source, entry, guarded, closed)
    return Outcome((), made)
