"""`pollbook`: the verbs. Each imports what it needs when it is called, so that `--help` answers at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ledger.errors import PollbookError

app = typer.Typer(
    name="pollbook",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Keep an election as a ledger that anybody can replay: who decided what, when, and what followed.\n\n"
    "Begin with: pollbook demo",
)

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]
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
) -> None:
    """Choose the ledger."""
    context.obj = (folder, postgres_file)


@app.command(rich_help_panel="Keep")
def init(context: typer.Context) -> None:
    """Make a new, empty ledger in the folder."""
    from cli.keep import init_ledger

    init_ledger(*context.obj)


@app.command(context_settings=PASSED_ON)
def record(context: typer.Context) -> None:
    """Record one thing: pollbook record VERB --field value ... (see: pollbook record --help)."""
    from cli.record import record_app

    record_app(context.args, context.obj)


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Commands, one JSON object a line.")],
    actor: Actor = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide everything, record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Carry out a file of commands. Giving the same file again adds nothing, or finishes what was cut off."""
    from cli.apply import apply_file

    apply_file(context.obj, file, actor, dry_run=dry_run, as_json=as_json)


@app.command("import")
def import_(
    context: typer.Context,
    verb: Annotated[str, typer.Argument(help="What each row, or all rows together, are: a verb of record.")],
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 whose first row names fields.")],
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field that is the same in every row.")
    ] = None,
    actor: Actor = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide everything, record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Record the rows of a CSV file. Importing the same rows again adds nothing."""
    from cli.import_csv import import_file

    import_file(context.obj, verb, file, fields or [], actor, dry_run=dry_run, as_json=as_json)


@app.command()
def events(
    context: typer.Context,
    stream: Annotated[str, typer.Option("--stream", help="Only streams that begin so.")] = "",
    kind: Annotated[str, typer.Option("--type", help="Only this type, such as paper-read.v1.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the first ones.")] = 50,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List events in the order they were recorded."""
    from cli.look import list_events

    list_events(context.obj, stream, kind, limit, as_of, known_at, as_json=as_json)


@app.command()
def show(
    context: typer.Context,
    stream: Annotated[str, typer.Argument(help="A stream, such as contest/leader or paper/leader/members/...")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show one stream: its events, with every field."""
    from cli.look import show_stream

    show_stream(context.obj, stream, as_of, known_at, as_json=as_json)


@app.command()
def count(
    context: typer.Context,
    contest: Annotated[str, typer.Argument(help="Id of the contest.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Count a contest from its papers, stage by stage."""
    from cli.look import count_papers

    count_papers(context.obj, contest, as_of, known_at, as_json=as_json)


@app.command()
def figures(
    context: typer.Context,
    contest: Annotated[str, typer.Argument(help="Id of the contest.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Compare declared and published figures with the papers, cell by cell."""
    from cli.look import compare_figures

    compare_figures(context.obj, contest, as_of, known_at, as_json=as_json)


@app.command()
def root(context: typer.Context, as_json: Json = False) -> None:
    """Print the number of events and the root of the tree over them, computed from the leaves."""
    from cli.keep import print_root

    print_root(context.obj, as_json=as_json)


@app.command()
def rebuild(context: typer.Context, as_json: Json = False) -> None:
    """Throw the views away, reread every event strictly, and build the views anew."""
    from cli.keep import rebuild_views

    rebuild_views(context.obj, as_json=as_json)


@app.command()
def demo(
    name: Annotated[str, typer.Argument(help="labour-2010 or labour-2016.")] = "labour-2010",
) -> None:
    """Record a real election in a new folder, count it, and catch somebody who tampers with a copy."""
    from cli.demo import run_demo

    run_demo(name)


def main() -> None:
    """Run, and turn every refusal into one line and an exit code."""
    try:
        app()
    except PollbookError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write(
            "interrupted: the command: expected to finish, found a keyboard interrupt. "
            "Nothing is half-written: give the same command again to go on.\n"
        )
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


if __name__ == "__main__":
    main()
