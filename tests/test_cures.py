"""Cures in bulk: who is told what is wrong, whose application lapses, and that verify decides both anew."""

from __future__ import annotations

import csv
import json
import os
from functools import partial
from typing import Any

import pytest
from officers import FOUND, signer, signing_desk
from scenario import CALL_ELECTION, Given, but, given, happened
from stores import NOON, LedgerPlace
from terminal import OPENED, Terminal
from test_admission_of_applications import CHECKED, FRANCHISE, adopted
from test_application import APPLY, FEE, GROUND, KEY, LETTER, PAID, REFER, STREAM, TIMETABLE, UNCURABLE
from test_cli_checks import ADOPT, AS, BELA, CATO, JUNE, at, more, ran
from test_refused_application import RULED

from ledger.decision import Command, fold
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.event import Event, Plain
from ledger.leaf import conceal
from ledger.rules.local_time import Dated
from ledger.storage.store import open_ledger
from ledger.streams.application import Application, application_stream
from ledger.streams.application_events import (
    ApplicationLapsed,
    ApplicationReferred,
    ApplicationWithdrawn,
    Check,
    ChecksRun,
    CureInvited,
    CureLapsed,
    CureSupplied,
    FeeReceived,
    FeeRetained,
    ReferralCleared,
)
from ledger.streams.batch_head import BatchHead
from ledger.streams.case_events import CaseOpened
from ledger.streams.cure_events import Curable, Told
from ledger.streams.cures import InviteCures, LapseApplications
from ledger.streams.curing import Fault, Notice, curable_of, invitation_event, require_invitable, require_lapsing
from ledger.streams.ground import ground_stream
from projections.applications.cures import Invitations, Lapses
from projections.verify.application_steps import step_again
from projections.verify.held import HeldApplications

__all__ = ["at"]  # a fixture

CHECKED_AT, SERVED, UNTIL = "2010-08-09T09:00:00Z", "2010-08-10T09:00:00Z", "2010-08-13T09:00:00Z"
UNPAID = but(GROUND, ground="unpaid", title="Not paid", cure_hours=24)
NOTICE = Notice(
    (
        Curable(ground="unpaid", hours=24, test="paid"),
        Curable(ground="not-on-the-register", hours=72, test="register-match"),
    ),
    "cure-1",
    SERVED,
    "Europe/London",
)
COMPLETE = BatchHead("checks/labour/1", 2)
FAILED = {**CHECKED, "payment": "none", "register-match": "none"}
INVITE_CURES = InviteCures(
    election="labour",
    number=1,
    cures=(Told(ground="unpaid", test="paid"), Told(ground="not-on-the-register", test="register-match")),
    notice="cure-1",
    served=SERVED,
    zone="Europe/London",
)


def ready(*commands: Any) -> Given:
    return given(CALL_ELECTION, TIMETABLE, FEE, GROUND, UNPAID, UNCURABLE, FRANCHISE, *commands)


APPLIED = ready(APPLY)


def after(scene: Given, *more_events: tuple[type[Any], dict[str, Any]]) -> Application:
    """The application as it stands after commands, and events beyond them."""
    state = fold(application_stream(KEY), (event for event in scene.events if event.stream == STREAM))
    for kind, fields in more_events:
        event: Any = happened(kind, STREAM, state.version + 1, **fields)
        recorded = fields.get("recorded", CHECKED_AT) if kind is ChecksRun else event.recorded
        state = state.evolve(event.model_copy(update={"recorded": recorded}))
    return state


def checked(outcomes: dict[str, str] = FAILED, **more_fields: Any) -> tuple[type[Any], dict[str, Any]]:
    checks = tuple(Check.model_validate({"check": name, "outcome": o, "version": "1"}) for name, o in outcomes.items())
    return ChecksRun, {"checks": checks, **more_fields}


def told(*grounds: str, tests: tuple[str, ...] | None = None, until: str = UNTIL) -> tuple[type[Any], dict[str, Any]]:
    deadline = Dated(local=until[:-1], utc=until, zone="UTC")
    return CureInvited, {"deadline": deadline, "grounds": grounds, "notice": "n", "served": SERVED, "tests": tests}


