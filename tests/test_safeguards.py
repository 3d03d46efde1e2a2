"""What no office may do alone in a founded ledger: refused at the desk, and found by verification past it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from officers import DECIDE, NEC, SECOND, SIT, delegate, enrol, found, officer, signing_desk
from scenario import but
from stores import SQLitePlace, desk_at
from test_rulebook import ADOPT

from ledger.decision import Command
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.streams.key import RevokeKey
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

RO, AGENT = "returning-officer", "agent"
TAKEOVER = (RevokeKey(officer="clerk", reason="exposed"), enrol(SECOND, 2))
ELSEWHERE = but(ADOPT, organisation="labour2", decision=None)


@pytest.fixture
def place(tmp_path: Path) -> SQLitePlace:
    """A founded ledger in which an agent may do no more than manage keys and record delegations."""
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with signing_desk(place) as desk:
        founding = found(officer(RO), officer(AGENT, "key", "delegation"), officer("clerk", "lot"))
        desk.submit(but(founding, effective="2024-01-01T00:00:00Z"), actor=RO)
        for command in NEC:
            desk.submit(command, actor=RO)
    return place


@pytest.fixture
def desk(place: SQLitePlace) -> Iterator[Desk]:
    with signing_desk(place) as desk:
        yield desk


def refused(desk: Desk, command: Command, actor: str) -> str:
    with pytest.raises(RefusedError) as error:
        desk.submit(command, actor=actor)
    return error.value.code


def findings(place: SQLitePlace) -> set[str]:
    with place.open() as ledger:
        report = verify(ledger, views=None, vault=None, notes=Notes(None), trust=Trust())
    return {f"{finding.check}:{finding.code}" for finding in report.findings if finding.check in ("A4", "A5", "E8")}


def past_the_desk(place: SQLitePlace, patch: pytest.MonkeyPatch, actor: str, *commands: Command) -> None:
    patch.setattr("ledger.powers.authority.require_safeguards", lambda *_: {})
    with signing_desk(place) as desk:
        for command in commands:
            desk.submit(command, actor=actor)


def test_no_office_gives_itself_power(desk: Desk, place: SQLitePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(desk, delegate(AGENT, "all"), AGENT) == "own-power"
    desk.submit(delegate("clerk", "result"), actor=AGENT)
    assert findings(place) == set()
    past_the_desk(place, monkeypatch, AGENT, delegate(AGENT, "all"))
    assert findings(place) == {"A5:own-power"}


def test_who_revoked_a_key_enrols_no_other_in_its_place(
    desk: Desk, place: SQLitePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoke, enrol_another = TAKEOVER
    desk.submit(revoke, actor=AGENT)
    assert refused(desk, enrol_another, AGENT) == "same-hand"
    past_the_desk(place, monkeypatch, AGENT, enrol_another)
    assert findings(place) == {"A5:same-hand"}


def test_another_office_enrols_the_next_key(desk: Desk, place: SQLitePlace) -> None:
    desk.submit(TAKEOVER[0], actor=AGENT)
    desk.submit(TAKEOVER[1], actor=RO)
    assert findings(place) == set()


@pytest.mark.parametrize(
    ("authority", "code"),
    [
        ("decision d-9 of nec", "unknown-decision"),
        ("decision d-2 of nec", "decision-not-carried"),
        ("decision d-1 of nec", "same-hand"),  # taken before the key was revoked
        ("decision d-3 of committee", "same-hand"),
        ("everybody agreed", "same-hand"),
    ],
)
def test_a_decision_that_is_none_does_not_stand_in_for_another_office(desk: Desk, authority: str, code: str) -> None:
    desk.submit(but(TAKEOVER[0], effective="2024-05-01T11:00:00Z"), actor=AGENT)
    assert refused(desk, but(TAKEOVER[1], authority=authority), AGENT) == code


def test_a_decision_since_then_stands_in_for_another_office(desk: Desk, place: SQLitePlace) -> None:
    desk.submit(but(TAKEOVER[0], effective="2024-05-01T11:00:00Z"), actor=AGENT)
    sitting = but(SIT, sitting="s-2", start="2024-05-01T11:10:00Z", end="2024-05-01T11:20:00Z")
    for command in (sitting, but(DECIDE, decision="d-3", sitting="s-2")):
        desk.submit(command, actor=RO)
    desk.submit(but(TAKEOVER[1], authority="decision d-3 of nec"), actor=AGENT)
    assert findings(place) == set()


def test_one_ledger_has_the_rules_of_one_organisation(
    desk: Desk, place: SQLitePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.submit(but(ADOPT, adopted_by="nec"), actor=RO)
    assert refused(desk, ELSEWHERE, RO) == "another-organisation"
    past_the_desk(place, monkeypatch, RO, ELSEWHERE)
    assert "E8:another-organisation" in findings(place)


def test_an_unfounded_ledger_asks_for_none_of_this(tmp_path: Path) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with desk_at(place) as desk:
        for command in (enrol(SECOND), RevokeKey(officer="clerk", reason="lost"), ADOPT, ELSEWHERE):
            desk.submit(command, actor="clerk")
