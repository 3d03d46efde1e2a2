"""Entries added to the roll one at a time, each with what it rests on; in bulk they are added by `build-roll`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import nearest, refused
from ledger.field import Id, PersonKey, StreamId
from ledger.rules.eligibility import Facts, evaluate_all
from ledger.rules.franchise import Category, Franchise
from ledger.streams.appeal import Appeal
from ledger.streams.application import Application
from ledger.streams.basis import Basis
from ledger.streams.case import Case
from ledger.streams.certificate import Certificate
from ledger.streams.entry import (
    Entries,
    EntryAdded,
    Source,
    entry_stream,
    kept_instead,
)
from ledger.streams.franchise import Adopted, franchise_stream, require_category, require_franchise
from ledger.streams.member import IntakeState
from ledger.streams.merge import Merge, merge_stream
from ledger.streams.ordered import DECIDED, Change, reads_of, require_addition, require_ordered
from ledger.streams.refused_application import application_of
from ledger.streams.roll import Roll, require_after_freeze, require_not_frozen, roll_stream

UNREAD = Basis("person/unread")  # in place of what is not a row of a register or an application
WHERE = ("affiliate", "region", "unit")  # where an entry stands, which its basis says
UNBATCHED = "none/none"  # in place of the intake and the certificate of what came in no batch


class AddEntry(Command):
    """Add an entry to the roll: one entitlement of one person. Those of a whole roll: build-roll."""

    election: Id = Field(description="id of the election")
    person: PersonKey = Field(description="key of the person; of two that were merged, the one that was kept")
    category: Id = Field(description="category of the franchise")
    section: Id = Field(description="section that the franchise has the category in")
    source: Source = Field(description="what kind of thing it rests on")
    basis: StreamId = Field(
        description="stream that it rests on: person/KEY, application/KEY, case/ID or appeal/ID/RULING"
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
    **reads_of("source"),
    application=application_of,
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
    case: Case,
    appeal: Appeal,
    application: Application,
) -> Outcome:
    """Decide that an entry may be added.

    Raises:
        RefusedError: `no-franchise`, `unknown-category`, `unknown-section`, `merged-person`, `before-freeze`,
            `cause-required`, `basis-missing`, `basis-unfit`, `basis-spent`, `after-freeze`, `unknown-basis`,
            `basis-differs`, `not-entitled`, `duplicate-entitlement`, in that order.
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
    require_after_freeze(roll, act.effective, where)
    if command.source in DECIDED:
        require_decided(command.source, command.basis, where)
        change = Change("add", command.election, command.person)
        require_ordered(command.source, command.basis, change, case, appeal, where)
        require_addition(command.basis, command.category, entries, application, where)
    else:
        require_not_frozen(roll, where)
        on_record = bool(intake.reconciled) if basis.member else bool(basis.application and basis.application.admitted)
        if not on_record:
            expected = "a row of a register that was taken in whole, or an application that was admitted"
            raise refused("unknown-basis", where, expected, command.basis, "Name the stream that it rests on")
        _require_as_recorded(command, basis, joined.kept or basis.key, where)
        _require_entitled(rule, category, basis, basis.facts(certified=certificate.exists), where)
    require_room(rule, entries, command.section, command.affiliate)
    fields = command.model_dump(include={"affiliate", "basis", "category", "election", "region", "section", "unit"})
    added = EntryAdded(**act.on(entries), **fields, number=max(entries.entries, default=0) + 1, source=command.source)
    return Outcome([added])


def _require_as_recorded(command: AddEntry, basis: Basis, person: str, where: str) -> None:
    """Refuse an entry for another than its basis is about, in another category, or elsewhere (`basis-differs`)."""
    said = (basis.category, *(basis.placed(name) for name in WHERE), person)
    asked = (command.category, command.affiliate, command.region, command.unit, command.person)
    if said != asked:
        text, found = (", ".join(each or "none" for each in values) for values in (said, asked))
        expected = f"category, affiliate, region, unit and person of its basis: {text}"
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


def require_room(rule: Franchise, entries: Entries, section: str, affiliate: str | None, but: int = 0) -> None:
    """Refuse where an entry that stands leaves no room for another (`duplicate-entitlement`)."""
    kept = kept_instead(rule.several, entries.live, section, affiliate, but)
    if kept is not None:
        found = f"{entries.person}/{kept.number} in {kept.section}, which is kept"
        remedy = "Remove that one first, if this is the one to be kept"
        raise refused("duplicate-entitlement", entries.stream, f"a person without one, {rule.several}", found, remedy)


def require_decided(cause: str, basis: str | None, where: str) -> None:
    """Refuse a ruling or an appeal that is not named (`cause-required`)."""
    kind = DECIDED[cause]
    if basis is None or not basis.startswith(kind):
        expected = f"the {cause} by its stream: {kind}ID"
        raise refused("cause-required", where, expected, basis or "none", "Name it with --basis")
