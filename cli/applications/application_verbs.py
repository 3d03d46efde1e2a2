"""The verbs about applications and payments, and keys of members, too; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.privacy.purpose import PurposeOption

LOOK, RECORD = "Look", "Record"

Election = Annotated[str, typer.Argument(metavar="ELECTION", help="Id of the election.")]
Actor = Annotated[str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who records: an office.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("admit", rich_help_panel=RECORD)(admit)
    app.command("invite-cures", rich_help_panel=RECORD)(invite_cures)
    app.command("lapse", rich_help_panel=RECORD)(lapse)
    app.command("application-key", rich_help_panel=LOOK)(application_key)
    app.command("member-key", rich_help_panel=LOOK)(member_key)
    app.command("payment-key", rich_help_panel=LOOK)(payment_key)


def admit(
    context: typer.Context,
    election: Election,
    actor: Actor = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who would be admitted, record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Admit every application whose tests are all passed.

    The tests are those of the franchise in force, held against the record: checks as they were run last, payments as
    they came in. Each admission says every test; who is not admitted is counted by what is missing. All of it is one
    batch; after a kill, give the same again. Nobody is refused here: a refusal is a ruling.

    \b
    pollbook admit leader-2015 --as registrar
    """
    from cli.applications.admit import admit as run

    run(context.obj, election, actor, dry_run=dry_run, as_json=as_json)


def invite_cures(
    context: typer.Context,
    election: Election,
    grounds: Annotated[
        list[str], typer.Option("--ground", metavar="TEST=GROUND", help="Ground of who fails a test; several times.")
    ],
    notice: Annotated[str, typer.Option("--notice", metavar="ID", help="Id of the notice's text.")],
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="Zone in which the deadline is told.")],
    served: Annotated[
        str | None, typer.Option("--served", metavar="MOMENT", help="When the notice was served (UTC).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write who is told, and how to reach them, as CSV.")
    ] = None,
    purpose: PurposeOption = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Record that many were told what is wrong, by what deadline.

    Run the checks and serve the notice first. Told are those who fail tests named here and no others, were not told
    of them before, and were checked before the notice was served; each has the longest time of its grounds. Who is
    not told is counted by the reason. Without --served nothing is recorded, and those are counted who are to be told.
    --out lists them, to serve the notice on: key, number, name, address, e-mail, telephone, grounds; it asks for a
    --purpose, and that it was opened is recorded.
    All of it is one batch; after a kill, give the same again; given once more, it adds nothing.

    \b
    pollbook invite-cures leader-2015 --as registrar --notice cure-1 \\
      --ground register-match=not-on-the-register --ground paid=unpaid \\
      --zone Europe/London --served 2015-08-14T09:00:00Z
    """
    from cli.applications.cures import Told
    from cli.applications.cures import invite_cures as run

    run(context.obj, election, Told(grounds, notice, served, zone, out, purpose), actor, as_json=as_json)


def lapse(context: typer.Context, election: Election, actor: Actor = "", as_json: Json = False) -> None:
    """Record that what was not put right in time has lapsed.

    Those lapse whose every deadline passed, of whom nothing came in and who fail no test that they were not told of.
    Whoever answered, even late, is left for an officer or a ruling; who is not lapsed is counted by the reason. All
    of it is one batch; after a kill, give the same again; given once more, it adds nothing.

    \b
    pollbook lapse leader-2015 --as registrar
    """
    from cli.applications.cures import lapse_applications as run

    run(context.obj, election, actor, as_json=as_json)


def application_key(
    context: typer.Context,
    election: Election,
    receipt: Annotated[str, typer.Argument(metavar="RECEIPT", help="Receipt number, however it is written.")],
    new: Annotated[
        bool, typer.Option("--new", help="Although nobody has it: of an application that is about to be recorded.")
    ] = False,
) -> None:
    """Print the key of an application by its receipt number.

    Its events are on application/KEY, as pollbook show tells them; commands about it take the key. Small and large
    letters are the same in a receipt number, and blanks and hyphens in it do not count.

    \b
    pollbook application-key leader-2015 "a-1234 56"
    """
    from cli.applications.application_keys import print_application_key

    print_application_key(context.obj, election, receipt, new=new)


def member_key(
    context: typer.Context,
    register: Annotated[str, typer.Argument(metavar="REGISTER", help="Id of the register.")],
    number: Annotated[list[str], typer.Argument(metavar="NUMBER", help="What the mapping's key names; in its order.")],
) -> None:
    """Print the key of a member by their number in a register.

    As the register's files write it, letter by letter, or as the mapping's key_form does; blanks around it do not
    count. Commands about a person take
    the key, as pollbook why KEY ELECTION and pollbook my-record KEY do.

    \b
    pollbook member-key members M0012
    """
    from cli.applications.application_keys import print_member_key

    print_member_key(context.obj, register, number)


def payment_key(
    context: typer.Context, reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="The bank's reference.")]
) -> None:
    """Print the key of a payment by the bank's reference.

    The reference itself is never in the ledger: commands about payments take the key.

    \b
    pollbook payment-key FP20150812-0031
    """
    from cli.applications.application_keys import print_payment_key

    print_payment_key(context.obj, reference)
