"""Applications, payments, admissions by the thousand at the desk, on both stores: killed anywhere and gone on with."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from killing import Killed, kill_at
from officers import FOUND, signer, signing_desk
from scenario import CALL_ELECTION, but
from stores import LedgerPlace, desk_at
from test_admission_of_applications import FRANCHISE, RULE
from test_application import CLOSE, DECLARATION, FEE, TIMETABLE
from test_intake import Listed, key_of
from test_leaf import BLINDS, DIGESTS, IDS, TIMES

import ledger.batches.intake_run
import ledger.batches.payment_run
import projections.applications.admissions
from ledger.batches.application_leaf import ApplicationLeaves
from ledger.batches.intake import Row
from ledger.batches.paying import Kind, PaymentClaim
from ledger.decision import fold
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.leaf import encode
from ledger.privacy.member_vault import MemberVault
from ledger.rules.franchise import Franchise
from ledger.seal.merkle import leaf_hash
from ledger.storage.store import Ledger
from ledger.streams.admission import AdmissionClosed, AdmitApplications
from ledger.streams.application import Application, application_stream
from ledger.streams.application_events import ApplicationReceived, ApplicationReceivedLate, FeeReceived
from ledger.streams.applications import ReceiveApplications
from ledger.streams.applying import Claim, Terms, application_event
from ledger.streams.fee import Fees, FeeSet, fee_stream
from ledger.streams.franchise import franchise_stream
from ledger.streams.member import BatchReconciled
from ledger.streams.payment import PaymentMatched, payment_stream
from ledger.streams.payments import PaymentsReconciled, ReceivePayments
from ledger.streams.timetable import Timetable, timetable_stream
from projections.applications.admissions import Admissions

FILE, BANK = "f" * 32, "b" * 32
REGISTER, PAYMENTS, ADMISSION = f"intake/applications-labour/{FILE}", f"payments/labour/{BANK}", "admission/labour/1"
AFTER = "2010-08-01T11:00:01Z"
CLAIM = Claim("supporters", "online", declaration=DECLARATION, unit="bow")
DECLARED = json.loads(json.dumps(RULE))
DECLARED["categories"][0]["tests"] = [{"test": "declaration"}]
FREE = but(FRANCHISE, rule=Franchise.model_validate_json(json.dumps(DECLARED)))


def row(number: int, received: str = CLOSE, claim: Claim = CLAIM) -> Row:
    identity = json.dumps({"name": f"Nobody {number}"}, separators=(",", ":"))
    return Row(key_of(number), number, "", claim, (received, None), identity, b"raw %d\n" % number)


def payment(number: int, reference: int, amount: int = 300, kind: Kind = "received") -> Row:
    claim = PaymentClaim(f"{reference:024x}", kind, amount, "GBP")
    return Row(key_of(number), reference, "", claim, ("2010-08-02", None), "", b"paid %d\n" % reference)


def sorted_rows(rows: Sequence[Row]) -> Listed:
    return Listed(sorted(rows, key=lambda each: (each.key, each.number)))


def applications(*rows: Row, file: str = FILE) -> ReceiveApplications:
    listed = sorted_rows(rows)
    return ReceiveApplications(election="labour", file=file, rows=len(rows)).of(listed)


def payments(*rows: Row, file: str = BANK) -> ReceivePayments:
    return ReceivePayments(election="labour", file=file, rows=len(rows)).of(sorted_rows(rows))


def admit(desk: Desk) -> AdmitApplications:
    franchise = franchise_stream("labour")
    adopted = fold(franchise, (event for _, event in desk.ledger.stream(franchise.stream)))
    return AdmitApplications(election="labour", number=1).of(Admissions(desk.ledger, "labour", adopted))


MANY = [*map(row, range(23)), row(23, AFTER), row(24, AFTER), row(25, claim=CLAIM._replace(declaration=None))]
PAID = [
    each._replace(number=line)
    for line, each in enumerate(
        [*(payment(number, number) for number in range(20)), payment(3, 100), payment(77, 101), payment(5, 2)], 1
    )
]


def prepared(desk: Desk, *commands: Any) -> None:
    for command in (CALL_ELECTION, TIMETABLE, FEE, FREE, *commands):
        desk.submit(command, actor="clerk")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.batches.intake_run, "PAGE_ROWS", 10)
    monkeypatch.setattr(ledger.batches.payment_run, "PAGE", 5)
    monkeypatch.setattr(projections.applications.admissions, "PAGE_ROWS", 10)


def digest_of(desk: Desk, batch: str) -> str:
    leaves = (leaf_hash(encode(event)) for _, event in desk.ledger.reread() if event.batch == batch)
    return "sha256:" + hashlib.sha256(b"".join(leaves)).hexdigest()


def application(desk: Desk, number: int) -> Application:
    state = application_stream(key_of(number).hex())
    return fold(state, (event for _, event in desk.ledger.stream(state.stream)))


def require_received(desk: Desk) -> None:
    """The applications of MANY were taken in, each once."""
    events = [event for _, event in desk.ledger.reread() if event.batch == REGISTER]
    assert Counter(type(event) for event in events) == {ApplicationReceived: 23, ApplicationReceivedLate: 2}
    (closed,) = (event for _, event in desk.ledger.stream(REGISTER) if isinstance(event, BatchReconciled))
    assert (closed.accepted, closed.held, closed.rows, closed.digest) == (25, 0, 26, digest_of(desk, REGISTER))
    assert [(each.code, each.rows) for each in closed.rejected] == [("declaration-missing", 1)]
    assert [each.code for each in desk.vault.members.rejected(REGISTER)] == ["declaration-missing"]
    for number in (0, 24):
        received = application(desk, number).received
        assert received is not None
        who = desk.vault.read(str(received.identity), "identity", received.stream)
        assert who == {"name": f"Nobody {number}"}
    assert desk.vault.pending() == []


def require_paid(desk: Desk) -> None:
    """The payments of PAID were taken in, each once: one application paid twice, one reference came twice."""
    (closed,) = (event for _, event in desk.ledger.stream(PAYMENTS) if isinstance(event, PaymentsReconciled))
    found = {each.fate: (each.rows, each.amount) for each in closed.sums}
    assert found == {
        "accepted": (21, 6300),
        "duplicate-payment-ref": (1, 300),
        "unmatched-payment": (1, 300),
    }
    assert closed.digest == digest_of(desk, PAYMENTS)
    events = [event for _, event in desk.ledger.reread() if event.batch == PAYMENTS]
    assert Counter(type(event) for event in events) == {FeeReceived: 21, PaymentMatched: 21}
    assert (application(desk, 3).money, application(desk, 20).money) == (600, 0)
    kept = sorted(each.code for each in desk.vault.members.rejected(PAYMENTS))
    assert kept == ["duplicate-payment-ref", "unmatched-payment"]


def require_admitted(desk: Desk, admitted: int = 23) -> None:
    (closed,) = (event for _, event in desk.ledger.stream(ADMISSION) if isinstance(event, AdmissionClosed))
    assert [(each.section, each.applications) for each in closed.admitted] == [("affiliates", admitted)]
    assert (closed.not_admitted, closed.changed, closed.digest) == ((), 23 - admitted, digest_of(desk, ADMISSION))
    assert [application(desk, number).ended for number in (0, 22, 23)] == ["admitted", "admitted", ""]


@pytest.mark.parametrize("call", [1, 3])
@pytest.mark.parametrize(
    ("owner", "method", "after"),
    [(MemberVault, "put", False), (Ledger, "append_leaves", True), (MemberVault, "end", False)],
)
def test_a_file_of_applications_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: bool, call: int
) -> None:
    call = min(call, 1) if method == "end" else call
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        prepared(desk)
        kill_at(patch, owner, method, call, after=after)
        with pytest.raises(Killed):
            desk.submit(applications(*MANY), actor="clerk", command_id="once")
    with desk_at(ledger_place) as desk:
        desk.submit(applications(*MANY), actor="clerk", command_id="once")
        require_received(desk)
        assert desk.submit(applications(*MANY), actor="clerk", command_id="once").held


@pytest.mark.parametrize(
    ("owner", "method", "after", "call"),
    [
        (Ledger, "append", True, 1),  # opened
        (Ledger, "append", False, 3),
        (Ledger, "append", True, 4),
        (MemberVault, "put", False, 2),
    ],
)
def test_a_file_of_payments_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: bool, call: int
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        prepared(desk, applications(*MANY))
        kill_at(patch, owner, method, call, after=after)
        with pytest.raises(Killed):
            desk.submit(payments(*PAID), actor="clerk", command_id="once")
    with desk_at(ledger_place) as desk:
        desk.submit(payments(*PAID), actor="clerk", command_id="once")
        require_paid(desk)
        assert desk.submit(payments(*PAID), actor="clerk", command_id="once").held


def test_an_application_that_changes_meanwhile_is_decided_anew(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(ledger_place) as desk, desk_at(ledger_place) as other:
        prepared(desk, applications(*MANY))
        decide = ledger.batches.payment_run.Page.decide
        calls = 0

        def meddling(*words: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 1:
                other.submit(payments(payment(3, 3), file="c" * 32), actor="clerk")
            return decide(*words)

        monkeypatch.setattr(ledger.batches.payment_run.Page, "decide", meddling)
        desk.submit(payments(*PAID), actor="clerk")
        (closed,) = (event for _, event in desk.ledger.stream(PAYMENTS) if isinstance(event, PaymentsReconciled))
        assert {each.fate: each.rows for each in closed.sums} == {
            "accepted": 20,
            "duplicate-payment-ref": 1,
            "held": 1,
            "unmatched-payment": 1,
        }
        assert application(desk, 3).money == 600


@pytest.mark.parametrize(
    ("method", "after", "call"),
    [("append", True, 1), ("append_leaves", False, 1), ("append_leaves", True, 1), ("append", False, 2)],
)
def test_an_admission_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, method: str, after: bool, call: int
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        prepared(desk, applications(*MANY))
        kill_at(patch, Ledger, method, call, after=after)
        with pytest.raises(Killed):
            desk.submit(admit(desk), actor="clerk", command_id="once")
    with desk_at(ledger_place) as desk:
        desk.submit(admit(desk), actor="clerk", command_id="once")
        require_admitted(desk)


def test_nothing_is_admitted_of_a_file_that_is_not_complete(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        prepared(desk)
        kill_at(patch, MemberVault, "put", 2, after=False)
        with pytest.raises(Killed):
            desk.submit(applications(*MANY), actor="clerk")
    with desk_at(ledger_place) as desk:
        desk.submit(admit(desk), actor="clerk")
        (closed,) = (event for _, event in desk.ledger.stream(ADMISSION) if isinstance(event, AdmissionClosed))
        assert closed.admitted == ()
        assert [(each.code, each.applications) for each in closed.not_admitted] == [("batch-open", 9)]


def test_a_founded_ledger_asks_for_power_and_signature(ledger_place: LedgerPlace) -> None:
    with signing_desk(ledger_place) as desk:
        desk.submit(FOUND, actor="returning-officer")
        for command in (CALL_ELECTION, FREE, applications(*MANY), payments(*PAID)):
            desk.submit(command, actor="returning-officer")
        with pytest.raises(RefusedError, match=r"^no-authority: "):
            desk.submit(applications(row(50), file="e" * 32), actor="agent")
        desk.submit(admit(desk), actor="returning-officer")
        codes = {each.code for each in desk.vault.members.rejected(REGISTER)}
        assert codes == {"window-not-set"}  # there is no timetable
        assert {each.code for each in desk.vault.members.rejected(PAYMENTS)} == {
            "unmatched-payment",
            "duplicate-payment-ref",
        }
        signatures = [event for _, event in desk.ledger.reread() if event.type == "command-signed-withheld.v1"]
        assert {event.verb for event in signatures} >= {  # type: ignore[attr-defined]
            "admit-applications",
            "receive-applications",
            "receive-payments",
        }
    with signing_desk(ledger_place, signer()) as desk:
        for command in (applications(row(50), file="e" * 32), payments(payment(1, 60), file="e" * 32)):
            with pytest.raises(RefusedError, match=r"^unsigned: "):
                desk.submit(command, actor="returning-officer")


# Against the leaf as it is written one by one

OPTIONAL = st.none() | IDS
CLAIMS = st.builds(Claim, st.just("supporters"), IDS, st.none() | st.just(1), st.just(DECLARATION), OPTIONAL, OPTIONAL)


def terms() -> Terms:
    from scenario import given

    timetable, fees = timetable_stream("labour"), fee_stream("labour")
    events = given(CALL_ELECTION, TIMETABLE, FEE).events
    made: tuple[Timetable, Fees] = (
        fold(timetable, (event for event in events if event.stream == timetable.stream)),
        fold(fees, (event for event in events if isinstance(event, FeeSet))),
    )
    return Terms("labour", *made)


@settings(max_examples=60, deadline=None)
@for_all(IDS, TIMES, TIMES, CLAIMS, st.sampled_from([CLOSE, AFTER, "2010-07-02T00:00:00Z"]), DIGESTS, BLINDS)
def test_a_leaf_by_template_is_the_leaf(
    actor: str, effective: str, recorded: str, claim: Claim, received: str, digest: str, blind: str
) -> None:
    shared = {"actor": actor, "batch": REGISTER, "effective": effective}
    leaves = ApplicationLeaves(shared, "labour", terms(), "2011-01-01T00:00:00Z")
    one = row(1, received, claim)
    assert leaves.judge(one) == ""
    ((stream, version, name, leaf),) = leaves.rows([(one, one.key.hex())], [digest], [blind], recorded)
    envelope = {**shared, "blind": blind, "recorded": recorded, "stream": stream, "version": version}
    event = application_event(envelope, "labour", claim, received, terms().of(claim, received), digest)
    assert (name, leaf) == (event.type, encode(event))


def test_a_reference_belongs_to_nothing_else() -> None:
    with pytest.raises(TypeError, match="does not belong to a payment"):
        payment_stream("0" * 24).evolve(application_event_of_nobody())


def application_event_of_nobody() -> Any:
    envelope = {"actor": "a", "effective": CLOSE, "recorded": CLOSE, "stream": "application/x", "version": 1}
    return application_event(envelope, "labour", CLAIM, CLOSE, terms().of(CLAIM, CLOSE), "A" * 43)
