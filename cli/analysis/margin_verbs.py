"""The verb of margins, added to those of counting; it imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.analysis import whatif_verbs
from cli.counting.count_verbs import COUNT, AsOf, Contest, Json, KnownAt
from cli.privacy.purpose import OpenerOption, PurposeOption


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program, and that of what-if questions between them."""
    app.command("margin", rich_help_panel=COUNT)(margin)
    whatif_verbs.add_verbs(app)
    app.command("recount", rich_help_panel=COUNT)(recount)


def margin(
    context: typer.Context,
    contest: Contest,
    section: Annotated[
        str | None, typer.Option("--section", metavar="NAME", help="Only papers of this section move.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="NAME", help="Only addition, removal or change; else all three.")
    ] = None,
    stage: Annotated[
        int | None, typer.Option("--stage", metavar="NUMBER", help="Value a vote at this stage; else at the last.")
    ] = None,
    time_limit: Annotated[
        int, typer.Option("--time-limit", metavar="SECONDS", min=0, help="Stop the search then, and give bounds.")
    ] = 60,
    audience: Annotated[
        str, typer.Option("--audience", metavar="WHO", help="public: no few papers; or scrutineer: all, and logged.")
    ] = "public",
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Tell how many papers could have changed the result.

    The fewest papers that, added, removed or changed, elect somebody else: exact, or between two bounds, or it says
    why it cannot say. Each number comes with the papers that do it, so that anybody can count them again.

      pollbook margin leader --section members --kind change
    """
    from cli.analysis.margin import show_margin
    from cli.analysis.whatif import require_audience

    require_audience(audience, purpose)
    when, who = (as_of, known_at), (audience, purpose, actor)
    show_margin(context.obj, contest, section, kind, stage, time_limit, when, who, as_json=as_json)


def recount(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What pollbook margin or whatif --json printed.")],
    audience: Annotated[
        str, typer.Option("--audience", metavar="WHO", help="public; or scrutineer, logged: papers are not published.")
    ] = "public",
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Count the papers of a margin or verdict again.

    Each certificate says that these papers, added, removed or changed, elect somebody else. They are put to the papers
    on record and counted: are they there, are they as many, and is that elected which it says? Exit code 3 if not.

      pollbook margin leader --json > margin.json

      pollbook recount margin.json
    """
    from cli.analysis.recount import recount as count_again

    count_again(context.obj, file, as_of, (audience, purpose, actor), as_json=as_json)
