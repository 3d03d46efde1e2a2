"""The two kinds of refusal that reach a user, each one line.

The form is `<code>: <what, with ids>: expected <x>, found <y>. <remedy>.`
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


PART_MAX = 400  # characters of one part of the line: what is longer is cut, a paper's marks can be


class PollbookError(Exception):
    """What both kinds share: a code, and the parts that make the line.

    `row` is which record of the command's list is at fault, from 1, or None: who read the list from a file
    knows on which line that record stands.
    """

    exit_code = 1

    def __init__(
        self, code: str, what: str, *, expected: object, found: object, remedy: str, row: int | None = None
    ) -> None:
        self.code = code
        self.what = _cut(what)
        self.expected = _cut(str(expected))
        self.found = _cut(str(found))
        self.remedy = remedy
        self.row = row
        place = self.what if row is None else f"{self.what}, row {row}"
        super().__init__(f"{code}: {place}: expected {self.expected}, found {self.found}. {remedy}.")


class RefusedError(PollbookError):
    """A rule said no, and nothing was written. Exit code 1."""


def refused(code: str, what: str, expected: object, found: object, remedy: str) -> RefusedError:
    """Make a refusal from its parts, in the order of the line."""
    return RefusedError(code, what, expected=expected, found=found, remedy=remedy)


class UsageError(PollbookError):
    """The call's words are off, and nothing was tried. Exit code 2."""

    exit_code = 2


class EvidenceError(PollbookError):
    """What is stored is not what was written: stop, keep the file, show the line. Exit code 3.

    `position` is the index of the event in the ledger, from 0, or None where no event is at fault.
    """

    exit_code = 3

    def __init__(
        self,
        code: str,
        what: str,
        *,
        expected: object,
        found: object,
        remedy: str = "Keep the ledger as it is and tell its returning officer",
        position: int | None = None,
    ) -> None:
        self.position = position
        super().__init__(code, what, expected=expected, found=found, remedy=remedy)


class ReplayError(EvidenceError, TypeError):
    """Events of a stream do not follow on one another: they give no state. Code `stream-does-not-replay`."""


def _cut(text: str) -> str:
    """Make one part of one line: what does not print (a stored byte, a file name) is escaped, what is long is cut."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)
    return line if len(line) <= PART_MAX else line[: PART_MAX - 3] + "..."


def nearest(word: str, known: Iterable[str]) -> str:
    """Give ` (nearest: x)` for the known word most like this one, or nothing."""
    match = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (nearest: {match[0]})" if match else ""
