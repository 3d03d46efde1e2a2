"""`pollbook verify` decides each payment again: what the desk is kept from refusing, it finds; one code each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from terminal import Terminal
from test_cli_applications import key, verified
from test_cli_payments import COLUMNS, FROM_ADA, FROM_BELA, IMPORT, at

import ledger.batches.payment_run
import ledger.streams.payment
from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.storage.store import Ledger, open_ledger
from ledger.streams.application import Application
from ledger.streams.application_events import FeeReceived
from ledger.streams.payment import payment_events
from projections.verify.payments import Payments

__all__ = ["at"]
ADA, BELA = "A-0001", "A-0002"
Act = Callable[[Terminal], None]


@contextmanager
def instead(name: str, made: Callable[..., Any]) -> Iterator[None]:
    """The desk and the import go by something else; whoever verifies does not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger.streams.payment, name, made)
        patch.setattr(ledger.batches.payment_run, name, made)
        yield


def recorded(at: Terminal, verb: str, reference: str, receipt: str = ADA, **changes: Any) -> None:
    payment = at("payment-key", reference).done().strip()
    body = {"application": key(at, receipt), "payment": payment, "amount": 300, "currency": "GBP", "day": "2010-08-02"}
    at.record(verb, {**body, **changes}).done()


def imported(at: Terminal, *rows: str) -> None:
    at.write("p.csv", COLUMNS + "".join(rows))
    at(*IMPORT).done()


def found(at: Terminal) -> list[str]:
    answer = at("verify", "--json")
    return [f"{each['check']}:{each['code']}" for each in json.loads(answer.out)["findings"]]


def received_twice(at: Terminal) -> None:
    recorded(at, "receive-fee", "T1")
    recorded(at, "receive-fee", "T1")


def failed_here_and_received_there(at: Terminal) -> None:
    recorded(at, "receive-fee", "T1")
    recorded(at, "fail-fee", "T1")
    recorded(at, "receive-fee", "T1", BELA)


def received_here_and_there(at: Terminal) -> None:
    imported(at, FROM_ADA)
    imported(at, FROM_BELA.replace("T2", "T1"))


def taken_back_in_part(at: Terminal) -> None:
    recorded(at, "receive-fee", "T1")
    recorded(at, "fail-fee", "T1", amount=100)


def refunded_too_much(at: Terminal) -> None:
    recorded(at, "receive-fee", "T1")
    recorded(at, "refund-fee", "R1", amount=90_000)


UNFIT: dict[str, tuple[Act, str]] = {
    "one reference received twice": (received_twice, "duplicate-payment-ref"),
    "failed here, received there": (failed_here_and_received_there, "duplicate-payment-ref"),
    "received here and there, of files": (received_here_and_there, "duplicate-payment-ref"),
    "taken back in part": (taken_back_in_part, "payment-differs"),
    "more paid back than received": (refunded_too_much, "refund-exceeds"),
    "more paid back, of a file": (
        lambda at: imported(at, FROM_ADA, "03/08/2010,R1,A-0001,900.00,Refund\n"),
        "refund-exceeds",
    ),
    "in another currency": (lambda at: recorded(at, "receive-fee", "T1", currency="EUR"), "currency-differs"),
    "of a day to come": (lambda at: recorded(at, "receive-fee", "T1", day="2999-01-01"), "future-dated"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_finds_a_payment_that_the_desk_refuses(at: Terminal, name: str) -> None:
    act, code = UNFIT[name]
    with instead("require_payable", lambda *_: None):
        act(at)
    assert found(at) == [f"E10:{code}"]


def test_finds_nothing_where_money_moves_as_it_may(at: Terminal) -> None:
    recorded(at, "receive-fee", "T1")
    recorded(at, "fail-fee", "T1")
    recorded(at, "fail-fee", "T8", BELA)
    imported(at, FROM_ADA.replace("T1", "T4"), FROM_BELA)
    recorded(at, "refund-fee", "R1")
    imported(at, FROM_ADA.replace("T1", "T5"), FROM_BELA.replace("Settled", "Bounced"))
    verified(at)


def of_two(number: int) -> Callable[..., tuple[Event, ...]]:
    return lambda *said: payment_events(*said)[number : number + 1]


@pytest.mark.parametrize(("number", "code"), [(0, "payment-unmatched"), (1, "matched-alone")])
def test_finds_one_of_the_two_events_of_a_payment_alone(at: Terminal, number: int, code: str) -> None:
    with instead("payment_events", of_two(number)):
        recorded(at, "receive-fee", "T1")
    recorded(at, "receive-fee", "T2", BELA)
    assert found(at) == [f"E10:{code}"]


@pytest.mark.parametrize("changes", [{"application": "f" * 24}, {"kind": "refunded"}])
def test_finds_a_reference_matched_as_something_else(at: Terminal, changes: dict[str, Any]) -> None:
    def otherwise(*said: Any) -> tuple[Event, Event]:
        fee, matched = payment_events(*said)
        return fee, matched.model_copy(update=changes)

    with instead("payment_events", otherwise):
        recorded(at, "receive-fee", "T1")
    assert sorted(found(at)) == ["E10:matched-alone", "E10:payment-unmatched"]


def test_a_reference_that_cannot_be_read_is_left_to_the_check_of_its_page(
    at: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(at, "receive-fee", "T1")
    recorded(at, "receive-fee", "T2", BELA)
    with open_ledger(at.ledger) as record:
        fees = [
            (position, each) for position, each in record.scan(0, record.head().size) if isinstance(each, FeeReceived)
        ]
        stream = Ledger.stream

        def damaged(*_: Any) -> Any:
            raise EvidenceError("leaf-changed", "event 7", expected="its bytes", found="others", remedy="None")

        def first_damaged(self: Ledger, name: str) -> Any:
            return damaged() if name == f"payment/{fees[0][1].payment}" else stream(self, name)

        monkeypatch.setattr(Ledger, "events_between", damaged)
        monkeypatch.setattr(Ledger, "stream", first_damaged)
        payments = Payments.of(record)
    assert payments.unread == {fees[0][1].payment}
    assert [*payments.again(*fees[0], Application(fees[0][1].stream))] == []
    assert [each.code for each in payments.alone()] == ["matched-alone"]  # as its application was not gone over
    payments.whole = False
    assert [*payments.alone()] == []
