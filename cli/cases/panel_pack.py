"""`pollbook panel-pack OUT ELECTION`: rulings and appeals as a folder of pages."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from cli.cases.appeals import docket_in
from cli.cases.case import texts_for
from cli.cases.deadlines import deadlines_in
from cli.cases.overseeing import Overseen
from cli.office import system_clock, viewed
from cli.place import Place
from cli.privacy.access import log_opening
from cli.screen import progress, say, say_json, say_wrapped
from cli.seal.key import key_path
from cli.seal.publishing import check_outside
from cli.seal.sealing import latest_note, seal_up
from ledger.errors import UsageError, nearest
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.note import parse_note
from ledger.seal.sealer import check_continues
from ledger.storage.store import Ledger
from projections.applications.projection import ApplicationProjection
from projections.cases.audience import Reader, reads_vault
from projections.catch_up import PastViews, Views
from projections.moment import Moment
from projections.oversight.editions import Edition, edition_of, of_edition
from projections.oversight.folding import OversightProjection
from projections.oversight.lateness import calendar_of
from projections.oversight.panels import panel_records, who_sat
from projections.oversight.places import Places
from projections.oversight.reading import read_oversight
from projections.panel_pack.manifest import FORMAT, SUMS, About, digest_of
from projections.panel_pack.pack import Source, files_of_pack
from projections.papers.projection import PaperProjection
from projections.publish.folder import new_folder
from projections.roll.entries import RollProjection
from projections.roll.reading import point_of
from projections.story.words import counted

AUDIENCES: tuple[Reader, ...] = ("public", "panel", "reviewer", "scrutineer")
OWN_FILE, OWN_FOLDER, READABLE_FILE, READABLE_FOLDER = 0o600, 0o700, 0o644, 0o755


def write_panel_pack(
    place: Place, out: Path, election: str, audience: str, why: tuple[str, str], *, as_json: bool
) -> None:
    """Write a pack as of the latest checkpoint, and say what is in it.

    Args:
        why: for what private texts are opened, and by whom.

    Raises:
        UsageError: `unknown-audience`, `purpose-required`.
        RefusedError: `folder-inside-ledger`, `folder-exists`, `no-cases`, `no-checkpoint`, `not-published`.
    """
    readers = _audience(audience)
    check_outside(place, out)
    with viewed(place) as (ledger, views), new_folder(out) as folder:
        cases = _cases_of(ledger, views, election)
        edition = edition_of(ledger, election) if readers == "public" else None
        with_texts = opens_vault(ledger, readers)
        if with_texts:
            log_opening(place, "panel-pack", cases, *why)
        seal_up(place, ledger)
        note = latest_note(place, ledger)
        checkpoint = parse_checkpoint(parse_note(note).text)
        check_continues(checkpoint, ledger.tiles())
        about = _about(checkpoint, election, readers, edition, texts=with_texts)
        with source_of(place, ledger, views, about, note, texts=with_texts) as source:
            _write(folder, source)
    digest = digest_of(out / SUMS)
    rows = source.oversight
    if as_json:
        say_json({**about.model_dump(), "cases": len(rows.cases), "rulings": len(rows.rulings), "sha256": digest})
        return
    what = f"{counted(len(rows.cases), 'case')} and {counted(len(rows.rulings), 'ruling')}"
    what = "numbers" if readers == "public" else what
    say(f"wrote {out}: {what} for the {readers}")
    say_wrapped(f"Open {out / 'index.html'} in a browser")
    say(f"SHA-256 of {SUMS}:\n{digest}")
    say_wrapped(f"Say that by another way than you send the pack. Check it with: pollbook verify --pack {out}")


def _audience(word: str) -> Reader:
    """Give an audience by its word; a person gets their own case, not everybody's."""
    for each in AUDIENCES:
        if each == word:
            return each
    found = f"{word}{nearest(word, AUDIENCES)}"
    remedy = "Choose one of them; for the person that a case is about: pollbook case ID --audience subject"
    raise UsageError("unknown-audience", "--audience", expected=", ".join(AUDIENCES), found=found, remedy=remedy)


