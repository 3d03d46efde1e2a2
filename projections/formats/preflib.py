"""PrefLib's orders: soc and soi without ties, toc and toi with; the c's with everybody ranked, the i's not.

An order is `1,{2,3},4`. Blank papers, ranks left out and the same candidate twice have no way to be written.
Data lines are `5: 1,2,3` after a header of `# KEY: value` lines, or in the old form `5,1,2,3` after the number
of candidates, a line `number,name` for each, and `voters,sum of counts,unique orders`.

Source: PrefLib, "Format Specification" (preflib.github.io/PrefLib-Jekyll/format) and the older "File Format".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from ledger.errors import RefusedError
from ledger.field import INT_MAX
from ledger.rules.marks import ranks
from ledger.streams.contest import CANDIDATES_MAX
from projections.formats.lines import Line, Lines, Source
from projections.formats.paper_file import (
    PaperFile,
    Papers,
    Place,
    Roll,
    malformed,
    whole,
)
from projections.formats.written import inexpressible, tidy

Kind = Literal["soc", "soi", "toc", "toi"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NAME_KEY = re.compile(r"ALTERNATIVE NAME ([0-9]{1,9})")
PARTS = re.compile(r"\{[^{}]*\}|[^{},]+")
VOTERS, ALTERNATIVES = "NUMBER VOTERS", "NUMBER ALTERNATIVES"
SHOWN = ("DESCRIPTION", "MODIFICATION TYPE", "RELATES TO", "PUBLICATION DATE")  # keys worth a note


class Head(NamedTuple):
    """What stands before the orders; names by number from 1, in their order."""

    kind: Kind
    title: str
    names: list[Line]
    voters: int | None
    notes: tuple[str, ...]
    old: bool


def read_preflib(source: Source, file: str, roll: Roll, kind: Kind | None = None) -> PaperFile:
    """Read a file of orders in the new form or the old.

    Args:
        kind: what the file is; without it, what its header or its name says, and `toi`, which allows all, at last.

    Raises:
        RefusedError: `empty-file`, `file-malformed`, `unknown-candidate`, `ambiguous-candidate`,
            `duplicate-candidate`, `too-many-papers`, `line-too-long`, `not-utf-8`, `not-text`.
    """
    lines = Lines(source, file)
    first = lines.take()
    while first is not None and not first.text.strip():
        first = lines.take()
    if first is None:
        raise RefusedError("empty-file", file, expected="a PrefLib file", found="nothing", remedy="Check the file")
    head = _new_head(first, lines, kind) if first.text.startswith("#") else _old_head(first, lines, kind)
    ids = roll.find_all(
        [(name.text, name.place.at(f"candidate {number}")) for number, name in enumerate(head.names, 1)]
    )
    papers = Papers()
    for line in lines.count():
        if not line.text.strip():
            continue
        count, orders, place = _split(line.text, line.place, old=head.old)
        weight = whole(count, place, least=1, most=INT_MAX, what="how many papers", field="count")
        papers.add(_order(orders, place, ids, head.kind), weight * line.times, place)
    total = sum(papers.counts.values())
    if head.voters is not None and total != head.voters:
        raise malformed(file, f"{head.voters} papers, as the header says", total, "Check that no line is missing")
    candidates = tuple((found, name.text) for found, name in zip(ids, head.names, strict=True))
    return PaperFile(head.title, None, candidates, papers.counts, papers.lines, head.notes)


def _kind(said: str | None, place: Place) -> Kind:
    """Find the kind: what is said, or the end of the file's name."""
    ending = place.file.rpartition(".")[2].lower()
    for kind in KINDS:
        if kind == (said or ending).strip().lower():
            return kind
    if said:
        raise malformed(place, "one of " + ", ".join(KINDS), repr(said), "Convert the file: other kinds are no papers")
    return "toi"


def _new_head(first: Line, lines: Lines, kind: Kind | None) -> Head:
    keys: dict[str, Line] = {}
    names: dict[int, Line] = {}
    line: Line | None = first
    while line is not None and (line.text.startswith("#") or not line.text.strip()):
        key, colon, value = line.text.lstrip("# ").partition(":")
        match = NAME_KEY.fullmatch(key.strip())
        if match:
            if int(match[1]) in names:
                raise malformed(line.place, "each alternative named once", f"{match[1]} again")
            names[int(match[1])] = Line(line.place, value.strip())
        elif colon:
            keys.setdefault(key.strip(), Line(line.place, value.strip()))
        line = lines.take()
    if line is not None:
        lines.back()
    place = first.place
    said = keys.get(ALTERNATIVES, Line(place, str(len(names))))
    expected = whole(said.text, said.place.at(ALTERNATIVES), least=1, most=CANDIDATES_MAX, what="how many")
    if sorted(names) != list(range(1, expected + 1)):
        missing = next((number for number in range(1, expected + 1) if number not in names), None)
        found = f"none for {missing}" if missing else f"one for {max(names)}"
        raise malformed(place, f"lines # ALTERNATIVE NAME 1 to {expected}", found, "Correct the header")
    voters = keys.get(VOTERS)
    declared = keys.get("DATA TYPE")
    return Head(
        kind=kind or _kind(declared.text if declared else None, declared.place if declared else place),
        title=keys["TITLE"].text if "TITLE" in keys else "",
        names=[names[number] for number in sorted(names)],
        voters=whole(voters.text, voters.place.at(VOTERS), least=0, most=INT_MAX, what="papers") if voters else None,
        notes=tuple(f"{key}: {keys[key].text}" for key in SHOWN if key in keys and keys[key].text),
        old=False,
    )


