"""Margins as a published analysis tells of them: as plain values, with a digest, found again by as many steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ledger.errors import refused
from ledger.field import ALL
from ledger.leaf import CANONICAL
from ledger.rules.question import MarginAsked, Question
from ledger.whatif_figures import AnalysisFigures
from projections.count.render import exact
from projections.margin.certificate import plain_papers, recounted
from projections.margin.report import KINDS, report_margin
from projections.margin.search import GOALS

if TYPE_CHECKING:
    from ledger.whatif_figures import Verdict
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.margin.pairing import Pairing
    from projections.margin.recount import Moved
    from projections.margin.report import MarginReport
    from projections.margin.search import Answer
    from projections.margin.watch import Expired

ENGINE = "margin 1"
STEPS_MAX = 1_000_000  # in all searches of a question: minutes, where a default of 60 seconds comes to a third of it


@dataclass(slots=True)
class Steps:
    """How often each search asked whether to go on, and was told to: as many steps come to the same on every machine.

    Attributes:
        most: steps of each search, in order; None where something else says when to stop.
        whole: steps of all of them, at most STEPS_MAX.
    """

    most: tuple[int, ...] | None = None
    taken: list[int] = field(default_factory=list)
    whole: int = 0

    def of(self, also: Expired) -> Expired:
        """Begin the next search, which stops when its steps are taken, or when something else says so."""
        number = len(self.taken)
        self.taken.append(0)
        most = None if self.most is None else self.most[number] if number < len(self.most) else 0

        def is_over() -> bool:
            if also() or self.whole >= STEPS_MAX or (most is not None and self.taken[number] >= most):
                return True
            self.taken[number] += 1
            self.whole += 1
            return False

        return is_over

    def dealt(self, shares: Callable[[int], Expired]) -> Callable[[int], Expired]:
        """Count the steps of searches that a share of the time is dealt to."""
        return lambda left: self.of(shares(left))


def is_small(basis: Basis, answer: Answer) -> bool:
    """Whether an answer is of so few papers that showing them would tell how somebody marked one."""
    return answer.moved is not None and 0 < answer.moved.papers < basis.contest.smallest_cell


def is_combined(basis: Basis) -> bool:
    """Whether the rule has all sections published as one, so that nothing may be told of each."""
    return basis.rule.publication == "combined" and len(basis.contest.sections) > 1


def is_withheld(basis: Basis, moved: Moved) -> bool:
    """Whether it names papers taken out that are on record, of a contest that publishes none."""
    return basis.contest.paper_publication == "none" and any(name not in basis.certified for name in moved.removed)


def is_hidden(basis: Basis, answer: Answer) -> bool:
    """Whether the public is told how many papers do it, and not which."""
    moved = answer.moved
    return moved is not None and (is_small(basis, answer) or is_combined(basis) or is_withheld(basis, moved))


def for_public(basis: Basis, report: MarginReport) -> MarginReport:
    """Give what the public is told: where all sections are published as one, only of papers of any sections."""
    if not is_combined(basis):
        return report
    lines = tuple(line for line in report.lines if line.section == ALL)
    return replace(report, lines=lines, pairing=None, values=())


def margin_figures(basis: Basis, table: Table, asked: MarginAsked, position: int) -> AnalysisFigures:
    """Find margins again by as many steps: what a published analysis has to agree with.

    Raises:
        RefusedError: `too-many-steps`: nobody could find it again in a time that is known.
    """
    if sum(asked.steps) > STEPS_MAX:
        where = f"margin of contest {basis.contest.contest}, steps"
        remedy = f"Ask again: pollbook margin {basis.contest.contest} --json"
        raise refused("too-many-steps", where, f"at most {STEPS_MAX} in all", sum(asked.steps), remedy)
    steps = Steps(asked.steps)
    shares = steps.dealt(lambda _: lambda: False) if asked.steps else None
    section = asked.section if asked.section in table.sections else None
    kinds = [kind for kind in KINDS if kind in asked.kinds]
    report = for_public(basis, report_margin(basis, table, kinds, section, None, shares))
    body = margin_body(basis, table, report, asked)
    return AnalysisFigures(
        position, verdict_of(report), "", digest_of(body), ENGINE, small=section is not None and is_combined(basis)
    )


def verdict_of(report: MarginReport) -> Verdict:
    """Give the verdict of all lines: exact only where each is; it cannot be said where no number is known of any."""
    answers = [answer for line in report.lines for answer in line.answers.values()]
    if answers and all(answer.exact for answer in answers):
        return "exact"
    return "bounded" if any(answer.least or answer.moved for answer in answers) else "cannot-say"


def margin_body(
    basis: Basis, table: Table, report: MarginReport, asked: MarginAsked, *, all_shown: bool = False
) -> dict[str, Any]:
    """Give margins as plain values: what was asked, of which count, what was found, and the papers that do it.

    Args:
        all_shown: papers too that are fewer than the contest's smallest cell, of sections that are published as one,
            or taken out of papers that are not published; else of these the number alone.
    """
    return {
        "contest": basis.contest.contest,
        "count": basis.digest(table),
        "elected": sorted(table.elected),
        "question": json.loads(Question(margin=asked).model_dump_json(exclude_defaults=True)),
        "unsaid": report.unsaid,
        "margins": [
            {"kind": line.kind, "section": line.section}
            | {goal: _answer(basis, line.answers[goal], all_shown=all_shown) for goal in GOALS}
            for line in report.lines
        ],
        "exclusions_held": report.pairing and _pairing(report.pairing),
    }


def digest_of(body: dict[str, Any]) -> str:
    """Name margins: SHA-256 of them as canonical JSON."""
    return "sha256:" + hashlib.sha256(json.dumps(body, **CANONICAL).encode()).hexdigest()


def _answer(basis: Basis, answer: Answer, *, all_shown: bool) -> dict[str, Any]:
    moved = answer.moved
    hidden = is_hidden(basis, answer) and not all_shown
    return {
        "verdict": "exact" if answer.exact else "bounded" if answer.least or moved else "cannot-say",
        "least": answer.least,
        "most": moved and moved.papers,
        "why": answer.why,
        "certificate": None
        if moved is None or hidden
        else {
            "added": plain_papers(basis.rule, moved.added),
            "removed": plain_papers(basis.rule, moved.removed),
            "elected": [list(each) for each in recounted(basis, moved) or ()],
        },
    } | ({"hidden": True} if hidden else {})


def _pairing(pairing: Pairing) -> dict[str, Any]:
    return {
        "stage": pairing.stage,
        "winner": pairing.winner,
        "loser": pairing.loser,
        "ahead": exact(Fraction(pairing.ahead)),
        "papers": [
            {"section": section, **{kind: pairing.fewest(kind, section) for kind in KINDS}} for section in pairing.held
        ],
    }
