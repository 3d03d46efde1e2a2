"""A small real ledger, copied for each test so that it can be tampered with."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest
from scenario import CLOSE_POLL, DEFINED, READ_PAPERS, RECORD_PERSON, but
from stored import Stored
from stores import SQLitePlace, desk_at

from ledger.streams.figure import Figure
from ledger.streams.person import OrderErasure
from ledger.streams.result import PublishFigures


@pytest.fixture(scope="session")
def small_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen events of ten types, recorded a second apart, none of them sealed."""
    place = SQLitePlace(tmp_path_factory.mktemp("tamper") / "ledger")
    place.make().close()
    seconds = count()
    figure = Figure(stage=1, measure="votes", candidate="a", value="2")
    with desk_at(place, clock=lambda: f"2024-05-01T12:00:{next(seconds):02d}Z") as desk:
        for command in (
            *DEFINED,
            but(CLOSE_POLL, effective=None),
            READ_PAPERS,
            RECORD_PERSON,
            but(RECORD_PERSON, person="p2"),
            PublishFigures(contest="leader", source="gazette", figures=(figure,)),
            OrderErasure(person="p2", basis="right-to-erasure"),
        ):
            desk.submit(command, actor="clerk")
    return place.folder


@pytest.fixture(params=["sealed", "not sealed"])
def stored(request: pytest.FixtureRequest, small_ledger: Path, tmp_path: Path) -> Stored:
    """A copy of the small ledger, sealed or not yet."""
    copy = Stored(Path(shutil.copytree(small_ledger, tmp_path / "copy")))
    if request.param == "sealed":
        copy.seal()
    return copy


@pytest.fixture
def sealed(small_ledger: Path, tmp_path: Path) -> Stored:
    """A sealed copy of the small ledger."""
    copy = Stored(Path(shutil.copytree(small_ledger, tmp_path / "copy")))
    copy.seal()
    return copy
