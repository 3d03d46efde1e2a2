"""A what-if question: which decisions or papers are supposed to have been otherwise."""

from __future__ import annotations

from pydantic import Field

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


class Question(Canonical):
    """What is supposed: nothing where all is left out."""

    accept_rejected: tuple[Rejected, ...] = Field((), max_length=PARTS_MAX)
    count_rule: CountRule | None = None
    leave_out: tuple[Id, ...] = Field((), max_length=PARTS_MAX)
    leave_out_categories: tuple[Id, ...] = Field((), max_length=PARTS_MAX)
    remove: tuple[Elector, ...] = Field((), max_length=PARTS_MAX)
    restore: tuple[Elector, ...] = Field((), max_length=PARTS_MAX)
    reverse: tuple[RulingNamed, ...] = Field((), max_length=PARTS_MAX)
    unknown: tuple[SectionPapers, ...] = Field((), max_length=PARTS_MAX)

    @property
    def names_electors(self) -> bool:
        """Whether it names rulings or entries, which are about people."""
        return bool(self.remove or self.restore or self.reverse)
