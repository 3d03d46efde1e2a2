"""`pollbook timetable` and `checklist`: the dates of an election, how they were moved, and what is not decided."""

from __future__ import annotations

from typing import Any

from cli.look import moment_from, require_known
from cli.office import opened
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table, wrapped
from ledger.errors import nearest, refused
from ledger.rules.local_time import Dated
from ledger.rules.steps import Key, step_text
from ledger.storage.store import Ledger
from ledger.streams.election import ElectionCalled
from ledger.streams.fee import FeeSet
from projections.election.checklist import Item, checklist, read_known
from projections.election.timetables import (
    Length,
    Line,
    TimetableView,
    Variation,
    contests_under,
    elections_of,
    view_timetable,
)
from projections.moment import NOW, Moment
from projections.story.words import listed, quoted, quoted_authority, short, when


def election_named(ledger: Ledger, election: str, moment: Moment) -> ElectionCalled:
    """Give an election, or refuse (`unknown-election`) with the nearest id, or because it was not called yet."""
    known = elections_of(ledger, moment)
    if election in known:
        return known[election]
    found = f"none of this id{nearest(election, known)}"
    if election in elections_of(ledger, NOW):
        found = f"one that was not called yet ({moment.says()})"
    remedy = "See the ids with: pollbook events --type election-called.v1"
    raise refused("unknown-election", f"election {election}", "an election that was called", found, remedy)


