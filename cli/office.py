"""The working place of a command: the ledger, its vault and keys, its views, clock and randomness."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.desk import Desk
from ledger.errors import RefusedError, UsageError
from ledger.field import time_text
from ledger.leaf import Draw
from ledger.rehearsal import Rehearsal
from ledger.sqlite_vault import VAULT_FILE, SQLiteVaultStore
from ledger.store import Ledger, Record, clear_errors, make_ledger, open_ledger
from ledger.vault import KEY_BYTES, Vault, VaultStore
from projections.catch_up import Views
from projections.counting import LedgerFigures, open_views

KEY_FILE = "master.key"
KEY_FILE_BYTES_MAX = 200
POSTGRES_SCHEMA = "pollbook"

Place = tuple[Path, Path | None]  # ledger folder, file with a PostgreSQL URL


def system_clock() -> str:
    """Give the present moment as events write it."""
    return time_text(datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Chance:
    """Where a command gets the time and randomness from."""

    clock: Callable[[], str] = system_clock
    draw: Draw = secrets.token_bytes


def postgres_url(file: Path | None) -> str | None:
    """Give the URL of a PostgreSQL ledger from the environment or a file, if there is one."""
    if file is None:
        return os.environ.get("POLLBOOK_POSTGRES") or None
    with clear_errors(file):
        return file.read_text("utf-8").strip()


@contextmanager
def opened(place: Place) -> Iterator[Ledger]:
    """Open the ledger for reading."""
    folder, file = place
    url = postgres_url(file)
    if url:
        from ledger.store import open_postgres_ledger

        ledger = open_postgres_ledger(url, POSTGRES_SCHEMA)
    else:
        ledger = open_ledger(folder)
    with ledger:
        yield ledger


@contextmanager
def viewed(place: Place) -> Iterator[tuple[Ledger, Views]]:
    """Open the ledger with its views; in a folder that cannot be written the views are in memory."""
    folder = place[0]
    with opened(place) as ledger:
        writable = folder.is_dir() and os.access(folder, os.W_OK)
        views = open_views(folder if writable else None)
        try:
            yield ledger, views
        finally:
            views.close()


@contextmanager
def desk_at(place: Place, chance: Chance | None = None, *, dry_run: bool = False) -> Iterator[Desk]:
    """Open a desk: the ledger for writing, and what belongs to it; or the rehearsal of one."""
    chance = chance or Chance()
    with viewed(place) as (ledger, views):
        master = read_master_key(ledger.ledger_id)
        if dry_run:
            with _rehearsed(ledger, master, chance) as desk:
                yield desk
            return
        vault = Vault(_vault_store(place), master, chance.draw)
        try:
            yield Desk(ledger, vault, LedgerFigures(ledger, views), chance.clock, chance.draw)
        finally:
            vault.close()


@contextmanager
def _rehearsed(ledger: Ledger, master: bytes, chance: Chance) -> Iterator[Desk]:
    with TemporaryDirectory() as scratch, make_ledger(Path(scratch), ledger.ledger_id) as overlay:
        rehearsal: Record = Rehearsal(ledger, overlay)
        views = open_views(None)
        vault = Vault(SQLiteVaultStore(Path(scratch) / VAULT_FILE), master, chance.draw)
        try:
            yield Desk(rehearsal, vault, LedgerFigures(rehearsal, views), chance.clock, chance.draw)
        finally:
            vault.close()
            views.close()


def _vault_store(place: Place) -> VaultStore:
    url = postgres_url(place[1])
    if url:
        from ledger.postgres_vault import PostgresVaultStore

        return PostgresVaultStore(url, POSTGRES_SCHEMA + "_vault")
    return SQLiteVaultStore(place[0] / VAULT_FILE)


def make(place: Place, chance: Chance | None = None, *, known_key: bool = False) -> Ledger:
    """Make a ledger, and its master key outside the ledger folder; a demo's key may be there already."""
    draw = (chance or Chance()).draw
    ledger_id = draw(16).hex()
    folder, file = place
    url = postgres_url(file)
    if url:
        from ledger.store import make_postgres_ledger

        ledger = make_postgres_ledger(url, POSTGRES_SCHEMA, ledger_id)
    else:
        ledger = make_ledger(folder, ledger_id)
    key = draw(KEY_BYTES)
    if not (known_key and (state_folder() / ledger_id / KEY_FILE).exists()):
        _write_master_key(ledger_id, key)
    return ledger


def state_folder() -> Path:
    """Give the folder outside every ledger where keys are kept (POLLBOOK_STATE, or the user's state folder)."""
    chosen = os.environ.get("POLLBOOK_STATE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "pollbook"


def read_master_key(ledger_id: str) -> bytes:
    """Read the vault's master key.

    Raises:
        RefusedError: `vault-key-missing`, `vault-key-exposed`, `vault-key-malformed`.
    """
    path = state_folder() / ledger_id / KEY_FILE
    if not path.is_file():
        raise RefusedError(
            "vault-key-missing",
            f"ledger {ledger_id}",
            expected=f"the vault's master key at {path}",
            found="no file",
            remedy="Put the key there from its backup; reading and counting work without it",
        )
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RefusedError(
            "vault-key-exposed",
            str(path),
            expected="mode 0600",
            found=oct(path.stat().st_mode & 0o777),
            remedy=f"Decide who may have read it, then: chmod 600 {path}",
        )
    with clear_errors(path):
        text = path.read_bytes()[:KEY_FILE_BYTES_MAX].strip()
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise RefusedError(
            "vault-key-malformed",
            str(path),
            expected=f"{KEY_BYTES * 2} hexadecimal digits",
            found=f"{len(text)} bytes",
            remedy="Put the key back from its backup",
        )
    return key


def _write_master_key(ledger_id: str, key: bytes) -> None:
    folder = state_folder() / ledger_id
    with clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")


def require_actor(actor: str) -> str:
    """Refuse to record for nobody."""
    from pydantic import TypeAdapter, ValidationError

    from ledger.field import Id

    if not actor:
        raise UsageError(
            "actor-missing",
            "the command",
            expected="who records, as --as ACTOR or POLLBOOK_ACTOR",
            found="nobody",
            remedy="For example: --as returning-officer",
        )
    try:
        return TypeAdapter(Id).validate_python(actor)
    except ValidationError:
        raise UsageError(
            "actor-malformed",
            "--as",
            expected="an office: small letters, digits and hyphens",
            found=repr(actor),
            remedy="For example: --as returning-officer",
        ) from None
