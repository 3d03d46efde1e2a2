"""The verbs of an election before its poll, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

BEFORE = "Before the poll"

Election = Annotated[str, typer.Argument(help="Id of the election.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    for verb in (timetable, checklist):
        app.command(verb.__name__, rich_help_panel=BEFORE)(verb)


def timetable(
    context: typer.Context, election: Election, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False
) -> None:
    """Show the timetable of an election, and how it was varied.

    Each step with its local time, zone and UTC; how long lies between; every date that was moved: from when to when,
    by whom, why. It is recorded with set-timetable and vary-step; fees are set with set-fee.
    """
    from cli.election.timetable import show_timetable

    show_timetable(context.obj, election, as_of, known_at, as_json=as_json)


def checklist(
    context: typer.Context, election: Election, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False
) -> None:
    """List what is not decided yet in an election.

    Steps without a date, no fee, no grounds, no rule book, no scrutineer and so on. "Not decided" is an answer that
    can be recorded, and is public: see pollbook record defer-decision --help.
    """
    from cli.election.timetable import show_checklist

    show_checklist(context.obj, election, as_of, known_at, as_json=as_json)
