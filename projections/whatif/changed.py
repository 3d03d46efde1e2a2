"""What a question comes to: papers of sections left out, another rule, and papers of which only numbers are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.rules.count_rule import CountRule
    from projections.basis import Basis


@dataclass(frozen=True, slots=True)
class Changed:
    """A question as numbers.

    Attributes:
        left_out: sections whose papers are not counted.
        rule: the rule to count by; None for the contest's own.
        added: section -> at most so many more papers, marked in any way.
        removed: section -> at most so many of the papers counted are taken out, nobody knows which.
        least: section -> of those, so many at least are taken out.
        rulings: CASE/NUMBER of each ruling that a set was resolved to, in the order in which they were made; None where
            no set was asked for.
        notes: what a reader has to know of how the numbers came about, a sentence each.
        cells: numbers of papers, or of people, that an answer tells of; where one is small, it shows no number.
    """

    left_out: tuple[str, ...] = ()
    rule: CountRule | None = None
    added: Mapping[str, int] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)
    rulings: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    cells: tuple[int, ...] = ()

    @property
    def unknown(self) -> int:
        """Papers of which only their number is known."""
        return sum(self.added.values()) + sum(self.removed.values())

    @property
    def recounts(self) -> bool:
        """Whether known papers are counted otherwise."""
        return bool(self.left_out) or self.rule is not None

    def basis(self, basis: Basis) -> Basis:
        """Give what the count is taken from then; unknown papers are not among it."""
        sections = tuple(each for each in basis.contest.sections if each.id not in self.left_out)
        return replace(
            basis,
            contest=basis.contest.model_copy(update={"sections": sections}),
            rule=self.rule or basis.rule,
            papers={name: papers for name, papers in basis.papers.items() if name not in self.left_out},
            certified={name: event for name, event in basis.certified.items() if name not in self.left_out},
            accounts={name: event for name, event in basis.accounts.items() if name not in self.left_out},
        )
