"""A what-if question: which decisions or papers are supposed to have been otherwise."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ledger.event import Canonical
from ledger.field import Count, Id, PersonKey, Text, Time, Version
from ledger.rules.count_rule import CountRule

PARTS_MAX = 10_000  # of one question


class Rejected(Canonical):
    """Papers rejected for a reason: of one section, or of every one."""

    reason: Id
    section: Id | None = None


class Elector(Canonical):
    """An entry on the roll."""

    number: Version
    person: PersonKey


class RulingNamed(Canonical):
    """A ruling on a case."""

    case: Id
    ruling: Version


class RulingSet(Canonical):
    """Every ruling of the election that all of these let through; the record says which. What is left out lets all.

    Attributes:
        appeal: `late-allowed`: an appeal against it was allowed once the poll had closed, or with no remedy possible.
        ground: that it rests on; `panel`, id of the panel, or officer or auto of those that no panel made.
        rule: content hash of a clause that a finding rests on, or how it begins; `source`, how the case was found.
        since, until: moments between which it was made, both included.
        told: `after-close`: the person was told once the poll had closed.
    """

    appeal: Literal["late-allowed"] | None = None
    ground: Id | None = None
    outcome: Id | None = None
    panel: Id | None = None
    rule: Text | None = None
    since: Time | None = None
    source: Id | None = None
    told: Literal["after-close"] | None = None
    until: Time | None = None

    def says(self) -> str:
        """Say which rulings these are."""
        parts = [
            "whose appeal was upheld too late" if self.appeal else "",
            "of which the person was told after the poll had closed" if self.told else "",
            f"on ground {self.ground}" if self.ground else "",
            f"by {self.panel}" if self.panel else "",
            f"under clause {self.rule}" if self.rule else "",
            f"found by {self.source}" if self.source else "",
            f"with outcome {self.outcome}" if self.outcome else "",
            f"made from {self.since}" if self.since else "",
            f"made up to {self.until}" if self.until else "",
        ]
        return "all " + (", ".join(part for part in parts if part) or "that there are")


class SectionPapers(Canonical):
    """Papers of a section of which only their number is known."""

    papers: Count
    section: Id


class MarginAsked(Canonical):
    """A margin that is asked for: the fewest papers moved in these ways, of one section, or of each and of any.

    `steps` is after how many looks at its time each search stops, in their order; none where nothing is searched.
    """

    kinds: tuple[Literal["addition", "removal", "change"], ...] = Field(min_length=1, max_length=3)
    section: Id | None = None
    steps: tuple[Count, ...] = Field((), max_length=PARTS_MAX)


class Question(Canonical):
    """What is supposed: nothing where all is left out; or, alone, which margin is asked for."""

    accept_rejected: tuple[Rejected, ...] = Field((), max_length=PARTS_MAX)
    count_rule: CountRule | None = None
    leave_out: tuple[Id, ...] = Field((), max_length=PARTS_MAX)
    leave_out_categories: tuple[Id, ...] = Field((), max_length=PARTS_MAX)
    margin: MarginAsked | None = None
    remove: tuple[Elector, ...] = Field((), max_length=PARTS_MAX)
    restore: tuple[Elector, ...] = Field((), max_length=PARTS_MAX)
    reverse: tuple[RulingNamed, ...] = Field((), max_length=PARTS_MAX)
    rulings: RulingSet | None = None
    unknown: tuple[SectionPapers, ...] = Field((), max_length=PARTS_MAX)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Question:
        if self.margin is not None and self.model_fields_set - {"margin"} and self != Question(margin=self.margin):
            raise ValueError("a margin with other questions")
        return self

    @property
    def names_electors(self) -> bool:
        """Whether it is about people: rulings, entries, or a category, whose papers the marked register tells."""
        return bool(self.remove or self.restore or self.reverse or self.rulings or self.leave_out_categories)

    @property
    def names_people(self) -> bool:
        """Whether it is about some people: rulings or entries, named or as a set."""
        return bool(self.remove or self.restore or self.reverse or self.rulings)

    @property
    def people(self) -> int:
        """How many rulings and entries it names one by one."""
        return len(self.remove) + len(self.restore) + len(self.reverse)
