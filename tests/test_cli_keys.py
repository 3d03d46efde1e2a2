"""Keys on the command line: made, enrolled, rotated, lost; and witnesses that follow."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from terminal import CALL_ELECTION, Answer, Terminal

from ledger.seal.rotation import NEXT_KEY, change_key
from ledger.seal.sealer import LOG_KEY

NEXT_ELECTION = {**CALL_ELECTION, "election": "labour-2"}
MORE = ("--as", "returning-officer")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys).made([("call-election", CALL_ELECTION)])


def state(at: Terminal) -> Path:
    (folder,) = (at.folder / "state").iterdir()
    return folder


def printed_command(at: Terminal, answer: str) -> Answer:
    """Run the command that was printed for the user to run."""
    words = shlex.split(answer.splitlines()[-1])
    assert words[:2] == ["pollbook", "record"]
    return at(*words[1:], *MORE)


def policy(at: Terminal, *keys: str) -> str:
    return at.write("policy", "".join(f"log {key}\n" for key in keys) + "quorum none\n")


def signers(at: Terminal) -> list[str]:
    return [line.split()[2] for line in (at.ledger / "checkpoints" / "latest").read_text().splitlines() if "— " in line]


def test_an_officer_makes_enrols_and_replaces_a_key_with_what_was_printed(at: Terminal) -> None:
    assert printed_command(at, at("key", "make", "clerk", "clerk.key").done()).code == 0
    assert (at.folder / "clerk.key").stat().st_mode & 0o077 == 0
    at("key", "make", "clerk", "clerk.key").refused("key-exists")
    made = at("key", "make", "clerk", "next.key", "--after", "clerk.key").done()
    assert "rotate-key" in made
    assert printed_command(at, made).code == 0
    printed_command(at, at("key", "make", "clerk", "third.key").done()).refused("key-exists")
    types = [event["type"] for event in json.loads(at("show", "key/clerk", "--json").done())]
    assert types == ["key-enrolled.v1", "key-rotated.v1"]
    assert at("verify").code == 0


def test_a_planned_rotation_is_signed_by_both_keys_and_then_by_the_new_one(at: Terminal) -> None:
    old = at("key").done().strip()
    secret = (state(at) / LOG_KEY).read_text()
    assert "by both keys" in at("key", "rotate-log", *MORE).done()
    new = at("key").done().strip()
    assert new != old
    assert len(set(signers(at))) == 2
    for keys in ([old], [new], [old, new]):
        assert at("verify", "--policy", policy(at, *keys)).code == 0
    assert not any(secret.encode() in path.read_bytes() for path in state(at).iterdir())
    at.record("call-election", NEXT_ELECTION).done()
    assert at("verify", "--policy", policy(at, new)).code == 0
    assert "A1:signature-missing" in at("verify", "--policy", policy(at, old)).out


def test_cosignatures_outlive_the_rotation_and_a_witness_keeps_its_memory(at: Terminal) -> None:
    old = at("key").done().strip()
    at.run("witness", "init", "example.org/w", "--folder", "w").done()
    at("checkpoint", "--for-witness", "0", "--out", "request").done()
    at.run("witness", "cosign", "request", "--log-key", old, "--folder", "w", "--trust-first", "--out", "line").done()
    at("checkpoint", "--add-cosignature", "line").done()
    at("key", "rotate-log", *MORE).done()
    new = at("key").done().strip()
    at("checkpoint", "--for-witness", "1", "--out", "request").done()
    at.run("witness", "cosign", "request", "--log-key", new, "--folder", "w", "--out", "line").done()
    assert "2 events" in at.run("witness", "seen", "--log-key", old, "--folder", "w").done()


def test_a_lost_key_is_replaced_and_what_it_signed_still_holds(at: Terminal) -> None:
    old = at("key").done().strip()
    at("key", "rotate-log", "--lost", old, *MORE).refused("key-exists", 2)
    (state(at) / LOG_KEY).unlink()
    assert "by the new key" in at("key", "rotate-log", "--lost", old, *MORE).done()
    assert len(signers(at)) == 1
    event = json.loads(at("show", "ledger/log-key", "--json").done())[0]
    assert (event["reason"], "consent" in event) == ("lost", False)
    assert at("verify", "--policy", policy(at, at("key").done().strip())).code == 0


def test_a_new_key_does_not_cover_up_what_the_lost_one_signed(at: Terminal) -> None:
    at.record("call-election", NEXT_ELECTION).done()
    old = at("key").done().strip()
    kept = {name: (at.ledger / name).read_bytes() for name in ("ledger.db",)}
    at.record("call-election", {**CALL_ELECTION, "election": "labour-3"}).done()
    at.record("call-election", {**CALL_ELECTION, "election": "labour-4"}).done()
    (state(at) / LOG_KEY).unlink()
    for name, data in kept.items():  # an older copy is put back, longer by one event once the change is recorded
        (at.ledger / name).write_bytes(data)
    at("key", "rotate-log", "--lost", old, *MORE).refused("rolled-back", 3)
    assert not (state(at) / LOG_KEY).exists()


def test_a_rotation_that_was_cut_short_goes_on_with_the_same_key(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cli.seal.signing.change_key", killed)
        assert at("key", "rotate-log", *MORE).code == 1
    waiting = (state(at) / NEXT_KEY).read_text()
    assert at("verify").code == 0
    at("key", "rotate-log", *MORE).done()
    assert (state(at) / LOG_KEY).read_text() == waiting
    assert not (state(at) / NEXT_KEY).exists()
    assert len(set(signers(at))) == 2
    assert len(json.loads(at("show", "ledger/log-key", "--json").done())) == 1


def test_an_event_that_slips_in_while_the_key_changes_is_signed_by_both(
    at: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = at("key").done().strip()

    def slipping(*given: object) -> object:
        patch.undo()
        (state(at) / LOG_KEY).rename(at.folder / "away")  # another desk, without the key
        at.record("call-election", NEXT_ELECTION).done()
        (at.folder / "away").rename(state(at) / LOG_KEY)
        monkeypatch.setattr("sys.argv", ["pollbook"])
        return change_key(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("cli.seal.signing.change_key", slipping)
        assert at("key", "rotate-log", *MORE).code == 0
    new = at("key").done().strip()
    assert at.size() == 3
    for key in (old, new):
        assert at("verify", "--policy", policy(at, key)).code == 0


def test_a_note_is_never_written_through_a_link(at: Terminal) -> None:
    before = (state(at) / LOG_KEY).read_bytes()
    (at.ledger / "checkpoints" / "latest.new").symlink_to(state(at) / LOG_KEY)
    at.record("call-election", NEXT_ELECTION).done()
    assert (state(at) / LOG_KEY).read_bytes() == before
    assert at("verify").code == 0


def test_rubbish_in_the_place_of_the_checkpoint_hinders_nobody(at: Terminal) -> None:
    (at.ledger / "checkpoints" / "latest").write_text("rubbish")
    at.record("call-election", NEXT_ELECTION).done()
    assert at("verify").code == 0


def test_an_older_copy_is_refused_before_anything_is_written(at: Terminal) -> None:
    older = (at.ledger / "ledger.db").read_bytes()
    at.record("call-election", NEXT_ELECTION).done()
    (at.ledger / "ledger.db").write_bytes(older)
    at.record("call-election", {**CALL_ELECTION, "election": "labour-3"}).refused("rolled-back", 3)
    assert at.size() == 1


def test_a_log_key_that_others_can_read_is_refused(at: Terminal) -> None:
    (state(at) / LOG_KEY).chmod(0o644)
    at("key", "rotate-log", *MORE).refused("key-exposed")
