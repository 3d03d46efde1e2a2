"""Verbs that keep a ledger in order: init, root, rebuild."""

from __future__ import annotations

from contextlib import closing

from cli.look import moment_from, require_known
from cli.office import make, opened, viewed
from cli.place import Place
from cli.screen import progress, say, say_json
from ledger.storage.recorder import FORMAT
from projections.counting import open_views
from projections.moment import Moment


def init_ledger(place: Place, origin: str, *, unfounded: bool, as_json: bool) -> None:
    """Make a new ledger and say where."""
    with make(place, origin=origin, founded=not unfounded) as ledger:
        if as_json:
            say_json({"ledger": ledger.ledger_id, "origin": ledger.origin, "format": str(FORMAT)})
            return
        where = "the PostgreSQL database" if place.url else place.folder
        say(f"made ledger {ledger.ledger_id} in {where} (stored format: {FORMAT})")
        if unfounded:
            say("It is unfounded: whoever records is believed. Next: pollbook record --help")
        else:
            say("Next: pollbook found --help, which says who may do what")


def print_root(place: Place, known_at: str | None, *, as_json: bool) -> None:
    """Print size and root of the tree, computed from the leaves, as it was known at a moment."""
    moment = moment_from(None, known_at)
    with opened(place) as ledger:
        require_known(moment, ledger)
        stop = None if moment.is_now else sum(1 for _ in moment.past(ledger.scan()))
        size, root = ledger.root(stop)
    if as_json:
        say_json({"size": size, "root": root.hex()})
    else:
        say(f"{size} events, root {root.hex()}")


def rebuild_views(place: Place, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Build the views anew from a strict rereading of every event; those of an earlier moment are not kept."""
    moment = moment_from(as_of, known_at)
    if not moment.is_now:
        _replay(place, moment, as_json=as_json)
        return
    with viewed(place, anew=True) as (ledger, views):
        with progress("rereading", ledger.head().size) as bar:
            read = views.catch_up(ledger, progress=bar.by)
        tiles = ledger.tiles()
        root = tiles.root().hex()
    if as_json:
        say_json({"events": read, "size": tiles.size, "root": root})
    else:
        say(f"reread {read} events, views rebuilt; sealed to {tiles.size}, root {root}")


def _replay(place: Place, moment: Moment, *, as_json: bool) -> None:
    with opened(place) as ledger, closing(open_views(None)) as views:
        require_known(moment, ledger)
        with progress("rereading", ledger.head().size) as bar:
            for _ in bar.over(ledger.reread()):
                pass
        views.catch_up(ledger, moment)
        replayed = sum(1 for _ in moment.past(ledger.scan()))
        size, root = ledger.root()
    if as_json:
        say_json({"events": replayed, "moment": moment.says(), "size": size, "root": root.hex()})
    else:
        say(f"reread {size} events, root {root.hex()}; replayed {replayed} of them, {moment.says()}")
        say("The kept views are as they were: they are of now")
