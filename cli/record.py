"""`pollbook record VERB --field value ...`: the verbs, made from the commands' own models."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from cli.office import Place, desk_at, require_actor
from cli.parse import command_from, inner_type, is_words, verbs, word_value
from cli.report import print_receipt
from cli.screen import seal_up
from ledger.decision import Command
from ledger.errors import RefusedError, UsageError, nearest

OPTION_NAMES = {"actor": "--as", "command_id": "--command-id", "as_json": "--json"}


def record_app(words: list[str], place: Place) -> None:
    """Run the verb that the words name."""
    app = typer.Typer(
        name="pollbook record",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Record one thing. Say who records with --as ACTOR or POLLBOOK_ACTOR.",
    )

    @app.callback()
    def nothing() -> None:
        pass

    known = verbs()
    if words and not words[0].startswith("-") and words[0] not in known:
        raise UsageError(
            "unknown-verb",
            "pollbook record",
            expected="a verb of: pollbook record --help",
            found=f"{words[0]!r}{nearest(words[0], known)}",
            remedy="Correct the verb",
        )
    for verb, kind in sorted(known.items(), key=lambda item: (item[1].group, item[0])):
        if not words or words[0] in (verb, "--help"):
            app.command(verb, help=inspect.getdoc(kind), short_help=_short_help(kind))(_function(verb, kind, place))
    nothing.__doc__ = app.info.help
    app(args=words or ["--help"], prog_name="pollbook record")


def _short_help(kind: type[Command]) -> str:
    return f"[{kind.group}] " + (inspect.getdoc(kind) or "").split("\n")[0]


def _function(verb: str, kind: type[Command], place: Place) -> Callable[..., None]:
    """Make the function behind a verb: one option for each field of its command."""

    def record_one(**given: Any) -> None:
        actor = require_actor(given.pop("actor"))
        command_id = given.pop("command_id")
        as_json = given.pop("as_json")
        values = {
            name: _value(kind.model_fields[name], value, f"record {verb}, field {name}")
            for name, value in given.items()
            if value not in (None, [])
        }
        try:
            command = command_from(verb, values, f"record {verb}")
        except RefusedError as error:
            raise UsageError(
                error.code, error.what, expected=error.expected, found=error.found, remedy=error.remedy
            ) from None
        with desk_at(place) as desk:
            receipt = desk.submit(command, actor=actor, command_id=command_id)
            print_receipt(receipt, seal_up(desk.ledger), as_json=as_json)

    parameters = [_parameter(name, field) for name, field in kind.model_fields.items()]
    parameters += [
        _option("actor", str, "", "who records: an office", envvar="POLLBOOK_ACTOR"),
        _option("command_id", str | None, None, "the same id and fields again record nothing twice"),
        _option("as_json", bool, False, "print JSON"),
    ]
    parameters.sort(key=lambda parameter: parameter.default is not inspect.Parameter.empty)
    record_one.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    record_one.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return record_one


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    kind = inner_type(field)
    needed = field.is_required()
    if kind is bool:
        return _option(name, bool, False, field.description)
    if get_origin(kind) is tuple and is_words(get_args(kind)[0]):
        return _option(name, list[str] | None, None, f"{field.description}; may be given several times")
    return _option(name, str if needed else str | None, inspect.Parameter.empty if needed else None, field.description)


def _option(name: str, kind: Any, default: Any, text: str | None, **more: Any) -> inspect.Parameter:
    flag = OPTION_NAMES.get(name, "--" + name.replace("_", "-"))
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, typer.Option(flag, help=text, show_default=False, **more)],
    )


def _value(field: FieldInfo, given: Any, where: str) -> Any:
    return word_value(field, given, where) if isinstance(given, str) else given
