"""The working place of a command: the ledger, its vault and keys, its views, clock and randomness."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.place import Place
from cli.screen import progress
from cli.seal.key import forget_keys, ledger_state_folder, read_master_key, write_master_key
from cli.seal.signer import signer_in
from cli.source import os_errors
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.field import time_text
from ledger.leaf import Draw
from ledger.powers.authority import Sign
from ledger.privacy.sqlite_vault import VAULT_FILE, SQLiteVaultStore
from ledger.privacy.vault import KEY_BYTES, Vault, VaultStore
from ledger.progress import Progress
from ledger.rehearsal import Rehearsal
from ledger.seal.checkpoint import parse_checkpoint
from ledger.seal.keys import KEY_SIZE
from ledger.seal.sealer import LAST_SIGNED, check_continues, make_log_key, read_note
from ledger.storage.recorder import default_origin
from ledger.storage.store import (
    BEGINS,
    FOUNDING,
    LEDGER_FILE,
    Ledger,
    make_ledger,
    make_postgres_ledger,
    open_ledger,
    open_postgres_ledger,
)
from projections.catch_up import VIEWS_FILE, Views
from projections.counting import LedgerFigures, open_views

POSTGRES_SCHEMA = "pollbook"
COMPANIONS = ("", "-wal", "-shm")  # SQLite's files beside a database


def system_clock() -> str:
    """Give the present moment as events write it."""
    return time_text(datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Chance:
    """Where a command gets the time and randomness from."""

    clock: Callable[[], str] = system_clock
    draw: Draw = secrets.token_bytes


@contextmanager
def opened(place: Place) -> Iterator[Ledger]:
    """Open the ledger for reading."""
    url = place.url
    with open_postgres_ledger(url, POSTGRES_SCHEMA) if url else open_ledger(place.folder) as ledger:
        yield ledger


@contextmanager
def viewed(place: Place, *, anew: bool = False) -> Iterator[tuple[Ledger, Views]]:
    """Open the ledger with its views, emptied if they are to be built anew."""
    with opened(place) as ledger:
        views = _views_of(place, ledger, anew=anew)
        try:
            yield ledger, views
        finally:
            views.close()


def _views_of(place: Place, ledger: Ledger, *, anew: bool) -> Views:
    """Open the views: beside a folder's ledger, with the keys of a PostgreSQL one, else in memory."""
    folder = ledger_state_folder(ledger.ledger_id) if place.url else place.folder
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return open_views(None)
    try:
        views = open_views(folder)
        if anew:
            views.close()
            with os_errors(folder / VIEWS_FILE):
                _remove(folder / VIEWS_FILE)  # whole: nothing that somebody put into it is to outlive it
            views = open_views(folder)
    except RefusedError as refused:
        if not anew or refused.code != "views-damaged":
            raise
        with os_errors(folder / VIEWS_FILE):
            _remove(folder / VIEWS_FILE)
        views = open_views(folder)
    return views


@contextmanager
def desk_at(place: Place, chance: Chance | None = None, *, dry_run: bool = False) -> Iterator[Desk]:
    """Open a desk: the ledger for writing, and what belongs to it; or the rehearsal of one."""
    chance = chance or place.chance or Chance()
    signer = signer_in(place.keys)
    if dry_run:
        with opened(place) as ledger, _rehearsed(ledger, read_master_key(ledger.ledger_id), chance, signer) as desk:
            yield desk
        return
    with opened(place) as ledger:
        require_continues(ledger)
        vault = vault_of(place, ledger, chance.draw)
        try:
            yield Desk(ledger, vault, LedgerFigures(ledger, _reading), chance.clock, chance.draw, signer)
        finally:
            vault.close()


def require_continues(ledger: Ledger) -> None:
    """Refuse to record behind a ledger that is not the one signed last here: what came after it would be lost twice.

    Raises:
        EvidenceError: `rolled-back`, `contradicts-signed`, before anything is written.
    """
    path = ledger_state_folder(ledger.ledger_id) / LAST_SIGNED
    if path.is_file():
        check_continues(parse_checkpoint(read_note(path).text), ledger.tiles())


@contextmanager
def _rehearsed(ledger: Ledger, master: bytes, chance: Chance, signer: Sign) -> Iterator[Desk]:
    with TemporaryDirectory() as scratch, make_ledger(Path(scratch), ledger.ledger_id) as overlay:
        rehearsal = Rehearsal(ledger, overlay)
        vault = Vault(SQLiteVaultStore(Path(scratch) / VAULT_FILE), master, chance.draw)
        try:
            yield Desk(rehearsal, vault, LedgerFigures(rehearsal, _reading), chance.clock, chance.draw, signer)
        finally:
            vault.close()


def vault_of(place: Place, ledger: Ledger, draw: Draw | None = None) -> Vault:
    """Open the ledger's vault; close it when done."""
    draw = draw or (place.chance or Chance()).draw
    vault = Vault(_vault_store(place), read_master_key(ledger.ledger_id), draw)
    vault.index.shown = _indexing
    return vault


@contextmanager
def _reading(total: int) -> Iterator[Progress]:
    with progress("reading the record", total) as bar:
        yield bar.by


@contextmanager
def _indexing(total: int) -> Iterator[Progress]:
    with progress("indexing names", total) as bar:
        yield bar.by


def _vault_store(place: Place) -> VaultStore:
    url = place.url
    if url:
        from ledger.privacy.postgres_vault import PostgresVaultStore

        return PostgresVaultStore(url, POSTGRES_SCHEMA + "_vault")
    return SQLiteVaultStore(place.folder / VAULT_FILE)


def make(place: Place, chance: Chance | None = None, origin: str = "", *, founded: bool = False) -> Ledger:
    """Make a ledger, and its keys outside the ledger folder: the vault's master key, and the log's signing key.

    The keys come first: a key without a ledger is of no harm, a ledger without its keys of no use. What
    cannot be made in full leaves nothing behind. Id and signing key are random whatever the chance.

    Args:
        origin: name of the log in checkpoints; `pollbook.local/<ledger id>` if left out.
        founded: whether its first event has to be the founding.
    """
    ledger_id = secrets.token_hex(16)
    try:
        write_master_key(ledger_id, (chance or Chance()).draw(KEY_BYTES))
        make_log_key(ledger_state_folder(ledger_id), origin or default_origin(ledger_id), secrets.token_bytes(KEY_SIZE))
        url = place.url
        made = make_postgres_ledger(url, POSTGRES_SCHEMA, ledger_id) if url else _make_in(place.folder, ledger_id)
        if origin:
            made.rows.put_meta("origin", origin)
        if founded:
            made.rows.put_meta(BEGINS, FOUNDING)
    except BaseException:
        forget_keys(ledger_id)
        raise
    return made


def _make_in(folder: Path, ledger_id: str) -> Ledger:
    file = folder / LEDGER_FILE
    with os_errors(folder):
        was_there, had_ledger = folder.exists(), file.exists()
        folder.mkdir(parents=True, exist_ok=True)
    try:
        return make_ledger(folder, ledger_id)
    except BaseException as error:
        if not had_ledger and getattr(error, "code", "") != "ledger-exists":
            with suppress(OSError):  # what kept the ledger from being made is what the user must hear
                _remove(file)
                if not was_there:
                    folder.rmdir()
        raise


def _remove(database: Path) -> None:
    for companion in COMPANIONS:
        database.with_name(database.name + companion).unlink(missing_ok=True)
