"""The verbs `events` and `show`; what they do is in `cli.look`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.privacy.purpose import OpenerOption, PurposeOption

LOOK = "Look"

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day (UTC).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DATE|POSITION", help="As we knew it then, or at that event.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command(rich_help_panel=LOOK)(events)
    app.command(rich_help_panel=LOOK)(show)


def events(
    context: typer.Context,
    stream: Annotated[str, typer.Option("--stream", help="Only streams that begin so.")] = "",
    kind: Annotated[str, typer.Option("--type", help="Only this type, such as paper-read.v1.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the first ones.")] = 50,
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """List events in the order they were recorded.

    Where some are of one person or case, why they are opened is asked for, and recorded. Such as:
    pollbook events --type return-marked.v1 --purpose scrutiny
    """
    from cli.look import list_events

    list_events(context.obj, stream, kind, limit, as_of, known_at, (purpose, actor), as_json=as_json)


def show(
    context: typer.Context,
    stream: Annotated[str, typer.Argument(help="A stream, such as contest/leader or paper/leader/members/...")],
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    fields: Annotated[bool, typer.Option("--fields", help="List every field of each event.")] = False,
    clocks: Annotated[bool, typer.Option("--clocks", help="Say also when each event was recorded.")] = False,
    as_json: Json = False,
) -> None:
    """Tell one stream in plain sentences: who did what, when.

    Of a stream of one person or case, why it is opened is asked for, and recorded. Such as: pollbook show
    contest/leader
    """
    from cli.look import show_stream

    asked = (purpose, actor)
    show_stream(context.obj, stream, as_of, known_at, asked, fields=fields, clocks=clocks, as_json=as_json)
