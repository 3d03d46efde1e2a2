"""What the storage says when it cannot, turned into one clear line; and how long a write waits for the lock."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from eventsourcing.persistence import DatabaseError, InterfaceError, OperationalError

from ledger.errors import EvidenceError, RefusedError

LOCK_TRIES = 3  # times a write waits its full lock time-out
LOCK_SECONDS = 30
Answer = TypeVar("Answer")


def patiently(write: Callable[[], Answer]) -> Answer:
    """Do a write, waiting for the lock a bounded number of times.

    Raises:
        RefusedError: `busy` after LOCK_TRIES waits; `disk-full`, `read-only-store` and others at once.
    """
    for attempt in range(1, LOCK_TRIES + 1):
        try:
            with clear_errors("the ledger"):
                return write()
        except RefusedError as refused:
            if refused.code != "busy" or attempt == LOCK_TRIES:
                raise
            time.sleep(0.05 * attempt)
    raise AssertionError("unreachable")


@contextmanager
def clear_errors(where: object) -> Iterator[None]:
    """Turn the storage's own errors into one clear line."""
    try:
        yield
    # What SQLite says of a damaged schema may quote bytes that are no text, and then Python cannot read the message.
    except (OperationalError, InterfaceError, DatabaseError, sqlite3.Error, OSError, UnicodeDecodeError) as error:
        raise storage_error(where, error) from None


class Meaning(NamedTuple):
    """What a kind of error means to the user."""

    code: str
    expected: str
    remedy: str


BUSY = Meaning("busy", "the lock within its time", "Another program is writing; try again")
FULL = Meaning("disk-full", "room on the disk", "Make room, then give the same command again")
READ_ONLY = Meaning("read-only-store", "a folder that can be written", "Copy the ledger to where you may write")
CLOSED = READ_ONLY._replace(remedy="Check its rights, or copy the ledger to where you may write")
FAILED = Meaning("storage-failed", "a disk that works", "See whether the disk is full or failing, then try again")

MEANINGS = {  # by what SQLite says, in full or in the first byte; source: https://sqlite.org/rescode.html
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: CLOSED,
    sqlite3.SQLITE_IOERR: FAILED,  # no evidence: what is stored may well be what was written
    sqlite3.SQLITE_NOMEM: FAILED,
}
SIGNS = {  # where there is no number to go by
    "locked": BUSY,
    "full": FULL,
    "no space": FULL,
    "readonly": READ_ONLY,
    "read-only": READ_ONLY,
    "permission": READ_ONLY,
    "unable to open": CLOSED,
}


def storage_error(where: object, error: Exception) -> RefusedError | EvidenceError:
    """Say what an error of SQLite or of the file system means to the user.

    Returns:
        RefusedError: `busy`, `disk-full`, `read-only-store`, `storage-failed`.
        EvidenceError: `storage-damaged`.
    """
    found = (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error).strip()
    cause = error.__cause__ if isinstance(error.__cause__, sqlite3.Error) else error
    number = getattr(cause, "sqlite_errorcode", None)
    if number is not None:
        meaning = MEANINGS.get(number) or MEANINGS.get(number & 0xFF)
    else:
        meaning = next((meaning for sign, meaning in SIGNS.items() if sign in found.lower()), None)
        meaning = meaning or (FAILED if isinstance(error, OSError) else None)
    if meaning is None:
        return EvidenceError("storage-damaged", str(where), expected="a sound database", found=found)
    return RefusedError(meaning.code, str(where), expected=meaning.expected, found=found, remedy=meaning.remedy)
