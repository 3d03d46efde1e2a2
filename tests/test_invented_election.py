"""The election that the benchmarks invent: its sizes and shares, counted from its files alone; and it names nobody."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "bench"))

from election import APPLICATIONS, ELECTORS, LAST_JOINED, Invented, write_election

from ledger.checks.score import name_score

SHARE = 100
WANTED, APPLIED = ELECTORS // SHARE, APPLICATIONS // SHARE
FEE, BORN_BY = "3.00", "2001-09-10"  # whoever was born later is not 14 at the close of the poll

Row = dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Invented]:
    folder = tmp_path_factory.mktemp("invented")
    return folder, write_election(folder, WANTED, APPLIED, 2 * APPLIED)


def rows(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def failing(folder: Path) -> tuple[Counter[str], set[str]]:
    """Count the applications by what they fail, none twice; and give the receipts of those that fail nothing."""
    entries: dict[tuple[str, str], list[str]] = {}
    for row in rows(folder, "e.csv"):
        entries.setdefault((row["Postcode"], row["Address"]), []).append(f"{row['Forename']} {row['Surname']}")
    paid = {row["Reference"]: row["Amount"] for row in rows(folder, "p.csv")}
    barred = {(row["Name"], row["Born"]) for row in rows(folder, "b.csv")}
    seen: set[tuple[str, str]] = set()
    found: Counter[str] = Counter()
    passing = set()
    for row in rows(folder, "a.csv"):
        name = f"{row['First name']} {row['Surname']}"
        who = (name.lower(), row["Born"])
        there = entries.get((row["Postcode"], row["Address"]), [])
        if who in seen:
            found["duplicate"] += 1
        elif name not in there:
            near = any(name_score(name.lower(), other.lower()) >= 80 for other in there)
            found["near" if near else "register"] += 1
        elif paid.get(row["Receipt"]) != FEE:
            found["payment"] += 1
        elif (name, row["Born"]) in barred or row["Born"] > BORN_BY:
            found["other"] += 1
        else:
            passing.add(row["Receipt"])
        seen.add(who)
    return found, passing


def test_its_sizes_are_those_of_2015() -> None:
    assert (ELECTORS, APPLICATIONS) == (784_151, 183_541)


def test_of_the_applications_as_many_fail_as_is_said(made: tuple[Path, Invented]) -> None:
    folder, invented = made
    found, passing = failing(folder)
    assert len(rows(folder, "a.csv")) == APPLIED
    fail = round(0.22 * APPLIED)
    shares = {"register": 0.60, "duplicate": 0.25, "payment": 0.10, "other": 0.05}
    assert {name: found[name] for name in shares} == {name: round(fail * share) for name, share in shares.items()}
    assert found["near"] == round(0.015 * APPLIED)
    assert len(invented.referred) == round(0.05 * APPLIED)
    assert set(invented.referred) < passing == set(invented.applied.passing)
    assert [row["First name"] for row in rows(folder, "a.csv") if "cat" in row["Surname"].lower()] == ["Ned"]


def test_the_electors_of_three_sections_come_to_those_asked_for(made: tuple[Path, Invented]) -> None:
    folder, invented = made
    joined = sum(row["Joined"] <= LAST_JOINED for row in rows(folder, "members.csv"))
    lists = {each.affiliate: rows(folder, f"{each.affiliate}.csv") for each in invented.lists}
    declared = sum(row["Supports"] == "yes" for each in lists.values() for row in each)
    supporters = len(invented.applied.passing) - len(invented.referred)
    assert invented.sections == {"affiliates": declared, "members": joined, "supporters": supporters}
    assert joined + declared + supporters == WANTED
    assert [len(each) for each in lists.values()] == [each.rows for each in invented.lists]
    assert sum(each.due < "2015-08-02" for each in invented.lists) == 3  # certified as of 1 August: they are late
    sections = [
        category["section"]
        for line in (folder / "commands.jsonl").read_text("utf-8").splitlines()
        for category in json.loads(line).get("rule", {}).get("categories", ())
    ]
    assert sorted(sections) == sorted(invented.sections)


def test_it_names_nobody(made: tuple[Path, Invented]) -> None:
    """Addresses of the reserved domain, postcodes of areas that there are not, names made of syllables or numbers."""
    folder, invented = made
    for name in ("a.csv", "members.csv", *(f"{each.affiliate}.csv" for each in invented.lists)):
        assert all(row["E-mail"].endswith("@example.org") for row in rows(folder, name)), name
    assert all(row["Postcode"].startswith("Q") for name in ("a.csv", "e.csv") for row in rows(folder, name))


def test_the_same_seed_gives_the_same_files_and_another_does_not(tmp_path: Path) -> None:
    written = []
    for number, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_election(folder, 1_000, 200, 400, seed)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]
    assert written[0]["a.csv"] != written[2]["a.csv"]