def opens_vault(ledger: Ledger, readers: Reader) -> bool:
    """Whether private texts are shown: they are for these readers, and the vault's key is here."""
    return reads_vault(readers) and key_path(ledger.ledger_id).is_file()


def program_version() -> str:
    """Give the version of this program."""
    return version("pollbook")


def _cases_of(ledger: Ledger, views: Views, election: str) -> int:
    """Say how many cases are about to be opened."""
    with progress("reading", ledger.head().size - views.next_position) as bar:
        views.catch_up(ledger, progress=bar.by)
    return len(read_oversight(views.database, election).cases)


def _about(checkpoint: Checkpoint, election: str, readers: Reader, edition: Edition | None, *, texts: bool) -> About:
    return About(
        at=system_clock(),
        audience=readers,
        election=election,
        first=edition.first if edition else 0,
        format=FORMAT,
        last=edition.last if edition else checkpoint.size - 1,
        origin=checkpoint.origin,
        program=program_version(),
        root=checkpoint.root.hex(),
        size=checkpoint.size,
        texts=texts,
    )


@contextmanager
def source_of(
    place: Place, ledger: Ledger, views: Views | None, about: About, note: bytes, *, texts: bool
) -> Iterator[Source]:
    """Open what a pack is made from, as of the last event of it; later ones are left out.

    Args:
        views: that know the checkpoint and nothing later; None to read every event anew.
        texts: whether to open the vault.

    Raises:
        RefusedError: `no-cases`.
    """
    moment = Moment(known_at_position=about.last)
    with _tables(ledger, views, moment) as database:
        places = Places(database, point_of(ledger, moment))
        found = read_oversight(database, about.election, places)
        seen = Overseen(ledger, found, moment, about.at, about.last, database, places)
        calendar = calendar_of(ledger, about.election, moment, about.at)
        shown = found
        if about.audience == "public":
            edition = Edition(1, about.first, about.last)
            shown = replace(found, rulings=tuple(of_edition(ledger, found.rulings, edition)))
        with texts_for(place, ledger, about.audience) if texts else nullcontext() as read:
            yield Source(
                ledger=ledger,
                oversight=shown,
                docket=docket_in(seen).lines,
                waiting=deadlines_in(seen, calendar).waiting(),
                panels=panel_records(found, who_sat(ledger, found, moment)),
                calendar=calendar,
                about=about,
                note=note,
                read=read,
            )


@contextmanager
def _tables(ledger: Ledger, views: Views | None, moment: Moment) -> Iterator[sqlite3.Connection]:
    """Give tables as of a checkpoint: the views, or all that the record had by then, read anew."""
    size = ledger.head().size
    if views is not None and moment.known_at_position == size - 1:
        with progress("reading", size - views.next_position) as bar:
            views.catch_up(ledger, progress=bar.by)
        yield views.database
        return
    past = PastViews(moment, [OversightProjection(), PaperProjection(), RollProjection(), ApplicationProjection()])
    try:
        with progress("reading the past", size) as bar:
            past.catch_up(ledger, progress=bar.by)
        yield past.database
    finally:
        past.close()


def _write(folder: Path, source: Source) -> None:
    """Write the files; what is about single people is for nobody else on this machine to read."""
    everybody = source.about.audience == "public"
    file_mode, folder_mode = (READABLE_FILE, READABLE_FOLDER) if everybody else (OWN_FILE, OWN_FOLDER)
    folder.chmod(folder_mode)
    with progress("writing", len(source.oversight.cases)) as bar:
        for path, data in files_of_pack(source, bar.by):
            file = folder / path
            file.parent.mkdir(mode=folder_mode, exist_ok=True)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file_mode), "wb") as opened_file:
                opened_file.write(data)
