"""The verbs about registers of members; what they do is in `cli.registers.import_members`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.privacy.purpose import OpenerOption, PurposeOption
from cli.registers import list_verbs

LOOK = "Look"
MAPPING_HELP = """\
A register of members: pollbook import register-members FILE --mapping MAP --set register_id=ID, where MAP says in TOML
which column holds what. --dry-run says what would become of the rows.

\b
key = "Membership number"     # tells rows apart, in whichever file
key_digits = 8                # so that lost leading zeros are seen; or
                              # key_form = "M0000": m 31 and M-0031 are M0031
dates = "%d/%m/%Y"            # YYYY-MM-DD if left out
encoding = "cp1252"           # utf-8 if left out
[public]                      # also section, lapsed, levy, declaration
unit = "CLP"
region = "Region"
joined = "Date joined"
[private]                     # also address, phone: to the vault alone
name = ["First name", "Surname"]
email = "E-mail"
born = "Date of birth"
number = "Membership number"
[set]                         # the same in every row
category = "member"           # also affiliate: such a list is certified first
[words.unit]                  # without it, "Bow East" is bow-east
"Bow & E." = "bow-east"
"""


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs, and those about lists."""
    list_verbs.add_verbs(app)

    @app.command(rich_help_panel=LOOK)
    def register(
        context: typer.Context,
        register_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the register.")],
        by: Annotated[
            list[str] | None,
            typer.Option("--by", metavar="PLACE", help="category, affiliate, section, region or unit; or several."),
        ] = None,
        as_of: Annotated[
            str | None, typer.Option("--as-of", metavar="DATE", help="Who had joined and not lapsed on a day.")
        ] = None,
        known_at: Annotated[
            str | None,
            typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event."),
        ] = None,
        purpose: PurposeOption = "",
        actor: OpenerOption = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    ) -> None:
        """Count the members of a register by where they stand.

        Names nobody. Small numbers are shown, so it is not for the public, and that it was opened is recorded.
        """
        from cli.registers.register import show_register

        show_register(context.obj, register_id, by or [], as_of, known_at, (purpose, actor), as_json=as_json)

    @app.command(rich_help_panel=LOOK)
    def rejected(
        context: typer.Context,
        batch: Annotated[str, typer.Argument(help="The batch, as the import named it: intake/REGISTER/...")],
        out: Annotated[
            Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, not the screen.")
        ] = None,
        purpose: PurposeOption = "",
        actor: OpenerOption = "",
    ) -> None:
        """Write the rejected rows of a register, to put right.

        CSV with its own columns, and before them the line and why. Once it is put right, import it
        with the same mapping. It holds personal data: that it was opened is recorded.
        """
        from cli.registers.import_members import write_rejected

        write_rejected(context.obj, batch, out, purpose, actor)
