"""What every format is read into: papers by their marks, with candidate ids; and how candidates are found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.errors import RefusedError, nearest
from ledger.field import INT_MAX, MARKS_MAX
from ledger.streams.contest import CANDIDATES_MAX

RANK_MAX = CANDIDATES_MAX  # what may be written as a rank: a gap up to there is still a paper
WORD_MAX = 200  # characters of a word that is compared with names
DIGITS_MAX = 20  # of a number that is read at all; Python reads no number of more than some thousand

Names = Iterable[tuple[str, str]]  # of candidates: id and name


class Place(NamedTuple):
    """Where in a file something stands: its line from 1, or 0 where a format has none, and what is at fault there."""

    file: str
    line: int = 0
    field: str = ""

    def __str__(self) -> str:
        text = f"{self.file} line {self.line}" if self.line else self.file
        return f"{text}, {self.field}" if self.field else text

    def at(self, field: str) -> Place:
        """Give the same line with a field, or a column, of it."""
        return self._replace(field=field)


def malformed(place: object, expected: object, found: object, remedy: str = "Correct the file") -> RefusedError:
    """Make the refusal of a file that is not as its format says."""
    return RefusedError("file-malformed", str(place), expected=expected, found=found, remedy=remedy)


def whole(text: str, place: Place, *, least: int, most: int, what: str, field: str = "") -> int:
    """Read a whole number in ASCII digits; the field is the place's own unless there is another.

    Raises:
        RefusedError: `file-malformed`.
    """
    if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX and least <= int(text) <= most:
        return int(text)
    expected = f"{what}, a whole number from {least} to {most}"
    raise malformed(place.at(field) if field else place, expected, repr(text) if text else "nothing")


def near(word: str, known: Iterable[str]) -> str:
    """Give the nearest of the known words, as `nearest` does, whatever the length of the word."""
    return nearest(word[:WORD_MAX], known)


def unknown_mark(stranger: str, known: Iterable[str], place: Place) -> RefusedError:
    """Make the refusal of marks in the ledger's own notation for a name that no candidate has."""
    return RefusedError(
        "unknown-candidate",
        str(place),
        expected="ids of the contest's candidates",
        found=f"{stranger or 'no name beside ='}{near(stranger, known)}",
        remedy="Correct the marks",
    )


def one_spelling(name: str) -> str:
    """Bring a name to the form that names are compared in: NFC, one space between words."""
    return " ".join(unicodedata.normalize("NFC", name).split())


@dataclass(frozen=True, slots=True)
class Roll:
    """The candidates of a contest, as a file may call them.

    Attributes:
        ids: of the candidates, in the contest's order.
        words: a name or an id -> the ids it may mean; several where names repeat.
        mapped: a number or a name as the file has it -> id: what the user said outright, so it comes first.
        seats: places to fill, or None where nothing is known of them.
    """

    ids: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    mapped: Mapping[str, str]
    seats: int | None = None

    @classmethod
    def of(cls, candidates: Names, mapped: Mapping[str, str] | None = None, seats: int | None = None) -> Roll:
        """Make the roll of a contest.

        Args:
            candidates: id and name of each.
            mapped: what the file calls a candidate, by name or by number in the file, to the id.
            seats: places to fill, which a file that gives their number has to agree with.

        Raises:
            RefusedError: `unknown-candidate` for an id in `mapped` that no candidate has.
        """
        words: dict[str, tuple[str, ...]] = {}
        known = []
        for candidate, name in candidates:
            known.append(candidate)
            for word in {one_spelling(name), candidate}:
                words[word] = (*words.get(word, ()), candidate)
        for word, candidate in (mapped or {}).items():
            if candidate not in known:
                raise RefusedError(
                    "unknown-candidate",
                    f"what {word!r} stands for",
                    expected="ids of the contest's candidates",
                    found=f"{candidate}{near(candidate, known)}",
                    remedy="Correct the id",
                )
        spelled = {one_spelling(word): candidate for word, candidate in (mapped or {}).items()}
        return cls(tuple(known), words, spelled, seats)

    def require_seats(self, seats: int, place: Place) -> None:
        """Refuse a file of a contest for another number of places: it is not this contest's, or was mistyped.

        Raises:
            RefusedError: `seats-differ`.
        """
        if self.seats is not None and seats != self.seats:
            raise RefusedError(
                "seats-differ",
                str(place),
                expected=f"{self.seats}, the contest's number of seats",
                found=seats,
                remedy="Check that the file is of this contest; if it is, correct the number in the file",
            )

    def holds(self, word: str) -> bool:
        """Whether some candidate goes by this word."""
        spelled = one_spelling(word)
        return spelled in self.mapped or spelled in self.words

    def find(self, word: str, place: Place, number: int = 0) -> str:
        """Give the id of the candidate that a file calls so, and numbers so where it has numbers.

        Raises:
            RefusedError: `unknown-candidate`, `ambiguous-candidate`.
        """
        spelled = one_spelling(word)
        said = (self.mapped.get(str(number)) if number else None) or self.mapped.get(spelled)
        if said is not None:
            return said
        found = self.words.get(spelled, ())
        if len(found) == 1:
            return found[0]
        if found:
            raise RefusedError(
                "ambiguous-candidate",
                str(place),
                expected="a name that one candidate has",
                found=f"{word!r}, which may be " + " or ".join(found),
                remedy=f"Say who is meant: --candidate {number}=ID" if number else "Write the id in the file instead",
            )
        raise RefusedError(
            "unknown-candidate",
            str(place),
            expected="names or ids of the contest's candidates",
            found=f"{word!r}{near(spelled, [*self.words, *self.mapped])}",
            remedy=f"Correct the name, or say who is meant: --candidate NAME=ID{f' or {number}=ID' if number else ''}",
        )

    def find_all(self, words: Iterable[tuple[str, Place]]) -> list[str]:
        """Find each of a file's list of candidates, numbered from 1 on.

        Raises:
            RefusedError: `unknown-candidate`, `ambiguous-candidate`, `duplicate-candidate`.
        """
        found: dict[str, int] = {}
        for number, (word, place) in enumerate(words, 1):
            candidate = self.find(word, place, number)
            require_once(candidate, found, place, word)
            found[candidate] = number
        return list(found)


