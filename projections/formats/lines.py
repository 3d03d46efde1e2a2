"""Reading lines of bytes, page by page: taken one at a time, or counted by kind and decoded once each.

Most papers of a poll are alike. So raw lines are counted first, which costs little more than reading
them, and only each different line is decoded and parsed. Its line number is kept from when it first came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from ledger.errors import RefusedError
from projections.formats.paper_file import Place

LINE_MAX = 8_000_000  # bytes of one line
PAGE = 1 << 18  # bytes that are cut into lines at once: enough to be quick, little enough to stay in a cache
BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Source = bytes | Iterable[bytes]  # a file's bytes, whole or in pieces cut anywhere


class Line(NamedTuple):
    """A line: where it stands, and its text without the line end."""

    place: Place
    text: str


class Kind(NamedTuple):
    """Lines that are alike: where the first stands, their text, and how many they are."""

    place: Place
    text: str
    times: int


class Lines:
    """The lines of a file, in order; LF, CR LF and CR end a line, and a byte order mark is passed over.

    Raises, from each method:
        RefusedError: `line-too-long`, `not-utf-8`, `not-text`.
    """

    def __init__(self, source: Source, file: str) -> None:
        self.file = file
        self._pages = _pages(source, file)
        self._page: list[bytes] = []
        self._at = 0  # in the page
        self._before = 0  # lines of the pages before

    @property
    def end(self) -> Place:
        """Where the file ends, or how far it was read."""
        return Place(self.file, self._before + self._at)

    def take(self) -> Line | None:
        """Take the next line, or None at the end."""
        if not self._more():
            return None
        raw = self._page[self._at]
        self._at += 1
        return self._line(raw, self.end.line)

    def back(self) -> None:
        """Put the line taken last back, once."""
        self._at -= 1

    def count(self, stop: Callable[[bytes], bool] | None = None) -> Iterator[Kind]:
        """Count the lines up to one that is to stop at, which is taken next, or to the end; then give each kind.

        Args:
            stop: told each line that is like none before.
        """
        counts: Counter[bytes] = Counter()
        numbers: list[int] = []  # of each kind's first line, in the order of `counts`
        while self._more():
            page = self._page[self._at :] if self._at else self._page
            first = self._before + self._at + 1
            known = len(counts)
            counts.update(page)
            stopped = self._place(page, list(islice(reversed(counts), len(counts) - known)), numbers, first, stop)
            if stopped is not None:
                for raw in page[stopped:]:
                    counts[raw] -= 1
                    if not counts[raw]:
                        del counts[raw]
                self._at += stopped
                break
            self._at = len(self._page)
        for (raw, count), number in zip(counts.items(), numbers, strict=True):
            line = self._line(raw, number)
            yield Kind(line.place, line.text, count)

    @staticmethod
    def _place(
        page: list[bytes], fresh: list[bytes], numbers: list[int], first: int, stop: Callable[[bytes], bool] | None
    ) -> int | None:
        """Note the number of each kind that is new with this page; give where in it to stop, if so."""
        place = 0
        while fresh:
            raw = fresh.pop()  # the last is the one that came first
            place = page.index(raw, place)
            if stop is not None and stop(raw):
                return place
            numbers.append(first + place)
        return None

    def _more(self) -> bool:
        while self._at >= len(self._page):
            self._before += len(self._page)
            self._page, self._at = next(self._pages, []), 0
            if not self._page:
                return False
        return True

    def _line(self, raw: bytes, number: int) -> Line:
        place = Place(self.file, number)
        return Line(place, text_of(raw, place))


def pieces_of(source: Source) -> Iterable[bytes]:
    """Give a source as pieces."""
    return [source] if isinstance(source, bytes) else source


def _pages(source: Source, file: str) -> Iterator[list[bytes]]:
    """Cut a source into pages of whole lines without their ends."""
    number = 0
    held = b""
    for piece in _joined(source):
        held += piece
        # A CR at the very end may be half of a CR LF.
        cut = max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
        lines = held[:cut].splitlines()
        held = held[cut:]
        for line in (*lines[:1], held):  # others lie within one piece
            _require_short(line, Place(file, number + (1 if line is not held else len(lines) + 1)))
        number += len(lines)
        if lines:
            yield lines
    if held:
        yield held.splitlines()


def _joined(source: Source) -> Iterator[bytes]:
    """Bring the pieces of a source to about a page each, without the byte order mark."""
    held: list[bytes] = []
    size, first = 0, True
    for whole in pieces_of(source):
        for at in range(0, len(whole), PAGE):
            piece = whole[at : at + PAGE]
            held.append(piece)
            size += len(piece)
            if size >= PAGE:
                yield b"".join(held).removeprefix(BOM if first else b"")
                held, size, first = [], 0, False
    yield b"".join(held).removeprefix(BOM if first else b"")


def _require_short(line: bytes, place: Place) -> None:
    if len(line) > LINE_MAX:
        raise RefusedError(
            "line-too-long",
            str(place),
            expected=f"at most {LINE_MAX} bytes",
            found="more",
            remedy="Split the line into several",
        )


def text_of(raw: bytes, place: Place) -> str:
    """Decode a line.

    Raises:
        RefusedError: `not-utf-8`, `not-text`.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(
            "not-utf-8",
            str(place.at(f"byte {error.start + 1}")),
            expected="UTF-8",
            found="UTF-16" if raw.startswith(UTF_16) else f"byte 0x{raw[error.start]:02x}",
            remedy="Save the file as UTF-8",
        ) from None
    if "\0" in text:
        raise RefusedError(
            "not-text",
            str(place.at(f"character {text.index(chr(0)) + 1}")),
            expected="text",
            found="a NUL",
            remedy="Save the file as UTF-8",
        )
    return text
