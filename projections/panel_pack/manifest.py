"""What a pack says of itself: `pack.json`, what it was made from; `SHA256SUMS`, what is in each of its files.

`SHA256SUMS` is as `sha256sum` writes it, so that anybody can check the files with `sha256sum --check`. It names every
file but itself: whoever sends a pack says its digest by another way.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ledger.errors import EvidenceError, RefusedError
from ledger.field import Count, Id, Time
from ledger.leaf import CANONICAL
from projections.cases.audience import Reader

FORMAT: Literal["pollbook-panel-pack-1"] = "pollbook-panel-pack-1"
ABOUT, SUMS, CHECKPOINT = "pack.json", "SHA256SUMS", "checkpoint"
SUM = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._/-]*)\n")
ABOUT_BYTES_MAX = 10_000


class About(BaseModel):
    """What a pack was made from, and for whom: with the ledger at hand, all its files follow from this.

    Attributes:
        at: the moment that deadlines are held against, UTC.
        first, last: positions of the first and the last event of what is told: of an edition for the public
            (`projections.oversight.editions`), of all others of the whole checkpoint.
        origin, size, root: of the checkpoint that the pack is as of.
        program: version of pollbook that wrote it: another one may write pages otherwise.
        texts: whether private texts were read from the vault, as far as they are for these readers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    at: Time
    audience: Reader
    election: Id
    first: Count
    format: Literal["pollbook-panel-pack-1"]
    last: Count
    origin: str
    program: str
    root: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: Count
    texts: bool

    def data(self) -> bytes:
        """Write it, canonically."""
        return json.dumps(self.model_dump(), **CANONICAL).encode() + b"\n"


class Sums:
    """The digests of files, as they are written."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, path: str, data: bytes) -> None:
        """Take in a file."""
        self._lines.append(f"{hashlib.sha256(data).hexdigest()}  {path}\n")

    def data(self) -> bytes:
        """Write the list, sorted by path."""
        return "".join(sorted(self._lines, key=lambda line: line[66:])).encode()


def read_about(folder: Path) -> About:
    """Read what a pack says of itself.

    Raises:
        RefusedError: `not-a-panel-pack`.
        EvidenceError: `pack-altered`: it is not as it is written.
    """
    file = folder / ABOUT
    if not file.is_file() or not (folder / SUMS).is_file():
        raise RefusedError(
            "not-a-panel-pack",
            str(folder),
            expected=f"a folder with {ABOUT} and {SUMS}",
            found="a folder without them" if folder.is_dir() else "none",
            remedy="Give a folder that was written by: pollbook panel-pack",
        )
    data = file.read_bytes()[: ABOUT_BYTES_MAX + 1]
    try:
        about = About.model_validate_json(data)
    except ValidationError as error:
        raise altered(ABOUT, f"what a pack of the form {FORMAT} says", error.errors()[0]["msg"].lower()) from None
    if about.data() != data:
        raise altered(ABOUT, "its canonical spelling", "another")
    return about


def read_sums(folder: Path) -> dict[str, str]:
    """Read the list of files: path -> SHA-256 in hexadecimal digits.

    Raises:
        EvidenceError: `pack-altered`.
    """
    text = (folder / SUMS).read_bytes().decode("utf-8", "replace")
    lines = text.splitlines(keepends=True)
    found = {}
    for number, line in enumerate(lines, 1):
        read = SUM.fullmatch(line)
        if read is None or ".." in read[2]:
            raise altered(f"{SUMS}, line {number}", "a digest, two blanks and a path", repr(line.rstrip("\n"))[:80])
        found[read[2]] = read[1]
    if list(found) != sorted(found) or len(found) != len(lines):
        raise altered(SUMS, "paths in order, each once", "another order, or a path twice")
    return found


def check_files(folder: Path, sums: Mapping[str, str]) -> Iterator[str]:
    """Hold every file against the list, and give each path once it was.

    Raises:
        EvidenceError: `pack-altered`, at the first file that is missing, is not in the list, or has other bytes.
    """
    there = set(_paths(folder)) - {SUMS}
    for path in sorted(there ^ sums.keys()):
        raise altered(path, *(("a file", "none") if path in sums else (f"only files that are in {SUMS}", "one more")))
    for path, expected in sums.items():
        found = digest_of(folder / path)
        if found != expected:
            raise altered(path, f"the bytes of SHA-256 {expected}", found)
        yield path


def digest_of(file: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits, a block at a time."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def altered(path: str, expected: str, found: str) -> EvidenceError:
    """Say that a pack is not as it was written."""
    remedy = "Do not use this copy: ask whoever made the pack for another, and keep this one"
    return EvidenceError("pack-altered", path, expected=expected, found=found, remedy=remedy)


def _paths(folder: Path) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        for name in (*files, *(each for each in folders if (Path(root) / each).is_symlink())):
            yield (Path(root) / name).relative_to(folder).as_posix()
