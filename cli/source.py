"""Reading what a user gives: files of lines, text, JSON; and what the system says when it cannot."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from ledger.errors import PollbookError, RefusedError, UsageError

LINE_MAX = 8_000_000  # bytes up to a line feed
BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
SHOWN = 20  # characters shown of text that is not JSON

Read = Callable[[int], None]  # told how many more bytes were read


class Line(NamedTuple):
    """A line of a file: its number from 1, and its text with the line end."""

    number: int
    text: str


def lines_of(file: Path, read: Read) -> Iterator[Line]:
    """Give the lines of a UTF-8 file without a byte order mark; CR LF, LF and CR all end a line.

    Raises:
        UsageError: `no-such-file`, `not-a-file`.
        RefusedError: `line-too-long`, `not-utf-8`, `not-text`, and what `os_refusal` gives.
    """
    number = 0
    with os_errors(file), file.open("rb") as stream:
        while chunk := stream.readline(LINE_MAX + 1):
            read(len(chunk))
            if len(chunk) > LINE_MAX:
                raise RefusedError(
                    "line-too-long",
                    f"{file.name} line {number + 1}",
                    expected=f"at most {LINE_MAX} bytes",
                    found="more",
                    remedy="Split the line into several",
                )
            for raw in (chunk if number else chunk.removeprefix(BOM)).splitlines(keepends=True):
                number += 1
                yield Line(number, _text(raw, f"{file.name} line {number}"))


def _text(raw: bytes, where: str) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(
            "not-utf-8",
            f"{where}, byte {error.start + 1}",
            expected="UTF-8",
            found="UTF-16" if raw.startswith(UTF_16) else f"byte 0x{raw[error.start]:02x}",
            remedy="Save the file as UTF-8",
        ) from None
    if "\0" in text:
        raise RefusedError(
            "not-text",
            f"{where}, character {text.index(chr(0)) + 1}",
            expected="text",
            found="a NUL",
            remedy="Save the file as UTF-8",
        )
    return text


def small_text(file: Path) -> str:
    """Read a file of text whole, at most LINE_MAX bytes of it.

    Raises:
        UsageError: `no-such-file`, `not-a-file`; RefusedError: `not-text`, `file-too-large`, ...
    """
    return _text(small_bytes(file).removeprefix(BOM), str(file))


def small_bytes(file: Path) -> bytes:
    """Read a file whole, byte for byte, at most LINE_MAX of them.

    Raises:
        UsageError: `no-such-file`, `not-a-file`; RefusedError: `file-too-large`, ...
    """
    with os_errors(file), file.open("rb") as opened:
        raw = opened.read(LINE_MAX + 1)
    if len(raw) > LINE_MAX:
        raise RefusedError(
            "file-too-large",
            str(file),
            expected=f"at most {LINE_MAX} bytes",
            found="more",
            remedy="Give it to pollbook apply or pollbook import",
        )
    return raw


def json_value(text: str, where: str) -> Any:
    """Read JSON strictly: no name twice in one object, no NaN.

    Raises:
        RefusedError: `not-json`.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_constant)
    except json.JSONDecodeError as error:
        rest = text[error.pos : error.pos + SHOWN].strip()
        found = f"{rest!a} at column {error.colno}" if rest else "an end too soon"
    except RecursionError:
        found = "too many brackets inside each other"
    except _NotJSONError as error:
        found = str(error)
    except ValueError:  # Python reads no number longer than sys.get_int_max_str_digits()
        found = "a number of too many digits"
    raise RefusedError(
        "not-json",
        where,
        expected="JSON",
        found=found,
        remedy="Correct the JSON; an option may also name a file of it, as @FILE",
    )


class _NotJSONError(ValueError):
    """What Python's reader takes and we do not."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        raise _NotJSONError(f"the name {next(n for n in names if names.count(n) > 1)!a} twice in one object")
    return values


def _constant(word: str) -> NoReturn:
    raise _NotJSONError(word)


def size_of(file: Path) -> int:
    """Give the size of a file in bytes, for showing how far the reading is; 0 of a pipe."""
    with os_errors(file):
        return file.stat().st_size


@contextmanager
def os_errors(where: object) -> Iterator[None]:
    """Turn what the system says into one clear line."""
    try:
        yield
    except OSError as error:
        raise os_refusal(where, error) from None


def os_refusal(where: object, error: OSError) -> PollbookError:
    """Say what an error of the operating system means to the user.

    Returns:
        UsageError: `no-such-file`, `not-a-file`, `not-a-folder`.
        RefusedError: `not-permitted`, `read-only-store`, `disk-full`, `file-trouble`.
    """
    what, found = str(where), error.strerror or type(error).__name__
    match error.errno:
        case errno.ENOENT:
            return UsageError(
                "no-such-file", what, expected="a file", found="nothing of this name", remedy="Correct the name"
            )
        case errno.EISDIR:
            return UsageError("not-a-file", what, expected="a file", found="a folder", remedy="Name a file in it")
        case errno.ENOTDIR | errno.EEXIST:
            return UsageError(
                "not-a-folder", what, expected="a folder", found="a file in its place", remedy="Name a folder"
            )
        case errno.EACCES | errno.EPERM:
            return RefusedError(
                "not-permitted", what, expected="the right to use it", found=found, remedy="Ask its owner for the right"
            )
        case errno.EROFS:
            return RefusedError(
                "read-only-store", what, expected="a folder that can be written", found=found, remedy="Name another"
            )
        case errno.ENOSPC | errno.EDQUOT:
            return RefusedError("disk-full", what, expected="room on the disk", found=found, remedy="Make room")
    return RefusedError("file-trouble", what, expected="a file or folder in order", found=found, remedy="Look into it")
