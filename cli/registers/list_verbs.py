"""The verbs about lists, and those who are on two of them: each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from cli.counting.count_verbs import Json
from cli.privacy.purpose import OpenerOption, PurposeOption

LOOK, RECORD = "Look", "Record"
BOTH = "both"  # sides of a pair
As = Annotated[str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who acts: an office.")]
FileOf = Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file.")]
MappingOf = Annotated[Path, typer.Option("--mapping", metavar="MAP", help="How its columns are read; see import.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, not the screen.")]


class Naming(TyperCommand):
    """A verb whose option --names may stand alone: it names both sides then."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words, with the side that was left out."""
        for place, word in enumerate(args):
            if word == "--names" and (args[place + 1 :] or ["-"])[0].startswith("-"):
                args = [*args[: place + 1], BOTH, *args[place + 1 :]]
                break
        return super().parse_args(ctx, args)


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    app.command("certify", rich_help_panel=RECORD)(certify)
    app.command("merge", rich_help_panel=RECORD)(merge)
    app.command("duplicates", rich_help_panel=LOOK, cls=Naming)(duplicates)
    app.command("absent", rich_help_panel=LOOK)(absent)


def certify(
    context: typer.Context,
    file: FileOf,
    mapping: MappingOf,
    actor: As,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="register_id, rows, as_of; also levy, declared, due."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Certify an affiliate's list, before it is imported.

    The mapping says whose list it is ([set] affiliate). The numbers are those of the affiliate's own books: an import
    whose rows, or whose members that pay the levy or declared support, come to other numbers is refused.

    \b
    pollbook certify unison.csv --mapping unison.toml --set register_id=unison
      --set rows=70000 --set levy=69112 --set as_of=2015-08-12 --as unison-officer
    """
    from cli.registers.lists import certify as carry_out

    carry_out(context.obj, file, mapping, settings or [], actor, as_json=as_json)


def absent(
    context: typer.Context,
    register: Annotated[str, typer.Argument(metavar="ID", help="Id of the register.")],
    file: FileOf,
    mapping: MappingOf,
    out: Out = None,
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_json: Json = False,
) -> None:
    """List members of a register who are not in a file of it.

    Nothing is changed, for a file may be a part of the register. As CSV it has one column, so that what became of all
    of them can be recorded:

    \b
    pollbook absent members may.csv --mapping map.toml --out gone.csv
      --purpose correction --as registrar
    pollbook import change-membership gone.csv --set change=lapsed
      --set on=2016-05-01 --as registrar
    """
    from cli.registers.lists import show_absent

    show_absent(context.obj, register, file, mapping, out, (purpose, actor), as_json=as_json)


def duplicates(
    context: typer.Context,
    register: Annotated[str, typer.Argument(metavar="ID", help="Id of the register whose members are kept.")],
    other: Annotated[str | None, typer.Argument(metavar="[OTHER]", help="Id of another; itself if left out.")] = None,
    names: Annotated[
        str | None,
        typer.Option("--names", metavar="SIDE", help="Show who they are, on one SIDE: ID or OTHER; or on both."),
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Also those who are merged already.")] = False,
    roll: Annotated[str, typer.Option("--roll", metavar="ELECTION", help="Only if both are on its roll.")] = "",
    page: Annotated[int, typer.Option("--page", min=1, help="Which page of pairs.")] = 1,
    out: Out = None,
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_json: Json = False,
) -> None:
    """Show members who may be one human, in one or two registers.

    By name and birth date, name and address, e-mail, or nearly. Nobody is merged: two people may share a name and a
    birth date. --out writes all pairs with who they are, to decide one by one; pollbook merge reads it back.

    \b
    pollbook duplicates members unison --out pairs.csv
      --purpose correction --as registrar
    """
    from cli.registers.duplicates import show_duplicates

    show_duplicates(
        context.obj,
        register,
        other,
        names=names,
        everybody=everybody,
        roll=roll,
        page=page,
        out=out,
        asked=(purpose, actor),
        as_json=as_json,
    )


def merge(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of duplicates --out, with decisions.")],
    actor: As,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be recorded, and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Merge pairs that somebody looked at: those marked yes.

    In the column merge, write yes where two are one human. A pair that agrees in name and birth date alone needs
    another basis beside it: document, or statement. Each merge can be undone: pollbook record undo-merge.
    """
    from cli.registers.duplicates import merge_reviewed

    merge_reviewed(context.obj, file, actor, dry_run=dry_run, as_json=as_json)
