"""Founding a ledger at the terminal, signing with keys in a folder, and seeing who may do what."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from terminal import CALL_ELECTION, DEFINED, Terminal

OFFICER = {"office": "returning-officer", "powers": ["all"]}
SCRUTINEER = {"office": "scrutineer", "powers": ["read-papers"], "until": "9999-01-01T00:00:00Z"}
FOUNDING = {
    "governing_body": "nec",
    "title": "Leader 2010",
    "kept": "transcript",
    "officers": [OFFICER, SCRUTINEER],
    "effective": "2010-01-01T00:00:00Z",
}
NEC = [
    ("constitute-body", {"body": "nec", "name": "NEC", "kind": "governing-body", "quorum": 3}),
    (
        "hold-sitting",
        {
            "body": "nec",
            "sitting": "s-1",
            "attended": 9,
            "start": "2010-01-05T18:00:00Z",
            "end": "2010-01-05T20:00:00Z",
        },
    ),
    (
        "take-decision",
        {
            "body": "nec",
            "decision": "d-1",
            "sitting": "s-1",
            "motion": "Delegate",
            "votes_for": 8,
            "votes_against": 1,
        },
    ),
]
TO_CLERK = {
    "office": "clerk",
    "body": "nec",
    "decision": "d-1",
    "powers": ["election", "contest"],
    "election": "labour",
    "effective": "2010-02-01T00:00:00Z",
    "pass_on": True,
}
BATCH = {"contest": "leader", "section": "members", "serial": "s1", "papers": [{"count": 2, "marks": "abbott"}]}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    terminal("init").done()
    return terminal


@pytest.fixture
def unfounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys).made([])


@pytest.fixture
def founded(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    found(at).done()
    monkeypatch.setenv("POLLBOOK_KEYS", "keys")
    return at


def found(at: Terminal, *words: str, **changes: Any) -> Any:
    return at("found", at.write("founding.json", json.dumps(FOUNDING | changes)), "--keys", "keys", *words)


def test_founds_a_ledger_and_makes_the_keys_that_are_missing(at: Terminal) -> None:
    out = found(at).done()
    assert "made the key of returning-officer in keys/returning-officer.key" in out
    assert "recorded 6 events from position 0" in out
    for office in ("returning-officer", "scrutineer"):
        assert (at.folder / "keys" / f"{office}.key").stat().st_mode & 0o077 == 0
    types = [event["type"] for event in json.loads(at("events", "--json").done())]
    assert types == ["ledger-founded.v1", *["key-enrolled.v1", "power-delegated.v1"] * 2, "command-signed.v1"]
    assert at("verify").code == 0
    again = found(at).done()
    assert "added nothing" in again
    assert "made the key" not in again
    found(at, title="Another").refused("idempotency-conflict")


def test_uses_keys_that_are_there_and_any_of_the_officers(at: Terminal) -> None:
    at("key", "make", "scrutineer", "keys/scrutineer.key").done()
    out = found(at, "--as", "scrutineer").done()
    assert "keys/scrutineer.key" not in out
    (event, *_) = json.loads(at("show", "ledger/founding", "--json").done())
    assert event["actor"] == "scrutineer"


def test_says_when_the_founding_took_effect(at: Terminal) -> None:
    found(at, "--effective", "2010-02-30T00:00:00Z").refused("bad-field")
    found(at, "--effective", "2009-12-31T00:00:00Z").done()
    (event, *_) = json.loads(at("show", "ledger/founding", "--json").done())
    assert event["effective"] == "2009-12-31T00:00:00Z"


def test_makes_no_key_for_nothing(at: Terminal) -> None:
    at("found", at.write("f.json", "{}"), "--keys", "keys").refused("not-json")
    at("found", at.write("f.json", json.dumps(FOUNDING))).refused("keys-needed", 2)
    at("found", "missing.json", "--keys", "keys").refused("no-such-file", 2)
    found(at, governing_body="The NEC").refused("bad-field")
    found(at, officers=[{"office": "x"}]).refused("missing-field")
    found(at, officers=[{"office": "X", "powers": ["all"]}]).refused("bad-field")
    found(at, officers=["x"]).refused("bad-field")
    assert not (at.folder / "keys").exists()


def test_makes_no_key_for_a_ledger_that_began_already(unfounded: Terminal) -> None:
    unfounded.record("call-election", DEFINED[0][1]).done()
    found(unfounded).refused("already-begun")
    assert not (unfounded.folder / "keys").exists()


def test_a_file_of_several_offices_is_signed_by_each(founded: Terminal) -> None:
    commands = [
        *({"verb": verb, "as": "returning-officer"} | body for verb, body in NEC),
        {"verb": "delegate-power", "as": "returning-officer"} | TO_CLERK,
        *({"verb": verb, "as": "clerk"} | body for verb, body in [*DEFINED, ("close-poll", {"contest": "leader"})]),
        {"verb": "read-papers", "as": "scrutineer"} | BATCH,
    ]
    file = founded.write("all.jsonl", "".join(json.dumps(each) + "\n" for each in commands))
    assert "nothing was written" in founded("apply", file, "--dry-run").done()
    founded("apply", file).done()
    assert "added nothing" in founded("apply", file).done()
    signed = [each["actor"] for each in json.loads(founded("events", "--type", "command-signed.v1", "--json").done())]
    assert signed == ["returning-officer"] * 5 + ["scrutineer"]  # the clerk has no key yet, and needs none
    assert founded("verify").code == 0
    assert "Signed by the office that acted: 0 of 2." in founded("show", "contest/leader").done()
    assert "Signed by the office that acted: 2 of 2." in founded("show", "batch/paper/leader/members/s1").done()


def test_refuses_what_is_not_signed_or_not_allowed(founded: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    for verb, body in NEC:
        founded.record(verb, body).done()
    monkeypatch.delenv("POLLBOOK_KEYS")
    file = founded.lines("one.jsonl", [("delegate-power", TO_CLERK)])
    line = founded("apply", file, "--as", "returning-officer").refused("unsigned")
    assert "--keys" in line
    founded("--keys", "keys", "apply", file, "--as", "returning-officer").done()
    founded("--keys", "keys", "apply", file, "--as", "clerk").refused("no-authority")
    founded("--keys", "nowhere", "apply", file, "--as", "clerk").refused("not-a-folder", 2)
    keys = founded.folder / "keys"
    shutil.copy(keys / "scrutineer.key", keys / "returning-officer.key")
    founded("--keys", "keys", "apply", file, "--as", "returning-officer").done()  # held: nothing is to be signed
    more = founded.lines("two.jsonl", [("delegate-power", TO_CLERK | {"office": "agent"})])
    founded("--keys", "keys", "apply", more, "--as", "returning-officer").refused("key-wrong-name")


def test_a_refusal_names_the_verb_that_shows_what_there_is(founded: Terminal) -> None:
    for verb, body in NEC:
        founded.record(verb, body).done()
    to_clerk = {name: value for name, value in TO_CLERK.items() if name != "pass_on"}
    wrong = founded.record("delegate-power", to_clerk | {"decision": "d-2"}).refused("unknown-decision")
    assert wrong.endswith("(nearest: d-1). See: pollbook body nec.\n")
    asked = to_clerk | {"since": "2010-01-31T00:00:00Z"}
    late = founded.record("delegate-power", asked).refused("delegation-retrospective")
    assert late.endswith("See: pollbook offices.\n")
    founded.record("delegate-power", to_clerk | {"powers": ["lot"]}).done()
    founded("key", "make", "clerk", "keys/clerk.key").done()
    for verb, body in DEFINED:
        founded.record(verb, body).done()
    lot = founded.lines("lot.jsonl", [("commit-lot", {"contest": "leader", "commitment": "sha256:" + "1" * 64})])
    assert "Enrol it first: enrol-key" in founded("apply", lot, "--as", "clerk").refused("bad-signature")


def test_shows_who_may_do_what(founded: Terminal) -> None:
    for verb, body in NEC:
        founded.record(verb, body).done()
    founded("apply", founded.lines("d.jsonl", [("delegate-power", TO_CLERK)]), "--as", "returning-officer").done()
    out = founded("offices").done()
    assert max(map(len, out.splitlines())) <= 80
    rows = [" ".join(line.split()) for line in out.splitlines()]
    assert "Offices under nec, the governing body (now)" in rows
    assert "scrutineer 1 read-papers all 2010-01-01 9999-01-01 nec" in rows
    assert any(row.startswith("clerk 1 election,") for row in rows)
    assert rows[-1] == "Delegations are recorded by: returning-officer."
    shown = json.loads(founded("offices", "clerk", "--json").done())
    assert shown["delegations"] == [
        {
            "body": "nec",
            "contest": None,
            "election": "labour",
            "number": 1,
            "office": "clerk",
            "powers": ["election", "contest"],
            "since": "2010-02-01T00:00:00Z",
            "until": None,
            "decision": "d-1",
            "pass_on": True,
            "clause": None,
            "revoked": None,
            "in_force": True,
        }
    ]
    assert shown["keys"] == []
    before = founded("offices", "--as-of", "2010-01-31").done()
    assert "clerk" not in before
    founded("offices", "clark").refused("unknown-office")
    assert "(nearest: clerk)" in founded("offices", "clark").err


def test_shows_what_ended_and_that_nobody_can_go_on(founded: Terminal) -> None:
    left = {"office": "returning-officer", "number": 1, "body": "returning-officer", "reason": "left-office"}
    founded.record("revoke-delegation", left | {"effective": "2010-03-01T00:00:00Z"}).done()
    out = " ".join(founded("offices").done().split())
    assert "revoked" in out
    (own, _) = json.loads(founded("offices", "--json").done())["delegations"]
    assert (own["revoked"], own["in_force"]) == ("2010-03-01T00:00:00Z", False)
    assert "Nobody can record a delegation any more" in out
    assert "Delegations are recorded by: returning-officer." in founded("offices", "--known-at", "5").done()
    founded.record("call-election", DEFINED[0][1] | {"effective": "2010-02-01T00:00:00Z"}).refused("no-authority")


def test_an_unfounded_ledger_says_that_everything_is_asserted(unfounded: Terminal) -> None:
    at = unfounded
    at.record("call-election", DEFINED[0][1]).done()
    assert "This ledger is unfounded" in at("offices").done()
    shown = json.loads(at("offices", "--json").done())
    assert shown == {"founded": False, "governing_body": None, "kept": None, "delegations": [], "keys": []}
    assert "asserted" not in at("show", "election/labour").done()
    assert "the ledger is unfounded" in " ".join(at("verify").out.split())
    at.record("delegate-power", {"office": "clerk", "body": "nec", "powers": ["lot"]}).refused("not-founded")


def test_a_ledger_begins_with_its_founding_unless_it_was_made_to_do_without(at: Terminal) -> None:
    said = at.record("call-election", CALL_ELECTION).refused("founding-first")
    assert "pollbook found FILE --keys DIR" in said
    line = at.lines("one.jsonl", [("call-election", CALL_ELECTION)])
    at("apply", line, "--as", "ro", "--dry-run").refused("founding-first")
    at("apply", line, "--as", "ro").refused("founding-first")
    assert at.size() == 0
    at.run("--ledger", "other", "init", "--unfounded").done()
    at.run("--ledger", "other", "apply", line, "--as", "ro").done()
    assert "nothing wrong" in at.run("--ledger", "other", "verify").done()


@pytest.mark.parametrize(
    ("kept", "says"), [("live", "It is kept live"), ("transcript", "It is a transcript of what was held earlier")]
)
def test_every_page_that_tells_of_the_founding_says_how_the_ledger_is_kept(at: Terminal, kept: str, says: str) -> None:
    found(at, kept=kept).done()
    for words in (("offices",), ("show", "ledger/founding"), ("verify",)):
        assert says in " ".join(at(*words).done().split())
    assert json.loads(at("offices", "--json").done())["kept"] == kept
    assert json.loads(at("verify", "--json").done())["kept"] == kept


def test_a_ledger_is_kept_live_unless_it_says_otherwise(at: Terminal) -> None:
    values = {name: value for name, value in FOUNDING.items() if name != "kept"}
    at("found", at.write("founding.json", json.dumps(values)), "--keys", "keys").done()
    (event, *_) = json.loads(at("show", "ledger/founding", "--json").done())
    assert event["kept"] == "live"


def test_an_officers_clause_is_taken_from_the_founding(at: Terminal) -> None:
    clause = "sha256:" + "7" * 64
    found(at, officers=[OFFICER | {"clause": clause}]).done()
    (given,) = json.loads(at("offices", "--json").done())["delegations"]
    assert given["clause"] == clause
    assert at("verify").code == 0
