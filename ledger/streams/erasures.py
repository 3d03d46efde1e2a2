"""`erasures/<register>`: the erasure of everybody in a register at once, after their retention is over.

It is ordered; what is about to be erased is named by digests, a thousand an event; the vault destroys it; and it is
confirmed. Whoever is under a legal hold is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Event
from ledger.field import Count, Digest, Id
from ledger.retention_figures import RetentionFigures
from ledger.streams.person import Basis
from ledger.streams.retention import as_kept, require_over


class ErasuresOrdered(Event):
    """It was ordered that what the vault holds on everybody in a register be erased; `kept` are under legal holds."""

    audience = Audience.RESTRICTED
    type: Literal["erasures-ordered.v1"] = "erasures-ordered.v1"
    as_of_position: Count
    basis: Basis
    kept: Count
    register_id: Id


class DisclosuresErased(Event):
    """The disclosures with these digests are erased with those of everybody in the register."""

    audience = Audience.RESTRICTED
    type: Literal["disclosures-erased.v1"] = "disclosures-erased.v1"
    digests: tuple[Digest, ...]
    register_id: Id


class ErasuresConfirmed(Event):
    """The vault destroyed it all: so many disclosures, with their keys."""

    audience = Audience.RESTRICTED
    type: Literal["erasures-confirmed.v1"] = "erasures-confirmed.v1"
    disclosures: Count
    register_id: Id


@dataclass(frozen=True, slots=True)
class Erasures(State):
    """The erasures of a register: whether one is ordered and not yet confirmed, and how much of it is named."""

    ordered: ErasuresOrdered | None = None
    named: int = 0

    def evolve(self, event: Event) -> Erasures:
        """Give the erasures after one more event."""
        match event:
            case ErasuresOrdered():
                return replace(self, version=event.version, ordered=event, named=0)
            case DisclosuresErased():
                return replace(self, version=event.version, named=self.named + len(event.digests))
            case ErasuresConfirmed():
                return replace(self, version=event.version, ordered=None, named=0)
        raise TypeError(f"{event.type} does not belong to erasures")

    @property
    def register(self) -> str:
        """The register."""
        return self.stream.partition("/")[2]


def erasures_stream(register: str) -> Erasures:
    """Name the stream of a register's erasures."""
    return Erasures(f"erasures/{register}")


class OrderErasures(Command):
    """Erase what the vault holds on everybody in a register: keys, ciphertext, rejected rows, every copy in the folder.

    Whoever is under a legal hold is passed over. Applications to an election are the register applications-ELECTION.
    """

    register_id: Id = Field(description="id of the register")
    basis: Basis = Field(description="why it is lawful")


@decision(
    OrderErasures,
    figures=lambda c, port: port.retention(register=c.register_id),
    erasures=lambda c, _: erasures_stream(c.register_id),
)
def order_erasures(command: OrderErasures, act: Act, erasures: Erasures, figures: RetentionFigures) -> Outcome:
    """Decide that everybody in a register may be erased; the desk carries it out and confirms it.

    Raises:
        RefusedError: `unknown-register`, `retention-until`, in that order.
    """
    where = f"register {command.register_id}"
    if command.register_id not in figures.registers:
        expected = ", ".join(figures.registers[:8]) or "a register that was taken in"
        found = command.register_id + nearest(command.register_id, figures.registers)
        raise refused("unknown-register", where, expected, found, "Correct the id")
    if erasures.ordered:
        return Outcome()
    require_over(where, command.basis, act.now, figures)
    ordered = ErasuresOrdered(
        **act.on(erasures),
        as_of_position=figures.position,
        basis=command.basis,
        kept=len(figures.held),
        register_id=command.register_id,
    )
    return Outcome([ordered], unchanged=as_kept(figures))
