"""What the storage says when it cannot, turned into one clear line; and how long a write waits for the lock."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

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
    except (OperationalError, InterfaceError, DatabaseError, sqlite3.Error, OSError) as error:
        raise storage_error(where, error) from None


def storage_error(where: object, error: Exception) -> RefusedError | EvidenceError:
    """Say what an error of SQLite or of the file system means to the user."""
    text = str(error).lower()
    for sign, code, expected, remedy in (
        ("locked", "busy", "the lock within its time", "Another program is writing; try again"),
        ("full", "disk-full", "room on the disk", "Make room; nothing of this command was written"),
        ("no space", "disk-full", "room on the disk", "Make room; nothing of this command was written"),
        ("readonly", "read-only-store", "a folder that can be written", "Copy the ledger to where you may write"),
        ("read-only", "read-only-store", "a folder that can be written", "Copy the ledger to where you may write"),
        ("permission", "read-only-store", "a folder that can be written", "Copy the ledger to where you may write"),
        ("unable to open", "read-only-store", "a folder that can be written", "Check the folder and its rights"),
    ):
        if sign in text:
            return RefusedError(code, str(where), expected=expected, found=str(error).strip(), remedy=remedy)
    return EvidenceError("storage-damaged", str(where), expected="a sound database", found=str(error).strip())
