"""A contest as HTML: who stood, papers by section, a table for each stage, declared figures beside the count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from projections.count.render import labels, sheet_of
from projections.count.render_html import html_table as table
from projections.count.render_html import stages_html
from projections.count.sheet_of_stages import words_of
from projections.count.sheet_of_stv import stv_words_of
from projections.count.stv_table import STVStage
from projections.publish.contests import NO_REASON, Published

if TYPE_CHECKING:
    from projections.comparison import Compared
    from projections.count.stage_table import Stage
    from projections.counting import Counted
    from projections.publish.smallest import Shown

__all__ = ["contest_part", "table"]


def contest_part(published: Published) -> str:
    """Write the part of the page about one contest."""
    contest = published.contest
    name = escape(contest.contest)
    candidates = "".join(f"<li>{escape(candidate.name)}</li>" for candidate in contest.candidates)
    recount = "All its papers are here." if published.recountable else "Not all its papers are here."
    papers = f' <a href="contests/{name}/papers.csv">Papers</a>.' if published.has_papers else ""
    begin = (
        f'<h2 id="{name}">{escape(contest.office)}</h2>\n<p>{recount} '
        f'<a href="contests/{name}/result.json">Result</a>.{papers}</p>\n<h3>Candidates</h3>\n<ol>{candidates}</ol>\n'
    )
    if published.counted is None or published.shown is None:
        return f"{begin}<p>{escape(published.why_not)}</p>\n"
    return begin + _result(published.counted, published.shown) + _figures(published.figures, published.shown)


def _result(counted: Counted, shown: Shown) -> str:
    label = labels(counted.table, counted.names)
    provenance = "".join(f"<p>{escape(words[0].upper() + words[1:])}.</p>\n" for words in counted.provenance)
    elected = ", ".join(label[name] for name in counted.table.elected) or "nobody"
    hidden = "".join(f"<p>{escape(_hidden(stage, label))}</p>\n" for stage in shown.hidden)
    sheet = sheet_of(shown.table, counted.names, counted.rule.decimals)
    return (
        f"<p>Elected: <strong>{escape(elected)}</strong></p>\n{provenance}{_note(shown)}{_papers(shown)}"
        f"<h3>Stage by stage</h3>\n{hidden}{stages_html(sheet)}"
    )


def _hidden(stage: Stage | STVStage, label: Mapping[str, str]) -> str:
    """Say what was done at a stage whose numbers are held back."""
    if isinstance(stage, STVStage):
        done = [stv_words_of(action, label) for action in stage.actions]
    else:
        done = [words_of(stage.action, label)]
    return f"Stage {stage.number}. {' '.join(done)} {NO_REASON}"


def _note(shown: Shown) -> str:
    if shown.whole:
        return ""
    joined = f" The sections {', '.join(shown.joined)} are shown as one, all." if shown.joined else ""
    few = (
        f"Numbers of papers from 1 to {shown.smallest - 1} are not published, nor those from which they could be "
        "worked out."
    )
    return f"<p>{few if shown.smallest > 1 else ''}{escape(joined)}</p>\n"


def _papers(shown: Shown) -> str:
    """Tabulate valid and rejected papers by section."""
    counts = shown.table
    rows = [(section, "valid", str(papers)) for section, papers in counts.valid.items()]
    for section, reasons in counts.rejected.items():
        rows += [(section, f"rejected: {reason}", str(papers)) for reason, papers in sorted(reasons.items())]
    missing = [
        f"<p>How many papers are {what} is not published.</p>\n"
        for what, numbers in (("valid", counts.valid), ("rejected", counts.rejected))
        if not numbers
    ]
    return table("Papers by section", ("Section", "Papers", "Number"), rows) + "".join(missing)


def _figures(figures: Sequence[Compared], shown: Shown) -> str:
    """Tabulate figures that were declared or published, each beside the count."""
    if not figures:
        return ""
    missing = "not recomputable" if shown.whole else "not shown"
    rows = [
        (
            row.figure.says(),
            row.source,
            row.printed,
            row.recomputed or "-",
            (missing if row.exact is None else row.verdict)
            + ("" if row.figure.certainty == "sourced" else " (transcribed, unconfirmed)"),
        )
        for row in figures
    ]
    heads = ("Cell", "Source", "As published", "Counted", "Verdict")
    return "<h3>Declared and published figures</h3>\n" + table("Figures beside the count", heads, rows)
