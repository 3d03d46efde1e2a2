"""Verbs that look: events, show, count, figures."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cli.office import Place, opened, viewed
from cli.screen import WIDTH, progress, say, say_json, table
from ledger.errors import RefusedError, UsageError, nearest
from ledger.event import TYPES, Event
from ledger.streams.count_rule import rule_hash
from ledger.streams.election import CountRuleAdopted
from projections.comparison import Compared, compare
from projections.count.render import as_json as table_json
from projections.count.render import as_text
from projections.counting import Counted, count_contest
from projections.moment import Moment, day_or_time


def moment_from(as_of: str | None, known_at: str | None) -> Moment:
    """Read --as-of and --known-at.

    Raises:
        UsageError: `bad-moment`.
    """
    try:
        position = int(known_at) if known_at and known_at.isascii() and known_at.isdigit() else None
        known = None if known_at is None or position is not None else day_or_time(known_at)
        return Moment(day_or_time(as_of) if as_of else None, known, position)
    except ValueError:
        raise UsageError(
            "bad-moment",
            "--as-of or --known-at",
            expected="YYYY-MM-DD, YYYY-MM-DDThh:mm:ssZ, or a position",
            found=f"{as_of or known_at!r}",
            remedy="For example: --as-of 2010-09-25",
        ) from None


def list_events(
    place: Place, stream: str, kind: str, limit: int, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """List events."""
    moment = moment_from(as_of, known_at)
    if kind and kind not in TYPES:
        raise UsageError(
            "unknown-type",
            "--type",
            expected="a type of event",
            found=f"{kind}{nearest(kind, TYPES)}",
            remedy="See docs/reference/events.md",
        )
    found = []
    with opened(place) as ledger:
        for position, event in moment.past(ledger.scan()):
            if event.stream.startswith(stream) and kind in ("", event.type):
                found.append((position, event))
                if len(found) == limit:
                    break
        size = ledger.head().size
    if as_json:
        say_json([plain(position, event) for position, event in found])
        return
    rows = [(str(p), e.recorded[:16], e.type, _short(e.stream, 33)) for p, e in found]
    say(table(("at", "recorded (UTC)", "type", "stream"), rows, right=(0,)))
    say(f"{len(found)} shown, of {size} in the ledger ({moment.says()})")


def show_stream(place: Place, stream: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Show one stream."""
    moment = moment_from(as_of, known_at)
    with opened(place) as ledger:
        everything = ledger.stream(stream)
    if not everything:
        raise RefusedError(
            "unknown-stream",
            stream,
            expected="a stream of this ledger",
            found="none of this name",
            remedy="See the names with: pollbook events",
        )
    found = list(moment.past(everything))
    if as_json:
        say_json([plain(position, event) for position, event in found])
        return
    for position, event in found:
        say(f"{event.type} at {position}, version {event.version}")
        for name, value in plain(position, event).items():
            if name not in ("position", "type", "version", "stream"):
                for line in _lines(name, value):
                    say("  " + line)
    say(f"{len(found)} of {len(everything)} events of {stream} ({moment.says()})")


def _lines(name: str, value: Any) -> list[str]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [f"{name}:"] + ["  " + ", ".join(f"{k} {v}" for k, v in item.items()) for item in value]
    if isinstance(value, dict):
        return [f"{name}:", *("  " + line for key, item in value.items() for line in _lines(key, item))]
    return [f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"]


def plain(position: int, event: Event) -> dict[str, Any]:
    """Give an event as plain values, as its leaf has them, with its position; a count rule with its name."""
    values = {"position": position} | event.model_dump(mode="json", exclude_none=True)
    return values | {"content_hash": rule_hash(event.rule)} if isinstance(event, CountRuleAdopted) else values


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def counted_at(place: Place, contest: str, moment: Moment) -> tuple[Counted, list[tuple[int, Event]]]:
    """Count a contest, and give the events of its result, as of a moment."""
    with viewed(place) as (ledger, views):
        done = 0
        with progress("reading", ledger.head().size) as advance:

            def step(count: int) -> None:
                nonlocal done
                done += count
                advance(done)

            counted = count_contest(ledger, views, contest, moment, step)
        return counted, list(moment.past(ledger.stream(f"result/{contest}")))


def count_papers(place: Place, contest: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print the stage table of a contest."""
    moment = moment_from(as_of, known_at)
    counted, _ = counted_at(place, contest, moment)
    if as_json:
        say_json(
            {
                "contest": contest,
                "moment": moment.says(),
                "position": counted.position,
                "provenance": list(counted.profile.provenance),
                "count_rule": counted.contest.count_rule,
                "digest": counted.digest,
                **table_json(counted.table, counted.names, counted.rule.decimals),
            }
        )
        return
    say_count(counted, moment)


def say_count(counted: Counted, moment: Moment) -> None:
    """Print a stage table with what it was taken from."""
    say(f"{counted.contest.office} ({counted.contest.contest}), {moment.says()}")
    for provenance in counted.profile.provenance:
        say(f"Papers: {provenance}.")
    say(as_text(counted.table, counted.names, counted.rule.decimals, WIDTH))
    say(f"Count rule {counted.contest.count_rule[:19]}..., papers up to event {counted.position}")


def compare_figures(place: Place, contest: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print declared and published figures beside the count."""
    counted, events = counted_at(place, contest, moment_from(as_of, known_at))
    rows = compare(counted, events)
    if as_json:
        say_json([_cell(row) for row in rows])
        return
    for provenance in counted.profile.provenance:
        say(f"Papers: {provenance}.")
    say_comparison(rows)


def say_comparison(rows: list[Compared]) -> None:
    """Print compared cells as a table, and how many are equal."""
    lines = [
        (
            _short(row.source, 16),
            str(row.figure.stage),
            _short(row.figure.section, 12),
            _short(f"{row.figure.candidate or ''} {row.figure.measure}".strip(), 24),
            row.printed,
            row.recomputed or "-",
            row.verdict if row.figure.certainty == "sourced" else f"{row.verdict} *",
        )
        for row in rows
    ]
    say(table(("source", "st", "section", "cell", "published", "counted", "verdict"), lines, right=(1, 4, 5)))
    equal = sum(row.verdict == "equal" for row in rows)
    say(f"{equal} of {len(rows)} published cells follow from the papers")
    if any(row.figure.certainty != "sourced" for row in rows):
        say("* transcribed, unconfirmed")


def _cell(row: Compared) -> dict[str, Any]:
    exact = None if row.exact is None else f"{Fraction(row.exact).numerator}/{Fraction(row.exact).denominator}"
    return {
        "source": row.source,
        "certainty": row.figure.certainty,
        "position": row.position,
        "stage": row.figure.stage,
        "section": row.figure.section,
        "candidate": row.figure.candidate,
        "measure": row.figure.measure,
        "published": row.printed,
        "exact": exact,
        "recomputed": row.recomputed or None,
        "difference": row.difference or None,
        "verdict": row.verdict,
    }
