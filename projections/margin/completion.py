"""Papers of which only their number is known, by section: whether any way to mark them changes the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from projections.margin.recount import Moved
from projections.margin.search import GOALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projections.margin.alternative import Margins
    from projections.margin.relaxation import Kind
    from projections.margin.search import Answer, Goal
    from projections.margin.watch import Expired

Verdict = Literal["could-not", "could", "cannot-say"]


@dataclass(frozen=True, slots=True)
class Completion:
    """What unknown papers could have done.

    Attributes:
        verdict: `could-not`: more papers are needed than there are, whatever is on them; `could`: some of them, marked
            as in the example, change the result, as a recount says; `cannot-say`: neither was shown.
        goal: whether the result changes whatever lots are drawn, or by a lot.
        needed: no fewer papers do it; None where no number does.
        example: papers that do it, at most so many as are unknown; None unless the verdict is `could`.
        why: why it cannot be said.
    """

    verdict: Verdict
    goal: Goal
    needed: int | None
    example: Moved | None = None
    why: str = ""


def complete(
    margins: Margins,
    unknown: Mapping[str, int],
    expired: Expired,
    kind: Kind = "addition",
    *,
    alike: bool = False,
) -> dict[Goal, Completion]:
    """Say whether unknown papers could have changed the result, and whether they could for certain.

    Each unknown paper may be marked in any valid way, or be no valid paper. So the fewest papers whose addition
    changes the result decide, of one section or of any; and so it is with papers removed, nobody knows which.

    Args:
        unknown: section -> papers, 0 or more; a section left out has none.
        expired: says that the time is up.
        kind: addition or removal.
        alike: papers weigh the same whatever their section, so that those added may be of any.
    """
    sections = [section for section, papers in unknown.items() if papers]
    alone = {section: margins.of_section(kind, section, expired) for section in sections}
    found: dict[Goal, Completion] = {}
    together: dict[Goal, Answer] = {}
    if len(sections) > 1:
        together = margins.of_all(kind, alone, expired)
    for goal in GOALS:
        answers = [alone[section][goal] for section in sections]
        if len(sections) > 1:
            answers.append(together[goal])
        if alike and kind == "addition":
            answers = [each._replace(moved=each.moved and spread(each.moved, unknown)) for each in answers]
        found[goal] = _verdict(goal, answers, unknown)
    return found


def _verdict(goal: Goal, answers: list[Answer], unknown: Mapping[str, int]) -> Completion:
    for answer in answers:
        if answer.moved is not None and _fits(answer.moved, unknown):
            return Completion("could", goal, answer.least, answer.moved)
    if not answers:
        return Completion("could-not", goal, None)
    last = answers[-1]  # of the only section, or of any
    if last.least is None or last.least > sum(unknown.values()):
        return Completion("could-not", goal, last.least)
    why = last.why or "papers of several sections would have to go together, and not every way was tried"
    return Completion("cannot-say", goal, last.least, why=why)


def spread(moved: Moved, unknown: Mapping[str, int]) -> Moved | None:
    """Give papers added over the sections that have some; None where there are not so many."""
    left, found = dict(unknown), Moved()
    for each in moved.added.values():
        for names, number in each.items():
            rest = number
            for section in left:
                taken = min(rest, left[section])
                if taken:
                    held = found.added.setdefault(section, {})
                    held[names] = held.get(names, 0) + taken
                    left[section] -= taken
                    rest -= taken
            if rest:
                return None
    return found


def _fits(moved: Moved, unknown: Mapping[str, int]) -> bool:
    return all(
        sum(rankings.values()) <= unknown.get(section, 0)
        for side in (moved.added, moved.removed)
        for section, rankings in side.items()
    )
