"""The verbs of those who watch over panels, deadlines and appeals; each imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.counting.count_verbs import AsOf, Json, KnownAt

LOOK = "Look"

Election = Annotated[str, typer.Argument(metavar="ELECTION", help="Id of the election.")]
Panel = Annotated[str, typer.Option("--panel", metavar="ID", help="Of one panel only; or officer, or auto.")]
Page = Annotated[int, typer.Option("--page", min=1, help="Which page; 50 to a page.")]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    app.command("panels", rich_help_panel=LOOK)(panels)
    app.command("deadlines", rich_help_panel=LOOK)(deadlines)
    app.command("appeals", rich_help_panel=LOOK)(appeals)


def panels(
    context: typer.Context,
    election: Election,
    panel: Annotated[str, typer.Option("--panel", metavar="ID", help="One panel only.")] = "",
    listed: Annotated[
        str, typer.Option("--list", metavar="NAME", help="What is listed: sittings or conflicts.")
    ] = "sittings",
    page: Page = 1,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show whether panels were properly made up.

    Of each panel that has or ruled on a case: its sittings, whether enough members were there, how often one withdrew
    from a ruling, how often one who was there had declared an interest in what was ruled on (conflicts), how often
    they did not withdraw (voting), and how often not all agreed (split). Sittings are all of the panel's; rulings are
    those of this election.

    \b
    pollbook panels labour --panel panel-2 --list conflicts
    """
    from cli.cases.panels import Wanted, show_panels

    show_panels(context.obj, election, Wanted(panel, listed, page), as_of, known_at, as_json=as_json)


def deadlines(
    context: typer.Context,
    election: Election,
    listed: Annotated[
        str,
        typer.Option(
            "--list",
            metavar="NAME",
            help="One list only: overdue, never-notified, not-told, remedy-overdue, papers-outstanding, no-next-step.",
        ),
    ] = "",
    panel: Panel = "",
    page: Page = 1,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show what is late, and what waits without a date.

    It is told as of now, or of the end of the day given with --as-of, which may be still to come. Days are counted
    where the rules of procedure are kept; working days leave out weekends and the holidays that the rules name. A case
    may stand in several lists.

    \b
    pollbook deadlines labour --list not-told --as-of 2016-09-20
    """
    from cli.cases.deadlines import Wanted, show_deadlines

    show_deadlines(context.obj, election, Wanted(listed, panel, page), as_of, known_at, as_json=as_json)


def appeals(
    context: typer.Context,
    election: Election,
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="NAME",
            help="late (leave is not decided on), leave-refused, pending, dismissed, allowed, varied, remitted, "
            "withdrawn or attempted.",
        ),
    ] = "",
    manner: Annotated[str, typer.Option("--came", metavar="NAME", help="How it came: in-time, late or attempt.")] = "",
    panel: Panel = "",
    too_late: Annotated[
        bool, typer.Option("--too-late", help="Those only that were upheld too late to matter.")
    ] = False,
    page: Page = 1,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show every appeal, and attempts where none lies.

    Whether it came in time or had leave, who reviews it and whether they are independent by what is known now, how it
    was decided, and what became of the remedy. An appeal was upheld too late to matter where the poll had closed by
    then, or no remedy was possible. The totals are of all appeals that the options let through.

    \b
    pollbook appeals labour --state allowed --too-late
    """
    from cli.cases.appeals import Wanted, show_appeals

    wanted = Wanted(state, manner, panel, too_late, page)
    show_appeals(context.obj, election, wanted, as_of, known_at, as_json=as_json)
