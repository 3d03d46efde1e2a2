"""The demos: the same output everywhere, a tampered copy that is caught, and published totals that follow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from terminal import ROOT, Terminal

EXPECTED = ROOT / "tests" / "golden" / "demo-labour-2010" / "expected.txt"
FOLDER = "pollbook-labour-2010"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def test_the_demo_says_what_it_said(at: Terminal) -> None:
    assert at.run("demo").done() == EXPECTED.read_text("utf-8")


def test_a_process_of_its_own_says_the_same(at: Terminal) -> None:
    run = at.process("demo", env=at.environment(COLUMNS="200", TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="7"))
    out, err = run.communicate()
    assert (run.returncode, err) == (0, "")
    assert out == EXPECTED.read_text("utf-8")


def test_a_second_run_goes_to_a_folder_of_its_own(at: Terminal) -> None:
    first = at.run("demo").done()
    second = at.run("demo", "labour-2010").done()
    assert second == first.replace(FOLDER, FOLDER + "-2")
    assert sorted(path.name for path in at.folder.iterdir()) == [
        FOLDER,
        f"{FOLDER}-2",
        f"{FOLDER}-2-tampered",
        f"{FOLDER}-tampered",
        "state",
    ]


def test_the_tampered_copy_fails_and_the_ledger_does_not(at: Terminal) -> None:
    text = at.run("demo").done()
    line = at.run("--ledger", f"{FOLDER}-tampered", "rebuild").refused("leaf-changed", 3)
    assert line in text
    assert at.run("--ledger", FOLDER, "rebuild").done().startswith("reread 275 events")
    at.run("--ledger", f"{FOLDER}-tampered", "count", "leader-mps-meps").refused("leaf-changed", 3)
    root = re.search(r"root ([0-9a-f]{64})", text)
    assert root is not None
    assert at.run("--ledger", FOLDER, "root").done() == f"275 events, {root[0]}\n"


def test_the_demos_ledger_takes_no_more_by_accident(at: Terminal) -> None:
    at.run("demo").done()
    commands = ROOT / "cli" / "demos" / "labour-2010" / "commands.jsonl"
    again = at.run("--ledger", FOLDER, "apply", str(commands)).done()
    assert "8 commands: added nothing, for all was recorded before" in again


def test_every_published_total_of_2016_follows(at: Terminal) -> None:
    """Half a million papers: the slowest test of the command line, 30 s on an idle machine."""
    text = at.run("demo", "labour-2016").done()
    assert "24 of 24 published cells follow from the papers\n" in text
    assert "Elected: Jeremy Corbyn. 313209 of 506438 continuing papers: more than half." in text
    assert "differs" not in text
    assert (
        at.run("--ledger", "pollbook-labour-2016", "events", "--limit", "1")
        .done()
        .endswith(", of 506452 in the ledger (now)\n")
    )
