"""The demos: the same output everywhere, a tampered copy that is caught, and published totals that follow."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from terminal import ROOT, Terminal

from cli.demo import DEMOS, SHOWN

GOLDEN = ROOT / "tests" / "golden"
EXPECTED = GOLDEN / "demo-labour-2010" / "expected.txt"
FOLDER = "pollbook-labour-2010"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def expected(name: str) -> str:
    return (GOLDEN / f"demo-{name}" / "expected.txt").read_text("utf-8")


def test_the_demo_says_what_it_said(at: Terminal) -> None:
    assert at.run("demo").done() == EXPECTED.read_text("utf-8")


@pytest.mark.parametrize("name", ["labour-2015", "labour-2020", "nec-2014", "nz-labour-2014"])
def test_every_other_demo_says_what_it_said(at: Terminal, name: str) -> None:
    assert at.run("demo", name).done() == expected(name)


def test_each_demo_has_its_sources_and_what_it_says() -> None:
    for folder in (DEMOS / name for name in SHOWN):
        sources = (folder / "SOURCE.md").read_text("utf-8")
        for line in (folder / "commands.jsonl").read_text("utf-8").splitlines():
            command = json.loads(line)
            if command["verb"] == "publish-figures":
                assert f"| `{command['source']}` | {command['address']} |" in sources, folder.name
        assert expected(folder.name)
    assert {folder.name for folder in DEMOS.iterdir()} == set(SHOWN)


def test_the_whole_college_of_2010_follows_but_for_what_is_explained() -> None:
    """All 15 shares of stage 1 to three decimals, all 14 totals, 50.65 to 49.35; nobody if read literally."""
    text = expected("labour-2010")
    assert "Elected: Ed Miliband. 50.65% of" in text
    assert "49.35" in text
    points = text.partition("slugger2010")[2].partition("share: of the whole")[0]
    assert points.count("equal") == 15
    totals = text.partition("slugger2010")[2].partition("guardian2010")[0].partition("share: of the whole")[2]
    assert totals.count("equal") == 14
    assert "differs" not in points + totals
    assert text.count("differs") == 5
    assert text.count("unexplained") == 2
    assert "  David Miliband  47.76%\n  Ed Miliband  48.84%\n" in text
    assert "Neither of the last two holds more than half of the whole." in text


def test_lines_fit_but_for_addresses_and_evidence() -> None:
    for name in SHOWN:
        long = [line for line in expected(name).splitlines() if len(line) > 80]
        assert all(re.match("https?://|leaf-changed: |empty-section: |sealed to ", line) for line in long), long


def test_an_unknown_demo_lists_them_all_and_the_nearest(at: Terminal) -> None:
    line = at.run("demo", "nz-labor-2014").refused("unknown-demo", 2)
    assert "nearest: nz-labour-2014" in line
    assert all(name in line for name in SHOWN)


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
    assert at.run("--ledger", FOLDER, "rebuild").done().startswith("reread 558 events")
    at.run("--ledger", f"{FOLDER}-tampered", "count", "leader").refused("leaf-changed", 3)
    root = re.search(r"root ([0-9a-f]{64})", text)
    assert root is not None
    assert at.run("--ledger", FOLDER, "root").done() == f"558 events, {root[0]}\n"


def test_the_demos_ledger_takes_no_more_by_accident(at: Terminal) -> None:
    at.run("demo").done()
    commands = ROOT / "cli" / "demos" / "labour-2010" / "commands.jsonl"
    again = at.run("--ledger", FOLDER, "apply", str(commands)).done()
    assert "24 commands: added nothing, for all was recorded before" in again


def test_every_published_total_of_2016_follows(at: Terminal) -> None:
    """Half a million papers: the slowest test of the command line, 30 s on an idle machine."""
    text = at.run("demo", "labour-2016").done()
    assert text == expected("labour-2016")
    assert "28 of 28 published cells follow from the papers\n" in text
    assert "Elected: Jeremy Corbyn. 313209 of 506438 continuing papers: more than half." in text
    assert "differs" not in text
    assert (
        at.run("--ledger", "pollbook-labour-2016", "events", "--limit", "1")
        .done()
        .endswith(", of 506453 in the ledger (now)\n")
    )
