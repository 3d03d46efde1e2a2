"""Entries of the roll amended, removed and restored, each with its cause.

Once the roll is frozen, an entry changes by a ruling, by an appeal, or to put right a clerical error, to which a second
officer agreed.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import Id, PersonKey, StreamId
from ledger.rules.franchise import Franchise
from ledger.streams.agreement import SECOND, Agreement, Second, require_second
from ledger.streams.appeal import Appeal
from ledger.streams.case import Case
from ledger.streams.entries import require_decided, require_room
from ledger.streams.entry import (
    AmendCause,
    Cause,
    Entries,
    EntryAmended,
    EntryField,
    EntryNow,
    EntryRemoved,
    EntryRestored,
    RestoreCause,
    entry_stream,
    slip_faults,
)
from ledger.streams.founding import Founding
from ledger.streams.franchise import Adopted, franchise_stream, require_category, require_franchise
from ledger.streams.office import Office
from ledger.streams.ordered import DECIDED, Change, reads_of, require_ordered
from ledger.streams.roll import Roll, require_after_freeze, require_not_frozen, roll_stream
from ledger.streams.roll_build import BuildState

UNBUILT = "build/none/0"  # in place of the build of what came in none


class Ground(NamedTuple):
    """What a change is held against: the roll, what it rests on, and the second officer's agreement."""

    roll: Roll
    case: Case
    appeal: Appeal
    agreement: Agreement
    second: Office
    founding: Founding


def _require_cause(
    kind: Literal["amend", "remove", "restore"],
    command: AmendEntry | RemoveEntry | RestoreEntry,
    act: Act,
    entries: Entries,
    ground: Ground,
) -> None:
    """Refuse a change without a cause, one that nothing orders, or once the roll is frozen one that is too late.

    Raises:
        RefusedError: `before-freeze`, `cause-required`, `basis-missing`, `basis-unfit`, `after-freeze`,
            `clerical-alone`, `second-officer`, in that order.
    """
    cause, basis = command.cause, command.basis
    where = f"{entries.stream}, entry {command.number}"
    require_after_freeze(ground.roll, act.effective, where)
    if cause is None:
        raise refused("cause-required", where, "a cause", "none", "Give it with --cause")
    if cause in DECIDED:
        require_decided(cause, basis, where)
        change = Change(kind, command.election, command.person, command.number)
        require_ordered(cause, basis, change, ground.case, ground.appeal, where)
    elif cause != "clerical":
        require_not_frozen(ground.roll, f"{where}, {cause}")
    elif ground.roll.frozen:
        require_second(command, act, entries, Second(ground.agreement, ground.second, ground.founding), where)


def _entry(entries: Entries, number: int, build: BuildState, *, live: bool) -> EntryNow:
    """Give an entry by number that is live, or that is not.

    Raises:
        RefusedError: `unknown-entry`, `build-open`, `entry-not-live`, `entry-live`.
    """
    where = f"{entries.stream}, entry {number}"
    entry = entries.entries.get(number)
    if entry is None:
        known = ", ".join(map(str, entries.entries)) or "none"
        raise refused("unknown-entry", where, f"a number of the person's entries: {known}", number, "Correct it")
    if build.opened and not build.closed:
        remedy = "Go on with the build, or wait for it: pollbook build-roll"
        raise refused("build-open", where, "an entry of a build that is closed", build.stream, remedy)
    if live and not entry.live:
        raise refused(
            "entry-not-live", where, "an entry that stands", f"one removed at {entry.since}", "Restore it first"
        )
    if not live and entry.live:
        raise refused("entry-live", where, "an entry that was removed", "one that stands", "Nothing needs doing")
    return entry


class AmendEntry(Command):
    """Give one field of an entry another value. To move somebody to another section, remove one and add another."""

    election: Id = Field(description="id of the election")
    person: PersonKey = Field(description="key of the person")
    number: int = Field(ge=1, description="number of the entry")
    field: EntryField = Field(description="which field")
    new: Id | None = Field(None, description="the new value; none if left out")
    cause: AmendCause | None = Field(None, description="why")
    basis: StreamId | None = Field(None, description="stream of the case or the appeal, or of what else it rests on")


