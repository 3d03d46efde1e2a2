"""Names that may deceive the eye: letters of several scripts in one word, and two names that look alike.

Names of every script are taken as they are written; this only warns. Source: Unicode UTS 39, sections 4 and 5; the
table holds the letters of Greek and Cyrillic that look like Latin ones, not all that Unicode lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

# Scripts that are written together within one word (UTS 39, 5.1).
TOGETHER = (
    frozenset({"HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"HAN", "BOPOMOFO"}),
    frozenset({"HAN", "HANGUL"}),
)
_ANY_SCRIPT = frozenset({"MODIFIER", "FEMININE", "MASCULINE"})
_CALLED = {"CJK": "HAN", "IDEOGRAPHIC": "HAN", "KATAKANA-HIRAGANA": "KATAKANA", "VERTICAL": "HAN"}
_LOOKS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԁаеѕіјорсухһԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορυα",
    "ABESIJKMHOPCTYXdaesijopcyxhqw" + "ABEZHIKMNOPTYXvopua",
)


def script_of(letter: str) -> str:
    """Name the script of a letter, by the first word of its Unicode name; empty where it belongs to several."""
    words = unicodedata.name(letter, "UNKNOWN").split()
    word = words[1] if words[0] in ("FULLWIDTH", "HALFWIDTH") and len(words) > 1 else words[0]
    return "" if word in _ANY_SCRIPT else _CALLED.get(word, word)


def mixed_words(name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the words of a name that mix scripts, with the scripts, sorted."""
    found = []
    for word in re.split(r"[\s\-'’.]+", name):
        scripts = {script_of(char) for char in word if unicodedata.category(char)[0] == "L"} - {""}
        if len(scripts) > 1 and not any(scripts <= together for together in TOGETHER):
            found.append((word, tuple(sorted(scripts))))
    return found


def look_of(name: str) -> str:
    """Write a name with Latin letters in place of those that look like them, in one case: equal for names alike."""
    looks = unicodedata.normalize("NFD", name).translate(_LOOKS)
    return " ".join(unicodedata.normalize("NFC", looks).casefold().split())


def warnings(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give what may deceive the eye among names: id, and the warning."""
    alike: dict[str, str] = {}
    for who, name in names.items():
        for word, scripts in mixed_words(name):
            listed = " and ".join(script.capitalize() for script in scripts)
            yield who, f"the name {name!r} has letters of {listed} in one word, {word!r}"
        other = alike.setdefault(look_of(name), who)
        if other != who:
            yield who, f"the name {name!r} looks like that of {other}, {names[other]!r}"
