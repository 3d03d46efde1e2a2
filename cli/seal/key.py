"""The vault's master key: a file outside every ledger folder, readable by its owner alone."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from cli.source import os_errors
from ledger.errors import RefusedError
from ledger.privacy.vault import KEY_BYTES
from ledger.seal.sealer import LOG_KEY

KEY_FILE = "master.key"
KEY_FILE_BYTES_MAX = 200


def state_folder() -> Path:
    """Give the folder outside every ledger where keys are kept (POLLBOOK_STATE, or the user's state folder).

    Raises:
        RefusedError: `no-state-folder`.
    """
    chosen = os.environ.get("POLLBOOK_STATE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_STATE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".local" / "state") / "pollbook"
    except RuntimeError:
        raise RefusedError(
            "no-state-folder",
            "the user's state folder",
            expected="POLLBOOK_STATE, XDG_STATE_HOME or HOME",
            found="none of them",
            remedy="Set POLLBOOK_STATE to a folder for keys",
        ) from None


def ledger_state_folder(ledger_id: str) -> Path:
    """Give the folder where the keys of one ledger are kept."""
    return state_folder() / ledger_id


def key_path(ledger_id: str) -> Path:
    """Give the path of a ledger's master key."""
    return ledger_state_folder(ledger_id) / KEY_FILE


def read_master_key(ledger_id: str) -> bytes:
    """Read the vault's master key.

    Raises:
        RefusedError: `vault-key-missing`, `vault-key-exposed`, `vault-key-malformed`.
    """
    path = key_path(ledger_id)
    with os_errors(path):
        if not path.is_file():
            raise RefusedError(
                "vault-key-missing",
                f"ledger {ledger_id}",
                expected=f"the vault's master key at {path}",
                found="no file",
                remedy="Put the key there from its backup; reading and counting work without it",
            )
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise RefusedError(
                "vault-key-exposed",
                str(path),
                expected="mode 0600",
                found=f"{stat.S_IMODE(mode):04o}",
                remedy=f"Decide who may have read it, then: chmod 600 {path}",
            )
        with path.open("rb") as file:
            text = file.read(KEY_FILE_BYTES_MAX).strip()
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise RefusedError(
            "vault-key-malformed",
            str(path),
            expected=f"{KEY_BYTES * 2} hexadecimal digits",
            found=f"{len(text)} characters",
            remedy="Put the key back from its backup",
        )
    return key


def write_master_key(ledger_id: str, key: bytes) -> None:
    """Write a new ledger's master key; there must be none."""
    path = key_path(ledger_id)
    with os_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")


def forget_keys(ledger_id: str) -> None:
    """Remove the keys of a ledger that could not be made."""
    folder = ledger_state_folder(ledger_id)
    with suppress(OSError):  # what kept the ledger from being made is what the user must hear
        for name in (KEY_FILE, LOG_KEY):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
