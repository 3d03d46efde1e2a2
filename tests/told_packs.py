"""The ledger of `pollbook demo oversight`, and its packs for each audience: made once, only read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from terminal import terminal_at

from cli.demo import DEMOS, FixedDraw
from cli.demo_story import tell_story
from cli.place import Place

LEDGER, KEYS, ELECTION = "pollbook-oversight", "pollbook-oversight-keys", "chair-2025"
AUDIENCES = ("public", "panel", "reviewer", "scrutineer")
WHY = ("--purpose", "audit", "--as", "registrar")


def tell(folder: Path) -> None:
    """Run the demo in a folder, and write a pack for each audience."""
    with pytest.MonkeyPatch.context() as patch:
        at = terminal_at(folder, patch)
        place = Place(Path(LEDGER), keys=Path(KEYS))
        tell_story(place, "oversight", DEMOS / "oversight", FixedDraw("oversight"))
        publish = ("record", "publish-ruling-figures", "--election", ELECTION, "--as", "returning-officer")
        assert at.run("--ledger", LEDGER, "--keys", KEYS, *publish).code == 0
        for audience in AUDIENCES:
            words = ("panel-pack", f"packs/{audience}", ELECTION, "--audience", audience)
            assert at.run("--ledger", LEDGER, "--keys", KEYS, *words, *WHY).code == 0


def copied(told: Path, folder: Path, *names: str) -> None:
    """Copy the ledger with its keys, or some of what there is."""
    for name in names or (LEDGER, KEYS, "state", "packs"):
        shutil.copytree(told / name, folder / name)
