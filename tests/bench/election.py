"""A whole election for the benchmarks: three registers of electors, and the applications of a fourth kind.

All of it is invented, from one seed, and as many of it as are asked for: members; affiliates' lists, each with a
mapping of its own and with the numbers that its officer certifies, three of them late; registered supporters, who
apply. So many rows are written that just the electors asked for are found, once everybody is tested: some members
joined too late, some affiliates' members declared nothing, and of the applications those pass that `applications.py`
says.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from applications import ELECTION, Written, write_all
from members import MAPPING, REGIONS, UNITS, write_members

ELECTORS, APPLICATIONS = 784_151, 183_541
REFERRED = 0.05  # of the applications
MEMBERS = 0.72  # of those on registers; the others are affiliates'
AFFILIATES = ("toolmakers", "weavers", "carters", "printers", "bakers", "glaziers")
LATE = frozenset(AFFILIATES[-3:])
UNDECLARED = 0.05  # of the affiliates' rows
BACK = 0.76  # of the papers issued
LAST_JOINED = "2015-08-12"
LISTS_DUE = {False: "2100-01-01T00:00:00Z", True: "2015-08-01T00:00:00Z"}  # by whether they came late
CONTEST = "leader"
AFFILIATES_HEAD = ("Reference", "Name", "Address", "E-mail", "Born", "CLP", "Region", "Levy", "Supports")
AFFILIATES_MAPPING = """\
key = "Reference"

[public]
unit = "CLP"
region = "Region"
levy = "Levy"
declaration = "Supports"

[private]
name = "Name"
address = "Address"
email = "E-mail"
born = "Born"

[set]
category = "affiliated"
affiliate = "%s"
"""
COUNT_RULE: Mapping[str, object] = {
    "version": "av.v1",
    "blank": "reject",
    "decimals": 2,
    "duplicate": "refuse",
    "exclusion": "single-lowest",
    "gap": "refuse",
    "majority_base": "continuing",
    "overvote": "refuse",
    "preferences": "any-number",
    "publication": "by-section",
    "stop": "first-majority",
    "ties": ["lot"],
}


@dataclass(frozen=True)
class Listed:
    """An affiliate's list as its officer certifies it."""

    affiliate: str
    rows: int
    declared: int
    due: str


@dataclass(frozen=True)
class Invented:
    """What was written.

    Attributes:
        members: rows of the register of members.
        lists: the affiliates' lists.
        applied: the applications, and how many of each kind.
        referred: receipt numbers of those applications that are referred; all of them would pass.
        sections: the electors that come of it, by section.
    """

    members: int
    lists: tuple[Listed, ...]
    applied: Written
    referred: tuple[str, ...]
    sections: Mapping[str, int]


def write_election(folder: Path, electors: int, applications: int, edition: int, seed: int = 2015) -> Invented:
    """Write the files of an election.

    Beside those of `applications.write_all` they are `members.csv`, a file of each affiliate, their mappings, and
    `election.jsonl`, the commands that come before.

    Args:
        electors: how many are on the roll in the end.
        applications: how many apply to be.
        edition: entries of the electoral register that they are checked against.
    """
    chance = random.Random(seed)
    applied = write_all(folder, applications, edition, seed)
    referred = chance.sample(applied.passing, round(applications * REFERRED))
    supporters = len(applied.passing) - len(referred)
    members = round((electors - supporters) * MEMBERS)
    rows = _members(folder, members, seed)
    affiliated = electors - supporters - members
    lists = tuple(_affiliates(folder, chance, affiliated))
    _commands(folder)
    sections = {"affiliates": affiliated, "members": members, "supporters": supporters}
    return Invented(rows, lists, applied, tuple(referred), sections)


