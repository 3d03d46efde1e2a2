"""The verbs of counting, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.privacy.purpose import OpenerOption, PurposeOption

COUNT = "Count"

Contest = Annotated[str, typer.Argument(help="Id of the contest.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    for verb in (count, figures, account, turnout, report):
        app.command(verb.__name__, rich_help_panel=COUNT)(verb)


def count(
    context: typer.Context,
    contest: Contest,
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help="text, json, csv, markdown or html; csv and json are exact.")
    ] = "text",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, not the screen.")] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw stages and transfers: FILE.svg or FILE.png (extra: plot)."),
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Count a contest from its papers, stage by stage.

    Where a tie needs a lot, it says who is tied, for what, and how the lot is recorded.
    """
    from cli.counting.count import count_papers

    count_papers(context.obj, contest, "json" if as_json else form, out, plot, as_of, known_at)


def figures(
    context: typer.Context, contest: Contest, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False
) -> None:
    """Compare declared and published figures with the papers.

    Cell by cell: what was published, what follows from the papers, and where they differ, why.
    """
    from cli.counting.figures import compare_figures

    compare_figures(context.obj, contest, as_of, known_at, as_json=as_json)


def account(
    context: typer.Context, contest: Contest, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False
) -> None:
    """Show the ballot account: what became of every paper.

    Papers distributed, returned, set aside, rejected by reason, and valid, by section; and whether they balance.
    """
    from cli.papers.account import show_account

    show_account(context.obj, contest, as_of, known_at, as_json=as_json)


def turnout(
    context: typer.Context,
    contest: Contest,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="PLACE", help="region, unit, section, category or affiliate; or several."),
    ] = None,
    audience: Annotated[
        str, typer.Option("--audience", metavar="WHO", help="With --by: officers, panel; or public, no small number.")
    ] = "officers",
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show turnout by section, or by any place.

    By section by both definitions: papers returned of papers distributed, and valid papers of the electorate, each
    with its numbers. By place from the marked register, never from papers: papers returned of those distributed.

      pollbook turnout leader --by region --purpose scrutiny
    """
    if by:
        from cli.papers.turnout import show_turnout_by

        asked = (purpose, actor)
        show_turnout_by(context.obj, contest, by, audience, as_of, known_at, asked, as_json=as_json)
        return
    from cli.papers.account import show_turnout

    show_turnout(context.obj, contest, as_of, known_at, as_json=as_json)


def report(
    context: typer.Context, contest: Contest, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False
) -> None:
    """Show the scrutineer's report, or the numbers it needs.

    Before there is one: the numbers of the record, and how the report is recorded.
    """
    from cli.papers.account import show_report

    show_report(context.obj, contest, as_of, known_at, as_json=as_json)
