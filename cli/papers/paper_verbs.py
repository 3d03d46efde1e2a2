"""The verb about papers issued and returned; what it does is in `cli.papers.papers_issued`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.privacy.purpose import OpenerOption, PurposeOption

LOOK = "Look"

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]


def add_verbs(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command(rich_help_panel=LOOK)
    def papers(
        context: typer.Context,
        contest: Annotated[str, typer.Argument(help="Id of the contest.")],
        by: Annotated[
            list[str] | None,
            typer.Option("--by", metavar="PLACE", help="section, category, region, unit or affiliate; or several."),
        ] = None,
        purpose: PurposeOption = "",
        actor: OpenerOption = "",
        as_of: AsOf = None,
        known_at: KnownAt = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    ) -> None:
        """Count papers due, issued, cancelled and returned.

        By section, beside the stated account and the papers read; or by places, with turnout. It is taken from the
        roll and the marked register: nothing here knows how anybody voted. Small numbers are shown, so it is not for
        the public; by places, why they are opened is asked for, and recorded. Such as:

          pollbook papers leader --by region --by unit --purpose scrutiny
        """
        from cli.papers.papers_issued import show_papers

        show_papers(context.obj, contest, by or [], as_of, known_at, (purpose, actor), as_json=as_json)
