"""`pollbook monitor` and `pollbook compare`: what continues, what does not, and what proves nothing."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from terminal import CALL_ELECTION, Terminal

from ledger.seal.checkpoint import Checkpoint, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.merkle import leaf_hash
from ledger.seal.merkle import root as root_of
from ledger.seal.tile_paths import tile_path

LOG = SignerKey("example.org/log", Kind.NOTE, bytes(range(32)))
OTHER = SignerKey("example.org/other", Kind.NOTE, bytes(range(1, 33)))
LEAVES = [leaf_hash(bytes([number % 256, number // 256])) for number in range(600)]


def signed(size: int, root: bytes, signer: SignerKey = LOG) -> bytes:
    checkpoint = Checkpoint(signer.name, size, root)
    return f"{checkpoint.body()}\n{sign_checkpoint(checkpoint, signer)}".encode()


def pack(folder: Path, leaves: list[bytes], signer: SignerKey = LOG) -> str:
    """A published folder as far as a monitor reads it: checkpoint and hash tiles."""
    hashes, level, size = leaves, 0, len(leaves)
    while hashes:
        full = []
        for index in range(-(-len(hashes) // 256)):
            tile = hashes[256 * index : 256 * index + 256]
            path = folder / tile_path(level, index, len(tile))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(tile))
            full += [root_of(tile)] if len(tile) == 256 else []
        hashes, level = full, level + 1
    (folder / "checkpoint").write_bytes(signed(size, root_of(leaves), signer))
    return folder.name


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    terminal.write("policy", f"log {LOG.verifier.text}\nlog {OTHER.verifier.text}\nquorum none\n")
    terminal.write("later-policy", f"log {LOG.verifier.text}\nquorum none\n")
    pack(tmp_path / "first", LEAVES[:300])
    return terminal


def monitor(_: Terminal, name: str, *more: str) -> tuple[str, ...]:
    return ("monitor", name, "--policy", "policy", "--state", "kept", *more)


def test_keeps_the_first_and_passes_what_continues_it(at: Terminal) -> None:
    assert "kept for next time" in at.run(*monitor(at, "first")).done()
    assert "300 events then, 300 now" in at.run(*monitor(at, "first")).done()
    name = pack(at.folder / "second", LEAVES)
    found = json.loads(at.run(*monitor(at, name, "--json")).done())
    assert (found["before"], found["size"]) == (300, 600)
    assert (at.folder / "kept").read_bytes() == (at.folder / "second" / "checkpoint").read_bytes()


def test_finds_a_record_that_was_rewritten_or_cut_and_keeps_what_it_had(at: Terminal) -> None:
    at.run(*monitor(at, "first")).done()
    kept = (at.folder / "kept").read_bytes()
    forged = pack(at.folder / "forged", [*LEAVES[:299], sha256(b"another").digest(), *LEAVES[300:]])
    at.run(*monitor(at, forged)).refused("not-consistent", 3)
    at.run(*monitor(at, pack(at.folder / "cut", LEAVES[:200]))).refused("rolled-back", 3)
    at.run(*monitor(at, pack(at.folder / "fork", [*LEAVES[:299], LEAVES[0]]))).refused("not-consistent", 3)
    assert (at.folder / "kept").read_bytes() == kept


def test_tiles_that_contradict_each_other_do_not_make_a_forgery_pass(at: Terminal) -> None:
    """The old leaves in the lower tile, the hash of the new ones above: each root would come out right."""
    at.run(*monitor(at, "first")).done()
    rewritten = [*LEAVES[:299], sha256(b"another").digest(), *LEAVES[300:]]
    folder = at.folder / "forged"
    pack(folder, rewritten)
    shutil.copy(folder / tile_path(0, 1, 256), at.folder / "honest")
    (folder / tile_path(0, 1, 256)).write_bytes(b"".join(LEAVES[256:512]))
    at.run(*monitor(at, "forged")).refused("not-consistent", 3)


def test_another_log_is_no_finding(at: Terminal) -> None:
    at.run(*monitor(at, "first")).done()
    at.run(*monitor(at, pack(at.folder / "stranger", LEAVES, OTHER))).refused("unknown-origin", 1)


def test_a_missing_or_short_tile_is_found(at: Terminal) -> None:
    path = at.folder / "first" / tile_path(0, 1, 44)  # a full one is judged by the hash above it
    path.write_bytes(path.read_bytes()[:-32])
    at.run(*monitor(at, "first")).refused("tile-malformed", 3)
    path.unlink()
    at.run(*monitor(at, "first")).refused("tile-missing", 3)
    assert not (at.folder / "kept").exists()


def test_compares_two_checkpoints_and_claims_no_proof_without_a_policy(at: Terminal) -> None:
    for name, data in {
        "one": signed(300, root_of(LEAVES[:300])),
        "two": signed(300, root_of(LEAVES[1:301])),
        "more": signed(600, root_of(LEAVES)),
        "stranger": signed(300, root_of(LEAVES[:300]), OTHER),
    }.items():
        at.write(name, data)
    assert at.run("compare", "one", "one").done().startswith("the same")
    assert json.loads(at.run("compare", "one", "more", "--json").done())["same"] is False
    split = at.run("compare", "one", "two", "--policy", "policy")
    assert (split.code, split.out.count("example.org/log")) == (3, 4)
    assert "they prove it" in split.err
    assert "proves nothing yet" in at.run("compare", "one", "two").err
    at.run("compare", "one", "stranger").refused("unknown-origin", 1)
    at.run("compare", "one", "stranger", "--policy", "later-policy").refused("unknown-origin", 3)


def test_a_cosignature_is_judged_by_the_policy_at_hand_and_replaces_an_older_one(at: Terminal) -> None:
    at.made([("call-election", CALL_ELECTION)])
    key = at("key").done().strip()
    made = at.run("witness", "init", "example.org/w", "--folder", "w").done()
    at.write("trust", f"log {key}\nwitness w {made.split()[-1]}\nquorum w\n")
    at("checkpoint", "--for-witness", "0", "--out", "request").done()
    at.run("witness", "cosign", "request", "--log-key", key, "--folder", "w", "--trust-first", "--out", "old").done()
    at.record("call-election", {**CALL_ELECTION, "election": "labour-2"}).done()
    at("checkpoint", "--add-cosignature", "old", "--policy", "trust").refused("signature-bad", 3)
    at("checkpoint", "--add-cosignature", "old").done()  # nobody's key is at hand: others will find it
    assert at("verify", "--policy", "trust").code == 3
    at("checkpoint", "--for-witness", "1", "--out", "request").done()
    at.run("witness", "cosign", "request", "--log-key", key, "--folder", "w", "--out", "new").done()
    at("checkpoint", "--add-cosignature", "new", "--policy", "trust").done()
    assert at("verify", "--policy", "trust").code == 0
