"""The page that asks whether like cases are treated alike: a table for each ground, and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby

from ledger.field import rounded
from projections.oversight.consistency import (
    ALARM_LEAST,
    ALL,
    SAME_REASONS_MOST,
    Cell,
    Consistency,
    Reversal,
    SameReasons,
    Unlike,
    consistency_of,
)
from projections.oversight.reading import Oversight
from projections.oversight.register import percent
from projections.oversight.wilson import Share
from projections.panel_pack.parts import Column, Markup, heading, joined, link, para, table
from projections.panel_pack.register import REGISTER, case_file, list_file
from projections.panel_pack.wording import DETECTIONS, OUTCOMES
from projections.story.words import counted, day, listed

CONSISTENCY = "consistency.html"
EXAMPLES = 5  # rulings that are led to, of those alike with one outcome
PLOT_WIDTH, PLOT_HEIGHT, PLOT_EDGE = 144, 18, 4  # in units of the drawing
INTERVAL = (Column("Against the person", "n"), Column("95% interval", "n"), Column("0% to 100%", "span"))


def consistency_part(seen: Oversight) -> str:
    """Write the page."""
    found = consistency_of(seen.rulings)
    titles = {each.ground: each.title for each in seen.grounds}
    parts = [heading(1, "Consistency"), para("Are like cases treated alike, whoever decides them?", "lead")]
    if not seen.rulings:
        return "".join((*parts, para("There is no ruling yet.")))
    parts.append(para(INTRODUCTION))
    parts += [heading(2, "What was decided on each ground, and by whom", "grounds"), *_grounds(found.cells, titles)]
    parts += [heading(2, "Like cases decided differently", "unlike"), _unlike(found.unlike)]
    parts += [heading(2, "The same reasons on many cases", "reasons"), _reasons(found.reasons)]
    parts += [heading(2, "How cases were found", "sources"), _sources(found)]
    parts += [heading(2, "Rulings changed on appeal", "reversals"), _reversals(found)]
    return "".join(parts)


INTRODUCTION = (
    "No number here proves a fault: each says where to look. An interval shows how sure a share is, at the level of "
    "95%; where two do not overlap, chance is a poor explanation. One ruling counts under each ground that it rests on."
)


def _grounds(cells: Iterable[Cell], titles: Mapping[str, str]) -> Iterator[str]:
    """Write a table for each ground: who decided, with which outcomes, and the share against the person."""
    for ground, group in groupby(cells, key=lambda each: each.ground):
        theirs = list(group)
        outcomes = list(dict.fromkeys(name for each in theirs for name, _ in each.outcomes))
        columns = (
            Column("Decided by"),
            Column("Rulings", "n"),
            *(Column(OUTCOMES[name].capitalize(), "n") for name in outcomes),
            *INTERVAL,
        )
        caption = joined((titles.get(ground, ground), " (", link(list_file("ground", ground), ground), ")"), "")
        yield table(caption, columns, (_cell(each, outcomes) for each in theirs), f"ground-{ground}")


def _cell(cell: Cell, outcomes: Sequence[str]) -> tuple[str, ...]:
    numbers = {name: each.part for name, each in cell.outcomes}
    by, who = ("everybody", "") if cell.by == ALL else (cell.by, f"&by={cell.by}")
    rulings = link(f"{REGISTER}.html#ground={cell.ground}{who}", f"{cell.rulings:,}")
    return (by, rulings, *(f"{numbers.get(name, 0):,}" for name in outcomes), *share_cells(cell.adverse))


def share_cells(found: Share) -> tuple[str, str, str]:
    """Write a share: in per cent, the interval in words, and the interval drawn."""
    return percent(found.part, found.whole), found.says(), drawn(found)


def drawn(found: Share) -> Markup:
    """Draw an interval on a line from 0% to 100%; the numbers are in words beside it."""
    low, high, point = map(_along, (found.low, found.high, Fraction(found.part, found.whole)))
    middle = PLOT_HEIGHT // 2
    return Markup(
        f'<svg class="interval" viewBox="0 0 {PLOT_WIDTH} {PLOT_HEIGHT}" aria-hidden="true" focusable="false">'
        f'<line class="axis" x1="{PLOT_EDGE}" x2="{PLOT_WIDTH - PLOT_EDGE}" y1="{middle}" y2="{middle}"/>'
        f'<line class="range" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>'
        f'<circle class="point" cx="{point}" cy="{middle}" r="3.5"/></svg>'
    )


def _along(share: Fraction) -> str:
    return rounded(PLOT_EDGE + share * (PLOT_WIDTH - 2 * PLOT_EDGE), 1)


def _unlike(unlike: Sequence[Unlike]) -> str:
    if not unlike:
        return para("There are none.")
    pairs = sum(each.pairs for each in unlike)
    intro = para(
        f"Cases are alike here if they rest on the same grounds, on evidence of the same classes, and are about people "
        f"of the same category. Of {counted(pairs, 'pair')} of like cases the two were decided differently. What else "
        "they had in common, or not, the cases themselves tell."
    )
    columns = (
        Column("Grounds"),
        Column("Evidence"),
        Column("Category"),
        Column("Cases", "n"),
        Column("Pairs", "n"),
        Column("Decided", "broad"),
    )
    caption = f"{counted(len(unlike), 'group')} of like cases, the most pairs first"
    return intro + table(caption, columns, (_group(each) for each in unlike))


def _group(group: Unlike) -> tuple[str, ...]:
    decided = joined(
        (
            joined((f"{by}: {OUTCOMES[outcome]} {len(ids):,} (", _examples(ids), ")"), "")
            for (by, outcome), ids in group.decided.items()
        ),
        "<br>",
    )
    classes = ", ".join(group.classes) or "none"
    return (", ".join(group.grounds), classes, group.category or "-", f"{group.cases:,}", f"{group.pairs:,}", decided)


def _examples(ids: Sequence[str]) -> Markup:
    """Lead to the cases of some rulings, each named CASE/NUMBER."""
    ways = [link(case_file(each.partition("/")[0]), each.removesuffix("/1")) for each in ids[:EXAMPLES]]
    more = [f"and {len(ids) - EXAMPLES:,} more"] if len(ids) > EXAMPLES else []
    return joined((*ways, *more))


def _reasons(reasons: Sequence[SameReasons]) -> str:
    if not reasons:
        return para(f"No reasons stand on more than {SAME_REASONS_MOST} cases.")
    columns = (
        Column("Decided by"),
        Column("Grounds"),
        Column("Cases", "n"),
        Column("Words", "n"),
        Column("First"),
        Column("Last"),
    )
    rows = (
        (listed(each.by), listed(each.grounds), f"{each.cases:,}", f"{each.words:,}", day(each.first), day(each.last))
        for each in reasons
    )
    return table(f"Reasons that stand on more than {SAME_REASONS_MOST} cases, word for word", columns, rows)


def _sources(found: Consistency) -> str:
    columns = (Column("Found by"), Column("Rulings", "n"), *INTERVAL)
    rows = ((DETECTIONS[source], f"{each.whole:,}", *share_cells(each)) for source, each in found.sources)
    return table("Rulings by how their cases were found", columns, rows)


def _reversals(found: Consistency) -> str:
    if not found.by_ground:
        return para("No appeal was determined yet.")
    intro = para(
        "A ruling is changed where the appeal against it was allowed, varied or remitted. None or all of "
        f"{ALARM_LEAST} appeals or more is out of the ordinary, and marked."
    )
    columns = (
        Column("Of"),
        Column("Appeals determined", "n"),
        Column("Changed", "n"),
        Column("Share", "n"),
        Column("95% interval", "n"),
        Column("0% to 100%", "span"),
        Column("Mark"),
    )
    by_ground = table("By ground", columns, map(_reversal, found.by_ground))
    return intro + by_ground + table("By who decided", columns, map(_reversal, found.by_decider[1:]))


def _reversal(each: Reversal) -> tuple[str, ...]:
    mark = Markup('<span class="alert">none or all</span>') if each.alarm else ""
    name = "all appeals" if each.name == ALL else each.name
    return (name, f"{each.reversed.whole:,}", f"{each.reversed.part:,}", *share_cells(each.reversed), mark)
