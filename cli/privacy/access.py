"""Who opens people's data, and why: asked for and recorded before anything is shown; `pollbook access` lists it.

Every verb that shows what the vault holds, or numbers small enough to tell of somebody, goes through `opening`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from cli.office import desk_at, opened
from cli.parse import actor_value, on_the_command_line
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from cli.seal.sealing import seal_up
from ledger.desk import Desk
from ledger.errors import UsageError, nearest
from ledger.event import Audience, Event
from ledger.storage.store import Ledger
from ledger.streams.access import DAY_LENGTH, PURPOSES, AccessLogged, LogAccess, Purpose

BY_KEY = frozenset(("application", "entry", "issued", "merge", "person", "returned"))  # named last by a person's key
OF_PEOPLE = BY_KEY | {"appeal", "case", "docket"}  # kinds of stream of which each is about one person


@dataclass(frozen=True, slots=True)
class Opening:
    """Data of people about to be shown: nothing may be, before `log` was called."""

    desk: Desk
    what: str
    purpose: Purpose
    actor: str

    def log(self, rows: int, subject: str | None = None) -> None:
        """Record what is opened: how many rows, and whose they are where they are one person's.

        Raises:
            RefusedError: what the desk raises, as `no-authority`; then nothing may be shown.
        """
        now = self.desk.now()
        command = LogAccess(
            day=now[:DAY_LENGTH], effective=now, purpose=self.purpose, rows=rows, subject=subject, what=self.what
        )
        self.desk.submit(command, actor=self.actor)


@contextmanager
def opening(place: Place, what: str, purpose: str, actor: str) -> Iterator[Opening]:
    """Open a desk to read what is personal: who asks, and why, is asked first.

    Args:
        what: the verb that shows it.

    Raises:
        UsageError: `purpose-required`, and what is wrong with the actor.
    """
    with on_the_command_line():
        why, who = purpose_named(purpose), actor_value(actor, "--as")
    with desk_at(place) as desk:
        try:
            yield Opening(desk, what, why, who)
        finally:
            seal_up(place, desk.ledger)


def log_opening(place: Place, what: str, rows: int, purpose: str, actor: str) -> None:
    """Record that numbers small enough to tell of somebody are about to be shown; see `opening`."""
    with opening(place, what, purpose, actor) as opened_now:
        opened_now.log(rows)


def log_of_people(place: Place, what: str, found: Sequence[tuple[int, Event]], asked: tuple[str, str]) -> None:
    """Record that events of people's streams are about to be shown; of others, nothing is asked.

    Args:
        found: what is to be shown: of one person, the access is recorded as theirs.
        asked: for which purpose, and who asks.
    """
    streams = [event.stream.split("/") for _, event in found if event.audience is Audience.RESTRICTED]
    of_people = [names for names in streams if names[0] in OF_PEOPLE]
    if not of_people:
        return
    with opening(place, what, *asked) as opened_now:
        keys = {names[-1] if names[0] in BY_KEY else "" for names in of_people}
        opened_now.log(len(of_people), min(keys) or None if len(keys) == 1 else None)


def purpose_named(word: str) -> Purpose:
    """Give a purpose by its word.

    Raises:
        UsageError: `purpose-required`.
    """
    if word not in PURPOSES:
        found = f"{word!r}{nearest(word, PURPOSES)}" if word else "none"
        remedy = "Say why personal data is opened, as in --purpose enquiry: it is recorded"
        raise UsageError("purpose-required", "--purpose", expected=", ".join(PURPOSES), found=found, remedy=remedy)
    return cast(Purpose, word)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which accesses are listed: of a day, by an office, of a person; empty: whichever. At most the last `limit`."""

    day: str = ""
    by: str = ""
    of: str = ""
    limit: int = 50


def list_accesses(place: Place, asked: Asked, *, as_json: bool) -> None:
    """List who opened what."""
    with opened(place) as ledger:
        found, more = _accesses(ledger, asked)
    if as_json:
        say_json([plain_access(position, event) for position, event in found])
        return
    rows = [
        (event.effective[:16], event.actor, event.what, event.purpose, f"{event.rows:,}", event.subject or "several")
        for _, event in found
    ]
    say(table(("when (UTC)", "who", "what", "why", "rows", "of"), rows, right=(4,)))
    shown = f"{len(found)} shown" + (", the last ones: see --limit" if more else "")
    say_wrapped(f"{shown}. Whoever reads the files without pollbook is not in it.")


def _accesses(ledger: Ledger, asked: Asked) -> tuple[list[tuple[int, AccessLogged]], bool]:
    """Give the last accesses that were asked for, in order, and whether there were more."""
    streams = sorted({*ledger.streams_of("access-logged.v1", "access/")}, reverse=True)
    found: list[tuple[int, AccessLogged]] = []
    for stream in streams:
        if asked.day and stream != f"access/{asked.day}":
            continue
        for position, event in reversed(ledger.stream(stream)):
            if not isinstance(event, AccessLogged) or (asked.by and event.actor != asked.by):
                continue
            if asked.of and event.subject != asked.of:
                continue
            if len(found) == asked.limit:
                return found[::-1], True
            found.append((position, event))
    return found[::-1], False


def plain_access(position: int, event: AccessLogged) -> dict[str, object]:
    """Give an access as plain values."""
    said = {"at": event.effective, "who": event.actor, "what": event.what, "purpose": event.purpose}
    return {"position": position, **said, "rows": event.rows, "subject": event.subject}
