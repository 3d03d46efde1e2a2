"""Registers tampered with: members added, taken away, moved, and numbers that do not add up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from keeper import Operator
from killing import Killed, kill_at
from officers import FOUND, signing_desk
from stores import SQLitePlace
from test_clean import report_of
from test_intake import MANY, register

from ledger.event import Event
from ledger.leaf import encode
from ledger.privacy.member_vault import MemberVault
from ledger.seal.merkle import leaf_hash
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered, Rejected
from projections.verify.bulk import Bulk
from projections.verify.intakes import check_intakes
from projections.verify.record import RecordRead

NOON = "2024-05-01T12:00:00Z"
STREAM = "intake/members/" + "f" * 32
ENVELOPE = {"actor": "clerk", "effective": NOON, "recorded": NOON, "blind": "B" * 22}
ABOUT = {"file": "f" * 32, "register_id": "members", "rows": 5}
RECEIVED = BatchReceived(**ENVELOPE, **ABOUT, stream=STREAM, version=1, command="c")


def member(number: int, **changes: object) -> MemberRegistered:
    fields = {"stream": f"person/{number:024x}", "version": 1, "batch": STREAM, "category": "member", **changes}
    return MemberRegistered.model_validate({**ENVELOPE, "identity": "A" * 43, **fields})


def reconciled(members: Iterable[Event], **changes: object) -> BatchReconciled:
    hashed = hashlib.sha256(b"".join(leaf_hash(encode(each)) for each in members)).hexdigest()
    fields = {"accepted": 3, "held": 1, "rejected": (Rejected(code="no-name", rows=1),), **ABOUT, **changes}
    return BatchReconciled.model_validate(
        {**ENVELOPE, "stream": STREAM, "version": 2, "command": "c", "digest": f"sha256:{hashed}", **fields}
    )


MEMBERS = [member(1), member(2), member(3)]
CLOSED = reconciled(MEMBERS)
WHOLE: list[Event] = [RECEIVED, *MEMBERS, CLOSED]


def record_of(events: Iterable[Event]) -> RecordRead:
    record, bulk = RecordRead(), Bulk()
    for position, event in enumerate(events):
        if not bulk.take(position, event, leaf_hash(encode(event))):
            record.others.append((position, event))
    record.take(bulk)
    return record


def found_in(events: Iterable[Event]) -> list[str]:
    record = record_of(events)
    return sorted({finding.code for finding in check_intakes(record, {})})


def test_finds_nothing_in_a_register_taken_in() -> None:
    assert found_in(WHOLE) == []


def test_says_which_are_open() -> None:
    record, unchecked = record_of(WHOLE[:-1]), {"C3": "another"}
    assert list(check_intakes(record, unchecked)) == []
    assert unchecked["C3"].startswith("another; open,")
    assert STREAM in unchecked["C3"]


@pytest.mark.parametrize(
    ("tamper", "codes"),
    [
        (lambda e: e[1:], ["batch-unopened", "member-unexpected"]),
        (lambda e: [*e[:2], *e[3:]], ["batch-differs"]),
        (lambda e: [*e[:4], member(4), e[4]], ["batch-differs"]),
        (lambda e: [e[0], e[2], e[1], *e[3:]], ["batch-differs", "member-unexpected"]),
        (lambda e: [*e[:3], e[4], e[3]], ["member-unexpected"]),
        (lambda e: [*e[:3], member(3, category="mp"), e[4]], ["batch-differs"]),
        (lambda e: [*e[:3], member(3, actor="agent"), e[4]], ["batch-differs", "member-unexpected"]),
        (lambda e: [*e[:3], member(3, effective="2010-01-01T00:00:00Z"), e[4]], ["batch-differs", "member-unexpected"]),
        (lambda e: [*e[:3], member(3, command="c"), e[4]], ["batch-differs", "member-unexpected"]),
        (lambda e: [*e[:3], member(3, stream="paper/a/b"), e[4]], ["batch-differs", "member-unexpected"]),
        (lambda e: [*e, member(9, batch=None)], ["batch-unopened", "member-unexpected"]),
        (lambda e: [*e[:4], reconciled(MEMBERS, held=2)], ["rows-differ"]),
        (lambda e: [*e[:4], reconciled(MEMBERS, rows=6, held=2)], ["rows-differ"]),
        (lambda e: [*e[:4], reconciled(MEMBERS, accepted=4, held=0)], ["batch-differs"]),
    ],
)
def test_finds_what_was_tampered_with(tamper: Callable[[list[Event]], list[Event]], codes: list[str]) -> None:
    assert found_in(tamper(WHOLE)) == codes


@pytest.mark.parametrize("killed", [False, True])
def test_a_founded_ledger_with_a_register_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with signing_desk(place) as desk:
        desk.submit(FOUND, actor="returning-officer")
        if killed:
            with monkeypatch.context() as patch:
                kill_at(patch, MemberVault, "end", 1, after=False)
                with pytest.raises(Killed):
                    desk.submit(register(*MANY), actor="returning-officer", command_id="one")
    with signing_desk(place, clock=lambda: "2024-05-01T15:00:00Z") as desk:
        desk.submit(register(*MANY), actor="returning-officer", command_id="another")
    report = report_of(place)
    assert report.findings == ()
    assert not {"A4", "A5", "C3", "C4", "I4"} & report.unchecked.keys()


def test_a_register_that_nobody_signed_for_is_found(tmp_path: Path) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with signing_desk(place) as desk:
        desk.submit(FOUND, actor="returning-officer")
        receipt = desk.submit(register(*MANY), actor="returning-officer", command_id="one")
    assert receipt.position is not None
    Operator(place.folder).drop(receipt.position + 1)
    assert {"A4"} <= {finding.check for finding in report_of(place).findings if finding.code == "unsigned"}
