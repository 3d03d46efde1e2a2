"""Receipts and bundles at the terminal: what is written for whom, what a reviewer reads, and refusals."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal

from cli.seal.key import KEY_FILE
from ledger.leaf import CANONICAL, disclose, undisclose

ADA = {"name": "Ada Lovelace", "email": "ada@example.org"}
PEOPLE: list[tuple[str, dict[str, Any]]] = [
    ("record-person", {"person": "ada", "identity": ADA}),
    ("record-person", {"person": "ben", "identity": {"name": "Ben"}}),
]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A sealed ledger with two people and the heads recorded, and a policy."""
    at = Terminal(tmp_path, monkeypatch, capsys).made(PEOPLE)
    at("checkpoint", "--heads", "--as", "registrar").done()
    at.write("policy", f"log {at('key').done().strip()}\nquorum none\n")
    return at


def check(at: Terminal, file: str, *more: str) -> str:
    return at.run("check-receipt", file, "--policy", "policy", *more).done()


def tampered(at: Terminal, old: str, new: str) -> None:
    path = at.folder / "ada.bundle"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_bundle_tells_a_reviewer_what_happened_and_that_it_is_all(at: Terminal) -> None:
    said = at("prove", "--subject", "ada").done()
    assert said.splitlines() == [
        "wrote ada.bundle: 1 event of ada, 1 of 1 private value",
        "Check it with: pollbook check-receipt ada.bundle --policy POLICY",
    ]
    text = check(at, "ada.bundle")
    assert max(map(len, text.splitlines())) <= 80
    assert '  identity: {"email":"ada@example.org","name":"Ada Lovelace"}\n' in text
    assert ": person-recorded.v1\n  person/ada version 1, by returning-officer\n" in text
    assert text.endswith(
        "person/ada as of position 1: 1 event, all here\n"
        "erasure/ada as of position 1: none, as its neighbours among the heads prove\n"
        "whole as of position 1: nothing changed, removed or withheld\n"
    )


def test_a_bundle_holds_personal_data_and_is_for_its_owner(at: Terminal) -> None:
    at("prove", "--subject", "ada", "--out", "for/ada").done()
    path = at.folder / "for" / "ada"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "whole as of position 1" in check(at, "for/ada")
    (held,) = json.loads(path.read_bytes())["disclosures"]
    assert undisclose(held) == ("identity", ADA)


def test_a_bundle_in_json(at: Terminal) -> None:
    at("prove", "--subject", "ada").done()
    body = json.loads(check(at, "ada.bundle", "--json"))
    assert (body["subject"], body["size"], body["whole_as_of"], body["heads"]["position"]) == ("ada", 3, 1, 2)
    assert body["streams"] == {"person/ada": 1, "erasure/ada": 0}
    ((event,), (value,)) = body["events"], body["values"]
    assert (event["position"], event["covered"], event["type"]) == (0, True, "person-recorded.v1")
    assert (value["field"], value["state"], value["value"]) == ("identity", "disclosed", ADA)


def test_says_what_was_erased_and_what_came_after_the_heads(at: Terminal) -> None:
    at("record", "order-erasure", "--person", "ada", "--basis", "court-order", "--as", "ro").done()
    said = at("prove", "--subject", "ada").done()
    assert "3 events of ada, 0 of 1 private value" in said
    assert "Not covered by the heads: 2 later events under this checkpoint.\n" in said
    text = check(at, "ada.bundle")
    assert "  identity: erased, as the record says\n" in text
    assert text.count("  after the last recorded heads: more may follow\n") == 2
    at("checkpoint", "--heads", "--as", "registrar").done()
    assert "covered" not in at("prove", "--subject", "ada").done()
    text = check(at, "ada.bundle")
    assert "erasure/ada as of position 4: 2 events, all here\n" in text
    assert text.endswith("whole as of position 4: nothing changed, removed or withheld\n")


def test_names_what_is_withheld(at: Terminal) -> None:
    (key,) = (at.folder / "state").glob(f"*/{KEY_FILE}")
    key.rename(key.with_name("elsewhere"))
    said = at("prove", "--subject", "ada").done()
    assert "0 of 1 private value\nThe vault's key is not here: no private value could be added.\n" in said
    text = check(at, "ada.bundle")
    assert "  identity: withheld, digest " in text
    assert text.endswith("whole as of position 1: nothing changed or removed; 1 private value withheld\n")


def test_says_what_is_not_sealed_yet(at: Terminal) -> None:
    (key,) = (at.folder / "state").glob("*/log.key")
    key.rename(key.with_name("elsewhere"))
    at("record", "order-erasure", "--person", "ada", "--basis", "court-order", "--as", "ro")
    said = at("prove", "--subject", "ada").done()
    assert "1 event of ada" in said
    assert "Not in it, for the checkpoint is older: 2 events.\n" in said


