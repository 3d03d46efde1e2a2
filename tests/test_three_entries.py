"""Somebody who is a Member of Parliament, a member, and a member of an affiliate: three entries, from CSV alone."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from terminal import CALL_ELECTION, OPENED, Terminal
from test_lists import HEAD, LIST, MEMBERS, ROWS, UNISON, certified, taken

PARLIAMENTARIANS = """\
key = "Seat"
dates = "%d/%m/%Y"
[private]
name = "Name"
email = "E-mail"
born = "Born"
[set]
category = "parliamentarian"
[office]
area = "Seat"
on = "Elected"
source = "Return"
"""
MPS = (
    "Seat,Name,E-mail,Born,Elected,Return\n"
    "Bow & Poplar,Ada AMBLETH,ada@example.org,02/01/1950,06/05/2010,Return of the writ\n"
    "Ely,Hazel Ibbotson,hazel@example.org,03/04/1951,08/05/2014,Return of the writ\n"
    "Wells,Ivo Jessop,ivo@example.org,05/06/1952,,\n"  # has not taken the seat
)
RULE = {
    "version": "franchise.v1",
    "several": "per-section",
    "categories": [
        {
            "category": "parliamentarian",
            "by": "register",
            "registers": ["mps"],
            "section": "mps",
            "tests": [{"test": "office-held", "office": "mp", "on": "2010-07-27"}],
        },
        {"category": "member", "by": "register", "registers": ["members"], "section": "members", "tests": []},
        {
            "category": "affiliated",
            "by": "register",
            "registers": ["unison"],
            "section": "affiliates",
            "tests": [{"test": "certified"}, {"test": "declaration"}],
        },
    ],
}
AS = ("--as", "reg")
WHY = (*AS, "--purpose", "correction")
OFFICES = (
    "import",
    "hold-office",
    "p.csv",
    "--mapping",
    "p.toml",
    "--set",
    "register_id=mps",
    "--set",
    "office=mp",
    *AS,
)


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    begun: list[tuple[str, dict[str, Any]]] = [
        ("call-election", CALL_ELECTION),
        ("adopt-franchise", {"election": "labour", "rule": RULE}),
    ]
    made = Terminal(tmp_path, monkeypatch, capsys).made(begun)
    files = {"m.csv": HEAD + ROWS, "u.csv": LIST, "p.csv": MPS, "m.toml": MEMBERS, "u.toml": UNISON}
    for name, content in {**files, "p.toml": PARLIAMENTARIANS}.items():
        made.write(name, content)
    certified(made)
    for what, register in (("m", "members"), ("u", "unison"), ("p", "mps")):
        taken(made, what, register)
    return made


def merged(at: Terminal, register: str, other: str, name: str) -> None:
    """Write the pairs of two registers to a file, find that those of one name are one human, and give it back."""
    at("duplicates", register, other, "--out", "pairs.csv", *WHY).done()
    with (at.folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        head, *pairs = csv.reader(file)
    rows = [["yes", *pair[1:]] if name in " ".join(pair).lower() else pair for pair in pairs]
    assert any(row[0] == "yes" for row in rows)
    with (at.folder / "pairs.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    at("merge", "pairs.csv", *AS).done()


def entries(at: Terminal) -> dict[str, list[str]]:
    """Give the sections in which each person holds an entry."""
    found: dict[str, list[str]] = {}
    for event in json.loads(at("events", "--json", "--type", "entry-added.v1", "--limit", "50", *OPENED).done()):
        found.setdefault(event["stream"].rpartition("/")[2], []).append(event["section"])
    return found


def test_holds_three_entries_from_files_alone(at: Terminal) -> None:
    assert json.loads(at(*OFFICES, "--json").done())["commands"] == 2
    merged(at, "members", "unison", "ambleth")
    merged(at, "members", "mps", "ambleth")
    at("build-roll", "labour", *AS).done()
    three = [person for person, sections in entries(at).items() if len(sections) > 1]
    assert [sorted(entries(at)[person]) for person in three] == [["affiliates", "members", "mps"]]
    (person,) = three
    why = json.loads(at("why", person, "labour", *WHY, "--json").done())
    assert sorted(each["category"] for each in why["grounds"]) == ["affiliated", "member", "parliamentarian"]
    assert len(why["merged"]) == 2
    sections = [section for each in entries(at).values() for section in each]
    assert sections.count("mps") == 1  # of the others, one was elected later and one not yet
    assert "nothing wrong was found" in at("verify").done()


def test_the_same_file_again_adds_nothing(at: Terminal) -> None:
    at(*OFFICES).done()
    size = at.size()
    assert json.loads(at(*OFFICES, "--json").done())["held"] == 2
    assert at.size() == size
    text = json.loads(at("events", "--json", "--type", "office-held.v1", *OPENED).done())
    assert {(each["office"], each["area"], each["on"]) for each in text} == {
        ("mp", "bow-poplar", "2010-05-06"),
        ("mp", "ely", "2014-05-08"),
    }


def test_the_register_is_read_the_same_with_or_without_offices(at: Terminal) -> None:
    at.write("p.toml", PARLIAMENTARIANS.partition("[office]")[0])
    assert taken(at, "p", "mps")["when"] == "before"


@pytest.mark.parametrize(
    ("mapping", "rows", "more", "code", "exit_code"),
    [
        (PARLIAMENTARIANS, MPS, ("--set", "office=mp"), "missing-field", 2),
        (PARLIAMENTARIANS.replace('"Elected"', '"Elekted"'), MPS, ("--set", "register_id=mps"), "unknown-column", 1),
        (PARLIAMENTARIANS, MPS, ("--set", "register_id=mps"), "missing-field", 1),
        (PARLIAMENTARIANS, MPS.replace("06/05/2010", "40304"), OFFICES[5:9], "day-mangled", 1),
        (PARLIAMENTARIANS, MPS.replace("Bow & Poplar", ""), OFFICES[5:9], "no-key", 1),
        (PARLIAMENTARIANS, MPS.replace("Ely", "Nowhere"), OFFICES[5:9], "unknown-person", 1),
        ('encoding = "cp1252"\n' + PARLIAMENTARIANS, MPS, OFFICES[5:9], "bad-mapping", 1),
        (PARLIAMENTARIANS.replace("area", "party"), MPS, OFFICES[5:9], "bad-mapping", 1),
    ],
)
def test_refuses_what_cannot_be_read(
    at: Terminal, mapping: str, rows: str, more: tuple[str, ...], code: str, exit_code: int
) -> None:
    at.write("p.toml", mapping)
    at.write("p.csv", rows)
    at(*OFFICES[:5], *more, *AS).refused(code, exit_code)


def test_offices_come_by_their_keys_too(at: Terminal) -> None:
    at.write("o.csv", f"person,office,on,source\n{'0' * 24},mp,2010-05-06,Return of the writ\n")
    at("import", "hold-office", "o.csv", *AS).refused("unknown-person")
