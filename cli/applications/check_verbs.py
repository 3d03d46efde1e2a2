"""The verbs about applications and their checks, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.applications import application_verbs
from cli.privacy.purpose import OpenerOption, PurposeOption

LOOK, RECORD = "Look", "Record"

Election = Annotated[str, typer.Argument(metavar="ELECTION", help="Id of the election.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]
Actor = Annotated[str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who records: an office.")]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs."""
    application_verbs.add_verbs(app)
    app.command("run-checks", rich_help_panel=RECORD)(run_checks)
    app.command("queue", rich_help_panel=LOOK)(queue)
    app.command("fees", rich_help_panel=LOOK)(fees)
    app.command("application", rich_help_panel=LOOK)(application)


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
    from cli.applications.run_checks import Given
    from cli.applications.run_checks import run_checks as run

    given = Given(election, edition, register, mapping, barred, barred_mapping, age, on)
    run(context.obj, given, actor, as_json=as_json)


def queue(
    context: typer.Context,
    election: Election,
    listed: Annotated[str, typer.Option("--list", metavar="NAME", help="List who waits for one thing.")] = "",
    page: Annotated[int, typer.Option("--page", metavar="N", min=1, max=1_000_000, help="With --list: which.")] = 1,
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show what applications wait for, and when that clears.

    By check and what it found: how many, and the age of the oldest. The rates are those of the last 24 hours. Beside
    them: checks that officers let pass by hand, and rejected rows of files of which no application is on record; what
    to do with those: pollbook rejected. --list names keys of people: it asks for a purpose, and is recorded.

    \b
    pollbook queue leader-2015
    pollbook queue leader-2015 --list register-match --page 2 --purpose enquiry
    """
    from cli.applications.queue import show_queue

    show_queue(context.obj, election, listed, page, as_of, known_at, (purpose, actor), as_json=as_json)


def fees(
    context: typer.Context,
    election: Election,
    by: Annotated[list[str] | None, typer.Option("--by", metavar="WHAT", help="category, day, or both.")] = None,
    bank: Annotated[
        Path | None, typer.Option("--bank", metavar="FILE", help="A bank's file to hold beside it.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="MAP", help="With --bank: as for pollbook import payments.")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show the money of applications, and what of it is banked.

    Quoted, received, taken back by the bank, refunded, retained from those whose application came to nothing, and what
    failed at once; by category, or --by day. Beside it what the banks' files taken in come to, or --bank FILE, and
    every difference.

    \b
    pollbook fees leader-2015 --by category --by day
    """
    from cli.applications.fees import show_fees

    show_fees(context.obj, election, by or [], bank, mapping, as_of, known_at, as_json=as_json)


def application(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The application's key, 24 hexadecimal digits.")],
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show one application, test by test.

    How it was received and paid, what each check found against what, and of every test of the franchise whether it is
    passed, and why. It names nobody, but is of one person: who looked, and why, is recorded.

    \b
    pollbook application 0c42bc22a35c684539fa65d8 --purpose enquiry
    """
    from cli.applications.application import show_application

    show_application(context.obj, key, as_of, known_at, (purpose, actor), as_json=as_json)
