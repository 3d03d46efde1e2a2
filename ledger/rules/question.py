"""A what-if question: which decisions or papers are supposed to have been otherwise."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ledger.event import Canonical
from ledger.field import Count, Id, PersonKey, Version
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


class SectionPapers(Canonical):
    """Papers of a section of which only their number is known."""

    papers: Count
    section: Id


class MarginAsked(Canonical):
    """A margin that is asked for: the fewest papers moved in these ways, of one section, or of each and of any.

    `steps` is after how many programs each search stops, in their order; none where nothing is searched.
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
    unknown: tuple[SectionPapers, ...] = Field((), max_length=PARTS_MAX)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Question:
        if self.margin is not None and self.model_fields_set - {"margin"} and self != Question(margin=self.margin):
            raise ValueError("a margin with other questions")
        return self

    @property
    def names_electors(self) -> bool:
        """Whether it names rulings or entries, which are about people."""
        return bool(self.remove or self.restore or self.reverse)
