"""What is told of franchises, entries and rolls; see `words.tells`."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.rules.franchise import Category
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.franchise import FranchiseAdopted
from ledger.streams.freezes import FreezeListed
from ledger.streams.roll import (
    RegisterInspected,
    RollCertified,
    RollCopySupplied,
    RollCounted,
    RollFrozen,
    SectionCount,
)
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells, when

SEVERAL = {
    "one-per-person": "One person has one entry",
    "per-section": "One person has one entry in each section",
    "per-section-and-affiliate": "One person has one entry in each section for each affiliate",
}


def _entries(number: int) -> str:
    return counted(number, "entry", "entries")


def _category(category: Category) -> str:
    source = f"registers {listed(category.registers)}" if category.registers else "applications"
    tests = listed([test.test for test in category.tests], "none")
    return f"Category {category.category}, by {source}, is in section {category.section}; tests: {tests}."


def _rests(basis: str | None) -> Sentences:
    return (f"It rests on {basis}.",) if basis else ()


def _sections(sections: Sequence[SectionCount]) -> str:
    return listed([f"{each.section} {each.entries:,}" for each in sections], "none")


def _left_open(batches: Sequence[str], reason: str | None) -> Sentences:
    if not batches:
        return ()
    return (f"Batches under way: {listed(batches)}; reason given: {quoted(reason or '')}.",)


@tells(FranchiseAdopted)
def _(event: FranchiseAdopted, _names: Names) -> Sentences:
    rule = event.rule
    order = f", the first of {listed(rule.precedence)}" if rule.precedence else ""
    decided = f", decision {event.decision}" if event.decision else ""
    by = (f"By clause {short(event.clause)}{decided}.",) if event.clause else ()
    what = f"adopted the franchise of election {event.election}"
    return (what, f"{SEVERAL[rule.several]}{order}.", *map(_category, rule.categories), *by)


@tells(EntryAdded)
def _(event: EntryAdded, _names: Names) -> Sentences:
    places = [f"{name} {value}" for name in ("affiliate", "region", "unit") if (value := getattr(event, name))]
    where = "".join(f", {place}" for place in places)
    what = f"added entry {event.number} of {event.stream}, in section {event.section} as {event.category}{where}"
    return (what, f"It rests on {event.basis}, by {event.source}.")


@tells(EntryAmended)
def _(event: EntryAmended, _names: Names) -> Sentences:
    change = f"{event.field} from {event.old or 'none'} to {event.new or 'none'}"
    return (f"amended entry {event.number} of {event.stream}, {change}", f"Cause: {event.cause}.", *_rests(event.basis))


@tells(EntryRemoved)
def _(event: EntryRemoved, _names: Names) -> Sentences:
    return (f"removed entry {event.number} of {event.stream}", f"Cause: {event.cause}.", *_rests(event.basis))


@tells(EntryRestored)
def _(event: EntryRestored, _names: Names) -> Sentences:
    return (f"restored entry {event.number} of {event.stream}", f"Cause: {event.cause}.", *_rests(event.basis))


@tells(RollBuildOpened)
def _(event: RollBuildOpened, _names: Names) -> Sentences:
    what = f"began build {event.build} of the roll of election {event.election}, as of event {event.as_of_position}"
    return (what, f"It goes by the franchise {short(event.franchise)}, and counts once it is closed.")


@tells(RollBuildClosed)
def _(event: RollBuildClosed, _names: Names) -> Sentences:
    failed = sum(each.rows for each in event.failed)
    what = f"closed build {event.build} of the roll of election {event.election}, of {counted(event.rows, 'row')}"
    why = listed([f"{each.test} {each.rows:,}" for each in event.failed])
    parts = f"{_entries(event.accepted)} added, {event.held:,} held before, {failed:,} without"
    added = f"Added by section: {_sections(event.sections)}."
    return (what, f"Its rows: {parts}.", added, *([f"Tests not passed: {why}."] if event.failed else []))


@tells(FreezeListed)
def _(event: FreezeListed, _names: Names) -> Sentences:
    return (f"listed the freeze of the roll of election {event.election} with those of other elections",)


@tells(RollFrozen)
def _(event: RollFrozen, _names: Names) -> Sentences:
    what = f"froze the roll of election {event.election} with {_entries(event.entries)}"
    late = ", after it took effect: it is retrospective" if event.retrospective else ""
    return (
        f"{what}, as of event {event.as_of_position}",
        f"It is version {event.roll_version}; its root is {short(event.root)}.",
        f"Sections that may be published: {_sections(event.sections)}.",
        f"It was published on {when(event.published)}{late}.",
        *_left_open(event.open_batches, event.reason),
    )


@tells(RollCounted)
def _(event: RollCounted, _names: Names) -> Sentences:
    total = sum(cell.entries for cell in event.cells)
    what = f"counted {_entries(total)} of version {event.roll_version} of the roll of election {event.election}"
    cells = [f"{cell.section} {cell.category} {cell.region or 'of no region'} {cell.entries:,}" for cell in event.cells]
    return (what, f"By section, category and region: {listed(cells, 'none')}.")


@tells(RollCertified)
def _(event: RollCertified, _names: Names) -> Sentences:
    what = f"certified the roll of election {event.election}"
    return (
        f"{what}, as of event {event.as_of_position}",
        f"It is version {event.roll_version}; its root is {short(event.root)}.",
        f"Cases that were open: {event.open_cases:,}{_cases_then(event)}; the statement is {short(event.statement)}.",
        *_left_open(event.open_batches, event.reason),
    )


def _cases_then(event: RollCertified) -> str:
    return f" (pollbook cases --open --known-at {event.as_of_position})" if event.open_cases else ""


@tells(RollCopySupplied)
def _(event: RollCopySupplied, _names: Names) -> Sentences:
    what = f"recorded a copy of version {event.roll_version} of the roll of election {event.election}"
    return (f"{what}, supplied to {event.recipient}: {_entries(event.rows)}", f"It is for {quoted(event.purpose)}.")


@tells(RegisterInspected)
def _(event: RegisterInspected, _names: Names) -> Sentences:
    done = "declined to inspect the register" if event.finding == "declined" else "inspected the register"
    asked = f"It was asked for by a {event.requested_by} on {when(event.requested_on)}"
    outside = ", outside the period for that" if event.outside_period else ""
    found = () if event.finding == "declined" else (f"It was found {event.finding}.",)
    why = (f"Reason given: {quoted(event.reason)}.",) if event.reason else ()
    return (f"{done} in election {event.election}", f"{asked}{outside}.", *found, *why)