@decision(
    AmendEntry,
    franchise=lambda c, _: franchise_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
    entries=lambda c, _: entry_stream(c.election, c.person),
    build=lambda c, seen: BuildState(seen["entries"].batch_of(c.number) or UNBUILT),
    **reads_of("cause"),
    **SECOND,
)
def amend_entry(
    command: AmendEntry,
    act: Act,
    franchise: Adopted,
    entries: Entries,
    build: BuildState,
    **ground: Any,
) -> Outcome:
    """Decide that an entry may be amended.

    Raises:
        RefusedError: `no-franchise`, `unknown-entry`, `build-open`, `entry-not-live`, `before-freeze`,
            `cause-required`, `basis-missing`, `basis-unfit`, `after-freeze`, `clerical-alone`, `second-officer`,
            `entry-unchanged`, `category-required`, `unknown-category`, `unknown-section`, `duplicate-entitlement`,
            in that order.
    """
    rule = require_franchise(franchise, command.election)
    entry = _entry(entries, command.number, build, live=True)
    _require_cause("amend", command, act, entries, Ground(**ground))
    where = f"{entries.stream}, entry {command.number}, {command.field}"
    old = getattr(entry, command.field)
    if old == command.new:
        raise refused("entry-unchanged", where, "another value", command.new or "none", "Nothing needs doing")
    if command.field == "category":
        _require_same_section(rule, entry, command.new, where)
    if command.field == "affiliate":
        require_room(rule, entries, entry.section, command.new, but=entry.number)
    fields = command.model_dump(include={"basis", "cause", "election", "field", "new", "number"})
    return Outcome([EntryAmended(**act.on(entries), **fields, old=old)])


def _require_same_section(rule: Franchise, entry: EntryNow, new: str | None, where: str) -> None:
    if new is None:
        raise refused("category-required", where, "a category of the franchise", "none", "Give it with --new")
    section = require_category(rule, new, where).section
    if section != entry.section:
        remedy = "Remove the entry and add another in that section"
        raise refused("unknown-section", where, f"a category in {entry.section}", f"{new}, in {section}", remedy)


class RemoveEntry(Command):
    """Remove an entry from the roll. It stays on record, with the cause, and may be restored."""

    election: Id = Field(description="id of the election")
    person: PersonKey = Field(description="key of the person")
    number: int = Field(ge=1, description="number of the entry")
    cause: Cause | None = Field(None, description="why")
    basis: StreamId | None = Field(None, description="stream of the case or the appeal, or of what else it rests on")


@decision(
    RemoveEntry,
    roll=lambda c, _: roll_stream(c.election),
    entries=lambda c, _: entry_stream(c.election, c.person),
    build=lambda c, seen: BuildState(seen["entries"].batch_of(c.number) or UNBUILT),
    **reads_of("cause"),
    **SECOND,
)
def remove_entry(command: RemoveEntry, act: Act, entries: Entries, build: BuildState, **ground: Any) -> Outcome:
    """Decide that an entry may be removed.

    Raises:
        RefusedError: `unknown-entry`, `build-open`, `entry-not-live`, `before-freeze`, `cause-required`,
            `basis-missing`, `basis-unfit`, `after-freeze`, `clerical-alone`, `second-officer`, in that order.
    """
    _entry(entries, command.number, build, live=True)
    _require_cause("remove", command, act, entries, Ground(**ground))
    fields = command.model_dump(include={"basis", "cause", "election", "number"})
    return Outcome([EntryRemoved(**act.on(entries), **fields)])


class RestoreEntry(Command):
    """Restore an entry that was removed, as it was."""

    election: Id = Field(description="id of the election")
    person: PersonKey = Field(description="key of the person")
    number: int = Field(ge=1, description="number of the entry")
    cause: RestoreCause | None = Field(None, description="why")
    basis: StreamId | None = Field(None, description="stream of the case or the appeal")


@decision(
    RestoreEntry,
    franchise=lambda c, _: franchise_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
    entries=lambda c, _: entry_stream(c.election, c.person),
    **reads_of("cause"),
    **SECOND,
)
def restore_entry(command: RestoreEntry, act: Act, franchise: Adopted, entries: Entries, **ground: Any) -> Outcome:
    """Decide that an entry may be restored.

    Raises:
        RefusedError: `no-franchise`, `unknown-entry`, `entry-live`, `removal-stands`, `before-freeze`,
            `cause-required`, `basis-missing`, `basis-unfit`, `clerical-alone`, `second-officer`,
            `duplicate-entitlement`, in that order.
    """
    rule = require_franchise(franchise, command.election)
    entry = _entry(entries, command.number, BuildState(UNBUILT), live=False)
    held = Ground(**ground)
    for code, expected, found in slip_faults(entry.removed, command.cause or "", frozen=held.roll.frozen is not None):
        remedy = "Name the ruling or the appeal with --cause and --basis"
        raise refused(code, f"{entries.stream}, entry {command.number}", expected, found, remedy)
    _require_cause("restore", command, act, entries, held)
    require_room(rule, entries, entry.section, entry.affiliate)
    fields = command.model_dump(include={"basis", "cause", "election", "number"})
    return Outcome([EntryRestored(**act.on(entries), **fields)])
