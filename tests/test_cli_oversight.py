"""`pollbook rulings` and `pollbook statistics`: what a user sees who oversees rulings."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruled import ALLOCATE, BEFORE, EVIDENCE, KNOWN, NOTICE, OPEN, RULE, SIT, TELL
from scenario import but
from strict_html import read_page
from terminal import Terminal
from test_appeal import LODGE
from test_cli_case import as_line

from ledger.decision import Command
from projections.oversight.editions import Edition
from projections.oversight.register import PAGE
from projections.roll.suppression import LEAST

CASES = PAGE + 2
LET_IN = 3  # every so many-th case is let in
PEOPLE = "0123456789abcdef"
SHARED = tuple(
    each for each in BEFORE if each not in (OPEN, EVIDENCE, NOTICE, SIT) and "case" not in type(each).model_fields
)


def one(number: int) -> Iterator[Command]:
    """One case, ruled on and told."""
    case, person = f"c{number}", f"{number:024}"
    yield but(KNOWN, person=person)
    yield but(OPEN, case=case, person=person, subject=f"person/{person}")
    yield but(EVIDENCE, case=case)
    yield but(NOTICE, case=case)
    yield but(ALLOCATE, case=case)
    day = f"2010-08-{10 + number % 4}T12:00:00Z"
    if number % LET_IN:
        yield but(RULE, case=case, effective=day)
    else:
        yield but(RULE, case=case, effective=day, outcome="no-action")
    if number:
        yield but(TELL, case=case, effective="2010-08-15T12:00:00Z")


COMMANDS = (*SHARED, SIT, *(each for number in range(CASES) for each in one(number)), but(LODGE, case="c1"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the one ledger of all these tests, which only read it."""
    return tmp_path_factory.mktemp("rulings")


