"""Files as users misuse them: every fault is one line that names file, line and field, and nothing is recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import ADOPT_RULE, CALL_ELECTION, DEFINED, PAPERS, RULE, Terminal

UTF_16 = "marks\nabbott\n".encode("utf-16")
CALL = json.dumps({"verb": "call-election", **CALL_ELECTION})


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "empty-file", "papers.csv: expected something to record"),
        (b"marks\n", "empty-file", "papers.csv: expected something to record"),
        (b"\xef\xbb\xbf", "empty-file", "papers.csv"),
        (b'marks\n"abbott\n', "not-csv", "papers.csv line 2"),
        (b'marks\nabbott\n"abbott"balls\n', "not-csv", "papers.csv line 3"),
        (b'marks\n"' + b"a" * 100_001 + b'"\n', "not-csv", "a cell too long"),
        (b"count,marks\n1,abbott\n2\n", "wrong-columns", "papers.csv line 3: expected 2 cells"),
        (b"count,marks\n1,abbott,balls\n", "wrong-columns", "papers.csv line 2: expected 2 cells"),
        (b"marks\nabbott\n\nballs\n", "wrong-columns", "line 3: expected 1 cell, found an empty line"),
        (b"marks\nabbott\nbal\xffls\n", "not-utf-8", "papers.csv line 3, byte 4: expected UTF-8, found byte 0xff"),
        (UTF_16, "not-utf-8", "found UTF-16"),
        ("marks\nabbott\n".encode("utf-16-le"), "not-text", "papers.csv line 1, character 2"),
        (b"marks\nabbott\nbal\0ls\n", "not-text", "papers.csv line 3, character 4: expected text, found a NUL"),
        (b"marks\n" + b"a" * 10_000_000 + b"\n", "line-too-long", "papers.csv line 2: expected at most 8000000 bytes"),
        (b"marsk\nabbott\n", "unknown-field", "line 1, column 'marsk': expected one of count, marks, found 'marsk'"),
        (b"count;marks\n1;abbott\n", "unknown-field", "found columns set apart by ';'. Save the file with commas"),
        (b"count\n1\n", "missing-field", "papers.csv line 1, field marks: expected a column of this name"),
        (b"marks,marks\nabbott,balls\n", "named-twice", "line 1, field marks"),
        (b"count,marks\nx,abbott\n", "bad-field", "line 2, field count: expected a whole number from 1 to 10000000"),
        (b"count,marks\n1,abbott\n0,balls\n", "bad-field", "papers.csv line 3, field count"),
        (b"count,marks\n-1,abbott\n", "bad-field", "papers.csv line 2, field count"),
        (b"count,marks\n1.5,abbott\n", "bad-field", "papers.csv line 2, field count"),
        (b"count,marks\n01,abbott\n", "bad-field", "papers.csv line 2, field count"),
        (b"count,marks\n%s,abbott\n" % (b"9" * 5000), "bad-field", "papers.csv line 2, field count"),
        (b"marks\nabbott\nAbbott\n", "bad-field", "papers.csv line 3, field marks: expected ids of candidates"),
        (b"marks\nabbott\nabbott\nbals\n", "unknown-candidate", "papers.csv line 4: contest leader, section members"),
        (b"marks\nabbott>abbott\n", "duplicate-mark", "papers.csv line 2"),
        (b'marks\nabbott\n""\n', "blank-paper", "papers.csv line 3"),
        (b"marks\nabbott>>balls\n", "gap-in-ranking", "papers.csv line 2"),
        (b"marks\nabbott\nabbott=balls\n", "overvote", "papers.csv line 3"),
    ],
)
def test_refuses_papers_that_are_wrong(at: Terminal, content: bytes, code: str, says: str) -> None:
    size = at.made().size()
    at.write("papers.csv", content)
    line = at(*PAPERS).refused(code)
    assert says in line
    assert "no command was recorded" in line
    assert at.size() == size


def test_names_the_nearest_candidate(at: Terminal) -> None:
    at.made().write("papers.csv", "marks\nbals\n")
    assert "found bals (nearest: balls)" in at(*PAPERS).refused("unknown-candidate")


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "empty-file", "commands.jsonl"),
        (b"\n \r\n", "empty-file", "commands.jsonl"),
        (b'{"verb": "call-election"', "not-json", "line 1: expected JSON, found an end too soon"),
        (b"\n{'verb': 1}\n", "not-json", "commands.jsonl line 2: expected JSON"),
        (b'["call-election"]\n', "not-json", "expected a JSON object, found JSON of another kind"),
        (b'{"verb": "call-election", "title": NaN}\n', "not-json", "found NaN"),
        (b'{"verb": "close-poll", "verb": "x"}\n', "not-json", "found the name 'verb' twice in one object"),
        (b'{"verb": "adopt-count-rule", "rule": {"gap": 1, "gap": 2}}\n', "not-json", "the name 'gap' twice"),
        (b"[" * 100_000 + b"\n", "not-json", "found too many brackets inside each other"),
        (b'{"verb": "call-election", "title": ' + b"9" * 5000 + b"}\n", "not-json", "a number of too many digits"),
        (b'{"verb": "call-\xffelection"}\n', "not-utf-8", "line 1, byte 16"),
        (CALL.encode("utf-16"), "not-utf-8", "found UTF-16"),
        (CALL.encode().replace(b"Leader", b"Lea\0der"), "not-text", "a NUL"),
        (b'{"x": "' + b"a" * 10_000_000 + b'"}\n', "line-too-long", "commands.jsonl line 1"),
        (b"{}\n", "missing-field", "commands.jsonl line 1, field verb"),
        (b'{"verb": 5}\n', "missing-field", "field verb: expected a verb, such as call-election, found 5"),
        (b'{"verb": "call-elecion"}\n', "unknown-verb", "found 'call-elecion' (nearest: call-election)"),
        (b'{"verb": "confirm-erasure", "person": "p", "digests": []}\n', "unknown-verb", "line 1"),
        (CALL.replace("title", "tilte").encode(), "unknown-field", "found tilte (nearest: title)"),
        (CALL.replace("vacancy", "vacncy").encode(), "bad-field", 'found "vacncy" (nearest: vacancy)'),
        (CALL.replace('"Leader"', "5").encode(), "bad-field", "field title: expected text of 1 to 4000 characters"),
        (CALL.replace('"Leader"', '"\\ud800"').encode(), "bad-field", "commands.jsonl line 1"),
        (CALL.replace('"Leader"', '"Lea\\u202eder"').encode(), "bad-field", "the invisible character U+202E at 3"),
        (CALL.replace('"labour"', '"Labour!"').encode(), "bad-field", "field election: expected an id of up to 64"),
        (b'{"as": 5, ' + CALL.encode()[1:], "bad-field", "line 1, field as: expected an id"),
        (b'{"as": "The Officer", ' + CALL.encode()[1:], "bad-field", "line 1, field as: expected an id"),
        (b'{"command_id": "A b", ' + CALL.encode()[1:], "bad-field", "line 1, field command_id: expected an id"),
        (b'{"command_id": 5, ' + CALL.encode()[1:], "bad-field", "line 1, field command_id: expected an id"),
        (b'{"effective": "2010-02-30T00:00:00Z", ' + CALL.encode()[1:], "bad-field", "field effective"),
        (b'{"effective": "2010-02-03", ' + CALL.encode()[1:], "bad-field", "a moment such as 2010-09-25T12:00:00Z"),
    ],
)
def test_refuses_commands_that_are_wrong(at: Terminal, content: bytes, code: str, says: str) -> None:
    at.made([])
    at.write("commands.jsonl", content)
    line = at("apply", "commands.jsonl", "--as", "returning-officer").refused(code)
    assert says in line
    assert "no command was recorded" in line
    assert at.size() == 0


@pytest.mark.parametrize("field", sorted(RULE))
def test_names_the_choice_that_a_count_rule_leaves_open(at: Terminal, field: str) -> None:
    at.made(DEFINED[:1])
    rule = {name: value for name, value in RULE.items() if name != field}
    at.lines("rule.jsonl", [("adopt-count-rule", ADOPT_RULE | {"rule": rule})])
    line = at("apply", "rule.jsonl", "--as", "returning-officer").refused("missing-field")
    assert f"rule.jsonl line 1, field rule.{field}: expected " in line
    if field == "gap":
        assert "expected refuse or exhaust or exhaust-at-two or skip, found none" in line


def test_names_the_nearest_field_of_a_count_rule(at: Terminal) -> None:
    at.made(DEFINED[:1])
    at.lines("rule.jsonl", [("adopt-count-rule", ADOPT_RULE | {"rule": RULE | {"gapp": "skip"}})])
    assert "found gapp (nearest: gap)" in at("apply", "rule.jsonl", "--as", "ro").refused("unknown-field")


def test_coerces_nothing(at: Terminal) -> None:
    at.made(DEFINED[:2])
    for seats in ("1", 1.0, True):
        at.lines("contest.jsonl", [("define-contest", DEFINED[2][1] | {"seats": seats})])
        line = at("apply", "contest.jsonl", "--as", "ro").refused("bad-field")
        assert "field seats: expected a whole number from 1 to 1000" in line


def test_counts_rows_of_a_list_from_one(at: Terminal) -> None:
    papers = [{"count": 1, "marks": "abbott"}, {"count": 0, "marks": "balls"}]
    body = {"contest": "leader", "section": "members", "serial": "1", "papers": papers}
    at.made().lines("papers.jsonl", [("read-papers", body)])
    assert "papers.jsonl line 1, field papers.2.count" in at("apply", "papers.jsonl", "--as", "s").refused("bad-field")
    papers[1] = {"count": 1, "marks": "bals"}
    at.lines("papers.jsonl", [("read-papers", body)])
    line = at("apply", "papers.jsonl", "--as", "s").refused("unknown-candidate")
    assert "papers.jsonl line 1: contest leader, section members, marks 'bals', row 2" in line


@pytest.mark.parametrize("words", [("apply", "none.jsonl"), ("import", "record-person", "none.jsonl")])
def test_refuses_a_file_that_is_not_there(at: Terminal, words: tuple[str, ...]) -> None:
    at.made([])
    assert "none.jsonl" in at(*words, "--as", "ro").refused("no-such-file", 2)


@pytest.mark.parametrize("words", [("apply", "state"), ("import", "record-person", "state")])
def test_refuses_a_folder_as_a_file(at: Terminal, words: tuple[str, ...]) -> None:
    at.made([])
    at(*words, "--as", "ro").refused("not-a-file", 2)
    at(*words[:-1], "made.jsonl/x", "--as", "ro").refused("no-such-file", 2)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_takes_any_line_end_and_a_byte_order_mark(at: Terminal, end: str, mark: str) -> None:
    at.made([])
    at.write("commands.jsonl", mark + end.join([CALL, "", CALL.replace('"labour"', '"other"')]))
    assert "2 commands: recorded 2 events" in at("apply", "commands.jsonl", "--as", "ro").done()
    at.write("people.csv", mark + end.join(["person,identity.name", "p1,Ada", '"p2","Grace', 'Hopper"', ""]))
    assert "2 commands: recorded 2 events" in at("import", "record-person", "people.csv", "--as", "ro").done()


def test_shows_no_control_characters_of_a_file_name(at: Terminal) -> None:
    at.made([])
    assert r"a\nb\x1b[31m" in at("apply", "a\nb\x1b[31m", "--as", "ro").refused("no-such-file", 2)


def test_cuts_what_is_too_long_to_be_read(at: Terminal) -> None:
    at.made().write("papers.csv", "marks\n" + "x>" * 9_000 + "abbott\n")
    line = at(*PAPERS).refused("unknown-candidate")
    assert len(line) < 1_500


def test_an_option_may_name_a_file_of_json(at: Terminal) -> None:
    at("init", "--unfounded").done()
    at.record("call-election", CALL_ELECTION).done()
    at.write("rule.json", b"\xef\xbb\xbf" + json.dumps(RULE, indent=1).encode())
    words = ("record", "adopt-count-rule", "--election", "labour", "--as", "ro", "--rule")
    at(*words, "@rule.json").done()
    at(*words, "@nothing.json").refused("no-such-file", 2)
    at.write("bad.json", b"\xff")
    at(*words, "@bad.json").refused("not-utf-8", 2)


def test_words_that_are_no_text_and_a_closed_output_end_in_no_traceback(at: Terminal) -> None:
    at.made([("call-election", CALL_ELECTION)])
    at("show", "\udcff").refused("not-text", 2)
    command = [sys.executable, "-m", "cli.main", "--ledger", "ledger", "root"]
    closed = subprocess.run(
        ["bash", "-c", 'exec "$@" >&-', "_", *command],
        cwd=at.folder,
        env=at.environment(),
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (closed.returncode, closed.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("threshold", "code", "says"),
    [
        (
            {"kind": "shares"},
            "bad-field",
            'rule.thresholds.1.kind: expected count or share or all or any, found "shares"',
        ),
        ({"id": "plp"}, "missing-field", "rule.thresholds.1.kind: expected count or share or all or any, found none"),
        ({"kind": "count", "id": "plp"}, "missing-field", "rule.thresholds.1.least: expected a whole number"),
    ],
)
def test_names_what_is_wrong_in_a_threshold(at: Terminal, threshold: object, code: str, says: str) -> None:
    rule = {
        "version": "nomination.v1",
        "acceptance": "required",
        "classes": [{"id": "mps", "name": "MPs"}],
        "incumbent": "not-exempt",
        "requires": "plp",
        "thresholds": [threshold],
    }
    body = {"contest": "leader", "election": "labour", "office": "Leader", "seats": 1, "rule": rule}
    at.made(DEFINED[:1])
    at.lines("open.jsonl", [("open-nominations", body)])
    assert says in at("apply", "open.jsonl", "--as", "returning-officer").refused(code)


def test_says_what_a_field_of_two_kinds_takes(at: Terminal) -> None:
    at("init", "--unfounded").done()
    line = '{"verb": "do-remedy", "case": "c", "ruling": 1, "number": 1, "proof": "done"}'
    at.write("c.jsonl", line)
    said = at("apply", "c.jsonl", "--as", "clerk").refused("bad-field")
    assert "field proof: expected a stream such as entry/ELECTION/PERSON, or sha256: and 64 hexadecimal digits" in said
    assert "STREAM|HASH" in at.run("record", "do-remedy", "--help").done()
    at.write("c.jsonl", line.replace('"done"', "5"))
    assert "field proof: expected a stream such as" in at("apply", "c.jsonl", "--as", "clerk").refused("bad-field")
