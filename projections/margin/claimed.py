"""Margins that a file claims: what of them can be found again without a search, and what has to agree in itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ledger.field import ALL
from projections.margin.published import Steps, digest_of, for_public, is_combined, margin_body
from projections.margin.report import KINDS, report_margin
from projections.margin.search import GOALS

if TYPE_CHECKING:
    from ledger.rules.question import MarginAsked
    from projections.basis import Basis
    from projections.count.count import Table

Body = Mapping[str, Any]  # as `margin_body` gives it
BODY = ("contest", "count", "elected", "question", "unsaid", "margins", "exclusions_held")


def public_body(basis: Basis, body: Body) -> dict[str, Any]:
    """Give of margins, with all papers or not, what the public is told: the digest is of this."""
    combined = is_combined(basis)
    lines = [
        {**line, **{goal: _for_public(basis, line[goal]) for goal in GOALS}}
        for line in body["margins"]
        if not combined or line["section"] == ALL
    ]
    return {**body, "margins": lines, "exclusions_held": None if combined else body["exclusions_held"]}


def _for_public(basis: Basis, told: Body) -> Body:
    papers = told["certificate"]
    if papers is None:
        return told
    taken = any(each["section"] not in basis.certified for each in papers["removed"])
    withheld = taken and basis.contest.paper_publication == "none"
    if not withheld and not _is_few(basis, told["most"]):
        return told
    return {**told, "certificate": None, "hidden": True}


def _is_few(basis: Basis, most: int | None) -> bool:
    return most is not None and (is_combined(basis) or 0 < most < basis.contest.smallest_cell)


def verdict_said(body: Body) -> str:
    """Give the verdict of all lines, as `verdict_of` does of a report."""
    told = [line[goal] for line in body["margins"] for goal in GOALS]
    if told and all(each["verdict"] == "exact" for each in told):
        return "exact"
    return "bounded" if any(each["verdict"] != "cannot-say" for each in told) else "cannot-say"


def unlike(basis: Basis, table: Table, asked: MarginAsked, body: Body) -> Iterator[str]:
    """Say in what margins are not those of the record, or do not agree with themselves; nothing is searched.

    Where no search is needed, as under plurality, all of them are found again.

    Args:
        basis, table: what the count was taken from, and what it came to; somebody is elected.
    """
    steps = Steps(())
    shares = steps.dealt(lambda _: lambda: False) if asked.steps else None
    section = asked.section if asked.section in table.sections else None
    kinds = [kind for kind in KINDS if kind in asked.kinds]
    report = report_margin(basis, table, kinds, section, None, shares)
    whole = margin_body(basis, table, report, asked, all_shown=True)
    public = margin_body(basis, table, for_public(basis, report), asked)
    lines = [(line["kind"], line["section"]) for line in body["margins"]]
    if lines not in [[(line["kind"], line["section"]) for line in each["margins"]] for each in (whole, public)]:
        yield "it has other lines than its question asks for"
    elif not steps.taken and digest_of(public) != digest_of(public_body(basis, body)):
        yield f"the record gives other margins, {digest_of(public)}"
    elif steps.taken and (body["unsaid"] or body["exclusions_held"]):
        yield "it says of papers that are on record that they are not"
    for line in body["margins"]:
        for goal in GOALS:
            why = _in_itself(basis, line["kind"], line[goal])
            if why:
                yield f"{line['kind']}, {line['section']}: {why}"


def _in_itself(basis: Basis, kind: str, told: Body) -> str:
    """Say in what one number does not agree with itself."""
    least, most, hidden = told["least"], told["most"], told.get("hidden", False)
    if most is not None and (least is None or least > most):
        return f"no fewer than {least} papers, and {most} do it"
    verdict = "exact" if least == most else "bounded" if least or most is not None else "cannot-say"
    if told["verdict"] != verdict:
        return f"it says {told['verdict']} where its numbers are {verdict}"
    if (most is None) != (told["certificate"] is None and not hidden):
        return f"{most} papers do it, and which is not said" if most is not None else "papers, and no number of them"
    may_hide = _is_few(basis, most) or (basis.contest.paper_publication == "none" and kind != "addition")
    if hidden and not may_hide:
        return "it hides papers that everybody is shown"
    return ""
