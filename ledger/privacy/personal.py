"""Personal data where it does not belong: in text that a leaf keeps in clear, where nothing can erase it.

What is looked for are e-mail addresses, telephone numbers, British postcodes, and the names of people whom the vault
knows. A field says itself that the names of public figures belong there (`Command.names`: candidates, officers,
bodies), or the place of a meeting (`Command.venues`). Names are looked for in ids too, where they are given to
something new (`Command.coined`): `smith-john-2`, but not `smithjohn`, which could be anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from ledger.decision import Command
from ledger.errors import RefusedError, refused
from ledger.field import check_text

NAME_WORDS_MIN, NAME_WORDS_MAX = 2, 5  # of a name that is looked for in running text; one word alone names nobody
POINTS = 10  # combining classes from here on are accents and points (UAX 44); below are what letters are made of
ORDINALS = ("1st", "2nd", "3rd")

EMAIL = re.compile(r"(?<=\w)@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}?\.[^\W\d_]{2,}")
# In national form, ten or eleven digits from a nought on; in international form eight to fifteen (ITU-T E.164).
PHONE = re.compile(
    r"(?<![\w.,+/=?&#%-])(?:\+\d(?:[ ().-]{0,2}\d){7,14}|\(?0\d\d(?:[ ()-]{0,2}\d){7,8})(?![\w/]|[.,-]\d)"
)
# BS 7666; the letters that are never in an inward code keep out most references to rules.
POSTCODE = re.compile(
    r"(?<![\w-])(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY])"
    r" ?\d[ABD-HJLNP-UW-Z]{2})(?![\w-])"
)
# A public key is its name and then chance, in which what looks like a postcode can turn up: C2SP signed-note.
KEY = re.compile(r"([^\s+]+)\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
WORD = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*")

ASCII_WORD = re.compile(r"[a-z0-9]+")

Known = Callable[[Iterable[str]], bool]  # names, folded -> whether the vault knows one of them
Path = tuple[str, ...]


class Found(NamedTuple):
    """What was found in a text: its kind, and never the thing itself."""

    kind: str
    at: int


def folded(name: str) -> str:
    """Give a name in the one form that names are compared in: no case, no accents or points, words in order of letters.

    `O'Brien, Zoë` and `zoe obrien` are the same. Letters of every script are kept.

    Source: Unicode TR36 and UAX 15 (compatibility decomposition); UAX 44 (combining classes).
    """
    if name.isascii():
        return " ".join(sorted(ASCII_WORD.findall(name.lower().replace("'", ""))))
    plain = unicodedata.normalize("NFKD", name.casefold())
    name = unicodedata.normalize("NFC", "".join(c for c in plain if unicodedata.combining(c) < POINTS))
    name = name.casefold().replace("'", "").replace("\u2019", "")
    words = "".join(c if c.isalnum() or unicodedata.category(c) in ("Mn", "Mc") else " " for c in name).split()
    return " ".join(sorted(words))


def contact_in(text: str, *, venue: bool = False) -> Found | None:
    """Find an e-mail address, a telephone number or, unless it is a venue's, a postcode: in a text, or a key's name."""
    if key := KEY.fullmatch(text):
        text = key[1]
    if "@" in text and (match := EMAIL.search(text)):
        return Found("an e-mail address", match.start())
    if match := PHONE.search(text):
        return Found("a telephone number", match.start())
    if not venue:
        for match in POSTCODE.finditer(text.upper()):
            said = text[match.start() : match.end()]
            if said[-3:] not in ORDINALS and (said.isupper() or " " in said):
                return Found("a postcode", match.start())
    return None


def names_in(text: str) -> Iterator[str]:
    """Give every run of words in a text that could be a name, folded: of two to five, the outer ones not lower case."""
    words = list(WORD.finditer(text))
    could = [not word.group()[0].islower() and not word.group().isdigit() for word in words]
    for first, match in enumerate(words):
        if not could[first]:
            continue
        for last in range(first + NAME_WORDS_MIN - 1, min(first + NAME_WORDS_MAX, len(words))):
            if could[last]:
                yield folded(text[match.start() : words[last].end()])


def names_in_id(name: str) -> Iterator[str]:
    """Give every run of words in an id that could be a name, folded: of two to five, between hyphens."""
    words = name.split("-")
    for first in range(len(words)):
        for last in range(first + NAME_WORDS_MIN, min(first + NAME_WORDS_MAX, len(words)) + 1):
            if all(map(str.isalpha, words[first:last])):
                yield folded(" ".join(words[first:last]))


def texts_of(command: Command) -> Iterator[tuple[Path, str]]:
    """Give each text of a command that a leaf would keep in clear, and the names of the fields that it is in."""
    for name, inside in _texts_in(type(command)).items():
        if name not in command.private:
            yield from _walk((name,), getattr(command, name), inside)


def require_impersonal(command: Command, known: Known) -> None:
    """Refuse a command that would put personal data where it cannot be erased.

    Args:
        known: tells whether the vault knows one of these names.

    Raises:
        RefusedError: `personal-data-in-public-field`; it says where and of what kind, and never the thing itself.
    """
    for path, text in texts_of(command):
        field = path[0]
        found = contact_in(text, venue=field in command.venues)
        if found:
            raise _refusal(command, path, found.kind, found.at)
        if field not in command.names | command.venues and known(names_in(text)):
            raise _refusal(command, path, "the name of somebody in the vault")
    new = {folded(each.name) for field in command.private if hasattr(each := getattr(command, field), "name")}
    for field in sorted(command.coined):
        names = set(names_in_id(getattr(command, field) or ""))
        if names & new or known(names):
            raise _refusal(command, (field,), "an id that is the name of somebody in the vault")


def _refusal(command: Command, path: Path, kind: str, at: int | None = None) -> RefusedError:
    where = f"{command.verb}, {'.'.join(path)}" + (f", from character {at + 1} on" if at is not None else "")
    remedy = "Leave it out, or say it with an id: what is recorded here can never be erased"
    return refused("personal-data-in-public-field", where, "nothing personal", kind, remedy)


Inside = Mapping[str, Any]  # field -> True where it is text itself, else what is inside


@cache
def _texts_in(model: type[BaseModel]) -> Inside:
    """Give the fields of a model that are text or have text inside."""
    found = {name: _inside(field.annotation, tuple(field.metadata)) for name, field in model.model_fields.items()}
    return {name: inside for name, inside in found.items() if inside}


def _inside(annotation: Any, metadata: tuple[Any, ...] = ()) -> bool:
    """Tell whether there is text of anybody's own words in a type: what `check_text` checks."""
    if annotation is str:
        return any(getattr(each, "func", None) is check_text for each in metadata)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return bool(_texts_in(annotation))
    beside = getattr(annotation, "__metadata__", ())
    if beside:
        return _inside(annotation.__origin__, (*beside, *metadata))
    return any(_inside(part, metadata) for part in get_args(annotation) if not isinstance(part, str | int))


def _walk(path: Path, value: Any, inside: bool) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, deeper in _texts_in(type(value)).items():
            yield from _walk((*path, name), getattr(value, name), deeper)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _walk(path, each, inside)
    elif isinstance(value, list | tuple | frozenset | set):
        for each in value:
            yield from _walk(path, each, inside)