def supplied(*grounds: str, late: bool = False) -> tuple[type[Any], dict[str, Any]]:
    return CureSupplied, {"grounds": grounds, "late": late, "received": UNTIL, "supplied": Plain("a bill")}


BOTH = ("unpaid", "not-on-the-register")
TOLD = told(*BOTH, tests=("paid", "register-match"))
FAULT = Fault(("unpaid",), ("paid",), Dated(local=UNTIL[:-1], utc=UNTIL, zone="UTC"))
PAYMENT = (FeeReceived, {"amount": 300, "currency": "GBP", "day": "2010-08-11", "payment": "e" * 24})


def not_invited(application: Application, notice: Notice = NOTICE, head: BatchHead = COMPLETE) -> str:
    with pytest.raises(RefusedError) as refused:
        require_invitable(application, adopted(APPLIED), notice, head)
    return refused.value.code


def not_lapsing(application: Application, at_moment: str = "2010-08-13T09:00:01Z", head: BatchHead = COMPLETE) -> str:
    with pytest.raises(RefusedError) as refused:
        require_lapsing(application, adopted(APPLIED), at_moment, head)
    return refused.value.code


def test_tells_of_every_fault_at_once_with_the_longest_time() -> None:
    fault = require_invitable(after(APPLIED, checked()), adopted(APPLIED), NOTICE, COMPLETE)
    assert (fault.grounds, fault.tests) == (BOTH, ("paid", "register-match"))
    assert (fault.deadline.utc, fault.deadline.local) == (UNTIL, "2010-08-13T10:00:00")
    alone = after(APPLIED, checked({**CHECKED, "payment": "none"}))
    assert require_invitable(alone, adopted(APPLIED), NOTICE, COMPLETE).deadline.utc == "2010-08-11T09:00:00Z"


def test_tells_only_of_what_was_not_told_before() -> None:
    fault = require_invitable(after(APPLIED, told("unpaid"), checked()), adopted(APPLIED), NOTICE, COMPLETE)
    assert (fault.grounds, fault.tests) == (("not-on-the-register",), ("register-match",))


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ((), "tests-outstanding"),
        ((checked(CHECKED | {"payment": "error"}),), "tests-outstanding"),
        ((checked(FAILED | {"duplicate": "fail"}),), "not-curable"),
        ((checked(), TOLD), "cure-open"),
        ((TOLD, supplied(*BOTH), checked()), "cure-supplied"),
        ((checked(), TOLD, (CureLapsed, {"grounds": BOTH})), "cure-lapsed"),
        ((checked(recorded="2010-08-10T09:00:01Z"),), "notice-not-served"),
        ((checked(), PAYMENT), "checks-outstanding"),
    ],
)
def test_leaves_out_who_is_not_to_be_told(events: Any, code: str) -> None:
    assert not_invited(after(APPLIED, *events)) == code


def test_leaves_out_whom_others_have_to_decide_on_first() -> None:
    assert not_invited(after(APPLIED, checked()), head=BatchHead("checks/labour/1", 1)) == "batch-open"
    assert not_invited(after(ready(APPLY, REFER), checked())) == "open-referral"
    assert not_invited(after(ready(APPLY, PAID), checked(CHECKED))) == "tests-passed"
    late = after(ready(but(APPLY, received="2010-08-01T11:00:01Z")))
    assert not_invited(late) == "received-late"


def test_an_application_lapses_once_its_time_is_over() -> None:
    silent = after(APPLIED, checked(), TOLD)
    assert require_lapsing(silent, adopted(APPLIED), "2010-08-13T09:00:01Z", COMPLETE) == "unpaid"
    paid_up = after(ready(APPLY, PAID), checked({**CHECKED, "register-match": "none"}), told("not-on-the-register"))
    assert require_lapsing(paid_up, adopted(APPLIED), "2010-08-13T09:00:01Z", COMPLETE) == "uncured"


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ((checked(),), "not-invited"),
        ((checked(), TOLD, PAYMENT), "checks-outstanding"),
        ((TOLD, supplied(*BOTH), checked()), "cure-supplied"),
        ((TOLD, supplied(*BOTH, late=True), checked()), "cure-late"),
        ((checked(), told("unpaid", tests=("paid",))), "not-told"),
        ((TOLD, PAYMENT, checked(CHECKED)), "tests-passed"),
        ((TOLD, PAYMENT, checked({**CHECKED, "duplicate": "near"})), "tests-outstanding"),
    ],
)
def test_lapses_nobody_else(events: Any, code: str) -> None:
    assert not_lapsing(after(APPLIED, *events)) == code


