"""`pollbook publish OUT`: a static folder for strangers."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from cli.key import ledger_state_folder
from cli.office import viewed
from cli.place import Place
from cli.screen import progress, say
from cli.sealing import latest_note, seal_up
from ledger.errors import UsageError, nearest
from ledger.seal.sealer import LOG_KEY, read_signer
from projections.publish.pack import Audience, publish

AUDIENCES = ("public", "panel", "scrutineer")


def publish_pack(place: Place, out: Path, audience: str) -> None:
    """Write a pack and say what is in it."""
    if audience not in AUDIENCES:
        raise UsageError(
            "unknown-audience",
            "--audience",
            expected=", ".join(AUDIENCES),
            found=f"{audience}{nearest(audience, AUDIENCES)}",
            remedy="Choose one of them",
        )
    with viewed(place) as (ledger, views):
        seal_up(place, ledger)
        note = latest_note(place, ledger)
        key = read_signer(ledger_state_folder(ledger.ledger_id) / LOG_KEY).verifier
        with progress("publishing", ledger.head().size) as bar:
            pack = publish(ledger, views, note, key, out, cast(Audience, audience), bar.by)
    say(f"wrote {out}: {pack.leaves} of {pack.checkpoint.size} events for the audience {audience}")
    say(f"root {pack.checkpoint.root.hex()}")
    say(f"Check it with: python3 -I -S {out}/verify.py {out} --policy POLICY")
