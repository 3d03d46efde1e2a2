"""Applications are admitted where every test is passed by the record, and for no other reason; verify decides anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scenario import CALL_ELECTION, Given, but, given, happened
from terminal import CALL_ELECTION as CALLED
from terminal import Terminal
from test_application import APPLY, FEE, GROUND, KEY, PAID, REFER, STREAM, TIMETABLE, UNCURABLE, WITHDRAW
from test_cli_applications import ADA, BELA, HEAD, LATE, imported, key, line_of, verified
from test_cli_applications import MAPPING as APPLICATIONS
from test_cli_payments import FROM_ADA, FROM_BELA, paid
from test_cli_payments import MAPPING as PAYMENTS

from ledger.decision import fold
from ledger.errors import RefusedError
from ledger.rules.franchise import Franchise
from ledger.streams.admission import AdmitApplication, AdmitApplications, admitted_event, require_admissible
from ledger.streams.application import Application, application_stream
from ledger.streams.application_events import ApplicationAdmitted, ChecksRun
from ledger.streams.applying import application_event
from ledger.streams.batch_head import NO_BATCH, BatchHead
from ledger.streams.franchise import AdoptFranchise, FranchiseAdopted, franchise_stream
from ledger.streams.payment import FailFee
from ledger.streams.tested import batches_of
from projections.applications.admissions import Admissions

RULE = {
    "version": "franchise.v1",
    "several": "per-section",
    "categories": [
        {
            "category": "supporters",
            "by": "application",
            "section": "affiliates",
            "tests": [
                {"test": "declaration"},
                {"test": "paid"},
                {"test": "not-duplicate"},
                {"test": "register-match", "near": "accepted"},
            ],
        }
    ],
}
FRANCHISE = AdoptFranchise(election="labour", rule=Franchise.model_validate_json(json.dumps(RULE)))
CODES = ("declaration", "paid", "not-duplicate", "register-match")
CHECKED = {"duplicate": "pass", "payment": "pass", "register-match": "near"}
ADMIT = AdmitApplication(application=KEY)
COMPLETE = BatchHead(NO_BATCH)


def after(*commands: Any) -> Given:
    return given(CALL_ELECTION, TIMETABLE, FEE, GROUND, UNCURABLE, *commands)


def application(scene: Given, checks: dict[str, str] | None = None) -> Application:
    """The application as it stands after commands, and a run of checks."""
    found = fold(application_stream(KEY), (event for event in scene.events if event.stream == STREAM))
    outcomes = [
        {"check": name, "outcome": outcome, "version": "1"}
        for name, outcome in (CHECKED if checks is None else checks).items()
    ]
    run = ChecksRun.model_validate_json(
        json.dumps(
            {
                **{name: value for name, value in happened(ChecksRun, STREAM, found.version + 1, checks=()) if value},
                "checks": outcomes,
            }
        )
    )
    return found.evolve(run)


def adopted(scene: Given) -> Any:
    events = (event for event in scene.events if isinstance(event, FranchiseAdopted))
    return fold(franchise_stream("labour"), events)


def code_of(scene: Given, checks: dict[str, str] | None = None, head: BatchHead = COMPLETE) -> str:
    with pytest.raises(RefusedError) as refused:
        require_admissible(application(scene, checks), adopted(scene), head, by="clerk")
    return refused.value.code


def test_admits_with_every_test_that_was_passed() -> None:
    scene = after(FRANCHISE, APPLY, PAID)
    admission = require_admissible(application(scene), adopted(scene), COMPLETE, by="clerk")
    assert (admission.category, admission.section) == ("supporters", "affiliates")
    assert [(each.code, each.outcome) for each in admission.tests] == [(code, "passed") for code in CODES]


def test_admits_nobody_else() -> None:
    ready = after(FRANCHISE, APPLY, PAID)
    assert code_of(after(FRANCHISE, APPLY, but(PAID, amount=120))) == "underpaid"
    assert code_of(ready, {**CHECKED, "duplicate": "fail"}) == "tests-outstanding"
    assert code_of(ready, {**CHECKED, "duplicate": "near"}) == "tests-outstanding"
    assert code_of(ready, {"duplicate": "pass", "payment": "pass"}) == "tests-outstanding"
    assert code_of(ready, CHECKED, BatchHead("checks/labour/1", 1)) == "batch-open"
    assert code_of(after(FRANCHISE, APPLY, PAID, REFER)) == "open-referral"
    assert code_of(after(APPLY, PAID)) == "no-franchise"
    assert code_of(after(FRANCHISE, APPLY, WITHDRAW)) == "already-determined"
    assert code_of(after(FRANCHISE, but(APPLY, received="2010-08-01T11:00:01Z"))) == "received-late"
    other = {**RULE["categories"][0], "category": "students"}  # type: ignore[dict-item]
    rule = Franchise.model_validate_json(json.dumps({**RULE, "categories": [other]}))
    assert code_of(after(but(FRANCHISE, rule=rule), APPLY, PAID)) == "unknown-category"


def test_money_taken_back_after_the_check_counts() -> None:
    back = FailFee(**{name: getattr(PAID, name) for name in ("application", "payment", "amount", "currency", "day")})
    assert code_of(after(FRANCHISE, APPLY, PAID, back)) == "underpaid"


def test_an_officer_admits_one_without_checks_where_no_test_asks_for_any() -> None:
    rule = json.loads(json.dumps(RULE))
    rule["categories"][0]["tests"] = [{"test": "declaration"}]
    scene = after(but(FRANCHISE, rule=Franchise.model_validate_json(json.dumps(rule))), APPLY)
    (event,) = scene.when(ADMIT).events
    assert isinstance(event, ApplicationAdmitted)
    assert (event.decided_by, event.franchise, event.unit) == ("officer", 1, "bow")
    after(FRANCHISE, APPLY, PAID).when(ADMIT).then_refused("tests-outstanding")
    assert batches_of(application_stream(KEY)) == (NO_BATCH, NO_BATCH)


def test_says_every_test_that_is_missing() -> None:
    scene = after(FRANCHISE, APPLY, PAID)
    with pytest.raises(RefusedError, match="paid outstanding, not-duplicate outstanding, register-match failed"):
        require_admissible(application(scene, {"register-match": "none"}), adopted(scene), COMPLETE, by="clerk")


def test_nothing_is_admitted_in_bulk_without_a_source() -> None:
    after(FRANCHISE).when(AdmitApplications(election="labour", number=1)).then_refused("nobody-given")
    after(FRANCHISE).when(AdmitApplications(election="labour", number=2)).then_refused("admission-open")
    after().when(AdmitApplications(election="labour", number=1)).then_refused("no-franchise")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    rule = json.loads(json.dumps(RULE))
    rule["categories"][0]["tests"].pop()
    franchise = but(FRANCHISE, rule=Franchise.model_validate_json(json.dumps(rule)))
    commands = [("call-election", CALLED), *map(line_of, (TIMETABLE, FEE, GROUND, UNCURABLE, franchise))]
    made = Terminal(tmp_path, monkeypatch, capsys).made(commands)
    made.write("a.toml", APPLICATIONS)
    made.write("p.toml", PAYMENTS)
    imported(made, HEAD + ADA + BELA + LATE)
    paid(made, FROM_ADA + FROM_BELA)
    return made


def admitted(at: Terminal) -> dict[str, Any]:
    size = at.size()
    dry = json.loads(at("admit", "labour", "--as", "registrar", "--dry-run", "--json").done())
    assert at.size() == size
    done: dict[str, Any] = json.loads(at("admit", "labour", "--as", "registrar", "--json").done())
    both = ("batch", "admitted", "not_admitted", "changed")
    assert [dry[name] for name in both] == [done[name] for name in both]
    assert (dry["when"], done["when"]) == ("dry", "now")
    return done


def test_all_whose_tests_are_passed_are_admitted_in_one_batch(at: Terminal) -> None:
    first = admitted(at)
    assert (first["admitted"], first["not_admitted"]) == ({}, {"paid": 2})
    at("run-checks", "labour", "--as", "registrar").done()
    at.record("refer-application", {"application": key(at, "A-0002"), "ground": "other-party", "reason": "x"}).done()
    second = admitted(at)
    assert (second["admitted"], second["not_admitted"]) == ({"affiliates": 1}, {"open-referral": 1})
    third = admitted(at)
    assert (third["admitted"], third["not_admitted"]) == ({}, {"open-referral": 1})
    verified(at)
    out = at("admit", "labour", "--as", "registrar").done()
    assert "open-referral" in out
    assert max(len(line) for line in out.splitlines() if "sealed" not in line) <= 80


def test_an_admission_that_was_stopped_goes_on(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    import projections.applications.admissions

    monkeypatch.setattr(projections.applications.admissions, "PAGE_ROWS", 1)
    at("run-checks", "labour", "--as", "registrar").done()
    work = Admissions._event
    made = 0  # of the three one came late, and which comes when is chance

    def stop(*words: Any) -> Any:
        nonlocal made
        event = work(*words)
        made += event is not None
        if made == 2:
            raise KeyboardInterrupt
        return event

    with monkeypatch.context() as patch:
        patch.setattr(Admissions, "_event", stop)
        at("admit", "labour", "--as", "registrar").refused("interrupted")
    said = at("admit", "labour", "--as", "registrar", "--dry-run").done()
    assert "1 application would be admitted" in said  # what was recorded already is left out
    assert said.endswith("This was a dry run: nothing was written\n")
    done = json.loads(at("admit", "labour", "--as", "registrar", "--json").done())
    assert done["admitted"] == {"affiliates": 2}
    verified(at)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"section": "members"}, "admission-differs"),
        ({"franchise": 2}, "admission-differs"),
        ({"tests": ()}, "admission-differs"),
    ],
)
def test_verify_finds_an_admission_that_the_record_does_not_bear(
    at: Terminal, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], finding: str
) -> None:
    """The program itself records something else than was decided: only who decides anew can see it."""
    monkeypatch.setattr(
        "projections.applications.admissions.admitted_event",
        lambda *words: admitted_event(*words).model_copy(update=change),
    )
    at("run-checks", "labour", "--as", "registrar").done()
    admitted(at)
    answer = at("verify")
    assert (answer.code, f"E10:{finding}" in answer.out) == (3, True)


def test_verify_finds_an_admission_of_who_did_not_pass(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def lax(application: Application, franchise: Any, *heads: BatchHead, **more: Any) -> Any:
        rule = json.loads(franchise.rule.model_dump_json())
        rule["categories"][0]["tests"] = [{"test": "declaration"}]
        looser = franchise.versions[0].model_copy(update={"rule": Franchise.model_validate_json(json.dumps(rule))})
        return require_admissible(application, fold(franchise_stream("labour"), [looser]), *heads, **more)

    monkeypatch.setattr("projections.applications.admissions.require_admissible", lax)
    assert admitted(at)["admitted"] == {"affiliates": 2}
    answer = at("verify")
    assert (answer.code, answer.out.count("E10:admission-unfounded")) == (3, 2)


def test_verify_finds_a_fee_that_was_not_that_of_the_day(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ledger.batches.application_leaf.application_event",
        lambda *words: application_event(*words).model_copy(update={"fee_due": 1}),
    )
    imported(at, HEAD + ADA.replace("A-0001", "A-0007"))
    answer = at("verify")
    assert (answer.code, "E10:terms-differ" in answer.out) == (3, True)
