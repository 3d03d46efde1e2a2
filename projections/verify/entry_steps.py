"""The check of entries one at a time: each follows on what stood before it, by number, field and franchise."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.rules.franchise import Franchise
from ledger.streams.body import Fault
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored, slip_faults
from ledger.streams.ordered import DECIDED
from ledger.streams.roll import RollFrozen, over_freeze_faults
from projections.roll.figures import FIELDS, RollFold

Step = EntryAdded | EntryAmended | EntryRemoved | EntryRestored


def step_faults(event: Step, fold: RollFold, rule: Franchise | None) -> Iterator[Fault]:
    """Find what the desk would have refused of an entry, by how it stood: code, what was expected, what was found.

    An entry that was never there is passed over: its stream does not replay, which is a finding of another check.

    Args:
        fold: the roll before the event.
        rule: the franchise in force then.
    """
    person = event.stream.rpartition("/")[2]
    if isinstance(event, EntryAdded):
        before = event.number - 1
        if (before and fold.entry(person, before) is None) or fold.entry(person, event.number) is not None:
            yield "number-differs", "the number after the person's last, from 1", str(event.number)
        return
    held = fold.entry(person, event.number)
    if held is None:
        return
    place, live = held
    if isinstance(event, EntryRestored):
        if live:
            yield "entry-live", "an entry that was removed", "one that stands"
        return
    if not live:
        yield "entry-not-live", "an entry that stands", "one that was removed"
    if isinstance(event, EntryAmended):
        old = place[FIELDS.index(event.field)]
        if event.old != old or event.new == old:
            yield "entry-differs", f"another {event.field} than {old or 'none'}", f"{event.old} to {event.new}"
        category = rule.category(event.new or "") if rule and event.field == "category" else None
        if event.field == "category" and (category is None or category.section != place[1]):
            yield "unknown-category", f"a category of the franchise in {place[1]}", event.new or "none"


def freeze_faults(event: Step, frozen: RollFrozen | None, removed: dict[tuple[str, int], str]) -> Iterator[Fault]:
    """Find a change that would alter the roll as it was frozen, or undo as a slip what was decided.

    Args:
        removed: stream and number of entries that were removed before, to the cause; gone on with here.
    """
    which = (event.stream, event.number)
    cause = event.source if isinstance(event, EntryAdded) else event.cause
    if cause not in DECIDED:  # a ruling has effect as its letter was sent, whenever that is recorded
        yield from over_freeze_faults(frozen, event.effective)
    if isinstance(event, EntryRestored):
        yield from slip_faults(removed.pop(which, ""), event.cause, frozen=frozen is not None)
    elif isinstance(event, EntryRemoved):
        removed[which] = event.cause