def test_nobody_is_told_and_nothing_lapses_while_a_case_is_open() -> None:
    with pytest.raises(RefusedError, match=r"^open-case: .* found c1\."):
        require_invitable(after(APPLIED, checked()), adopted(APPLIED), NOTICE, COMPLETE, cases=("c1",))
    silent = after(APPLIED, checked(), TOLD)
    with pytest.raises(RefusedError, match=r"^open-case: .* found c1\."):
        require_lapsing(silent, adopted(APPLIED), "2010-08-13T09:00:01Z", COMPLETE, cases=("c1",))


def test_does_not_lapse_at_the_deadline_itself() -> None:
    assert not_lapsing(after(APPLIED, checked(), TOLD), UNTIL) == "cure-open"
    assert not_lapsing(after(ready(APPLY, REFER), checked(), TOLD)) == "open-referral"
    assert not_lapsing(after(APPLIED, checked(), TOLD), head=BatchHead("checks/labour/1", 1)) == "batch-open"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (but(INVITE_CURES, election="other"), "unknown-election"),
        (but(INVITE_CURES, served="2010-09-25T12:00:01Z"), "future-dated"),
        (but(INVITE_CURES, zone="Europe/Londn"), "zone-unknown"),
        (but(INVITE_CURES, cures=(Told(ground="none-such", test="paid"),)), "ground-not-adopted"),
        (but(INVITE_CURES, cures=(Told(ground="other-party", test="paid"),)), "not-curable"),
        (but(INVITE_CURES, number=2), "invitation-open"),
        (INVITE_CURES, "nobody-given"),
        (LapseApplications(election="labour", number=1), "nobody-given"),
        (LapseApplications(election="labour", number=2), "lapse-open"),
        (LapseApplications(election="labour", number=1, effective="2010-09-25T12:00:01Z"), "future-dated"),
        (LapseApplications(election="other", number=1), "unknown-election"),
    ],
)
def test_refuses_what_cannot_begin(command: Any, code: str) -> None:
    ready().when(command).then_refused(code)


def test_needs_a_franchise() -> None:
    scene = given(CALL_ELECTION, TIMETABLE, FEE, GROUND, UNPAID)
    scene.when(INVITE_CURES).then_refused("no-franchise")
    scene.when(LapseApplications(election="labour", number=1)).then_refused("no-franchise")


def test_goes_by_the_ground_as_it_was_when_the_notice_was_served() -> None:
    longer = but(UNPAID, cure_hours=240, effective="2010-08-10T09:00:01Z")
    events = (event for event in given(CALL_ELECTION, UNPAID, longer).events if event.stream == "ground/labour")
    (curable,) = curable_of(INVITE_CURES.cures[:1], SERVED, fold(ground_stream("labour"), events), "labour")
    assert curable.hours == 24


def test_each_test_is_named_once() -> None:
    with pytest.raises(ValueError, match="a test stands twice"):
        but(INVITE_CURES, cures=(INVITE_CURES.cures[0], INVITE_CURES.cures[0]))


@pytest.mark.parametrize("verb", ["invite", "lapse"])
def test_a_founded_ledger_asks_for_power_and_signature(ledger_place: LedgerPlace, verb: str) -> None:
    def command(desk: Desk) -> Command:
        franchise = adopted(APPLIED)
        if verb == "invite":
            return but(INVITE_CURES, served=NOON).of(Invitations(desk.ledger, "labour", franchise))
        return LapseApplications(election="labour", number=1).of(Lapses(desk.ledger, "labour", franchise))

    with signing_desk(ledger_place) as desk:
        desk.submit(FOUND, actor="returning-officer")
        for each in (CALL_ELECTION, but(GROUND, effective=None), but(UNPAID, effective=None), FRANCHISE):
            desk.submit(each, actor="returning-officer")
        with pytest.raises(RefusedError, match=r"^no-authority: "):
            desk.submit(command(desk), actor="agent")
    with signing_desk(ledger_place, signer()) as desk, pytest.raises(RefusedError, match=r"^unsigned: "):
        desk.submit(command(desk), actor="returning-officer")
    with signing_desk(ledger_place) as desk:
        desk.submit(command(desk), actor="returning-officer")
        kinds = [event.type.partition(".")[0] for _, event in desk.ledger.reread()][-3:]
    assert kinds[-1].endswith("-closed")
    assert "command-signed-withheld" in kinds


