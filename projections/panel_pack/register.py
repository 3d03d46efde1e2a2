"""The register of rulings: one row each, on pages of at most `PAGE_ROWS`; by ground, by who decided, by outcome.

Whoever runs no scripts has these pages, and a list for each ground, panel and outcome. Where scripts run, filters work
over all rows at once; the rows come from files beside the pages (`rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from projections.oversight.rows import RulingRow
from projections.panel_pack.parts import Column, Markup, heading, joined, link, para, short_day, table
from projections.panel_pack.wording import APPEAL_STATES, DETECTIONS, OUTCOMES
from projections.story.words import counted

PAGE_ROWS = 200
REGISTER = "register"
COLUMNS = (
    Column("Case"),
    Column("Ruled", "day"),
    Column("Outcome"),
    Column("Grounds"),
    Column("Decided by"),
    Column("Votes"),
    Column("Found by"),
    Column("Told", "day"),
    Column("Appeal"),
)


class Facet(NamedTuple):
    """A way to look at some of the rulings.

    Attributes:
        name: of the field of the filter, and of files.
        label: in words; `words`, of a value.
        values: of a ruling; more than one where it is listed under each.
    """

    name: str
    label: str
    values: Callable[[RulingRow], Sequence[str]]
    words: Callable[[str], str]


FACETS = (
    Facet("ground", "Ground", lambda each: each.grounds, str),
    Facet("by", "Decided by", lambda each: (each.decider,), str),
    Facet("outcome", "Outcome", lambda each: (each.outcome,), lambda value: OUTCOMES[value]),
    Facet("found", "Found by", lambda each: (each.detection,), lambda value: DETECTIONS[value]),
    Facet("appeal", "Appeal", lambda each: (each.appeal_state,), lambda value: APPEAL_STATES[value]),
)
LISTED = FACETS[:3]  # those for which there are pages


def cells_of(ruling: RulingRow) -> tuple[str, ...]:
    """Give what the register says of a ruling, as texts in the order of COLUMNS."""
    votes = f"{ruling.votes_for} to {ruling.votes_against}" if ruling.decided_by == "panel" else "-"
    return (
        label_of(ruling),
        ruling.ruled[:10],
        OUTCOMES[ruling.outcome] + (", superseded" if ruling.superseded_by else ""),
        ", ".join(ruling.grounds),
        ruling.decider,
        votes,
        DETECTIONS[ruling.detection],
        ruling.told[:10] if ruling.told else "-",
        APPEAL_STATES[ruling.appeal_state],
    )


def label_of(ruling: RulingRow) -> str:
    """Name a ruling: by its case, with its number from the second on."""
    return ruling.case if ruling.ruling == 1 else f"{ruling.case}, ruling {ruling.ruling}"


def case_file(case: str) -> str:
    """Give the path of the page of a case in the pack."""
    return f"cases/{case}.html"


def _row(ruling: RulingRow) -> tuple[str, ...]:
    first, _, *rest = cells_of(ruling)
    rest[5] = short_day(ruling.told)
    return (link(case_file(ruling.case), first), short_day(ruling.ruled), *rest)


def lists_of(rulings: Sequence[RulingRow]) -> dict[tuple[str, str], tuple[RulingRow, ...]]:
    """Give the rulings of every list beside the register: by name of the facet and value."""
    found: dict[tuple[str, str], list[RulingRow]] = {}
    for facet in LISTED:
        for ruling in rulings:
            for value in facet.values(ruling):
                found.setdefault((facet.name, value), []).append(ruling)
    return {key: tuple(each) for key, each in sorted(found.items())}


def list_file(facet: str, value: str) -> str:
    """Give the path of the first page of a list."""
    return f"{REGISTER}-{facet}-{value}.html"


def register_pages(rulings: Sequence[RulingRow], files: int) -> Iterator[tuple[str, str, str]]:
    """Write the register: path, title and main part of each page.

    Args:
        files: how many files of rows there are, for the filter.
    """
    for number, path, chosen, ways in _pages(rulings, REGISTER):
        title = "Register of rulings" + (f", page {number}" if number > 1 else "")
        first = _filter(rulings, files) + _lists(rulings) if number == 1 else ""
        yield path, title, _part(title, len(rulings), first, chosen, ways, "rulings" if number == 1 else "")


def list_pages(facet: Facet, value: str, rulings: Sequence[RulingRow]) -> Iterator[tuple[str, str, str]]:
    """Write one list beside the register, as `register_pages` does."""
    stem = list_file(facet.name, value).removesuffix(".html")
    for number, path, chosen, ways in _pages(rulings, stem):
        title = f"Rulings, {facet.label.lower()}: {facet.words(value)}" + (f", page {number}" if number > 1 else "")
        yield path, title, _part(title, len(rulings), para(_back(), "above"), chosen, ways, "")


def _back() -> Markup:
    return joined((link(f"{REGISTER}.html", "Register of rulings"),))


def _pages(rulings: Sequence[RulingRow], stem: str) -> Iterator[tuple[int, str, Sequence[RulingRow], str]]:
    """Deal rulings out to pages: number from 1, path, rows, and the ways to the other pages."""
    total = max(1, -(-len(rulings) // PAGE_ROWS))
    paths = [f"{stem}.html" if number == 1 else f"{stem}-page-{number}.html" for number in range(1, total + 1)]
    for number, path in enumerate(paths, 1):
        start = (number - 1) * PAGE_ROWS
        ways = "".join(
            f"<li>{link(each, f'Page {other}', here=other == number)}</li>\n" for other, each in enumerate(paths, 1)
        )
        nav = f'<nav id="pages" aria-label="Pages of the list">\n<ol class="pages">\n{ways}</ol>\n</nav>\n'
        yield number, path, rulings[start : start + PAGE_ROWS], nav if total > 1 else ""


def _part(title: str, total: int, first: str, chosen: Sequence[RulingRow], ways: str, name: str) -> str:
    here = f"{len(chosen)} of {counted(total, 'ruling')}" if len(chosen) < total else counted(total, "ruling")
    rows = table(f"{here}, in the order in which they were made", COLUMNS, map(_row, chosen), name)
    return f'{heading(1, title)}{first}{rows}<div id="more" class="more"></div>\n{ways}'


def _lists(rulings: Sequence[RulingRow]) -> str:
    """Lead to the lists, for whoever runs no scripts, and for links."""
    found = lists_of(rulings)
    parts = []
    for facet in LISTED:
        ways = [
            joined((link(list_file(name, value), facet.words(value)), f" ({len(chosen):,})"), "")
            for (name, value), chosen in found.items()
            if name == facet.name
        ]
        parts.append(f"<dt>{escape(facet.label)}</dt>\n<dd>{joined(ways)}</dd>\n")
    return f'<dl id="lists" class="facts">\n{"".join(parts)}</dl>\n'


def _filter(rulings: Sequence[RulingRow], files: int) -> str:
    """Write the filter, which a script shows."""
    selects = "".join(_select(facet, _values(facet, rulings)) for facet in FACETS)
    dates = "".join(
        f'<div><label for="{name}">{label}</label><input id="{name}" name="{name}" type="date"></div>\n'
        for name, label in (("from", "Ruled from"), ("to", "Ruled until"))
    )
    return (
        f'<form id="register-filter" class="filter" role="search" aria-label="Filter the rulings" hidden '
        f'data-files="{files}" data-all="{counted(len(rulings), "ruling")}">\n<div class="fields">\n'
        '<div class="broad"><label for="text">Words, in any order</label>'
        '<input id="text" name="text" type="search" autocomplete="off" spellcheck="false"></div>\n'
        f"{selects}{dates}</div>\n"
        '<p class="said"><output for="text"></output> <button type="reset">Show all</button></p>\n</form>\n'
    )


def _values(facet: Facet, rulings: Iterable[RulingRow]) -> list[str]:
    return sorted({value for ruling in rulings for value in facet.values(ruling)})


def _select(facet: Facet, values: Iterable[str]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(facet.words(value))}</option>\n' for value in values)
    return (
        f'<div><label for="{facet.name}">{facet.label}</label><select id="{facet.name}" name="{facet.name}">\n'
        f'<option value="">all</option>\n{options}</select></div>\n'
    )
