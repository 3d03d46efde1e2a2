"""Write a pack: checkpoint, hash tiles, the leaves that an audience may read, and what follows from them.

The format is docs/reference/file-format.md. A pack is written into a new folder and renamed when it is
complete, so that a kill leaves no half of one under its name.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ledger.errors import RefusedError
from ledger.leaf import CANONICAL
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.keys import VerifierKey
from ledger.seal.note import parse_note
from ledger.seal.tile_paths import bundle_path, encode_bundle, tile_path
from ledger.seal.tiles import TILE
from ledger.storage_error import clear_errors
from ledger.store import Ledger
from projections.catch_up import Views
from projections.publish.contests import write_contests
from projections.publish.index import index_page

Audience = Literal["public", "panel", "scrutineer"]
Progress = Callable[[int], None]

PACK_FORMAT = "pollbook-pack-1"
LEAVES_A_FILE = 65_536
BLIND = b'"blind":"'  # no value can hold this unescaped, so a leaf has it only as its field
VERIFIER = Path(__file__).parent / "verify.py"


@dataclass(frozen=True, slots=True)
class Pack:
    """What was written: how many leaves the audience may read, of how many."""

    checkpoint: Checkpoint
    leaves: int


def publish(
    ledger: Ledger,
    views: Views,
    checkpoint_note: bytes,
    log_key: VerifierKey,
    out: Path,
    audience: Audience,
    progress: Progress = lambda _: None,
) -> Pack:
    """Write a pack for an audience, as of a signed checkpoint.

    Args:
        checkpoint_note: the ledger's latest checkpoint, with its cosignatures.
        log_key: for the policy template.
        progress: told how many leaves were read.

    Raises:
        RefusedError: `folder-exists`, and what the disk refuses.
        EvidenceError: the record is not what was sealed.
    """
    if out.exists():
        raise RefusedError(
            "folder-exists",
            str(out),
            expected="a folder that is not there yet",
            found="one",
            remedy="Choose another folder, or move the old pack away",
        )
    unfinished = out.with_name(out.name + ".unfinished")
    with clear_errors(out):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        pack = _write(ledger, views, checkpoint_note, log_key, unfinished, audience, progress)
        unfinished.replace(out)
    return pack


def _write(
    ledger: Ledger,
    views: Views,
    checkpoint_note: bytes,
    log_key: VerifierKey,
    folder: Path,
    audience: Audience,
    progress: Progress,
) -> Pack:
    checkpoint = parse_checkpoint(parse_note(checkpoint_note).text)
    write_tiles(ledger, checkpoint.size, folder)
    write_leaves = write_public_leaves if audience == "public" else write_bundles
    leaves = write_leaves(ledger, checkpoint.size, folder, progress)
    contests = write_contests(ledger, views, checkpoint.size, folder / "contests")
    about: dict[str, str | int] = {
        "audience": audience,
        "format": PACK_FORMAT,
        "leaves": leaves,
        "origin": checkpoint.origin,
        "size": checkpoint.size,
    }
    write(folder / "checkpoint", checkpoint_note)
    write(folder / "policy.template", policy_template(log_key).encode())
    write(folder / "pack.json", json.dumps(about, **CANONICAL).encode() + b"\n")
    write(folder / "index.html", index_page(checkpoint, about, contests).encode())
    shutil.copyfile(VERIFIER, folder / "verify.py")
    return Pack(checkpoint, leaves)


def write_tiles(ledger: Ledger, size: int, folder: Path) -> None:
    """Write the hash tiles of the tree of that size."""
    level = 0
    while (hashes := size >> (8 * level)) > 0:
        for index in range((hashes + TILE - 1) // TILE):
            width = min(TILE, hashes - index * TILE)
            data = ledger.rows.get_tile(level, index) or b""
            write(folder / tile_path(level, index, width), data[: 32 * width])
        level += 1


def write_public_leaves(ledger: Ledger, size: int, folder: Path, progress: Progress) -> int:
    """Write the leaves without a blind, a line each, with their positions; give their number."""
    written = 0
    for number, lines in _public_lines(ledger, size, progress):
        written += len(lines)
        if lines:
            write(folder / "leaves" / f"{number:06}.txt", b"".join(lines))
    return written


def _public_lines(ledger: Ledger, size: int, progress: Progress) -> Iterator[tuple[int, list[bytes]]]:
    for number, start in enumerate(range(0, size, LEAVES_A_FILE)):
        stop = min(start + LEAVES_A_FILE, size)
        rows = ledger.rows.scan(start, stop)
        yield number, [b"%d %s\n" % (row[0], row[4]) for row in rows if BLIND not in row[4]]
        progress(stop - start)


def write_bundles(ledger: Ledger, size: int, folder: Path, progress: Progress) -> int:
    """Write every leaf in entry bundles; give their number."""
    written = 0
    for index in range((size + TILE - 1) // TILE):
        leaves = [row[4] for row in ledger.rows.scan(index * TILE, min((index + 1) * TILE, size))]
        write(folder / bundle_path(index, len(leaves)), encode_bundle(leaves))
        written += len(leaves)
        progress(len(leaves))
    return written


def write(path: Path, data: bytes) -> None:
    """Write a file, making its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def policy_template(log_key: VerifierKey) -> str:
    """Give a policy that says nothing as it stands: the reader fills it in with keys from elsewhere."""
    return (
        "# A trust policy (c2sp.org/tlog-policy) to be completed OUTSIDE this pack. Whoever made the pack could have\n"
        "# made this file too: compare the log's key with one that you got another way, take the witnesses' keys from\n"
        "# the witnesses, and save the result somewhere else.\n"
        "#\n"
        f"# log {log_key.text}\n"
        "# witness W1 <key of the first witness, from the witness>\n"
        "# quorum W1\n"
    )
