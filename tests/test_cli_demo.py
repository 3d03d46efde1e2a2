"""The demos: the same output everywhere, a tampered copy that is caught, and published totals that follow."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import ROOT, Terminal

from cli.demo import DEMOS, SHOWN, STORIES
from cli.demo_beginning import demo_key

GOLDEN = ROOT / "tests" / "golden"
EXPECTED = GOLDEN / "demo-labour-2010" / "expected.txt"
FOLDER = "pollbook-labour-2010"
EVENTS = 1940


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What the demo said, and the folder it ran in: once, in a process and an environment of its own."""
    folder = tmp_path_factory.mktemp("demo")
    odd = {"COLUMNS": "200", "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    environment = {**os.environ, **odd, "PYTHONPATH": str(ROOT), "POLLBOOK_STATE": str(folder / "state")}
    for name in ("POLLBOOK_LEDGER", "POLLBOOK_KEYS", "POLLBOOK_POSTGRES", "POLLBOOK_ACTOR"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "cli.main", "demo"]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    return folder, run.stdout


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def after(at: Terminal, shown: tuple[Path, str]) -> Terminal:
    """A terminal in a folder in which the demo was run."""
    shutil.copytree(shown[0], at.folder, dirs_exist_ok=True)
    return at


def expected(name: str) -> str:
    return (GOLDEN / f"demo-{name}" / "expected.txt").read_text("utf-8")


def test_the_demo_says_what_it_said(shown: tuple[Path, str]) -> None:
    assert shown[1] == EXPECTED.read_text("utf-8")


@pytest.mark.parametrize("name", ["labour-2015", "labour-2020", "nec-2014", "nz-labour-2014", "oversight"])
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
    assert {folder.name for folder in DEMOS.iterdir()} == {*SHOWN, *STORIES}


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
    assert all(name in line for name in (*SHOWN, *STORIES))


def test_a_second_run_goes_to_a_folder_of_its_own(after: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLLBOOK_POSTGRES", "postgresql://nobody@127.0.0.1:1/none")  # and to no other ledger
    second = after.run("demo", "labour-2010").done()
    assert second == EXPECTED.read_text("utf-8").replace(FOLDER, FOLDER + "-2")
    assert sorted(path.name for path in after.folder.iterdir()) == [
        FOLDER,
        f"{FOLDER}-2",
        f"{FOLDER}-2-keys",
        f"{FOLDER}-2-tampered",
        f"{FOLDER}-keys",
        f"{FOLDER}-tampered",
        "state",
    ]


def test_the_tampered_copy_fails_and_the_ledger_does_not(after: Terminal) -> None:
    text = EXPECTED.read_text("utf-8")
    line = after.run("--ledger", f"{FOLDER}-tampered", "rebuild").refused("leaf-changed", 3)
    assert line in text
    assert after.run("--ledger", FOLDER, "rebuild").done().startswith(f"reread {EVENTS} events")
    after.run("--ledger", f"{FOLDER}-tampered", "count", "leader").refused("leaf-changed", 3)
    roots = re.findall(rf"sealed to {EVENTS}, (root [0-9a-f]{{64}})", text)
    assert after.run("--ledger", FOLDER, "root").done() == f"{EVENTS} events, {roots[0]}\n"


def test_nothing_is_wrong_with_what_the_demo_recorded(after: Terminal) -> None:
    report = after.run("--ledger", FOLDER, "verify").done()
    assert "nothing wrong was found" in report
    assert re.search("^A4 +ok", report, re.MULTILINE), "signatures"
    assert re.search("^A5 +ok", report, re.MULTILINE), "authority"


def test_the_demos_ledger_takes_no_more_by_accident(after: Terminal) -> None:
    folder = ROOT / "cli" / "demos" / "labour-2010"
    again = after.run("--ledger", FOLDER, "apply", str(folder / "commands.jsonl")).done()
    assert "25 commands: added nothing, for all was recorded before" in again
    rows = ("import", "receive-nomination", str(folder / "receive-nomination.csv"), "--as", "returning-officer")
    assert "660 commands: added nothing" in after.run("--ledger", FOLDER, *rows).done()


def test_the_demos_ledger_asks_for_authority_and_signatures(after: Terminal) -> None:
    declare = ("record", "declare-result", "--contest", "leader-literal", "--elected", "e-miliband")
    line = after.run("--ledger", FOLDER, *declare, "--as", "scrutineer").refused("no-authority")
    assert "a delegation of declare-result, declaration or all to scrutineer" in line
    down = ("--office", "procedures-committee", "--number", "1", "--body", "procedures-committee")
    revoke = ("record", "revoke-delegation", *down, "--reason", "left-office", "--as", "procedures-committee")
    after.run("--ledger", FOLDER, *revoke).refused("unsigned")
    after.run("--ledger", FOLDER, "--keys", f"{FOLDER}-keys", *revoke).done()


def test_the_officers_keys_are_those_that_anybody_can_make(after: Terminal) -> None:
    offices = ["procedures-committee", "returning-officer", "scrutineer", "verifier"]
    keys = {path.stem: path.read_text("utf-8").strip() for path in (after.folder / f"{FOLDER}-keys").iterdir()}
    assert keys == {office: demo_key("labour-2010", office).text for office in offices}
    shown = json.loads(after.run("--ledger", FOLDER, "offices", "--json").done())
    assert {each["office"] for each in shown["keys"]} == set(offices)
    assert "anybody can\nmake them, and they prove nothing" in EXPECTED.read_text("utf-8")


NOMINATED = {
    "Diane Abbott": (33, 2, 2, 20),
    "Ed Balls": (33, 1, 2, 17),
    "Andy Burnham": (33, 0, 1, 44),
    "David Miliband": (81, 2, 1, 165),
    "Ed Miliband": (63, 6, 3, 151),
}
UNIONS = {
    "abbott": {"ASLEF", "TSSA"},
    "balls": {"CWU"},
    "d-miliband": {"Community", "USDAW"},
    "e-miliband": {"GMB", "Unite", "Unison", "NUM", "UCATT", "Unity"},
}


def test_nominations_of_2010_are_those_of_the_public_statement(after: Terminal) -> None:
    board = json.loads(after.run("--ledger", FOLDER, "nominations", "leader", "--list", "--json").done())
    assert {each["name"]: tuple(each["counts"].values()) for each in board["persons"]} == NOMINATED
    assert board["totals"] == {"mps": 243, "unions": 11, "societies": 9, "clps": 397}
    assert {each["thresholds"][0]["needed"] for each in board["persons"]} == {33}
    assert all(each["valid"] for each in board["persons"])
    assert board["state"] == "stated"
    named = [line for line in board["list"] if line["name"]]
    assert {who: {line["name"] for line in named if line["nominee"] == who} for who in UNIONS} == UNIONS
    assert {line["nominator_class"] for line in named} == {"unions"}
    numbered = {line["nominator"] for line in board["list"]} - {line["nominator"] for line in named}
    assert all(re.fullmatch("(mp|clp)-[0-9]{3}|society-[0-9]", nominator) for nominator in numbered)


def test_the_beginning_is_shown_with_what_was_moved_what_differs_and_what_would_fall() -> None:
    text = expected("labour-2010")
    assert "old: 2010-05-27 23:59:59 Europe/London" in text
    assert "new: 2010-06-09 12:30 Europe/London (2010-06-09T11:30:00Z)" in text
    assert "nominations-close         2010-07-26" in text
    differing = text.partition("they differ on 4:\n")[2].partition("A rehearsal")[0]
    rows = re.findall(r"^(\S+) +(mps|societies|clps) +([0-9]+) +([0-9]+)", differing, re.MULTILINE)
    assert {(who, of, int(here), int(there)) for who, of, here, there in rows} == {
        ("abbott", "mps", 33, 32),
        ("abbott", "societies", 2, 1),
        ("balls", "societies", 2, 0),
        ("e-miliband", "clps", 151, 148),
        ("e-miliband", "clps", 151, 147),
    }
    fallen = "Diane Abbott is not validly nominated: does not meet the threshold (eighth 32 of\n33)."
    assert fallen in text
    assert text.count("is not validly nominated") == 1, "nobody else falls"


def test_what_was_rehearsed_was_not_written(after: Terminal) -> None:
    listed = after.run("--ledger", FOLDER, "events", "--type", "nomination-withdrawn.v1").done()
    assert f"0 shown, of {EVENTS} in the ledger" in listed


def test_the_clauses_of_2010_are_those_of_the_text_beside_them(after: Terminal) -> None:
    data = (DEMOS / "labour-2010" / "rules.md").read_bytes()
    adopted = json.loads((DEMOS / "labour-2010" / "rules.jsonl").read_text("utf-8").splitlines()[0])
    assert adopted["text_digest"] == _digest(data)
    paragraphs = dict(re.findall(r"^## (\S+)\n\n(.*?)\n(?=\n## |\Z)", data.decode(), re.DOTALL | re.MULTILINE))
    assert {each["ref"]: each["text_digest"] for each in adopted["clauses"]} == {
        ref: _digest(text.encode()) for ref, text in paragraphs.items()
    }
    (after.folder / "rules.md").write_bytes(data)
    assert "rulebook/labour-party" in after.run("--ledger", FOLDER, "check-document", "rules.md").done()


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_every_source_of_nominations_is_named() -> None:
    folder = DEMOS / "labour-2010"
    sources = (folder / "SOURCE.md").read_text("utf-8")
    found = set()
    for name in ("register-nominator.csv", "elsewhere.csv"):
        with (folder / name).open(newline="") as file:
            found |= {row["source"] for row in csv.DictReader(file)}
    assert found == {"statement2010nom", "nasmbag2010", "akehurst2010nom", "guardian2010nom"}
    assert all(f"| `{source}` |" in sources for source in (*found, "wiki2010"))


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


def test_2010_with_the_papers_of_affiliates_that_were_rejected(after: Terminal) -> None:
    """Published: 36,105 papers rejected; it takes 19,135 of them, 53.0%, and 40.2% of the others were for him."""
    words = ("--ledger", FOLDER, "whatif", "leader", "--accept-rejected", "not-stated")
    text = after.run(*words).done()
    assert "19135 for David Miliband,\n53.0%" in text
    assert "40.2% are for David Miliband." in text
    certificate = json.loads(after.run(*words, "--json").done())["certificate"]
    assert (certificate["verdict"], certificate["effect"]) == ("bounded", "could")
    assert certificate["elected_then"] == [["d-miliband"]]
    assert certificate["break_even"]["needed"] == 19135
    assert certificate["break_even"]["exclusions_held"]


def test_2010_by_how_much_it_was_won_and_what_a_vote_was_worth(after: Terminal) -> None:
    """Published: 1.306 points; 6 MPs or MEPs, 2,407 members, 3,913 affiliates; an MP is 469 members, 762 affiliates."""
    text = after.run("--ledger", FOLDER, "margin", "leader").done()
    said = " ".join(text.split())
    assert (
        "Papers of members, affiliates are not on record, only totals: orders of exclusion cannot be searched." in said
    )
    assert "With exclusions held: the final pairing alone, stage 4" in said
    assert "Ed Miliband is ahead of David Miliband by 1.306 points." in said
    rows = [line.split() for line in text.splitlines()]
    assert [[row[0], row[3]] for row in rows if len(row) == 4 and row[3].isdigit()] == [
        ["mps-meps", "6"],
        ["members", "2407"],
        ["affiliates", "3913"],
    ]
    assert ["members", "1/368418", "468.725"] in rows
    assert ["affiliates", "1/599013", "762.103"] in rows
    first = json.loads(after.run("--ledger", FOLDER, "margin", "leader", "--stage", "1", "--json").done())
    worth = {each["section"]: each["exact"] for each in first["value_of_a_vote"]["sections"]}
    assert first["value_of_a_vote"]["stage"] == 1
    assert worth == {"mps-meps": "1/798", "members": "1/380622", "affiliates": "1/633702"}
