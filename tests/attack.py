"""The re-identification attack: from every byte of a ledger's folder, tell which paper is whose.

The attacker has all files but no keys, knows who returned a paper (restricted, but assume it), and puts electors and
papers into every order that the files have of either: by position, by name, by hash, by blind, by place in each file,
by day. Where the i-th of one order is the i-th of the other more often than chance has it, or the two orders run
together, secrecy is gone.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from operator import eq
from pathlib import Path
from statistics import correlation

PAPER = re.compile(rb"paper/[a-z]+/([a-z]+)/[0-9a-f]{16}")
RETURNED = re.compile(rb"returned/[a-z]+/([0-9a-f]{24})")
ENTRY = re.compile(rb"entry/[a-z]+/([0-9a-f]{24})")
COLUMNS = "position, originator_id, topic, state"
FALSE_ALARM = 1e-6  # chance that any of the attacks on a ledger without a leak is taken for a success

Order = dict[str, float]  # elector or stream of a paper -> a number to sort by
Truth = Mapping[str, Mapping[str, str]]  # section -> elector -> marks; no two papers of a section are alike


@dataclass(frozen=True)
class Folder:
    """What the attacker reads from the folder: leaves by stream, and in which orders things lie about.

    Attributes:
        sections: section -> electors who returned a paper, and streams of papers.
        marks: stream of a paper -> what is on it.
        electors: name of an order -> order of the electors; `papers` likewise.
    """

    sections: Mapping[str, tuple[Sequence[str], Sequence[str]]]
    marks: Mapping[str, str]
    electors: Mapping[str, Order]
    papers: Mapping[str, Order]


@dataclass(frozen=True)
class Success:
    """What one attack came to: papers told right, and how far the two orders run together (-1 to 1)."""

    attack: str
    right: int
    correlation: float


def read_folder(folder: Path) -> Folder:
    """Read every file of a ledger's folder."""
    files = {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    with sqlite3.connect(f"{(folder / 'ledger.db').as_uri()}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT position, originator_id, topic, state FROM stored_events ORDER BY position"
        ).fetchall()
    entries = {name.rpartition("/")[2]: state for _, name, kind, state in rows if kind == "entry-added.v1"}
    returns = [(at, name.rpartition("/")[2], state) for at, name, kind, state in rows if kind == "return-marked.v1"]
    papers = [(at, name, state) for at, name, kind, state in rows if kind == "paper-read.v1"]
    section_of = {who: _field(state, "section") for who, state in entries.items()}
    sections: dict[str, tuple[list[str], list[str]]] = {}
    for _, who, _ in returns:
        sections.setdefault(section_of[who], ([], []))[0].append(who)
    for _, name, _ in papers:
        sections[name.split("/")[2]][1].append(name)
    electors = {
        f"{kind} of the return": order for kind, order in _orders([(at, who, leaf) for at, who, leaf in returns])
    }
    electors["day, then position"] = {
        who: at + 1e9 * int(_field(leaf, "day").replace("-", "")) for at, who, leaf in returns
    }
    electors["channel, then position"] = {who: at + 1e9 * _number(_field(leaf, "channel")) for at, who, leaf in returns}
    added = [(at, name.rpartition("/")[2], state) for at, name, kind, state in rows if kind == "entry-added.v1"]
    electors |= {f"{kind} of the entry": order for kind, order in _orders(added)}
    electors["key"] = _ranks(sorted(who for _, who, _ in returns))
    found = {f"{kind} of the paper": order for kind, order in _orders(papers)}
    found["marks"] = {name: _number(_field(leaf, "marks")) for _, name, leaf in papers}
    for file, data in files.items():
        electors |= _lying(f"returns in {file}", data, RETURNED, group=1)
        electors |= _lying(f"entries in {file}", data, ENTRY, group=1)
        found |= _lying(f"papers in {file}", data, PAPER, group=0)
    return Folder(sections, {name: _field(leaf, "marks") for _, name, leaf in papers}, electors, found)


def attacks(folder: Folder, truth: Truth) -> Iterator[Success]:
    """Carry out every attack: each order of the electors against each of the papers, forwards and backwards."""
    voters, papers = dict[str, list[list[str]]](), dict[str, list[list[str]]]()  # marks in that order, by section
    for section, (people, streams) in folder.sections.items():
        for name, order in folder.electors.items():
            known = sorted((order[who], who) for who in people if who in order)
            voters.setdefault(name, []).append([truth[section][who] for _, who in known])
        for name, order in folder.papers.items():
            lying = sorted((order[each], each) for each in streams if each in order)
            papers.setdefault(name, []).append([folder.marks[each] for _, each in lying])
    for (name, voted), (other, guessed) in product(voters.items(), papers.items()):
        pairs = list(zip(voted, guessed, strict=True))
        together = sum(_correlation(*pair) for pair in pairs) / len(pairs)
        yield Success(f"{name} / {other}", sum(_right(*pair) for pair in pairs), together)
        yield Success(f"{name} / {other} backwards", sum(_right(one, two[::-1]) for one, two in pairs), -together)


def _right(voted: Sequence[str], guessed: Sequence[str]) -> int:
    return sum(map(eq, voted, guessed))


def _correlation(voted: Sequence[str], guessed: Sequence[str]) -> float:
    """Give the correlation of the places that papers have in both orders, -1 to 1."""
    place = {marks: number for number, marks in enumerate(guessed)}
    pairs = [(number, place[marks]) for number, marks in enumerate(voted) if marks in place]
    if len(pairs) < 3:
        return 0.0
    first, second = zip(*pairs, strict=True)
    return correlation(first, second)


def bounds(folder: Folder) -> tuple[float, float]:
    """Give how many papers told right, and what correlation, chance alone does not exceed in any attack.

    A guess that knows nothing is a random matching within each section, and no two papers of a section are alike: one
    of each section is right on average, and more than that by t with a chance of at most exp(-t^2 / (4E + 2t)), where E
    is the average (Chatterjee 2007, Stein's method for concentration inequalities, proposition 1.1). The correlation of
    a random order of n is 0 with a standard deviation of 1/sqrt(n - 1), and close to normal. Both are held to a chance
    of FALSE_ALARM for all attacks together.
    """
    each = FALSE_ALARM / (4 * len(folder.electors) * len(folder.papers))
    expected, unlikely = len(folder.sections), -math.log(each)
    right = expected + unlikely + math.sqrt(unlikely * unlikely + 4 * expected * unlikely)
    fewest = min(len(papers) for _, papers in folder.sections.values())
    return right, _deviations(each) / math.sqrt(len(folder.sections) * (fewest - 1))


def _deviations(chance: float) -> float:
    """Give how many standard deviations a normal number exceeds, either way, with at most this chance."""
    at = 0.0
    while math.erfc(at / math.sqrt(2)) > chance:
        at += 0.01
    return at


def _orders(leaves: Sequence[tuple[int, str, bytes]]) -> Iterator[tuple[str, Order]]:
    """Give the orders that leaves have: by position, name, hash, blind, and the time recorded."""
    yield "position", {name: float(at) for at, name, _ in leaves}
    yield "name", _ranks(sorted(name for _, name, _ in leaves))
    yield "leaf hash", {name: _number(sha256(b"\0" + leaf).hexdigest()) for _, name, leaf in leaves}
    yield "digest", {name: _number(sha256(name.encode()).hexdigest()) for _, name, _ in leaves}
    yield "blind", {name: _number(_field(leaf, "blind")) for _, name, leaf in leaves}
    yield "time", {name: _number(_field(leaf, "recorded")) for _, name, leaf in leaves}


def _lying(what: str, data: bytes, pattern: re.Pattern[bytes], group: int) -> dict[str, Order]:
    """Give the orders in which names lie in a file: where each is first, and where last."""
    first: Order = {}
    last: Order = {}
    for found in pattern.finditer(data):
        name = found[group].decode()
        first.setdefault(name, found.start())
        last[name] = found.start()
    return {f"first of {what}": first, f"last of {what}": last} if len(first) > 2 else {}


def _ranks(names: Sequence[str]) -> Order:
    return {name: float(number) for number, name in enumerate(names)}


def _field(leaf: bytes, name: str) -> str:
    found = re.search(rb'"' + name.encode() + rb'":"([^"]*)"', leaf)
    return found[1].decode() if found else ""


def _number(text: str) -> float:
    """Give a number in the order of texts, as far as 13 characters go."""
    return float(int.from_bytes(text.encode()[:13].ljust(13, b"\0"), "big"))
