"""Receipts before `check_receipt.sh`, which is bash and openssl: it passes what was given out, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from lacking import lacking
from published import (
    ORIGIN,
    PROVED,
    RECEIPT_CHANGES,
    SIZE,
    WITNESSES,
    Published,
    published,
    root_of,
    tampered_receipt,
    with_extra,
)

from ledger.seal.keys import Kind, SignerKey

SCRIPT = Path(__file__).parent / "check_receipt.sh"
STRANGER = SignerKey(ORIGIN, Kind.NOTE, bytes(32)).verifier.text
NO_WITNESS = SignerKey(WITNESSES[0], Kind.COSIGNATURE, bytes(32)).verifier.text

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Published:
    for name in ("bash", "openssl", "basenc", "sha256sum"):
        if not shutil.which(name):
            lacking(f"no {name} here, which {SCRIPT.name} needs")
    return published(tmp_path_factory.getbasetemp())


def run(proof: Path, *keys: str) -> Done:
    return subprocess.run([SCRIPT, proof, *keys], capture_output=True, text=True, check=False)


def wrong(done: Done, reason: str = "") -> None:
    """It was refused, in one line."""
    assert (done.returncode, done.stderr) == (1, ""), done
    assert done.stdout.startswith("WRONG: "), done
    assert done.stdout.count("\n") == 1, done
    assert reason in done.stdout


@pytest.mark.parametrize("position", PROVED)
def test_every_receipt_passes(ledger: Published, position: int) -> None:
    done = run(ledger.folder / "receipts" / f"event-{position}.tlog-proof", *ledger.keys)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"ok: leaf {position} of {SIZE} in {ORIGIN}, signed by all 3\n"


def test_extra_data_in_a_receipt_means_nothing(ledger: Published, tmp_path: Path) -> None:
    done = run(with_extra(ledger.receipt(256)).write(tmp_path), *ledger.keys)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", RECEIPT_CHANGES)
def test_a_changed_receipt_fails(ledger: Published, tmp_path: Path, name: str) -> None:
    wrong(run(tampered_receipt(ledger.receipt(SIZE - 1), name).write(tmp_path), *ledger.keys))


@pytest.mark.parametrize("keys", [(STRANGER,), (NO_WITNESS,), (STRANGER, NO_WITNESS)], ids=len)
def test_keys_of_others_fail(ledger: Published, tmp_path: Path, keys: tuple[str, ...]) -> None:
    given = keys if keys[0] == STRANGER else (ledger.log_key, *keys)
    wrong(run(ledger.receipt(0).write(tmp_path), *given), "no good signature by")


def test_a_key_that_is_none_fails(ledger: Published, tmp_path: Path) -> None:
    wrong(run(ledger.receipt(0).write(tmp_path), ledger.log_key[:-4]), "is no verifier key")
    wrong(run(ledger.receipt(0).write(tmp_path)), "call")


def test_a_receipt_without_its_leaf_fails(ledger: Published, tmp_path: Path) -> None:
    proof = ledger.receipt(0).write(tmp_path)
    proof.with_suffix(".leaf").unlink()
    wrong(run(proof, *ledger.keys), "to read")


@pytest.mark.parametrize("size", [2 * SIZE, 512])
def test_a_receipt_for_a_tree_of_another_size_fails_though_the_log_signs_it(
    ledger: Published, tmp_path: Path, size: int
) -> None:
    good = ledger.receipt(256)
    head, blank, note = good.proof.partition(b"\n\n")
    resigned = good._replace(proof=head + blank + ledger.signed(size, root_of(note)))
    wrong(run(resigned.write(tmp_path), ledger.log_key), "leaf 256 ")


def test_a_checkpoint_of_another_log_under_the_same_key_fails(ledger: Published, tmp_path: Path) -> None:
    wrong(run(ledger.under_another_origin(256).write(tmp_path), ledger.log_key), f"a checkpoint of {ORIGIN}-2")


def test_a_size_that_is_a_command_is_not_run(ledger: Published, tmp_path: Path) -> None:
    good = ledger.receipt(256)
    text = f"{ORIGIN}\na[$(touch {tmp_path}/ran)]\n{'A' * 43}=\n"
    proof = good.proof.partition(b"\n\n")[0] + b"\n\n" + ledger.signed_text(text)
    wrong(run(good._replace(proof=proof).write(tmp_path), ledger.log_key), "no size")
    assert not (tmp_path / "ran").exists()
