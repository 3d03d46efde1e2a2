"""The verbs about applications and payments: their keys; each imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

LOOK, RECORD = "Look", "Record"


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("admit", rich_help_panel=RECORD)(admit)
    app.command("application-key", rich_help_panel=LOOK)(application_key)
    app.command("payment-key", rich_help_panel=LOOK)(payment_key)


def admit(
    context: typer.Context,
    election: Annotated[str, typer.Argument(metavar="ELECTION", help="Id of the election.")],
    actor: Annotated[
        str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who records: an office.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Admit every application whose tests are all passed.

    The tests are those of the franchise in force, held against the record: checks as they were run last, payments as
    they came in. Each admission says every test; who is not admitted is counted by what is missing. All of it is one
    batch; after a kill, give the same again. Nobody is refused here: a refusal is a ruling.

    
    pollbook admit leader-2015 --as registrar
    """
    from cli.admit import admit as run

    run(context.obj, election, actor, as_json=as_json)


def application_key(
    context: typer.Context,
    election: Annotated[str, typer.Argument(metavar="ELECTION", help="Id of the election.")],
    receipt: Annotated[str, typer.Argument(metavar="RECEIPT", help="Receipt number, however it is written.")],
) -> None:
    """Print the key of an application by its receipt number.

    Its events are on application/KEY, as pollbook show tells them; commands about it take the key. Small and large
    letters are the same in a receipt number, and blanks and hyphens in it do not count.

    \b
    pollbook application-key leader-2015 "a-1234 56"
    """
    from cli.application_keys import print_application_key

    print_application_key(context.obj, election, receipt)


def payment_key(
    context: typer.Context, reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="The bank's reference.")]
) -> None:
    """Print the key of a payment by the bank's reference.

    The reference itself is never in the ledger: commands about payments take the key.

    \b
    pollbook payment-key FP20150812-0031
    """
    from cli.application_keys import print_payment_key

    print_payment_key(context.obj, reference)
