"""A register's numbers on both clocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from killing import Killed, kill_at
from terminal import Terminal

import cli.registers.member_file

MAPPING = """\
key = "No"
[public]
category = "Type"
region = "Region"
joined = "Joined"
lapsed = "Lapsed"
[private]
name = "Name"
"""
HEAD = "No,Type,Region,Joined,Lapsed,Name\n"
ROWS = "1,Member,North,2010-01-01,,A\n2,Member,South,2012-06-01,2014-06-01,B\n3,Affiliated,North,2015-08-01,,C\n"
FIRST = HEAD + ROWS
SECOND = HEAD + "4,Member,North,2009-01-01,,D\n"
IMPORT = ("import", "register-members", "--mapping", "m.toml", "--set", "register_id=members", "--as", "reg")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, monkeypatch, capsys).made(())
    made.write("m.toml", MAPPING)
    made.write("a.csv", FIRST)
    made.write("b.csv", SECOND)
    made(*IMPORT, "a.csv").done()
    return made


WHY = ("--purpose", "audit", "--as", "clerk")


def shown(at: Terminal, *words: str) -> Any:
    return json.loads(at("register", "members", *WHY, *words, "--json").done())


def counts(at: Terminal, *words: str) -> list[tuple[Any, ...]]:
    return [tuple(each.values()) for each in shown(at, *words)["by"]]


def test_counts_by_where_members_stand(at: Terminal) -> None:
    assert counts(at) == [("affiliated", 1), ("member", 1)]
    assert counts(at, "--by", "region", "--by", "category") == [("north", "affiliated", 1), ("north", "member", 1)]
    assert counts(at, "--by", "unit") == [("-", 2)]
    assert shown(at)["lapsed"] == 1


@pytest.mark.parametrize(
    ("day", "members", "joining", "lapsed"),
    [
        ("2009-12-31", 0, 3, 0),
        ("2010-01-01", 1, 2, 0),
        ("2014-05-31", 2, 1, 0),
        ("2014-06-01", 1, 1, 1),
        ("2015-08-01", 2, 0, 1),
    ],
)
def test_says_who_was_in_it_on_a_day(at: Terminal, day: str, members: int, joining: int, lapsed: int) -> None:
    found = shown(at, "--as-of", day)
    assert (found["members"], found["joining_later"], found["lapsed"]) == (members, joining, lapsed)


def test_says_what_was_known_before_another_file(at: Terminal) -> None:
    last = at.size() - 1
    at(*IMPORT, "b.csv").done()
    assert shown(at)["members"] == 3
    assert shown(at, "--as-of", "2009-06-01")["members"] == 1
    assert shown(at, "--known-at", str(last))["members"] == 2
    assert shown(at, "--known-at", str(last), "--as-of", "2009-06-01")["members"] == 0
    before = shown(at, "--known-at", str(last - 1))
    assert (before["members"], len(before["open_batches"])) == (0, 1)


def test_nobody_counts_before_the_file_is_taken_in_whole(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        kill_at(patch, cli.registers.member_file.MemberFile, "require_same", 1, after=False)
        with pytest.raises(Killed):
            at(*IMPORT, "b.csv")
    assert shown(at)["members"] == 2
    assert "is not taken in whole yet" in " ".join(at("register", "members", *WHY).done().split())
    at(*IMPORT, "b.csv").done()
    assert shown(at)["members"] == 3


def test_refuses_what_there_is_not(at: Terminal) -> None:
    assert "nearest: members" in at("register", "member", *WHY).refused("unknown-register")
    at("register", "members", *WHY, "--by", "place").refused("unknown-place", 2)


def test_a_later_file_that_puts_the_joining_earlier_counts_from_then(at: Terminal) -> None:
    at.write("c.csv", FIRST.replace("2010-01-01", "2008-01-01"))
    at(*IMPORT, "c.csv").done()
    assert shown(at, "--as-of", "2007-12-31")["members"] == 0
    assert shown(at, "--as-of", "2009-06-01")["members"] == 1
