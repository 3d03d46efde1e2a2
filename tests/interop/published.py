"""A real ledger, published and receipted through the product, for other people's verifiers; and ways to tamper."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple, cast

import pytest
import typer
from terminal import POLLED, Terminal, terminal_at

from cli.seal.key import ledger_state_folder
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.keys import SignerKey
from ledger.seal.merkle import leaf_hash
from ledger.seal.note import Signature, parse_note
from ledger.seal.proof import Proof
from ledger.seal.sealer import LOG_KEY, read_signer
from ledger.seal.tile_paths import bundle_path, encode_bundle, tile_path
from ledger.seal.tiles import TILE, Tiles
from ledger.storage.store import open_ledger

ORIGIN = "elections.example/labour-2010"
EARLY, EVEN, SIZE = 8, 512, 600  # leaves when each pack was published: one partial tile; full tiles only; both
PROVED = (0, 5, 255, 256, 511, 512, SIZE - 1)  # positions with a receipt
WITNESSES = ("witness.example/ada", "witness.example/ben")
AWKWARD = 'Führer*in der "Partei" \\ 党首 😀'
PEOPLE = "person,identity.name\nada,Ada Lovelace\nben,José Ñandú\n"


class Receipt(NamedTuple):
    """A receipt's two files."""

    proof: bytes
    leaf: bytes

    def write(self, folder: Path) -> Path:
        """Write both; give the proof's path."""
        (folder / "event.leaf").write_bytes(self.leaf)
        (folder / "event.tlog-proof").write_bytes(self.proof)
        return folder / "event.tlog-proof"


