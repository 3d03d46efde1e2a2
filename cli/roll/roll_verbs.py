"""The verbs of the roll, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.counting.count_verbs import AsOf, Json, KnownAt
from cli.privacy.purpose import OpenerOption, PurposeOption

LOOK = "Look"
DIFF = "diff"

Person = Annotated[str, typer.Argument(metavar="PERSON", help="Key of the person: 24 hexadecimal digits.")]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    app.command("roll", rich_help_panel=LOOK)(roll)
    app.command("why", rich_help_panel=LOOK)(why)
    app.command("my-record", rich_help_panel=LOOK)(my_record)


def roll(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="ELECTION | diff ELECTION A B", help="Of which election; or what changed.")
    ],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="PLACE", help="section, category, region, unit or affiliate; or several."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="PLACE=ID", help="Entries of one place only, as region=wales.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the entries, 50 to a page.")] = False,
    page: Annotated[int, typer.Option("--page", min=0, help="Which page of the list, from 1.", show_default=False)] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write every entry to a file; - is the screen.")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="With --out: csv or jsonl.")] = "csv",
    audience: Annotated[
        str, typer.Option("--audience", metavar="WHO", help="officers; panel: no electors; public: no number below 10.")
    ] = "officers",
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show the roll of an election, as of any date.

    In numbers, by page, or in full. What changed between two moments, each a date or the position of an event, and why:

      pollbook roll diff labour 2015-08-12 2015-09-01 --list

    A panel sees numbers and no electors, as of any moment: of whom it decides on, pollbook why tells. The public sees
    the roll as it was frozen or certified, with small numbers among others so that no two answers together tell one.
    """
    from cli.roll.show import show_roll, wanted

    asked = wanted(by or (), only or (), page or int(listed), out, form, audience)
    asked = replace(asked, purpose=purpose, actor=actor)
    if words[0] == DIFF and len(words) > 1:
        from cli.roll.diff import show_difference

        show_difference(context.obj, words[1:], asked, known_at, as_json=as_json)
        return
    from cli.roll.show import one_election

    show_roll(context.obj, one_election(words), asked, as_of, known_at, as_json=as_json)


def why(
    context: typer.Context,
    person: Person,
    election: Annotated[str, typer.Argument(help="Id of the election.")],
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Say why somebody is, or is not, on a roll.

    Test by test, and by which record, as: pollbook why 0c42bc22a35c684539fa65d8 labour --purpose enquiry. The tests
    are those of the franchise, and the same functions build the roll.
    """
    from cli.roll.why import show_why

    show_why(context.obj, person, election, as_of, known_at, (purpose, actor), as_json=as_json)


def my_record(
    context: typer.Context,
    person: Person,
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Tell one person's record, but never how they voted.

    Membership, applications, tests, notices, entries, rulings and appeals, papers issued and returned, erasures, and
    who looked into it. No record of how anybody voted exists. Each line says when it took effect and when it was
    recorded, and the position by which pollbook prove gives a receipt. Of a case it has what the person may read, and
    a ruling once they were told of it; pollbook case tells it in full.
    """
    from cli.roll.my_record import show_my_record

    show_my_record(context.obj, person, as_of, known_at, (purpose, actor), as_json=as_json)
