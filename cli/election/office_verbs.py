"""The verbs of offices, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

RECORD, LOOK = "Record", "Look"

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    app.command(rich_help_panel=RECORD)(found)
    app.command(rich_help_panel=LOOK)(offices)


def found(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="JSON: governing_body, title, officers with office and powers.")],
    keys: Annotated[
        Path | None, typer.Option("--keys", metavar="DIR", help="Folder of officers' keys; those missing are made.")
    ] = None,
    actor: Annotated[
        str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who founds; else the first officer.")
    ] = "",
    effective: Annotated[
        str, typer.Option("--effective", metavar="TIME", help="When it took effect (UTC); now if left out.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Found a new ledger: governing body, first officers, keys.

    From then on every command needs a delegation of its office, in force when it takes effect and when it is
    recorded, and some a signature. Only the first command can found: found before anything else.

    The file: {"governing_body": "committee", "title": "Club election 2026", "officers": [{"office": "secretary",
    "powers": ["all"]}, {"office": "registrar", "powers": ["key", "delegation"], "until": "2027-01-01T00:00:00Z"}]}

    With "kept": "transcript" it is of an election that was held earlier; else live: nothing past is dated back into.
    An officer may name the "clause" of a rule book that comes on record afterwards.
    """
    from cli.election.founding import found_ledger

    place = replace(context.obj, keys=keys) if keys else context.obj
    found_ledger(place, file, actor, effective, as_json=as_json)


def offices(
    context: typer.Context,
    office: Annotated[str, typer.Argument(help="One office or body only.")] = "",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day.")] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who may do what, by which delegation, with which key.

    Also delegations that ended. In an unfounded ledger nobody needs one, and whoever records is believed.
    """
    from cli.election.offices import show_offices

    show_offices(context.obj, office, as_of, known_at, as_json=as_json)
