"""`pollbook statistics`: numbers of rulings for the public, on the screen or as a pack of files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.overseeing import overseen
from cli.place import Place
from cli.screen import say, say_json, table, wrapped
from cli.sealing import read_bytes
from cli.source import os_errors
from ledger.errors import UsageError, refused
from ledger.field import rounded
from ledger.store import Ledger
from projections.oversight.statistics import Rate, Told, rates_of, told_between, told_of
from projections.oversight.wilson import share
from projections.roll.suppression import LEAST

FILE = "statistics.json"
FORM = "pollbook-statistics.v1"
BYTES_MAX = 10_000_000
SMALL = f"<{LEAST}"


@dataclass(frozen=True, slots=True)
class Pack:
    """Numbers for the public of the rulings that the events from `first` to `last` recorded.

    Attributes:
        root: of the tree over the events up to `last`, in hexadecimal.
        at: when `last` was recorded, UTC.
    """

    election: str
    first: int
    last: int
    root: str
    at: str
    told: Sequence[Told]
    rates: Sequence[Rate]

    @property
    def events(self) -> str:
        """Say which events the numbers are of."""
        return f"events {self.first:,} to {self.last:,}"


def show_statistics(place: Place, election: str, out: Path | None, after: Path | None, *, as_json: bool) -> None:
    """Print the numbers, or write them to a new folder.

    Raises:
        UsageError: `not-statistics`, `no-such-file`.
        RefusedError: `no-cases`, `folder-exists`, `nothing-new`, `not-this-record`.
    """
    if out is not None and out.exists():
        raise refused("folder-exists", str(out), "a new folder", "one that is there", "Choose another folder")
    with overseen(place, election, rulings_only=True) as seen:
        first = 0 if after is None else _next_of(after, election, seen.ledger)
        if first > seen.known:
            remedy = "Nothing to do: what was published is all there is"
            raise refused("nothing-new", str(after), f"events after {first - 1}", "none", remedy)
        told = told_of(seen.placed(told_between(seen.oversight.rulings, first, seen.known)))
        root, at = _root(seen.ledger, seen.known + 1), seen.ledger.head().recorded
        pack = Pack(election, first, seen.known, root, at, told, rates_of(told))
    if out is not None:
        _write(pack, out)
        say(f"wrote {out}: {FILE}, statistics.txt, and {len(pack.told)} tables as CSV")
    elif as_json:
        say_json(_plain(pack))
    else:
        say("\n".join(_lines(pack)))


def _root(ledger: Ledger, size: int) -> str:
    """Give the root over the first events: from the tiles where they reach so far, else from the leaves."""
    tiles = ledger.tiles()
    return (tiles.root(size) if size <= tiles.size else ledger.root(size)[1]).hex()


def _next_of(after: Path, election: str, ledger: Ledger) -> int:
    """Give the position after the last event of a pack that was published before, of this very record.

    Raises:
        UsageError: `not-statistics`, `no-such-file`.
        RefusedError: `not-this-record`.
    """
    try:
        said = json.loads(read_bytes(after, BYTES_MAX + 1))
        form, whose, last, root = said["format"], said["election"], said["events"]["last"], said["root"]
    except (ValueError, KeyError, TypeError):
        form, whose, last, root = "", "", 0, ""
    if form != FORM or not isinstance(last, int) or isinstance(last, bool) or not isinstance(root, str):
        expected = f"the {FILE} of a pack that was published before"
        raise UsageError(
            "not-statistics", str(after), expected=expected, found="something else", remedy="Name that file"
        )
    if whose != election or not 0 <= last < ledger.head().size or _root(ledger, last + 1) != root:
        expected = f"numbers of election {election} by the first events of this ledger"
        found = f"election {whose}, event {last}, root {root[:12]}..."
        raise refused("not-this-record", str(after), expected, found, "Name the pack that this one is to follow")
    return last + 1


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
    writer.writerow((*told.sheet.levels, "rulings", "more_among_pooled", "query", "first_event", "last_event", "root"))
    for by, figures in told.figures:
        for figure in figures:
            values = dict(zip(by, figure.values, strict=True))
            more = "yes" if figure.more else "no"
            what = (*(values.get(name, "") for name in told.sheet.levels), figure.number, more, figure.query)
            writer.writerow((*what, pack.first, pack.last, pack.root))
    return text.getvalue()


def _plain(pack: Pack) -> dict[str, Any]:
    checked = {"events": {"first": pack.first, "last": pack.last}, "root": pack.root}
    return {
        "format": FORM,
        "election": pack.election,
        **checked,
        "recorded_up_to": pack.at,
        "least": LEAST,
        "tables": [
            {
                "name": told.sheet.name,
                "title": told.sheet.title,
                "of": told.sheet.of,
                "rulings": told.all,
                "figures": [
                    {
                        "values": dict(zip(by, figure.values, strict=True)),
                        "rulings": figure.number,
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
    yield from wrapped(f"Rulings of election {pack.election}, for the public: {pack.events}, recorded up to {pack.at}")
    yield f"root {pack.root}"
    yield from wrapped(
        f"No number under {LEAST} is told, nor one that adding and subtracting would tell: such are pooled as others. "
        "+ after a name: more of these are among the others."
    )
    for told in pack.told:
        yield ""
        total = SMALL if told.all is None else f"{told.all:,}"
        yield from wrapped(f"{told.sheet.title}: {total} {told.sheet.of}")
        for by, figures in told.figures:
            rows = [(*_named(each.values, more=each.more), f"{each.number:,}") for each in figures]
            if rows:
                yield ""
                yield table((*by, "rulings"), rows, right=(len(by),))
    yield ""
    yield "How often a ruling did not stand, of those whose appeal was determined"
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
