"""A ruling at the desk of a founded ledger: signed by its clerk's office, which has the power; alone only if free."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from officers import KEYS, found, officer, signer, signing_desk
from ruled import BEFORE, CONDUCT, GROUND, RULE, P
from scenario import Given, but, given, happened
from stores import LedgerPlace, SQLitePlace
from test_fair_panel import ALONE, ENDORSED
from test_ruling import REMOVE, put, with_entry
from test_verify_rulings import codes

from ledger.decision import Command
from ledger.errors import RefusedError
from ledger.powers.authority import Sign
from ledger.streams.entry import EntryRemoved
from ledger.streams.ground import GroundAdopted
from ledger.streams.signature import Signature

CLERK = "clerk"
FOUND = but(found(officer("returning-officer"), officer(CLERK, "rulings")), effective="2010-01-01T00:00:00Z")
ALONE_RULED = but(RULE, **ALONE, decided_by="officer")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> LedgerPlace:
    """A founded ledger in which a fair ruling may be made, by a panel or an officer; no test records any."""
    place = SQLitePlace(Path(tmp_path_factory.mktemp("ruled")) / "ledger")
    place.make().close()
    with signing_desk(place) as desk:
        for command in (FOUND, *put(GROUND, but(GROUND, decided_by="auto"))(BEFORE), but(ENDORSED, person=CLERK)):
            desk.submit(command, actor="returning-officer")
    return place


def refused(place: LedgerPlace, command: Command, actor: str, sign: Sign | None = None) -> str:
    with signing_desk(place, sign) as desk, pytest.raises(RefusedError) as error:
        desk.submit(command, actor=actor)
    return error.value.code


def test_a_ruling_has_the_signature_of_the_office_that_records_it(place: LedgerPlace) -> None:
    zeros = Signature(KEYS[CLERK].verifier.text, "A" * 86 + "==")
    assert refused(place, RULE, CLERK, signer()) == "unsigned"
    assert refused(place, RULE, CLERK, lambda _office, _text: zeros) == "bad-signature"
    assert refused(place, RULE, CLERK, signer(keys=[KEYS["returning-officer"]])) == "unsigned"


def test_a_ruling_is_by_an_office_with_the_power(place: LedgerPlace) -> None:
    assert refused(place, RULE, "scrutineer") == "no-authority"


def test_an_officer_with_an_interest_is_refused_as_they_decide_alone(place: LedgerPlace) -> None:
    assert refused(place, ALONE_RULED, CLERK) == "conflict"
    assert refused(place, ALONE_RULED, "returning-officer", signer()) == "unsigned"  # for nothing else


def test_a_ground_that_was_in_force_and_not_published_takes_no_vote() -> None:
    """No command adopts one so; a record that somebody wrote otherwise is found by this."""
    events = given(*BEFORE).events
    for published, code in ((CONDUCT, ""), ("2010-06-01T12:00:01Z", "rule-not-in-force-at-conduct")):
        late = {"published": published}
        known = [each.model_copy(update=late) if isinstance(each, GroundAdopted) else each for each in events]
        refusal = Given(tuple(known)).when(RULE).refused
        assert (refusal.code if refusal else "") == code


def test_an_entry_that_was_removed_is_not_removed_again() -> None:
    own: dict[str, Any] = {"basis": "case/c0", "cause": "ruling", "election": "labour", "number": 1}
    removed = happened(EntryRemoved, f"entry/labour/{P}", 2, **own)
    scene = with_entry(*BEFORE)
    (made,) = scene.when(REMOVE).events
    Given((*scene.events, removed)).when(REMOVE).then_refused("entry-not-live")
    assert "entry-not-live" in codes([*scene.events, removed, made])