def _old_head(first: Line, lines: Lines, kind: Kind | None) -> Head:
    number_of = whole(first.text.strip(), first.place, least=1, most=CANDIDATES_MAX, what="how many candidates")
    names = []
    for number in range(1, number_of + 1):
        line = lines.take()
        said, comma, name = line.text.partition(",") if line else ("", "", "")
        if line is None or not comma or said.strip() != str(number):
            place, found = (line.place, repr(line.text)) if line else (lines.end, "the end of the file")
            raise malformed(place, f"candidate {number}, as {number},NAME", found)
        names.append(Line(line.place, name.strip()))
    line = lines.take()
    sums = line.text.split(",") if line else []
    if line is None or len(sums) != 3:
        found = repr(line.text) if line else "the end of the file"
        raise malformed(line.place if line else lines.end, "three numbers: voters, papers, unique orders", found)
    papers = whole(sums[1].strip(), line.place.at("number 2"), least=0, most=INT_MAX, what="how many papers")
    return Head(kind or _kind(None, first.place), "", names, papers, (), old=True)


def _split(text: str, place: Place, *, old: bool) -> tuple[str, str, Place]:
    sign = "," if old else ":"
    count, found, orders = text.partition(sign)
    if not found:
        raise malformed(place, f"a count, {sign!r} and an order", repr(text))
    return count.strip(), orders.strip(), place


def _order(text: str, place: Place, ids: Sequence[str], kind: Kind) -> str:
    """Read an order into marks, checked to be of its kind."""
    compact = "".join(text.split())
    parts = PARTS.findall(compact)
    if not parts or ",".join(parts) != compact:
        raise malformed(place, "candidates by number, with commas between, and braces around those tied", repr(text))
    written: list[str] = []
    seen: set[str] = set()
    for rank, part in enumerate(parts, 1):
        field = f"rank {rank}"
        numbers = part.strip("{}").split(",")
        if len(numbers) > 1 and kind in ("soc", "soi"):
            raise malformed(
                place.at(field),
                f"one candidate at a rank ({kind})",
                repr(part),
                "Say that the kind is one with ties: --option kind=toc, or kind=toi",
            )
        found = []
        for number in numbers:
            name = ids[whole(number, place, least=1, most=len(ids), what="a candidate's number", field=field) - 1]
            if name in seen:
                raise malformed(place.at(field), "each candidate once in an order", f"{number} again")
            seen.add(name)
            found.append(name)
        written.append("=".join(found))
    if kind in ("soc", "toc") and len(seen) != len(ids):
        raise malformed(
            place, f"all {len(ids)} candidates ({kind})", len(seen), "Say another kind: --option kind=soi, or kind=toi"
        )
    return ">".join(written)


def write_preflib(candidates: Sequence[tuple[str, str]], papers: Mapping[str, int], *, title: str, kind: Kind) -> str:
    """Write papers as orders of a kind, most frequent first; the order of the candidates gives their numbers.

    Raises:
        RefusedError: `format-cannot-express` for papers that are blank, leave a rank out, or have a candidate twice;
            for equal ranks where the kind is without ties, and for candidates left out where it is complete.
    """
    numbers = {candidate: str(number) for number, (candidate, _) in enumerate(candidates, 1)}
    lines = []
    spelled = tidy(papers)
    for marks, count in sorted(spelled.items(), key=lambda paper: -paper[1]):
        written = ranks(marks)
        _require_expressible(written, marks, kind, len(numbers))
        parts = [",".join(numbers[name] for name in rank) for rank in written]
        braced = [f"{{{part}}}" if len(rank) > 1 else part for part, rank in zip(parts, written, strict=True)]
        lines.append(f"{count}: {','.join(braced)}")
    head = [
        f"# TITLE: {_one_line(title)}",
        f"# DATA TYPE: {kind}",
        f"# NUMBER ALTERNATIVES: {len(numbers)}",
        f"# NUMBER VOTERS: {sum(spelled.values())}",
        f"# NUMBER UNIQUE ORDERS: {len(lines)}",
        *(f"# ALTERNATIVE NAME {number}: {_one_line(name)}" for number, (_, name) in enumerate(candidates, 1)),
    ]
    return "\n".join([*head, *lines]) + "\n"


def _require_expressible(written: Sequence[Sequence[str]], marks: str, kind: Kind, candidates: int) -> None:
    names = [name for rank in written for name in rank]
    if not written:
        raise inexpressible(f"PrefLib {kind}", "papers that are not blank", marks)
    if not all(written):
        raise inexpressible(f"PrefLib {kind}", "papers without a rank left out", marks)
    if len(set(names)) != len(names):
        raise inexpressible(f"PrefLib {kind}", "papers with each candidate once", marks)
    if kind in ("soc", "soi") and len(names) != len(written):
        raise inexpressible(f"PrefLib {kind}", "papers without equal ranks", marks)
    if kind in ("soc", "toc") and len(names) != candidates:
        raise inexpressible(f"PrefLib {kind}", f"papers with all {candidates} candidates", marks)


def _one_line(text: str) -> str:
    return " ".join(text.split())