def _members(folder: Path, wanted: int, seed: int) -> int:
    """Write a register with so many members who joined in time, and give its rows."""
    whole = folder / "all-members.csv"
    write_members(whole, wanted + wanted // 20 + 100, seed)
    found = rows = 0
    with whole.open(encoding="utf-8") as lines, (folder / "members.csv").open("w", encoding="utf-8") as out:
        out.write(next(lines))
        for line in lines:
            out.write(line)
            rows += 1
            found += line.rstrip("\n").rpartition(",")[2] <= LAST_JOINED
            if found == wanted:
                break
    if found < wanted:
        raise AssertionError(f"{found} of {wanted} members joined by {LAST_JOINED}")
    whole.unlink()
    (folder / "members.toml").write_text(MAPPING, "utf-8")
    return rows


def _affiliates(folder: Path, chance: random.Random, wanted: int) -> list[Listed]:
    """Write a list of each affiliate, each shorter than the one before, with so many who declared support."""
    weights = range(1, len(AFFILIATES))
    shares = [wanted * weight // sum(weights, len(AFFILIATES)) for weight in weights]
    shares = [wanted - sum(shares), *reversed(shares)]
    found = []
    for affiliate, declared in zip(AFFILIATES, shares, strict=True):
        rows = declared + round(declared * UNDECLARED)
        undeclared = set(chance.sample(range(rows), rows - declared))
        _list(folder, chance, affiliate, rows, undeclared)
        found.append(Listed(affiliate, rows, declared, LISTS_DUE[affiliate in LATE]))
    return found


def _list(folder: Path, chance: random.Random, affiliate: str, rows: int, undeclared: set[int]) -> None:
    with (folder / f"{affiliate}.csv").open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write(AFFILIATES_HEAD)
        for number in range(rows):
            unit = chance.randrange(UNITS)
            born = f"{chance.randrange(1925, 2001)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            reference = f"{affiliate[:2].upper()}{number:07}"
            row = (reference, f"Invented {affiliate} {number}", f"{1 + number % 200} Mill Bank ZZ{unit % 99} 1QQ")
            mail = f"{affiliate}.{number}@example.org"
            supports = "no" if number in undeclared else "yes"
            write((*row, mail, born, f"Unit {unit}", f"Region {unit % REGIONS}", "yes", supports))
    (folder / f"{affiliate}.toml").write_text(AFFILIATES_MAPPING % affiliate, "utf-8")


def _commands(folder: Path) -> None:
    """Write what comes before the rest: that of the applications, with the two other sections in the franchise."""
    file = folder / "commands.jsonl"
    commands = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    (rule,) = (each["rule"] for each in commands if each["verb"] == "adopt-franchise")
    member: Mapping[str, object] = {
        "category": "member",
        "by": "register",
        "registers": ["members"],
        "section": "members",
        "tests": [{"test": "member-on", "day": LAST_JOINED}],
    }
    affiliated: Mapping[str, object] = {
        "category": "affiliated",
        "by": "register",
        "registers": list(AFFILIATES),
        "section": "affiliates",
        "tests": [{"test": name} for name in ("certified", "levy", "declaration")],
    }
    rule["categories"] = [member, affiliated, *rule["categories"]]
    ground = {"ground": "supports-another-party", "title": "Supports another party", "tests": ["public statements"]}
    commands.append(
        {
            "verb": "adopt-ground",
            "election": ELECTION,
            **ground,
            "evidence": "A",
            "decided_by": "panel",
            "cure_hours": 72,
            "appeal": "the oversight panel",
            "effective": "2015-06-01T12:00:00Z",
        }
    )
    commands.append({"verb": "adopt-count-rule", "election": ELECTION, "rule": COUNT_RULE})
    file.write_text("".join(json.dumps(each) + "\n" for each in commands), "utf-8")


def write_marks(file: Path, electors: list[str], day: str, seed: int = 2015) -> int:
    """Write a marked register, in no order that tells anything; give its rows.

    Args:
        electors: the numbers, as `KEY/1`, of all who were issued a paper.
        day: on which all that came back did.
    """
    chance = random.Random(seed)
    back = chance.sample(electors, round(len(electors) * BACK))
    with file.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write(("elector", "day", "channel"))
        for elector in back:
            write((elector, day, chance.choice(("post", "online"))))
    return len(back)
