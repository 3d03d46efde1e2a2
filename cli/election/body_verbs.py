"""The verbs of bodies and interests, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

LOOK = "Look"

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    for verb in (body, interests):
        app.command(verb.__name__, rich_help_panel=LOOK)(verb)


def body(
    context: typer.Context,
    body: Annotated[str, typer.Argument(help="Id of the body; left out, all bodies are listed.")] = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show a body: members, sittings, decisions.

    A seat is held from the moment its holder was seated up to the end of the term or of the membership. Sittings
    without a quorum are shown as such: they could decide nothing.
    """
    from cli.election.body import list_bodies, show_body

    if body:
        show_body(context.obj, body, as_of, known_at, as_json=as_json)
    else:
        list_bodies(context.obj, as_of, known_at, as_json=as_json)


def interests(
    context: typer.Context,
    person: Annotated[str, typer.Option("--person", metavar="ID", help="Only what this person declared.")] = "",
    contest: Annotated[str, typer.Option("--contest", metavar="ID", help="Only interests in this contest.")] = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List interests declared: who endorses whom.

    Whoever holds one in a candidate does not decide on that candidate. Interests that ended stay listed, with their
    end.
    """
    from cli.election.body import list_interests

    list_interests(context.obj, person, contest, as_of, known_at, as_json=as_json)
