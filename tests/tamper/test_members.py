"""Registers tampered with by what was decided: lists nobody certified, changes that cannot follow, merges in a ring."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ledger.event import Event
from ledger.leaf import encode
from ledger.seal.merkle import leaf_hash
from ledger.store import Ledger, make_ledger
from ledger.streams.certificate import ListCertified
from ledger.streams.member import BatchReceived, MemberRegistered
from ledger.streams.membership import (
    MemberExpelled,
    MemberReadmitted,
    MembershipChanged,
    MemberSuspended,
    OfficeCeased,
    SuspensionLifted,
)
from ledger.streams.merge import MergeUndone, PersonsMerged
from projections.verify.bulk import Bulk
from projections.verify.members import check_members
from projections.verify.record import RecordRead

NOON = "2024-05-01T12:00:00Z"
ENVELOPE = {"actor": "clerk", "effective": NOON, "recorded": NOON, "blind": "B" * 22}
FILE = "f" * 32
CLAUSE = "sha256:" + "0" * 64
P, Q, R = ("a" * 24, "b" * 24, "c" * 24)


def made(kind: type[Event], stream: str, version: int = 1, **fields: Any) -> Event:
    return kind.model_validate({**ENVELOPE, "stream": stream, "version": version, **fields})


def member(person: str) -> Event:
    fields: dict[str, Any] = {"batch": f"intake/members/{FILE}", "category": "member", "identity": "A" * 43}
    return made(MemberRegistered, f"person/{person}", **fields)


def found_in(tmp_path: Path, events: Iterable[Event]) -> list[str]:
    with make_ledger(tmp_path, "0" * 32) as ledger:
        assert isinstance(ledger, Ledger)
        record, bulk = RecordRead(), Bulk()
        for position, event in enumerate(events):
            ledger.append([event])
            if not bulk.take(position, event, leaf_hash(encode(event))):
                record.others.append((position, event))
        record.take(bulk)
        return [finding.code for finding in check_members(record, ledger)]


ABOUT: dict[str, Any] = {"register_id": "unison", "file": FILE, "affiliate": "unison", "rows": 3}
CERTIFIED = made(ListCertified, f"certificate/unison/{FILE}", as_of="2024-04-01", levy=2, **ABOUT)
RECEIVED = made(BatchReceived, f"intake/unison/{FILE}", levy=2, **ABOUT)


@pytest.mark.parametrize(
    ("events", "codes"),
    [
        ([CERTIFIED, RECEIVED], []),
        ([RECEIVED], ["uncertified-batch"]),
        ([RECEIVED, CERTIFIED], ["uncertified-batch"]),
        ([CERTIFIED, RECEIVED.model_copy(update={"affiliate": "gmb"})], ["uncertified-batch"]),
        ([CERTIFIED, RECEIVED.model_copy(update={"rows": 4})], ["totals-differ"]),
        ([CERTIFIED, RECEIVED.model_copy(update={"levy": 1})], ["totals-differ"]),
    ],
)
def test_lists_were_certified(tmp_path: Path, events: list[Event], codes: list[str]) -> None:
    assert found_in(tmp_path, events) == codes


def merged(dropped: str, kept: str, version: int = 1, **fields: Any) -> Event:
    return made(PersonsMerged, f"merge/{dropped}", version, kept=kept, **{"basis": ("email",), **fields})


@pytest.mark.parametrize(
    ("merges", "codes"),
    [
        ([merged(P, Q), merged(R, Q)], []),
        ([merged(P, Q), merged(Q, R)], []),
        ([merged(P, Q), made(MergeUndone, f"merge/{P}", 2, reason="clerical"), merged(Q, P)], []),
        ([merged(P, Q), merged(Q, P)], ["merged-person"]),
        ([merged(P, P)], ["same-person"]),
        ([merged(P, Q), merged(P, R, 2)], ["already-merged"]),
        ([merged(P, "d" * 24)], ["unknown-person"]),
        ([merged(P, Q, basis=("near", "name-and-birth-date"))], ["basis-insufficient"]),
        ([made(MergeUndone, f"merge/{P}", reason="clerical")], ["not-merged"]),
    ],
)
def test_merges_lead_to_who_is_kept(tmp_path: Path, merges: list[Event], codes: list[str]) -> None:
    assert found_in(tmp_path, [member(P), member(Q), member(R), *merges]) == codes


def test_who_is_kept_was_on_record_before(tmp_path: Path) -> None:
    assert found_in(tmp_path, [member(P), merged(P, Q), member(Q)]) == ["unknown-person"]


def on_p(kind: type[Event], version: int, **fields: Any) -> Event:
    return made(kind, f"person/{P}", version, on="2024-01-01", **fields)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ([on_p(MembershipChanged, 2, change="lapsed"), on_p(MembershipChanged, 3, change="rejoined")], []),
        ([on_p(MembershipChanged, 2, change="rejoined")], ["bad-transition"]),
        ([on_p(MemberReadmitted, 2)], ["not-expelled"]),
        ([on_p(MemberExpelled, 2, clause=CLAUSE), on_p(MemberReadmitted, 3)], []),
        ([on_p(MemberExpelled, 2, clause=CLAUSE), on_p(MemberExpelled, 3, clause=CLAUSE)], ["not-a-member"]),
        ([on_p(MembershipChanged, 2, change="lapsed"), on_p(MemberSuspended, 3, clause=CLAUSE, voting="keeps")],
         ["not-a-member"]),
        ([on_p(SuspensionLifted, 2)], ["not-suspended"]),
        ([on_p(OfficeCeased, 2, office="mp", source="x")], ["office-not-held"]),
    ],
)  # fmt: skip
def test_changes_of_a_member_could_follow(tmp_path: Path, changes: list[Event], codes: list[str]) -> None:
    assert found_in(tmp_path, [member(P), *changes]) == codes
