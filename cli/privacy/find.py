"""`pollbook find`: who is on record under a name, an e-mail address, or a name and a day of birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.place import Place
from cli.privacy.access import opening
from cli.screen import progress, say, say_json, say_wrapped, table
from ledger.batches.intake import APPLICATION, PERSON
from ledger.desk import Desk
from ledger.errors import UsageError
from ledger.privacy.blind_index import Kind, spelled

FOUND_MAX = 50  # people shown
IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who was found: their key, who they are, and what they are on record as."""

    person: str
    who: Mapping[str, Any]
    streams: tuple[str, ...]


def find_people(place: Place, name: str, born: str, email: str, purpose: str, actor: str, *, as_json: bool) -> None:
    """Find people, and show who they are.

    Raises:
        UsageError: `nothing-asked`, `purpose-required`.
    """
    kind, said = _asked(name, born, email)
    with opening(place, "find", purpose, actor) as opened:
        vault = opened.desk.vault
        with progress("indexing names", vault.index.behind()) as bar:
            vault.index.catch_up(bar.by)
        keys = vault.index.find(kind, said, born)
        people = [each for key in keys[:FOUND_MAX] if (each := _somebody(opened.desk, key, kind, said, born))]
        opened.log(len(people), people[0].person if len(people) == 1 else None)
    if as_json:
        found = [{"person": each.person, "identity": dict(each.who), "streams": each.streams} for each in people]
        say_json({"people": found, "more": max(len(keys) - FOUND_MAX, 0)})
        return
    rows = [
        (each.person, *(str(each.who.get(field, "-")) for field in ("name", "born", "email")), ", ".join(each.streams))
        for each in people
    ]
    if rows:
        say(table(("key", "name", "born", "e-mail", "on record as"), rows))
    more = f"; {len(keys) - FOUND_MAX:,} more are not shown" if len(keys) > FOUND_MAX else ""
    asked = {"name": "of this name", "email": "with this e-mail address", "name-born": "of this name and day of birth"}
    say_wrapped(f"{len(people) or 'nobody'} {asked[kind]}{more}. That they were looked for is on record.")


def _asked(name: str, born: str, email: str) -> tuple[Kind, str]:
    if name and not email:
        return ("name-born" if born else "name"), name
    if email and not (name or born):
        return "email", email
    found = "both" if name and email else "neither"
    remedy = "Give --name, or --name with --born, or --email"
    raise UsageError("nothing-asked", "find", expected="a name or an e-mail address", found=found, remedy=remedy)


def _somebody(desk: Desk, person: str, kind: Kind, said: str, born: str) -> Somebody | None:
    """Give who somebody is, if they are called so: an entry of the index alone proves nothing."""
    wanted = spelled(kind, said, born)
    for stream in (f"{PERSON}{person}", f"{APPLICATION}{person}"):
        for _, event in reversed(desk.ledger.stream(stream)):
            digest = getattr(event, IDENTITY, None)
            who = desk.vault.read(digest, IDENTITY, stream) if isinstance(digest, str) else None
            if isinstance(who, Mapping) and _spelled(kind, who) == wanted:
                return Somebody(person, who, _streams(desk, person))
    return None


def _spelled(kind: Kind, who: Mapping[str, Any]) -> str:
    return spelled(kind, str(who.get("email" if kind == "email" else "name", "")), str(who.get("born", "")))


def _streams(desk: Desk, person: str) -> tuple[str, ...]:
    both = (PERSON, APPLICATION)
    return tuple(kind.rstrip("/") for kind in both if desk.ledger.stream(f"{kind}{person}"))
