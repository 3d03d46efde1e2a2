"""The verbs of cases, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.cases import oversight_verbs, pack_verbs
from cli.counting.count_verbs import AsOf, Json, KnownAt
from cli.privacy.purpose import OpenerOption, PurposeOption

LOOK = "Look"


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    app.command("case", rich_help_panel=LOOK, epilog="Example: pollbook case c-0017 --audience reviewer")(case)
    app.command("cases", rich_help_panel=LOOK, epilog="Example: pollbook cases --open")(cases)
    pack_verbs.add_verbs(app)
    oversight_verbs.add_verbs(app)


def case(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the case.")],
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="text, md, html or json.")] = "text",
    audience: Annotated[
        str,
        typer.Option(
            "--audience", metavar="WHO", help="Who is to read it: public, subject, panel, reviewer or scrutineer."
        ),
    ] = "scrutineer",
    ruling: Annotated[
        int | None,
        typer.Option("--as-of-ruling", metavar="N", help="Read it from ruling N: what came after is marked later."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, not the screen.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_json: Json = False,
) -> None:
    """Show a case: what was decided, and what came of it.

    A sentence made from the record says who decided what, with how many there, on which ground in which version and
    which evidence, when the person was told, whether there was an appeal, and what became of the roll. Below it, all
    that happened, as it was known when the ruling was made; what came later is marked.

    The scrutineer reads what is on record, and nothing of the vault; subject, panel and reviewer also read the private
    texts that are theirs to read, which asks why, and is recorded. The public reads one line, or with the person's
    consent the sentence.
    """
    from cli.cases.case import Wanted, show_case

    wanted = Wanted("json" if as_json else form, audience, ruling, out, purpose, actor)
    show_case(context.obj, case_id, wanted, as_of, known_at)


def cases(
    context: typer.Context,
    only_open: Annotated[
        bool, typer.Option("--open", help="Those only on which a ruling is still to be made.")
    ] = False,
    person: Annotated[str, typer.Option("--person", metavar="KEY", help="Those only about one person.")] = "",
    incident: Annotated[
        str, typer.Option("--incident", metavar="ID", help="Those only that are linked to one incident.")
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="N", help="Show at most so many, the first ones.")
    ] = 50,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List cases: what about, with whom, how they stand.

    Nobody is named: a person is known by a key. What is next in a case tells pollbook case ID.
    """
    from cli.cases.cases import Which, list_cases

    list_cases(context.obj, Which(only_open, person, limit, incident), as_of, known_at, as_json=as_json)
