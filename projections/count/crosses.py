"""What papers with crosses mean under a rule: the candidates they vote for, or why a paper is rejected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from ledger.errors import EvidenceError
from ledger.rules.admission import CrossFault, cross_faults, refusals
from ledger.rules.crosses import Plurality
from ledger.rules.marks import ranks, unknown
from projections.count.paper import MARKS_SHOWN, Papers, require_sections

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ledger.rules.crosses import AnyCrossRule
    from projections.count.stage_table import Profile

Rejection = Literal["blank", "ranked", "too-many-votes", "too-few-votes"]

REASONS: dict[CrossFault, Rejection] = {"blank": "blank", "ranked": "ranked", "overvote": "too-many-votes"}


def read_crosses(
    marks: str, candidates: Collection[str], rule: AnyCrossRule, votes: int
) -> tuple[str, ...] | Rejection:
    """Read one paper: the candidates it votes for, sorted by id, or why it is rejected.

    The order of crosses says nothing: `a=b` and `b=a` read alike. Then, the first that applies:

    * `blank`: nothing is marked;
    * `ranked`: ranks are written in place of crosses;
    * `too-many-votes`: more candidates have a cross than the paper has votes;
    * `too-few-votes`: a plurality rule wants all votes given, and fewer are: fewer than `votes`, and fewer than
      there are candidates.

    Args:
        candidates: distinct ids; a set is quick.
        votes: that a paper has, 1 or more.

    Raises:
        EvidenceError: `unknown-candidate`, `paper-not-admissible` (a fault that the rule refuses), in that
            order: the write side let in what it must not.
    """
    stranger = unknown(marks, candidates)
    if stranger is not None:
        raise EvidenceError(
            "unknown-candidate", _paper(marks), expected="candidates of the contest only", found=f"`{stranger}`"
        )
    found = cross_faults(marks, candidates, votes)
    for fault in found:  # one at most
        if refusals(marks, candidates, rule, votes):
            raise EvidenceError(
                "paper-not-admissible",
                _paper(marks),
                expected="no fault that the count rule refuses",
                found=fault,
            )
        return REASONS[fault]
    (crossed,) = ranks(marks)
    if isinstance(rule, Plurality) and rule.votes == "all" and len(crossed) < min(votes, len(candidates)):
        return "too-few-votes"
    return tuple(sorted(crossed))


def group_crosses(
    profile: Profile, candidates: Sequence[str], sections: Sequence[str], rule: AnyCrossRule, votes: int
) -> Papers:
    """Sort the papers of every section by whom they vote for, and by reasons of rejection.

    The rankings of the answer are no rankings here, but the candidates with a cross, sorted by id.

    Raises:
        EvidenceError: `unknown-section`: the profile has papers of a section that the contest has not;
            and what `read_crosses` raises.
    """
    require_sections(profile, sections)
    known = frozenset(candidates)
    written = {marks for numbers in profile.values() for marks in numbers}
    meanings = {marks: read_crosses(marks, known, rule, votes) for marks in sorted(written)}
    crossed: dict[str, Counter[tuple[str, ...]]] = {section: Counter() for section in sections}
    rejected: dict[str, Counter[str]] = {section: Counter() for section in sections}
    for section, numbers in profile.items():
        for marks, papers in numbers.items():
            meaning = meanings[marks]
            if isinstance(meaning, tuple):
                crossed[section][meaning] += papers
            else:
                rejected[section][meaning] += papers
    return Papers(crossed, rejected)


def _paper(marks: str) -> str:
    return f"paper `{marks[:MARKS_SHOWN]}{'...' if len(marks) > MARKS_SHOWN else ''}`"
