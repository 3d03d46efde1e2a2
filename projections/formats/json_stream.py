"""Reading JSON strictly, a member or an element at a time: a file of a million records needs room for a few."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, NoReturn

from ledger.errors import RefusedError
from projections.formats.lines import PAGE, UTF_16, Source, pieces_of
from projections.formats.paper_file import Place, malformed

VALUE_MAX = 64_000_000  # characters of one member or element
SHOWN = 20  # characters shown of text that is not JSON
NEAR = 16  # characters from the end where an error may only mean that more is to come
SPACE = " \t\n\r"


class JsonStream:
    """A JSON file whose top is an object: its members one after the other, a list among them by its elements.

    Raises, from each method:
        RefusedError: `empty-file`, `not-json`, `not-utf-8`, and `file-malformed` for another top or values too large.
    """

    def __init__(self, source: Source, file: str) -> None:
        self.file = file
        self._pieces = _decoded(source, file)
        self._text = ""
        self._at = 0
        self._line = 1  # of what stands at `_counted`
        self._counted = 0
        self._field = ""  # the list and the number of the element that is read
        self._decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_constant, parse_float=str)

    @property
    def place(self) -> Place:
        """Where the next value begins."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return Place(self.file, self._line, self._field)

    def members(self) -> Iterator[str]:
        """Give the name of each member; its value is to be taken before the next."""
        sign = self._peek()
        if not sign:
            raise RefusedError("empty-file", self.file, expected="JSON", found="nothing", remedy="Check the file")
        if sign != "{":
            found = "XML" if sign == "<" else repr(self._text[self._at : self._at + SHOWN])
            raise malformed(self.place, "a JSON object", found, "Give the file in its JSON form")
        seen: set[str] = set()
        for _ in self._items("{", "}"):
            if self._peek() != '"':
                self._refuse("a name in quotes")
            name = str(self.value())
            if name in seen:
                raise not_json(self.place, f"the name {name!a} twice in one object")
            seen.add(name)
            self._pass(":")
            yield name
        if self._peek():
            self._refuse("nothing after the object")

    def elements(self, name: str) -> Iterator[tuple[Place, Any]]:
        """Give each element of a list, with its place."""
        if self._peek() != "[":
            raise malformed(self.place.at(name), "a list", repr(self._text[self._at : self._at + SHOWN]))
        for number in self._items("[", "]"):
            self._field = f"{name} {number}"
            yield self.place, self.value()
            self._field = ""

    def value(self) -> Any:
        """Take a whole value; numbers with a point or an exponent come as text, for no count has them."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                unfinished = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - NEAR
                if unfinished and self._more():
                    continue
                self._at = error.pos
                self._refuse("JSON")
            except RecursionError:
                raise not_json(self.place, "too many brackets inside each other") from None
            except _NotJSONError as error:
                raise not_json(self.place, str(error)) from None
            except ValueError:  # Python reads no number longer than sys.get_int_max_str_digits()
                raise not_json(self.place, "a number of too many digits") from None
            # A number or a word that ends with the text may go on.
            if end == len(self._text) and not isinstance(value, dict | list) and self._more():
                continue
            self._at = end
            return value

    def _items(self, opening: str, closing: str) -> Iterator[int]:
        self._pass(opening)
        if self._peek() == closing:
            self._at += 1
            return
        number = 0
        while True:
            self._peek()
            number += 1
            yield number
            if self._peek() == closing:
                self._at += 1
                return
            self._pass(",")

    def _pass(self, sign: str) -> None:
        if self._peek() != sign:
            self._refuse(repr(sign))
        self._at += 1

    def _peek(self) -> str:
        """Give the next character that is not space; nothing at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in SPACE:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _more(self) -> bool:
        """Read as much again as there is left, and drop what is done with."""
        rest = len(self._text) - self._at
        if rest > VALUE_MAX:
            raise malformed(self.place, f"values of at most {VALUE_MAX} characters", "more")
        found: list[str] = []
        size = 0
        while size < max(rest, 1):
            piece = next(self._pieces, "")
            if not piece:
                break
            found.append(piece)
            size += len(piece)
        if not found:
            return False
        self._line += self._text.count("\n", self._counted, self._at)
        self._text = self._text[self._at :] + "".join(found)
        self._at = self._counted = 0
        return True

    def _refuse(self, expected: str) -> NoReturn:
        rest = self._text[self._at : self._at + SHOWN].strip()
        column = self._at - self._text.rfind("\n", 0, self._at)
        raise not_json(self.place, f"{rest!a} at column {column}" if rest else "an end too soon", expected)


def not_json(place: Place, found: str, expected: str = "JSON") -> RefusedError:
    """Make the refusal of text that is not JSON."""
    return RefusedError("not-json", str(place), expected=expected, found=found, remedy="Correct the JSON")


def _decoded(source: Source, file: str) -> Iterator[str]:
    """Decode a source piece by piece; no piece is empty."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, first = 1, True
    for whole in pieces_of(source):
        for at in range(0, len(whole), PAGE):
            piece = whole[at : at + PAGE]
            text = _text(decoder, piece, Place(file, line), first=first)
            line += text.count("\n")
            text = text.removeprefix("\ufeff") if first else text
            if text:
                first = False
                yield text
    _text(decoder, b"", Place(file, line), first=False, final=True)


def _text(decoder: codecs.IncrementalDecoder, piece: bytes, place: Place, *, first: bool, final: bool = False) -> str:
    try:
        return decoder.decode(piece, final)
    except UnicodeDecodeError as error:
        raise RefusedError(
            "not-utf-8",
            str(place._replace(line=place.line + error.object.count(b"\n", 0, error.start))),
            expected="UTF-8",
            found="UTF-16" if first and piece.startswith(UTF_16) else f"byte 0x{error.object[error.start]:02x}",
            remedy="Save the file as UTF-8",
        ) from None


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


def member(value: Any, name: str, kind: type, place: Place, *, default: Any = None) -> Any:
    """Give a member of an object, which has to be there unless there is a default.

    Raises:
        RefusedError: `file-malformed`.
    """
    if not isinstance(value, dict):
        raise malformed(place, "an object", _kind(value))
    found = value.get(name, default)
    if found is None:
        raise malformed(place, f"a member {name!r}", "none")
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise malformed(place, f"{KINDS[kind]} as {name!r}", _kind(found))
    return found


KINDS = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}


def _kind(value: Any) -> str:
    return (
        f"{json.dumps(value, ensure_ascii=True)[:SHOWN]}"
        if not isinstance(value, dict | list)
        else ("an object" if isinstance(value, dict) else "a list")
    )
