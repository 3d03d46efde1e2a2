"""BLT, the format of STV programs: `4 2`, withdrawn `-2`, ballots `3 1 2=4 - 3 0`, `0`, names, title.

Source: Hill, Wichmann and Woodall, "Algorithm 123: Single Transferable Vote by Meek's method", The Computer
Journal 30 (1987); OpenSTV and OpaVote added `#` comments, equal ranks `=` and skipped ranks `-`; Wichmann
added quoted texts after the title. The original lets a ballot run over several lines. Then a `0` left out
makes one ballot of two, so a ballot has to be on one line here. Ballot ids are refused: they may lead to voters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ledger.errors import RefusedError
from ledger.field import INT_MAX
from ledger.rules.marks import ranks
from ledger.streams.contest import CANDIDATES_MAX, SEATS_MAX
from projections.formats.lines import Kind, Line, Lines, Source
from projections.formats.paper_file import (
    PaperFile,
    Papers,
    Place,
    Roll,
    malformed,
    require_nobody_withdrawn,
    whole,
)
from projections.formats.written import tidy

QUOTED = re.compile(r'"([^"]*)"')
TEXTS = re.compile(r'((?:"[^"]*"\s*)+)(?:#.*)?')
LOOSE_EQUALS = re.compile(r"\s*=\s*")
ONE_LINE = "Write each ballot on one line: how many papers, the candidates' numbers, 0"


def read_blt(source: Source, file: str, roll: Roll) -> PaperFile:
    """Read a BLT file.

    Args:
        source: the file's bytes, whole or in pieces cut anywhere.
        file: what errors call it.
        roll: the contest's candidates, found by the names in the file, or by number where mapped so.

    Raises:
        RefusedError: `empty-file`, `file-malformed`, `unknown-candidate`, `ambiguous-candidate`,
            `duplicate-candidate`, `too-many-papers`, `line-too-long`, `not-utf-8`, `not-text`, `seats-differ`,
            `withdrawn-in-file`.
    """
    lines = Lines(source, file)
    number_of, seats = _head(lines, roll)
    withdrawn, withdrawn_at = _withdrawn(lines, number_of)
    kinds = list(lines.count(_stops))
    _end_of_ballots(lines)
    names, notes = _names(lines, number_of)
    gone = [f"{number} {names[number - 1].text!r}" for number in withdrawn]
    require_nobody_withdrawn(gone, withdrawn_at, "the line")
    ids = roll.find_all((name.text, name.place.at(f"candidate {number}")) for number, name in enumerate(names, 1))
    title, *texts = _title(lines)
    papers = Papers()
    # Every mark but equal ranks; those, and whatever is wrong, are looked at with more care.
    plain = {str(number): found for number, found in enumerate(ids, 1)} | {"-": ""}
    for kind in kinds:
        _add(kind, papers, plain)
    return PaperFile(
        title=title,
        seats=seats,
        candidates=tuple((found, name.text) for found, name in zip(ids, names, strict=True)),
        papers=papers.counts,
        lines=papers.lines,
        notes=(*notes, *texts),
    )


def _next(lines: Lines) -> Line | None:
    """Take the next line on which anything but a comment is written; the comment is left off."""
    while (line := lines.take()) is not None:
        text = line.text.partition("#")[0].strip()
        if text:
            return Line(line.place, text)
    return None


def _head(lines: Lines, roll: Roll) -> tuple[int, int]:
    line = _next(lines)
    if line is None:
        raise RefusedError(
            "empty-file", str(lines.end), expected="a BLT file", found="nothing", remedy="Check the file"
        )
    words = line.text.split()
    if len(words) != 2:
        raise malformed(line.place, "two numbers: how many candidates, how many seats", repr(line.text))
    candidates = whole(words[0], line.place.at("word 1"), least=1, most=CANDIDATES_MAX, what="how many candidates")
    seats = whole(words[1], line.place.at("word 2"), least=0, most=SEATS_MAX, what="how many seats")
    roll.require_seats(seats, line.place.at("word 2"))
    return candidates, seats


def _withdrawn(lines: Lines, number_of: int) -> tuple[list[int], Place]:
    """Read the lines that name the withdrawn, such as `-3 -5`, before the first ballot; give where the first is."""
    found: list[int] = []
    place = lines.end
    while (line := _next(lines)) is not None:
        words = line.text.split()
        if not words[0].startswith("-"):
            lines.back()
            break
        place = place if found else line.place
        for at, word in enumerate(words, 1):
            what = "the number of somebody withdrawn, such as -3"
            if not word.startswith("-"):
                raise malformed(line.place.at(f"word {at}"), what, repr(word), "Give every ballot a count from 1")
            found.append(whole(word[1:], line.place.at(f"word {at}"), least=1, most=number_of, what=what))
    return sorted(set(found)), place


def _stops(raw: bytes) -> bool:
    """Whether a line ends the ballots: `0` alone does, and a name must come after it."""
    return raw.lstrip()[:1] in (b"0", b'"') and (raw.partition(b"#")[0].strip() == b"0" or raw.lstrip()[:1] == b'"')


def _end_of_ballots(lines: Lines) -> None:
    line = lines.take()
    if line is None or line.text.lstrip().startswith('"'):
        place = line.place if line else lines.end
        found = repr(line.text) if line else "the end of the file"
        raise malformed(place, "0 alone on a line, after the last ballot", found, "Add the line: 0")


def _names(lines: Lines, number_of: int) -> tuple[list[Line], list[str]]:
    """Read the candidates' names, one on each line; a second text there, such as a party, is a note."""
    names: list[Line] = []
    notes = []
    while len(names) < number_of:
        texts = _texts(lines)
        if not texts:
            raise malformed(
                lines.end,
                f"{number_of} names, one on each line",
                f"{len(names)} and the end of the file",
                "Add the names of the others, in the order of their numbers",
            )
        names.append(texts[0])
        notes += [f"{texts[0].text}: {text.text}" for text in texts[1:]]
    return names, notes


