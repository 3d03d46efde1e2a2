"""No false alarms: ledgers that nobody touched, as every verifier sees them."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path
from time import time as seconds_now

import pytest
from flip_bytes import TINY
from keeper import DAY, World, make_world
from scenario import DEFINED, READ_PAPERS, RECORD_PERSON, but
from stores import MASTER, LedgerPlace, SQLitePlace, desk_at
from terminal import Terminal

from ledger.privacy.vault import Vault
from ledger.storage.store import open_ledger
from ledger.streams.contest import ClosePoll
from ledger.streams.person import OrderErasure
from projections.verify import page
from projections.verify.run import Report, verify
from projections.verify.sealing import Notes, Trust

RECORD_PERSON_3 = but(RECORD_PERSON, person="p3")
TWICE = but(READ_PAPERS, serial="s2", same_again=True)
BRINGS = {
    "nothing": (),
    "a kept checkpoint": ("--kept", "kept"),
    "a policy": ("--policy", "policy"),
    "everything": ("--kept", "kept", "--policy", "policy", "--cosigned-within", "24"),
}


def clean(terminal: Terminal, *brings: str) -> dict[str, object]:
    """Verify, find nothing, and give the report."""
    report = json.loads(terminal("verify", "--json", *brings).done())
    assert report["findings"] == []
    assert isinstance(report, dict)
    return report


@pytest.mark.parametrize("brings", BRINGS)
@pytest.mark.parametrize("keys", [True, False])
def test_an_untouched_ledger_is_clean(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    brings: str,
    keys: bool,
) -> None:
    world = make_world(tmp_path / "world", int(seconds_now()), TINY, (RECORD_PERSON_3,))
    terminal = Terminal(world.folder, monkeypatch, capsys)
    if not keys:
        monkeypatch.setenv("POLLBOOK_STATE", str(tmp_path))
    report = clean(terminal, *BRINGS[brings])
    assert (report["size"], report["signed"]) == (13, 13)
    unchecked = report["unchecked"]
    assert isinstance(unchecked, dict)
    missing = {"A4", "A5"} | ({"C4", "I4", "S6"} if not keys else set())
    missing |= {"S3"} if "--kept" not in BRINGS[brings] else set()
    missing |= {"A1", "A2"} if "--policy" not in BRINGS[brings] else set()
    assert unchecked.keys() == missing


@pytest.mark.parametrize("brings", BRINGS)
def test_a_ledger_with_a_lawful_erasure_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], brings: str
) -> None:
    """The erasure came after the checkpoint that was kept: it takes nothing out of the record."""
    erasure = OrderErasure(person="p2", basis="right-to-erasure")
    world = make_world(tmp_path / "world", int(seconds_now()), TINY, (erasure,))
    operator = world.operator
    assert operator.at("disclosure-erased.v1") == 13
    assert operator.vault("SELECT stream FROM disclosure") == [("person/p1",)]
    clean(Terminal(world.folder, monkeypatch, capsys), *BRINGS[brings])


def test_an_empty_ledger_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(tmp_path, monkeypatch, capsys).made(())
    assert clean(terminal)["size"] == 0


def test_an_older_policy_without_freshness_still_takes_an_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = make_world(tmp_path / "world", int(seconds_now()) - 3 * DAY, TINY, (RECORD_PERSON_3,))
    terminal = Terminal(world.folder, monkeypatch, capsys)
    clean(terminal, "--policy", "policy")
    clean(terminal, "--policy", "policy", "--cosigned-within", str(24 * 7))
    assert terminal("verify", "--policy", "policy", "--cosigned-within", "24").code == 3


def report_of(place: LedgerPlace, processes: int = 1) -> Report:
    with place.open() as ledger, closing(Vault(place.vault_store(), MASTER, lambda size: bytes(size))) as vault:
        return verify(ledger, views=None, vault=vault, notes=Notes(), trust=Trust(), processes=processes)


def test_each_store_is_clean(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        for command in (
            *DEFINED,
            ClosePoll(contest="leader"),
            READ_PAPERS,
            TWICE,
            RECORD_PERSON,
            OrderErasure(person="p1", basis="court-order"),
        ):
            desk.submit(command, actor="clerk")
    report = report_of(ledger_place)
    assert report.findings == ()
    assert report.size == 17


def test_pages_read_side_by_side_come_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch goes over the ends of pages, whether one process reads them or two."""
    world = make_world(tmp_path / "world", int(seconds_now()), TINY, ())
    place = SQLitePlace(world.operator.folder)
    whole = report_of(place)
    monkeypatch.setattr("projections.verify.record.PAGE_EVENTS", 5)
    assert report_of(place) == whole
    assert report_of(place, processes=2) == whole
    assert page.PAGE_EVENTS > 5
    world.operator.sql("UPDATE stored_events SET topic = CAST(x'ff' AS TEXT) WHERE position = 6")
    found = report_of(place, processes=2).findings
    assert "C1:storage-damaged:6" in [finding.id for finding in found]
    assert found == report_of(place).findings


def test_a_copy_without_views_and_vault_is_clean(world_copy: World) -> None:
    operator = world_copy.operator
    for path in operator.folder.iterdir():
        if path.name.startswith(("views", "vault")):
            path.unlink()
    with open_ledger(operator.folder) as ledger:
        report = verify(ledger, views=None, vault=None, notes=Notes(operator.latest.read_bytes()), trust=Trust())
    assert report.findings == ()
    assert {"C4", "I4", "S5", "S6"} <= report.unchecked.keys()


@pytest.fixture
def world_copy(tmp_path: Path) -> World:
    world = make_world(tmp_path / "made", int(seconds_now()))
    copy = world.copied(tmp_path / "copy")
    shutil.rmtree(world.folder)
    return copy
