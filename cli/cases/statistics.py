"""`pollbook statistics`: numbers of rulings for the public, on the screen or as a pack of files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.cases.overseeing import overseen
from cli.look import root_over
from cli.place import Place
from cli.screen import say, say_json, table, wrapped
from cli.source import os_errors
from ledger.errors import refused
from ledger.field import rounded
from projections.applications.projection import ApplicationProjection
from projections.moment import Moment
from projections.oversight.editions import Edition, edition_of, of_edition
from projections.oversight.places import Places
from projections.oversight.reading import placed
from projections.oversight.statistics import Rate, Told, rates_of, told_of
from projections.oversight.wilson import share
from projections.roll.entries import RollProjection
from projections.roll.reading import point_of
from projections.roll.suppression import LEAST

FILE = "statistics.json"
FORM = "pollbook-statistics.v1"
SMALL = f"<{LEAST}"


@dataclass(frozen=True, slots=True)
class Pack:
    """One set of numbers for the public.

    Attributes:
        root: of the tree over the events up to the last of the set, in hexadecimal.
        at: when that was recorded, UTC.
    """

    election: str
    edition: Edition
    root: str
    at: str
    told: Sequence[Told]
    rates: Sequence[Rate]

    @property
    def events(self) -> str:
        """Say which events the numbers are of."""
        return f"events {self.edition.first:,} to {self.edition.last:,}"


def show_statistics(place: Place, election: str, out: Path | None, number: int | None, *, as_json: bool) -> None:
    """Print a set of numbers, or write it to a new folder.

    Args:
        number: of the set, from 1; the last one, if none is given.

    Raises:
        UsageError: `no-such-edition`.
        RefusedError: `no-cases`, `folder-exists`, `not-published`.
    """
    if out is not None and out.exists():
        raise refused("folder-exists", str(out), "a new folder", "one that is there", "Choose another folder")
    pack = _pack(place, election, number)
    if out is not None:
        _write(pack, out)
        say(f"wrote {out}: {FILE}, statistics.txt, and {len(pack.told)} tables as CSV")
    elif as_json:
        say_json(_plain(pack))
    else:
        say("\n".join(_lines(pack)))


def _pack(place: Place, election: str, number: int | None) -> Pack:
    """Work a set out, as of its last event."""
    with overseen(place, election, rulings_only=True) as seen:  # an unknown election is said before all else
        edition = edition_of(seen.ledger, election, number)
        known = None if edition.last == seen.known else str(edition.last)
    also = (RollProjection(), ApplicationProjection())
    with overseen(place, election, None, known, also, rulings_only=True) as seen:
        places = Places(seen.database, point_of(seen.ledger, Moment(known_at_position=edition.last)))
        rows = placed(of_edition(seen.ledger, seen.oversight.rulings, edition), election, places)
        ((_, last),) = seen.ledger.scan(edition.last, edition.last + 1)
        told = told_of(rows)
        return Pack(election, edition, root_over(seen.ledger, edition.last + 1), last.recorded, told, rates_of(told))


def _write(pack: Pack, out: Path) -> None:
    """Write a pack: one file for programs, one for readers, and each table for spreadsheets."""
    with os_errors(out):
        out.mkdir(parents=True)
        (out / FILE).write_text(json.dumps(_plain(pack), ensure_ascii=False, indent=2) + "\n", "utf-8")
        (out / "statistics.txt").write_text("\n".join(_lines(pack)) + "\n", "utf-8")
        for each in pack.told:
            (out / f"{each.sheet.name}.csv").write_text(_csv(pack, each), "utf-8")


def _csv(pack: Pack, told: Told) -> str:
    """Write a table: a line for each figure, with what it is of and by what it can be checked."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*told.sheet.levels, "people", "more_among_pooled", "query", "first_event", "last_event", "root"))
    for by, figures in told.figures:
        for figure in figures:
            values = dict(zip(by, figure.values, strict=True))
            more = "yes" if figure.more else "no"
            what = (*(values.get(name, "") for name in told.sheet.levels), figure.number, more, figure.query)
            writer.writerow((*what, pack.edition.first, pack.edition.last, pack.root))
    return text.getvalue()


def _plain(pack: Pack) -> dict[str, Any]:
    checked = {"events": {"first": pack.edition.first, "last": pack.edition.last}, "root": pack.root}
    return {
        "format": FORM,
        "election": pack.election,
        "edition": pack.edition.number,
        **checked,
        "recorded_up_to": pack.at,
        "least": LEAST,
        "tables": [
            {
                "name": told.sheet.name,
                "title": told.sheet.title,
                "of": told.sheet.of,
                "people": told.all,
                "withheld": told.withheld,
                "figures": [
                    {
                        "values": dict(zip(by, figure.values, strict=True)),
                        "people": figure.number,
                        "more_among_pooled": figure.more,
                        "query": figure.query,
                        **checked,
                    }
                    for by, figures in told.figures
                    for figure in figures
                ],
            }
            for told in pack.told
        ],
        "reversals": [
            {
                "grounds": each.grounds,
                "did_not_stand": each.reversed,
                "determined": each.determined,
                "rate": f"{each.rate.numerator}/{each.rate.denominator}",
                "interval": share(each.reversed, each.determined).says(),
                **checked,
            }
            for each in pack.rates
        ],
    }


def _lines(pack: Pack) -> Iterator[str]:
    """Give the numbers as text, each line within 80 columns."""
    yield from wrapped(
        f"Rulings of election {pack.election}, for the public: edition {pack.edition.number}, {pack.events}, recorded "
        f"up to {pack.at}"
    )
    yield f"root {pack.root}"
    yield from wrapped(
        "People are counted, each once in a table, by the first ruling that they were told of. "
        f"No number under {LEAST} is told, nor one that adding and subtracting would tell: "
        "such are pooled as others. + after a name: more of these are among the others."
    )
    for told in pack.told:
        yield ""
        total = SMALL if told.all is None else f"{told.all:,}"
        yield from wrapped(f"{told.sheet.title}: {total} {told.sheet.of}")
        if told.withheld:
            yield f"Withheld: beside a table above it would tell of fewer than {LEAST}."
        for by, figures in told.figures:
            rows = [(*_named(each.values, more=each.more), f"{each.number:,}") for each in figures]
            if rows:
                yield ""
                yield table((*by, "people"), rows, right=(len(by),))
    yield ""
    yield "Of how many the ruling did not stand, of those whose appeal was determined"
    if not pack.rates:
        yield from wrapped(f"not told: of no ground are there {LEAST} of a kind, and nothing pooled")
        return
    rows = [
        (each.grounds, f"{each.reversed:,}", f"{each.determined:,}", f"{rounded(100 * each.rate, 1)}%", _sure(each))
        for each in pack.rates
    ]
    yield table(("grounds", "did not stand", "determined", "rate", "95% interval"), rows, right=(1, 2, 3))


def _named(values: Sequence[str], *, more: bool) -> tuple[str, ...]:
    return (*values[:-1], values[-1] + (" +" if more else ""))


def _sure(rate: Rate) -> str:
    return share(rate.reversed, rate.determined).says()
