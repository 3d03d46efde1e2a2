"""Applications to one election for the benchmarks, with their bank file and an edition of an electoral register.

All of it is invented, from a seed. The shares are those of 2015: of the applications 22% fail an automatic check (of
these the register 60%, duplicates 25%, payment 10%, age or the list of those barred 5%), 1.5% are near matches, and one
is a cat's. No postcode area begins with Q; no name, street or mailbox here is anybody's.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

ELECTION = "leader-2015"
FAILING = 0.22
OF_REGISTER, OF_DUPLICATES, OF_PAYMENT, OF_OTHERS = 0.60, 0.25, 0.10, 0.05
NEAR = 0.015
AT_A_POSTCODE = 15  # entries
STARTS = (
    "Bra",
    "Cor",
    "Del",
    "Fen",
    "Gar",
    "Hol",
    "Jas",
    "Kel",
    "Lor",
    "Mar",
    "Nor",
    "Pel",
    "Quin",
    "Ros",
    "Sal",
    "Tor",
)
MIDDLES = ("", "a", "be", "di", "fo", "gu", "ka", "li", "mo", "nu", "pe", "ri", "so", "tu", "va", "we", "xi", "yo")
FIRST_ENDS = ("na", "ric", "la", "ton", "sa", "vin", "mir", "dra")
LAST_ENDS = ("berry", "combe", "dale", "field", "grove", "hurst", "ley", "mere", "ness", "shaw", "thorpe", "wick")
STREETS = ("Linden Row", "Quarry Lane", "Mill Bank", "Station Approach", "Chapel Fold", "Orchard Close")
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
OPENED, CLOSED = "2015-07-01T08:00:00", "2015-08-12T15:00:00"
FEE = 300

APPLICATIONS = """\
key = "Receipt"
declaration = "sha256:%s"
[public]
received = "Submitted"
declaration = "Declared"
[private]
name = ["First name", "Surname"]
address = ["Address", "Postcode"]
email = "E-mail"
born = "Born"
[set]
category = "registered-supporters"
channel = "online"
""" % ("d" * 64)
PAYMENTS = """\
key = "Reference"
reference = "Transaction"
[public]
amount = "Amount"
day = "Date"
kind = "Status"
[set]
currency = "GBP"
"""
ELECTORS = 'key = "Number"\nname = ["Forename", "Surname"]\naddress = ["Address", "Postcode"]\n'
BARRED = 'key = "Number"\nname = "Name"\naddress = "Address"\nborn = "Born"\n'


class Person(NamedTuple):
    """Somebody invented."""

    first: str
    last: str
    address: str
    postcode: str
    born: str
    email: str


@dataclass
class Written:
    """How many of each kind were written."""

    applications: int = 0
    absent: int = 0
    duplicates: int = 0
    unpaid: int = 0
    others: int = 0
    near: int = 0
    passing: list[str] = field(default_factory=list, repr=False)  # receipt numbers of those that pass every check


def postcode(number: int) -> str:
    """Give a postcode of its own to each number."""
    number, sector = divmod(number, 9)
    number, last = divmod(number, len(LETTERS))
    number, middle = divmod(number, len(LETTERS))
    area, district = divmod(number, 99)
    return f"Q{LETTERS[area % len(LETTERS)]}{district + 1} {sector + 1}{LETTERS[middle]}{LETTERS[last]}"


def invent(chance: random.Random, number: int, code: str, years: tuple[int, int] = (1930, 1997)) -> Person:
    """Invent somebody."""
    first = chance.choice(STARTS) + chance.choice(MIDDLES) + chance.choice(FIRST_ENDS)
    last = chance.choice(STARTS) + chance.choice(MIDDLES) + chance.choice(MIDDLES) + chance.choice(LAST_ENDS)
    address = f"{chance.randrange(1, 200)} {chance.choice(STREETS)}"
    born = f"{chance.randrange(*years)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return Person(first, last, address, code, born, f"{first}.{last}.{number}@example.org".lower())


def receipt(number: int) -> str:
    """Give the receipt number of an application by its place in the file."""
    return f"R{number:08}"


def misspelt(chance: random.Random, name: str) -> str:
    """Swap two neighbouring letters that differ, beyond the first."""
    places = [at for at in range(1, len(name) - 1) if name[at] != name[at + 1]]
    at = chance.choice(places)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def write_all(folder: Path, applications: int, electors: int, seed: int = 2015) -> Written:
    """Write the files of so many applications, and of an edition with so many entries.

    The files are `a.csv`, `p.csv`, `e.csv` and `b.csv`, each with its mapping, and `commands.jsonl`.
    """
    chance = random.Random(seed)
    done = Written()
    failing = round(applications * FAILING)
    done.absent, done.duplicates = round(failing * OF_REGISTER), round(failing * OF_DUPLICATES)
    done.unpaid, done.others = round(failing * OF_PAYMENT), round(failing * OF_OTHERS)
    done.near = round(applications * NEAR)
    registered = applications - done.absent - done.duplicates
    people = _electors(folder, chance, registered, electors, done.near)
    barred = people[: done.others // 2]
    people += [
        invent(chance, electors + n, postcode(chance.randrange(electors // AT_A_POSTCODE))) for n in range(done.absent)
    ]
    people[-1] = Person("Ned", "Catman", "1 Linden Row", postcode(0), "1990-04-01", "ned.catman@example.org")
    minors = range(done.others // 2, done.others)
    people = [p._replace(born=f"2005{p.born[4:]}") if n in minors else p for n, p in enumerate(people)]
    unpaid = {people[n] for n in range(done.others, done.others + done.unpaid)}
    again = chance.sample(people[done.others + done.unpaid : registered], done.duplicates)
    passing = set(people[done.others + done.unpaid : registered - done.near])
    chance.shuffle(people)
    done.passing = [receipt(number) for number, person in enumerate(people) if person in passing]
    people += [p._replace(first=p.first.upper(), last=p.last.upper()) for p in again]
    done.applications = _apply(folder, chance, people, unpaid)
    _barred(folder, barred)
    _commands(folder)
    return done


def _electors(folder: Path, chance: random.Random, wanted: int, electors: int, near: int) -> list[Person]:
    """Write the edition, and give those of it who apply; so many of them are spelled otherwise there."""
    applying = set(chance.sample(range(electors), wanted))
    found: list[Person] = []
    with (folder / "e.csv").open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write(("Number", "Forename", "Surname", "Address", "Postcode"))
        for number in range(electors):
            person = invent(chance, number, postcode(number // AT_A_POSTCODE))
            last = person.last
            if number in applying:
                found.append(person)
                last = misspelt(chance, last) if wanted - len(found) < near else last
            write((f"E{number}", person.first, last, person.address, person.postcode))
    (folder / "e.toml").write_text(ELECTORS, "utf-8")
    return found


def _apply(folder: Path, chance: random.Random, people: list[Person], unpaid: set[Person]) -> int:
    """Write the applications in the order they came, and what was paid for them."""
    moments = sorted(_moments(chance, len(people)))
    heads = ("Receipt", "Submitted", "Declared", "First name", "Surname", "Address", "Postcode", "E-mail", "Born")
    with (
        (folder / "a.csv").open("w", encoding="utf-8", newline="") as applied,
        (folder / "p.csv").open("w", encoding="utf-8", newline="") as paid,
    ):
        apply, pay = csv.writer(applied).writerow, csv.writer(paid).writerow
        apply(heads)
        pay(("Reference", "Transaction", "Amount", "Date", "Status"))
        for number, (person, moment) in enumerate(zip(people, moments, strict=True)):
            first, last, address, code, born, email = person
            apply((receipt(number), moment, "yes", first, last, address, code, email, born))
            if person in unpaid and number % 2:
                continue
            amount = "2.00" if person in unpaid else "3.00"
            pay((receipt(number), f"T{number:010}", amount, moment[:10], "received"))
    (folder / "a.toml").write_text(APPLICATIONS, "utf-8")
    (folder / "p.toml").write_text(PAYMENTS, "utf-8")
    return len(people)


def _moments(chance: random.Random, how_many: int) -> Iterator[str]:
    """Give moments of the window, most of them on its last day."""
    for _ in range(how_many):
        day = 12 if chance.random() < 0.87 else chance.randrange(1, 12)
        hour = chance.randrange(15) if day == 12 else chance.randrange(24)
        yield f"2015-08-{day:02}T{hour:02}:{chance.randrange(60):02}:{chance.randrange(60):02}Z"


def _barred(folder: Path, people: list[Person]) -> None:
    with (folder / "b.csv").open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write(("Number", "Name", "Address", "Born"))
        for number, p in enumerate(people):
            write((f"B{number}", f"{p.first} {p.last}", f"{p.address} {p.postcode}", p.born))
    (folder / "b.toml").write_text(BARRED, "utf-8")


def _commands(folder: Path) -> None:
    """Write what comes before: the election, its timetable, the fee, the franchise."""
    start = {"effective": "2015-06-01T12:00:00Z"}
    steps = [
        {"step": "applications-open", "local": OPENED},
        {"step": "applications-close", "local": CLOSED},
        {"step": "poll-close", "local": "2015-09-10T12:00:00"},
    ]
    category = "registered-supporters"
    kinds: list[Mapping[str, object]] = [
        {"test": "register-match", "near": "not-accepted"},
        {"test": "of-age", "years": 14, "on": "2015-09-10"},
        *[{"test": name} for name in ("not-duplicate", "paid", "not-barred", "declaration")],
    ]
    tests = {"category": category, "by": "application", "section": "supporters", "tests": kinds}
    rule = {"version": "franchise.v1", "several": "per-section", "categories": [tests]}
    called = {"title": "Leader", "organisation": "Party", "reason": "vacancy"}
    fee = {"category": category, "amount": FEE, "currency": "GBP"}
    lines: list[dict[str, object]] = [
        {"verb": "call-election", **called},
        {"verb": "set-timetable", "zone": "UTC", "steps": steps},
        {"verb": "set-fee", **fee},
        {"verb": "adopt-franchise", "rule": rule},
    ]
    text = "".join(json.dumps({"election": ELECTION, **line, **start}) + "\n" for line in lines)
    (folder / "commands.jsonl").write_text(text, "utf-8")
