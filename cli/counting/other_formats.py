"""Papers in the formats of other programs: `pollbook import read-papers FILE --format F`, and `pollbook export`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cli.apply import Given, carry_out
from cli.import_csv import constants_of, filled
from cli.look import counted_at, moment_from
from cli.office import opened
from cli.parse import Where, actor_value, command_class, command_from, on_the_command_line
from cli.place import Place
from cli.screen import say
from cli.source import Read, os_errors
from ledger.decision import fold
from ledger.errors import RefusedError, UsageError, nearest
from ledger.streams.contest import contest_stream, require_contest
from projections.formats.forms import READABLE, WRITABLE, Written
from projections.formats.paper_file import Roll
from projections.formats.preflib import KINDS

VERB = "read-papers"
PAGE = 1 << 16  # bytes read at a time
CHOICES = {"kind": KINDS, "overvotes": ("refuse", "gap", "everybody")}  # of options that are words
COLUMNS_MAX = 10_000


def import_papers(
    place: Place,
    verb: str,
    file: Path,
    form: str,
    settings: Sequence[str],
    candidates: Sequence[str],
    options: Sequence[str],
    actor: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Record the papers of a file in a format, as one batch.

    Raises:
        UsageError: `unknown-format`, `unknown-option`, `unknown-verb`, ...
        RefusedError: what the format's reader, and what the command raise.
    """
    with on_the_command_line():
        kind = command_class(verb, Where("pollbook import"))
        if verb != VERB:
            raise _unfit("unknown-verb", "--format", f"the verb {VERB}", verb, "Leave out --format for rows of CSV")
        constants = filled(constants_of(kind, settings))
        given_options = _options(form, options)
        mapped = _pairs(candidates, "--candidate")
        if mapped and not READABLE[form].named:
            raise _unfit("unknown-option", "--candidate", f"none, for {form} has ids", candidates[0], "Leave it out")
        who = actor_value(actor, "--as")

    def giving(read: Read) -> Iterator[Given]:
        found = READABLE[form].reader(_pages(file, read), file.name, _roll(place, constants, mapped), **given_options)
        records, lines = found.records(), list(found.lines.values())
        where = Where(file.name, "papers", lines if all(lines) else ())
        if records:
            yield Given(where, command_from(kind, {**constants, "papers": records}, where), who)

    carry_out(place, giving, file, dry_run=dry_run, as_json=as_json)


def export_papers(
    place: Place, contest: str, form: str, section: str, out: Path | None, as_of: str | None, known_at: str | None
) -> None:
    """Write the papers of a contest, of one section or of all, in a format.

    Raises:
        UsageError: `unknown-format`; RefusedError: `unknown-section`, `format-cannot-express`, ...
    """
    if form not in WRITABLE:
        raise _unfit("unknown-format", "--format", ", ".join(WRITABLE), form + nearest(form, WRITABLE), "Choose one")
    counted, _ = counted_at(place, contest, moment_from(as_of, known_at))
    sections = counted.table.sections
    if section and section not in sections:
        raise RefusedError(
            "unknown-section",
            f"contest {contest}",
            expected="one of " + ", ".join(sections),
            found=section + nearest(section, sections),
            remedy="Correct the section",
        )
    papers: dict[str, int] = {}
    for name in [section] if section else sections:
        for marks, count in counted.profile.papers.get(name, {}).items():
            papers[marks] = papers.get(marks, 0) + count
    standing = [(candidate.id, candidate.name) for candidate in counted.contest.candidates]
    title = counted.contest.office + (f", {section}" if section else "")
    text = WRITABLE[form](Written(standing, papers, counted.contest.seats, title))
    if out is None:
        say(text.rstrip("\n"))
        return
    with os_errors(out):
        out.write_text(text, "utf-8")
    say(f"wrote {out}: {sum(papers.values())} papers")


def _pages(file: Path, read: Read) -> Iterator[bytes]:
    with os_errors(file), file.open("rb") as stream:
        for page in iter(partial(stream.read, PAGE), b""):
            read(len(page))
            yield page


def _roll(place: Place, constants: dict[str, Any], mapped: dict[str, str]) -> Roll:
    """Give the candidates of the contest that is set."""
    contest = contest_stream(str(constants.get("contest", "none")))
    with opened(place) as ledger:
        contest = fold(contest, (event for _, event in ledger.stream(contest.stream)))
    definition = require_contest(contest)
    return Roll.of([(candidate.id, candidate.name) for candidate in definition.candidates], mapped, definition.seats)


def _options(form: str, options: Sequence[str]) -> dict[str, Any]:
    if form not in READABLE:
        stranger = form + nearest(form, READABLE) if form else "none, beside --candidate or --option"
        raise _unfit("unknown-format", "--format", ", ".join(READABLE), stranger, "Choose one")
    known = READABLE[form].options
    found: dict[str, Any] = {}
    for name, value in _pairs(options, "--option").items():
        if name not in known:
            listed = ", ".join(sorted(known)) or f"no option of {form}"
            raise _unfit("unknown-option", "--option", listed, name + nearest(name, known), "Correct the option")
        if name in CHOICES and value not in CHOICES[name]:
            listed = " or ".join(CHOICES[name])
            raise _unfit("bad-field", f"--option {name}", listed, value + nearest(value, CHOICES[name]), "Choose one")
        found[name] = value
        if name == "first_column":
            number = int(value) if value.isascii() and value.isdigit() and len(value) < len(str(COLUMNS_MAX)) else 0
            if not number:
                raise _unfit("bad-field", f"--option {name}", "a number of a column, from 1", value, "Correct it")
            found[name] = number
    return found


def _pairs(words: Sequence[str], option: str) -> dict[str, str]:
    """Read NAME=VALUE, each name once; a candidate's name may hold a `=`, and so may the value of another option."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.rpartition("=") if option == "--candidate" else word.partition("=")
        if not equals or not name or not value:
            raise _unfit("bad-field", option, "NAME=VALUE", repr(word), "Correct the option")
        if name in found:
            raise _unfit("named-twice", option, "each name once", f"{name!r} again", "Leave one out")
        found[name] = value
    return found


def _unfit(code: str, where: str, expected: str, found: str, remedy: str) -> UsageError:
    return UsageError(code, where, expected=expected, found=found, remedy=remedy)