def _title(lines: Lines) -> list[str]:
    """Read the title, which may be missing, and the texts that may follow it."""
    found: list[str] = []
    while texts := _texts(lines):
        found += [text.text for text in texts]
    return found or [""]


def _texts(lines: Lines) -> list[Line]:
    """Take the next line with texts: in quotes, or one bare as some programs write it."""
    while (line := lines.take()) is not None:
        text = line.text.strip()
        written = TEXTS.fullmatch(text)
        if written:
            return [Line(line.place, found) for found in QUOTED.findall(written[1])]
        if text.startswith('"'):
            if len(text) < 2 or not text.endswith('"'):
                raise malformed(line.place, "a name or title between quotes", repr(text), "Close the quote")
            return [Line(line.place, text[1:-1])]  # with quotes inside: nothing else on the line can be meant
        text = text.partition("#")[0].strip()
        if text:
            return [Line(line.place, text)]
    return []


def _add(kind: Kind, papers: Papers, plain: Mapping[str, str]) -> None:
    """Read one ballot, as often as it is there."""
    words = kind.text.partition("#")[0].split()
    if not words:
        return
    if "=" in kind.text:
        words = LOOSE_EQUALS.sub("=", kind.text.partition("#")[0]).split()
    if len(words) < 2 or words[-1] != "0":
        raise malformed(kind.place, "a ballot that ends in 0", repr(kind.text), ONE_LINE)
    weight = whole(words[0], kind.place, least=1, most=INT_MAX, what="how many papers", field="word 1")
    try:
        marks = ">".join([plain[word] for word in words[1:-1]])
    except KeyError:
        marks = ">".join(_rank(words[at], kind.place.at(f"word {at + 1}"), plain) for at in range(1, len(words) - 1))
    papers.add(marks, weight * kind.times, kind.place)


def _rank(word: str, place: Place, plain: Mapping[str, str]) -> str:
    if word == "-":
        return ""
    if word == "0":
        raise malformed(place, "one ballot on a line", "a 0 before its end", ONE_LINE)
    found: list[str] = []
    for part in word.split("="):
        number = whole(part, place, least=1, most=len(plain) - 1, what="a candidate's number, or - for a rank left out")
        found.append(plain[str(number)])
    return "=".join(found)


def write_blt(
    candidates: Sequence[tuple[str, str]],
    papers: Mapping[str, int],
    *,
    seats: int,
    title: str,
) -> str:
    """Write papers as BLT; the order of the candidates gives their numbers.

    Args:
        candidates: id and name of each.
        papers: marks -> number of papers, 1 or more.

    Quotes in a name are written as `'`, for the format has no other way.
    """
    numbers = {candidate: str(number) for number, (candidate, _) in enumerate(candidates, 1)}
    lines = [f"{len(numbers)} {seats}"]
    for marks, count in tidy(papers).items():
        written = ["=".join(numbers[name] for name in rank) or "-" for rank in ranks(marks)]
        lines.append(" ".join([str(count), *written, "0"]))
    lines.append("0")
    lines += [_in_quotes(name) for _, name in candidates]
    lines.append(_in_quotes(title))
    return "\n".join(lines) + "\n"


def _in_quotes(text: str) -> str:
    return '"' + " ".join(text.replace('"', "'").split()) + '"'
