"""`pollbook margin --json`: margins for other programs, with every paper of the certificates."""

from __future__ import annotations

from fractions import Fraction
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from projections.count.render import exact
from projections.margin.certificate import marks_of, recounted
from projections.margin.report import KINDS
from projections.margin.search import GOALS

if TYPE_CHECKING:
    from projections.counting import Counted
    from projections.margin.pairing import Pairing
    from projections.margin.recount import Ranked
    from projections.margin.report import Line, MarginReport
    from projections.margin.search import Answer
    from projections.moment import Moment


def margin_json(counted: Counted, report: MarginReport, moment: Moment, time_limit: int) -> dict[str, Any]:
    """Give all that can be said, with what it was taken from."""
    pairing = report.pairing
    return {
        "contest": counted.contest.contest,
        "moment": moment.says(),
        "position": counted.position,
        "count_rule": counted.contest.count_rule,
        "digest": counted.digest,
        "engine": f"pollbook {version('pollbook')}",
        "time_limit": time_limit,
        "provenance": list(counted.provenance),
        "elected": list(report.elected),
        "unsaid": report.unsaid,
        "margins": [_line_json(counted, line) for line in report.lines],
        "exclusions_held": pairing and _pairing_json(pairing),
        "value_of_a_vote": {
            "stage": report.stage,
            "sections": [{"section": name, "exact": exact(value)} for name, value in report.values],
        },
    }


def _line_json(counted: Counted, line: Line) -> dict[str, Any]:
    answers: dict[str, Any] = {goal: _answer_json(counted, line.answers[goal]) for goal in GOALS}
    return {"kind": line.kind, "section": line.section} | answers


def _answer_json(counted: Counted, answer: Answer) -> dict[str, Any]:
    moved = answer.moved
    verdict = "exact" if answer.exact else "bounded" if answer.least or moved else "cannot-say"
    return {
        "verdict": verdict,
        "least": answer.least,
        "most": moved and moved.papers,
        "why": answer.why,
        "certificate": moved
        and {
            "added": _papers_json(counted, moved.added),
            "removed": _papers_json(counted, moved.removed),
            "elected": recounted(counted.basis, moved),
        },
    }


def _papers_json(counted: Counted, side: Ranked) -> list[dict[str, Any]]:
    return [
        {"section": section, "marks": marks_of(counted.rule, names), "papers": number}
        for section, rankings in side.items()
        for names, number in sorted(rankings.items())
    ]


def _pairing_json(pairing: Pairing) -> dict[str, Any]:
    return {
        "stage": pairing.stage,
        "winner": pairing.winner,
        "loser": pairing.loser,
        "ahead": exact(Fraction(pairing.ahead)),
        "papers": [
            {"section": section, **{kind: pairing.fewest(kind, section) for kind in KINDS}} for section in pairing.held
        ],
    }
