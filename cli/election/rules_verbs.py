"""The verbs that show rules and documents, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RULES = "Rules"

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="In force at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]

rules = typer.Typer(
    name="rules",
    add_completion=False,
    rich_markup_mode=None,
    help="Show the rules in force, or who was covered by which.\n\n"
    "Clauses of rule books and guidelines, each with the body that may amend it and since when it is in force, and "
    "their interpretations. They are recorded with adopt-rule-book, amend-rule, repeal-rule, issue-guidelines, "
    "issue-interpretation; documents with publish-document and withdraw-document.",
)


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    app.add_typer(rules, rich_help_panel=RULES)
    app.command("check-document", rich_help_panel=RULES)(check_document)


@rules.callback(invoke_without_command=True)
def rules_shown(
    context: typer.Context,
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="ID", help="The rules of one organisation alone.")
    ] = "",
    hashes: Annotated[bool, typer.Option("--hashes", help="Print what decisions refer to clauses by.")] = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show the rules in force; or see the command."""
    if context.invoked_subcommand is None:
        from cli.election.rules import show_rules

        show_rules(context.obj, organisation, as_of, known_at, hashes=hashes, as_json=as_json)


@rules.command("coverage")
def rules_coverage(
    context: typer.Context,
    date: Annotated[str, typer.Argument(metavar="DATE", help="A day (its end, UTC) or a moment.")],
    election: Annotated[
        str, typer.Option("--election", metavar="ID", help="What is for this election, or for all.")
    ] = "",
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Look for days without a code from here on.")
    ] = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Say who was bound by what on a day, and who by nothing.

    For each class of actor: which rules were binding, which were guidance, and the days with no code in force since
    the election was called, or since a date.
    """
    from cli.election.coverage import show_coverage

    show_coverage(context.obj, date, election, since, known_at, as_json=as_json)


def check_document(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A text as it circulates.")],
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Say whether a text is one that was published.

    Byte for byte: which document and edition, which rule book or clause. If it is none, but has the words of one, and
    only white space or line ends differ, it says so. Exit code 0 for the very text, 1 for another.
    """
    from cli.election.rules import check_text_of

    check_text_of(context.obj, file, known_at, as_json=as_json)
