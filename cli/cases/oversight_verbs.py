"""The verbs of those who oversee rulings; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.cases import docket_verbs
from cli.counting.count_verbs import AsOf, Json, KnownAt

LOOK = "Look"
CONSISTENCY = "consistency"


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    app.command("rulings", rich_help_panel=LOOK)(rulings)
    app.command("statistics", rich_help_panel=LOOK)(statistics)
    docket_verbs.add_verbs(app)


def rulings(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="ELECTION | consistency ELECTION", help="Of which election; or are like cases alike."),
    ],
    ground: Annotated[str, typer.Option("--ground", metavar="ID", help="Those that rest on one ground.")] = "",
    panel: Annotated[str, typer.Option("--panel", metavar="ID", help="Those of one panel; or officer, or auto.")] = "",
    rule: Annotated[
        str, typer.Option("--rule", metavar="HASH", help="Those under one clause: its content hash, or its beginning.")
    ] = "",
    source: Annotated[
        str, typer.Option("--source", metavar="NAME", help="How found: complaint, match, search, press, random-audit.")
    ] = "",
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome", metavar="NAME", help="admit, refuse, remove, suspend, restore, no-action or refer-up."
        ),
    ] = "",
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Those made on that day or later.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Those made on that day or before.")] = None,
    page: Annotated[int, typer.Option("--page", min=1, help="Which page; 50 rulings to a page.")] = 1,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List the rulings of an election, with totals.

    The totals are of all rulings that the options let through, on all pages; nobody is named.

    \b
    pollbook rulings labour --panel panel-2 --from 2016-08-01 --outcome remove

    Whether like cases are treated alike, by ground and panel, with how sure the numbers are:

    \b
    pollbook rulings consistency labour
    """
    from cli.cases.oversight import Wanted, one_election, show_rulings

    wanted = Wanted(ground, panel, rule, source, outcome, since, until, page)
    if words[0] == CONSISTENCY:
        from cli.cases.consistency import show_consistency

        show_consistency(context.obj, one_election(words[1:]), wanted, as_of, known_at, as_json=as_json)
    else:
        show_rulings(context.obj, one_election(words), wanted, as_of, known_at, as_json=as_json)


def statistics(
    context: typer.Context,
    election: Annotated[str, typer.Argument(metavar="ELECTION", help="Id of the election.")],
    out: Annotated[Path | None, typer.Argument(metavar="OUT", help="Folder to write the pack to: a new one.")] = None,
    number: Annotated[
        int | None, typer.Option("--edition", metavar="N", help="Which edition, from 1; the last, if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Give the public numbers of rulings, no small ones.

    How many people were refused, removed or suspended: by ground, who decided, category, region, unit, day and source;
    what became of appeals; how often rulings did not stand. Numbers under 10 are pooled so that none follows from the
    others. Each figure says of whom it is, by which events, under which root.

    Numbers are published as of an event that an officer records, and not between. Each edition is of the rulings that
    people were told of since the one before, so no two editions can be subtracted.

    \b
    pollbook record publish-ruling-figures --election labour
    pollbook statistics labour public-1
    """
    from cli.cases.statistics import show_statistics

    show_statistics(context.obj, election, out, number, as_json=as_json)
