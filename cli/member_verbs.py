"""The verbs about registers of members; what they do is in `cli.import_members`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LOOK = "Look"


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs."""

    @app.command(rich_help_panel=LOOK)
    def rejected(
        context: typer.Context,
        batch: Annotated[str, typer.Argument(help="The batch, as the import named it: intake/REGISTER/...")],
        out: Annotated[
            Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, not the screen.")
        ] = None,
    ) -> None:
        """Write the rows of a register that were rejected, to put right.

        CSV with its own columns, and before them the line and why. Once it is put right, import it
        with the same mapping. It holds personal data.
        """
        from cli.import_members import write_rejected

        write_rejected(context.obj, batch, out)
