"""A small part of the 10,000 cases of the benchmarks: what they were invented to show is seen, and verifies."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal

sys.path.append(str(Path(__file__).parent / "bench"))

from applications import ELECTION
from bench_cases import carry_out
from cases import SAME, Size
from dated import set_clock
from panels import BARRED, BOILERPLATE, CONFLICTED, HARSH, MEMBERS, PANELS

from cli import apply, office

SIZE = Size(cases=115, appeals=44, late_allowed=4)
AFTERWARDS, TODAY = "2015-12-01T00:00:00Z", "2016-01-01T00:00:00Z"


class Carried(Terminal):
    """A terminal in the folder of the scenario, with the lines of its cases."""

    lines_of_cases: list[dict[str, Any]]

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json").done())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the one ledger of all these tests, which only read it."""
    return tmp_path_factory.mktemp("many")


@pytest.fixture
def at(kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Carried:
    found = Carried(kept, monkeypatch, capsys)
    monkeypatch.setenv("POLLBOOK_KEYS", "keys")
    monkeypatch.setattr(office, "Chance", office.Chance)  # which `set_clock` replaces
    monkeypatch.setattr(apply, "given_in", apply.given_in)

    def call(moment: str, *words: str) -> str:
        set_clock(moment)
        answer = found(*words)
        assert answer.code == 0, answer
        return answer.out

    if not found.ledger.exists():
        carry_out(kept, SIZE, call)
    set_clock(TODAY)
    found.lines_of_cases = [json.loads(line) for line in (kept / "cases.jsonl").read_text("utf-8").splitlines()]
    return found


def of_verb(at: Carried, verb: str) -> list[dict[str, Any]]:
    return [line for line in at.lines_of_cases if line["verb"] == verb]


def test_all_that_was_recorded_verifies(at: Carried) -> None:
    found = at.json("verify")
    assert found["findings"] == []
    assert len(of_verb(at, "open-case")) == SIZE.cases
    assert at.json("rulings", ELECTION)["rulings"] == len(of_verb(at, "make-ruling"))


def test_the_harsh_panel_stands_out(at: Carried) -> None:
    cells = at.json("rulings", "consistency", ELECTION)["matrix"]
    adverse = {
        panel: sum(each["adverse"]["number"] for each in cells if each["by"] == panel)
        / sum(each["rulings"] for each in cells if each["by"] == panel)
        for panel in PANELS
    }
    assert max(adverse, key=adverse.__getitem__) == HARSH
    assert adverse[HARSH] > 0.85 > max(adverse[CONFLICTED], adverse[BOILERPLATE])


def test_reasons_that_are_the_same_are_shown_with_the_panel_that_gives_them(at: Carried) -> None:
    (same,) = at.json("rulings", "consistency", ELECTION)["same_reasons"]
    given = [line for line in of_verb(at, "make-ruling") if line["reasons"] == SAME]
    assert (same["by"], same["cases"]) == ([BOILERPLATE], len(given))


def test_a_panel_that_is_never_reversed_is_an_alarm(at: Carried) -> None:
    found = at.json("rulings", "consistency", ELECTION)["reversals"]["by"]
    assert [each["name"] for each in found if each["alarm"]] == [BOILERPLATE]


def anew(ruling: dict[str, Any]) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]:
    """What comes before a case is ruled on again, a month later, and the ruling."""
    case = {"as": "registrar", "case": ruling["case"], "effective": AFTERWARDS}
    digest = "sha256:" + "a" * 64
    more = {"evidence": "e-2", "evidence_class": "A", "digest": digest, "captured": AFTERWARDS, "given_by": "registrar"}
    notice = {"evidence": ["e-1", "e-2"], "reply_by": "2015-12-10T00:00:00", "channel": "email", "text_digest": digest}
    sitting = {"body": CONFLICTED, "sitting": "again", "start": "2015-12-20T10:00:00Z", "end": "2015-12-20T11:00:00Z"}
    before = [
        ("reopen-case", case | {"reason": "new-evidence"}),
        ("add-evidence", case | more | {"description": "A letter", "disclosure": "disclosed"}),
        ("serve-case-notice", case | notice),
        ("hold-sitting", sitting | {"as": "registrar", "effective": sitting["end"], "present": MEMBERS[CONFLICTED]}),
    ]
    same = {name: value for name, value in ruling.items() if name != "verb"}
    return before, same | {"effective": TODAY, "evidence": ["e-1", "e-2"], "sitting": "again", "effects": []}


def test_the_votes_of_the_member_with_an_interest_are_refused(at: Carried) -> None:
    recused = [line for line in of_verb(at, "make-ruling") if line["recused"]]
    told = {line["case"] for line in of_verb(at, "notify-ruling")}
    assert {line["case"] for line in recused} & told
    for ruling in recused:
        assert (ruling["panel"], ruling["recused"]) == (CONFLICTED, [BARRED])
        if ruling["case"] not in told:
            continue
        before, again = anew(ruling)
        for barred, code in (([BARRED], ""), ([], "conflict")):
            commands = [*before, ("make-ruling", again | {"recused": barred})]
            found = at("apply", at.lines("again.jsonl", commands), "--dry-run")
            assert (found.code, found.err.partition(":")[0]) == (int(bool(code)), code), found
    withdrew = {each["panel"]: (each["conflicts"], each["barred"]) for each in at.json("panels", ELECTION)["panels"]}
    assert withdrew == {HARSH: (0, 0), CONFLICTED: (len(recused), 0), BOILERPLATE: (0, 0)}


def test_appeals_allowed_after_the_poll_had_closed_are_counted(at: Carried) -> None:
    found = at.json("appeals", ELECTION)
    totals = found["totals"]
    assert (totals["appeals"], totals["attempts"]) == (SIZE.appeals + 1, 1)  # the cat's
    assert totals["too_late"] == SIZE.late_allowed < totals["states"]["allowed"]
    late = [each for each in found["appeals"] if each["too_late"]]
    assert [[of["remedy"] for of in each["remedies"]] for each in late] == [["none-possible", "apology"]] * len(late)


def test_the_cat_was_let_on_by_a_batch_and_removed_by_a_ruling(at: Carried) -> None:
    (ruling,) = (line for line in of_verb(at, "make-ruling") if line["findings"][0]["ground"] == "no-person")
    (opened,) = (line for line in of_verb(at, "open-case") if line["case"] == ruling["case"])
    why = at("why", opened["person"], ELECTION, "--purpose", "audit", "--as", "registrar").done()
    assert "removed" in why
    assert f"case/{ruling['case']}" in why
    (row,) = at.json("rulings", ELECTION, "--ground", "no-person")["list"]
    assert (row["outcome"], row["appeal_state"]) == ("remove", "attempted")


def test_the_freeze_is_shown_as_retrospective(at: Carried) -> None:
    assert "retrospective" in at("show", f"roll/{ELECTION}").done()
