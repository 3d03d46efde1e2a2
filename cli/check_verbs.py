"""The verbs about applications and their checks, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LOOK, RECORD = "Look", "Record"

Election = Annotated[str, typer.Argument(metavar="ELECTION", help="Id of the election.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Actor = Annotated[str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who records: an office.")]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("run-checks", rich_help_panel=RECORD)(run_checks)


def run_checks(
    context: typer.Context,
    election: Election,
    actor: Actor = "",
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="ID", help="Edition of the electoral register, as 2015-06.")
    ] = None,
    register: Annotated[Path | None, typer.Option("--register", metavar="FILE", help="Its entries, as CSV.")] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="MAP", help="Which of its columns holds what, as TOML.")
    ] = None,
    barred: Annotated[
        Path | None, typer.Option("--barred", metavar="FILE", help="List of those who are barred, as CSV.")
    ] = None,
    barred_mapping: Annotated[
        Path | None, typer.Option("--barred-mapping", metavar="MAP", help="Which of its columns holds what.")
    ] = None,
    age: Annotated[
        int | None, typer.Option("--age", metavar="YEARS", help="Age asked for; the franchise's if left out.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="Day on which it is asked for.")] = None,
    as_json: Json = False,
) -> None:
    """Run the automatic checks over applications.

    Duplicates, payment and age by the record; the electoral register and a list of those barred by files. Checked is
    what was never checked, or paid or put right since. What is found is recorded in one batch; after a kill, give the
    same again. A mapping says which column holds what:

    \b
    key = "Elector number"             # tells entries apart
    name = ["First name", "Surname"]
    address = ["Address", "Postcode"]  # the postcode last
    born = "Date of birth"             # if there is one; email likewise
    dates = "%d/%m/%Y"                 # YYYY-MM-DD if left out

    \b
    pollbook run-checks leader-2015 --as registrar --edition 2015-06 \\
      --register electors.csv --mapping electors.toml
    """
    from cli.run_checks import Given
    from cli.run_checks import run_checks as run

    given = Given(election, edition, register, mapping, barred, barred_mapping, age, on)
    run(context.obj, given, actor, as_json=as_json)