def require_once(candidate: str, found: Mapping[str, int], place: Place, word: str) -> None:
    """Refuse a candidate who is on a file's list already: id -> number there.

    Raises:
        RefusedError: `duplicate-candidate`.
    """
    if candidate in found:
        raise RefusedError(
            "duplicate-candidate",
            str(place),
            expected="each candidate once",
            found=f"{word!r}, which is {candidate}, as is number {found[candidate]}",
            remedy="Say who is meant by number: --candidate NUMBER=ID",
        )


def require_nobody_withdrawn(withdrawn: Sequence[str], place: Place, where: str) -> None:
    """Refuse a file that says of candidates that they withdrew: the ledger keeps marks, and passes over nobody.

    Args:
        withdrawn: what the file calls them.
        where: what of the file says so.

    Raises:
        RefusedError: `withdrawn-in-file`.
    """
    if withdrawn:
        raise RefusedError(
            "withdrawn-in-file",
            str(place),
            expected="nobody withdrawn, for papers are recorded as they are marked",
            found=", ".join(withdrawn),
            remedy=f"Take {where} out if they stand in the contest; if not, define the contest without them "
            "and take them out of the file's names and papers too",
        )


@dataclass(frozen=True, slots=True)
class PaperFile:
    """What a file of papers says.

    Attributes:
        seats: places to fill, or None where the format does not say.
        candidates: id and name of each, in the file's order; one who is not of the contest has no id.
        papers: marks -> number of papers, 1..INT_MAX in all, in order of appearance; candidates by id.
        lines: marks -> the line on which they appear first; 0 where the format has no lines.
        notes: what else the file says that a reader may want to see.
    """

    title: str
    seats: int | None
    candidates: tuple[tuple[str | None, str], ...]
    papers: dict[str, int]
    lines: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Number of papers."""
        return sum(self.papers.values())

    def records(self) -> list[dict[str, int | str]]:
        """Give the papers as `ReadPapers` takes them, in the order of `lines`."""
        return [{"count": count, "marks": marks} for marks, count in self.papers.items()]


class Papers:
    """Papers as they are read: adds up those with the same marks, within bounds."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.lines: dict[str, int] = {}
        self._total = 0

    def add(self, marks: str, count: int, place: Place) -> None:
        """Add papers; empty ranks after the last mark are left off, as everywhere in the ledger.

        Raises:
            RefusedError: `too-many-papers`, and `file-malformed` for marks too long for the ledger.
        """
        marks = marks.rstrip(">")
        self._total += count
        if self._total > INT_MAX:
            raise RefusedError(
                "too-many-papers",
                str(place),
                expected=f"at most {INT_MAX} papers in a file",
                found=self._total,
                remedy="Correct the counts",
            )
        if marks not in self.counts:
            if len(marks) > MARKS_MAX:
                raise malformed(place, f"a paper of at most {MARKS_MAX} characters, with ids for names", len(marks))
            self.lines[marks] = place.line
            self.counts[marks] = count
        else:
            self.counts[marks] += count


def by_rank(marked: Sequence[tuple[int, str]]) -> str:
    """Write marks from ranks, 1..RANK_MAX, each with a candidate id; those of one rank stay in their order."""
    found: dict[int, list[str]] = {}
    for rank, candidate in marked:
        found.setdefault(rank, []).append(candidate)
    most = max(found, default=0)
    if most == len(found) == len(marked):  # as on nearly every paper
        return ">".join([found[rank][0] for rank in range(1, most + 1)])
    return ">".join("=".join(found.get(rank, ())) for rank in range(1, most + 1))
