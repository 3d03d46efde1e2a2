"""The field types that events and commands are made of: ids, text, times, numbers.

One canonical spelling for each value, so that equal values have equal bytes
(RFC 8785 profile: no floats, integers within 2^53-1, NFC text).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

INT_MAX = 2**53 - 1  # RFC 8785 section 3.2.2.3: larger integers lose digits in other people's readers
TEXT_MAX = 4_000  # characters of one text field
MARKS_MAX = 20_000  # characters of one paper's marks
STREAM_MAX = 300  # characters of a stream name
ALL = "all"  # the section that stands for all sections together

_HIDDEN = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
# Zero-width joiners are letters' business in Indic and Arabic scripts (RFC 5892 A.1, A.2), never elsewhere.
_JOINERS = "\u200c\u200d"
_VIRAMA = 9
# Letters and marks by category that show nothing (UAX 44, Default_Ignorable_Code_Point): fillers, inherent vowels.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
# Variation selectors choose between forms of an ideograph, as in names, or of a symbol; elsewhere they show nothing.
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def check_text(text: str) -> str:
    """Return the text if it has one spelling and nothing invisible in it.

    Raises:
        ValueError: not NFC, control or format characters (bidi, zero-width), private use, line separators.

    Source: Unicode TR36 (bidi and invisible characters), UAX 44 (default ignorable), RFC 5892 appendix A (joiners).
    """
    if text.isascii() and text.isprintable():
        return text
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("text is not in Unicode normal form NFC")
    for at, char in enumerate(text):
        if not _shows(char, text[at - 1] if at else ""):
            raise ValueError(f"text has the invisible character U+{ord(char):04X} at {at}")
    return text


def _shows(char: str, before: str) -> bool:
    if char in _JOINERS:
        return bool(before) and _joins(before)
    if char in _SELECTORS:
        return bool(before) and unicodedata.category(before) in ("Lo", "So")
    return char == "\n" or (unicodedata.category(char) not in _HIDDEN and char not in _FILLERS)


def _joins(before: str) -> bool:
    return unicodedata.combining(before) == _VIRAMA or "\u0600" <= before <= "\u08ff"


@dataclass(frozen=True, slots=True)
class Spelling:
    """The pattern of a type whose own check holds to it: `check_time` looks at an equal moment only once."""

    pattern: str


TIME = Spelling(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")


@lru_cache(maxsize=4096)
def check_time(text: str) -> str:
    """Return the moment if it is a real one: `YYYY-MM-DDThh:mm:ssZ`, years 1..9999, no leap second."""
    if not re.fullmatch(TIME.pattern, text):
        raise ValueError("moment is not written YYYY-MM-DDThh:mm:ssZ")
    if datetime.fromisoformat(text).isoformat() != text[:-1] + "+00:00":
        raise ValueError("moment has another usual spelling")  # 24:00:00, from Python 3.14 on
    return text


@lru_cache(maxsize=4096)
def check_ratio(text: str) -> str:
    """Return the fraction if it is `p/q` in lowest terms with q > 0, each within INT_MAX."""
    value = Fraction(text)
    if f"{value.numerator}/{value.denominator}" != text:
        raise ValueError(f"fraction is not in lowest terms: write {value.numerator}/{value.denominator}")
    if max(abs(value.numerator), value.denominator) > INT_MAX:
        raise ValueError(f"fraction is beyond {INT_MAX}")
    return text


def rounded(value: Fraction, decimals: int) -> str:
    """Write a number to so many places after the point, 0 or more, halves rounded up.

    Exact: `rounded(Fraction(1, 8), 2)` is `0.13`. Below zero, up is towards zero, and there is no `-0`.
    """
    scaled = (2 * value.numerator * 10**decimals + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(abs(scaled), 10**decimals)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{rest:0{decimals}}" if decimals else f"{sign}{whole}"


def time_text(moment: datetime) -> str:
    """Write a moment as every event does: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
PersonKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]  # keyed digest, under a secret of the vault
StreamId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*){1,7}$", max_length=STREAM_MAX)
]
Time = Annotated[str, TIME, AfterValidator(check_time)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MAX), AfterValidator(check_text)]
Hash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
Blind = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
Ratio = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]*)/[1-9][0-9]*$"), AfterValidator(check_ratio)]
Count = Annotated[int, Field(ge=0, le=INT_MAX)]
Version = Annotated[int, Field(ge=1, le=INT_MAX)]
Marks = Annotated[str, StringConstraints(pattern=r"^[a-z0-9>=-]*$", max_length=MARKS_MAX)]
