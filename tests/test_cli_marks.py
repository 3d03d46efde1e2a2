"""`pollbook import mark-returns` and `pollbook papers`: bad input, files given again, and the papers added up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from electorate import entry, frozen, person, put, removed
from terminal import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, OPENED, PAPERS, Terminal

import cli.papers.mark_file
from ledger.storage.store import open_ledger

IMPORT = ("import", "mark-returns", "m.csv", "--set", "contest=leader", "--as", "scrutineer")
HEAD = "elector,day\n"
SECTIONS = [{"id": "members", "name": "Members"}, {"id": "unions", "name": "Unions"}]
CONTEST = {**DEFINE_CONTEST, "sections": SECTIONS}
ISSUE = {"contest": "leader", "section": "members", "count": 12, "roll_version": 1, "channel": "post"}
WENT_OUT = ("--effective", "2010-08-01T12:00:00Z")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Papers are out to twelve members, in two units, and to one of a union; the poll is closed."""
    made = Terminal(tmp_path, monkeypatch, capsys)
    made.made([("call-election", CALL_ELECTION), ("adopt-count-rule", ADOPT_RULE), ("define-contest", CONTEST)])
    with open_ledger(made.ledger) as record:
        members = [entry(n, unit="bow" if n < 8 else "hull", region="east") for n in range(1, 13)]
        put(record, *members, entry(1, "unions", 2, affiliate="gmb", category="levy"), frozen())
    made.record("issue-papers", ISSUE, *WENT_OUT).done()
    made.record("issue-papers", {**ISSUE, "section": "unions", "count": 1}, *WENT_OUT).done()
    made.record("close-poll", CLOSE_POLL).done()
    return made


def line(who: int, day: str = "2010-09-01", number: int = 1) -> str:
    return f"{person(who)}/{number},{day}\n"


def imported(at: Terminal, content: str | bytes, *more: str) -> dict[str, Any]:
    """What became of the rows of a file."""
    at.write("m.csv", content)
    done: dict[str, Any] = json.loads(at(*IMPORT, "--json", *more).done())
    rejected = sum(done["rejected"].values())
    assert done["rows"] == done["marked"] + done["duplicates"] + done["held"] + rejected
    return done


def of(done: dict[str, Any]) -> tuple[int, int, int, dict[str, int]]:
    return done["marked"], done["duplicates"], done["held"], done["rejected"]


def test_marks_returns_and_adds_nothing_the_second_time(at: Terminal) -> None:
    content = HEAD + line(1) + line(2) + line(1, number=2)
    assert of(imported(at, content)) == (3, 0, 0, {})
    size = at.size()
    at.write("m.csv", content)
    assert "added nothing: this file was taken in before, 3 rows" in at(*IMPORT).done()
    assert at.size() == size
    assert of(imported(at, content + "\n")) == (0, 0, 3, {})  # another file, of the same rows
    report = json.loads(at("verify", "--json").out)
    assert not [each for each in report["findings"] if "entry" not in each["what"] and "roll" not in each["what"]]


FAULTS: list[tuple[str, str]] = [
    (f'"{person(2)}/1,2010-09-01\n', "not-csv"),
    (f"{person(2)}/1\n", "wrong-columns"),
    (f"{person(2)}/1,2010-09-01,14:03\n", "wrong-columns"),
    (f"{person(2)}/1,2010-09-\0\n", "not-text"),
    (f"{person(2)}/1,{'9' * 70_000}\n", "row-too-long"),
    (f"{person(2)},2010-09-01\n", "bad-elector"),
    (f"{person(2)}/0,2010-09-01\n", "bad-elector"),
    (f"{person(2).upper()}/1,2010-09-01\n", "bad-elector"),
    ("ada@example.org,2010-09-01\n", "bad-elector"),
    (f"{person(2)}/1,1/2/10\n", "bad-day"),
    (f"{person(2)}/1,2010-02-30\n", "bad-day"),
    (f"{person(2)}/1,\n", "bad-day"),
    (f"{person(2)}/1,40422\n", "day-mangled"),
    (f"{person(2)}/1,2010-09-01 14:03\n", "time-given"),
    (line(99), "unknown-entry"),
    (line(2, number=2), "unknown-entry"),
    (line(2, "2010-07-30"), "day-outside-poll"),
    (line(2, "2010-09-24"), "day-outside-poll"),
]


def test_rejects_each_fault_keeps_the_row_and_takes_the_rest(at: Terminal) -> None:
    rows = [row for row, _ in FAULTS]
    done = imported(at, HEAD + line(1) + "".join(rows))
    codes = [code for _, code in FAULTS]
    assert of(done) == (1, 0, 0, {code: codes.count(code) for code in sorted(set(codes))})
    kept = at("rejected", "--purpose", "correction", "--as", "clerk", done["batch"]).done().splitlines(keepends=True)
    assert kept[0] == "line,code," + HEAD
    expected = [f"{number},{code},{row}" for number, (row, code) in enumerate(FAULTS, 3)]
    assert kept[1:] == [row for row in expected if row.strip()]
    assert set(codes) | {"not-utf-8", "not-issued", "paper-cancelled", "unknown-word"} == set(
        cli.papers.mark_file.CODES
    )


