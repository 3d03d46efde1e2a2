"""Which papers must not be taken in at all, under any rule: asked on the write side, in checks and in counts.

A fault that the rule does not refuse is taken in, and the count says what becomes of the paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ledger.rules.crosses import Plurality, YesNo
from ledger.rules.marks import faults, ranks

if TYPE_CHECKING:
    from collections.abc import Container

    from ledger.rules.count_rule import AnyCountRule
    from ledger.rules.crosses import AnyCrossRule
    from ledger.rules.marks import Fault

CrossFault = Literal["blank", "overvote", "ranked"]

PREFERENCE_CODES = {  # fault -> code of the refusal
    "blank": "blank-paper",
    "duplicate": "duplicate-mark",
    "gap": "gap-in-ranking",
    "overvote": "overvote",
}
CROSS_CODES = {"blank": "blank-paper", "overvote": "overvote", "ranked": "ranks-for-crosses"}


def votes_of(rule: AnyCountRule, seats: int) -> int:
    """Give the votes that one paper has: as many as `seats` under plurality, 1 under any other rule."""
    return seats if isinstance(rule, Plurality) else 1


def cross_faults(marks: str, candidates: Container[str], votes: int) -> frozenset[CrossFault]:
    """Find the fault of a paper with crosses; it has one at most.

    * blank: nothing is written;
    * ranked: something is written at a later rank than the first, as on `a>b` and `>a`; how many crosses such a
      paper has cannot be told, so it is never an overvote too;
    * overvote: more different candidates have a cross than the paper has votes. Names that no candidate has are
      no crosses.
    """
    written = ranks(marks)
    if not written:
        return frozenset({"blank"})
    if len(written) > 1:
        return frozenset({"ranked"})
    return frozenset({"overvote"} if sum(name in candidates for name in written[0]) > votes else ())


def refusals(marks: str, candidates: Container[str], rule: AnyCountRule, votes: int) -> tuple[tuple[str, str], ...]:
    """Give the faults of a paper that the rule refuses, each with the code of the refusal, in alphabetical order.

    Args:
        marks: as written on the paper; names that no candidate has are for `marks.unknown` to find.
        votes: that a paper has, `votes_of`; only papers with crosses are judged by it.
    """
    if isinstance(rule, Plurality | YesNo):
        crossed = cross_faults(marks, candidates, votes)
        return tuple((fault, CROSS_CODES[fault]) for fault in sorted(crossed) if _cross_choice(rule, fault) == "refuse")
    choices: dict[Fault, str] = {
        "blank": rule.blank,
        "duplicate": rule.duplicate,
        "gap": rule.gap,
        "overvote": rule.overvote,
    }
    found = sorted(faults(marks, candidates))
    return tuple((fault, PREFERENCE_CODES[fault]) for fault in found if choices[fault] == "refuse")


def _cross_choice(rule: AnyCrossRule, fault: CrossFault) -> str:
    choices: dict[CrossFault, str] = {"blank": rule.blank, "overvote": rule.overvote, "ranked": rule.ranked}
    return choices[fault]
