"""Packs and receipts before Go's golang.org/x/mod/sumdb: it passes what is published, and nothing else.

The program comes from the environment: export POLLBOOK_TEST_GO=$(.ci/go). Without it these tests are skipped,
visibly, except where CI=true: there a missing program is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from lacking import lacking
from published import (
    CHECKPOINT_CHANGES,
    EARLY,
    EVEN,
    ORIGIN,
    PROVED,
    RECEIPT_CHANGES,
    SIZE,
    Published,
    flipped,
    published,
    reworded,
    rewritten,
    root_of,
    tampered_receipt,
    with_extra,
)

from ledger.errors import EvidenceError
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.policy import Policy
from ledger.seal.proof import Proof, check

NO_PROGRAM = "no Go verifier: set POLLBOOK_TEST_GO, for example to the output of .ci/go"
STRANGER = SignerKey(ORIGIN, Kind.NOTE, bytes(32)).verifier.text
NO_WITNESS = SignerKey("witness.example/ada", Kind.COSIGNATURE, bytes(32)).verifier.text

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture(scope="session")
def ledger(program: str, tmp_path_factory: pytest.TempPathFactory) -> Published:
    return published(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def program() -> str:
    path = os.environ.get("POLLBOOK_TEST_GO", "")
    if not path:
        lacking(NO_PROGRAM)
    return path


@pytest.fixture(scope="session")
def run(program: str, ledger: Published) -> Run:
    """Runs the program with the keys of log and witnesses, or others."""

    def run(*what: str | Path, log: str = ledger.log_key, witnesses: tuple[str, ...] = ledger.witness_keys) -> Done:
        named = [word for key in witnesses for word in ("-witness", key)]
        words = [program, "-log", log, *named, *map(str, what)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[bytes], Path]:
    def keep(note: bytes) -> Path:
        (tmp_path / "kept").write_bytes(note)
        return tmp_path / "kept"

    return keep


def wrong(done: Done, reason: str = "") -> None:
    """It was refused, in one line, and not because the call was wrong."""
    assert (done.returncode, done.stdout) == (1, ""), done
    assert done.stderr.startswith("WRONG "), done
    assert done.stderr.count("\n") == 1, done
    assert reason in done.stderr


# What is good


def test_every_pack_passes(run: Run, ledger: Published) -> None:
    packs = [ledger.pack(size) for size in (EARLY, EVEN, SIZE)]
    done = run(*packs, ledger.pack(SIZE, "panel"))
    assert (done.returncode, done.stderr) == (0, "")
    restricted = sum(b'"blind":"' in leaf for leaf in ledger.leaves)
    said = [line.split(": ")[1] for line in done.stdout.splitlines()]
    assert [line.split(", ")[1] for line in said] == [
        f"{EARLY - restricted} leaves are here",
        f"{EVEN - restricted} leaves are here",
        f"{SIZE - restricted} leaves are here",
        f"{SIZE} leaves are here",
    ]
    assert restricted > 0


@pytest.mark.parametrize(("old", "new"), [(EARLY, EARLY), (EARLY, EVEN), (EARLY, SIZE), (EVEN, SIZE), (SIZE, SIZE)])
def test_a_pack_continues_every_earlier_checkpoint(run: Run, ledger: Published, old: int, new: int) -> None:
    done = run("-kept", ledger.pack(old) / "checkpoint", ledger.pack(new))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f", continues {old}\n")


def test_every_receipt_passes(run: Run, ledger: Published) -> None:
    done = run(*(ledger.folder / "receipts" / f"event-{position}.tlog-proof" for position in PROVED))
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(": ")[1] for line in done.stdout.splitlines()] == [f"leaf {n} of {SIZE}" for n in PROVED]


def test_extra_data_in_a_receipt_means_nothing(run: Run, ledger: Published, tmp_path: Path) -> None:
    assert run(with_extra(ledger.receipt(256)).write(tmp_path)).returncode == 0


# What is not


@pytest.mark.parametrize("name", RECEIPT_CHANGES)
def test_a_changed_receipt_fails_here_and_in_the_product(
    run: Run, ledger: Published, tmp_path: Path, name: str
) -> None:
    policy = Policy.parse(ledger.policy)
    for position in (256, SIZE - 1):
        good = ledger.receipt(position)
        check(Proof.parse(good.proof), good.leaf, policy)
        bad = tampered_receipt(good, name)
        wrong(run(bad.write(tmp_path)))
        with pytest.raises(EvidenceError):
            check(Proof.parse(bad.proof), bad.leaf, policy)


def test_a_receipt_for_a_tree_of_another_size_fails_though_the_log_signs_it(
    run: Run, ledger: Published, tmp_path: Path
) -> None:
    good = ledger.receipt(256)
    head, blank, note = good.proof.partition(b"\n\n")
    for size, verdict in ((SIZE, 0), (2 * SIZE, 1), (EVEN, 1)):
        resigned = good._replace(proof=head + blank + ledger.signed(size, root_of(note)))
        assert run(resigned.write(tmp_path), witnesses=()).returncode == verdict


def test_a_checkpoint_of_another_log_under_the_same_key_fails(run: Run, ledger: Published, tmp_path: Path) -> None:
    receipt = ledger.under_another_origin(256).write(tmp_path)
    wrong(run(receipt, witnesses=()), f"a checkpoint of {ORIGIN}-2")


@pytest.mark.parametrize("name", sorted(CHECKPOINT_CHANGES))
def test_a_pack_with_a_changed_checkpoint_fails(run: Run, ledger: Published, tmp_path: Path, name: str) -> None:
    pack = Path(shutil.copytree(ledger.pack(SIZE), tmp_path / "pack"))
    (pack / "checkpoint").write_bytes(CHECKPOINT_CHANGES[name](ledger.checkpoint(SIZE)))
    wrong(run(pack))


@pytest.mark.parametrize("audience", ["public", "panel"])
def test_a_changed_bit_in_any_tile_or_leaf_fails(run: Run, ledger: Published, tmp_path: Path, audience: str) -> None:
    pack = Path(shutil.copytree(ledger.pack(SIZE, audience), tmp_path / "pack"))
    files = [path for part in ("tile", "leaves") for path in sorted((pack / part).rglob("*")) if path.is_file()]
    assert len(files) == 4 + (3 if audience == "panel" else 1)
    for path in files:
        data = path.read_bytes()
        for at in (0, len(data) // 2, len(data) - 2):
            path.write_bytes(flipped(data, at))
            wrong(run(pack))
        in_tile = "tile" in path.parts
        for other in (data[:-1] if in_tile else data[:-2], data + (b"\0" if in_tile else b"0\n")):
            path.write_bytes(other)
            wrong(run(pack))
        path.write_bytes(data)
    for path in files:
        if path.parent.name != "leaves":
            path.rename(pack / "away")
            wrong(run(pack), "no such file")
            (pack / "away").rename(path)
    assert run(pack).returncode == 0


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(reworded("^0 ", "1 "), id="under another position"),
        pytest.param(reworded("^(0 .+\n)", r"\1\1"), id="twice"),
        pytest.param(reworded("^0 ", f"{SIZE} "), id="beyond the tree"),
        pytest.param(reworded("^0 ", ""), id="without position"),
        pytest.param(reworded("returning-officer", "clerk"), id="by another actor"),
    ],
)
def test_a_public_leaf_that_is_not_what_it_was_fails(
    run: Run, ledger: Published, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    pack = Path(shutil.copytree(ledger.pack(SIZE), tmp_path / "pack"))
    leaves = pack / "leaves" / "000000.txt"
    leaves.write_bytes(change(leaves.read_bytes()))
    wrong(run(pack))


@pytest.mark.parametrize("size", [SIZE - 1, SIZE + 1, EVEN, 2 * SIZE])
def test_a_pack_under_another_size_fails_though_the_log_signs_it(
    run: Run, ledger: Published, tmp_path: Path, size: int
) -> None:
    pack = Path(shutil.copytree(ledger.pack(SIZE), tmp_path / "pack"))
    (pack / "checkpoint").write_bytes(ledger.signed(size, root_of(ledger.checkpoint(SIZE))))
    wrong(run(pack, witnesses=()))


# Who is believed, and for how long


def test_keys_of_others_fail(run: Run, ledger: Published) -> None:
    pack = ledger.pack(SIZE)
    wrong(run(pack, log=STRANGER), f"no signature by {ORIGIN}")
    wrong(run(pack, log=STRANGER, witnesses=()), "no verifiable signatures")
    wrong(run(pack, witnesses=(NO_WITNESS,)), "no signature by witness.example/ada")


def test_a_call_without_sense_is_told_apart_from_a_wrong_pack(run: Run, ledger: Published) -> None:
    ada, _ = ledger.witness_keys
    for done in (run(), run(ledger.pack(SIZE), log=ada), run(ledger.pack(SIZE), witnesses=(ledger.log_key,))):
        assert (done.returncode, done.stdout) == (2, "")


def test_a_pack_that_is_rolled_back_fails(run: Run, ledger: Published) -> None:
    for old in (EARLY, EVEN):
        wrong(run("-kept", ledger.pack(SIZE) / "checkpoint", ledger.pack(old)), f"rolled back from {SIZE}")


@pytest.mark.parametrize("size", [1, EARLY, EVEN, SIZE])
def test_a_pack_that_does_not_continue_what_the_log_signed_earlier_fails(
    run: Run, ledger: Published, kept: Callable[[bytes], Path], size: int
) -> None:
    earlier = kept(ledger.signed(size, bytes(32)))
    wrong(run("-kept", earlier, ledger.pack(SIZE)), f"does not continue the kept checkpoint of {size}")


def test_a_record_written_anew_passes_until_a_witness_or_an_earlier_checkpoint_is_asked(
    run: Run, ledger: Published, tmp_path: Path
) -> None:
    pack = rewritten(ledger, tmp_path, 3)
    assert run(pack, witnesses=()).returncode == 0
    wrong(run(pack), "no signature by witness.example/ada")
    for size in (EARLY, EVEN, SIZE):
        wrong(run("-kept", ledger.pack(size) / "checkpoint", pack, witnesses=()), "does not continue")


def test_a_kept_checkpoint_that_the_log_did_not_sign_fails(
    run: Run, ledger: Published, kept: Callable[[bytes], Path]
) -> None:
    earlier = kept(reworded(f"^{EARLY}$", "7")(ledger.checkpoint(EARLY)))
    wrong(run("-kept", earlier, ledger.pack(SIZE)), "invalid signature")
