"""Verbs that look: events, show; and a contest counted, for other verbs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cli.office import opened, viewed
from cli.place import Place
from cli.privacy.access import log_of_people
from cli.screen import WIDTH, progress, say, say_json, table
from ledger.errors import RefusedError, UsageError, nearest
from ledger.event import TYPES, Event
from ledger.rules.count_rule import rule_hash
from ledger.storage.store import Ledger
from ledger.streams.analysis import AnalysisPublished
from ledger.streams.contest import ContestDefined, contest_stream
from ledger.streams.election import CountRuleAdopted
from ledger.streams.founding import founding_stream
from ledger.streams.result import result_stream
from ledger.streams.signature import signature_stream
from projections.counting import Counted, count_contest, take_count
from projections.moment import Moment, day_or_time
from projections.privacy.erased import erased_of, with_erased
from projections.story.story import Told, contests_of, story
from projections.whatif.overtaken import overtaken

POSITION_DIGITS_MAX = 18


def moment_from(as_of: str | None, known_at: str | None) -> Moment:
    """Read --as-of and --known-at.

    Raises:
        UsageError: `bad-moment`.
    """
    if known_at and known_at.isascii() and known_at.isdigit() and len(known_at) <= POSITION_DIGITS_MAX:
        return Moment(time_from("--as-of", as_of), known_at_position=int(known_at))
    return Moment(time_from("--as-of", as_of), time_from("--known-at", known_at, " or the position of an event"))


def time_from(option: str, text: str | None, or_else: str = "") -> str | None:
    """Read a day, which means its end, or a moment; `option` is where it was given.

    Raises:
        UsageError: `bad-moment`.
    """
    try:
        return None if text is None else day_or_time(text)
    except ValueError:
        raise UsageError(
            "bad-moment",
            option,
            expected=f"a day such as 2010-09-25, a moment such as 2010-09-25T12:00:00Z{or_else}",
            found=repr(text),
            remedy="Correct the moment",
        ) from None


def require_known(moment: Moment, ledger: Ledger) -> None:
    """Refuse a position that the ledger has not reached (`bad-moment`)."""
    position, size = moment.known_at_position, ledger.head().size
    if position is not None and position >= size:
        raise UsageError(
            "bad-moment",
            "--known-at",
            expected=f"a position from 0 to {size - 1}" if size else "no position, for the ledger is empty",
            found=position,
            remedy="See the positions with: pollbook events",
        )


def list_events(
    place: Place,
    stream: str,
    kind: str,
    limit: int,
    as_of: str | None,
    known_at: str | None,
    asked: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    """List events.

    Args:
        asked: for which purpose, and who asks; of people's streams alone.

    Raises:
        UsageError: `unknown-type`, `bad-moment`, `purpose-required`.
    """
    moment = moment_from(as_of, known_at)
    if kind and kind not in TYPES:
        raise UsageError(
            "unknown-type",
            "--type",
            expected="a type of event",
            found=f"{kind!r}{nearest(kind, TYPES)}",
            remedy="See docs/reference/events.md",
        )
    found = []
    with opened(place) as ledger:
        require_known(moment, ledger)
        size = ledger.head().size
        with progress("reading", size) as bar:
            for position, event in moment.past(bar.over(ledger.scan())):
                if event.stream.startswith(stream) and kind in ("", event.type):
                    found.append((position, event))
                    if len(found) == limit:
                        break
    log_of_people(place, "events", found, asked)
    if as_json:
        say_json([plain(position, event) for position, event in found])
        return
    rows = [(str(position), event.recorded[:16], event.type, event.stream) for position, event in found]
    say(table(("at", "recorded (UTC)", "type", "stream"), rows, right=(0,)))
    say(f"{len(found)} shown, of {size} in the ledger ({moment.says()})")


def show_stream(
    place: Place,
    stream: str,
    as_of: str | None,
    known_at: str | None,
    asked: tuple[str, str],
    *,
    fields: bool,
    clocks: bool,
    as_json: bool,
) -> None:
    """Show one stream: told in sentences, or with every field of its events.

    Args:
        asked: for which purpose, and who asks; of a person's stream alone.
        fields: list every field in place of sentences.
        clocks: say in each sentence both when it took effect and when it was recorded.
    """
    moment = moment_from(as_of, known_at)
    with opened(place) as ledger:
        require_known(moment, ledger)
        everything = ledger.stream(stream)
        found = list(moment.past(everything))
        beside = [] if as_json or fields else _definitions(ledger, moment, stream, found)
        signed = None if as_json else _signed_of(ledger, found)
        gone = erased_of(ledger, stream.rpartition("/")[2])
        later = _overtaken(ledger, moment, found)
    if not everything:
        raise RefusedError(
            "unknown-stream",
            repr(stream),
            expected="a stream of this ledger",
            found="none of this name",
            remedy="See the names with: pollbook events",
        )
    log_of_people(place, "show", found, asked)
    if as_json:
        say_json([plain(position, event) for position, event in found])
        return
    if fields:
        _say_fields(found)
    else:
        told = with_erased(story(found, beside, clocks=clocks), found, gone)
        _say_story([Told(at, (*said, later[at]) if at in later else said) for at, said in told])
    if signed is not None:
        _say_filled(f"Signed by the office that acted: {signed} of {len(found)}. What is not signed is asserted.")
    events = "event" if len(everything) == 1 else "events"
    _say_filled(f"{len(found)} of {len(everything)} {events} of {stream} ({moment.says()})")


def _signed_of(ledger: Ledger, found: list[tuple[int, Event]]) -> int | None:
    """Count the events whose commands were signed; None in an unfounded ledger, where everything is asserted."""
    if not ledger.stream(founding_stream().stream):
        return None
    commands = [event.command for _, event in found]
    signed = {name for name in {*commands} if name and ledger.stream(signature_stream(name).stream)}
    return sum(name in signed for name in commands)


def _definitions(
    ledger: Ledger, moment: Moment, stream: str, found: list[tuple[int, Event]]
) -> list[tuple[int, Event]]:
    """Read the streams of the contests that events speak of, as they were then; but the stream itself was read."""
    streams = [contest_stream(contest).stream for contest in contests_of(found)]
    return [each for name in streams if name != stream for each in moment.past(ledger.stream(name))]


def _overtaken(ledger: Ledger, moment: Moment, found: list[tuple[int, Event]]) -> dict[int, str]:
    """Say of published analyses what overtook them, as it was known then."""
    contests = {event.contest for _, event in found if isinstance(event, AnalysisPublished)}
    results = [each for name in contests for each in moment.past(ledger.stream(result_stream(name).stream))]
    return overtaken(found, results)


def _say_story(told: list[Told]) -> None:
    """Print each event as a paragraph beside its position."""
    indent = max((len(str(each.position)) for each in told), default=0) + 2
    for each in told:
        _say_filled(" ".join(each.sentences), f"{each.position}  ".rjust(indent))


def _say_filled(text: str, lead: str = "") -> None:
    """Print text in lines that fit, the later ones set in as far as the lead; a longer word is broken too."""
    say(textwrap.fill(text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False))


def _say_fields(found: list[tuple[int, Event]]) -> None:
    for position, event in found:
        say(f"{event.type} at {position}, version {event.version}")
        for name, value in plain(position, event).items():
            if name not in ("position", "type", "version", "stream"):
                for line in _lines(name, value):
                    say("  " + line)


def _lines(name: str, value: Any) -> list[str]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [f"{name}:"] + ["  " + ", ".join(f"{k} {v}" for k, v in item.items()) for item in value]
    if isinstance(value, dict):
        return [f"{name}:"] + ["  " + line for key, item in value.items() for line in _lines(key, item)]
    return [f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"]


def plain(position: int, event: Event) -> dict[str, Any]:
    """Give an event as plain values, as its leaf has them, with its position; a count rule with its name."""
    values = {"position": position} | event.model_dump(mode="json", exclude_none=True)
    return values | {"content_hash": rule_hash(event.rule)} if isinstance(event, CountRuleAdopted) else values


@contextmanager
def contest_named(ledger: Ledger, moment: Moment) -> Iterator[None]:
    """Say of a contest that is not there which is most like it, or that it is not there yet."""
    try:
        yield
    except RefusedError as error:
        if error.code != "unknown-contest":
            raise
        known = [event.contest for _, event in ledger.scan() if isinstance(event, ContestDefined)]
        contest = error.what.removeprefix("contest ")
        found = error.found + nearest(contest, known)
        if contest in known:
            found = f"one that was not defined yet ({moment.says()})"
        raise RefusedError(error.code, error.what, expected=error.expected, found=found, remedy=error.remedy) from None


def root_at(place: Place, position: int) -> str:
    """Give the root of the tree over the events up to a position, in hexadecimal."""
    with opened(place) as ledger:
        return root_over(ledger, position + 1)


def root_over(ledger: Ledger, size: int) -> str:
    """Give the root over the first events, in hexadecimal: from tiles that reach so far, else from the leaves."""
    tiles = ledger.tiles()
    return (tiles.root(size) if size <= tiles.size else ledger.root(size)[1]).hex()


def counted_at(
    place: Place, contest: str, moment: Moment, *, balanced: bool = True
) -> tuple[Counted, list[tuple[int, Event]]]:
    """Count a contest, and give the events of its result and report, as of a moment.

    Args:
        balanced: refuse where a ballot account is required and does not balance.
    """
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        with progress("reading", ledger.head().size) as bar, contest_named(ledger, moment):
            counted = (count_contest if balanced else take_count)(ledger, views, contest, moment, bar.by)
        streams = (f"result/{contest}", f"report/{contest}")
        return counted, [each for stream in streams for each in moment.past(ledger.stream(stream))]
