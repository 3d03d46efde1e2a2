"""`apply` and `import`: rows as commands or as a list, the same again adds nothing, a dry run writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import DEFINED, PAPERS, POLLED, Terminal

from cli.office import desk_at
from cli.place import Place
from ledger.streams.person import PersonRecorded


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


FIGURES = "stage,candidate,measure,value,decimals\n1,abbott,votes,2,\n1,balls,section-share,33.3,1\n"
PUBLISH = ("import", "publish-figures", "figures.csv", "--set", "contest=leader", "--set", "source=guardian2010")


def test_reads_papers_with_and_without_a_count(at: Terminal) -> None:
    at.made().write("papers.csv", 'marks\nabbott\nballs>abbott\nabbott\n"abbott"\n')
    assert "1 command: recorded 6 events\n" in at(*PAPERS).done()
    at.write("papers.csv", "count,marks\n3,abbott\n1,balls>abbott\n")
    assert "added nothing, for all was recorded before" in at(*PAPERS).done()


@pytest.mark.parametrize(
    "again",
    [
        b"marks\r\nabbott\r\nballs>abbott\r\n",
        b"marks\rabbott\rballs>abbott\r",
        b"\xef\xbb\xbfmarks\nabbott\nballs>abbott",
        b'"marks"\n"balls>abbott"\n"abbott"\n',
        b"count,marks\n1,balls>abbott\n1,abbott\n",
    ],
)
def test_the_same_papers_saved_again_add_nothing(at: Terminal, again: bytes) -> None:
    at.made().write("papers.csv", b"marks\nabbott\nballs>abbott\n")
    at(*PAPERS).done()
    size = at.size()
    at.write("papers.csv", again)
    assert "1 command: added nothing, for all was recorded before\n" in at(*PAPERS).done()
    assert json.loads(at(*PAPERS, "--json").done())["events"] == 0
    assert at.size() == size


def test_refuses_other_papers_under_the_same_serial(at: Terminal) -> None:
    at.made().write("papers.csv", "marks\nabbott\n")
    at(*PAPERS).done()
    at.write("papers.csv", "marks\nabbott\nballs\n")
    assert "papers.csv: contest leader, section members, serial 1" in at(*PAPERS).refused("batch-differs")


def test_publishes_figures_from_rows(at: Terminal) -> None:
    at.made().write("figures.csv", FIGURES)
    assert "recorded 1 event" in at(*PUBLISH, "--as", "verifier").done()
    event = json.loads(at("show", "result/leader", "--json").done())[0]
    assert [figure["value"] for figure in event["figures"]] == ["2", "33.3"]
    assert [figure["decimals"] for figure in event["figures"]] == [0, 1]
    assert "added nothing" in at(*PUBLISH, "--as", "verifier").done()


@pytest.mark.parametrize(
    ("row", "code", "says"),
    [
        ("1,bals,votes,1,", "unknown-candidate", "figures.csv line 4: contest leader: expected"),
        ("1,balls,vote,1,", "bad-field", "figures.csv line 4, field measure"),
        ("1,balls,votes,1e3,", "bad-field", "line 4, field value: expected a number such as 7 or 13.91"),
        ("x,balls,votes,1,", "bad-field", "line 4, field stage: expected a whole number"),
        (
            ",balls,votes,1,",
            "missing-field",
            "line 4, field stage: expected a whole number from 1 to 10000, found none",
        ),
    ],
)
def test_names_the_line_of_a_figure_that_is_wrong(at: Terminal, row: str, code: str, says: str) -> None:
    at.made().write("figures.csv", FIGURES + row + "\n")
    assert says in at(*PUBLISH, "--as", "verifier").refused(code)


def test_records_rows_as_commands(at: Terminal) -> None:
    at.made([]).write("people.csv", "person,identity.name,identity.email\np1,Ada,ada@example.org\np2,Grace,\n")
    words = ("import", "record-person", "people.csv", "--as", "registrar")
    assert "2 commands: recorded 2 events\n" in at(*words).done()
    assert "2 commands: added nothing, for all was recorded before\n" in at(*words).done()
    at.write("people.csv", "person,identity.name,identity.email\np1,Ada,ada@example.org\np3,Mary,\n")
    assert "2 commands: recorded 1 event; 1 of them recorded before\n" in at(*words).done()


def test_fills_no_field_from_another_row(at: Terminal) -> None:
    at.made([]).write("people.csv", "person,identity.email\np1,ada@example.org\np2,\n")
    at("import", "record-person", "people.csv", "--set", "identity.name=Somebody", "--as", "registrar").done()
    with desk_at(Place(at.ledger)) as desk:
        digests = [event.identity for _, event in desk.ledger.scan() if isinstance(event, PersonRecorded)]
        identities = [desk.vault.read(str(digest), "identity") for digest in digests]
    assert identities == [{"email": "ada@example.org", "name": "Somebody"}, {"name": "Somebody"}]


def test_says_how_many_rows_before_a_refused_one_stay(at: Terminal) -> None:
    at.made([]).write("people.csv", "person,identity.name\np1,Ada\np2,Grace\np1,Mary\np4,Hedy\n")
    line = at("import", "record-person", "people.csv", "--as", "registrar").refused("person-exists")
    assert "people.csv line 4: person/p1" in line
    assert "the 2 commands before it stay recorded" in line
    assert at.size() == 2
    assert "sealed to 2" in at("rebuild").done()
    at.write("people.csv", "person,identity.name\np1,Ada\np2,Grace\np3,Mary\np4,\n")
    line = at("import", "record-person", "people.csv", "--as", "registrar").refused("missing-field")
    assert "people.csv line 5, field identity" in line
    assert "the 3 commands before it stay recorded" in line
    line = at("import", "record-person", "people.csv", "--as", "registrar", "--dry-run").refused("missing-field")
    assert "nothing was written, for it was a dry run" in line


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("person,identity.nam", "unknown-field"),
        ("person,identity.name.first", "unknown-field"),
        ("person,identity,identity.name", "named-twice"),
        ("person,person,identity.name", "named-twice"),
        ("person,identity-name", "unknown-field"),
        ("identity.name", "missing-field"),
    ],
)
def test_refuses_heads_that_are_wrong(at: Terminal, head: str, code: str) -> None:
    cells = ",".join("x" for _ in head.split(","))
    at.made([]).write("people.csv", f"{head}\n{cells}\n")
    assert "people.csv line 1" in at("import", "record-person", "people.csv", "--as", "registrar").refused(code)


def test_refuses_a_column_that_is_also_set(at: Terminal) -> None:
    at.made([]).write("people.csv", "person,identity.name\np1,Ada\n")
    words = ("import", "record-person", "people.csv", "--as", "registrar")
    at(*words, "--set", "person=p2").refused("named-twice")
    at(*words, "--set", "identity.name=Grace").refused("named-twice")
    at(*words, "--set", 'identity={"name": "Grace"}').refused("named-twice")
    assert at.size() == 0


def test_refuses_a_list_that_is_also_set(at: Terminal) -> None:
    at.made().write("papers.csv", "marks\nabbott\n")
    at(*PAPERS, "--set", 'papers=[{"count": 1, "marks": "balls"}]').refused("named-twice")


def test_closes_several_polls_from_rows(at: Terminal) -> None:
    other = DEFINED[2][1] | {"contest": "deputy"}
    at.made([*DEFINED, ("define-contest", other)])
    at.write("polls.csv", "contest, effective\nleader,2010-09-22T23:59:59Z\ndeputy,\n")
    assert "recorded 2 events" in at("import", "close-poll", "polls.csv", "--as", "ro").done()


def test_applying_a_file_again_adds_nothing(at: Terminal) -> None:
    at.made()
    size = at.size()
    again = at("apply", "made.jsonl", "--as", "returning-officer").done()
    assert "4 commands: added nothing, for all was recorded before\n" in again
    answer = json.loads(at("apply", "made.jsonl", "--as", "returning-officer", "--json").done())
    assert {"commands": 4, "events": 0, "held": 4, "dry_run": False, "size": size}.items() <= answer.items()
    assert at.size() == size


def test_equal_lines_in_one_file_are_as_many_commands(at: Terminal) -> None:
    body = {"contest": "leader", "source": "a", "figures": [{"stage": 1, "measure": "valid", "value": "3"}]}
    at.made().lines("figures.jsonl", [("publish-figures", body)] * 2)
    assert "2 commands: recorded 2 events" in at("apply", "figures.jsonl", "--as", "v").done()
    assert "added nothing" in at("apply", "figures.jsonl", "--as", "v").done()


def test_a_dry_run_decides_everything_and_writes_nothing(at: Terminal) -> None:
    at.made(DEFINED)
    papers = {"contest": "leader", "section": "members", "serial": "1"}
    commands = [
        *POLLED[3:],
        ("read-papers", papers | {"papers": [{"count": 3, "marks": "abbott"}, {"count": 1, "marks": "balls"}]}),
        ("declare-result", {"contest": "leader", "elected": ["abbott"]}),
        ("record-person", {"person": "p1", "identity": {"name": "Ada"}}),
        ("order-erasure", {"person": "p1", "basis": "court-order"}),
    ]
    at.lines("rest.jsonl", commands)
    words = ("apply", "rest.jsonl", "--as", "returning-officer")
    before = at.files()
    others = sorted(at.folder.rglob("*"))
    said = at(*words, "--dry-run").done()
    assert said == "5 commands: would record 10 events\nThis was a dry run: nothing was written\n"
    answer = json.loads(at(*words, "--dry-run", "--json").done())
    assert answer == {"commands": 5, "events": 10, "held": 0, "dry_run": True, "size": None, "root": None}
    assert at.files() == before
    assert sorted(at.folder.rglob("*")) == others
    at.lines("rest.jsonl", [*commands[:2], ("declare-result", {"contest": "leader", "elected": ["balls"]})])
    line = at(*words, "--dry-run").refused("figures-differ")
    assert "rest.jsonl line 3" in line
    assert "nothing was written, for it was a dry run" in line
    assert at.files() == before
    at.lines("rest.jsonl", commands)
    assert "5 commands: recorded 10 events" in at(*words).done()
    assert at.size() == 3 + 10 + 1, "the desk confirms the erasure itself"
    assert "would add nothing, for all was recorded before" in at(*words, "--dry-run").done()


def test_a_dry_run_of_an_import_writes_nothing(at: Terminal) -> None:
    at.made().write("papers.csv", "marks\nabbott\nballs\n")
    before = at.files()
    assert "would record 4 events" in at(*PAPERS, "--dry-run").done()
    assert at.files() == before
    at(*PAPERS).done()
    assert at.size() == 8


def test_a_dry_run_leaves_no_scratch_behind(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = at.folder / "scratch"
    scratch.mkdir()
    at.made().write("papers.csv", "marks\nabbott\nbals\n")
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    at(*PAPERS, "--dry-run").refused("unknown-candidate")
    at.write("papers.csv", "marks\nabbott\n")
    at(*PAPERS, "--dry-run").done()
    assert list(scratch.iterdir()) == []


def test_records_one_thing_and_says_so_in_json(at: Terminal) -> None:
    at.made(DEFINED)
    answer = json.loads(at.record("close-poll", POLLED[3][1], "--command-id", "c1", "--json").done())
    assert {"command": "c1", "position": 3, "events": 1, "held": False, "size": 4}.items() <= answer.items()
    again = json.loads(at.record("close-poll", POLLED[3][1], "--command-id", "c1", "--json").done())
    assert {"command": "c1", "position": 3, "events": 0, "held": True, "size": 4}.items() <= again.items()


def test_declares_with_repeated_options_and_json(at: Terminal) -> None:
    at.made().write("papers.csv", "marks\nabbott\n")
    at(*PAPERS).done()
    figures = [{"stage": 1, "candidate": "abbott", "measure": "votes", "value": "1"}]
    body = {"contest": "leader", "elected": ["abbott"], "figures": figures}
    assert "expected abbott, found balls" in at.record("declare-result", body | {"elected": ["balls"]}).refused(
        "figures-differ"
    )
    assert "recorded 1 event" in at.record("declare-result", body).done()