@pytest.fixture
def at(kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    found = Terminal(kept, monkeypatch, capsys)
    return found if found.ledger.exists() else found.made(map(as_line, COMMANDS))


def test_lists_rulings_on_pages_with_totals_of_all_pages(at: Terminal) -> None:
    text = at("rulings", "labour").done()
    assert max(map(len, text.splitlines())) <= 80
    assert f"all rulings: {CASES} rulings of election labour (now); page 1 of 2" in text
    assert "From notice to ruling: 195 hours at least" in text
    first, second = (json.loads(at("rulings", "labour", "--page", page, "--json").done()) for page in "12")
    assert (len(first["list"]), len(second["list"])) == (PAGE, CASES - PAGE)
    assert first["totals"] == second["totals"]
    assert sum(first["totals"]["outcome"].values()) == first["rulings"] == CASES
    assert first["totals"]["appeal"] == {"none": CASES - 2, "not-told": 1, "pending": 1}
    assert len({each["case"] for each in first["list"] + second["list"]}) == CASES


def test_totals_are_of_the_rulings_that_are_asked_for(at: Terminal) -> None:
    asked = ("rulings", "labour", "--outcome", "no-action", "--from", "2010-08-11", "--to", "2010-08-12", "--json")
    found = json.loads(at(*asked).done())
    assert found["query"] == "with outcome no-action, made from 2010-08-11T00:00:00Z, made up to 2010-08-12T23:59:59Z"
    assert found["rulings"] == len(found["list"]) == sum(n % 4 in (1, 2) and n % LET_IN == 0 for n in range(CASES))
    assert {each["ruled"][:10] for each in found["list"]} == {"2010-08-11", "2010-08-12"}
    assert at("rulings", "labour", "--panel", "panel-1", "--source", "press").done() == (
        "by panel-1, found by press: 0 rulings of election labour (now); page 1 of 1\n"
    )


def test_looks_at_the_past_on_both_clocks(at: Terminal) -> None:
    early = json.loads(at("rulings", "labour", "--as-of", "2010-08-10", "--json").done())
    assert early["rulings"] == sum(number % 4 == 0 for number in range(CASES))
    assert early["totals"]["appeal"] == {"not-told": early["rulings"]}
    known = json.loads(at("rulings", "labour", "--known-at", str(early["list"][0]["position"]), "--json").done())
    assert [each["case"] for each in known["list"]] == ["c0"]
    assert known["events"] == early["list"][0]["position"] + 1


def test_says_whether_like_cases_are_alike(at: Terminal) -> None:
    text = at("rulings", "consistency", "labour").done()
    assert max(map(len, text.splitlines())) <= 80
    let_in = sum(number % LET_IN == 0 for number in range(CASES))
    against = CASES - let_in
    said = " ".join(text.split())
    assert f"Like cases decided differently: {let_in * against} pairs in 1 group of the same grounds" in said
    assert "No appeal was determined yet" in said
    found = json.loads(at("rulings", "consistency", "labour", "--json").done())
    (all_, panel) = found["matrix"]
    assert (all_["by"], panel["by"], panel["rulings"]) == ("all", "panel-1", CASES)
    assert (panel["adverse"]["number"], panel["adverse"]["of"]) == (against, CASES)
    assert [(each["cases"], each["words"]) for each in found["same_reasons"]] == [(CASES, 19)]
    some = json.loads(at("rulings", "consistency", "labour", "--to", "2010-08-10", "--json").done())
    assert some["matrix"][0]["rulings"] == sum(number % 4 == 0 for number in range(CASES))


def test_refuses_what_there_is_not(at: Terminal) -> None:
    assert "(nearest: labour)" in at("rulings", "labor").refused("no-cases")
    assert "(nearest: labour)" in at("statistics", "labor").refused("no-cases")
    assert "(nearest: other-party)" in at("rulings", "labour", "--ground", "other").refused("unknown-ground", 2)
    at("rulings", "labour", "twice").refused("one-election", 2)
    at("rulings", "consistency").refused("one-election", 2)
    assert "(nearest: consistency)" in at("rulings", "consitency", "labour").refused("one-election", 2)
    at("rulings", "labour", "--page", "3").refused("no-such-page", 2)
    at("rulings", "labour", "--from", "soon").refused("bad-moment", 2)
    at("rulings", "labour", "--from", "2010-08-12", "--to", "2010-08-11").refused("bad-moment", 2)
    at("rulings", "consistency", "labour", "--rule", "abcdef").refused("unknown-clause", 2)


@pytest.fixture
def published(at: Terminal) -> Terminal:
    """The same, its numbers published once: after every ruling."""
    if not at("events", "--type", PUBLISHED, "--json").out.strip("[] \n"):
        at("record", *PUBLISH).done()
    return at


def editions(at: Terminal, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(at("statistics", "labour", "--json", *more).done())
    return found


def test_tells_the_public_no_small_number_and_by_which_record(published: Terminal) -> None:
    at = published
    text = at("statistics", "labour").done()
    assert max(map(len, text.splitlines())) <= 80
    found = editions(at)
    root = json.loads(at("root", "--known-at", str(found["events"]["last"]), "--json").done())
    assert (found["events"], found["root"]) == ({"first": 0, "last": root["size"] - 1}, root["root"])
    figures = [each for table in found["tables"] for each in table["figures"]]
    assert figures
    assert all((each["events"], each["root"]) == (found["events"], found["root"]) for each in figures)
    assert all(each["people"] >= LEAST and each["query"] for each in figures)
    days = next(table for table in found["tables"] if table["name"] == "days")
    assert days["people"] == sum(number % LET_IN != 0 for number in range(CASES))


def test_writes_a_pack_of_an_edition(published: Terminal) -> None:
    at = published
    shutil.rmtree(at.folder / "one", ignore_errors=True)
    said = at("statistics", "labour", "one").done()
    assert said == "wrote one: statistics.json, statistics.txt, and 7 tables as CSV\n"
    whole = json.loads((at.folder / "one" / "statistics.json").read_text("utf-8"))
    assert whole == editions(at)
    assert (at.folder / "one" / "statistics.txt").read_text("utf-8") == at("statistics", "labour").done()
    with (at.folder / "one" / "grounds.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["grounds"], row["appeal"], row["root"]) == ("other-party", "", whole["root"])
    at("statistics", "labour", "one").refused("folder-exists")
    at("statistics", "labour", "--edition", "2").refused("no-such-edition", 2)
    at("statistics", "labour", "--edition", "0").refused("no-such-edition", 2)


# Two answers, subtracted

PUBLISHED = "ruling-figures-published.v1"
PUBLISH = ("publish-ruling-figures", "--election", "labour", "--as", "registrar")
BEFORE_FEW = (*SHARED, SIT, *(each for number in range(1, 31) for each in one(number)))


def told_by_page(at: Terminal, out: str) -> dict[str, list[tuple[str, ...]]]:
    """Write the public's pack of pages, and give what its tables say: caption -> rows."""
    at("panel-pack", out, "labour", "--audience", "public").done()
    root, faults = read_page((at.folder / out / "index.html").read_text("utf-8"))
    assert faults == []
    return {
        each.all("caption")[0].whole(): [
            tuple(cell.whole() for cell in row.children) for row in each.all("tbody")[0].all("tr")
        ]
        for each in root.all("table")
    }


def numbers_of(found: dict[str, Any]) -> list[int]:
    """Every number of people that a set of statistics tells."""
    figures = [each["people"] for table in found["tables"] for each in table["figures"]]
    return figures + [table["people"] for table in found["tables"] if table["people"] is not None]


def test_no_two_public_answers_differ_by_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Thirty rulings are published; three more follow, and an appeal; no two answers of either kind differ by them."""
    at = Terminal(tmp_path, monkeypatch, capsys).made(map(as_line, BEFORE_FEW))
    at("statistics", "labour").refused("not-published")
    at("panel-pack", "early", "labour", "--audience", "public").refused("not-published")
    assert not (at.folder / "early").exists()
    at("record", *PUBLISH).done()
    first, page = editions(at), told_by_page(at, "first")
    assert numbers_of(first)
    more = (*(each for number in (31, 32, 34) for each in one(number)), but(LODGE, case="c1"))
    at.lines("more.jsonl", map(as_line, more))
    at("apply", "more.jsonl", "--as", "registrar").done()
    assert editions(at) == first, "what followed shows before it is published"
    assert told_by_page(at, "between") == page
    at("record", *PUBLISH).done()
    second, later = editions(at), told_by_page(at, "second")
    assert editions(at, "--edition", "1") == first, "an edition says the same whenever it is written"
    assert second["events"]["first"] == first["events"]["last"] + 1
    assert numbers_of(second) == []
    assert later == {}
    for pack in ("first", "between", "second"):
        at("verify", "--pack", pack).done()


def test_statistics_and_pages_tell_the_same_numbers(published: Terminal, tmp_path: Path) -> None:
    found, page = editions(published), told_by_page(published, str(tmp_path / "page"))
    told = [[row[len(row) - 1 - noted] for row in rows] for rows, noted in _with_notes(page)]
    by_table: list[list[str]] = []
    for table in found["tables"]:
        by: dict[tuple[str, ...], list[str]] = {}
        for each in table["figures"]:
            by.setdefault(tuple(each["values"]), []).append(f"{each['people']:,}")
        by_table += by.values()
    assert told == by_table


def _with_notes(page: dict[str, list[tuple[str, ...]]]) -> Iterator[tuple[list[tuple[str, ...]], int]]:
    """Give the tables of people, each with whether its last column is a note."""
    for caption, rows in page.items():
        if caption.startswith("People"):
            yield rows, int(not rows[0][-1].replace(",", "").isdigit())


def test_a_pack_of_other_events_than_were_published_is_found(published: Terminal, tmp_path: Path) -> None:
    """Numbers of any other events could be subtracted: a program that was changed might write them."""
    at, out = published, tmp_path / "odd"
    last = editions(at)["events"]["last"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cli.cases.panel_pack.edition_of", lambda *_: Edition(1, 0, last - 5))
        at("panel-pack", str(out), "labour", "--audience", "public").done()
    assert "subtracted" in at("verify", "--pack", str(out)).refused("pack-differs", 3)