def show_timetable(place: Place, election: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print the timetable of an election, its lengths, its history of variations, and fees."""
    moment = moment_from(as_of, known_at)
    with opened(place) as ledger:
        require_known(moment, ledger)
        called = election_named(ledger, election, moment)
        view = view_timetable(election, list(moment.past(ledger.stream(f"timetable/{election}"))))
        fees = [event for _, event in moment.past(ledger.stream(f"fee/{election}")) if isinstance(event, FeeSet)]
        contests = list(contests_under(ledger, election, moment))
    if as_json:
        say_json(_view_json(view, fees, contests))
        return
    say_wrapped(f"Timetable of {quoted(called.title)} ({election}), {moment.says()}")
    say_wrapped(f"It holds for the contests {listed(contests)}." if contests else "No contest is defined yet.")
    say()
    if view.lines:
        _say_lines(view.lines)
    else:
        say_wrapped("No date is on record. Record set-timetable (see: pollbook record set-timetable --help)")
    if view.undated:
        say()
        say_wrapped(f"Without a date: {', '.join(view.undated)}.")
    _say_lengths(view.lengths)
    _say_variations(view)
    _say_fees(fees)


def _say_lines(lines: tuple[Line, ...]) -> None:
    """Print the dates; their zone above them where it is one for all."""
    zones = {line.date.zone for line in lines}
    rows: list[tuple[str, ...]] = [
        (step_text(line.key), _short(line.date.local), line.date.zone, _short(line.date.utc[:-1]), _notes(line))
        for line in lines
    ]
    heads: tuple[str, ...] = ("step", "local time", "zone", "UTC", "")
    if len(zones) == 1:
        say(f"Local times are of {zones.pop()}")
        say()
        heads = (*heads[:2], *heads[3:])
        rows = [(*row[:2], *row[3:]) for row in rows]
    say(table(heads, rows))


def _notes(line: Line) -> str:
    notes = ["retrospective"] if line.retrospective else []
    if line.moves:
        notes.append("moved" if line.moves == 1 else f"moved {line.moves} times")
    return ", ".join(notes)


def _short(time: str) -> str:
    """Write a time without its seconds where there are none: `2010-06-09 12:30`."""
    return time.replace("T", " ").removesuffix(":00")


def _local(date: Dated) -> str:
    return _short(date.local)


def _say_lengths(lengths: tuple[Length, ...]) -> None:
    if lengths:
        say()
    for each in lengths:
        start, end = step_text(each.start), step_text(each.end)
        if each.seconds < 0:
            say_wrapped(f"{start} comes {each.text.removeprefix('-')} after {end}")
        else:
            say_wrapped(f"{start} to {end}: {each.text}")


def _say_variations(view: TimetableView) -> None:
    for line in view.lines:
        if line.retrospective:
            say()
            say_wrapped(f"The {step_text(line.key)} is retrospective: it was published on {when(line.published)}.")
    for each in view.variations:
        event = each.event
        say()
        name = step_text((event.step, event.category))
        say_wrapped(f"Event {each.position}: {name} varied on {when(event.effective)} by {event.actor}")
        say(f"  old: {_date(event.old)}")
        say(f"  new: {_date(event.new)}")
        _say_in(f"  why: {quoted(event.reason)}")
        for word, basis in _basis(each):
            _say_in(f"  {word}: {basis}")
        if each.late:
            which = "old" if event.old is not None and event.recorded > event.old.utc else "new"
            _say_in(f"  It was recorded on {when(event.recorded)}, when the {which} date had passed.")


def _date(date: Dated | None) -> str:
    return "none" if date is None else f"{_local(date)} {date.zone} ({date.utc})"


def _basis(variation: Variation) -> list[tuple[str, str]]:
    event = variation.event
    parts = (
        ("authority", event.authority and quoted_authority(event.authority)),
        ("decision", event.decision and f"{event.decision} of {event.body}"),
        ("clause", event.clause and short(event.clause)),
    )
    return [(word, value) for word, value in parts if value]


def _say_fees(fees: list[FeeSet]) -> None:
    if not fees:
        return
    say()
    rows = []
    for fee in sorted(fees, key=lambda each: (each.category, each.effective, each.version)):
        rows.append((fee.category, fee.effective, f"{fee.amount:,}", fee.currency))
        rows += [(f"  {quoted(each.who)}", fee.effective, f"{each.amount:,}", fee.currency) for each in fee.concessions]
    say(table(("fee", "from (UTC)", "smallest unit", ""), rows, right=(2,)))


def _key_json(key: Key) -> dict[str, Any]:
    return {"step": key[0]} | ({} if key[1] is None else {"category": key[1]})


def _view_json(view: TimetableView, fees: list[FeeSet], contests: list[str]) -> dict[str, Any]:
    return {
        "election": view.election,
        "contests": contests,
        "steps": [
            _key_json(line.key)
            | line.date.model_dump()
            | {"published": line.published, "retrospective": line.retrospective, "moves": line.moves}
            for line in view.lines
        ],
        "undated": list(view.undated),
        "lengths": [
            {"from": _key_json(each.start), "to": _key_json(each.end), "seconds": each.seconds} for each in view.lengths
        ],
        "variations": [
            {"position": each.position, "late": each.late} | each.event.model_dump(mode="json", exclude_none=True)
            for each in view.variations
        ],
        "fees": [fee.model_dump(mode="json", exclude_none=True) for fee in fees],
    }


def _say_in(text: str) -> None:
    """Print text set in, and further in where it goes on below."""
    say("\n".join(wrapped(text, 4)))


def show_checklist(place: Place, election: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print what is not decided in an election, what was said in public not to be, and what is."""
    moment = moment_from(as_of, known_at)
    with opened(place) as ledger:
        require_known(moment, ledger)
        called = election_named(ledger, election, moment)
        items = checklist(read_known(ledger, election, moment))
    if as_json:
        say_json({"election": election, "items": [_item_json(item) for item in items]})
        return
    missing, deferred, decided = (
        [item for item in items if item.standing == standing] for standing in ("missing", "deferred", "decided")
    )
    say_wrapped(f"Checklist of {quoted(called.title)} ({election}), {moment.says()}")
    _say_part("Not decided, and nothing said of it", [item.about.text for item in missing])
    _say_part("Not decided, as was said in public", [_deferral(item) for item in deferred])
    _say_part("Decided", [f"{item.about.text}: {item.says}" for item in decided])
    if missing:
        say()
        say_wrapped("What is not decided yet can be said in public: pollbook record defer-decision --help")


def _deferral(item: Item) -> str:
    event = item.deferred
    by = f", {event.actor} on {when(event.effective)}" if event else ""
    return f"{item.about.text}: {quoted(item.says)}{by}"


def _say_part(heading: str, lines: list[str]) -> None:
    """Print one part of a checklist; of what there is nothing, nothing."""
    if lines:
        say()
        say_wrapped(f"{heading} ({len(lines)}):")
        for line in lines:
            _say_in(f"  {line}")


def _item_json(item: Item) -> dict[str, Any]:
    said = item.deferred
    return {
        "matter": item.about.matter,
        **({} if item.about.category is None else {"category": item.about.category}),
        **({} if item.about.contest is None else {"contest": item.about.contest}),
        "standing": item.standing,
        "says": item.says,
        **({} if said is None else {"by": said.actor, "effective": said.effective, "recorded": said.recorded}),
    }