# By the program

CURABLE = [
    ("adopt-ground", {**json.loads(each.model_dump_json(exclude_none=True)), "effective": JUNE})
    for each in (GROUND, UNPAID, UNCURABLE)
]
LAPSE = ("lapse", "labour", *AS, "--json")


@pytest.fixture
def cured(at: Terminal) -> Terminal:
    """Checked: Ada passes; Béla paid too little; Cato paid nothing, and is Ada; Ned paid nothing and is too young."""
    more(at, *CURABLE, ADOPT)
    ran(at)
    return at


def now_of(at: Terminal) -> str:
    events = json.loads(at("events", "--json", "--type", "checks-closed.v1").done())
    moment = events[-1]["recorded"]
    assert isinstance(moment, str)
    return moment


def invited(at: Terminal, *words: str, served: str = "") -> dict[str, Any]:
    grounds = ("--ground", "paid=unpaid", "--ground", "register-match=not-on-the-register", *words)
    notice = ("--notice", "cure-1", "--zone", "Europe/London", "--served", served or now_of(at))
    done: dict[str, Any] = json.loads(at("invite-cures", "labour", *AS, *grounds, *notice, "--json").done())
    return done


def days_later(monkeypatch: pytest.MonkeyPatch, now: str) -> None:
    """The clock of the program, years on: every deadline is over."""
    from cli.office import Chance

    moment = f"{int(now[:4]) + 5}{now[4:]}"
    monkeypatch.setattr("cli.office.Chance", lambda: Chance(clock=lambda: moment))
    monkeypatch.setattr("cli.applications.cures.system_clock", lambda: moment)


def verified(at: Terminal) -> None:
    answer = at("verify", "--json")
    assert (answer.code, json.loads(answer.out)["findings"]) == (0, [])


def codes(at: Terminal) -> set[str]:
    answer = at("verify", "--json")
    assert answer.code == 3
    return {f"{each['check']}:{each['code']}" for each in json.loads(answer.out)["findings"]}


def test_invites_all_whose_checks_failed_curably_and_once(cured: Terminal) -> None:
    first = invited(cured)
    assert (first["batch"], first["invited"]) == ("invitation/labour/1", {"unpaid": 1})
    assert first["not_invited"] == {"not-curable": 2, "tests-passed": 1}
    size = cured.size()
    again = invited(cured)
    assert (again["batch"], again["not_invited"]) == (None, {"cure-open": 1, "not-curable": 2, "tests-passed": 1})
    assert cured.size() == size
    verified(cured)
    events = json.loads(cured("show", f"application/{BELA}", "--json", *OPENED).done())
    assert (events[-1]["type"], events[-1]["grounds"], events[-1]["tests"]) == ("cure-invited.v1", ["unpaid"], ["paid"])
    waiting = json.loads(cured("queue", "labour", "--json").done())["waiting"]
    assert [each["applications"] for each in waiting if each["name"] == "cure"] == [1]


def test_says_whom_it_would_invite_before_the_notice_is_served(cured: Terminal) -> None:
    size = cured.size()
    grounds = ("--ground", "paid=unpaid", "--ground", "not-duplicate=not-on-the-register")
    out = cured("invite-cures", "labour", *AS, *grounds, "--notice", "cure-1", "--zone", "Europe/London").done()
    assert "2 applications to be invited" in out
    assert "Nothing was recorded" in out
    assert max(map(len, out.splitlines())) <= 80
    assert cured.size() == size


