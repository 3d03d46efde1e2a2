"""`pollbook case ID`: one case, for one audience, on the screen or in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast

from cli.look import moment_from, require_known
from cli.office import opened, system_clock, vault_of
from cli.place import Place
from cli.privacy.access import log_opening
from cli.screen import WIDTH, say
from cli.seal.key import key_path
from cli.source import os_errors
from ledger.errors import UsageError, nearest
from ledger.storage.store import Ledger
from projections.cases.audience import READERS, Reader, TextReader, reads_vault
from projections.cases.file import read_case_file
from projections.cases.html import html_of_page
from projections.cases.page import Page, case_page
from projections.cases.text import markdown_of_page, text_of_page
from projections.moment import Moment

FORMATS = ("text", "md", "html", "json")
OWN, READABLE = 0o600, 0o644  # of a file about one person, and of one that is for everybody


class Wanted(NamedTuple):
    """How a case is to be shown: in which form, to whom, read from which ruling, in which file if in any."""

    form: str = "text"
    audience: str = "scrutineer"
    ruling: int | None = None
    out: Path | None = None
    purpose: str = ""
    actor: str = ""


def show_case(place: Place, case: str, wanted: Wanted, as_of: str | None, known_at: str | None) -> None:
    """Show a case to an audience.

    Raises:
        UsageError: `unknown-format`, `unknown-audience`, `bad-moment`, `purpose-required`.
        RefusedError: `unknown-case`, `unknown-ruling`.
    """
    _require("--format", wanted.form, FORMATS, "unknown-format")
    _require("--audience", wanted.audience, READERS, "unknown-audience")
    reader = cast(Reader, wanted.audience)
    moment = moment_from(as_of, known_at)
    with opened(place) as ledger:
        require_known(moment, ledger)
        if _opens(ledger, reader):
            log_opening(place, "case", 1, wanted.purpose, wanted.actor)
        file = read_case_file(ledger, case, moment, wanted.ruling)
        at = _reader_at(ledger, moment)
        with texts_for(place, ledger, reader) as read:
            page = case_page(file, reader, at, read)
    text = _written(page, wanted.form)
    if wanted.out is None:
        say(text.removesuffix("\n"))
        return
    mode = READABLE if reader == "public" else OWN
    with (
        os_errors(wanted.out),
        os.fdopen(os.open(wanted.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as out,
    ):
        out.write(text)
    say(f"wrote {wanted.out}")


def _reader_at(ledger: Ledger, moment: Moment) -> str:
    """Give the moment that deadlines are held against: the one that is looked at, else now."""
    if moment.as_of or moment.known_at or moment.known_at_position is None:
        return moment.as_of or moment.known_at or system_clock()
    _, event = next(ledger.scan(moment.known_at_position, moment.known_at_position + 1))
    return event.recorded


def _require(option: str, value: str, known: tuple[str, ...], code: str) -> None:
    if value not in known:
        found = f"{value!r}{nearest(value, known)}"
        raise UsageError(code, option, expected=", ".join(known), found=found, remedy="Correct the option")


def _written(page: Page, form: str) -> str:
    match form:
        case "md":
            return markdown_of_page(page)
        case "html":
            return html_of_page(page)
        case "json":
            return json.dumps(page.plain(), ensure_ascii=False, indent=2) + "\n"
    return text_of_page(page, WIDTH)


def _opens(ledger: Ledger, reader: Reader) -> bool:
    """Whether a reader opens the vault: it holds what is theirs to read, and its key is here."""
    return reads_vault(reader) and key_path(ledger.ledger_id).is_file()


@contextmanager
def texts_for(place: Place, ledger: Ledger, reader: Reader) -> Iterator[TextReader | None]:
    """Open the vault for those who read anything in it, where its key is; None for all others.

    This is the one door through which a case file reaches personal data; who opens it was logged before.
    """
    if not _opens(ledger, reader):
        yield None
        return
    vault = vault_of(place, ledger)
    try:
        yield vault.read
    finally:
        vault.close()
