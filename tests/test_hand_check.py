"""An officer's check of one application, by hand: it stands against later runs, and lets a cured applicant in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scenario import but, happened
from terminal import Terminal
from test_application import APPLY, KEY, PAID, STREAM, WITHDRAW
from test_cli_checks import AS, NED, RUN, at, found, more, paid, ran
from test_cures import APPLIED, BOTH, TOLD, after, checked, cured, ready, supplied, verified

from ledger.decision import Act
from ledger.errors import RefusedError
from ledger.streams.application_events import Check, ChecksRun
from ledger.streams.batch_head import NO_BATCH, BatchHead
from ledger.streams.hand_check import CheckApplication, check_application
from projections.verify.applications import Rules, _check_checks

__all__ = ["at", "cured"]  # fixtures

HAND = CheckApplication(application=KEY, check="register-match", outcome="pass", against="evidence/bill-17")
FOUND = Check(against="evidence/bill-17", check="register-match", outcome="pass", version="by-hand")
NOW = "2010-09-25T12:00:00Z"
NONE = BatchHead(NO_BATCH)


def decided(application: Any, command: CheckApplication = HAND, head: BatchHead = NONE) -> tuple[Check, ...]:
    outcome = check_application(command, Act("registrar", NOW, NOW), application, NONE, head)
    (event,) = outcome.events
    assert isinstance(event, ChecksRun)
    return event.checks


def test_says_what_was_found_and_against_what() -> None:
    assert decided(after(APPLIED, checked())) == (FOUND,)
    identity = but(HAND, check="identity")
    APPLIED.when(identity).then(
        happened(ChecksRun, STREAM, 2, checks=(FOUND.model_copy(update={"check": "identity"}),))
    )


def test_looks_at_the_payment_where_money_moved_or_something_was_put_right() -> None:
    cured_one = after(ready(APPLY, PAID), checked({"register-match": "none"}), TOLD, supplied(*BOTH))
    assert decided(cured_one) == (FOUND, Check(check="payment", outcome="pass", version="1"))


@pytest.mark.parametrize(
    ("scene", "command", "code"),
    [
        (ready(), HAND, "unknown-application"),
        (ready(but(APPLY, received="2010-08-01T11:00:01Z")), HAND, "received-late"),
        (ready(APPLY, WITHDRAW), HAND, "already-determined"),
        (APPLIED, but(HAND, check="payment"), "check-by-record"),
        (APPLIED, but(HAND, against="none"), "evidence-unnamed"),
        (APPLIED, but(HAND, against="evidence/"), "evidence-unnamed"),
        (APPLIED, HAND, "check-not-run"),
    ],
)
def test_refuses_what_no_officer_can_find(scene: Any, command: CheckApplication, code: str) -> None:
    scene.when(command).then_refused(code)


def test_refuses_what_is_held_and_what_is_not_complete() -> None:
    with pytest.raises(RefusedError, match=r"^check-held: "):
        decided(after(APPLIED, checked(), (ChecksRun, {"checks": (FOUND,)})))
    decided(after(APPLIED, checked(), (ChecksRun, {"checks": (FOUND,)})), but(HAND, outcome="fail"))
    with pytest.raises(RefusedError, match=r"^batch-open: "):
        decided(after(APPLIED, checked()), head=BatchHead("checks/labour/1", 1))


# By the program


def by_hand(at: Terminal, key: str, check: str, outcome: str = "pass") -> None:
    said = {"application": key, "check": check, "outcome": outcome, "against": "evidence/bill-17"}
    at.record("check-application", said).done()


def test_a_cured_application_is_admitted_after_it(cured: Terminal) -> None:
    by_hand(cured, NED, "age")
    by_hand(cured, NED, "register-match")
    assert json.loads(cured("admit", "labour", *AS, "--json").done())["admitted"] == {"supporters": 1}  # Ada
    more(cured, paid(NED))
    assert ran(cured)["applications"] == 1  # the payment, and whatever no officer found
    assert {name: outcome for name, (outcome, _) in found(cured, NED).items()} == {
        "age": "pass",
        "duplicate": "pass",
        "payment": "pass",
        "register-match": "pass",
        "sanction-list": "pass",
    }
    cured.record("admit-application", {"application": NED}).refused("checked-alone")
    alone = json.loads(cured("admit", "labour", "--as", "returning-officer", "--json").done())
    assert (alone["admitted"], alone["not_admitted"]["checked-alone"]) == ({}, 1)
    done = json.loads(cured("admit", "labour", *AS, "--json").done())
    assert done["admitted"] == {"supporters": 1}
    verified(cured)
    out = cured("application", NED, *AS, "--purpose", "enquiry").done()
    assert "by-hand" in out
    assert max(map(len, out.splitlines())) <= 80


def test_nobody_is_left_unchecked_after_it(cured: Terminal) -> None:
    more(cured, paid(NED))
    by_hand(cured, NED, "register-match")
    assert found(cured, NED)["payment"] == ("pass", None)
    cured(*RUN).refused("nothing-to-check")
    verified(cured)


def test_verify_finds_a_payment_that_was_not_made(cured: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.checks.finding import Finding

    monkeypatch.setattr("ledger.streams.hand_check.check_payment", lambda *_: Finding("pass"))
    more(cured, paid(NED, 1))
    by_hand(cured, NED, "register-match")
    answer = cured("verify")
    assert (answer.code, "E10:check-unfounded" in answer.out) == (3, True)


def test_verify_finds_a_run_that_leaves_a_check_out(cured: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "projections.applications.check_run.BY_HAND", "1"
    )  # what the program made itself counts as an officer's
    more(cured, paid(NED))
    ran(cured)
    answer = cured("verify")
    assert (answer.code, "E10:check-unfounded" in answer.out) == (3, True)


def test_an_officer_checked_again_by_another_admits() -> None:
    run = (ChecksRun, {"checks": (FOUND,)})
    assert after(APPLIED, checked(), run).hands == {"register-match": "returning-officer"}
    fails = (ChecksRun, {"checks": (FOUND.model_copy(update={"outcome": "fail"}),)})
    assert after(APPLIED, checked(), run, fails).hands == {}


def test_verify_finds_two_checks_by_hand_in_one_event() -> None:
    two = (FOUND, FOUND.model_copy(update={"check": "age"}))
    for checks, codes in ((two, ["check-unfounded"]), (two[:1], [])):
        event = happened(ChecksRun, STREAM, 3, checks=checks)
        assert isinstance(event, ChecksRun)
        found = _check_checks(Rules(), 5, event, after(APPLIED, checked()))
        assert [each.code for each in found] == codes