def test_what_is_not_put_right_lapses_and_once(cured: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    served = now_of(cured)
    invited(cured, "--ground", "not-duplicate=not-on-the-register", served=served)
    open_ones = json.loads(cured(*LAPSE).done())
    assert (open_ones["batch"], open_ones["lapsed"]) == (None, {})
    assert open_ones["not_lapsed"] == {"cure-open": 2, "not-invited": 2}
    days_later(monkeypatch, served)
    cato = {"application": CATO, "grounds": ["unpaid"], "supplied": "a bill", "received": served}
    cured("apply", cured.lines("s.jsonl", [("supply-cure", cato)]), *AS).done()
    done = json.loads(cured(*LAPSE).done())
    assert (done["batch"], done["lapsed"]) == ("lapse/labour/1", {"unpaid": 1})
    assert done["not_lapsed"] == {"checks-outstanding": 1, "not-invited": 2}
    size = cured.size()
    out = cured(*LAPSE[:-1]).done()
    assert out.startswith("0 applications to be lapsed\n")
    assert max(map(len, out.splitlines())) <= 80
    assert cured.size() == size
    verified(cured)
    events = json.loads(cured("show", f"application/{BELA}", "--json", *OPENED).done())
    assert (events[-1]["type"], events[-1]["cause"]) == ("application-lapsed.v1", "unpaid")


def test_those_with_an_open_case_wait_and_are_named(cured: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    held = {f"application/{BELA}": ["c1"]}
    with monkeypatch.context() as patch:
        patch.setattr("projections.applications.admissions.open_cases", lambda _ledger, _election: held)
        first = invited(cured)
        assert (first["batch"], first["waiting"]) == (None, held)
        assert first["not_invited"]["open-case"] == 1
    served = now_of(cured)
    invited(cured, served=served)
    days_later(monkeypatch, served)
    monkeypatch.setattr("projections.applications.admissions.open_cases", lambda _ledger, _election: held)
    lapsed = json.loads(cured(*LAPSE).done())
    assert (lapsed["batch"], lapsed["lapsed"], lapsed["waiting"]) == (None, {}, held)
    out = cured(*LAPSE[:-1]).done()
    assert f"Of these 1 waits for an open case: application/{BELA} (case c1)" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("bulk", ["invitation", "lapse"])
def test_verify_finds_a_cure_in_bulk_while_a_case_was_open(
    cured: Terminal, monkeypatch: pytest.MonkeyPatch, bulk: str
) -> None:
    served = now_of(cured)
    if bulk == "lapse":
        invited(cured, served=served)
    (opened,) = (event for event in RULED.events if isinstance(event, CaseOpened))
    about = opened.model_copy(update={"subject": f"application/{BELA}"})
    assert found_beside(cured, about) == set()
    monkeypatch.setattr("projections.applications.admissions.open_cases", lambda _ledger, _election: {})
    if bulk == "lapse":
        days_later(monkeypatch, served)
        assert json.loads(cured(*LAPSE).done())["lapsed"] == {"unpaid": 1}
    else:
        assert invited(cured)["invited"] == {"unpaid": 1}
    assert "E10:cure-unfounded" in codes(cured)


@pytest.mark.parametrize("kind", [Invitations, Lapses])
def test_goes_on_where_it_was_stopped(cured: Terminal, monkeypatch: pytest.MonkeyPatch, kind: Any) -> None:
    monkeypatch.setattr("projections.applications.admissions.PAGE_ROWS", 1)
    word = ("--ground", "not-duplicate=not-on-the-register", "--ground", "of-age=unpaid")
    served = now_of(cured)
    if kind is Lapses:
        invited(cured, *word, served=served)
        days_later(monkeypatch, served)
    work, calls = kind.made, 0

    def stop(*words: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 6:  # two looked at in the first look, for whether there is anybody
            raise KeyboardInterrupt
        return work(*words)

    def carried_out() -> dict[str, Any]:
        done: dict[str, Any] = json.loads(cured(*LAPSE).done())
        return done if kind is Lapses else invited(cured, *word, served=served)

    size = cured.size()
    with monkeypatch.context() as patch:
        patch.setattr(kind, "made", stop)
        with pytest.raises(AssertionError, match="interrupted"):
            carried_out()
    assert cured.size() == size + 3  # what opened the batch, and two of three
    done = carried_out()
    assert (done["applications"], done["batch"].rpartition("/")[2]) == (3, "1")
    assert cured.size() == size + 5
    verified(cured)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"notice": "cure-2"}, "E10:cure-differs"),
        ({"grounds": ("not-on-the-register",)}, "E10:cure-differs"),
        ({"deadline": Dated(local="2040-01-01T00:00:00", utc="2040-01-01T00:00:00Z", zone="UTC")}, "E10:cure-differs"),
    ],
)
def test_verify_finds_an_invitation_that_the_record_does_not_bear(
    cured: Terminal, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], finding: str
) -> None:
    monkeypatch.setattr(
        "projections.applications.cures.invitation_event",
        lambda *words: invitation_event(*words).model_copy(update=change),
    )
    invited(cured)
    assert finding in codes(cured)


