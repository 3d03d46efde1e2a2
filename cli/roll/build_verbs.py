"""The verb that builds the roll, added to the others; it imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.counting.count_verbs import Json

RECORD = "Record"
EPILOG = """\
pollbook build-roll labour-2010 --as registrar adds an entry for each row of the franchise's registers, and for each
admitted application, whose tests are all passed. --dry-run says how many that would be, and which tests the others
did not pass.
"""


def add_verbs(app: typer.Typer) -> None:
    """Add the verb to the program."""
    app.command("build-roll", rich_help_panel=RECORD, epilog=EPILOG)(build_roll)


def build_roll(
    context: typer.Context,
    election: Annotated[str, typer.Argument(help="Id of the election.")],
    actor: Annotated[
        str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who records: an office.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be added, record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Add everybody to the roll who passes its tests.

    The entries are one batch: readers see all of them or none, and a build that was cut off goes on when it is given
    again. Giving it again adds those who have come to pass since.
    """
    from cli.roll.build_roll import build_the_roll

    build_the_roll(context.obj, election, actor, dry_run=dry_run, as_json=as_json)
