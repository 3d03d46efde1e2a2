"""The demo that is told: each refusal is there, the record is in order, and a story that is not true stops."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from invented import FOLDER, told_in
from terminal import ROOT, Terminal

from cli.demo import DEMOS, FixedDraw
from cli.demo_story import STORY, Step, steps_of, tell_story
from cli.place import Place
from ledger.errors import EvidenceError, RefusedError

STEPS = list(steps_of((DEMOS / "oversight" / STORY).read_text("utf-8")))
TEXT = (ROOT / "tests" / "golden" / "demo-oversight" / "expected.txt").read_text("utf-8")
REFUSALS = [
    "retrospective-ground",
    "inquorate",
    "conflict",
    "evidence-below-standard",
    "rule-not-in-force-at-conduct",
    "letter-lacks",
    "not-independent",
    "remedy-not-possible",
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo was run."""
    return told_in(tmp_path_factory.mktemp("oversight"))


@pytest.fixture
def at(told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    terminal = Terminal(told, monkeypatch, capsys)
    monkeypatch.setenv("POLLBOOK_LEDGER", FOLDER)
    return terminal


def test_every_refusal_of_the_story_is_told_with_its_line() -> None:
    assert [step.refused for step in STEPS if isinstance(step, Step) and step.refused] == REFUSALS
    assert re.findall(r"^([a-z-]+): .*\n\(exit code 1\)$", TEXT, re.MULTILINE) == REFUSALS


def test_lines_fit_but_for_refusals() -> None:
    long = [line for line in TEXT.splitlines() if len(line) > 80]
    assert all(line.partition(":")[0] in REFUSALS for line in long), long


def test_nothing_is_wrong_with_what_was_recorded(at: Terminal) -> None:
    report = at.run("verify").done()
    assert "nothing wrong was found" in report
    assert all(re.search(rf"^{check} +ok", report, re.MULTILINE) for check in ("A4", "A5", "C4", "E13"))


def test_the_cat_was_admitted_with_all_others_and_removed_when_it_was_told(at: Terminal) -> None:
    listed = json.loads(
        at.run("events", "--type", "application-admitted.v1", "--json", "--purpose", "audit", "--as", "clerk").done()
    )
    opened = json.loads(at.run("show", "case/c-05", "--json", "--purpose", "audit", "--as", "clerk").done())[0]
    cat = next(each for each in listed if each["stream"] == opened["subject"])
    assert len({each["batch"] for each in listed}) == 1, "all in one batch"
    assert cat["decided_by"] == "automatic"
    assert "entry 1 was removed on 5 June" in " ".join(at.run("case", "c-05").done().split())


def test_every_person_is_of_the_register_or_applied() -> None:
    data = DEMOS / "oversight"
    lines = (data / "cases.jsonl").read_text("utf-8").splitlines()
    opened = [each for each in map(json.loads, lines) if each["verb"] == "open-case"]
    assert sorted(each["case"] for each in opened) == [f"c-{number:02}" for number in range(1, 14)]
    assert {each["referred_by"] for each in opened} == {"registrar"}


def test_a_story_whose_refusal_does_not_happen_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EvidenceError, match="refusal-unseen"):
        _tell(tmp_path, monkeypatch, "$ pollbook found founding.json\n! inquorate\n")


def test_a_story_that_is_refused_unawares_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RefusedError, match="unknown-case"):
        _tell(tmp_path, monkeypatch, "$ pollbook found founding.json\n$ pollbook case c-99\n")


def _tell(folder: Path, monkeypatch: pytest.MonkeyPatch, story: str) -> None:
    data = folder / "data"
    data.mkdir()
    (data / STORY).write_text(f"@ 2025-03-03T12:00:00Z\n{story}", "utf-8")
    (data / "founding.json").write_bytes((DEMOS / "oversight" / "founding.json").read_bytes())
    monkeypatch.chdir(folder)
    monkeypatch.setenv("POLLBOOK_STATE", str(folder / "state"))
    tell_story(Place(folder / "ledger", keys=folder / "keys"), "oversight", data, FixedDraw("oversight"))


def test_steps_are_commands_with_what_they_are_piped_into() -> None:
    text = "Text\n$ pollbook show x \\\n>   --fields | head -2\n! unknown-stream\nMore\n"
    first, step, last = steps_of(text)
    assert (first, last) == ("Text", "More")
    assert isinstance(step, Step)
    assert (step.words, step.refused, step.piped) == (["show", "x", "--fields"], "unknown-stream", True)
    assert step.shown(["a", "b", "c"]) == ["a", "b"]
    assert Step(("$ pollbook verify | grep 'b c'",)).shown(["a", "b c"]) == ["b c"]
