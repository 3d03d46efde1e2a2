"""The verb of nominations, added to the others; it imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.counting.count_verbs import AsOf, Json, KnownAt

LOOK = "Look"


def add_verbs(app: typer.Typer) -> None:
    """Add the verb to the program."""
    app.command("nominations", rich_help_panel=LOOK)(nominations)


def nominations(
    context: typer.Context,
    contest: Annotated[str, typer.Argument(help="Id of the contest.")],
    listed: Annotated[bool, typer.Option("--list", help="List every nomination, and what became of it.")] = False,
    nominee: Annotated[str, typer.Option("--nominee", metavar="ID", help="With --list: of one nominee only.")] = "",
    by_class: Annotated[str, typer.Option("--class", metavar="ID", help="With --list: by one class only.")] = "",
    statement: Annotated[
        bool, typer.Option("--statement", help="Print the statement of persons nominated, as a line to record.")
    ] = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show who is nominated by whom, and how near each threshold.

    Nominations by class, what each threshold needs and what each nominee has of it, and who is validly nominated or
    why not. Of a nominator who nominated again the last is listed; what was before it tells
    pollbook show nomination/CONTEST/NOMINATOR.
    """
    from cli.election.nominations import Wanted, show_nominations

    wanted = Wanted(listed or bool(nominee or by_class), nominee, by_class, statement)
    show_nominations(context.obj, contest, wanted, as_of, known_at, as_json=as_json)
