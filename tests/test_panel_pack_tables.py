"""Panel packs: the docket of appeals and the tables of consistency are what the verbs say, cell for cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import told_packs
from strict_html import read_page
from terminal import Terminal
from told_packs import ELECTION, KEYS, LEDGER

from projections.panel_pack.wording import APPEAL_GROUNDS, APPEAL_STATES, DETECTIONS, OUTCOMES, REMEDIES


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    told_packs.tell(folder)
    return folder


@pytest.fixture
def at(told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(told, monkeypatch, capsys)


def said(at: Terminal, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(at.run("--ledger", LEDGER, "--keys", KEYS, *words, "--json").done())
    return found


def tables(told: Path, name: str) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Give the tables of a page: caption -> head, and the cells of each row."""
    page = read_page((told / "packs" / "scrutineer" / name).read_text("utf-8"))[0]
    found = {}
    for table in page.all("table"):
        (caption,), (head,), (body,) = (table.all(tag) for tag in ("caption", "thead", "tbody"))
        rows = [[cell.whole() for cell in row.children] for row in body.all("tr")]
        found[caption.whole()] = ([cell.whole() for cell in head.all("tr")[0].children], rows)
    return found


def test_the_docket_is_that_of_the_verb(told: Path, at: Terminal) -> None:
    found = said(at, "appeals", ELECTION)["appeals"]
    made = [each for each in found if each["manner"] != "attempt"]
    docket, tried = tables(told, "appeals.html").values()
    assert [docket_row(each) for each in made] == [
        [row[0], row[2], row[3], row[4], row[5], row[8].split(", ")[0].split("; ")[0]] for row in docket[1]
    ]
    assert len(made) > 2
    assert [row[2] for row in tried[1]] == [f"{each['attempts']}" for each in found if each["manner"] == "attempt"]


def docket_row(appeal: dict[str, Any]) -> list[str]:
    state = APPEAL_STATES[appeal["state"]] + (", too late" if appeal["too_late"] else "")
    remedies = [REMEDIES[each["remedy"]] for each in appeal["remedies"]]
    return [
        appeal["case"],
        ", ".join(APPEAL_GROUNDS[each] for each in appeal["grounds"]),
        appeal["whose"],
        ", ".join(appeal["reviewers"]) or "-",
        state,
        remedies[0] if remedies else "-",
    ]


def test_the_matrix_is_that_of_the_verb(told: Path, at: Terminal) -> None:
    found = said(at, "rulings", "consistency", ELECTION)
    of_page = dict(cells(told))
    of_verb = {
        (each["ground"], "everybody" if each["by"] == "all" else each["by"]): (
            each["rulings"],
            {OUTCOMES[name].capitalize(): of["number"] for name, of in each["outcomes"].items()},
        )
        for each in found["matrix"]
    }
    assert of_page == of_verb
    assert len(of_page) > 4


def cells(told: Path) -> Iterator[tuple[tuple[str, str], tuple[int, dict[str, int]]]]:
    for caption, (head, rows) in tables(told, "consistency.html").items():
        if head[0] != "Decided by" or head[1] != "Rulings":
            continue
        for row in rows:
            numbers = {name: int(cell) for name, cell in zip(head[2:-3], row[2:-3], strict=True) if cell != "0"}
            yield (caption.rpartition("()")[2], row[0]), (int(row[1]), numbers)


def test_how_cases_were_found_and_what_was_changed_on_appeal_is_that_of_the_verb(told: Path, at: Terminal) -> None:
    found = said(at, "rulings", "consistency", ELECTION)
    pages = tables(told, "consistency.html")
    sources = {DETECTIONS[name]: (each["of"], each["interval"]) for name, each in found["sources"].items()}
    assert {row[0]: (int(row[1]), row[3]) for row in pages["Rulings by how their cases were found"][1]} == sources
    assert len(sources) == 5
    for caption, kind in (("By ground", "ground"), ("By who decided", "by")):
        of_verb = {each["name"]: (each["of"], each["number"], each["interval"]) for each in found["reversals"][kind]}
        of_page = {row[0]: (int(row[1]), int(row[2]), row[4]) for row in pages[caption][1]}
        all_of_them = {"all appeals": of_verb.pop("all")} if kind == "ground" else {}
        of_verb.pop("all", None)
        assert of_page == all_of_them | of_verb
