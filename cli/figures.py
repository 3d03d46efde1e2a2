"""`pollbook figures`: declared and published figures beside the count, source by source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cli.look import counted_at, moment_from, say_provenance
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.event import Event
from ledger.streams.result import FiguresPublished, ResultDeclared
from projections.comparison import Compared, compare

HEADS = ("stage", "section", "cell", "published", "counted", "verdict")
NUMBERS = (0, 3, 4)  # columns set to the right

Events = list[tuple[int, Event]]


def compare_figures(place: Place, contest: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print declared and published figures beside the count."""
    counted, events = counted_at(place, contest, moment_from(as_of, known_at))
    rows = compare(counted, events)
    if as_json:
        say_json([_cell(row) for row in rows])
        return
    say_provenance(counted)
    say_comparison(rows, events)


def say_comparison(rows: Iterable[Compared], events: Events) -> None:
    """Print compared cells, a table for each source, and how many are equal.

    Args:
        events: the events that the figures are from; they say who declared, and where it was published.
    """
    rows = list(rows)
    headings = dict(_headings(events))
    blocks: dict[tuple[str, ...], list[Compared]] = {}
    for row in rows:
        blocks.setdefault(headings[row.position], []).append(row)
    for heading, cells in blocks.items():
        for line in heading:
            say_wrapped(line)
        say(table(HEADS, [_line(row) for row in cells], right=NUMBERS))
        say()
    if not rows:
        say("No figures were declared or published")
        return
    equal = sum(row.verdict == "equal" for row in rows)
    say(f"{equal} of {len(rows)} published cells follow from the papers")
    if any(row.figure.certainty != "sourced" for row in rows):
        say("* transcribed, unconfirmed")


def _headings(events: Events) -> Iterable[tuple[int, tuple[str, ...]]]:
    for position, event in events:
        match event:
            case ResultDeclared():
                yield position, (f"Declared by {event.actor}",)
            case FiguresPublished():
                yield position, (event.source, event.address) if event.address else (event.source,)


def _line(row: Compared) -> tuple[str, ...]:
    return (
        str(row.figure.stage),
        row.figure.section,
        f"{row.figure.candidate or ''} {row.figure.measure}".strip(),
        row.printed,
        row.recomputed or "-",
        row.verdict if row.figure.certainty == "sourced" else f"{row.verdict} *",
    )


def _cell(row: Compared) -> dict[str, Any]:
    return {
        "source": row.source,
        "certainty": row.figure.certainty,
        "position": row.position,
        "stage": row.figure.stage,
        "section": row.figure.section,
        "candidate": row.figure.candidate,
        "measure": row.figure.measure,
        "published": row.printed,
        "exact": None if row.exact is None else f"{row.exact.numerator}/{row.exact.denominator}",
        "recomputed": row.recomputed or None,
        "difference": row.difference or None,
        "verdict": row.verdict,
    }
