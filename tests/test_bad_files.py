"""Files of applications and payments as spreadsheets and banks spoil them: what is read the same, refused, resumed.

Registers of members are tried so in `test_cli_members`, marked registers in `test_cli_marks`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import test_cli_applications as applications
import test_cli_payments as payments
from terminal import Terminal

import cli.registers.member_file
import ledger.batches.intake_run
import ledger.batches.payment_run


class Kind(NamedTuple):
    """A kind of file: its name, head and two rows, a word of the first, and how it is imported and read in pages."""

    file: str
    head: str
    rows: tuple[str, str]
    word: str
    words: tuple[str, ...]
    pages: tuple[Any, str]
    page: tuple[type[Any], str]


KINDS = {
    "applications": Kind(
        "a.csv",
        applications.HEAD,
        (applications.ADA.replace("A-000", "A-100"), applications.BELA.replace("A-000", "A-100")),
        "Ambleth",
        applications.IMPORT,
        (ledger.batches.intake_run, "PAGE_ROWS"),
        (ledger.batches.intake_run.Taking, "_page"),
    ),
    "payments": Kind(
        "p.csv",
        payments.COLUMNS,
        (payments.FROM_ADA, payments.FROM_BELA),
        "Settled",
        payments.IMPORT,
        (ledger.batches.payment_run, "PAGE"),
        (ledger.batches.payment_run.PaymentTaking, "_page"),
    ),
}
at = payments.at  # a ledger that has applications already, and both mappings


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def imported(at: Terminal, kind: Kind, content: str | bytes) -> tuple[int, int, dict[str, int]]:
    """How many rows of a file were accepted, held, and rejected by code."""
    at.write(kind.file, content)
    done: dict[str, Any] = json.loads(at(*kind.words, "--json").done())
    if "sums" not in done:
        return done["accepted"], done["held"], done["rejected"]
    fates = {each["fate"]: each["rows"] for each in done["sums"]}
    return fates.pop("accepted", 0), fates.pop("held", 0), fates


def both(kind: Kind) -> str:
    return kind.head + "".join(kind.rows)


@pytest.mark.parametrize(
    "saved",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\n", "\n\n").encode(),
        lambda text: text.removesuffix("\n").encode(),
    ],
    ids=["bom", "crlf", "cr", "blank lines", "no end"],
)
def test_the_same_rows_saved_otherwise_are_the_same_rows(
    at: Terminal, kind: Kind, saved: Callable[[str], bytes]
) -> None:
    assert imported(at, kind, both(kind)) == (2, 0, {})
    size = at.size()
    assert imported(at, kind, saved(both(kind))) == (0, 2, {})
    assert at.size() == size + 2, "that a file was received and reconciled, and nothing more"


def test_bytes_that_are_no_text_reject_their_row_alone(at: Terminal, kind: Kind) -> None:
    one, other = kind.rows
    latin = one.replace(kind.word, "Zo\u00eb").encode("latin-1")
    assert imported(at, kind, kind.head.encode() + latin + other.encode()) == (1, 0, {"not-utf-8": 1})
    assert imported(at, kind, both(kind)) == (1, 1, {})


def test_a_nul_rejects_its_row_alone(at: Terminal, kind: Kind) -> None:
    one, other = kind.rows
    accepted, held, rejected = imported(at, kind, kind.head + one.replace(kind.word, "A\0da") + other)
    assert (accepted, held, sum(rejected.values())) == (1, 0, 1)
    assert rejected.keys() <= {"not-text", "unknown-word"}


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        (lambda kind: kind.head.replace("\n", f",{kind.head.split(',')[0]}\n").encode(), "duplicate-column"),
        (lambda kind: both(kind).encode("utf-16"), "not-utf-8"),
        (lambda kind: kind.head.encode(), "empty-file"),
        (lambda _: b"", "not-csv"),
    ],
    ids=["a head twice", "utf-16", "no rows", "nothing"],
)
def test_refuses_a_file_that_is_none(at: Terminal, kind: Kind, spoilt: Callable[[Kind], bytes], code: str) -> None:
    at.write(kind.file, spoilt(kind))
    size = at.size()
    at(*kind.words).refused(code)
    assert at.size() == size


def test_refuses_a_file_of_2_gb_and_rows_over_the_limit(
    at: Terminal, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = at.size()
    at.write(kind.file, both(kind))
    monkeypatch.setattr(cli.registers.member_file, "ROWS_MAX", 1)
    at(*kind.words).refused("too-many-rows")
    os.truncate(at.folder / kind.file, 2_000_000_000)  # its end is a hole, and takes no room
    at(*kind.words).refused("file-too-large")
    assert at.size() == size


def test_a_killed_import_goes_on_and_what_it_rejected_is_imported_once_it_is_right(
    at: Terminal, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = kind.rows[1].replace("A-1002", "A-1003").replace("T2", "T8")
    bad = third.split(",")[0] + ",x\n"
    at.write(kind.file, both(kind) + bad)
    with monkeypatch.context() as patch:
        patch.setattr(*kind.pages, 1)
        patch.setattr(*kind.page, stopping(getattr(*kind.page), 2))
        at(*kind.words).refused("interrupted")
    done = json.loads(at(*kind.words, "--json").done())
    kept = at("rejected", "--purpose", "correction", "--as", "clerk", done["batch"]).done()
    assert kept.endswith(f"\n4,wrong-columns,{bad}")
    assert imported(at, kind, kept.replace(bad, third)) == (1, 0, {})
    assert imported(at, kind, both(kind) + third) == (0, 3, {})
    assert "nothing wrong was found" in at("verify").done()


def stopping(work: Callable[..., Any], call: int) -> Callable[..., Any]:
    """The same work, interrupted at its so-manieth call."""
    calls: Iterator[int] = iter(range(1, 1_000))

    def stopped(*words: Any) -> Any:
        if next(calls) == call:
            raise KeyboardInterrupt
        return work(*words)

    return stopped
