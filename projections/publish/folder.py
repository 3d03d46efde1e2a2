"""A folder that is there whole or not at all: written under another name, and renamed when it is complete."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import RefusedError
from ledger.storage.storage_error import clear_errors

UNFINISHED = ".{}.unfinished-pack"


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder to write to, which gets its name at the end; where anything goes wrong nothing is left.

    Raises:
        RefusedError: `folder-exists`, `busy`, and what the disk refuses.
    """
    if os.path.lexists(out):
        raise _taken(out)
    with clear_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(out.with_name(UNFINISHED.format(out.name))) as folder:
            yield folder
            if os.path.lexists(out):
                raise _taken(out)
            folder.replace(out)


def _taken(out: Path) -> RefusedError:
    return RefusedError(
        "folder-exists",
        str(out),
        expected="a folder that is not there yet",
        found="something of this name",
        remedy="Choose another folder, or move the old pack away",
    )


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write to, nobody else meanwhile; it is removed where anything goes wrong."""
    folder.mkdir(exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _lock(folder, handle)
        for left in folder.iterdir():  # by a kill
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    finally:
        os.close(handle)


def _lock(folder: Path, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = os.path.lexists(folder) and folder.stat().st_ino == os.fstat(handle).st_ino
    except BlockingIOError:
        held = False
    if not held:  # or whoever held it has just finished, and the folder has its name
        raise RefusedError(
            "busy", str(folder), expected="one who publishes under this name", found="another", remedy="Try again later"
        )
