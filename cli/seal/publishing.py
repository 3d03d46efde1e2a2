"""`pollbook publish OUT`: a static folder for strangers."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from cli.office import opened
from cli.place import Place
from cli.screen import progress, say, say_wrapped
from cli.seal.key import ledger_state_folder, state_folder
from cli.seal.sealing import latest_note, seal_up
from ledger.errors import RefusedError, UsageError, nearest
from ledger.seal.keys import VerifierKey
from ledger.seal.sealer import LOG_KEY, read_signer
from projections.publish.leaves import Readers
from projections.publish.pack import publish

AUDIENCES = ("public", "panel", "scrutineer")


def publish_pack(place: Place, out: Path, audience: str) -> None:
    """Write a pack and say what is in it.

    Raises:
        UsageError: `unknown-audience`.
        RefusedError: `folder-inside-ledger`, `no-checkpoint`, and what `publish` raises.
    """
    if audience not in AUDIENCES:
        raise UsageError(
            "unknown-audience",
            "--audience",
            expected=", ".join(AUDIENCES),
            found=f"{audience}{nearest(audience, AUDIENCES)}",
            remedy="Choose one of them",
        )
    check_outside(place, out)
    with opened(place) as ledger:
        seal_up(place, ledger)
        note = latest_note(place, ledger)
        key = _log_key(ledger.ledger_id)
        recorded = ledger.head().size
        with progress("publishing", recorded) as bar:
            pack = publish(ledger, note, key, out, cast(Readers, audience), bar.by)
    size = pack.checkpoint.size
    say(f"wrote {out}: {pack.leaves} of {size} events for the audience {audience}")
    if size < recorded:
        say_wrapped(f"It is as of {size} of {recorded} events: the others are not under a signed checkpoint yet")
    if key is None:
        say_wrapped("It was not checked: the log's key is not here")
    say(f"root {pack.checkpoint.root.hex()}")
    say(f"Check it with: python3 -I -S {out}/verify.py {out} --policy POLICY")


def check_outside(place: Place, out: Path) -> None:
    """Refuse to mix what is for others to read with the ledger's own files, or with keys."""
    for folder in (state_folder(), *([] if place.url else [place.folder])):
        if out.resolve().is_relative_to(folder.resolve()):
            raise RefusedError(
                "folder-inside-ledger",
                str(out),
                expected="a folder that holds nothing but the pack",
                found=f"one inside {folder}",
                remedy="Choose a folder elsewhere: what lies beside a pack is soon published with it",
            )


def _log_key(ledger_id: str) -> VerifierKey | None:
    """Give the log's public key, if its key is here: other desks publish without it."""
    path = ledger_state_folder(ledger_id) / LOG_KEY
    return read_signer(path).verifier if path.exists() else None
