"""`pollbook panels`, `deadlines`, `appeals` as a user sees them, on the ledger of the demo, against its events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from invented import FOLDER, told_in
from terminal import Terminal

ELECTION = "chair-2025"
LATER = ("--as-of", "2025-07-21")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told_in(tmp_path_factory.mktemp("docket"))


@pytest.fixture
def at(told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    terminal = Terminal(told, monkeypatch, capsys)
    monkeypatch.setenv("POLLBOOK_LEDGER", FOLDER)
    return terminal


def shown(at: Terminal, *words: str) -> Any:
    return json.loads(at.run(*words, "--json").done())


def events(at: Terminal, *types: str) -> list[dict[str, Any]]:
    found = shown(at, "events", "--limit", "10000", "--purpose", "audit", "--as", "clerk")
    return [each for each in found if each["type"].partition(".")[0] in types]


def test_lines_fit(at: Terminal) -> None:
    for words in (
        ("panels", ELECTION),
        ("panels", ELECTION, "--list", "conflicts"),
        ("deadlines", ELECTION, *LATER),
        ("appeals", ELECTION),
    ):
        assert max(map(len, at.run(*words).done().splitlines())) <= 80, words


def test_panels_are_what_a_fold_over_the_events_says(at: Terminal) -> None:
    made = [each for each in events(at, "ruling-made") if "panel" in each]
    held = [each for each in events(at, "sitting-held") if each["body"] in ("north", "south")]
    lines = {each["panel"]: each for each in shown(at, "panels", ELECTION)["panels"]}
    assert set(lines) == {"north", "south"}
    for panel, line in lines.items():
        rulings = [each for each in made if each["panel"] == panel]
        assert line["rulings"] == len(rulings)
        assert line["split"] == sum(each["votes_against"] > 0 for each in rulings)
        assert line["recusals"] == sum(len(each["recused"]) for each in rulings)
        sittings = [each for each in held if each["body"] == panel]
        assert line["sittings"] == len(sittings)
        assert line["inquorate"] == sum(len(each["present"]) < each["quorum_needed"] for each in sittings)
    assert (lines["north"]["inquorate"], lines["north"]["conflicts"], lines["north"]["barred"]) == (1, 4, 0)


def test_a_panel_and_a_list_are_chosen(at: Terminal) -> None:
    found = shown(at, "panels", ELECTION, "--panel", "south")
    assert [each["panel"] for each in found["panels"]] == ["south"]
    assert [each["sitting"] for each in found["sittings"]] == ["south-1"]
    text = at.run("panels", ELECTION, "--list", "conflicts").done()
    assert "c-03/1  north-2  n-4     endorsement of ash  2025-04-01  yes" in text
    assert shown(at, "panels", ELECTION, "--panel", "south", "--list", "conflicts")["conflicts"] == []
    before = shown(at, "panels", ELECTION, "--as-of", "2025-06-03")
    assert [each["sitting"] for each in before["sittings"]] == ["north-1", "north-2"]


def test_deadlines_are_what_a_fold_over_the_events_says(at: Terminal) -> None:
    found = shown(at, "deadlines", ELECTION, *LATER)
    assert (found["at"], found["zone"]) == ("2025-07-21T23:59:59Z", "Europe/London")
    opened, noticed, ruled, closed = (
        {each["case"] for each in events(at, name)}
        for name in ("case-opened", "case-notice-served", "ruling-made", "case-closed")
    )
    told = {each["case"] for each in events(at, "ruling-notified")}
    ordered = {
        each["case"] for each in events(at, "remedy-ordered") if each.get("due", {"utc": "9"})["utc"] < found["at"]
    }
    done = {each["case"] for each in events(at, "remedy-done")}
    lists: dict[str, set[str]] = {}
    for each in found["waiting"]:
        lists.setdefault(each["list"], set()).add(each["case"])
    assert lists["never-notified"] == opened - noticed - ruled - closed == {"c-11"}
    assert lists["not-told"] == ruled - told == {"c-09"}
    assert lists["remedy-overdue"] == ordered - done == {"c-06"}
    assert lists["overdue"] == opened - ruled - closed == {"c-11"}
    assert "papers-outstanding" not in lists
    assert sum(found["totals"].values()) == found["rows"] == len(found["waiting"])


def test_a_list_a_panel_and_a_moment_are_chosen(at: Terminal) -> None:
    found = shown(at, "deadlines", ELECTION, *LATER, "--list", "remedy-overdue")
    assert found["totals"] == {"remedy-overdue": 1}
    (apology,) = found["waiting"]
    assert (apology["step"], apology["due_local"]) == ("apology", "2025-07-04T17:00:00 Europe/London")
    assert (apology["days"], apology["working"], apology["whose"]) == (18, 12, "south")
    earlier = ("deadlines", ELECTION, "--as-of", "2025-07-03", "--list", "remedy-overdue")
    assert shown(at, *earlier)["waiting"] == []
    north = shown(at, "deadlines", ELECTION, *LATER, "--panel", "north")
    assert {each["whose"] for each in north["waiting"]} == {"north"}
    officer = shown(at, "deadlines", ELECTION, *LATER, "--panel", "officer")
    assert [each["case"] for each in officer["waiting"]] == ["c-08"]
    now = shown(at, "deadlines", ELECTION)
    assert now["rows"] == shown(at, "deadlines", ELECTION, *LATER)["rows"], "nothing came after, but days"


def test_appeals_are_what_a_fold_over_the_events_says(at: Terminal) -> None:
    found = shown(at, "appeals", ELECTION)
    totals = found["totals"]
    assert totals["manners"]["in-time"] == len(events(at, "appeal-lodged")) == 3
    assert totals["manners"]["late"] == len(events(at, "appeal-received-late")) == 1
    assert totals["attempts"] == len(events(at, "appeal-attempted")) == 1
    outcomes = [each["outcome"] for each in events(at, "appeal-determined")]
    assert {name: totals["states"][name] for name in set(outcomes)} == {n: outcomes.count(n) for n in set(outcomes)}
    assert (totals["appeals"], totals["too_late"], totals["dependent"]) == (5, 1, 0)
    assert [each["case"] for each in found["appeals"]] == ["c-08", "c-01", "c-06", "c-07", "c-12"]
    late = next(each for each in found["appeals"] if each["case"] == "c-07")
    assert (late["remedy"], late["too_late"], late["poll_closed"]) == ("none possible", True, "2025-06-30T16:00:00Z")
    assert late["remedies"][0]["reason"].startswith("The poll closed nine days")


def test_appeals_are_chosen_and_totals_are_of_those_alone(at: Terminal) -> None:
    found = shown(at, "appeals", ELECTION, "--too-late", "--state", "allowed", "--panel", "south")
    assert (found["query"], found["totals"]["appeals"]) == ("state allowed, of south, upheld too late", 1)
    assert [each["case"] for each in shown(at, "appeals", ELECTION, "--came", "attempt")["appeals"]] == ["c-08"]
    assert [each["case"] for each in shown(at, "appeals", ELECTION, "--too-late")["appeals"]] == ["c-07"]
    assert shown(at, "appeals", ELECTION, "--state", "pending")["appeals"] == []
    assert "0 appeals of election" in at.run("appeals", ELECTION, "--state", "pending").done()
    earlier = shown(at, "appeals", ELECTION, "--as-of", "2025-06-20")
    assert {each["case"]: each["state"] for each in earlier["appeals"]}["c-07"] == "pending"


@pytest.mark.parametrize(
    ("words", "code", "exit_code", "said"),
    [
        (("panels", ELECTION, "--list", "sitting"), "unknown-list", 2, "nearest: sittings"),
        (("panels", ELECTION, "--panel", "nort"), "unknown-panel", 2, "nearest: north"),
        (("panels", ELECTION, "--page", "2"), "no-such-page", 2, "1 to 1"),
        (("panels", "chair-2052"), "no-cases", 1, "nearest: chair-2025"),
        (("deadlines", ELECTION, "--list", "overdo"), "unknown-list", 2, "nearest: overdue"),
        (("deadlines", ELECTION, "--panel", "soth"), "unknown-panel", 2, "nearest: south"),
        (("deadlines", ELECTION, "--as-of", "July"), "bad-moment", 2, "--as-of"),
        (("appeals", ELECTION, "--state", "alowed"), "unknown-state", 2, "nearest: allowed"),
        (("appeals", ELECTION, "--came", "lately"), "unknown-manner", 2, "nearest: late"),
        (("appeals", ELECTION, "--panel", "officers"), "unknown-panel", 2, "nearest: officer"),
    ],
)
def test_what_is_not_there_is_refused(
    at: Terminal, words: tuple[str, ...], code: str, exit_code: int, said: str
) -> None:
    assert said in at.run(*words).refused(code, exit_code)
