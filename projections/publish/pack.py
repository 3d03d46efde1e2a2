"""Write a pack: checkpoint, hash tiles, the leaves that an audience may read, and what follows from them.

The format is docs/reference/file-format.md. A pack is written into a folder of another name, checked, and renamed
when it is complete, so that neither a kill nor a refusal leaves half of one under its name.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from ledger.leaf import CANONICAL
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.keys import VerifierKey
from ledger.seal.note import parse_note
from ledger.seal.sealer import check_continues
from ledger.seal.tile_paths import tile_path
from ledger.seal.tiles import TILE
from ledger.storage.store import Ledger
from projections.publish.check import check_pack
from projections.publish.contests import write_contests
from projections.publish.folder import new_folder
from projections.publish.index import About, index_page
from projections.publish.leaves import Progress, Readers, write, write_leaves

PACK_FORMAT = "pollbook-pack-1"
VERIFIER = Path(__file__).parent / "verify.py"
VERIFIER_COUNT, VERIFIER_STV, VERIFIER_OFFICES, VERIFIER_TYPES = (
    VERIFIER.with_name(f"verify_{of}.py") for of in ("count", "stv", "offices", "types")
)  # looked for beside it
VERIFIERS = (VERIFIER, VERIFIER_COUNT, VERIFIER_STV, VERIFIER_OFFICES, VERIFIER_TYPES)


@dataclass(frozen=True, slots=True)
class Pack:
    """What was written: how many leaves the audience may read, of how many."""

    checkpoint: Checkpoint
    leaves: int


def publish(
    ledger: Ledger,
    checkpoint_note: bytes,
    log_key: VerifierKey | None,
    out: Path,
    audience: Readers,
    progress: Progress = lambda _: None,
) -> Pack:
    """Write a pack for an audience, as of a signed checkpoint.

    Args:
        checkpoint_note: the ledger's latest checkpoint, with its cosignatures.
        log_key: for the policy template, and for checking the pack; where it is not at hand, None, the pack is
            not checked.
        progress: told how many leaves were read.

    Raises:
        RefusedError: `folder-exists`, `busy`, and what the disk refuses.
        EvidenceError: `pack-does-not-verify`, `wrong-audience`, `rolled-back`, `contradicts-signed`; the record is not
            what was sealed.
    """
    with new_folder(out) as folder:
        pack = _write(ledger, checkpoint_note, log_key, folder, audience, progress)
        if log_key is not None:
            check_pack(folder, log_key)
    return pack


def _write(
    ledger: Ledger,
    checkpoint_note: bytes,
    log_key: VerifierKey | None,
    folder: Path,
    audience: Readers,
    progress: Progress,
) -> Pack:
    note = parse_note(checkpoint_note)
    checkpoint = parse_checkpoint(note.text)
    check_continues(checkpoint, ledger.tiles())
    write_tiles(ledger, checkpoint.size, folder)
    kinds = write_leaves(ledger, checkpoint.size, folder, audience, progress)
    leaves = sum(kind.number for kind in kinds.values())
    contests = write_contests(ledger, checkpoint.size, folder / "contests", public=audience == "public")
    verifiers = {path.name: path.read_bytes() for path in VERIFIERS}
    body: dict[str, str | int] = {
        "audience": audience,
        "format": PACK_FORMAT,
        "leaves": leaves,
        "origin": checkpoint.origin,
        "size": checkpoint.size,
    }
    about = About(
        checkpoint=checkpoint,
        signers=tuple(signature.name for signature in note.signatures),
        audience=audience,
        kinds=kinds,
        verifiers={name: hashlib.sha256(data).hexdigest() for name, data in verifiers.items()},
    )
    write(folder / "checkpoint", checkpoint_note)
    write(folder / "policy.template", policy_template(log_key).encode())
    write(folder / "pack.json", json.dumps(body, **CANONICAL).encode() + b"\n")
    for name, data in verifiers.items():
        write(folder / name, data)
    write(folder / "index.html", index_page(about, contests).encode())
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


def policy_template(log_key: VerifierKey | None) -> str:
    """Give a policy that says nothing as it stands: the reader fills it in with keys from elsewhere."""
    return (
        "# A trust policy (c2sp.org/tlog-policy) to be completed OUTSIDE this pack. Whoever made the pack could have\n"
        "# made this file too: compare the log's key with one that you got another way, take the witnesses' keys from\n"
        "# the witnesses, and save the result somewhere else.\n"
        "#\n"
        f"# log {log_key.text if log_key else '<key of the log, from its keeper>'}\n"
        "# witness W1 <key of the first witness, from the witness>\n"
        "# quorum W1\n"
    )
