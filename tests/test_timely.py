"""How far acts on cases are dated back in a live ledger: refused at the desk, found by verification."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from officers import found, signer
from rolls import roll_desk
from ruled import GROUND, RULED_ON, TELL
from scenario import CALL_ELECTION, ORIGIN, but, given
from stores import SQLitePlace

from ledger.decision import DECISIONS, Act
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.streams.founding import Founding, Kept
from ledger.streams.timely import A_MONTH, A_WEEK, AT_ONCE, HOURS, NOT_BACK, require_timely
from projections.verify.live import check_live
from projections.verify.record import RecordRead

LIVE, TRANSCRIPT = Founding("ledger/founding", 1, kept="live"), Founding("ledger/founding", 1, kept="transcript")
NOW = "2010-09-30T12:00:00Z"
ALLOWED = {
    NOT_BACK: NOW,
    AT_ONCE: "2010-09-30T11:00:00Z",
    A_WEEK: "2010-09-23T12:00:00Z",
    A_MONTH: "2010-08-31T12:00:00Z",
}
A_SECOND_MORE = {
    NOT_BACK: "2010-09-30T11:59:59Z",
    AT_ONCE: "2010-09-30T10:59:59Z",
    A_WEEK: "2010-09-23T11:59:59Z",
    A_MONTH: "2010-08-31T11:59:59Z",
}


@pytest.mark.parametrize("verb", sorted(HOURS))
def test_each_act_has_its_time(verb: str) -> None:
    assert verb in DECISIONS
    require_timely(LIVE, verb, Act("clerk", NOW, ALLOWED[HOURS[verb]]))
    late = Act("clerk", NOW, A_SECOND_MORE[HOURS[verb]])
    with pytest.raises(RefusedError) as refused:
        require_timely(LIVE, verb, late)
    assert refused.value.code == "dated-back"
    require_timely(TRANSCRIPT, verb, late)
    require_timely(Founding("ledger/founding"), verb, late)


def test_the_desk_asks(tmp_path: Path) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with roll_desk(place, sign=signer("returning-officer")) as desk:
        for command in (found(kept="live"), CALL_ELECTION):
            desk.submit(command, actor="returning-officer")
        with pytest.raises(RefusedError) as refused:
            desk.submit(GROUND, actor="returning-officer")
        assert refused.value.code == "dated-back"
        assert desk.submit(but(GROUND, effective=None, published=None), actor="returning-officer").events


def findings(kept: Kept, events: Sequence[Event]) -> dict[str, str]:
    (founded,) = given(found(origin=ORIGIN, kept=kept)).events[:1]
    record = RecordRead(others=list(enumerate((founded, *events))))
    return {each.what: f"{each.check}:{each.code}" for each in check_live(record, {})}


def test_verification_finds_what_the_desk_would_have_refused() -> None:
    events = given(*RULED_ON, TELL).events
    assert findings("transcript", events) == {}
    streams = ("body/panel-1", "case/c1", "ground/labour", "procedure/labour", "rota/labour")
    assert findings("live", events) == dict.fromkeys(streams, "E6:dated-back")
    assert findings("live", [each.model_copy(update={"command": None}) for each in events]) == findings("live", events)
    timely = [each.model_copy(update={"recorded": each.effective}) for each in events]
    assert findings("live", timely) == {}