def test_verify_finds_who_was_told_of_what_was_not_so(cured: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.applications.cures.require_invitable", lambda *_, **__: FAULT)
    invited(cured)
    assert "E10:cure-unfounded" in codes(cured)


def test_verify_finds_a_lapse_before_its_time(cured: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    invited(cured)
    monkeypatch.setattr("projections.applications.cures.require_lapsing", lambda *_, **__: "unpaid")
    cured(*LAPSE).done()
    assert "E10:cure-unfounded" in codes(cured)


def found_beside(cured: Terminal, event: Event) -> set[str]:
    """What of applications verify finds once an event is in the ledger that no decision made."""
    with open_ledger(cured.ledger) as record:
        stands = {"version": len(record.stream(event.stream)) + 1, "recorded": record.head().recorded, "command": None}
        record.append([conceal(event.model_copy(update=stands), lambda size: bytes(size))[0]])
    return {each for each in codes(cured) if each.startswith("E10:")}


def of_one(cured: Terminal, kind: type[Event], **fields: Any) -> Event:
    """An event of an application that is there."""
    with open_ledger(cured.ledger) as record:
        streams = [each.stream for _, each in record.scan(0, record.head().size) if isinstance(each, FeeReceived)]
    return happened(kind, streams[0], **fields)


def test_verify_finds_a_lapse_of_one_application_that_nobody_may_decide(cured: Terminal) -> None:
    none = happened(ApplicationLapsed, f"application/{'a' * 24}", cause="unpaid", grounds=())
    assert found_beside(cured, none) == {"E10:cure-unfounded"}


def test_verify_finds_a_lapse_of_one_application_that_was_told_of_nothing(cured: Terminal) -> None:
    lapsed = of_one(cured, ApplicationLapsed, cause="unpaid", grounds=())
    assert found_beside(cured, lapsed) == {"E10:cure-unfounded"}


def test_verify_finds_that_the_time_of_one_was_cut_short(cured: Terminal) -> None:
    invited(cured)
    assert found_beside(cured, happened(CureLapsed, f"application/{BELA}", grounds=("unpaid",))) == {"E10:cure-open"}


STEPS_AGAIN: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "not-referred": (ReferralCleared, {"ground": "unpaid", "reason": Plain("x")}),
    "ground-not-adopted": (ApplicationReferred, {"ground": "made-up", "reason": Plain("x")}),
    "request-missing": (ApplicationWithdrawn, {"fee_action": "refund"}),
    "fee-action-differs": (ApplicationWithdrawn, {"fee_action": "none", "request_digest": LETTER}),
    "not-determined": (FeeRetained, {"amount": 1, "currency": "GBP", "day": "2010-08-01"}),
    "cure-not-invited": (
        CureSupplied,
        {"grounds": ("unpaid",), "late": False, "received": SERVED, "supplied": Plain("x")},
    ),
}


@pytest.mark.parametrize("code", STEPS_AGAIN)
def test_verify_finds_a_step_of_an_application_that_the_desk_refuses(code: str) -> None:
    kind, fields = STEPS_AGAIN[code]
    scene = ready(APPLY, PAID)
    adopted_ = (event for event in scene.events if event.stream == "ground/labour")
    state, grounds, held = after(scene), fold(ground_stream("labour"), adopted_), HeldApplications()
    found = [each.code for each in step_again(7, happened(kind, STREAM, 3, **fields), state, grounds, held)]
    assert found[:1] == [code]


def test_verify_finds_what_was_supplied_in_time_kept_as_late(cured: Terminal) -> None:
    moment = invited(cured) and now_of(cured)
    fields: dict[str, Any] = {"grounds": ("unpaid",), "received": moment, "supplied": Plain("a receipt")}
    late = happened(CureSupplied, f"application/{BELA}", late=True, **fields)
    assert found_beside(cured, late) == {"E10:field-differs"}


def test_verify_finds_that_the_time_of_all_was_cut_short(cured: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    invited(cured)
    ahead = "2099-01-01T00:00:00Z"
    monkeypatch.setattr("ledger.streams.cures.require_past", lambda *_: None)
    monkeypatch.setattr("cli.applications.cures.LapseApplications", partial(LapseApplications, effective=ahead))
    monkeypatch.setattr("cli.applications.cures.system_clock", lambda: ahead)
    cured(*LAPSE).done()
    (found,) = json.loads(cured("verify", "--json").out)["findings"]
    assert (found["code"], found["what"]) == ("cure-unfounded", f"application/{BELA}")
    assert "cure-open" in found["expected"]


def test_verify_finds_one_invited_on_a_ground_that_nobody_adopted(cured: Terminal) -> None:
    until = Dated(local="2010-01-01T00:00:00", utc="2010-01-01T00:00:00Z", zone="UTC")
    invited_ = of_one(cured, CureInvited, grounds=("made-up",), deadline=until, notice="n", served=NOON)
    assert found_beside(cured, invited_) == {"E10:cure-unfounded"}


def test_verify_finds_more_time_than_the_ground_gives(cured: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def longer(*words: Any) -> Any:
        return tuple(each.model_copy(update={"hours": 1}) for each in curable_of(*words))

    monkeypatch.setattr("ledger.streams.cures.curable_of", longer)
    invited(cured)
    assert codes(cured) == {"E10:invitation-differs"}


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("--ground", "paid"), "bad-field", 2),
        (("--ground", "payed=unpaid"), "bad-field", 2),
        (("--ground", "paid=unpayed"), "ground-not-adopted", 1),
        (("--ground", "paid=other-party"), "not-curable", 1),
        (("--ground", "paid=unpaid", "--zone", "Europe/Londn"), "zone-unknown", 1),
    ],
)
def test_refuses_words_that_are_not_whole(cured: Terminal, words: tuple[str, ...], code: str, exit_code: int) -> None:
    size = cured.size()
    notice = ("--notice", "cure-1", "--zone", "Europe/London", "--served", now_of(cured))
    cured("invite-cures", "labour", *AS, *notice, *words).refused(code, exit_code)
    assert cured.size() == size
    cured("invite-cures", "labor", *AS, *notice, "--ground", "paid=unpaid").refused("unknown-election")
    cured("lapse", "labor", *AS).refused("unknown-election")


