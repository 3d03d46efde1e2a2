"""The page on formats is true: each file it shows is imported, and is recorded as the marks it shows."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from terminal import CALL_ELECTION, DEFINE_CONTEST, RULE, Terminal

from ledger.rules.count_rule import CountRule, rule_hash
from projections.formats.forms import READABLE, WRITABLE, guessed

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "formats.md").read_text("utf-8")
EXAMPLE = re.compile(r"`pollbook import (read-papers (\S+) [^`]*)`\n\n```\w+\n([^`]*)```\n\n```csv\n([^`]*)```\n")
RANKED = RULE | {"blank": "reject", "duplicate": "exhaust", "gap": "skip", "overvote": "exhaust"}
CROSSES = {
    "version": "plurality.v1",
    "blank": "reject",
    "decimals": 1,
    "overvote": "reject",
    "publication": "by-section",
    "ranked": "reject",
}
CROSSES |= {"reserved": [], "ties": "nobody", "votes": "any-number"}
NAMES = {"ann": "Ann Ames", "ben": "Ben Bell", "cem": "Cem Cole"}
CANDIDATES = [{"id": candidate, "name": name} for candidate, name in NAMES.items()]
BLT = '3 1\n1 1 2 0\n0\n"Ann Ames"\n"Ben Bell"\n"Cem Cole"\n'


def contest(name: str, seats: int, rule: dict[str, Any], sections: int) -> list[tuple[str, dict[str, Any]]]:
    """Define a contest with its rule and as many sections as there are examples, and close its poll."""
    adopted = rule_hash(TypeAdapter(CountRule).validate_json(json.dumps(rule)))
    made = {"contest": name, "seats": seats, "candidates": CANDIDATES, "count_rule": adopted}
    made["sections"] = [{"id": f"s{number}", "name": f"S{number}"} for number in range(sections)]
    return [
        ("adopt-count-rule", {"election": "labour", "rule": rule}),
        ("define-contest", DEFINE_CONTEST | made),
        ("close-poll", {"contest": name, "effective": "2010-09-22T23:59:59Z"}),
    ]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def made(at: Terminal, sections: int = 1) -> Terminal:
    both = [*contest("leader", 1, RANKED, sections), *contest("committee", 2, CROSSES, sections)]
    return at.made([("call-election", CALL_ELECTION), *both])


def test_every_file_on_the_page_is_recorded_as_the_marks_beside_it(at: Terminal) -> None:
    examples = EXAMPLE.findall(PAGE)
    made(at, len(examples))
    assert len(examples) == PAGE.count("`pollbook import read-papers") - 1  # the first one is not of a file
    for number, (words, name, text, marks) in enumerate(examples):
        at.write(name, text)
        where = [] if "contest=" in words.partition("--set")[2] else ["--set", "contest=leader"]
        where += ["--set", f"section=s{number}", "--set", f"serial={number}", "--set", "same_again=true"]
        at("import", *shlex.split(words), *where, "--as", "scrutineer").done()
        contest = "committee" if "contest=committee" in words else "leader"
        assert at("export", contest, "--section", f"s{number}").done() == marks, words


def test_the_page_has_every_format_and_every_option() -> None:
    shown = {words.split("--format ")[1].split()[0] for words, *_ in EXAMPLE.findall(PAGE)}
    assert shown == set(READABLE)
    for form, readable in READABLE.items():
        assert f"\n## {form}\n" in PAGE
        for option in readable.options:
            assert f"\n| `{option}` | `{form}` |" in PAGE
    for form in WRITABLE:
        assert f"`{form}`" in PAGE.partition("\n## Export\n")[2].partition("\n|")[0]


IMPORT = ("import", "read-papers")
REST = ("--set", "contest=leader", "--set", "section=s0", "--set", "serial=1", "--as", "scrutineer")


def test_refuses_a_file_of_other_seats_or_with_somebody_withdrawn(at: Terminal) -> None:
    made(at)
    blt = (*IMPORT, at.write("papers.blt", BLT.replace("3 1", "3 2", 1)), "--format", "blt", *REST)
    at(*blt).refused("seats-differ")
    at.write("papers.blt", BLT.replace("\n1 1 2", "\n-2\n1 1 2"))
    assert "papers.blt line 2" in at(*blt).refused("withdrawn-in-file")


def test_the_remedy_for_a_name_is_the_option_that_says_who_is_meant(at: Terminal) -> None:
    made(at)
    blt = (*IMPORT, at.write("papers.blt", BLT.replace("Ben", "B.")), "--format", "blt", *REST)
    assert "--candidate NAME=ID or 2=ID" in at(*blt).refused("unknown-candidate")
    at(*blt, "--candidate", "2=ben").done()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--format", "csv", "--candidate", "Ann=ann"), "unknown-option"),
        (("--format", "json", "--candidate", "Ann=ann"), "unknown-option"),
        (("--format", "blt", "--candidate", "A=ann", "--candidate", "A=ben"), "named-twice"),
        (("--format", "cvr", "--option", "contest=a", "--option", "contest=b"), "named-twice"),
        (("--candidate", "Ann=ann"), "unknown-format"),
    ],
)
def test_words_that_would_say_nothing_are_errors_of_usage(at: Terminal, words: tuple[str, ...], code: str) -> None:
    at(*IMPORT, at.write("papers.blt", BLT), *words, *REST).refused(code, 2)


def test_an_option_may_hold_an_equals_sign(at: Terminal) -> None:
    made(at)
    report = next(text for words, _, text, _ in EXAMPLE.findall(PAGE) if "--format cvr" in words)
    at.write("records.json", report.replace('"Leader"', '"Leader=1"'))
    at(*IMPORT, "records.json", "--format", "cvr", "--option", "contest=Leader=1", *REST).done()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("papers.blt", BLT, "--format blt;"),
        ("papers.txt", BLT, "--format blt;"),
        ("papers.txt", "# TITLE: x\n1: 1\n", "--format preflib;"),
        ("papers.soi", "1\n1,Ann\n1,1,1\n1,1\n", "--format preflib;"),
        ("papers.json", '{"papers": ["a","b"]}', "--format json or --format cvr;"),
        ("papers", '{\n"papers": []}', "--format json or --format cvr;"),
        ("papers.csv", "count,rank 1,rank 2\n1,ann,\n", "--format csv-ranks;"),
        ("papers.csv", "Record Id,Rank 1\n1,ann\n", "--format rctab;"),
    ],
)
def test_a_file_without_its_format_is_refused_with_the_format_to_say(
    at: Terminal, name: str, text: str, says: str
) -> None:
    at.made([])
    assert says in at(*IMPORT, at.write(name, text), *REST).refused("format-not-said")


@pytest.mark.parametrize("first", [["count", "marcs"], ["count"], ["Ann Ames", "Ben Bell"], [""]])
def test_what_looks_like_no_format_is_not_guessed(first: list[str]) -> None:
    assert guessed("papers.csv", first) == ()


def test_plain_rows_need_no_format_whatever_the_file_is_called(at: Terminal) -> None:
    made(at)
    at(*IMPORT, at.write("papers.blt", "count,marks\n2,ann\n"), *REST).done()
