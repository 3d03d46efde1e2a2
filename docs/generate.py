"""Write the reference pages that follow from the code: `python docs/generate.py`. A test fails when they are stale."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
WRITTEN = "<!-- Written by docs/generate.py from the code; edit the code instead. -->\n"
KINDS = {
    "RefusedError": "refused, exit 1",
    "refused": "refused, exit 1",
    "UsageError": "usage, exit 2",
    "EvidenceError": "evidence, exit 3",
    "Unfit": "refused, exit 1",
}
REMEDY = 4  # its place among the arguments of `refused` and `Unfit`
PLACES = {"replies": "NUMBER", "late": "NUMBER", "effects": "JSON"}  # what remedies of rulings name
FINDING = "finding, exit 3"
FINDING_CODE = re.compile(r"[a-z]+(-[a-z]+)+")
WORDS = "annulled|busy|conflict|contention|contested|inquorate|late|overvote|underpaid|unopposed|unsigned"
CODE = re.compile(rf"`([a-z0-9]+(?:-[a-z0-9]+)+|{WORDS})`")
RULE_TABLE = re.compile(r"(<!-- fields of (\w+)(?: beside (\w+))? -->\n).*?(<!-- end -->)", re.DOTALL)
RULE_EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)


def events_page() -> str:
    """Describe every type of event."""
    import ledger.streams  # noqa: F401  # fills the table of types
    from ledger.event import ENVELOPE, TYPES, Event

    parts = [
        WRITTEN,
        "# Events\n",
        "Every event carries the envelope, then its own fields. Absent fields are left out.\n",
    ]
    parts.append("## Types of fields\n")
    parts.append(types_table())
    parts.append("Text is in Unicode NFC without invisible characters; whole numbers are within 2^53-1.\n")
    parts.append("## The envelope\n")
    parts.append(fields_table(Event, sorted(ENVELOPE), notes=attribute_notes(Event)))
    for name, kind in sorted(TYPES.items()):
        own = sorted(set(kind.model_fields) - ENVELOPE)
        parts.append(f"## `{name}`\n")
        parts.append(f"{inspect.getdoc(kind)}\n")
        private = (
            f" Private fields: {', '.join(kind.private)} (a digest here, the value in the vault)."
            if kind.private
            else ""
        )
        parts.append(f"Audience: {kind.audience}.{private}\n")
        if own:
            parts.append(fields_table(kind, own))
    return "\n".join(parts)


def attribute_notes(kind: type) -> dict[str, str]:
    """Read the attribute lines of a class's docstring."""
    text = " ".join((inspect.getdoc(kind) or "").partition("Attributes:")[2].split())
    return {name: note.strip() for name, note in re.findall(r"(\w+): (.*?)(?= \w+: |$)", text)}


def fields_table(kind: Any, names: list[str], notes: dict[str, str] | None = None) -> str:
    """List fields with what they may hold."""
    lines = ["| field | holds | |", "|---|---|---|"]
    for name in names:
        field = kind.model_fields[name]
        may_be_absent = "" if field.is_required() or name == "type" else "may be left out"
        remark = (notes or {}).get(name) or field.description or may_be_absent
        lines.append(f"| `{name}` | {holds(field.annotation, field.metadata)} | {remark} |")
    return "\n".join(lines) + "\n"


def holds(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """Write a type in a reader's words."""
    from ledger.event import PrivateMarker
    from ledger.field import INT_MAX
    from ledger.rules.count_rule import AnyCountRule

    if PrivateMarker in metadata:
        return "digest of a disclosure"
    for known, word in named_types():
        if any(getattr(item, "pattern", None) == known for item in metadata):
            return word
    if get_origin(annotation) is Annotated:
        return holds(annotation.__origin__, annotation.__metadata__)
    if annotation == AnyCountRule:
        return "[count rule](rules.md)"
    if get_origin(annotation) in (Union, UnionType):
        return holds(next(kind for kind in get_args(annotation) if kind is not type(None)), metadata)
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) is tuple:
        return "list of " + holds(get_args(annotation)[0])
    if inspect.isclass(annotation) and hasattr(annotation, "model_fields"):
        inner = ", ".join(f"`{name}` {holds(f.annotation, f.metadata)}" for name, f in annotation.model_fields.items())
        return f"record of {inner}"
    bounds = {bound: getattr(item, bound) for item in metadata for bound in ("ge", "le") if hasattr(item, bound)}
    if annotation is int and bounds.keys() == {"ge", "le"} and bounds["le"] < INT_MAX:
        return f"whole number, {bounds['ge']} to {bounds['le']}"
    return {int: "whole number", bool: "true or false", str: "text"}[annotation]


