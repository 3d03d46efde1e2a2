"""One name spelled in several ways, reduced to one: case, marks, hyphens, apostrophes, titles, look-alike letters.

Marks are dropped where a script is read without them (Latin and Greek accents, Arabic and Hebrew points), and kept
where they are letters' business, as in Indic scripts and Cyrillic. Nothing is transliterated: a name in one script
never equals it in another. Source: Unicode UAX 15 (NFKC), UTS 39 (confusables, by `rules.likeness`), UAX 44.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ledger.rules.likeness import look_of

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "dame", "rev"})
REMEMBERED_MAX = 50_000  # words remembered
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ـ": ""}
    | {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ς": "σ"}
)
_SILENT = re.compile(r"['’‘ʼʹ`´.\u200c\u200d]+")  # within a word: O'Brien, J.R.
_BETWEEN = re.compile(r"[^\w]+|_+")
_BARE = ("LATIN", "GREEK", "ARABIC", "HEBREW")  # scripts that are read without their marks


@lru_cache(REMEMBERED_MAX)
def plain_word(word: str) -> str:
    """Give a word without case, and without marks where its script is read without them."""
    if word.isascii():
        return word.lower()
    folded = word.casefold().translate(_LETTERS)
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFD", folded):
        if not unicodedata.combining(char):
            base = unicodedata.name(char, "")
        elif base.startswith(_BARE):
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LETTERS)


def words_of(name: str) -> list[str]:
    """Give the words of a name, each plain, without titles before it."""
    cleaned = _SILENT.sub("", name if name.isascii() else unicodedata.normalize("NFKC", name).casefold())
    parts = cleaned.split() if cleaned.isascii() and cleaned.replace(" ", "").isalnum() else _split(cleaned)
    words = [plain_word(part) for part in parts]
    while len(words) > 2 and words[0] in TITLES:
        del words[0]
    return words


def _split(text: str) -> list[str]:
    """Split at whatever is no letter, mark or digit; `\\w` does not hold the marks of Indic scripts."""
    if text.isascii():
        return _BETWEEN.sub(" ", text).split()
    return "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in text).split()


def plain(name: str) -> str:
    """Give a name in the spelling that all its spellings have in common."""
    return " ".join(words_of(name))


def looks(name: str) -> str:
    """Give a name as it looks: `plain`, but for words wholly of Latin letters and of such as look like them."""
    return plain(name) if name.isascii() else " ".join(map(_look_of_word, words_of(name), _words_as_written(name)))


def _words_as_written(name: str) -> list[str]:
    """Give the words of a name in their own case, of which some letters depend on to look like others."""
    words = _split(_SILENT.sub("", unicodedata.normalize("NFKC", name)))
    return words[len(words) - len(words_of(name)) :]


def _look_of_word(word: str, written: str) -> str:
    look = plain_word(look_of(written))
    return look if look.isascii() else word


def mail_key(address: str) -> str:
    """Give an e-mail address without case and blanks; nothing else is known to be the same box (RFC 5321, 2.4)."""
    return unicodedata.normalize("NFKC", address).strip().casefold()
