"""`entry/<election>/<person>`: the entries of one person on the roll, each one entitlement in one section.

What is recorded there, and the state; the decisions are in `entries`. An elector's number is `<person>/<number>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from ledger.decision import State
from ledger.event import Audience, Event
from ledger.field import Id, StreamId, Version
from ledger.rules.franchise import Several
from ledger.streams.body import Fault

EntryField = Literal["affiliate", "category", "region", "unit"]
Source = Literal["register", "application", "office", "ruling", "appeal"]
Cause = Literal["death", "duplicate", "resigned", "lapsed", "expelled", "ruling", "appeal", "clerical"]
AmendCause = Literal["transferred", "upgraded", "ruling", "appeal", "clerical"]
RestoreCause = Literal["ruling", "appeal", "clerical"]


class EntryAdded(Event):
    """An entry was added to the roll: one entitlement of one person, in one section; `basis` is what it rests on."""

    audience = Audience.RESTRICTED
    type: Literal["entry-added.v1"] = "entry-added.v1"
    affiliate: Id | None = None
    basis: StreamId
    category: Id
    election: Id
    number: Version
    region: Id | None = None
    section: Id
    source: Source
    unit: Id | None = None


class EntryAmended(Event):
    """One field of an entry was given another value, or its first, or none any more."""

    audience = Audience.RESTRICTED
    type: Literal["entry-amended.v1"] = "entry-amended.v1"
    basis: StreamId | None = None
    cause: AmendCause
    election: Id
    field: EntryField
    new: Id | None = None
    number: Version
    old: Id | None = None


class EntryRemoved(Event):
    """An entry was removed from the roll: its person has no paper by it any more."""

    audience = Audience.RESTRICTED
    type: Literal["entry-removed.v1"] = "entry-removed.v1"
    basis: StreamId | None = None
    cause: Cause
    election: Id
    number: Version


class EntryRestored(Event):
    """An entry that was removed was put back as it was."""

    audience = Audience.RESTRICTED
    type: Literal["entry-restored.v1"] = "entry-restored.v1"
    basis: StreamId | None = None
    cause: RestoreCause
    election: Id
    number: Version


CHANGES = tuple(
    kind.model_fields["type"].default for kind in (EntryAdded, EntryAmended, EntryRemoved, EntryRestored)
)  # types of all that changes a roll


class EntryNow(NamedTuple):
    """One entry as it stands: live, or removed; `since` is when that took effect (UTC).

    `batch` is the build that it came in, empty if none: until that is closed, it does not count. `removed` is the cause
    that it was removed for, last.
    """

    number: int
    category: str
    section: str
    affiliate: str | None
    region: str | None
    unit: str | None
    live: bool
    since: str
    batch: str = ""
    removed: str = ""


def slip_faults(removed: str, cause: str, *, frozen: bool) -> Iterator[Fault]:
    """Find that an entry is restored as a clerical error which was removed for more than that.

    What a ruling or an appeal removed comes back by one. Once the roll is frozen, so does whoever resigned, lapsed or
    was expelled: that they are a member again gives no entry.

    Args:
        removed: the cause that it was removed for; `cause`, that of restoring it.
    """
    needs = ("ruling", "appeal", *(("resigned", "lapsed", "expelled") if frozen else ()))
    if cause == "clerical" and removed in needs:
        yield "removal-stands", "a ruling or an appeal that restores it", f"clerical, of one removed by {removed}"


@dataclass(frozen=True, slots=True)
class Entries(State):
    """The entries of one person, by number, those removed among them; `given_by`: what cases and appeals gave any."""

    entries: Mapping[int, EntryNow] = field(default_factory=dict)
    given_by: frozenset[str] = frozenset()

    @property
    def person(self) -> str:
        """The person's key, from the stream's name."""
        return self.stream.rpartition("/")[2]

    def batch_of(self, number: int) -> str:
        """Give the build that an entry came in; empty if none."""
        entry = self.entries.get(number)
        return entry.batch if entry else ""

    @property
    def live(self) -> tuple[EntryNow, ...]:
        """The entries that stand, by number."""
        return tuple(each for _, each in sorted(self.entries.items()) if each.live)

    def evolve(self, event: Event) -> Entries:
        """Give the entries after one more event."""
        given_by = self.given_by
        match event:
            case EntryAdded():
                if event.source in ("ruling", "appeal"):
                    given_by |= {event.basis}
                where = (event.category, event.section, event.affiliate, event.region, event.unit)
                entry = EntryNow(event.number, *where, True, event.effective, event.batch or "")
            case EntryAmended():
                changes: dict[str, Any] = {event.field: event.new}
                entry = self._entry(event)._replace(**changes)
            case EntryRemoved() | EntryRestored():
                live = isinstance(event, EntryRestored)
                removed = "" if isinstance(event, EntryRestored) else event.cause
                entry = self._entry(event)._replace(live=live, since=event.effective, removed=removed)
            case _:
                raise TypeError(f"{event.type} does not belong to entries")
        held = {**self.entries, entry.number: entry}
        return replace(self, version=event.version, entries=held, given_by=given_by)

    def _entry(self, event: EntryAmended | EntryRemoved | EntryRestored) -> EntryNow:
        if event.number not in self.entries:
            raise TypeError(f"{event.type} does not belong to entries without number {event.number}")
        return self.entries[event.number]


def entry_stream(election: str, person: str) -> Entries:
    """Name the stream of a person's entries."""
    return Entries(f"entry/{election}/{person}")


def kept_instead(
    several: Several, held: Iterable[EntryNow], section: str, affiliate: str | None, but: int = 0
) -> EntryNow | None:
    """Give the entry that leaves no room for one in a section, by the franchise; None where there is room.

    Args:
        several: how many entries one person may have.
        held: the entries that they have.
        but: number of an entry that is not looked at.
    """
    for each in held:
        alike = {
            "one-per-person": True,
            "per-section": each.section == section,
            "per-section-and-affiliate": (each.section, each.affiliate) == (section, affiliate),
        }
        if each.number != but and alike[several]:
            return each
    return None
