"""`pollbook record VERB --field value ...`: the verbs, made from the commands' own models."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cli.office import desk_at
from cli.parse import (
    Where,
    actor_value,
    command_class,
    command_from,
    id_value,
    on_the_command_line,
    verbs,
    word_value,
)
from cli.place import Place
from cli.report import print_receipt
from cli.screen import progress
from cli.seal.sealing import seal_up
from cli.source import small_bytes, small_text
from cli.verbs import VerbCommand, VerbGroup
from cli.wording import (
    HASHES,
    Kind,
    choices,
    expectation,
    is_digest,
    is_list,
    is_record,
    is_words,
    kind_of,
    listed,
    member_of,
    plain,
    variants,
    word_for,
)
from ledger.decision import Command
from ledger.rules.wording import digests_of

WORDS_DIGEST = "words_digest"
OPTION_NAMES = {"actor": "--as", "command_id": "--command-id", "as_json": "--json"}


def record_app(words: list[str], place: Place) -> None:
    """Run the verb that the words name."""
    app = typer.Typer(
        name="pollbook record",
        cls=VerbGroup,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Record one thing. Say who records with --as ACTOR or POLLBOOK_ACTOR.\n\n"
        "What a verb takes: pollbook record VERB --help",
    )

    @app.callback()
    def nothing() -> None:
        """Make a group of it, however many verbs there are."""

    if words and not words[0].startswith("-"):
        with on_the_command_line():
            command_class(words[0], Where("pollbook record"))
    for verb, kind in sorted(verbs().items(), key=lambda item: (item[1].group, item[0])):
        if not words or words[0].startswith("-") or words[0] == verb:
            add = app.command(
                verb,
                cls=_explaining(kind),
                help=inspect.getdoc(kind),
                short_help=(inspect.getdoc(kind) or "").split("\n")[0],
                rich_help_panel=kind.group.replace("_", " ").capitalize(),
            )
            add(_function(verb, kind, place))
    app(args=words or ["--help"], prog_name="pollbook record")


def _function(verb: str, kind: type[Command], place: Place) -> Callable[..., None]:
    """Make the function behind a verb: one option for each field of its command."""

    def record_one(**given: Any) -> None:
        where = Where(f"record {verb}")
        with on_the_command_line():
            actor = actor_value(given.pop("actor"), "--as")
            command_id, as_json = given.pop("command_id"), given.pop("as_json")
            if command_id is not None:
                id_value(command_id, "--command-id")
            values = {
                name: _value(kind.model_fields[name], value, where.field((name,)))
                for name, value in given.items()
                if value not in (None, [])
            }
            command = command_from(kind, _digested(kind, values), where)
        with desk_at(place) as desk:
            with progress(verb, 1) as bar:
                receipt = desk.submit(command, actor=actor, command_id=command_id, progress=bar.members)
            sealed = seal_up(place, desk.ledger)
        print_receipt(receipt, sealed, as_json=as_json)

    parameters = [_parameter(name, field) for name, field in kind.model_fields.items()]
    parameters += [
        _option("actor", str, "", "who records: an office", metavar="ID", envvar="POLLBOOK_ACTOR"),
        _option("command_id", str | None, None, "the same id and fields again record nothing twice", metavar="ID"),
        _option("as_json", bool, False, "print JSON"),
    ]
    parameters.sort(key=lambda parameter: parameter.default is not inspect.Parameter.empty)
    record_one.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    record_one.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return record_one


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    kind = kind_of(field)
    default = inspect.Parameter.empty if field.is_required() else None
    text = _help(field) + (f"; see: {HASHES[name]}" if name in HASHES and "see:" not in _help(field) else "")
    if is_digest(name, kind) and "@FILE" not in text:
        text += "; @FILE: taken from a file"
    if kind.type is bool:
        return _option(name, bool, False, text)
    if is_list(kind) and is_words(member_of(kind)):
        several = f"{text}; may be given several times"
        return _option(name, list[str] if field.is_required() else list[str] | None, default, several, kind)
    return _option(name, str if field.is_required() else str | None, default, text, kind)


def _option(
    name: str, annotation: Any, default: Any, text: str, kind: Kind | None = None, **more: Any
) -> inspect.Parameter:
    flag = OPTION_NAMES.get(name, "--" + name.replace("_", "-"))
    if kind:
        word = word_for(kind)
        more["metavar"] = "JSON|@FILE" if word == "JSON" else word
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[annotation, typer.Option(flag, help=text, show_default=False, **more)],
    )


def _help(field: FieldInfo) -> str:
    """Say what a field means and, where there is a choice, which words there are."""
    kind = kind_of(field)
    words = choices(member_of(kind) if is_list(kind) else kind)
    missing = [word for word in words if f"{word}:" not in (field.description or "")]
    listed = f" ({', '.join(words)})" if missing else ""
    return f"{field.description}{listed}" if field.description else expectation(kind)


def _explaining(kind: type[Command]) -> type[VerbCommand]:
    """Make the class of a verb whose help explains the records inside its JSON fields."""
    explained: dict[Any, tuple[str, list[tuple[str, str]]]] = {}
    for name, field in kind.model_fields.items():
        _explain(f"--{name}", field.annotation, explained)
    return type("Explaining", (VerbCommand,), {"explained": tuple(explained.values())})


def _explain(path: str, annotation: Any, explained: dict[Any, tuple[str, list[tuple[str, str]]]]) -> None:
    """Explain the records of a field and, below them, those of their own fields: each model once."""
    kind = plain(annotation)
    heading = f"The object of {path}"
    if is_list(kind):
        heading, annotation = f"Each object in the list of {path}", listed(kind)
    record = plain(annotation)
    of_one = {"": record.type} if is_record(record) else {}
    models = {version: model for version, model in (variants(annotation) or of_one).items() if model not in explained}
    for version, model in models.items():
        explained[model] = (f"{heading}, {version}" if version else heading, _rows(model))
    for model in models.values():
        for name, field in model.model_fields.items():
            _explain(f"{path.removeprefix('--')}.{name}", field.annotation, explained)


def _rows(model: type[BaseModel]) -> list[tuple[str, str]]:
    """Explain each field of a record."""
    return [
        (name, _help(field) + ("  [required]" if field.is_required() else ""))
        for name, field in model.model_fields.items()
    ]


def _digested(kind: type[Command], values: dict[str, Any]) -> dict[str, Any]:
    """Put the digests of a text in place of `@FILE`: of its bytes, and of its words where there is a field for them."""
    values = {name: _clauses_digested(value) for name, value in values.items()}
    digests: dict[str, Any] = {}
    for name, given in values.items():
        field = kind.model_fields.get(name)
        if field and is_digest(name, kind_of(field)) and isinstance(given, str) and given.startswith("@"):
            exact, words = digests_of(small_bytes(Path(given[1:])))
            digests[name] = words if name == WORDS_DIGEST else exact
            if name == "text_digest" and WORDS_DIGEST in kind.model_fields:
                values = {WORDS_DIGEST: words} | values
    return values | digests


def _clauses_digested(value: Any) -> Any:
    """Put the digest of a text in place of `@FILE` in each record of a list, as in the clauses of a rule book."""
    if not isinstance(value, list):
        return value
    return [
        each | {"text_digest": digests_of(small_bytes(Path(each["text_digest"][1:]))).exact}
        if isinstance(each, dict) and str(each.get("text_digest", "")).startswith("@")
        else each
        for each in value
    ]


def _value(field: FieldInfo, given: Any, place: str) -> Any:
    """Turn what an option was given into the field's value; `@FILE` stands for the JSON in a file."""
    if not isinstance(given, str):
        return given
    if given.startswith("@") and not is_words(kind_of(field)):
        given = small_text(Path(given[1:]))
    return word_value(field, given, place)
