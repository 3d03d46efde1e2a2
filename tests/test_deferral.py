"""What is not decided: said in public, refused of what is, and listed until it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from methods import PLURALITY
from pydantic import ValidationError
from scenario import CALL_ELECTION, DEFINE_CONTEST, DEFINED, RULE, Given, but, given, happened
from test_fee import SET as SET_FEE
from test_ground import ADOPT as ADOPT_GROUND
from test_timetable import SET as SET_TIMETABLE
from test_timetable import STEPS, VARY

from ledger.decision import fold
from ledger.rules.count_rule import rule_hash
from ledger.rules.crosses import Plurality
from ledger.storage.store import make_ledger
from ledger.streams.deferral import About, DecisionDeferred, DeferDecision, Deferrals, deferral_stream
from ledger.streams.election import AdoptCountRule, ElectionCalled
from ledger.streams.key import KeyEnrolled
from ledger.streams.lot import CommitLot
from projections.election.checklist import Item, binds, checklist, read_known
from projections.election.timetables import STEPS as STEP_NAMES
from projections.moment import NOW, Moment

HASH = "sha256:" + "7" * 64
STREAM = "deferral/labour"
MAY = "2010-05-18T12:00:00Z"
DEFER = DeferDecision(election="labour", matter="dispatch", statement="it waits for the printer", effective=MAY)


def deferring(matter: str, **more: Any) -> DeferDecision:
    return DeferDecision.model_validate({**dict(DEFER), "matter": matter, **more})


def test_says_in_public_what_is_not_decided() -> None:
    expected = happened(
        DecisionDeferred, STREAM, election="labour", matter="dispatch", statement="it waits for the printer"
    )
    given(CALL_ELECTION).when(DEFER).then(expected.model_copy(update={"effective": MAY}))
    assert given(CALL_ELECTION, DEFER).when(DEFER).events  # it may be said again


def test_refuses_it_of_no_election_and_of_what_is_decided() -> None:
    given().when(DEFER).then_refused("unknown-election")
    refused = given(CALL_ELECTION, SET_TIMETABLE).when(DEFER).then_refused("already-decided")
    assert refused.found == "2010-09-01T00:00:00 Europe/London"


@pytest.mark.parametrize(
    ("made", "matter", "category", "decided"),
    [
        (SET_TIMETABLE, "timetable", None, True),
        (SET_TIMETABLE, "count", None, False),
        (SET_TIMETABLE, "nominations-close", "mps", True),
        (SET_TIMETABLE, "nominations-close", None, True),
        (SET_TIMETABLE, "nominations-close", "unions", False),
        (SET_FEE, "fee", None, True),
        (SET_FEE, "fee", "supporters", True),
        (SET_FEE, "fee", "students", False),
        (ADOPT_GROUND, "grounds", None, True),
        (ADOPT_GROUND, "scrutineer", None, False),
    ],
)
def test_what_is_decided_is_not_deferred(made: Any, matter: str, category: str | None, decided: bool) -> None:
    when = given(CALL_ELECTION, made).when(deferring(matter, category=category))
    assert (when.refused is not None) == decided
    if decided:
        when.then_refused("already-decided")
    assert given(CALL_ELECTION).when(deferring(matter, category=category)).events


@pytest.mark.parametrize(
    ("matter", "more"),
    [
        ("scrutineer", {"category": "mps"}),
        ("dispatch", {"category": "mps"}),
        ("dispatch", {"contest": "leader"}),
        ("nonsense", {}),
    ],
)
def test_is_about_what_can_be_decided(matter: str, more: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        deferring(matter, **more)
    assert deferring("lot-commitments", contest="leader")
    assert deferring("fee", category="supporters")


def test_deferrals_do_not_evolve_by_an_event_of_another_stream() -> None:
    event = happened(ElectionCalled, STREAM, election="x", title="x", organisation="x", reason="term")
    with pytest.raises(TypeError, match=r"election-called\.v1 does not belong to deferrals"):
        fold(Deferrals(STREAM), [event])
    assert deferral_stream("labour").stream == STREAM


@pytest.fixture
def listed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Read the list from a ledger with the events of a scene."""

    def read(scene: Given, moment: Moment = NOW) -> dict[str, Item]:
        with make_ledger(tmp_path_factory.mktemp("ledger"), "0" * 32) as ledger:
            for event in scene.events:
                ledger.append([event])
            items = checklist(read_known(ledger, "labour", moment))
        found = {item.about.text: item for item in items}
        assert len(found) == len(items)
        return found

    return read


def test_the_list_of_an_election_just_called_has_everything(listed: Any) -> None:
    found = listed(given(CALL_ELECTION))
    others = ("rule-book", "code-of-conduct", "timetable", "fee", "grounds", "scrutineer", "count-rule", "contests")
    assert set(found) == {*STEP_NAMES, *others}
    assert {item.standing for item in found.values()} == {"missing"}