def named_types() -> list[tuple[str, str]]:
    """Give the patterns of ledger/field.py with the word for each."""
    from ledger import field
    from ledger.rules import local_time
    from ledger.streams import candidate_file, fee, figure, nominated

    words = {
        "Id": "id",
        "StreamId": "stream",
        "Time": "moment",
        "Hash": "hash",
        "Digest": "digest",
        "Blind": "blind",
        "Ratio": "fraction",
        "Marks": "marks",
    }
    found = [(field.__dict__[name].__metadata__[0].pattern, word) for name, word in words.items()]
    places: dict[Any, str] = {
        local_time.Local: "local time",
        local_time.Zone: "time zone",
        local_time.Offset: "offset",
        fee.Currency: "currency",
        nominated.Day: "day",
        candidate_file.Language: "language",
    }
    found += [(kind.__metadata__[0].pattern, word) for kind, word in places.items()]
    return [*found, (figure.Decimal.__metadata__[0].pattern, "decimal")]


def types_table() -> str:
    """List the named types with their patterns."""
    lines = ["| type | written as |", "|---|---|"]
    lines += [f"| {word} | `{pattern.replace('|', chr(92) + '|')}` |" for pattern, word in named_types()]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Describe every command, grouped by kind of stream, with its refusals in their fixed order."""
    from cli.parse import HIDDEN
    from ledger.decision import DECISIONS

    parts = [WRITTEN, "# Commands\n"]
    parts.append(
        "The same fields serve `pollbook record VERB --field value`, a JSON line of `pollbook apply` and a row of"
    )
    parts.append("`pollbook import VERB`. Refusals are listed in the order in which they are looked for.\n")
    groups = sorted({entry.command.group for entry in DECISIONS.values()})
    for group in groups:
        if all(verb in HIDDEN for verb, entry in DECISIONS.items() if entry.command.group == group):
            continue
        parts.append(f"## {group}\n")
        for verb, entry in sorted(DECISIONS.items()):
            if entry.command.group == group and verb not in HIDDEN:
                parts.append(f"### `{verb}`\n\n{inspect.getdoc(entry.command)}\n")
                parts.append(fields_table(entry.command, list(entry.command.model_fields)))
                refusals = CODE.findall(raises_of(entry.decide.__doc__ or ""))
                parts.append("Refusals: " + (", ".join(f"`{code}`" for code in refusals) or "none") + ".\n")
    return "\n".join(parts)


def raises_of(doc: str) -> str:
    """Give the Raises part of a docstring."""
    return doc.partition("Raises:")[2]


def modules() -> Iterator[Path]:
    """List the product's modules."""
    for package in ("ledger", "projections", "cli"):
        yield from sorted((ROOT / package).rglob("*.py"))


