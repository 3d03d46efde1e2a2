"""Entries of the roll added, amended, removed and restored, one at a time and each with its cause.

In bulk they are added by `build-roll`. Once the roll is frozen, an entry changes by a ruling, by an appeal, or to put
right a clerical error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import nearest, refused
from ledger.field import Id, PersonKey, StreamId
from ledger.rules.eligibility import Facts, evaluate_all
from ledger.rules.franchise import Category, Franchise
from ledger.streams.basis import Basis
from ledger.streams.certificate import Certificate
from ledger.streams.entry import (
    AmendCause,
    Cause,
    Entries,
    EntryAdded,
    EntryAmended,
    EntryField,
    EntryNow,
    EntryRemoved,
    EntryRestored,
    RestoreCause,
    Source,
    entry_stream,
    kept_instead,
)
from ledger.streams.franchise import Adopted, franchise_stream, require_category, require_franchise
from ledger.streams.member import IntakeState
from ledger.streams.merge import Merge, merge_stream
from ledger.streams.roll import Roll, require_not_frozen, roll_stream

DECIDED = {"ruling": ("ruling/", "case/"), "appeal": ("appeal/",)}  # what is decided elsewhere, and where it is
UNREAD = Basis("person/unread")  # in place of what is not a row of a register or an application
UNBATCHED = "none/none"  # in place of the intake and the certificate of what came in no batch


class AddEntry(Command):
    """Add an entry to the roll: one entitlement of one person. Those of a whole roll: build-roll."""

    election: Id = Field(description="id of the election")
    person: PersonKey = Field(description="key of the person; of two that were merged, the one that was kept")
    category: Id = Field(description="category of the franchise")
    section: Id = Field(description="section that the franchise has the category in")
    source: Source = Field(description="what kind of thing it rests on")
    basis: StreamId = Field(
        description="stream that it rests on: person/KEY, application/KEY, ruling/ID, case/ID or appeal/ID"
    )
    affiliate: Id | None = Field(None, description="id of the affiliate")
    region: Id | None = Field(None, description="id of the region")
    unit: Id | None = Field(None, description="id of the local unit")


def _basis(command: AddEntry, _: Mapping[str, Any]) -> Basis:
    read = command.basis.startswith(("person/", "application/")) and command.source not in DECIDED
    return Basis(command.basis) if read else UNREAD


@decision(
    AddEntry,
    franchise=lambda c, _: franchise_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
    entries=lambda c, _: entry_stream(c.election, c.person),
    basis=_basis,
    intake=lambda _, seen: IntakeState(f"intake/{seen['basis'].file or UNBATCHED}"),
    certificate=lambda _, seen: Certificate(f"certificate/{seen['basis'].file or UNBATCHED}"),
    merge=lambda c, _: merge_stream(c.person),
    joined=lambda _, seen: merge_stream(seen["basis"].key),
)
def add_entry(
    command: AddEntry,
    act: Act,
    franchise: Adopted,
    roll: Roll,
    entries: Entries,
    basis: Basis,
    intake: IntakeState,
    certificate: Certificate,
    merge: Merge,
    joined: Merge,
) -> Outcome:
    """Decide that an entry may be added.

    Raises:
        RefusedError: `no-franchise`, `unknown-category`, `unknown-section`, `merged-person`, `cause-required`,
            `after-freeze`, `unknown-basis`, `basis-differs`, `not-entitled`, `duplicate-entitlement`, in that order.
    """
    rule = require_franchise(franchise, command.election)
    where = f"{entries.stream}, {command.category}"
    category = require_category(rule, command.category, where)
    if command.section != category.section:
        found = f"{command.section}{nearest(command.section, rule.sections)}"
        raise refused("unknown-section", where, f"the category's section, {category.section}", found, "Correct it")
    if merge.kept is not None:
        remedy = f"Add it to {merge.kept}, or undo the merge first: undo-merge"
        raise refused("merged-person", where, "a person who is kept", f"one merged into {merge.kept}", remedy)
    if command.source in DECIDED:
        _require_decided(command.source, command.basis, where)
    else:
        require_not_frozen(roll, where)
        on_record = bool(intake.reconciled) if basis.member else bool(basis.application and basis.application.admitted)
        if not on_record:
            expected = "a row of a register that was taken in whole, or an application that was admitted"
            raise refused("unknown-basis", where, expected, command.basis, "Name the stream that it rests on")
        _require_as_recorded(command, basis, joined.kept or basis.key, where)
        _require_entitled(rule, category, basis, basis.facts(certified=certificate.exists), where)
    _require_room(rule, entries, command.section, command.affiliate)
    fields = command.model_dump(include={"affiliate", "basis", "category", "election", "region", "section", "unit"})
    added = EntryAdded(**act.on(entries), **fields, number=max(entries.entries, default=0) + 1, source=command.source)
    return Outcome([added])


def _require_as_recorded(command: AddEntry, basis: Basis, person: str, where: str) -> None:
    """Refuse an entry for another than its basis is about, or in another category (`basis-differs`)."""
    said = (basis.category, basis.placed("affiliate"), person)
    asked = (command.category, command.affiliate, command.person)
    if said != asked:
        text, found = (", ".join(each or "none" for each in values) for values in (said, asked))
        expected = f"category, affiliate and person of its basis: {text}"
        raise refused("basis-differs", where, expected, found, "Correct it")


def _require_entitled(rule: Franchise, category: Category, basis: Basis, facts: Facts, where: str) -> None:
    """Refuse an entry of what the franchise does not take, or takes by tests that were not passed (`not-entitled`)."""
    if rule.takes(basis.category, basis.register) is None:
        registers = f" in {', '.join(category.registers)}" if category.registers else ""
        expected = f"a category by {category.by}{registers}"
        raise refused("not-entitled", where, expected, basis.register or "an application", "See the franchise")
    failed = [each for each in evaluate_all(category, facts) if each.outcome != "passed"]
    if failed and not basis.application:  # those of an application were held when it was admitted
        text = "; ".join(f"{each.code} {each.outcome}: {each.why}" for each in failed)
        remedy = "It needs a ruling, or the facts put right in the register"
        raise refused("not-entitled", where, "every test of the category passed", text, remedy)


def _require_room(rule: Franchise, entries: Entries, section: str, affiliate: str | None, but: int = 0) -> None:
    """Refuse where an entry that stands leaves no room for another (`duplicate-entitlement`)."""
    kept = kept_instead(rule.several, entries.live, section, affiliate, but)
    if kept is not None:
        found = f"{entries.person}/{kept.number} in {kept.section}, which is kept"
        remedy = "Remove that one first, if this is the one to be kept"
        raise refused("duplicate-entitlement", entries.stream, f"a person without one, {rule.several}", found, remedy)


def _require_decided(cause: str, basis: str | None, where: str) -> None:
    """Refuse a ruling or an appeal that is not named (`cause-required`)."""
    kinds = DECIDED[cause]
    if basis is None or not basis.startswith(kinds):
        expected = f"the {cause} by its stream: {' or '.join(f'{kind}ID' for kind in kinds)}"
        raise refused("cause-required", where, expected, basis or "none", "Name it with --basis")


def _require_cause(cause: str | None, basis: str | None, roll: Roll, entries: Entries, number: int) -> None:
    """Refuse a change without a cause, or once the roll is frozen with one that is too late.

    Raises:
        RefusedError: `cause-required`, `after-freeze`, in that order.
    """
    where = f"{entries.stream}, entry {number}"
    if cause is None:
        raise refused("cause-required", where, "a cause", "none", "Give it with --cause")
    if cause in DECIDED:
        _require_decided(cause, basis, where)
    elif cause != "clerical":
        require_not_frozen(roll, f"{where}, {cause}")


def _entry(entries: Entries, number: int, *, live: bool) -> EntryNow:
    """Give an entry by number that is live, or that is not (`unknown-entry`, `entry-not-live`, `entry-live`)."""
    where = f"{entries.stream}, entry {number}"
    entry = entries.entries.get(number)
    if entry is None:
        known = ", ".join(map(str, entries.entries)) or "none"
        raise refused("unknown-entry", where, f"a number of the person's entries: {known}", number, "Correct it")
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
    basis: StreamId | None = Field(None, description="stream of the ruling or the appeal, or of what else it rests on")


@decision(
    AmendEntry,
    franchise=lambda c, _: franchise_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
    entries=lambda c, _: entry_stream(c.election, c.person),
)
def amend_entry(command: AmendEntry, act: Act, franchise: Adopted, roll: Roll, entries: Entries) -> Outcome:
    """Decide that an entry may be amended.

    Raises:
        RefusedError: `no-franchise`, `unknown-entry`, `entry-not-live`, `cause-required`, `after-freeze`,
            `entry-unchanged`, `category-required`, `unknown-category`, `unknown-section`, `duplicate-entitlement`.
    """
    rule = require_franchise(franchise, command.election)
    entry = _entry(entries, command.number, live=True)
    _require_cause(command.cause, command.basis, roll, entries, command.number)
    where = f"{entries.stream}, entry {command.number}, {command.field}"
    old = getattr(entry, command.field)
    if old == command.new:
        raise refused("entry-unchanged", where, "another value", command.new or "none", "Nothing needs doing")
    if command.field == "category":
        _require_same_section(rule, entry, command.new, where)
    if command.field == "affiliate":
        _require_room(rule, entries, entry.section, command.new, but=entry.number)
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
    basis: StreamId | None = Field(None, description="stream of the ruling or the appeal, or of what else it rests on")


@decision(
    RemoveEntry,
    roll=lambda c, _: roll_stream(c.election),
    entries=lambda c, _: entry_stream(c.election, c.person),
)
def remove_entry(command: RemoveEntry, act: Act, roll: Roll, entries: Entries) -> Outcome:
    """Decide that an entry may be removed.

    Raises:
        RefusedError: `unknown-entry`, `entry-not-live`, `cause-required`, `after-freeze`, in that order.
    """
    _entry(entries, command.number, live=True)
    _require_cause(command.cause, command.basis, roll, entries, command.number)
    fields = command.model_dump(include={"basis", "cause", "election", "number"})
    return Outcome([EntryRemoved(**act.on(entries), **fields)])


class RestoreEntry(Command):
    """Restore an entry that was removed, as it was."""

    election: Id = Field(description="id of the election")
    person: PersonKey = Field(description="key of the person")
    number: int = Field(ge=1, description="number of the entry")
    cause: RestoreCause | None = Field(None, description="why")
    basis: StreamId | None = Field(None, description="stream of the ruling or the appeal")


@decision(
    RestoreEntry,
    franchise=lambda c, _: franchise_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
    entries=lambda c, _: entry_stream(c.election, c.person),
)
def restore_entry(command: RestoreEntry, act: Act, franchise: Adopted, roll: Roll, entries: Entries) -> Outcome:
    """Decide that an entry may be restored.

    Raises:
        RefusedError: `no-franchise`, `unknown-entry`, `entry-live`, `cause-required`, `duplicate-entitlement`.
    """
    rule = require_franchise(franchise, command.election)
    entry = _entry(entries, command.number, live=False)
    _require_cause(command.cause, command.basis, roll, entries, command.number)
    _require_room(rule, entries, entry.section, entry.affiliate)
    fields = command.model_dump(include={"basis", "cause", "election", "number"})
    return Outcome([EntryRestored(**act.on(entries), **fields)])
