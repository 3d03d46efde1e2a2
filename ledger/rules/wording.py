"""What a text is known by: the digest of its exact bytes, and that of its words, whatever lies between them.

And words written with letters of several scripts, which look like other words: they are shown with a warning.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import NamedTuple

# Scripts that are written together in one word (UTS 39 section 5.2, "highly restrictive"), besides any one script.
TOGETHER = (
    frozenset(("LATIN", "CJK", "HIRAGANA", "KATAKANA")),
    frozenset(("LATIN", "CJK", "BOPOMOFO")),
    frozenset(("LATIN", "CJK", "HANGUL")),
)
# The first word of a character's name is its script, except that these are of no script, or of another one.
OF_NO_SCRIPT = frozenset(("MODIFIER", "COMBINING", "FEMININE", "MASCULINE", "MICRO", "VARIATION", "IDEOGRAPHIC"))
SAME_SCRIPT = {"FULLWIDTH": "LATIN", "HALFWIDTH": "KATAKANA", "KATAKANA-HIRAGANA": "HIRAGANA", "KANGXI": "CJK"}


class Digests(NamedTuple):
    """Of a text: SHA-256 of its bytes as they are, and of its words."""

    exact: str
    words: str


def digests_of(data: bytes) -> Digests:
    """Name a text by its bytes, and by its words: NFC, joined by single spaces, without a byte order mark.

    Two files that differ in line ends, indentation or empty lines alone have the same words. What is not UTF-8
    has no words; its bytes stand for them.
    """
    try:
        words = " ".join(unicodedata.normalize("NFC", data.decode("utf-8-sig")).split()).encode()
    except UnicodeDecodeError:
        words = data
    return Digests(*("sha256:" + hashlib.sha256(each).hexdigest() for each in (data, words)))


def mixed_words(text: str) -> tuple[str, ...]:
    """Give the words of a text whose letters are of scripts that nobody writes together, each with the scripts.

    Such a word looks like another one, as does `Pаrty` with a Cyrillic letter: `Pаrty (Cyrillic and Latin)`.

    Source: Unicode UTS 39 section 5 (mixed-script detection); the scripts are those that characters' names begin with.
    """
    found = []
    for word in "".join(char if char.isalpha() else " " for char in text).split():
        scripts = {script for script in map(_script, word) if script}
        if len(scripts) > 1 and not any(scripts <= together for together in TOGETHER):
            found.append(f"{word} ({' and '.join(sorted(script.capitalize() for script in scripts))})")
    return tuple(dict.fromkeys(found))


def _script(char: str) -> str:
    first = unicodedata.name(char, "").split(" ")[0]
    return "" if first in OF_NO_SCRIPT else SAME_SCRIPT.get(first, first)