def test_lists_whom_to_serve_the_notice_on(cured: Terminal) -> None:
    words = ("invite-cures", "labour", *AS, "--ground", "paid=unpaid", "--notice", "cure-1", "--zone", "Europe/London")
    words = (*words, "--ground", "not-duplicate=not-on-the-register", "--out", "told.csv")
    cured(*words).refused("purpose-required", 2)
    size = cured.size()
    (cured.folder / "told.csv").write_text("")
    (cured.folder / "told.csv").chmod(0o644)
    out = cured(*words, "--purpose", "correction").done()
    assert "2 applications to be invited" in out
    assert cured.size() == size + 1
    logged = json.loads(cured("access", "--json").done())[-1]
    assert (logged["what"], logged["purpose"], logged["rows"]) == ("invite-cures", "correction", 2)
    with (cured.folder / "told.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
        assert os.fstat(file.fileno()).st_mode & 0o777 == 0o600
    grounds = {BELA: "unpaid", CATO: "not-on-the-register unpaid"}
    assert {row["key"]: row["grounds"] for row in rows} == grounds
    assert all(row["name"] for row in rows)
    cured(*words, "--purpose", "correction", "--served", now_of(cured)).done()
    with (cured.folder / "told.csv").open(encoding="utf-8") as file:
        assert sorted(csv.DictReader(file), key=lambda row: row["key"]) == sorted(rows, key=lambda row: row["key"])
    verified(cured)
