"""`pollbook figures`: declared and published figures beside the count, source by source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cli.counting.count import say_provenance
from cli.look import counted_at, moment_from
from cli.office import opened
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.streams.result import FiguresPublished
from ledger.streams.totals import TotalsCertified
from projections.comparison import Compared, compare, compare_totals
from projections.count.render import exact
from projections.counting import Counted
from projections.moment import Moment

HEADS = ("stage", "section", "candidate", "published", "counted", "difference", "verdict")
NUMBERS = ("stage", "published", "counted", "difference")  # columns set to the right
VOTELESS = ("empty-section", "totals-missing")  # refusals of a count whose votes were never published
UNCONFIRMED = "transcribed, unconfirmed"
MEASURES = {
    "points": "points: what the section gives to the whole, in percent",
    "section-share": "section-share: of the section's continuing papers, in percent",
    "share": "share: of the whole, in percent",
}  # others say what they are

Events = list[tuple[int, Event]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures beside a count, or beside certified totals alone where there is no count (`refused` says why)."""

    rows: list[Compared]
    events: Events
    counted: Counted | None = None
    refused: RefusedError | None = None


def compared_at(place: Place, contest: str, moment: Moment) -> Comparison:
    """Compare the figures of a contest as of a moment.

    Raises:
        RefusedError: what a count raises, unless votes are missing that were never published.
    """
    try:
        counted, events = counted_at(place, contest, moment)
    except RefusedError as refused:
        if refused.code not in VOTELESS:
            raise
        with opened(place) as ledger:
            events = list(moment.past(ledger.stream(f"result/{contest}")))
            return Comparison(compare_totals(ledger, contest, moment, events), events, refused=refused)
    return Comparison(compare(counted, events), events, counted)


def compare_figures(place: Place, contest: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print declared and published figures beside the count."""
    found = compared_at(place, contest, moment_from(as_of, known_at))
    if as_json:
        say_json([_cell(row) for row in found.rows])
        return
    if found.counted:
        say_provenance(found.counted)
    else:
        say_wrapped(f"Not counted: {found.refused}")
        say()
    say_comparison(found)


def say_comparison(found: Comparison) -> None:
    """Print compared cells: a table for each source, certainty and measure; then how many are equal."""
    for heading, rows in _blocks(found):
        for line in heading:
            say_wrapped(line)
        for measure in dict.fromkeys(row.figure.measure for row in rows):
            _say_measure(measure, [row for row in rows if row.figure.measure == measure])
        say()
    if not found.rows:
        say("No figures were declared or published")
        return
    equal = sum(row.verdict == "equal" for row in found.rows)
    papers = "the papers" if found.counted and not found.counted.certified else "papers and certified totals"
    say(f"{equal} of {len(found.rows)} published cells follow from {papers}")
    if any(row.unconfirmed for row in found.rows):
        which = "; ".join(_unconfirmed(found.counted.certified.values())) if found.counted else "see the totals"
        say_wrapped(f"? rests on certified totals that are {UNCONFIRMED}: {which}")


def _unconfirmed(certified: Iterable[TotalsCertified]) -> Iterator[str]:
    """Name the certified totals that are unconfirmed: section, stages, and candidates where they are not all."""
    for event in certified:
        stages = []
        for number, stage in enumerate(event.stages, 1):
            names = [held.candidate for held in stage.held if held.certainty != "sourced"]
            if names:
                stages.append(f"stage {number}" + (f" ({', '.join(names)})" if len(names) < len(stage.held) else ""))
        if stages:
            yield f"{event.section} {', '.join(stages)}"


def _blocks(found: Comparison) -> list[tuple[tuple[str, ...], list[Compared]]]:
    """Group rows by what stands above them: who declared, or where it was published, and how certain it is."""
    events = dict(found.events)
    blocks: dict[tuple[str, ...], list[Compared]] = {}
    for row in found.rows:
        event = events[row.position]
        certainty = "sourced" if row.figure.certainty == "sourced" else UNCONFIRMED
        if isinstance(event, FiguresPublished):
            heading = tuple(filter(None, (f"{event.source} ({certainty})", event.address)))
        else:
            heading = (f"{row.source.capitalize()} by {event.actor} ({certainty})",)
        blocks.setdefault(heading, []).append(row)
    return list(blocks.items())


def _say_measure(measure: str, rows: Iterable[Compared]) -> None:
    rows = list(rows)
    say()
    say(MEASURES.get(measure, measure))
    heads = [head for head in HEADS if head != "difference" or any(row.verdict == "differs" for row in rows)]
    lines = [_line(row) for row in rows]
    right = [place for place, head in enumerate(heads) if head in NUMBERS]
    say(table(heads, [[line[head] for head in heads] for line in lines], right))
    for row in rows:
        if row.explanation:
            who = f", {row.figure.candidate}" if row.figure.candidate else ""
            value = f" (exactly {exact(row.exact)})" if row.exact and row.exact.denominator > 1 else ""
            say_wrapped(f"Stage {row.figure.stage}, {row.figure.section}{who}{value}: {row.explanation}.")


def _line(row: Compared) -> dict[str, str]:
    return {
        "stage": str(row.figure.stage),
        "section": row.figure.section,
        "candidate": row.figure.candidate or "",
        "published": row.printed,
        "counted": row.recomputed or "-",
        "difference": row.difference if row.verdict == "differs" else "",
        "verdict": f"{row.verdict} ?" if row.unconfirmed else row.verdict,
    }


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
        "exact": None if row.exact is None else exact(row.exact),
        "recomputed": row.recomputed or None,
        "unconfirmed": row.unconfirmed,
        "difference": row.difference or None,
        "explanation": row.explanation or None,
        "verdict": row.verdict,
    }
