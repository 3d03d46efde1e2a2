"""`issued/<contest>/<person>`: what became of one elector's paper besides: issued alone, again, cancelled, set aside.

Whether a paper was among those issued to a whole section is not written here; it follows from the roll. The decisions
are in `paper_handling`; those of rulings and remedies, which reach papers with the roll, are in `ruled_papers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from ledger.case_papers import Unlinked
from ledger.decision import State
from ledger.event import Audience, Event
from ledger.field import Id, StreamId
from ledger.streams.returned import EntryNumber

Cause = Literal["removed", "ruling", "appeal", "death", "clerical"]


class PaperIssued(Event):
    """A paper was issued to one entry, as to one that was added to the roll late."""

    audience = Audience.RESTRICTED
    type: Literal["paper-issued.v1"] = "paper-issued.v1"
    basis: StreamId | None = None
    contest: Id
    number: EntryNumber
    reason: Literal["late-admission", "ruling", "appeal", "clerical"]


class PaperReissued(Event):
    """Another paper was issued in place of an entry's, which is cancelled with that."""

    audience = Audience.RESTRICTED
    type: Literal["paper-reissued.v1"] = "paper-reissued.v1"
    contest: Id
    number: EntryNumber
    reason: Literal["lost", "spoilt", "not-arrived"]


class PaperCancelled(Event):
    """The paper of an entry was cancelled: should it come back, it is not marked."""

    audience = Audience.RESTRICTED
    type: Literal["paper-cancelled.v1"] = "paper-cancelled.v1"
    basis: StreamId | None = None
    cause: Cause
    contest: Id
    number: EntryNumber


class PaperSetAside(Event):
    """A paper that had come back was taken out, by a ruling, before anybody read it: it is not counted."""

    audience = Audience.RESTRICTED
    type: Literal["paper-set-aside.v1"] = "paper-set-aside.v1"
    basis: StreamId
    contest: Id
    number: EntryNumber


class PaperUnlinked(Event):
    """A ruling took an entry whose paper is in the count: which paper it is cannot be told any more.

    `why` is what came before: the papers were read, or the list that ties them to electors was sealed or destroyed.
    """

    audience = Audience.RESTRICTED
    type: Literal["paper-unlinked.v1"] = "paper-unlinked.v1"
    basis: StreamId
    contest: Id
    number: EntryNumber
    why: Unlinked


class SetAsideReversed(Event):
    """A paper that was set aside was put back with the others, by an appeal: it is counted."""

    audience = Audience.RESTRICTED
    type: Literal["set-aside-reversed.v1"] = "set-aside-reversed.v1"
    basis: StreamId
    contest: Id
    number: EntryNumber


class PaperNow(NamedTuple):
    """The paper of one entry, as far as it was handled alone; `by` is what it was cancelled on."""

    issued: bool = False
    reissued: int = 0
    cancelled: bool = False
    set_aside: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class Issued(State):
    """One person's papers, by entry, as far as they were handled one by one."""

    papers: Mapping[int, PaperNow] = field(default_factory=dict)

    def evolve(self, event: Event) -> Issued:
        """Give the papers after one more event."""
        match event:
            case PaperIssued():
                paper = self.of(event.number)._replace(issued=True, cancelled=False, by="")
            case PaperReissued():
                paper = self.of(event.number)
                paper = paper._replace(reissued=paper.reissued + 1)
            case PaperCancelled():
                paper = self.of(event.number)._replace(cancelled=True, by=event.basis or "")
            case PaperSetAside() | SetAsideReversed():
                paper = self.of(event.number)._replace(set_aside=isinstance(event, PaperSetAside))
            case PaperUnlinked():
                paper = self.of(event.number)
            case _:
                raise TypeError(f"{event.type} does not belong to papers issued")
        return replace(self, version=event.version, papers={**self.papers, event.number: paper})

    def of(self, number: int) -> PaperNow:
        """Give the paper of an entry."""
        return self.papers.get(number, PaperNow())


def issued_stream(contest: str, person: str) -> Issued:
    """Name the stream of a person's papers."""
    return Issued(f"issued/{contest}/{person}")
