"""`pollbook roll diff`: what changed in a roll between two moments, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cli.look import moment_from, require_known, time_from
from cli.place import Place
from cli.privacy.access import log_opening
from cli.roll.show import NONE, Wanted, require_purpose, roll_at
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import UsageError
from ledger.storage.store import Ledger
from projections.moment import NOW, Moment
from projections.roll.difference import KINDS, Changed, Difference, Tally
from projections.roll.editions import published
from projections.roll.entries import PLACES
from projections.roll.reading import PAGE, Point, Roll, point_of

MOMENTS = 2


def show_difference(place: Place, words: Sequence[str], asked: Wanted, known_at: str | None, *, as_json: bool) -> None:
    """Show what changed between two moments: numbers by cause, places before and after; or a page of the entries.

    Args:
        words: id of the election and the two moments, each a day, a time, or the position of an event.

    Raises:
        UsageError: `two-moments`, `bad-moment`.
    """
    if len(words) != 1 + MOMENTS:
        raise UsageError(
            "two-moments",
            "roll diff",
            expected="an election and two moments, such as: roll diff labour 2015-08-12 2015-09-01",
            found=" ".join(words) or "nothing",
            remedy="Give all three",
        )
    moments = [_moment(word, known_at) for word in words[1:]]
    require_purpose(asked)
    with roll_at(place, words[0], NOW) as (ledger, roll, _):
        for moment in moments:
            require_known(moment, ledger)
        points = [point_of(ledger, moment) for moment in moments]
        if asked.public:
            _say_public(ledger, roll, points, moments, asked, as_json=as_json)
            return
        found = Difference(roll, *points)
        tallies = found.tallies()
        changed = sum(each.entries for each in tallies)
        log_opening(place, "roll", changed, asked.purpose, asked.actor)
        if asked.page:
            _say_page(found, changed, asked.page, as_json=as_json)
        else:
            _say_numbers(found, tallies, roll, moments, asked, as_json=as_json)


def _moment(word: str, known_at: str | None) -> Moment:
    """Read a moment: the position of an event is as it was known then, a day or time as it was then."""
    if word.isascii() and word.isdigit():
        return moment_from(None, word)
    as_of = time_from("roll diff", word, " or the position of an event (see: pollbook events)")
    return replace(moment_from(None, known_at), as_of=as_of)


def _sides(roll: Roll, points: Sequence[Point], names: Sequence[str]) -> dict[tuple[str, ...], tuple[int, int]]:
    before, after = (roll.summary(point, *names) for point in points)
    return {key: (before.get(key, 0), after.get(key, 0)) for key in sorted({*before, *after})}


def _say_numbers(
    found: Difference,
    tallies: Sequence[Tally],
    roll: Roll,
    moments: Sequence[Moment],
    asked: Wanted,
    *,
    as_json: bool,
) -> None:
    points = (found.first, found.second)
    sides = _sides(roll, points, asked.by)
    totals = [roll.total(point) for point in points]
    if as_json:
        causes = [each._asdict() for each in tallies]
        by = [{**dict(zip(asked.by, key, strict=True)), "before": a, "after": b} for key, (a, b) in sides.items()]
        say_json({"election": roll.election, "before": totals[0], "after": totals[1], "causes": causes, "by": by})
        return
    if tallies:
        rows = [(each.kind, each.act, each.cause, f"{each.entries:,}") for each in tallies]
        say(table(("entries", "last", "cause", "number"), rows, right=(3,)))
        say()
    _say_sides(sides, asked.by, totals)
    say_wrapped(f"roll of election {roll.election}: {moments[0].says()}, and {moments[1].says()}")
    kinds = {kind: sum(each.entries for each in tallies if each.kind == kind) for kind in KINDS}
    say_wrapped("; ".join(f"{number:,} {kind}" for kind, number in kinds.items()))
    say_wrapped("For officers: small numbers are not hidden")


def _say_sides(sides: Mapping[tuple[str, ...], tuple[int, int]], names: Sequence[str], totals: Sequence[int]) -> None:
    lines = [(*(name or NONE for name in key), *_numbers(a, b)) for key, (a, b) in sides.items()]
    lines.append(("all", *("" for _ in names[1:]), *_numbers(totals[0], totals[1])))
    last = len(names)
    say(table((*names, "before", "after", "change"), lines, right=(last, last + 1, last + 2)))


def _numbers(before: int, after: int) -> tuple[str, str, str]:
    return f"{before:,}", f"{after:,}", f"{after - before:+,}" if after != before else "0"


def _say_page(found: Difference, total: int, page: int, *, as_json: bool) -> None:
    pages = max(1, -(-total // PAGE))
    if page > pages:
        raise UsageError("no-such-page", f"--page {page}", expected=f"1 to {pages}", found=page, remedy="Correct it")
    changes = found.page((page - 1) * PAGE)
    if as_json:
        say_json({"changed": total, "page": page, "list": [_plain(each) for each in changes]})
        return
    rows = [
        (each.elector, each.kind, _change(each), f"{each.act}, {each.cause}", str(each.position)) for each in changes
    ]
    if rows:
        say(table(("elector", "", "what", "why", "at"), rows, right=(4,)))
    say_wrapped(f"page {page} of {pages}, {total:,} that changed")


def _change(each: Changed) -> str:
    """Say what changed of an entry's place; of one that came or went, where it stood."""
    if each.before is None or each.after is None:
        return " ".join(name for name in each.before or each.after or () if name)
    pairs = zip(PLACES, each.before, each.after, strict=True)
    return "; ".join(f"{name} {was or NONE} to {now or NONE}" for name, was, now in pairs if was != now)


def _plain(each: Changed) -> dict[str, Any]:
    sides = {
        name: None if place is None else {key: value for key, value in zip(PLACES, place, strict=True) if value}
        for name, place in (("before", each.before), ("after", each.after))
    }
    why = {"act": each.act, "cause": each.cause, "position": each.position}
    return {"elector": each.elector, "kind": each.kind, **sides, **why}


def _say_public(
    ledger: Ledger, roll: Roll, points: Sequence[Point], moments: Sequence[Moment], asked: Wanted, *, as_json: bool
) -> None:
    """Set two editions beside each other: what is told of each, so that the difference tells no more."""
    first, second = (published(ledger, roll, point) for point in points)
    before, after = (each.release.by(*asked.by) for each in (first, second))
    sides = {key: (before.get(key, 0), after.get(key, 0)) for key in {**before, **after}}
    totals = [first.release.entries, second.release.entries]
    versions = [first.edition.version, second.edition.version]
    if as_json:
        by = [{**dict(zip(asked.by, key, strict=True)), "before": a, "after": b} for key, (a, b) in sides.items()]
        say_json({"versions": versions, "before": totals[0], "after": totals[1], "by": by})
        return
    _say_sides(sides, asked.by, totals)
    say_wrapped(f"versions {versions[0]} and {versions[1]} of the roll: {moments[0].says()}, and {moments[1].says()}")
