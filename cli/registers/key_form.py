"""How a register's files write a member's key, and what is meant where one of them writes it otherwise."""

from __future__ import annotations

import re

BESIDE = re.compile(r"[ \u00a0-]")  # blanks and hyphens do not count


class KeyForm:
    """A form such as `M0000`: letters as they are, and as many digits as there are zeros.

    Small letters are as large ones, blanks and hyphens do not count, and leading zeros that a spreadsheet dropped are
    put back: `m 31`, `M-0031` and `M0031` are one key. What says no such key is none: other letters, more digits, a
    number with a point, a sign or an exponent.
    """

    def __init__(self, form: str) -> None:
        self._before, _, rest = form.partition("0")
        self._after = rest.lstrip("0")
        self._digits = form.count("0")
        letters = (re.escape(BESIDE.sub("", part)) for part in (self._before, self._after))
        self._read = re.compile(f"([0-9]{{1,{self._digits}}})".join(letters))

    def written(self, said: str) -> str:
        """Write a key by the form; empty where it is none."""
        text = BESIDE.sub("", said)
        if not text.isascii() or said[:1] == "-" or said[-1:] == "-":
            return ""
        found = self._read.fullmatch(text.upper())
        return f"{self._before}{found[1].zfill(self._digits)}{self._after}" if found else ""
