"""Packs written from the documents alone, to try verifiers on: whatever leaves they are given, they are sealed.

Nothing of the project is imported. Sources: docs/reference/file-format.md; RFC 6962 section 2.1 (by its recursion);
C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-policy.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "elections.example/party"


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf)


def tree_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, over leaf hashes."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"")
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + tree_root(hashes[:half]) + tree_root(hashes[half:]))


class Signer:
    """A key with its name; kind 1 signs as a log, 4 cosigns as a witness."""

    def __init__(self, name: str, seed: bytes, kind: int = 1) -> None:
        self.name, self.kind = name, kind
        self.key = Ed25519PrivateKey.from_private_bytes(sha256(seed))
        self.raw = self.key.public_key().public_bytes_raw()

    @property
    def vkey(self) -> str:
        return vkey(self.name, self.kind, self.raw)

    def line(self, text: str, moment: int = 1_700_000_000) -> str:
        if self.kind == 4:
            data = moment.to_bytes(8, "big") + self.key.sign(f"cosignature/v1\ntime {moment}\n{text}".encode())
        else:
            data = self.key.sign(text.encode())
        return f"— {self.name} {base64.b64encode(key_id(self.name, self.kind, self.raw) + data).decode()}\n"


def key_id(name: str, kind: int, raw: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + raw)[:4]


def vkey(name: str, kind: int, raw: bytes) -> str:
    return f"{name}+{key_id(name, kind, raw).hex()}+{base64.b64encode(bytes([kind]) + raw).decode()}"


LOG = Signer(ORIGIN, b"log")
ANNA = Signer("witness.example/anna", b"anna", 4)
BRUNO = Signer("witness.example/bruno", b"bruno", 4)
CLARA = Signer("witness.example/clara", b"clara", 4)
WITNESSES = {"anna": ANNA, "bruno": BRUNO, "clara": CLARA}


def checkpoint_text(hashes: list[bytes], origin: str = ORIGIN) -> str:
    return f"{origin}\n{len(hashes)}\n{base64.b64encode(tree_root(hashes)).decode()}\n"


def signed(text: str, signers: Iterable[Signer] = (LOG, ANNA, BRUNO)) -> bytes:
    return (text + "\n" + "".join(signer.line(text) for signer in signers)).encode()


def policy_text(*, quorum: str = "most", log: str = LOG.vkey) -> str:
    witnesses = "".join(f"witness {name} {signer.vkey}\n" for name, signer in WITNESSES.items())
    return f"# trust\nlog {log}\n\n{witnesses}group most 2 {' '.join(WITNESSES)}\nquorum {quorum}\n"


def tile_path(level: int | str, index: int, width: int) -> str:
    """Where a tile of a tree of fewer than 256,000 leaves lies."""
    return f"tile/{level}/{index:03}" + ("" if width == 256 else f".p/{width}")


def tiles(hashes: list[bytes]) -> dict[str, bytes]:
    files, level = {}, 0
    while hashes:
        for index in range(-(-len(hashes) // 256)):
            part = hashes[256 * index : 256 * index + 256]
            files[tile_path(level, index, len(part))] = b"".join(part)
        hashes = [tree_root(hashes[at : at + 256]) for at in range(0, len(hashes) // 256 * 256, 256)]
        level += 1
    return files


def bundles(leaves: list[bytes]) -> dict[str, bytes]:
    parts = {index: leaves[256 * index : 256 * index + 256] for index in range(-(-len(leaves) // 256))}
    return {
        tile_path("entries", index, len(part)): b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in part)
        for index, part in parts.items()
    }


def leaves_of(folder: Path) -> list[bytes]:
    """Every leaf of a pack with entry bundles."""
    leaves = []
    for path in sorted(path for path in (folder / "tile/entries").rglob("*") if path.is_file()):
        data = path.read_bytes()
        while data:
            end = 2 + int.from_bytes(data[:2], "big")
            leaves.append(data[2:end])
            data = data[end:]
    return leaves


def write_pack(folder: Path, leaves: list[bytes], audience: str = "public", log: Signer = LOG) -> Path:
    """Write all that a pack must have but contests/, in place of what is there, signed by its log, ANNA and BRUNO."""
    hashes = [leaf_hash(leaf) for leaf in leaves]
    lines = [b"%d %b\n" % (at, leaf) for at, leaf in enumerate(leaves) if b'"blind":"' not in leaf]
    public = audience == "public"
    about = {"format": "pollbook-pack-1", "audience": audience, "origin": log.name, "size": len(leaves)}
    files = {
        **tiles(hashes),
        **({"leaves/000000.txt": b"".join(lines)} if public else bundles(leaves)),
        "pack.json": canonical({**about, "leaves": len(lines) if public else len(leaves)}) + b"\n",
        "checkpoint": signed(checkpoint_text(hashes, log.name), (log, ANNA, BRUNO)),
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
