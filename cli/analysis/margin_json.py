"""`pollbook margin --json`: margins for other programs, with every paper of the certificates."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from projections.count.render import exact
from projections.margin.published import ENGINE, digest_of, for_public, margin_body, verdict_of

if TYPE_CHECKING:
    from ledger.rules.question import MarginAsked
    from projections.counting import Counted
    from projections.margin.report import MarginReport
    from projections.moment import Moment


def margin_json(
    counted: Counted,
    report: MarginReport,
    asked: MarginAsked,
    moment: Moment,
    time_limit: int,
    root: str,
    *,
    all_shown: bool,
) -> dict[str, Any]:
    """Give all that can be said, with what it was taken from, and what it takes to publish it.

    Args:
        root: of the tree over the events up to the count's position.
    """
    public = for_public(counted.basis, report)
    body = margin_body(counted.basis, counted.table, public, asked)
    shown = margin_body(counted.basis, counted.table, report, asked, all_shown=all_shown) if all_shown else body
    return {
        "contest": counted.contest.contest,
        "moment": moment.says(),
        "position": counted.position,
        "root": root,
        "count_rule": counted.contest.count_rule,
        "digest": counted.digest,
        "engine": f"pollbook {version('pollbook')}",
        "analysis_engine": ENGINE,
        "time_limit": time_limit,
        "provenance": list(counted.provenance),
        "elected": list(report.elected),
        "unsaid": report.unsaid,
        "verdict": verdict_of(public),
        "question": body["question"],
        "certificate": digest_of(body),
        "margins": shown["margins"],
        "exclusions_held": shown["exclusions_held"],
        "value_of_a_vote": {
            "stage": report.stage,
            "sections": [
                {"section": name, "exact": exact(value)} for name, value in (report if all_shown else public).values
            ],
        },
    }