def test_rejected_rows_put_right_are_marked(at: Terminal) -> None:
    imported(at, HEAD + line(1) + line(2, "2010-99-01"))
    assert of(imported(at, HEAD + line(2))) == (1, 0, 0, {})


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + (HEAD + line(1)).replace("\n", "\r\n").encode(),
        (HEAD + line(1)).replace("\n", "\r").encode(),
        (HEAD + line(1)).rstrip("\n").encode(),
        (HEAD + "\n" + line(1) + " \n\n").encode(),
        f'elector,day\n"{person(1)}/1", 2010-09-01 \n'.encode(),
    ],
    ids=["bom-crlf", "cr", "no-end", "blank-lines", "quoted"],
)
def test_reads_what_spreadsheets_write(at: Terminal, content: bytes) -> None:
    assert of(imported(at, content)) == (1, 0, 0, {})


def test_reads_other_columns_days_and_channels_by_a_mapping(at: Terminal) -> None:
    at.write("m.toml", 'elector = "No"\nday = "Came"\nchannel = "How"\ndates = "%d/%m/%Y"\nwords = {"P" = "post"}\n')
    content = f"No,Came,How\n{person(1)}/1,01/09/2010,P\n{person(2)}/1,02/09/2010,X\n{person(3)}/1,02/09/2010,\n"
    assert of(imported(at, content, "--mapping", "m.toml")) == (2, 0, 0, {"unknown-word": 1})
    shown = at("show", f"returned/leader/{person(1)}", *OPENED).done()
    assert "came back on 1 September 2010 by post" in " ".join(shown.split())
    at.write("m.toml", 'encoding = "cp1252"\nchannel = "How"\n')
    done = imported(at, f"elector,day,How\n{person(4)}/1,2010-09-01,\xc9l\n".encode("cp1252"), "--mapping", "m.toml")
    assert of(done) == (1, 0, 0, {})
    assert of(imported(at, f"elector,day\n{person(5)}/1,\xc9\n".encode("cp1252"))) == (0, 0, 0, {"not-utf-8": 1})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("elektor,day\n", "unknown-column"),
        ("elector,day,day\n" + line(1), "duplicate-column"),
        (HEAD, "empty-file"),
        ("", "unknown-column"),
        ((HEAD + line(1)).encode("utf-16"), "not-utf-8"),
        (HEAD + "x" * (2 << 20), "line-too-long"),
    ],
)
def test_refuses_a_file_that_is_none(at: Terminal, content: str | bytes, code: str) -> None:
    at.write("m.csv", content)
    size = at.size()
    at(*IMPORT).refused(code)
    assert at.size() == size


@pytest.mark.parametrize(
    "mapping", ["elector = 1", "nothing = 'x'", "elector = ", "encoding = 'utf-7'", "words = {'P' = 'Not An Id'}"]
)
def test_refuses_a_mapping_that_is_none(at: Terminal, mapping: str) -> None:
    at.write("m.csv", HEAD + line(1))
    at.write("m.toml", mapping)
    at(*IMPORT, "--mapping", "m.toml").refused("bad-mapping")


def test_names_the_keys_that_a_mapping_has(at: Terminal) -> None:
    at.write("m.csv", HEAD + line(1))
    for text, says in (
        (
            "delimiter = ';'",
            "m.toml, delimiter: expected one of elector, day, channel, dates, encoding, words, found no",
        ),
        ("electr = 'x'", "electr: expected one of elector, day, channel, dates, encoding, words, found no such key"),
        ("electr = 'x'", "(nearest: elector)"),
        ("elector = 1\nelectr = 'x'", "electr: expected one of"),
        ("elector = 1", "m.toml, elector: expected input should be a valid string, found 1."),
    ):
        at.write("m.toml", text)
        assert says in at(*IMPORT, "--mapping", "m.toml").refused("bad-mapping")


