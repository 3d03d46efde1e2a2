"""The ledger of the demo of oversight, for tests: thirteen cases of an invented society."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.demo import DEMOS, FixedDraw
from cli.demo_story import tell_story
from cli.place import Place

NAME = "oversight"
FOLDER = "pollbook-oversight"


def told_in(folder: Path) -> Path:
    """Run the demo in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("POLLBOOK_STATE", str(folder / "state"))
        place = Place(Path(FOLDER), keys=Path(f"{FOLDER}-keys"))
        tell_story(place, NAME, DEMOS / NAME, FixedDraw(NAME))
    return folder