def test_what_is_decided_leaves_the_list(listed: Any) -> None:
    key = happened(KeyEnrolled, "key/scrutineer", officer="scrutineer", key="k+00000000+A", proof="A" * 86 + "==")
    scene = given(*DEFINED, SET_TIMETABLE, VARY, SET_FEE, ADOPT_GROUND, CommitLot(contest="leader", commitment=HASH))
    found = listed(Given((*scene.events, key)))
    missing = {name for name, item in found.items() if item.standing == "missing"}
    assert missing == {"rule-book", "code-of-conduct", *STEP_NAMES} - {each.step for each in STEPS}
    assert found["nominations-close of mps"].says == "2010-06-09T12:30:00 Europe/London"
    assert found["fee"].says == "supporters"
    assert found["grounds"].says == "not-on-roll"
    assert found["scrutineer"].says == "key/scrutineer"
    assert found["contests"].says == "leader"
    assert found["count-rule of contest leader"].says == DEFINE_CONTEST.count_rule
    assert found["lot-commitments of contest leader"].says == "returning-officer"


def test_a_lot_is_committed_to_only_where_the_rule_has_one(listed: Any) -> None:
    assert listed(given(*DEFINED))["lot-commitments of contest leader"].standing == "missing"
    assert "lot" in RULE.ties
    rule = Plurality(**{**dict(PLURALITY), "ties": "nobody"})
    contest = but(DEFINE_CONTEST, count_rule=rule_hash(rule))
    scene = given(CALL_ELECTION, AdoptCountRule(election="labour", rule=rule), contest)
    item = listed(scene)["lot-commitments of contest leader"]
    assert (item.standing, item.says) == ("decided", "the count rule has no lot")


def test_what_was_deferred_is_said_with_its_words_until_it_is_decided(listed: Any) -> None:
    told = (DEFER, deferring("fee", category="students"), deferring("lot-commitments", contest="deputy"))
    again = but(DEFER, statement="still waiting")
    before = listed(given(CALL_ELECTION, *told, again))
    assert before["dispatch"].standing == "deferred"
    assert before["dispatch"].says == "still waiting"
    assert {name for name, item in before.items() if item.standing == "deferred"} == {
        "dispatch",
        "fee of students",
        "lot-commitments of contest deputy",
    }
    classes = (deferring("nominations-close", category="mps"), deferring("fee", category="supporters"))
    decided = listed(given(CALL_ELECTION, *told, *classes, SET_TIMETABLE, SET_FEE))
    assert decided["dispatch"].standing == "decided"
    assert decided["fee of students"].standing == "deferred"
    assert decided["nominations-close of mps"].standing == "decided"
    assert "fee of supporters" not in decided


def test_a_step_deferred_for_all_is_decided_with_a_date_for_one_category(listed: Any) -> None:
    alone = but(SET_TIMETABLE, steps=STEPS[1:2])
    found = listed(given(CALL_ELECTION, deferring("nominations-close"), alone))
    assert "nominations-close" not in found
    assert found["nominations-close of mps"].standing == "decided"


def test_the_list_is_that_of_the_day(listed: Any) -> None:
    scene = given(
        but(CALL_ELECTION, effective=MAY),
        DEFER,
        SET_TIMETABLE,
        but(VARY, step="count", category=None, local="2010-09-24T12:00:00"),
    )
    found = listed(scene, Moment(as_of="2010-05-19T12:00:00Z"))
    assert found["dispatch"].standing == "deferred"
    assert found["timetable"].standing == "missing"
    assert listed(scene, Moment(as_of="2010-05-21T12:00:00Z"))["count"].standing == "missing"


def test_another_election_is_another_list(listed: Any) -> None:
    other = but(CALL_ELECTION, election="nec")
    council = but(DEFINE_CONTEST, contest="council", election="nec")
    rule = AdoptCountRule(election="nec", rule=RULE)
    found = listed(
        given(CALL_ELECTION, other, rule, council, but(SET_TIMETABLE, election="nec"), but(SET_FEE, election="nec"))
    )
    assert {item.standing for item in found.values()} == {"missing"}


def test_writes_what_it_is_about() -> None:
    assert About("fee", "students").text == "fee of students"
    assert About("lot-commitments", contest="leader").text == "lot-commitments of contest leader"


@pytest.mark.parametrize(
    ("last", "counts"),
    [
        ({"type": "document-published.v1", "kind": "binding"}, True),
        ({"type": "document-published.v1", "kind": "binding", "election": "labour"}, True),
        ({"type": "document-published.v1", "kind": "binding", "election": "nec"}, False),
        ({"type": "document-published.v1", "kind": "guidance"}, False),
        ({"type": "document-withdrawn.v1"}, False),
        ({"type": "rule-book-adopted.v1"}, True),
        ({"type": "interpretation-issued.v1"}, True),
    ],
)
def test_a_code_of_conduct_is_a_binding_document_in_force(last: dict[str, str], counts: bool) -> None:
    first: Any = SimpleNamespace(type="document-published.v1", kind="binding")
    event: Any = SimpleNamespace(**last)
    assert binds([first, event], "labour") is counts
    assert not binds([], "labour")