def error_codes() -> dict[str, tuple[set[str], str]]:
    """Find every code: its kinds, and the remedy where one is fixed."""
    from ledger.rules.ruling_remedies import REMEDIES

    found: dict[str, tuple[set[str], str]] = {}
    for path in modules():
        tree = ast.parse(path.read_text("utf-8"))
        named = remedies(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    note(found, first.value, KINDS[node.func.id], remedy_of(node, named))  # type: ignore[attr-defined]
            doc = ast.get_docstring(node) if isinstance(node, ast.FunctionDef | ast.ClassDef) else None
            for kind, codes in re.findall(
                r"(RefusedError|UsageError|EvidenceError): ([^\n]*(?:\n\s+[^\n]*)*)", doc or ""
            ):
                for code in CODE.findall(codes.split("Error:")[0]):
                    note(found, code, KINDS[kind], "")
    for code, remedy in REMEDIES.items():
        note(found, code, KINDS["refused"], remedy.format_map(PLACES))
    for code in finding_codes():
        note(found, code, FINDING, "")
    return found


def finding_codes() -> Iterator[str]:
    """Find every code of the checks of `pollbook verify`: their modules have no other texts that look like one."""
    for path in sorted((ROOT / "projections" / "verify").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and FINDING_CODE.fullmatch(node.value):
                yield node.value


def checks_page() -> str:
    """List the checks of `pollbook verify`."""
    from projections.verify.finding import CHECKS

    parts = [WRITTEN, "# Checks\n", "What `pollbook verify` checks. It stops at nothing and reports every finding."]
    parts.append("The id of a finding is `<check>:<code>:<position>`, without a position where no event is at fault,")
    parts.append("and is the same for the same fault each time; codes are in [errors](errors.md).\n")
    parts.append("| check | category | what holds |\n|---|---|---|")
    parts += [f"| `{number}` | {category} | {what} |" for number, (category, what) in CHECKS.items()]
    return "\n".join(parts) + "\n"


def note(found: dict[str, tuple[set[str], str]], code: str, kind: str, remedy: str) -> None:
    """Enter a code."""
    kinds, known = found.get(code, (set(), ""))
    found[code] = (kinds | {kind}, known or remedy)


def remedy_of(call: ast.Call, named: dict[int, str]) -> str:
    """Give the remedy that a call names in plain words; `named`: line -> what `remedy` is set to there."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "remedy"]
    given += call.args[REMEDY : REMEDY + 1]
    if given and isinstance(given[0], ast.Constant):
        return str(given[0].value)
    if given and isinstance(given[0], ast.Name):
        return named[max((line for line in named if line < call.lineno), default=0)]
    return ""


def remedies(tree: ast.Module) -> dict[int, str]:
    """Find where a module sets `remedy` to plain words; to anything else is nothing."""
    found = {0: ""}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "remedy":
            found[node.lineno] = str(node.value.value) if isinstance(node.value, ast.Constant) else ""
    return found


def errors_page() -> str:
    """List every code."""
    parts = [WRITTEN, "# Errors\n"]
    parts.append("One line each: `<code>: <what, with ids>: expected <x>, found <y>. <remedy>.`\n")
    parts.append(
        "*Refused* (exit 1): a rule said no and nothing was written. *Usage* (exit 2): the call's words are off."
    )
    parts.append("*Evidence* (exit 3): what is stored is not what was written; stop and keep the file.")
    parts.append("*Finding* (exit 3): one of the things that `pollbook verify` found; see [checks](checks.md).\n")
    parts.append("Where several codes apply, a command reports the first in the order of docs/reference/commands.md.\n")
    parts.append("| code | kind | remedy |\n|---|---|---|")
    for code, (kinds, remedy) in sorted(error_codes().items()):
        parts.append(f"| `{code}` | {'; '.join(sorted(kinds))} | {remedy.replace('|', chr(92) + '|')} |")
    return "\n".join(parts) + "\n"


def help_of(*words: str) -> str:
    """Give the help of a verb as a terminal of 80 columns shows it."""
    from cli.main import app

    kept = dict(os.environ)
    out = io.StringIO()
    try:
        os.environ.update(COLUMNS="80", TERM="dumb", NO_COLOR="1")
        with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
            app(args=[*words, "--help"], prog_name="pollbook")
    finally:
        os.environ.clear()
        os.environ.update(kept)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines())


def rules_page() -> str:
    """Fill the tables of fields into the page on count rules, whose prose is written by hand.

    Raises:
        ValueError: a rule without a table, or without an example of it that holds.
    """
    from pydantic import TypeAdapter

    from ledger.rules import alternative, crosses, parts, transferable
    from ledger.rules.count_rule import AnyCountRule, CountRule

    models = vars(parts) | vars(alternative) | vars(crosses) | vars(transferable)

    def table(match: re.Match[str]) -> str:
        start, name, beside, end = match.groups()
        known = set(models[beside].model_fields) if beside else set()
        own = sorted(set(models[name].model_fields) - known, key=lambda field: (field != "version", field))
        return start + fields_table(models[name], own) + end

    page = (REFERENCE / "rules.md").read_text("utf-8")
    tables = {match[2] for match in RULE_TABLE.finditer(page)}
    examples = {type(TypeAdapter(CountRule).validate_json(text)).__name__ for text in RULE_EXAMPLE.findall(page)}
    missing = {kind.__name__ for kind in get_args(AnyCountRule)} - (tables & examples)
    missing |= {match[3] for match in RULE_TABLE.finditer(page) if match[3]} - tables
    if missing:
        raise ValueError(f"rules.md: no table of fields, or no example, of {', '.join(sorted(missing))}")
    return RULE_TABLE.sub(table, page)


def cli_page() -> str:
    """Paste the help of every verb."""
    from cli.main import app
    from cli.parse import verbs

    parts = [WRITTEN, "# Command line\n", "```text", help_of(), "```\n"]
    for command in app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        parts += [f"## `pollbook {name}`\n", "```text", help_of(name), "```\n"]
    for group in app.registered_groups:
        name = str(group.typer_instance.info.name)  # type: ignore[union-attr]
        parts += [f"## `pollbook {name}`\n", "```text", help_of(name), "```\n"]
        for command in group.typer_instance.registered_commands:  # type: ignore[union-attr]
            words = (name, str(command.name))
            parts += [f"## `pollbook {' '.join(words)}`\n", "```text", help_of(*words), "```\n"]
    for verb in sorted(verbs()):
        parts += [f"## `pollbook record {verb}`\n", "```text", help_of("record", verb), "```\n"]
    return "\n".join(parts)


PAGES = {
    "events.md": events_page,
    "commands.md": commands_page,
    "errors.md": errors_page,
    "checks.md": checks_page,
    "cli.md": cli_page,
    "rules.md": rules_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