def test_refuses_too_many_rows_and_too_large_a_file(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at.write("m.csv", HEAD + line(1) + line(2))
    with monkeypatch.context() as patch:
        patch.setattr(cli.papers.mark_file, "ROWS_MAX", 1)
        at(*IMPORT).refused("too-many-rows")
    with monkeypatch.context() as patch:
        patch.setattr(cli.papers.mark_file, "FILE_MAX", 50)
        at(*IMPORT).refused("file-too-large")


def test_a_dry_run_says_what_would_become_of_the_rows(at: Terminal) -> None:
    at.write("m.csv", HEAD + line(1) + line(1) + line(99))
    size = at.size()
    out = at(*IMPORT, "--dry-run").done()
    assert "This was a dry run: nothing was written" in out
    assert at.size() == size
    numbers = [row.split(maxsplit=1) for row in out.splitlines()[1:6]]
    assert [number for number, _ in numbers] == ["1", "1", "0", "1", "3"]


def test_papers_are_added_up_by_section_and_by_place(at: Terminal) -> None:
    imported(at, HEAD + "".join(line(n) for n in (1, 2, 3, 9)) + line(1, "2010-09-03"))
    at.record("cancel-paper", {"contest": "leader", "person": person(12), "number": 1, "cause": "clerical"}).done()
    with open_ledger(at.ledger) as record:
        put(record, removed(11, 2), entry(20), entry(21, batch="build/labour/9"))
    found = json.loads(at("papers", "leader", "--json").done())["papers"]
    members, unions = ([row[name] for name in row if name not in ("section", "turnout")] for row in found)
    assert members == [12, 1, 12, 0, 1, 4, 1, 0, 7]  # entries, due, issued, again, cancelled, back, second, aside, out
    assert unions == [1, 0, 1, 0, 0, 0, 0, 0, 1]
    assert found[0]["turnout"] == "4/11"
    rows = json.loads(at("papers", "leader", "--by", "unit", "--json", *OPENED).done())["papers"]
    assert [(row["unit"], row["issued"], row["returned"], row["turnout"]) for row in rows] == [
        ("-", 1, 0, "0/1"),
        ("bow", 7, 3, "3/7"),
        ("hull", 5, 1, "1/4"),
    ]
    out = at("papers", "leader").done()
    assert max(map(len, out.splitlines())) <= 80
    at("papers", "lader").refused("unknown-contest")
    at("papers", "leader", "--by", "regoin").refused("unknown-place", 2)


def test_views_caught_up_bit_by_bit_are_those_built_anew(at: Terminal) -> None:
    def shown() -> list[Any]:
        return [json.loads(at("papers", "leader", "--by", "unit", "--by", "section", "--json", *OPENED).done())]

    shown()
    imported(at, HEAD + line(1) + line(1) + line(2))
    before = shown()
    with open_ledger(at.ledger) as record:
        amended: dict[str, Any] = {"election": "labour", "field": "unit", "new": "hull", "number": 1, "old": "bow"}
        from scenario import happened

        from ledger.streams.entry import EntryAmended

        put(record, happened(EntryAmended, f"entry/labour/{person(1)}", 3, cause="transferred", **amended))
    kept = shown()
    assert kept != before
    at("rebuild").done()
    assert shown() == kept
    moved = {row["unit"]: (row["issued"], row["returned"], row["duplicates"]) for row in kept[0]["papers"]}
    assert moved == {"-": (1, 0, 0), "bow": (6, 1, 0), "hull": (6, 1, 1)}


def test_papers_are_set_beside_account_and_box(at: Terminal) -> None:
    before = at.size() - 1
    imported(at, HEAD + line(1) + line(1) + line(2) + line(3))
    stated = {"contest": "leader", "section": "members", "distributed": 13, "returned": 4}
    out = at("papers", "leader").done()
    assert "Neither an account nor papers read are on record: nothing to hold" in out
    assert "agree" not in out
    account = {**stated, "set_aside": [{"reason": "duplicate", "papers": 1}]}
    at.record("state-account", account).done()
    at.write("papers.csv", "marks\nabbott\nabbott\n")
    at(*PAPERS).done()
    out = " ".join(at("papers", "leader").done().split())
    assert "Section members: 13 distributed, as stated, but 12 issued" in out
    assert "Section members: 3 read, spoilt and set aside, but 4 marked and held" in out
    at.record("state-account", {**account, "distributed": 12, "spoilt": [{"reason": "blank", "papers": 1}]}).done()
    out = " ".join(at("papers", "leader").done().split())
    assert "Account and papers read agree with the marked register" in out
    at.record("state-account", {"contest": "leader", "section": "unions", "returned": 1}).done()
    out = " ".join(at("papers", "leader").done().split())
    assert "Section unions: none marked yet, but 1 returned, as stated" in out
    assert "Section members: none" not in out
    assert "none marked yet" not in at("papers", "leader", "--by", "section", "--known-at", str(before)).done()
    early = json.loads(at("papers", "leader", "--known-at", str(before), "--json").done())["papers"][0]
    assert (early["issued"], early["returned"]) == (12, 0)


def test_what_tells_of_one_person_is_opened_for_a_purpose_and_logged(at: Terminal) -> None:
    imported(at, HEAD + line(1) + line(2))
    returned = f"returned/leader/{person(1)}"
    looks = [
        ("papers", "leader", "--by", "unit"),
        ("events", "--type", "return-marked.v1"),
        ("events", "--stream", "returned/", "--json"),
        ("show", returned),
        ("show", returned, "--fields"),
    ]
    size = at.size()
    for words in looks:
        at(*words).refused("purpose-required", 2)
    for words in (("papers", "leader"), ("events", "--type", "contest-defined.v1"), ("show", "contest/leader")):
        at(*words).done()
    assert at.size() == size
    for words in looks:
        at(*words, *OPENED).done()
    logged = json.loads(at("access", "--json").done())
    assert [(each["what"], each["rows"], each["subject"]) for each in logged] == [
        ("papers", 3, None),
        ("events", 2, None),
        ("events", 2, None),
        ("show", 1, person(1)),
        ("show", 1, person(1)),
    ]
