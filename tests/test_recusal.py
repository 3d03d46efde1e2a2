"""Who declared an interest in a contest does not vote on it: refused at the desk, and found by verification past it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scenario import but
from stores import LedgerPlace, SQLitePlace, desk_at, refusal_of, submit
from test_body import SAT, START, TAKE

from ledger.decision import Command
from ledger.desk import Desk
from ledger.streams.interest import DeclareInterest, WithdrawInterest
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

BEFORE, LONG_BEFORE = "2010-05-10T00:00:00Z", "2010-05-01T00:00:00Z"
ENDORSED = DeclareInterest(
    person="p2", interest="i1", kind="endorsement", contest="leader", candidate="ada", since=LONG_BEFORE
)
ABOUT = but(TAKE, about="leader")
RECUSED = but(ABOUT, recused=("p2",))


@pytest.fixture
def desk(ledger_place: LedgerPlace) -> Iterator[Desk]:
    with desk_at(ledger_place) as desk:
        submit(desk, *SAT)
        yield desk


def test_refuses_a_decision_on_which_an_interested_member_voted(desk: Desk) -> None:
    submit(desk, ENDORSED)
    said = refusal_of(desk, ABOUT)
    assert said.startswith("conflict: decision d1 of nec about leader")
    assert f"found endorsement of ada declared since {LONG_BEFORE}" in said
    submit(desk, RECUSED)


def test_takes_a_decision_about_another_contest_or_none(desk: Desk) -> None:
    submit(desk, ENDORSED, but(ABOUT, about="deputy"), but(TAKE, decision="d2"))


def test_an_interest_that_ended_before_the_sitting_bars_nobody(desk: Desk) -> None:
    submit(desk, ENDORSED, WithdrawInterest(person="p2", interest="i1", effective=BEFORE), ABOUT)


def test_an_interest_held_since_the_sitting_bars_nobody(desk: Desk) -> None:
    submit(desk, but(ENDORSED, since="2010-05-19T00:00:00Z"), ABOUT)
    assert START < "2010-05-19"


@pytest.mark.parametrize("command", [ABOUT, RECUSED])
def test_verification_finds_who_voted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    monkeypatch.setattr("ledger.powers.authority.require_recusal", lambda *_: {})
    with desk_at(place) as desk:
        submit(desk, *SAT, ENDORSED, command)
    with place.open() as ledger:
        report = verify(ledger, views=None, vault=None, notes=Notes(None), trust=Trust())
    found = [finding.code for finding in report.findings if finding.check == "E9"]
    assert found == (["conflict"] if command is ABOUT else [])