def test_there_may_be_nothing_on_a_subject(at: Terminal) -> None:
    assert "0 events of nobody" in at("prove", "--subject", "nobody").done()
    text = check(at, "nobody.bundle")
    assert "person/nobody as of position 1: none" in text
    assert "whole as of position 1" in text


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("returning-officer", "returning-offices", "inclusion-wrong"),
        ('"version":1}],"stream":"person/ada"', '"version":2}],"stream":"person/ada"', "head-wrong"),
        ('"subject":"ada"', '"subject":"ben"', "streams-differ"),
        ("pollbook-bundle-1", "pollbook-bundle-2", "bundle-malformed"),
        ("\\n3\\n", "\\n4\\n", "signature-bad"),
    ],
)
def test_a_tampered_bundle_is_one_line_of_evidence(at: Terminal, old: str, new: str, code: str) -> None:
    at("prove", "--subject", "ada").done()
    tampered(at, old, new)
    at.run("check-receipt", "ada.bundle", "--policy", "policy").refused(code, 3)
    at.run("check-receipt", "ada.bundle", "--policy", "policy", "--json").refused(code, 3)


def test_a_value_can_do_nothing_to_the_terminal(at: Terminal) -> None:
    at("prove", "--subject", "ada").done()
    from cli.seal import bundles
    from ledger.seal.bundle_check import Value

    for value in ("\x1b[2J\u202e", {"name": "\x1b[2J\u202e\n"}, float("nan")):
        said = bundles._told(Value(0, "identity", "d", "disclosed", value))
        assert said.isprintable()


@pytest.mark.parametrize("data", [b"{", b'{"format":"pollbook-bundle-1"}\n', b"{" * 100_000, b"\xff{", b""])
def test_any_file_is_refused_in_one_line(at: Terminal, data: bytes) -> None:
    at.write("any.bundle", data)
    at.run("check-receipt", "any.bundle", "--policy", "policy").refused("bundle-malformed", 3)


def test_an_edited_disclosure_is_found(at: Terminal) -> None:
    at("prove", "--subject", "ada").done()
    body = json.loads((at.folder / "ada.bundle").read_bytes())
    body["disclosures"] = [disclose("identity", {"name": "Eve"}, bytes(16)).text]
    at.write("ada.bundle", json.dumps(body, **CANONICAL) + "\n")
    at.run("check-receipt", "ada.bundle", "--policy", "policy").refused("disclosure-of-no-leaf", 3)


def test_refuses_without_recorded_heads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys).made(PEOPLE)
    assert "Record them and seal: pollbook checkpoint --heads." in at("prove", "--subject", "ada").refused("no-heads")
    assert not (tmp_path / "ada.bundle").exists()


def test_refuses_words_that_are_off(at: Terminal) -> None:
    at("prove").refused("stream-or-subject", 2)
    at("prove", "person/ada", "--subject", "ada").refused("stream-or-subject", 2)
    at("prove", "--subject", "Ada L").refused("bad-field", 2)
    at("prove", "--subject", "../ada").refused("bad-field", 2)
    at.run("check-receipt", "gone.bundle", "--policy", "policy").refused("no-such-file", 2)
    at.run("check-receipt", "gone", "--policy", "policy").refused("no-such-file", 2)


def test_gives_out_no_bundle_that_would_not_pass(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.seal.tiles.merkle.node_hash", lambda left, right: bytes(32))
    answer = at("prove", "--subject", "ada")
    assert (answer.code, answer.out) == (3, "")
    assert not (at.folder / "ada.bundle").exists()


def test_gives_out_nothing_from_a_ledger_that_contradicts_its_checkpoint(at: Terminal) -> None:
    database = at.ledger / "ledger.db"
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("UPDATE tile SET hashes = zeroblob(length(hashes))")
    at("prove", "0").refused("root-differs", 3)
    at("prove", "--subject", "ada").refused("root-differs", 3)
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("UPDATE meta SET value = '0' WHERE name = 'sealed'")
    assert "found 0 events" in at("prove", "0").refused("root-differs", 3)
    assert not list(at.folder.glob("event-0*"))


def test_receipts_of_one_event_and_of_a_stream(at: Terminal) -> None:
    at("prove", "0", "--out", "one").done()
    at("prove", "person/ben", "--out", "all").done()
    assert "person-recorded.v1 on person/ada" in check(at, "one")
    assert "person-recorded.v1 on person/ada" in check(at, "one.tlog-proof")
    assert json.loads(check(at, "all/event-1", "--json"))["event"]["stream"] == "person/ben"
    leaf = at.folder / "one.leaf"
    leaf.write_bytes(leaf.read_bytes().replace(b"returning", b"Returning"))
    at.run("check-receipt", "one", "--policy", "policy").refused("inclusion-wrong", 3)
