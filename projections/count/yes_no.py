"""Yes or no to one question: what `yes` needs is in the rule, and where it is not reached the answer is `no`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.errors import RefusedError
from ledger.rules.crosses import NO, YES
from projections.count.av import NO_TOTALS
from projections.count.crosses import group_crosses
from projections.count.stage_table import Action, Stage, StageTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.rules.crosses import YesNo
    from projections.count.av import Totals
    from projections.count.stage_table import Profile

ANSWERS = (YES, NO)


def count_yes_no(rule: YesNo, sections: Sequence[str], profile: Profile, totals: Totals = NO_TOTALS) -> StageTable:
    """Count the answers to one question.

    Args:
        rule: every choice; nothing is chosen here.
        sections: distinct ids in the order of the contest.
        profile: section -> marks -> papers, 0 or more; a section left out has none.
        totals: section -> one stage: `yes` and `no` -> papers, as certified, for a section whose papers are not
            at hand. How many were rejected they do not say.

    Returns:
        One stage, of the candidates `yes` and `no`. One of them is elected, always: `no` too where the quorum is
        missed, and where there are no valid papers.

    Raises:
        EvidenceError: `unknown-section`, `unknown-candidate`, `paper-not-admissible`.
        RefusedError: `totals-missing`: not just one stage of certified totals, or not of `yes` and `no`, or totals
            under a rule that counts rejected papers in.
    """
    papers = group_crosses(profile, ANSWERS, sections, rule, 1)
    votes = {
        section: {answer: crossed.get((answer,), 0) for answer in ANSWERS}
        for section, crossed in papers.rankings.items()
    }
    votes |= {section: _certified(rule, section, stages) for section, stages in totals.items()}
    valid = {section: sum(held.values()) for section, held in votes.items()}
    rejected = sum(sum(reasons.values()) for reasons in papers.rejected.values())
    action = _decide(rule, sum(held[YES] for held in votes.values()), sum(valid.values()), rejected)
    return StageTable(
        candidates=ANSWERS,
        sections=tuple(sections),
        stages=(Stage(1, votes, dict.fromkeys(valid, 0), action),),
        valid=valid,
        rejected=papers.rejected,
        elected=action.candidates,
        certified=tuple(section for section in sections if section in totals),
    )


def _certified(rule: YesNo, section: str, stages: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Look up what a section's certified totals say."""
    found = f"{len(stages)} stages" if len(stages) != 1 else ", ".join(sorted(stages[0]))
    if len(stages) != 1 or sorted(stages[0]) != sorted(ANSWERS):
        expected = f"one stage of certified totals, of {YES} and {NO}"
        raise RefusedError(
            "totals-missing", f"section {section}", expected=expected, found=found, remedy="Record both numbers, once"
        )
    if rule.base == "read":
        raise RefusedError(
            "totals-missing",
            f"section {section}",
            expected="the papers: the rule counts rejected ones in",
            found="certified totals, which do not say how many were rejected",
            remedy="Record the papers of the section",
        )
    return {answer: stages[0][answer] for answer in ANSWERS}


def _decide(rule: YesNo, yes: int, valid: int, rejected: int) -> Action:
    """Decide which answer carries; exact, in whole papers."""
    if not valid:
        return Action("elect", (NO,), "There are no valid papers.")
    if valid < rule.quorum:
        return Action("elect", (NO,), f"{valid} valid papers, fewer than the quorum of {rule.quorum}.")
    base = valid if rule.base == "valid" else valid + rejected
    bound = Fraction(rule.needed) * base
    carried = yes > bound if rule.reach == "more-than" else yes >= bound
    quorum = f"{valid} valid papers reach the quorum of {rule.quorum}; " if rule.quorum else ""
    needed = "more than" if rule.reach == "more-than" else "at least"
    of = "valid papers" if rule.base == "valid" else f"papers read, {rejected} of them rejected,"
    reason = f"{quorum}{yes} of {base} {of} said {YES}; needed: {needed} {rule.needed}, that is {needed} {bound}."
    return Action("elect", (YES if carried else NO,), reason)
