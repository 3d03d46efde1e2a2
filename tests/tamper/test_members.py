"""Registers tampered with by what was decided: lists nobody certified, changes that cannot follow, merges in a ring."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from scenario import Given
from test_agreement import founded

from ledger.event import Event
from ledger.leaf import encode
from ledger.seal.merkle import leaf_hash
from ledger.storage.store import Ledger, make_ledger
from ledger.streams.agreement import ChangeAgreed, Term
from ledger.streams.certificate import ListCertified
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.freezes import FreezeListed
from ledger.streams.member import BatchReceived, MemberRegistered
from ledger.streams.membership import (
    MemberAmended,
    MemberExpelled,
    MemberReadmitted,
    MembershipChanged,
    MemberSuspended,
    OfficeCeased,
    OfficeHeld,
    SuspensionLifted,
)
from ledger.streams.merge import MergeUndone, PersonsMerged
from ledger.streams.roll import RollFrozen
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
        ([RECEIVED, CERTIFIED], ["uncertified-batch", "list-taken-in"]),
        ([CERTIFIED, RECEIVED.model_copy(update={"affiliate": "gmb"})], ["uncertified-batch"]),
        ([CERTIFIED, RECEIVED.model_copy(update={"rows": 4})], ["totals-differ"]),
        ([CERTIFIED, RECEIVED.model_copy(update={"levy": 1})], ["totals-differ"]),
    ],
)
def test_lists_were_certified(tmp_path: Path, events: list[Event], codes: list[str]) -> None:
    assert found_in(tmp_path, events) == codes


@pytest.mark.parametrize(
    ("events", "codes"),
    [
        ([CERTIFIED, RECEIVED, CERTIFIED.model_copy(update={"version": 2, "rows": 4})], ["list-taken-in"]),
        ([CERTIFIED, CERTIFIED.model_copy(update={"version": 2, "due": NOON}), RECEIVED], []),
    ],
)
def test_no_certificate_contradicts_the_one_that_a_list_was_taken_in_by(
    tmp_path: Path, events: list[Event], codes: list[str]
) -> None:
    assert found_in(tmp_path, events) == codes


FROZEN = made(
    RollFrozen,
    "roll/labour",
    command="a",
    as_of_position=0,
    election="labour",
    entries=0,
    open_batches=(),
    published=NOON,
    roll_version=1,
    root=CLAUSE,
    sections=(),
)
LISTED = made(FreezeListed, "freezes/rolls", command="a", election="labour")
ANOTHER = [each.model_copy(update={"election": "other"}) for each in (FROZEN, LISTED)]  # roll that was frozen
SECOND = FROZEN.model_copy(update={"version": 2, "command": "b"})
LAPSE = made(MembershipChanged, f"person/{P}", 2, on="2024-05-01", change="lapsed")
TERMS = (Term(field="change", value="lapsed"), Term(field="on", value="2024-05-01"))
AGREED = made(
    ChangeAgreed,
    f"agreement/{P}",
    actor="secretary",
    agreed="change-membership",
    follows=1,
    person=P,
    reason="A" * 43,
    terms=TERMS,
)


@pytest.mark.parametrize(
    ("events", "codes"),
    [
        ([FROZEN, LISTED], []),
        ([FROZEN], ["freeze-unlisted"]),
        ([LISTED], ["freeze-unlisted"]),
        ([FROZEN, LISTED.model_copy(update={"command": "later"})], ["freeze-unlisted", "freeze-unlisted"]),
        ([FROZEN, LISTED.model_copy(update={"effective": "2024-04-01T12:00:00Z"})], ["freeze-unlisted"] * 2),
        ([FROZEN, SECOND, LISTED.model_copy(update={"command": "b"})], ["freeze-unlisted"]),
    ],
)
def test_every_freeze_is_listed_by_its_own_command(tmp_path: Path, events: list[Event], codes: list[str]) -> None:
    assert found_in(tmp_path, events) == codes


@pytest.mark.parametrize(
    ("events", "codes"),
    [
        ([AGREED, LAPSE], []),
        ([LAPSE], ["backdated-over-freeze"]),
        ([LAPSE, AGREED], ["backdated-over-freeze"]),
        ([AGREED.model_copy(update={"follows": 0}), LAPSE], ["backdated-over-freeze"]),
        ([AGREED.model_copy(update={"terms": TERMS[1:]}), LAPSE], ["backdated-over-freeze"]),
        ([AGREED.model_copy(update={"actor": "clerk"}), LAPSE], ["second-officer"]),
        ([made(OfficeHeld, f"person/{P}", 2, on="2024-01-01", office="mp", source="x")], ["backdated-over-freeze"]),
        ([made(OfficeHeld, f"person/{P}", 2, on="2024-05-02", office="mp", source="x")], []),
    ],
)
def test_what_reaches_back_over_a_freeze_was_agreed_to(tmp_path: Path, events: list[Event], codes: list[str]) -> None:
    assert found_in(tmp_path, [member(P), FROZEN, LISTED, *events]) == codes


@pytest.mark.parametrize(
    ("powers", "codes"),
    [
        (("agreement", "change-membership"), []),
        (("all",), []),
        (("agreement",), ["second-officer"]),
        (("agreement", "hold-office"), ["second-officer"]),
    ],
)
def test_the_second_officer_had_the_power_for_the_change(
    tmp_path: Path, powers: tuple[str, ...], codes: list[str]
) -> None:
    agreed = AGREED.model_copy(update={"actor": "clerk"})
    lapse = LAPSE.model_copy(update={"actor": "returning-officer"})
    founding = Given().when(founded(*powers)).events
    assert found_in(tmp_path, [*founding, member(P), FROZEN, LISTED, agreed, lapse]) == codes


ENTRY = f"entry/labour/{P}"
ADDED = made(
    EntryAdded, ENTRY, basis=f"person/{P}", category="member", election="labour", number=1, section="members",
    source="register",
)  # fmt: skip
REMOVED = made(EntryRemoved, ENTRY, 2, cause="clerical", election="labour", number=1)
SLIP_TERMS = (Term(field="cause", value="clerical"), Term(field="number", value="1"))
SLIP_AGREED = AGREED.model_copy(update={"agreed": "remove-entry", "election": "labour", "terms": SLIP_TERMS})


@pytest.mark.parametrize(
    ("events", "codes"),
    [
        ([SLIP_AGREED, REMOVED], []),
        ([REMOVED], ["clerical-alone"]),
        ([REMOVED.model_copy(update={"cause": "ruling"})], []),
        ([REMOVED, SLIP_AGREED], ["clerical-alone"]),
        ([SLIP_AGREED.model_copy(update={"election": "another"}), REMOVED], ["clerical-alone"]),
        ([SLIP_AGREED.model_copy(update={"follows": 0}), REMOVED], ["clerical-alone"]),
        ([SLIP_AGREED.model_copy(update={"terms": SLIP_TERMS[:1]}), REMOVED], ["clerical-alone"]),
        ([SLIP_AGREED.model_copy(update={"actor": "clerk"}), REMOVED], ["second-officer"]),
        ([made(EntryAmended, ENTRY, 2, cause="clerical", election="labour", number=1, field="unit", new="x")],
         ["clerical-alone"]),
        ([SLIP_AGREED, REMOVED, made(EntryRestored, ENTRY, 3, cause="clerical", election="labour", number=1)],
         ["clerical-alone"]),
    ],
)  # fmt: skip
def test_a_clerical_change_of_a_frozen_roll_was_agreed_to(
    tmp_path: Path, events: list[Event], codes: list[str]
) -> None:
    assert found_in(tmp_path, [member(P), ADDED, FROZEN, LISTED, *events]) == codes
    assert found_in(tmp_path / "other", [member(P), ADDED, *ANOTHER, *events]) == []


def relisted(**fields: Any) -> Event:
    said: dict[str, Any] = {"batch": f"intake/members/{'e' * 32}", "category": "member", "identity": "A" * 43}
    return made(MemberAmended, f"person/{P}", 2, **{**said, "effective": "2024-05-02T00:00:00Z", **fields})


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, []),
        ({"unit": "bow"}, []),
        ({"lapsed": "2024-05-02"}, []),
        ({"joined": "2009-01-01"}, ["backdated-over-freeze"]),
        ({"lapsed": "2024-05-01"}, ["backdated-over-freeze"]),
        ({"unit": "bow", "effective": NOON}, ["backdated-over-freeze"]),
    ],
)
def test_a_later_file_does_not_rewrite_who_somebody_was_at_a_freeze(
    tmp_path: Path, fields: dict[str, Any], codes: list[str]
) -> None:
    assert found_in(tmp_path, [member(P), FROZEN, LISTED, relisted(**fields)]) == codes
    assert found_in(tmp_path / "before", [member(P), relisted(**fields), FROZEN, LISTED]) == []


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