@dataclass(frozen=True)
class Published:
    """What the operator gave to the public and to electors, and the keys; two witnesses cosigned every checkpoint."""

    folder: Path
    log_key: str
    witness_keys: tuple[str, str]
    signer: SignerKey
    leaves: tuple[bytes, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the log and of all witnesses."""
        return (self.log_key, *self.witness_keys)

    @property
    def policy(self) -> bytes:
        """A policy that asks for all of them."""
        ada, ben = self.witness_keys
        return (
            f"log {self.log_key}\nwitness ada {ada}\nwitness ben {ben}\ngroup both all ada ben\nquorum both\n".encode()
        )

    def pack(self, size: int, audience: str = "public") -> Path:
        """Give a published pack, not to be changed."""
        return self.folder / f"{audience}-{size}"

    def checkpoint(self, size: int) -> bytes:
        """Give a checkpoint as it was published."""
        return (self.pack(size) / "checkpoint").read_bytes()

    def receipt(self, position: int) -> Receipt:
        """Give the receipt of an event."""
        proof = self.folder / "receipts" / f"event-{position}.tlog-proof"
        return Receipt(proof.read_bytes(), proof.with_suffix(".leaf").read_bytes())

    def signed(self, size: int, root: bytes) -> bytes:
        """Make a checkpoint with the log's own key, as its keeper can at any time; no witness cosigns it."""
        return self.signed_text(Checkpoint(ORIGIN, size, root).body())

    def signed_text(self, text: str) -> bytes:
        """Sign any text with the log's own key."""
        signature = Signature(ORIGIN, self.signer.verifier.key_id, self.signer.sign(text.encode()))
        return f"{text}\n{signature.line()}".encode()

    def under_another_origin(self, position: int) -> Receipt:
        """Give a receipt whose checkpoint has the name of another log, though it is signed with this log's key."""
        good = self.receipt(position)
        head, blank, note = good.proof.partition(b"\n\n")
        text = Checkpoint(ORIGIN + "-2", SIZE, root_of(note)).body()
        return good._replace(proof=head + blank + self.signed_text(text))


@cache
def published(session: Path) -> Published:
    """Make everything, once in the folder of a session: 600 events of ten types, in three stages."""
    folder = Path(mkdtemp(prefix="published-", dir=session))
    with pytest.MonkeyPatch.context() as patch:
        at = terminal_at(folder, patch)
        patch.setenv("POLLBOOK_ACTOR", "returning-officer")
        patch.setattr(typer.main, "get_command", cache(typer.main.get_command))  # half the time of a run
        at("init", "--unfounded", "--origin", ORIGIN).done()
        (verb, call), *rest = cast("list[tuple[str, dict[str, Any]]]", POLLED)
        at("apply", at.lines("made.jsonl", [(verb, call | {"title": AWKWARD}), *rest])).done()
        at.write("people.csv", PEOPLE)
        at("import", "record-person", "people.csv").done()
        at("record", "order-erasure", "--person", "ben", "--basis", "right-to-erasure").done()
        log_key = at("key").done().strip()
        witness_keys = []
        for name in WITNESSES:
            said = at.run("witness", "init", name, "--folder", name).done()
            witness_keys.append(said.split()[-1])
        seen = 0
        for serial, size in enumerate((EARLY, EVEN, SIZE)):
            _read_papers(at, serial, size)
            _cosign(at, log_key, seen)
            seen = at.size()
            assert seen == size
            at("publish", f"public-{size}").done()
        at("publish", f"panel-{SIZE}", "--audience", "panel").done()
        for position in PROVED:
            at("prove", str(position), "--out", f"receipts/event-{position}").done()
        with open_ledger(at.ledger) as ledger:
            leaves = tuple(row[4] for row in ledger.rows.scan(0, SIZE))
            signer = read_signer(ledger_state_folder(ledger.ledger_id) / LOG_KEY)
    ada, ben = witness_keys
    return Published(folder, log_key, (ada, ben), signer, leaves)


def _read_papers(at: Terminal, serial: int, size: int) -> None:
    """Read a batch of papers that makes the record that large: it is opened, filled and closed."""
    papers = size - at.size() - 2
    if papers > 0:
        at.write("papers.csv", f"count,marks\n{papers - papers // 3},abbott\n{papers // 3},balls>abbott\n")
        of = ("--set", "contest=leader", "--set", "section=members", "--set", f"serial={serial}")
        at("import", "read-papers", "papers.csv", *of).done()


def _cosign(at: Terminal, log_key: str, seen: int) -> None:
    at("checkpoint", "--for-witness", str(seen), "--out", "request").done()
    for name in WITNESSES:
        words = ("witness", "cosign", "request", "--log-key", log_key, "--folder", name, "--out", "line")
        at.run(*words, *(() if seen else ("--trust-first",))).done()
        at("checkpoint", "--add-cosignature", "line").done()


# Tampering


def flipped(data: bytes, at: int) -> bytes:
    """Flip one bit of a byte."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def reworded(old: str, new: str | Callable[[re.Match[str]], str]) -> Callable[[bytes], bytes]:
    """Give a change of the first place where a pattern matches; lines have a beginning and an end."""

    def change(data: bytes) -> bytes:
        text, count = re.subn(old, new, data.decode(), count=1, flags=re.MULTILINE)
        assert count == 1, old
        return text.encode()

    return change


def signature_flipped(name: str, at: int) -> Callable[[bytes], bytes]:
    """Give a change of one bit of a signature line: key id in bytes 0..3, then time of a witness, or signature."""

    def flip(line: re.Match[str]) -> str:
        return line[1] + base64.b64encode(flipped(base64.b64decode(line[2]), at)).decode()

    return reworded(f"^(— {re.escape(name)} )(.+)$", flip)


def hash_flipped(number: int) -> Callable[[bytes], bytes]:
    """Give a change of one bit in a hash of a proof; counted from the leaf, or from the root where below 0."""

    def flip(data: bytes) -> bytes:
        lines = data.split(b"\n")
        at = lines.index(b"") + number if number < 0 else 2 + number
        lines[at] = base64.b64encode(flipped(base64.b64decode(lines[at]), 31))
        return b"\n".join(lines)

    return flip


def hashes_moved(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """Give a change of the list of hashes of a proof."""

    def move(data: bytes) -> bytes:
        head, blank, note = data.partition(b"\n\n")
        first, index, *hashes = head.split(b"\n")
        return b"\n".join([first, index, *change(hashes)]) + blank + note

    return move


ZERO = base64.b64encode(bytes(32)).decode()
CHECKPOINT_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "other origin": reworded(f"^{ORIGIN}$", "elections.example/labour-2011"),
    "other size": reworded(f"^{SIZE}$", str(SIZE + 1)),
    "other root": reworded(f"(?<=^{SIZE}\n).+$", ZERO),
    "more text": reworded(f"(?<=^{SIZE}\n)(.+)$", r"\1\nmore"),
    "bit of the log's signature": signature_flipped(ORIGIN, 20),
    "bit of the log's key id": signature_flipped(ORIGIN, 0),
    "bit of a witness's signature": signature_flipped(WITNESSES[1], 20),
    "other time of a cosignature": signature_flipped(WITNESSES[0], 11),
    "far other time of a cosignature": signature_flipped(WITNESSES[0], 4),
    "no signature by the log": reworded(f"^— {ORIGIN} .+\n", ""),
    "no cosignature": reworded(f"^— {WITNESSES[0]} .+\n", ""),
    "a witness's line under another name": reworded(f"^— {WITNESSES[0]} ", f"— {WITNESSES[1]} "),
    "no signatures": reworded("(?s)\n— .*", ""),
    "cut": lambda data: data[:-20],
}
PROOF_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "bit of the first hash": hash_flipped(0),
    "bit of the last hash": hash_flipped(-1),
    "first hash left out": hashes_moved(lambda hashes: hashes[1:]),
    "last hash left out": hashes_moved(lambda hashes: hashes[:-1]),
    "a hash more": hashes_moved(lambda hashes: [*hashes, ZERO.encode()]),
    "no hashes": hashes_moved(lambda hashes: []),
    "hashes in another order": hashes_moved(lambda hashes: [hashes[1], hashes[0], *hashes[2:]]),
    "short hash": hashes_moved(lambda hashes: [base64.b64encode(bytes(31)), *hashes[1:]]),
    "no base64": hashes_moved(lambda hashes: [b"!", *hashes[1:]]),
    "index of the neighbour": reworded("^index (.+)$", lambda line: f"index {int(line[1]) ^ 1}"),
    "index beyond the tree": reworded("^index .+$", f"index {SIZE}"),
    "index with a zero before it": reworded("^index ", "index 0"),
    "no index": reworded("^index .+\n", ""),
    "other format": reworded("@v1$", "@v2"),
    "no checkpoint": lambda data: data.partition(b"\n\n")[0] + b"\n\n",
    "nothing": lambda data: b"",
}
LEAF_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "bit of the leaf": lambda leaf: flipped(leaf, 40),
    "byte after the leaf": lambda leaf: leaf + b"\n",
    "empty leaf": lambda leaf: b"",
}
RECEIPT_CHANGES = sorted({*CHECKPOINT_CHANGES, *PROOF_CHANGES, *LEAF_CHANGES})


def tampered_receipt(receipt: Receipt, name: str) -> Receipt:
    """Change a receipt in the way of that name."""
    if name in LEAF_CHANGES:
        return receipt._replace(leaf=LEAF_CHANGES[name](receipt.leaf))
    return receipt._replace(proof=(CHECKPOINT_CHANGES | PROOF_CHANGES)[name](receipt.proof))


def with_extra(receipt: Receipt) -> Receipt:
    """Add data that nobody signed, as the format lets anybody do."""
    return receipt._replace(proof=replace(Proof.parse(receipt.proof), extra=b"for the elector").write())


def rewritten(ledger: Published, folder: Path, position: int) -> Path:
    """Make the panel's pack anew with one leaf changed: all tiles fit, and the log's keeper signs it."""
    pack = Path(shutil.copytree(ledger.pack(SIZE, "panel"), folder / "rewritten"))
    leaves = list(ledger.leaves)
    leaves[position] = leaves[position].replace(b"officer", b"0fficer")
    assert leaves[position] != ledger.leaves[position]
    store = _Files(pack)
    tiles = Tiles(store)
    tiles.extend([leaf_hash(leaf) for leaf in leaves])
    for start in range(0, SIZE, TILE):
        bundle = leaves[start : start + TILE]
        (pack / bundle_path(start // TILE, len(bundle))).write_bytes(encode_bundle(bundle))
    (pack / "checkpoint").write_bytes(ledger.signed(SIZE, tiles.root()))
    return pack


class _Files:
    """Tiles in a pack, for making a pack only."""

    def __init__(self, pack: Path) -> None:
        self._pack = pack
        self._held: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes | None:
        return self._held.get((level, index))

    def put(self, level: int, index: int, data: bytes) -> None:
        self._held[level, index] = data
        (self._pack / tile_path(level, index, len(data) // 32)).write_bytes(data)


def root_of(note: bytes) -> bytes:
    """Give the root that a checkpoint names."""
    return parse_checkpoint(parse_note(note).text).root
