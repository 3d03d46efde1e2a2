"""The verb that writes a panel pack; it imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.privacy.purpose import OpenerOption, PurposeOption

LOOK = "Look"


def add_verbs(app: typer.Typer) -> None:
    """Add the verb to the program."""
    example = "Example: pollbook panel-pack for-the-panel leadership --audience scrutineer"
    app.command("panel-pack", rich_help_panel=LOOK, epilog=example)(panel_pack)


def panel_pack(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is not there yet.")],
    election: Annotated[str, typer.Argument(metavar="ELECTION", help="Id of the election.")],
    audience: Annotated[
        str,
        typer.Option("--audience", metavar="WHO", help="Who is to read it: public, panel, reviewer or scrutineer."),
    ] = "scrutineer",
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Write rulings and appeals as pages for a browser.

    A folder that opens with index.html: the register of rulings with filters, a page for each case, appeals, and what
    is late. It needs no network and no scripts, can be searched and printed, and says how to check it.

    The scrutineer reads what is on record, and nothing of the vault; panel and reviewer also read the private texts
    that are theirs to read, which asks why, and is recorded. The public reads numbers alone, none so small that it
    tells of somebody: the last edition that was published (record publish-ruling-figures), as statistics tells them.

    Whoever has the ledger checks a pack with: pollbook verify --pack OUT
    """
    from cli.cases.panel_pack import write_panel_pack

    write_panel_pack(context.obj, out, election, audience, (purpose, actor), as_json=as_json)
