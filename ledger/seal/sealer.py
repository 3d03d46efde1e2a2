"""The one sealer of a ledger: extends the tiles to the head, and signs the tree, never two that contradict.

What was signed last is kept outside the ledger folder, beside the key. A ledger that was put back from
a backup, cut, or rewritten contradicts it, and nothing is signed then. The new checkpoint is stored
there before it is written anywhere else, so that no kill can make the sealer forget what it gave away.

Files, in the state folder: `log.key` (the signing key), `last-signed` (the checkpoint signed last),
`sealer.lock`, and `publishing` while a checkpoint is on its way from there to the ledger's folder: it tells a
kill from an old checkpoint put back. In the ledger folder: `checkpoints/latest`, and `checkpoints/<size>` for
those that witnesses cosigned.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import EvidenceError, RefusedError
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.note import NOTE_BYTES_MAX, SignedNote, parse_note, verify_note, write_note
from ledger.seal.tiles import Tiles
from ledger.storage.storage_error import clear_errors
from ledger.storage.store import Ledger

LOG_KEY = "log.key"
LAST_SIGNED = "last-signed"
LOCK = "sealer.lock"
PUBLISHING = "publishing"
LATEST = "latest"
KEY_BYTES_MAX = 1_000
LOCK_TRIES = 300
LOCK_WAIT = 0.1  # seconds between them: another command that seals is waited for, a stuck one is not


class Sealer:
    """Signs the tree of one ledger.

    Args:
        state: folder outside the ledger, with the key; mode 0700.
        checkpoints: folder in the ledger, for everybody to read.
        origin: the log's name, which is the key's.
    """

    def __init__(self, state: Path, checkpoints: Path, origin: str) -> None:
        self._state = state
        self._checkpoints = checkpoints
        self._origin = origin
        self._read_key()

    def _read_key(self) -> SignerKey:
        """Read the key as it is now: another command may have rotated it."""
        signer = read_signer(self._state / LOG_KEY)
        if signer.name != self._origin:
            raise RefusedError(
                "key-of-another-log",
                str(self._state / LOG_KEY),
                expected=f"the key of {self._origin}",
                found=signer.name,
                remedy="Put back the key that belongs to this ledger",
            )
        return signer

    def seal(self, ledger: Ledger, progress: Callable[[int], None] = lambda _: None) -> Checkpoint | None:
        """Extend the tiles to the head and sign the tree; None while the ledger is empty.

        Raises:
            EvidenceError: `rolled-back`, `contradicts-signed`; nothing is signed.
            RefusedError: `second-sealer`: another holds the lock.
        """
        with locked(self._state / LOCK):
            signer = self._read_key()
            last = self._last_signed(signer)
            ledger.seal(progress)
            tiles = ledger.tiles()
            if last is not None:
                check_continues(last, tiles)
                if last.size == tiles.size:
                    self._publish(parse_note((self._state / LAST_SIGNED).read_bytes()))
                    return last
            if tiles.size == 0:
                return None
            checkpoint = Checkpoint(signer.name, tiles.size, tiles.root())
            line = sign_checkpoint(checkpoint, signer)
            note = parse_note(f"{checkpoint.body()}\n{line}".encode())
            with clear_errors(self._state):
                (self._state / PUBLISHING).touch()
            write_durably(self._state / LAST_SIGNED, write_note(note))
            self._publish(note)
            return checkpoint

    def _last_signed(self, signer: SignerKey) -> Checkpoint | None:
        path = self._state / LAST_SIGNED
        if not path.exists():
            return None
        note = read_note(path)
        verify_note(note, [signer.verifier])
        return parse_checkpoint(note.text)

    def _publish(self, note: SignedNote) -> None:
        path = self._checkpoints / LATEST
        if text_of(path) != note.text:  # if it is there, it may carry cosignatures already
            with clear_errors(self._checkpoints):
                self._checkpoints.mkdir(parents=True, exist_ok=True)
            write_durably(path, write_note(note))
        with clear_errors(self._state):
            (self._state / PUBLISHING).unlink(missing_ok=True)


def check_continues(last: Checkpoint, tiles: Tiles) -> None:
    """Check that the tree still begins with the one signed last.

    Raises:
        EvidenceError: `rolled-back`, `contradicts-signed`.
    """
    if tiles.size < last.size:
        raise EvidenceError(
            "rolled-back",
            "the ledger",
            expected=f"at least the {last.size} events signed last",
            found=tiles.size,
            remedy="Nothing was signed. Find out who put an older copy here",
        )
    found = tiles.root(last.size)
    if found != last.root:
        raise EvidenceError(
            "contradicts-signed",
            f"the first {last.size} events",
            expected=f"root {last.root.hex()}, as signed",
            found=f"root {found.hex()}",
            remedy="Nothing was signed. Keep the ledger as it is and compare it with a copy",
        )


def make_log_key(state: Path, origin: str, seed: bytes) -> SignerKey:
    """Make the log's signing key in the state folder; the caller owns the randomness.

    Raises:
        RefusedError: `key-exists`, `key-name-malformed`.
    """
    signer = SignerKey(origin, Kind.NOTE, seed)
    write_secret(state / LOG_KEY, signer.text + "\n")
    return signer


def read_signer(path: Path) -> SignerKey:
    """Read a signing key.

    Raises:
        RefusedError: `key-missing`, `key-exposed`, `key-malformed`.
    """
    if not path.is_file():
        raise RefusedError(
            "key-missing",
            str(path),
            expected="a signing key",
            found="no file",
            remedy="Put the key there from its backup",
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RefusedError(
            "key-exposed",
            str(path),
            expected="mode 0600",
            found=f"{mode:04o}",
            remedy=f"Decide who may have read it; make a new key, or: chmod 600 {path}",
        )
    with clear_errors(path):
        return SignerKey.parse(path.read_bytes()[:KEY_BYTES_MAX].decode("utf-8", "replace").strip())


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, and that must not exist yet (`key-exists`)."""
    with clear_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise RefusedError(
                "key-exists",
                str(path),
                expected="no key yet",
                found="one",
                remedy="Move it away if it is to be replaced",
            ) from None
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def read_note(path: Path) -> SignedNote:
    """Read a note from a regular file (`note-malformed`, `note-too-large`)."""
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep us waiting, with the lock held
        raise EvidenceError("note-malformed", str(path), expected="a file", found="a pipe, device or folder")
    with clear_errors(path), path.open("rb") as file:
        return parse_note(file.read(NOTE_BYTES_MAX + 1))


def text_of(path: Path) -> str:
    """Give the text of a note in a file; empty where there is none that can be read."""
    try:
        return read_note(path).text if path.exists() else ""
    except EvidenceError:
        return ""


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file so that after any kill it holds the old bytes or the new ones."""
    with clear_errors(path):
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)  # what lies there may be a link to something else: it is never written through
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of the one sealer (`second-sealer` if another holds it for LOCK_TRIES * LOCK_WAIT seconds)."""
    with clear_errors(path), path.open("w") as file:
        for wait in range(LOCK_TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(LOCK_WAIT * (wait < LOCK_TRIES - 1))
        else:
            raise RefusedError(
                "second-sealer", str(path), expected="one sealer", found="another at work", remedy="Try again later"
            ) from None
        yield
