"""Words, ledgers and keys as users misuse them: one line each, the right exit code, and nothing written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from terminal import CALL_ELECTION, DEFINED, PAPERS, POLLED, Terminal

from cli.seal.key import KEY_FILE


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def key_of(at: Terminal) -> Path:
    (key,) = (at.folder / "state").glob(f"*/{KEY_FILE}")
    return key


def test_refuses_papers_before_the_poll_closed(at: Terminal) -> None:
    at.made(DEFINED).write("papers.csv", "marks\nabbott\n")
    size = at.size()
    assert "papers.csv: contest leader, section members" in at(*PAPERS).refused("poll-open")
    assert at.size() == size


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("record", "call-elecion"), "unknown-verb", "found 'call-elecion' (nearest: call-election)"),
        (("record", "confirm-erasure", "--person", "p"), "unknown-verb", "pollbook record"),
        (("import", "read-paper", "made.jsonl"), "unknown-verb", "(nearest: read-papers)"),
        (("demo", "labor-2016"), "unknown-demo", "found 'labor-2016' (nearest: labour-2016)"),
        (("events", "--type", "paper-red.v1"), "unknown-type", "(nearest: paper-read.v1)"),
        (("import", "close-poll", "f.csv", "--set", "contest"), "bad-field", "expected FIELD=VALUE"),
        (("import", "close-poll", "f.csv", "--set", "contst=x"), "unknown-field", "found 'contst' (nearest: contest)"),
        (("import", "close-poll", "f.csv", "--set", "contest.id=x"), "unknown-field", "column 'contest.id'"),
        (("import", "close-poll", "f.csv", "--set", "contest=x", "--set", "contest=y"), "named-twice", "contest"),
        (("import", "close-poll", "f.csv", "--as", ""), "actor-missing", "--as: expected who records"),
        (("import", "close-poll", "f.csv", "--as", "The Officer"), "bad-field", "--as: expected an id"),
        (("apply", "f.jsonl", "--as", "The Officer"), "bad-field", "--as: expected an id"),
    ],
)
def test_refuses_words_that_are_off(at: Terminal, words: tuple[str, ...], code: str, says: str) -> None:
    at.made()
    size = at.size()
    if "--as" not in words and words[0] in ("import", "apply"):
        words = (*words, "--as", "ro")
    assert says in at(*words).refused(code, 2)
    assert at.size() == size


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"reason": "vacncy"}, "bad-field", "record call-election, field reason: expected vacancy or challenge or"),
        ({"reason": "vacncy"}, "bad-field", 'found "vacncy" (nearest: vacancy)'),
        ({"election": "Labour"}, "bad-field", "field election: expected an id of up to 64 small letters"),
        ({"title": ""}, "bad-field", "field title"),
        ({"effective": "yesterday"}, "bad-field", "field effective: expected a moment such as"),
    ],
)
def test_refuses_wrong_values(at: Terminal, changes: dict[str, str], code: str, says: str) -> None:
    at.made([])
    assert says in at.record("call-election", CALL_ELECTION | changes).refused(code, 2)
    assert at.size() == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"seats": "one"}, 'field seats: expected a whole number from 1 to 1000, found "one"'),
        ({"seats": "1001"}, "field seats: expected a whole number from 1 to 1000, found 1001"),
        ({"candidates": "[{"}, "field candidates: expected JSON, found an end too soon"),
        ({"candidates": '{"id": "a"}'}, "field candidates: expected a list of at most 10000 members"),
        ({"candidates": [{"id": "a"}]}, "field candidates.1.name: expected text of 1 to 4000 characters, found none"),
        ({"candidates": [{"id": "a", "nmae": "A"}]}, "found nmae (nearest: name)"),
        ({"candidates": '[{"id": "a", "id": "b", "name": "A"}]'}, "the name 'id' twice in one object"),
        ({"sections": []}, "field sections: expected a list of 1 to 1000 members"),
    ],
)
def test_names_the_field_inside_json(at: Terminal, changes: dict[str, object], says: str) -> None:
    at.made(DEFINED[:2])
    answer = at.record("define-contest", DEFINED[2][1] | changes)
    assert says in answer.refused(answer.err.partition(":")[0], 2)


REFER = {"application": "A-0042", "ground": "twice", "reason": "Seen twice"}
OPEN = {"case": "c-1", "election": "labour", "person": "A-0042", "grounds": ["twice"]}
OPEN |= {"subject": "person/" + "9" * 24, "detection": "complaint", "referred_by": "registrar"}


@pytest.mark.parametrize(
    ("verb", "values", "field", "finds"),
    [
        ("refer-application", REFER, "application", "pollbook application-key"),
        ("open-case", OPEN, "person", "pollbook find"),
    ],
)
def test_says_what_a_key_is_and_how_it_is_found(
    at: Terminal, verb: str, values: dict[str, object], field: str, finds: str
) -> None:
    at.made([])
    line = at.record(verb, values).refused("bad-field", 2)
    assert f'field {field}: expected a key of 24 hexadecimal digits, found "A-0042". Find it with: {finds}.' in line


def test_refuses_to_record_for_nobody(at: Terminal) -> None:
    at.made([])
    words = ("record", "close-poll", "--contest", "leader")
    assert "expected who records" in at(*words).refused("actor-missing", 2)
    assert "--as: expected an id" in at(*words, "--as", "Sir Humphrey").refused("bad-field", 2)
    at.lines("close.jsonl", POLLED[3:])
    assert "close.jsonl line 1, field as: expected who records" in at("apply", "close.jsonl").refused("actor-missing")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("cuont", "leader"), "No such command 'cuont'. Did you mean 'count', 'recount', 'account'?"),
        (("events", "--jsno"), "No such option: --jsno (Possible options: --as, --as-of, --json)"),
        (("record", "close-poll", "--contst", "x"), "--contest"),
        (("record", "close-poll"), "Missing option '--contest'"),
        (("events", "--limit", "0"), "--limit"),
        (("show",), "Missing argument"),
    ],
)
def test_usage_errors_keep_their_form(at: Terminal, words: tuple[str, ...], says: str) -> None:
    answer = at(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Usage: pollbook ")
    assert says in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("show", "contest/leadr"), "unknown-stream", 1),
        (("show", ""), "unknown-stream", 1),
        (("count", "leadr"), "unknown-contest", 1),
        (("figures", "leadr"), "unknown-contest", 1),
        (("count", "leader", "--as-of", "2010-02-30"), "bad-moment", 2),
        (("count", "leader", "--as-of", "2010-W39-6"), "bad-moment", 2),
        (("count", "leader", "--as-of", "2010-09-25 12:00:00"), "bad-moment", 2),
        (("count", "leader", "--as-of", "2010-09-25T12:00:00+02:00"), "bad-moment", 2),
        (("events", "--as-of", ""), "bad-moment", 2),
        (("events", "--known-at", "-1"), "bad-moment", 2),
        (("events", "--known-at", "4"), "bad-moment", 2),
        (("show", "contest/leader", "--known-at", "4"), "bad-moment", 2),
        (("count", "leader", "--known-at", "4"), "bad-moment", 2),
        (("events", "--known-at", "9" * 5000), "bad-moment", 2),
        (("events", "--known-at", "٣"), "bad-moment", 2),
        (("events", "--known-at", "soon"), "bad-moment", 2),
        (("count", "leader", "--known-at", "2"), "poll-open", 1),
    ],
)
def test_refuses_to_look_for_what_is_not_there(at: Terminal, words: tuple[str, ...], code: str, exit_code: int) -> None:
    line = at.made()(*words).refused(code, exit_code)
    if "--known-at" in words and code == "bad-moment":
        assert "--known-at: expected " in line


def test_says_how_far_positions_go(at: Terminal) -> None:
    at.made()
    assert "expected a position from 0 to 3, found 4" in at("events", "--known-at", "4").refused("bad-moment", 2)
    at("events", "--known-at", "3").done()


def test_refuses_a_folder_that_is_no_ledger(at: Terminal) -> None:
    for words in (("events",), ("root",), ("rebuild",), ("apply", "f"), ("apply", "f", "--dry-run")):
        at.write("f", "{}")
        at(*words).refused("no-ledger")
    (at.folder / "file").write_text("")
    at.run("--ledger", "file", "events").refused("no-ledger")
    assert not at.ledger.exists()


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be taken for one" * 20])
def test_refuses_a_database_that_is_no_ledger(at: Terminal, content: bytes) -> None:
    at.ledger.mkdir()
    (at.ledger / "ledger.db").write_bytes(content)
    for words in (("events",), ("rebuild",)):
        at(*words).refused("not-a-ledger", 3)
    assert at.files() == {"ledger.db": content}


def test_refuses_another_programs_database(at: Terminal) -> None:
    at.ledger.mkdir()
    with closing(sqlite3.connect(at.ledger / "ledger.db")) as database:
        database.execute("CREATE TABLE books (title TEXT)")
    before = at.files()
    assert "expected application id 0x504c424b, found 0x0" in at("root").refused("not-a-ledger", 3)
    assert at.files() == before


def test_refuses_a_ledger_of_a_newer_program(at: Terminal) -> None:
    at.made()
    with closing(sqlite3.connect(at.ledger / "ledger.db")) as database:
        database.execute("PRAGMA user_version = 99")
    for words in (("events",), ("rebuild",), ("record", "close-poll", "--contest", "leader", "--as", "ro")):
        assert "found 99. Install a newer pollbook" in at(*words).refused("newer-ledger")


def test_stops_at_a_damaged_ledger(at: Terminal) -> None:
    at.made()
    file = at.ledger / "ledger.db"
    content = file.read_bytes()
    with closing(sqlite3.connect(file)) as database:
        database.execute("DROP TABLE stored_events")
    for words in (("events",), ("root",), ("rebuild",), ("show", "contest/leader"), ("count", "leader")):
        at(*words).refused("storage-damaged", 3)
    file.write_bytes(content[: len(content) // 2])
    for words in (("events",), ("root",), ("rebuild",)):
        at(*words).refused("not-a-ledger", 3)


def test_builds_damaged_views_anew_on_request(at: Terminal) -> None:
    at.made().write("papers.csv", "marks\nabbott\n")
    at(*PAPERS).done()
    shown = at("count", "leader").done()
    views = at.ledger / "views.db"
    views.write_bytes(b"garbage" * 1_000)
    assert "pollbook rebuild" in at("count", "leader").refused("views-damaged")
    assert "reread 7 events" in at("rebuild").done()
    assert at("count", "leader").done() == shown
    with closing(sqlite3.connect(views)) as database:
        database.execute("DROP TABLE profile")
    assert "pollbook rebuild" in at("count", "leader").refused("views-damaged")
    at("rebuild").done()
    assert at("count", "leader").done() == shown


def test_refuses_to_make_a_ledger_twice_or_in_a_file(at: Terminal) -> None:
    at.made([])
    before = at.files()
    at("init").refused("ledger-exists")
    assert at.files() == before
    (at.folder / "file").write_text("")
    at.run("--ledger", "file", "init").refused("not-a-folder", 2)
    at.run("--ledger", "file/deeper", "init").refused("not-a-folder", 2)
    assert key_of(at).exists(), "and no other key was left behind"


def test_leaves_nothing_behind_where_no_key_can_be_written(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (at.folder / "file").write_text("")
    monkeypatch.setenv("POLLBOOK_STATE", str(at.folder / "file"))
    at("init").refused("not-a-folder", 2)
    assert not at.ledger.exists()


def test_leaves_nothing_behind_where_making_fails(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.storage.store.write_header", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    at("init").refused("interrupted")
    assert not at.ledger.exists()
    assert list((at.folder / "state").iterdir()) == []
    monkeypatch.undo()


def test_refuses_without_the_vaults_key(at: Terminal) -> None:
    at.made()
    key = key_of(at)
    content = key.read_text()
    size = at.size()
    words = ("record", "close-poll", "--contest", "leader", "--as", "ro")
    key.chmod(0o640)
    assert f"expected mode 0600, found 0640. Decide who may have read it, then: chmod 600 {key}" in at(*words).refused(
        "vault-key-exposed"
    )
    key.chmod(0o600)
    for wrong in ("", "zz" * 32, content[:-3], content * 2, "\xff"):
        key.write_text(wrong, "latin-1")
        at(*words).refused("vault-key-malformed")
    key.unlink()
    assert str(key) in at(*words).refused("vault-key-missing")
    at.lines("close.jsonl", POLLED[3:])
    at("apply", "close.jsonl", "--dry-run", "--as", "ro").refused("vault-key-missing")
    assert at.size() == size, "reading works without the key"
    key.mkdir()
    at(*words).refused("vault-key-missing")


def test_refuses_another_command_under_an_id_already_used(at: Terminal) -> None:
    at.made([])
    first = at.record("call-election", CALL_ELECTION, "--command-id", "c1").done()
    assert "recorded 1 event from position 0 (command c1)" in first
    again = at.record("call-election", CALL_ELECTION, "--command-id", "c1").done()
    assert "added nothing, for all was recorded before (command c1)" in again
    other = CALL_ELECTION | {"election": "other"}
    assert "command c1" in at.record("call-election", other, "--command-id", "c1").refused("idempotency-conflict")
    at.record("call-election", other, "--command-id", "C 1").refused("bad-field", 2)
    at.record("call-election", other, "--command-id", "").refused("bad-field", 2)
    at.lines("other.jsonl", [("call-election", other | {"command_id": "c1"})])
    line = at("apply", "other.jsonl", "--as", "returning-officer").refused("idempotency-conflict")
    assert "other.jsonl line 1: command c1" in line
    assert at.size() == 1


def test_refuses_two_ledgers_at_once(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at.made()
    (at.folder / "url").write_text("")
    at("--postgres-file", "url", "events").refused("two-ledgers", 2)
    at.run("--postgres-file", "none", "events").refused("no-such-file", 2)
    at.run("--postgres-file", "url", "events").refused("no-postgres-url")
    monkeypatch.setenv("POLLBOOK_POSTGRES", "postgresql://nobody:secret@127.0.0.1:1/none")
    at("events").done()
    assert "secret" not in at.run("events").refused("postgres-unreachable")
    monkeypatch.setenv("POLLBOOK_LEDGER", "ledger")
    at.run("events").refused("two-ledgers", 2)


def test_a_demo_keeps_away_from_every_other_ledger(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLLBOOK_POSTGRES", "postgresql://nobody@127.0.0.1:1/none")
    Path("pollbook-labour-2015-tampered").mkdir()
    text = at.run("demo", "labour-2015").done()
    assert "pollbook-labour-2015-2" in text, "a tampered copy is not written over"
