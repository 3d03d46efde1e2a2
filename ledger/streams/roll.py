"""`roll/<election>`: the roll frozen, counted and certified; copies of it supplied, and inspections of the register.

What is recorded there, and the state; the decisions are in `freeze` and `inspection`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ledger.decision import State
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, StreamId, Text, Time, Version
from ledger.streams.body import Fault

CELL_MIN = 10  # entries: what is published shows no section with fewer


class SectionCount(Canonical):
    """Live entries of one section."""

    entries: Count
    section: Id


class RollCell(Canonical):
    """Live entries alike in category, section and region; None: those that name no region."""

    category: Id
    entries: Count
    region: Id | None = None
    section: Id


class RollFrozen(Event):
    """The roll was frozen: from here on an entry changes by a ruling, an appeal, or to put right a clerical error.

    `root` is the RFC 6962 root over the live entries as of `as_of_position`, sorted by elector and number. Sections
    of fewer than ten are left out of `sections`, and with them whatever would tell what they are.
    """

    audience = Audience.PUBLIC
    type: Literal["roll-frozen.v1"] = "roll-frozen.v1"
    as_of_position: Count
    election: Id
    entries: Count
    open_batches: tuple[StreamId, ...]
    published: Time
    reason: Text | None = None
    roll_version: Version
    root: Hash
    sections: tuple[SectionCount, ...]

    @property
    def retrospective(self) -> bool:
        """Whether it was published after it took effect."""
        return self.published > self.effective


class RollCounted(Event):
    """The live entries of a frozen roll were counted; several events where there are many cells."""

    audience = Audience.RESTRICTED
    type: Literal["roll-counted.v1"] = "roll-counted.v1"
    cells: tuple[RollCell, ...]
    election: Id
    roll_version: Version


class RollCertified(Event):
    """The roll was certified as it stood as of `as_of_position`; a version is one state of the live entries.

    It gives no number of entries: less that of the freeze, it would tell how few were let on or struck off since.
    """

    audience = Audience.PUBLIC
    type: Literal["roll-certified.v1"] = "roll-certified.v1"
    as_of_position: Count
    election: Id
    open_batches: tuple[StreamId, ...]
    open_cases: Count
    reason: Text | None = None
    roll_version: Version
    root: Hash
    statement: Hash


class RollCopySupplied(Event):
    """A copy of a version of the roll, or of part of it, was supplied to somebody entitled to it.

    It is withheld, as `rows` is the number of that version or of any part, however small.
    """

    audience = Audience.RESTRICTED
    type: Literal["roll-copy-supplied.v1"] = "roll-copy-supplied.v1"
    election: Id
    purpose: Text
    recipient: Id
    roll_version: Version
    rows: Count


class RegisterInspected(Event):
    """The scrutineer inspected the register, or declined to: whose request it was, and what came of it."""

    audience = Audience.PUBLIC
    type: Literal["register-inspected.v1"] = "register-inspected.v1"
    election: Id
    finding: Literal["accurate", "inaccurate", "declined"]
    outside_period: bool
    reason: Text | None = None
    requested_by: Literal["member", "candidate", "scrutineer"]
    requested_on: Time


@dataclass(frozen=True, slots=True)
class Roll(State):
    """A roll as it stands.

    Attributes:
        roll_version: its last version that was frozen or certified; 0 before.
        root: of that version.
    """

    frozen: RollFrozen | None = None
    certified: RollCertified | None = None
    roll_version: int = 0
    root: str = ""

    def evolve(self, event: Event) -> Roll:
        """Give the roll after one more event."""
        match event:
            case RollFrozen() | RollCertified():
                return replace(
                    self,
                    version=event.version,
                    frozen=event if isinstance(event, RollFrozen) else self.frozen,
                    certified=event if isinstance(event, RollCertified) else self.certified,
                    roll_version=event.roll_version,
                    root=event.root,
                )
            case RollCounted() | RollCopySupplied() | RegisterInspected():
                return replace(self, version=event.version)
        raise TypeError(f"{event.type} does not belong to a roll")


def roll_stream(election: str) -> Roll:
    """Name the stream of an election's roll."""
    return Roll(f"roll/{election}")


def require_not_frozen(roll: Roll, where: str) -> None:
    """Refuse what may not happen once the roll is frozen (`after-freeze`)."""
    if roll.frozen:
        expected = "a roll that is not frozen yet"
        remedy = "An entry may still be changed by a ruling, an appeal, or to put right a clerical error"
        raise refused("after-freeze", where, expected, f"one frozen at {roll.frozen.effective}", remedy)


def over_freeze_faults(frozen: RollFrozen | None, effective: str) -> Iterator[Fault]:
    """Find a change of an entry that takes effect before a freeze on record: the roll as frozen would not be that."""
    if frozen is not None and effective < frozen.effective:
        yield "before-freeze", f"a moment from the freeze on, {frozen.effective}", effective


def require_after_freeze(roll: Roll, effective: str, where: str) -> None:
    """Refuse a change of an entry that would alter the roll as it was frozen (`before-freeze`)."""
    for code, expected, found in over_freeze_faults(roll.frozen, effective):
        raise refused(code, where, expected, found, "Leave effective out, or give a later moment")
