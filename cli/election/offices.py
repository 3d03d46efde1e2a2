"""`pollbook offices`: who may do what, by which delegation, from when until when, and with which key they sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cli.look import moment_from, require_known
from cli.office import opened, system_clock
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.decision import fold
from ledger.errors import nearest, refused
from ledger.event import Event
from ledger.storage.store import Ledger
from ledger.streams.founding import DELEGATING, Founding, founding_stream
from ledger.streams.key import KeyRevoked, OfficerKey
from ledger.streams.office import Office, PowerDelegated, office_stream
from projections.moment import Moment
from projections.story.founding import KEPT

UNFOUNDED = "This ledger is unfounded: nobody needs a delegation, and everything is asserted by whoever recorded it."
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class _Keys:
    """An officer's keys: the one in force, and what became of the last one."""

    held: OfficerKey
    last: Event | None

    def says(self) -> str:
        if self.held.key:
            return "in force"
        return f"revoked {self.last.effective}, {self.last.reason}" if isinstance(self.last, KeyRevoked) else "none"


def show_offices(place: Place, office: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print delegations and keys as of a moment.

    Raises:
        RefusedError: `unknown-office`, with the nearest.
    """
    moment = moment_from(as_of, known_at)
    with opened(place) as ledger:
        require_known(moment, ledger)
        founding = fold(founding_stream(), _seen(ledger, moment, founding_stream().stream))
        offices = [
            fold(office_stream(name), _seen(ledger, moment, f"office/{name}"))
            for name in _names(ledger, "power-delegated.v1", "office/")
        ]
        keys = {}
        for name in _names(ledger, "key-enrolled.v1", "key/"):
            events = list(_seen(ledger, moment, f"key/{name}"))
            keys[name] = _Keys(fold(OfficerKey(f"key/{name}"), events), events[-1] if events else None)
    if office:
        known = {each.id for each in offices} | keys.keys() | {founding.governing_body} - {""}
        if office not in known:
            found = f"{office}{nearest(office, known)}"
            raise refused("unknown-office", "pollbook offices", "an office on record", found, "Correct the office")
        offices, keys = [o for o in offices if o.id == office], {n: k for n, k in keys.items() if n == office}
    at = as_of_text(moment)
    if as_json:
        say_json(_json(founding, offices, keys, at))
        return
    _say_all(founding, [each for each in offices if each.exists], keys, moment, at, whole=not office)


def as_of_text(moment: Moment) -> str:
    """Give the moment at which delegations are in force or not."""
    return moment.as_of or moment.known_at or system_clock()


def _names(ledger: Ledger, kind: str, prefix: str) -> list[str]:
    return sorted({stream.removeprefix(prefix) for stream in ledger.streams_of(kind, prefix)})


def _seen(ledger: Ledger, moment: Moment, stream: str) -> Iterable[Event]:
    return [event for _, event in moment.past(ledger.stream(stream))]


def _say_all(
    founding: Founding, offices: list[Office], keys: dict[str, _Keys], moment: Moment, at: str, *, whole: bool
) -> None:
    if founding.exists:
        say_wrapped(f"Offices under {founding.governing_body}, the governing body ({moment.says()})")
        say_wrapped(KEPT[founding.kept or "live"])
    else:
        say_wrapped(UNFOUNDED)
    rows = [_row(office, given, at) for office in offices for given in office.given]
    if rows:
        say()
        say(table(("office", "no.", "powers", "for", "from", "until", "given by"), rows, right=(1,)))
    if keys:
        say()
        rows = [(name, _short(each.held), each.says()) for name, each in sorted(keys.items())]
        say(table(("office", "key", ""), rows))
    if founding.exists and whole:
        say()
        _say_gaps(offices, keys, at)


def _row(office: Office, given: PowerDelegated, at: str) -> tuple[str, ...]:
    end = office.end_of(given)
    until = NOTHING if end is None else _day(end)
    if given.number in office.ended:
        until += " revoked"
    elif not office.in_force(given, at):
        until += " over" if end is not None and end <= at else " not yet"
    scope = given.contest or given.election or "all"
    by = f"{given.body}, {given.decision}" if given.decision else given.body
    powers = ", ".join(given.powers) + (" (may pass on)" if given.pass_on else "")
    return office.id, str(given.number), powers, scope, _day(given.since), until, by


def _day(moment: str) -> str:
    """Write a moment as its day where that says it all, and so that it can be broken into two lines."""
    return moment.removesuffix("T00:00:00Z").replace("T", " ")


def _short(held: OfficerKey) -> str:
    """Write a public key by its name and id; it is long."""
    text = held.key or (held.used[-1] if held.used else NOTHING)
    return "+".join(text.split("+")[:2])


def _say_gaps(offices: list[Office], keys: dict[str, _Keys], at: str) -> None:
    """Say where nobody can go on: delegations need an officer with the power to record them, and a key."""
    able = [
        office.id
        for office in offices
        if any(office.in_force(given, at) and not DELEGATING.isdisjoint(given.powers) for given in office.given)
    ]
    signing = [name for name in able if name in keys and keys[name].held.key]
    if signing:
        say_wrapped(f"Delegations are recorded by: {', '.join(signing)}.")
    else:
        say_wrapped("Nobody can record a delegation any more: no office has both the power and a key in force.")


def _json(founding: Founding, offices: list[Office], keys: dict[str, _Keys], at: str) -> dict[str, Any]:
    return {
        "founded": founding.exists,
        "governing_body": founding.governing_body or None,
        "kept": founding.kept,
        "delegations": [
            given.model_dump(
                mode="json", include={"office", "number", "powers", "election", "contest", "since", "until", "body"}
            )
            | {"decision": given.decision, "pass_on": given.pass_on, "clause": given.clause}
            | {"revoked": office.ended.get(given.number), "in_force": office.in_force(given, at)}
            for office in offices
            for given in office.given
        ],
        "keys": [{"office": name, "key": each.held.key or None, "state": each.says()} for name, each in keys.items()],
    }
