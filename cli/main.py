"""`pollbook`: the verbs. Each imports what it needs when it is called, so that `--help` answers at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli import look_verbs
from cli.analysis import margin_verbs
from cli.applications import check_verbs
from cli.cases import case_verbs
from cli.counting import count_verbs
from cli.election import body_verbs, nomination_verbs, office_verbs, rules_verbs, timetable_verbs
from cli.mapping_help import ImportCommand
from cli.papers import paper_verbs
from cli.place import chosen_place
from cli.privacy import privacy_verbs
from cli.registers import member_verbs
from cli.roll import build_verbs, roll_verbs
from cli.seal import seal_verbs
from cli.verbs import Form, VerbGroup, drop_output, interrupted, no_text, prepare_output, say_version
from ledger.errors import PollbookError

app = typer.Typer(
    name="pollbook",
    cls=VerbGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Keep an election as a ledger that anybody can replay: who decided what, when, and what followed.\n\n"
    "Begin with: pollbook demo",
)

DEMOS = ("labour-2010", "labour-2015", "labour-2016", "labour-2020", "nz-labour-2014", "nec-2014", "oversight")
REGISTERS = ("register-members", "mark-returns", "marked-register")
MAPPED = ("applications", "hold-office", "payments", *REGISTERS)  # which a mapping reads
RECORD, LOOK, CHECK, TRY = "Record", "Look", "Check", "Try"  # headings of the verbs in the help

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Decide everything, record nothing.")]
Actor = Annotated[str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who records: an office.")]


@app.callback()
def choose(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option("--ledger", envvar="POLLBOOK_LEDGER", metavar="DIR", help="The ledger's folder.")
    ] = Path(),
    postgres_file: Annotated[
        Path | None,
        typer.Option(
            "--postgres-file",
            envvar="POLLBOOK_POSTGRES_FILE",
            metavar="FILE",
            help="File with the URL of a PostgreSQL ledger; or set POLLBOOK_POSTGRES to the URL.",
        ),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", envvar="POLLBOOK_KEYS", metavar="DIR", help="Folder of officers' keys: OFFICE.key signs for it."
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=say_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """Choose the ledger."""
    context.obj = chosen_place(context, folder, postgres_file, keys)


@app.command(rich_help_panel=RECORD)
def init(
    context: typer.Context,
    origin: Annotated[
        str, typer.Option("--origin", metavar="NAME", help="Name of the log in checkpoints, such as example.org/2026.")
    ] = "",
    unfounded: Annotated[
        bool, typer.Option("--unfounded", help="Let it begin without a founding: nobody's authority is ever checked.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a new, empty ledger in the folder. It begins with: pollbook found."""
    from cli.keep import init_ledger

    init_ledger(context.obj, origin, unfounded=unfounded, as_json=as_json)


@app.command(rich_help_panel=RECORD, context_settings=PASSED_ON)
def record(context: typer.Context) -> None:
    """Record one thing: pollbook record VERB --field value ..."""
    from cli.record import record_app

    record_app(context.args, context.obj)


@app.command(rich_help_panel=RECORD)
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Commands, one JSON object a line.")],
    actor: Actor = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide everything, record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Carry out a file of commands.

    Giving the same file again adds nothing, or finishes what was cut off.
    """
    from cli.apply import apply_file

    apply_file(context.obj, file, actor, dry_run=dry_run, as_json=as_json)


@app.command("import", rich_help_panel=RECORD, epilog=member_verbs.MAPPING_HELP, cls=ImportCommand)
def import_(
    context: typer.Context,
    verb: Annotated[str, typer.Argument(help="What each row, or all rows together, are: a verb of record.")],
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 whose first row names fields; or see --format.")],
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field that is the same in every row.")
    ] = None,
    form: Form = "",
    candidates: Annotated[
        list[str] | None,
        typer.Option("--candidate", metavar="NAME=ID", help="Whom the file's name or number means, with --format."),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="Of a format: kind, contest, overvotes, first_column."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="MAP", help="Of people, payments, returns: what is where.")
    ] = None,
    actor: Actor = "",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Record rows of a CSV file, or papers in other formats.

    Columns are fields, as pollbook record VERB --help lists them; what is JSON there is JSON in its cell.
    Importing the same rows again adds nothing.
    """
    given = (fields or [], actor)
    if verb in MAPPED:
        from cli.import_mapped import import_mapped

        import_mapped(context.obj, verb, file, mapping, *given, dry_run=dry_run, as_json=as_json)
    elif form or candidates or options:
        from cli.counting.other_formats import import_papers

        said = (form, fields or [], candidates or [], options or [])
        import_papers(context.obj, verb, file, *said, actor, dry_run=dry_run, as_json=as_json)
    else:
        from cli.import_csv import import_file

        import_file(context.obj, verb, file, *given, dry_run=dry_run, as_json=as_json)


@app.command(rich_help_panel=LOOK)
def export(
    context: typer.Context,
    contest: Annotated[str, typer.Argument(help="Id of the contest.")],
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help="blt, csv, csv-ranks, json, soc, soi, toc or toi.")
    ] = "csv",
    section: Annotated[str, typer.Option("--section", metavar="ID", help="One section only.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, not the screen.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """Write the papers of a contest for another program."""
    from cli.counting.other_formats import export_papers

    export_papers(context.obj, contest, form, section, out, as_of, known_at)


look_verbs.add_verbs(app)
for verbs in (build_verbs, timetable_verbs, body_verbs, rules_verbs, count_verbs, nomination_verbs, office_verbs):
    verbs.add_verbs(app)
for verbs in (member_verbs, check_verbs, roll_verbs, paper_verbs, case_verbs, margin_verbs, privacy_verbs):
    verbs.add_verbs(app)


@app.command(rich_help_panel=CHECK)
def root(context: typer.Context, known_at: KnownAt = None, as_json: Json = False) -> None:
    """Print the number of events, and the root of their tree.

    The root is computed from the leaves, not from what was stored with them.
    """
    from cli.keep import print_root

    print_root(context.obj, known_at, as_json=as_json)


@app.command(rich_help_panel=CHECK)
def rebuild(context: typer.Context, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False) -> None:
    """Reread every event strictly, and build the views anew.

    Stops with exit code 3 at the first event that is not what was written.
    """
    from cli.keep import rebuild_views

    rebuild_views(context.obj, as_of, known_at, as_json=as_json)


seal_verbs.add_verbs(app)


@app.command(rich_help_panel=TRY)
def demo(
    name: Annotated[str, typer.Argument(help="Which: " + ", ".join(DEMOS) + ".")] = DEMOS[0],
) -> None:
    """Record a real election, count it, and catch tampering.

    The ledger goes to a new folder here; the tampering is done to a copy of it. The demo called oversight is invented:
    it shows what of rulings and appeals is refused, and what anybody can ask of them.
    """
    from cli.demo import run_demo

    run_demo(name)


def main() -> None:
    """Run, and turn every refusal into one line and an exit code."""
    prepare_output()
    try:
        app()
    except PollbookError as error:
        _fail(error)
    except UnicodeEncodeError:
        _fail(no_text())
    except KeyboardInterrupt:
        _fail(interrupted())
    except OSError as error:
        from cli.source import os_refusal

        drop_output()
        _fail(os_refusal(error.filename or "the output", error))


def _fail(error: PollbookError) -> NoReturn:
    """Print a refusal: one line."""
    sys.stderr.write(f"{error}\n")
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
