"""The page for the public: numbers of rulings, none so small that it tells of somebody, and no ruling by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from projections.oversight.consistency import ALL
from projections.oversight.reading import Oversight
from projections.oversight.register import percent
from projections.oversight.statistics import (
    NONE,
    Rate,
    Told,
    rates_of,
    told_of,
)
from projections.oversight.wilson import share
from projections.panel_pack.consistency import drawn
from projections.panel_pack.manifest import About
from projections.panel_pack.parts import Column, figures, heading, para, table
from projections.panel_pack.wording import DETECTIONS, OUTCOMES
from projections.roll.suppression import LEAST, OTHERS

WORDS: Mapping[str, Mapping[str, str]] = {"outcome": OUTCOMES, "source": DETECTIONS}
HEADS = {"by": "Decided by", "source": "Found by", "appeal": "What became of it"}
CAPTIONS = {"by": "who decided", "source": "how it was found", "appeal": "what became of it"}
RATES = (
    Column("Ground"),
    Column("Appeals determined", "n"),
    Column("Did not stand", "n"),
    Column("Share", "n"),
    Column("95% interval", "n"),
    Column("0% to 100%", "span"),
)


def public_part(seen: Oversight, about: About) -> str:
    """Write the page; what is seen are the rulings of one edition."""
    told = told_of(seen.rulings)
    parts = [
        heading(1, "Rulings in numbers"),
        para(f"How many people were refused, removed or suspended, and on which grounds: {_which(about)}.", "lead"),
        para(
            f"No number from 1 to {LEAST - 1} is here, nor what would let one be worked out: what is about "
            "fewer people is counted among others. Each person counts once in a table, by the first ruling that they "
            "were told of. No single ruling is told; whom one is about can be given their own case."
        ),
        figures(_figures(told)),
    ]
    for each in told:
        parts.append(heading(2, each.sheet.title, each.sheet.name))
        parts += _sheet(each)
    parts += [heading(2, "Rulings that did not stand", "rates"), _rates(rates_of(told))]
    return "".join(parts)


def _which(about: About) -> str:
    """Say which rulings the page is of."""
    return f"rulings that they were told of from event {about.first:,} to event {about.last:,} of the record"


def _figures(told: list[Told]) -> Iterator[tuple[str, str, str]]:
    for each in told[:2]:
        number = f"fewer than {LEAST}" if each.all is None else f"{each.all:,}"
        yield each.sheet.of, number, ""


def _sheet(told: Told) -> Iterator[str]:
    if told.all is None:
        yield para(f"Fewer than {LEAST}.")
        return
    if told.withheld:
        yield para(f"Withheld: beside a table above it would tell of fewer than {LEAST}.")
    of = told.sheet.of[0].upper() + told.sheet.of[1:]
    for by, found in told.figures:
        pooled = any(each.more for each in found)
        notes = (Column("Note"),) if pooled else ()
        columns = (*(Column(HEADS.get(name, name.capitalize())) for name in by), Column("People", "n"), *notes)
        rows = (
            (
                *(_word(name, value) for name, value in zip(by, each.values, strict=True)),
                f"{each.number:,}",
                *(("more are counted among others" if each.more else "",) if pooled else ()),
            )
            for each in found
        )
        yield table(f"{of}, by {' and '.join(CAPTIONS.get(name, name) for name in by)}", columns, rows)


def _word(name: str, value: str) -> str:
    if value == OTHERS:
        return "others"
    return "not on record" if value == NONE else WORDS.get(name, {}).get(value, value)


def _rates(rates: list[Rate]) -> str:
    if not rates:
        return para("Too few appeals were determined to tell.")
    rows = []
    for each in rates:
        found = share(each.reversed, each.determined)
        numbers = (f"{each.determined:,}", f"{each.reversed:,}", percent(each.reversed, each.determined))
        rows.append(("all" if each.grounds == ALL else each.grounds, *numbers, found.says(), drawn(found)))
    return table("Of the appeals that were determined", RATES, rows)
