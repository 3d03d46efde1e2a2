"""The verbs about personal data: find, access, subject-access, erase; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.counting.count_verbs import Json
from cli.privacy.purpose import OpenerOption, PurposeOption

LOOK, RECORD = "Look", "Record"
Actor = Annotated[str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who orders it: an office.")]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("find", rich_help_panel=LOOK)(find)
    app.command("access", rich_help_panel=LOOK)(access)
    app.command("subject-access", rich_help_panel=LOOK)(subject_access)
    app.command("erase", rich_help_panel=RECORD)(erase)


def find(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The whole name, its words in any order.")] = "",
    born: Annotated[str, typer.Option("--born", metavar="DAY", help="With --name: day of birth, as recorded.")] = "",
    email: Annotated[str, typer.Option("--email", metavar="ADDRESS", help="The e-mail address.")] = "",
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_json: Json = False,
) -> None:
    """Find people by name or e-mail address.

    Case, accents and the order of words make no difference. As: pollbook find --name "Ned Catman" --purpose enquiry.
    The first time names are indexed in the vault, which takes a while. That they were looked for is recorded.
    """
    from cli.privacy.find import find_people

    find_people(context.obj, name, born, email, purpose, actor, as_json=as_json)


def access(
    context: typer.Context,
    day: Annotated[str, typer.Option("--day", metavar="DATE", help="Only of this day (UTC).")] = "",
    by: Annotated[str, typer.Option("--by", metavar="ACTOR", help="Only by this office.")] = "",
    of: Annotated[str, typer.Option("--of", metavar="KEY", help="Only of this person alone.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the last ones.")] = 50,
    as_json: Json = False,
) -> None:
    """List who opened personal data, and why.

    As: pollbook access --by registrar --day 2016-07-20
    """
    from cli.privacy.access import Asked, list_accesses

    list_accesses(context.obj, Asked(day, by, of, limit), as_json=as_json)


def subject_access(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="KEY", help="Key of the person; see: pollbook find.")],
    out: Annotated[Path, typer.Argument(help="Folder to write to, not there yet.")],
    checked: Annotated[
        str,
        typer.Option(
            "--checked",
            metavar="HOW",
            help="How it was checked who they are: document, known-address, in-person, representative.",
        ),
    ] = "",
    purpose: PurposeOption = "subject-request",
    actor: OpenerOption = "",
) -> None:
    """Give a person all that is on record about them.

    record.json and record.txt: every event that names them, what the vault holds of them, rows that were rejected.
    As: pollbook subject-access 2f0c1d... ned --checked document
    """
    from cli.privacy.subject_access import give_access

    give_access(context.obj, person, out, checked, purpose, actor)


def erase(
    context: typer.Context,
    person: Annotated[str, typer.Option("--person", metavar="KEY", help="One person.")] = "",
    everybody: Annotated[bool, typer.Option("--everybody", help="Everybody of --register or --election.")] = False,
    register: Annotated[str, typer.Option("--register", metavar="ID", help="A register that was taken in.")] = "",
    election: Annotated[str, typer.Option("--election", metavar="ID", help="The applications to an election.")] = "",
    basis: Annotated[
        str,
        typer.Option("--basis", metavar="WORD", help="Why: retention-over, right-to-erasure or court-order."),
    ] = "",
    actor: Actor = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, erase nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Erase what the vault holds of people, for good.

    It is final, at once and without a question: --dry-run says what it would come to. Keys, ciphertext, rejected rows
    and index, in every file of the ledger are destroyed. Counts, rolls and roots stay as they are.
    Refused under a legal hold, and within a year of the declaration unless a court orders it; with --everybody, whoever
    is under a legal hold is kept. If it is cut off, the next command that records finishes it.
    As: pollbook erase --everybody --election leader-2016 --basis retention-over
    """
    from cli.privacy.erase import erase as erase_people

    who = (person, register, election, basis, actor)
    erase_people(context.obj, *who, everybody=everybody, dry_run=dry_run, as_json=as_json)
