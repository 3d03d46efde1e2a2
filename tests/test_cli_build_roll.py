"""`pollbook build-roll`: from a file of members to a certified roll, by the words a user types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import CALL_ELECTION, OPENED, Terminal
from test_cli_members import ADA, BELA, CATO, HEAD, IMPORT, MAPPING

FRANCHISE = {
    "version": "franchise.v1",
    "several": "per-section",
    "categories": [
        {
            "category": "member",
            "by": "register",
            "registers": ["members"],
            "section": "members",
            "tests": [{"test": "member-on", "day": "2011-07-08"}],
        }
    ],
}
BUILD = ("build-roll", "labour", "--as", "reg")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, monkeypatch, capsys).made([("call-election", CALL_ELECTION)])
    made.write("m.toml", MAPPING)
    made.write("m.csv", HEAD + ADA + BELA + CATO)
    made(*IMPORT).done()
    return made


def adopted(at: Terminal) -> Terminal:
    rule = json.dumps(FRANCHISE)
    at("record", "adopt-franchise", "--as", "reg", "--election", "labour", "--rule", rule).done()
    return at


def test_builds_freezes_and_certifies_a_roll(at: Terminal) -> None:
    adopted(at)
    dry = json.loads(at(*BUILD, "--dry-run", "--json").done())
    expected = {"election": "labour", "rows": 3, "accepted": 2, "held": 0}
    expected |= {"sections": {"members": 2}, "failed": {"member-on": 1}}
    assert {name: dry[name] for name in expected} == expected
    assert dry["when"] == "dry"
    assert "entry-added.v1" not in at("events", "--limit", "99", *OPENED).done()
    text = at(*BUILD).done()
    for line in ("        2 added", "        1 without an entry", "        3 rows", "   1  member-on"):
        assert line in text
    again = at(*BUILD).done()
    assert again.startswith("added nothing to the roll of labour")
    assert at("events", "--type", "roll-build-opened.v1").done().count("build/labour/") == 1
    at("record", "freeze-roll", "--as", "reg", "--election", "labour").done()
    at(*BUILD).refused("after-freeze")
    statement, sections = "sha256:" + "0" * 64, '[{"section":"members","entries":%d}]'
    certify = ("record", "certify-roll", "--as", "reg", "--election", "labour", "--statement", statement)
    wrong = at(*certify, "--entries", "3", "--sections", sections % 3).refused("counts-differ")
    assert "expected 2, members 2, found 3, members 3" in wrong
    at(*certify, "--entries", "2", "--sections", sections % 2).done()
    shown = " ".join(at("show", "roll/labour").done().split())
    assert "certified the roll of election labour, as of event" in shown
    version = json.loads(at("roll", "labour", "--purpose", "audit", "--as", "reg", "--json").done())["versions"][-1]
    assert (version["version"], version["entries"]) == (1, 2)
    assert "nothing wrong was found" in at("verify").done()
    assert (
        "Check it with" in at("publish", "public").done()
    )  # the counted cells between freeze and certificate withheld


def test_a_build_is_told_in_sentences(at: Terminal) -> None:
    adopted(at)
    at(*BUILD).done()
    text = at("show", "build/labour/1").done()
    assert "closed build 1 of the roll of election labour" in " ".join(text.split())


def test_refuses_a_build_without_a_franchise_and_names_the_nearest_election(at: Terminal) -> None:
    at(*BUILD).refused("no-franchise")
    adopted(at)
    assert "nearest: labour" in at("build-roll", "labor", "--as", "reg").refused("no-franchise")
    at("build-roll", "Labour", "--as", "reg").refused("bad-field", 2)
    at("build-roll", "labour").refused("actor-missing", 2)
