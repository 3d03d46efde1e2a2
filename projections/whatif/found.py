"""What was found out about a question: one of three verdicts, and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.whatif_figures import Effect, Verdict
    from projections.count.count import Table
    from projections.margin.recount import Moved

Elected = tuple[str, ...]  # ids, sorted


@dataclass(frozen=True, slots=True)
class BreakEven:
    """How many of so many papers of a section it takes: more ones, where the one ahead has all the others.

    Of papers taken out: how many of them are of the one ahead, where the other has all the rest.

    Attributes:
        winner, loser: the two that stand against each other: the last pairing, or the last place and the next.
        papers: how many more there are, or how many are taken out.
        needed: how many of them for the loser, or of those taken out, for the winner, elect the loser; None where no
            number does.
        votes: papers, or votes, that winner and loser hold in the section as counted.
        exclusions_held: whether all exclusions are taken as they were.
        taken: whether the papers are taken out.
    """

    section: str
    winner: str
    loser: str
    papers: int
    needed: int | None
    votes: tuple[int, int]
    exclusions_held: bool
    taken: bool = False

    @property
    def share(self) -> Fraction | None:
        """Part of the papers that is needed."""
        return None if self.needed is None else Fraction(self.needed, self.papers)

    @property
    def observed(self) -> Fraction | None:
        """Part of the papers counted for one of the two that is as those needed are; None where there are none."""
        return Fraction(self.votes[0 if self.taken else 1], sum(self.votes)) if any(self.votes) else None


@dataclass(frozen=True, slots=True)
class Short:
    """Who has most papers at stage 1, and how many more would be more than half."""

    leader: str
    votes: int
    whole: int

    @property
    def papers(self) -> int:
        """Papers lacking; 0 where there is a majority."""
        return max(self.whole // 2 + 1 - self.votes, 0)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out.

    Attributes:
        verdict: `exact`: the papers are known, and were counted again; `bounded`: only numbers of papers are known;
            `cannot-say`: see `why`.
        effect: of `exact`: the result is the `same`, `changed`, or, `by-lot`, may be either; of `bounded`: it
            `could-not` or `could` have changed, or only `by-lot`; empty where it cannot be said.
        elected: whoever can be elected then: of `bounded`, by the example.
        needed: no fewer papers do it; None where no number does, or it is not known.
        example: papers that do it.
        shown_by: how it is known that the result could not have changed.
        why: why it cannot be said, or not all of it.
        short: of stage 1, where nothing is known of the stages after it.
        table: of `exact`, the count.
    """

    verdict: Verdict
    effect: Effect = ""
    elected: tuple[Elected, ...] = ()
    needed: int | None = None
    example: Moved | None = None
    break_even: BreakEven | None = None
    shown_by: str = ""
    why: str = ""
    short: Short | None = None
    table: Table | None = None


def cannot_say(why: str, short: Short | None = None, break_even: BreakEven | None = None) -> Found:
    """Say why nothing can be said."""
    return Found("cannot-say", why=why, short=short, break_even=break_even)
