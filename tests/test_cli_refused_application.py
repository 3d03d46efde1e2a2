"""A refused application as users see it: not admitted, on no roll, and why; open again once an appeal is allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruled import BEFORE, RULE, TELL, P
from scenario import but
from terminal import Terminal
from test_appeal import DO
from test_application import RETAIN
from test_cli_applications import line_of
from test_refused_application import ABOUT, ADMIT, REMEDY, REVIEWED, about

from ledger.streams.cases import CloseCase

SHOWN = ("--purpose", "case", "--as", "clerk")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys).made(map(line_of, about(BEFORE)))


def recorded(at: Terminal, *commands: Any) -> None:
    at("apply", at.lines("more.jsonl", map(line_of, commands)), "--as", "returning-officer").done()


def admitted(at: Terminal) -> Any:
    done = json.loads(at("admit", "labour", "--as", "registrar", "--json").done())
    return done["admitted"], done["not_admitted"]


def waits(at: Terminal) -> list[str]:
    return [each["name"] for each in json.loads(at("queue", "labour", "--json").done())["waiting"]]


def stands(at: Terminal) -> tuple[str, list[str], str | None]:
    found = json.loads(at("application", P, "--json", *SHOWN).done())
    return found["stands"], found["open_cases"], found["refused_by"]


def why(at: Terminal) -> str:
    return " ".join(at("why", P, "labour", *SHOWN).done().split())


def test_from_the_case_to_the_appeal(at: Terminal) -> None:
    assert admitted(at) == ({}, {"open-case": 1})
    assert stands(at) == ("open", ["c1"], None)
    assert waits(at) == ["case", "checks"]
    assert "not to be admitted before: case c1" in at("application", P, *SHOWN).done()
    assert "It is not admitted while a case about it is open: c1." in why(at)
    recorded(at, RULE)
    assert (admitted(at), waits(at)) == (({}, {"open-case": 1}), ["case", "checks"])
    recorded(at, TELL)
    assert admitted(at) == ({}, {})
    assert (stands(at), waits(at)) == (("refused, by ruling 1 on case/c1", [], "case/c1/1"), [])
    assert "refused: other-party, told at 2010-08-11T09:00:00Z" in at("application", P, *SHOWN).done()
    assert "It gives no entry, for it was refused by ruling 1 on case/c1: other-party." in why(at)
    at("build-roll", "labour", "--as", "registrar").done()
    assert "is not on the roll" in why(at)
    at("verify").done()
    recorded(at, *REVIEWED, REMEDY, DO)
    assert (stands(at), waits(at)) == (("open", [], None), ["checks"])
    assert admitted(at) == ({"affiliates": 1}, {})
    at("build-roll", "labour", "--as", "registrar").done()
    assert "is on the roll" in why(at)
    at("verify").done()


def test_the_fee_of_a_refused_one_is_kept_among_those_of_refused(at: Terminal) -> None:
    recorded(at, RULE, TELL, but(RETAIN, application=P))
    assert "retained" in at("fees", "labour").done()
    at("verify").done()


def test_a_case_that_is_closed_holds_nothing(at: Terminal) -> None:
    recorded(at, CloseCase(case=ABOUT.case, reason="no-case", effective="2010-08-11T09:00:00Z"))
    assert (waits(at), admitted(at)) == (["checks"], ({"affiliates": 1}, {}))
    at("verify").done()


def test_verify_finds_an_admission_while_a_case_was_open(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as lax:
        lax.setattr("projections.applications.admissions.open_cases", lambda _ledger, _election: {})
        assert admitted(at) == ({"affiliates": 1}, {})
    answer = at("verify")
    assert (answer.code, "E10:admission-unfounded" in answer.out, "open-case" in answer.out) == (3, True, True)


def test_verify_finds_one_by_an_officer_too(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as lax:
        lax.setattr("ledger.streams.admission.holding", lambda _application, _cases: ())
        recorded(at, ADMIT)
    answer = at("verify")
    assert (answer.code, "E10:admission-unfounded" in answer.out) == (3, True)
