"""`pollbook import payments`: matched, not matched, paid twice, failed, taken back, refunded, and given again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terminal import CALL_ELECTION, Terminal
from test_application import FEE, TIMETABLE
from test_cli_applications import ADA, BELA, HEAD, LATE, events, imported, key, line_of, verified
from test_cli_applications import MAPPING as APPLICATIONS

import ledger.batches.payment_run
from ledger.decision import fold
from ledger.streams.application import Application, application_stream

MAPPING = """\
key = "Reference"
reference = "Transaction"
dates = "%d/%m/%Y"

[public]
amount = "Amount"
day = "Date"
kind = "Status"

[set]
currency = "GBP"

[words.kind]
"Settled" = "received"
"Bounced" = "failed"
"Refund" = "refunded"
"""
COLUMNS = "Date,Transaction,Reference,Amount,Status\n"
FROM_ADA = "02/08/2010,T1,a 0001,3.00,Settled\n"
FROM_BELA = "16/07/2010,T2,A-0002,1,Settled\n"
FROM_NOBODY = "16/07/2010,T3,A-0009,3.00,Settled\n"
WHY = ("--purpose", "correction", "--as", "clerk")
IMPORT = ("import", "payments", "p.csv", "--mapping", "p.toml", "--set", "election=labour", "--as", "treasurer")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    commands = [("call-election", CALL_ELECTION), *map(line_of, (TIMETABLE, FEE))]
    made = Terminal(tmp_path, monkeypatch, capsys).made(commands)
    made.write("a.toml", APPLICATIONS)
    made.write("p.toml", MAPPING)
    imported(made, HEAD + ADA + BELA + LATE)
    return made


def paid(at: Terminal, rows: str, *more: str) -> dict[str, tuple[int, int]]:
    """What became of the rows of a file: rows and amount of each fate, and kind unless it is `received`."""
    at.write("p.csv", COLUMNS + rows)
    done: dict[str, Any] = json.loads(at(*IMPORT, "--json", *more).done())
    assert done["rows"] == rows.count("\n") == sum(each["rows"] for each in done["sums"])
    names = [
        each["fate"] + {"received": "", None: ""}.get(each.get("kind"), f" {each.get('kind')}") for each in done["sums"]
    ]
    return dict(zip(names, [(each["rows"], each["amount"]) for each in done["sums"]], strict=True))


def application(at: Terminal, receipt: str) -> Application:
    return fold(application_stream(key(at, receipt)), events(at, receipt))


def test_matches_what_it_can_and_keeps_the_rest(at: Terminal) -> None:
    assert paid(at, FROM_ADA + FROM_BELA + FROM_NOBODY) == {"accepted": (2, 400), "unmatched-payment": (1, 300)}
    assert (application(at, "A-0001").short, application(at, "A-0002").short) == (0, 0)
    batch = json.loads(at(*IMPORT, "--json").done())["batch"]
    assert (
        at("rejected", "--purpose", "correction", "--as", "clerk", batch).done()
        == "line,code," + COLUMNS + "4,unmatched-payment," + FROM_NOBODY
    )
    verified(at)


def test_no_reference_is_in_the_ledger(at: Terminal) -> None:
    paid(at, FROM_ADA.replace("T1", "FPS-77123") + FROM_NOBODY.replace("T3", "FPS-77124"))
    stored = b"".join(path.read_bytes() for path in at.ledger.rglob("*") if path.is_file())
    assert b"FPS" not in stored
    assert b"A-0009" not in stored


def test_the_same_file_and_a_longer_one(at: Terminal) -> None:
    paid(at, FROM_ADA)
    size = at.size()
    assert paid(at, FROM_ADA) == {"accepted": (1, 300)}
    assert at.size() == size
    assert paid(at, FROM_ADA + FROM_BELA) == {"accepted": (1, 100), "held": (1, 300)}
    verified(at)


def test_a_reference_is_used_once_and_paying_twice_is_kept(at: Terminal) -> None:
    again = FROM_ADA.replace("T1", "T9")
    other = FROM_BELA.replace("T2", "T1")
    assert paid(at, FROM_ADA + FROM_ADA + again + other) == {"accepted": (2, 600), "duplicate-payment-ref": (2, 400)}
    assert paid(at, FROM_ADA.replace("3.00", "2.00"))["duplicate-payment-ref"] == (1, 200)
    verified(at)


@pytest.mark.parametrize("pages", [1, 2_500])
@pytest.mark.parametrize("turned", [False, True])
def test_of_rows_with_one_reference_the_first_of_the_file_counts(
    at: Terminal, monkeypatch: pytest.MonkeyPatch, pages: int, turned: bool
) -> None:
    monkeypatch.setattr(ledger.batches.payment_run, "PAGE", pages)
    rows = [FROM_ADA, FROM_BELA.replace("T2", "T1")]
    expected = {"accepted": (1, 300), "duplicate-payment-ref": (1, 100)}
    if turned:
        expected = {"accepted": (1, 100), "duplicate-payment-ref": (1, 300)}
    assert paid(at, "".join(rows[::-1] if turned else rows), "--dry-run") == expected
    assert paid(at, "".join(rows[::-1] if turned else rows)) == expected
    verified(at)


def beside(at: Terminal, *more: str) -> tuple[int, int, dict[str, int]]:
    """Rows and money that the bank says were received beyond what is on record, and rows kept by code."""
    bank = json.loads(at("fees", "labour", "--json", *more).done())["bank"]
    (received,) = (each for each in bank["beside"] if each["kind"] == "received")
    return received["bank"]["number"] - received["record"]["number"], received["difference"], bank["kept"]


def test_a_row_put_right_by_a_later_file_counts_once(at: Terminal) -> None:
    wrong = FROM_BELA.replace("A-0002", "A-0009")
    no_day = FROM_ADA.replace("T1", "T4").replace("02/08/2010", "soon").replace("3.00", "2.00")
    file = FROM_ADA + wrong + no_day + FROM_ADA
    assert paid(at, file)["accepted"] == (1, 300)
    kept = {"unmatched-payment": 1, "bad-day": 1, "duplicate-payment-ref": 1}
    assert beside(at) == (2, 400, kept)
    at("rejected", json.loads(at(*IMPORT, "--json").done())["batch"], "--out", "r.csv", *WHY).done()
    fixed = (at.folder / "r.csv").read_text().replace("A-0009", "A-0002").replace("soon", "02/08/2010")
    at.write("p.csv", fixed)
    at(*IMPORT).done()
    assert beside(at) == (1, 300, {"duplicate-payment-ref": 1})
    assert paid(at, file + FROM_BELA.replace("T2", "T6"))["accepted"] == (1, 100)
    assert beside(at) == (1, 300, {"duplicate-payment-ref": 1})
    at.write("p.csv", COLUMNS + file)
    number, difference, now = beside(at, "--bank", "p.csv", "--mapping", "p.toml")
    assert (number, difference, now) == (-1, 0, {"duplicate-payment-ref": 1})  # T4 cannot be read, T6 is not in it
    verified(at)


def test_the_bank_is_told_of_without_the_vault(at: Terminal) -> None:
    paid(at, FROM_ADA + FROM_NOBODY)
    (key_file,) = (at.folder / "state").rglob("*master*")
    key_file.rename(at.folder / "kept")
    bank = json.loads(at("fees", "labour", "--json").done())["bank"]
    assert bank["kept"] == {"unmatched-payment": 1}
    assert "the vault is not at hand" in bank["files"]


def test_a_row_put_right_singly_is_no_longer_kept(at: Terminal) -> None:
    paid(at, FROM_ADA + FROM_NOBODY)
    assert beside(at) == (1, 300, {"unmatched-payment": 1})
    paid_so = ("--payment", at("payment-key", "T3").done().strip(), "--amount", "300", "--currency", "GBP")
    words = ("--application", key(at, "A-0002"), *paid_so, "--day", "2010-07-16", "--as", "treasurer")
    at("record", "receive-fee", *words).done()
    assert beside(at) == (0, 0, {})


def test_failed_taken_back_and_refunded(at: Terminal) -> None:
    bounced = FROM_ADA.replace("Settled", "Bounced")
    refund = "03/08/2010,T5,A-0002,-1.00,Refund\n"
    never = "03/08/2010,T6,A-0002,1.00,Bounced\n"
    too_much = "03/08/2010,T7,A-0002,1.00,Refund\n"
    rows = FROM_ADA + FROM_BELA + bounced + refund + never + too_much
    expected = {"accepted": (2, 400), "accepted failed": (2, 400), "accepted refunded": (1, 100)}
    assert paid(at, rows) == {**expected, "refund-exceeds refunded": (1, 100)}
    ada = application(at, "A-0001")
    assert (ada.money, ada.failed, ada.short) == (0, 1, 300)
    assert application(at, "A-0002").money == 0
    verified(at)


def test_a_reference_is_one_whatever_its_case(at: Terminal) -> None:
    assert at("payment-key", "fps-1a").done() == at("payment-key", " FPS-1A ").done()
    assert paid(at, FROM_ADA + FROM_BELA.replace("T2", "t1"))["duplicate-payment-ref"] == (1, 100)
    assert paid(at, FROM_ADA.replace("T1", "t1")) == {"held": (1, 300)}


def test_money_for_a_late_application_is_recorded(at: Terminal) -> None:
    assert paid(at, FROM_ADA.replace("a 0001", "A-0003")) == {"accepted": (1, 300)}
    assert application(at, "A-0003").money == 300


@pytest.mark.parametrize(
    ("change", "code", "amount"),
    [
        (("3.00", "3.001"), "bad-amount", 0),
        (("3.00", "three"), "bad-amount", 0),
        (("3.00", "0"), "bad-amount", 0),
        (("3.00", "-3.00"), "bad-amount", 0),
        (("T1", ""), "no-reference", 0),
        (("a 0001", ""), "no-key", 0),
        (("Settled", "Pending"), "unknown-word", 0),
        (("02/08/2010", "2010-08-02"), "bad-day", 0),
        (("02/08/2010", ""), "bad-day", 0),
        (("02/08/2010", "40392"), "day-mangled", 0),
        (("02/08/2010", "02/08/2999"), "future-dated", 300),
    ],
)
def test_a_bad_row_is_kept_and_imported_once_it_is_right(
    at: Terminal, change: tuple[str, str], code: str, amount: int
) -> None:
    assert paid(at, FROM_ADA.replace(*change)) == {code: (1, amount)}
    assert paid(at, FROM_ADA) == {"accepted": (1, 300)}


def test_another_currency_than_the_fee_s(at: Terminal) -> None:
    at.write("p.toml", MAPPING.replace("GBP", "EUR"))
    assert paid(at, FROM_ADA) == {"currency-differs": (1, 300)}
    at.write("p.toml", MAPPING.replace("GBP", "pounds"))
    assert paid(at, FROM_ADA) == {"bad-currency": (1, 0)}


def test_a_dry_run_says_the_same_and_writes_nothing(at: Terminal) -> None:
    size = at.size()
    assert paid(at, FROM_ADA + FROM_NOBODY, "--dry-run") == {"accepted": (1, 300), "unmatched-payment": (1, 300)}
    assert at.size() == size


def test_what_is_printed(at: Terminal) -> None:
    at.write("p.csv", COLUMNS + FROM_ADA + FROM_NOBODY)
    out = at(*IMPORT).done()
    assert "a receipt number that no application has" in out
    assert max(len(line) for line in out.splitlines() if "pollbook" not in line and "sealed" not in line) <= 80


def test_an_import_that_was_stopped_goes_on(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.batches.payment_run, "PAGE", 1)
    work = ledger.batches.payment_run.PaymentTaking._page
    calls = 0

    def stop(*words: Any) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return work(*words)

    at.write("p.csv", COLUMNS + FROM_ADA + FROM_BELA + FROM_NOBODY)
    with monkeypatch.context() as patch:
        patch.setattr(ledger.batches.payment_run.PaymentTaking, "_page", stop)
        at(*IMPORT).refused("interrupted")
    assert "open" in at("verify").done()
    assert paid(at, FROM_ADA + FROM_BELA + FROM_NOBODY) == {"accepted": (2, 400), "unmatched-payment": (1, 300)}
    verified(at)
