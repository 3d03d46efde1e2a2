"""Entries added, amended, removed and restored: what each rests on, what leaves no room, what the freeze leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from ordering import allowed, told
from rolls import ADOPT, COLLEGE, ONE_EACH, category, franchise, key
from scenario import CALL_ELECTION, NOW, Given, but, given, happened
from test_agreement import agreement_to
from test_intake import FILE

from ledger.decision import Command, fold
from ledger.event import Event
from ledger.roll_figures import Cell, RollFigures
from ledger.rules.franchise import Category
from ledger.streams.application_events import ApplicationAdmitted, ApplicationReceived
from ledger.streams.certificate import ListCertified
from ledger.streams.election import ElectionCalled
from ledger.streams.entries import AddEntry
from ledger.streams.entry import Entries, EntryAdded, EntryAmended, EntryNow, EntryRemoved, EntryRestored
from ledger.streams.entry_changes import AmendEntry, RemoveEntry, RestoreEntry
from ledger.streams.freeze import FreezeRoll
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from ledger.streams.merge import PersonsMerged
from ledger.streams.roll_build import RollBuildOpened

P, Q = key(1), key(2)
STREAM = f"entry/labour/{P}"
HASH = "sha256:" + "0" * 64
ADD = AddEntry(
    election="labour", person=P, category="member", section="members", source="register", basis=f"person/{P}"
)
BY_RULING = but(ADD, source="ruling", basis="case/c1")
AMEND = AmendEntry(election="labour", person=P, number=1, field="unit", new="bow-east", cause="transferred")
REMOVE = RemoveEntry(election="labour", person=P, number=1, cause="resigned")
RESTORE = RestoreEntry(election="labour", person=P, number=1, cause="clerical")
ADDED: dict[str, Any] = {"election": "labour", "category": "member", "section": "members", "number": 1}
FIGURES = RollFigures(3, HASH, {Cell("members", "member", None): 1})


def registered(person: str, register: str = "members", *, whole: bool = True, **fields: Any) -> list[Event]:
    """Somebody in a register, in a file taken in whole or not."""
    file = FILE if whole else "e" * 32
    batch = f"intake/{register}/{file}"
    shared: dict[str, Any] = {"file": file, "register_id": register, "rows": 1}
    values = {"category": "member", "identity": "A" * 43, "joined": "2010-01-02"} | fields
    events = [
        happened(BatchReceived, batch, **shared),
        happened(MemberRegistered, f"person/{person}", batch=batch, command=None, **values),
    ]
    closed = {"accepted": 1, "held": 0, "rejected": (), "digest": HASH}
    return [*events, happened(BatchReconciled, batch, 2, **shared, **closed)] if whole else events


def scene(*commands: Command, rule: Any = COLLEGE, events: Sequence[Event] = ()) -> Given:
    """A ledger with a franchise, a member, whatever else was recorded, and commands carried out after that."""
    begun = given(CALL_ELECTION, but(ADOPT, rule=rule), figures=FIGURES)
    begun = replace(begun, events=(*begun.events, *registered(P), *events))
    for command in commands:
        begun = replace(begun, events=(*begun.events, *begun.when(command).events))
    return begun


def test_adds_an_entry() -> None:
    expected = happened(EntryAdded, STREAM, **ADDED, basis=f"person/{P}", source="register")
    scene().when(ADD).then(expected)


def test_adds_another_under_the_next_number_in_a_section_with_room() -> None:
    mp = but(ADD, category="mp", section="mps", basis=f"person/{Q}")
    merged = happened(PersonsMerged, f"merge/{Q}", basis=("document",), kept=P)
    at = scene(ADD, events=[*registered(Q, "plp", category="mp"), merged])
    (added,) = at.when(mp).events
    assert isinstance(added, EntryAdded)
    assert (added.version, added.number, added.section) == (2, 2, "mps")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"election": "other"}, "no-franchise"),
        ({"category": "membr"}, "unknown-category"),
        ({"section": "mps"}, "unknown-section"),
        ({"source": "ruling"}, "cause-required"),
        ({"source": "appeal", "basis": "case/c1"}, "cause-required"),
        ({"basis": f"person/{Q}"}, "unknown-basis"),
        ({"basis": f"application/{P}"}, "unknown-basis"),
        ({"basis": "case/c1"}, "unknown-basis"),
        ({"affiliate": "unite"}, "basis-differs"),
        ({"unit": "mars"}, "basis-differs"),
        ({"region": "moon"}, "basis-differs"),
        ({"category": "mp", "section": "mps"}, "basis-differs"),
    ],
)
def test_refuses_each_fault(changes: dict[str, Any], code: str) -> None:
    scene().when(but(ADD, **changes)).then_refused(code)


def test_refuses_what_rests_on_somebody_else() -> None:
    scene(events=registered(Q)).when(but(ADD, person=Q)).then_refused("basis-differs")


def test_refuses_a_member_of_a_file_that_was_not_taken_in_whole() -> None:
    scene(events=registered(Q, whole=False)).when(but(ADD, person=Q, basis=f"person/{Q}")).then_refused("unknown-basis")


def test_refuses_somebody_who_does_not_pass_and_says_which_test() -> None:
    late = scene(events=[*registered(Q, joined="2010-06-25"), *told(Q)])
    refused = late.when(but(ADD, person=Q, basis=f"person/{Q}")).then_refused("not-entitled")
    assert refused.found.startswith("member-on failed: member from 2010-06-25 on;")
    by_ruling = but(BY_RULING, person=Q)
    assert late.when(by_ruling).events  # a ruling needs no tests


def test_refuses_a_row_of_a_register_that_the_franchise_does_not_take() -> None:
    elsewhere = scene(events=registered(Q, "others"))
    elsewhere.when(but(ADD, person=Q, basis=f"person/{Q}")).then_refused("not-entitled")


def test_a_certificate_of_the_list_is_a_fact() -> None:
    rule = franchise(category("member", "members", "members", {"test": "certified"}))
    certified = happened(
        ListCertified, f"certificate/members/{FILE}", affiliate="a", as_of="2010-01-01", file=FILE,
        register_id="members", rows=1,
    )  # fmt: skip
    scene(rule=rule).when(ADD).then_refused("not-entitled")
    assert scene(rule=rule, events=[certified]).when(ADD).events


def test_an_admitted_application_gives_an_entry_to_its_applicant() -> None:
    supporters = Category(category="supporters", by="application", section="members", tests=())
    application: dict[str, Any] = {"category": "supporters", "channel": "web", "currency": "GBP", "declaration": HASH}
    application |= {"election": "labour", "fee_due": 0, "fee_version": 1, "identity": "A" * 43, "received": NOW}
    received = happened(ApplicationReceived, f"application/{Q}", **application)
    admitted = happened(
        ApplicationAdmitted, f"application/{Q}", 2, category="supporters", decided_by="automatic", franchise=1,
        section="members", tests=(),
    )  # fmt: skip
    add = but(ADD, person=Q, category="supporters", source="application", basis=f"application/{Q}")
    rule = franchise(supporters)
    scene(rule=rule, events=[received]).when(add).then_refused("unknown-basis")
    assert scene(rule=rule, events=[received, admitted]).when(add).events


def test_refuses_an_entry_for_a_merged_person_and_names_the_one_who_is_kept() -> None:
    merged = happened(PersonsMerged, f"merge/{P}", basis=("document",), kept=Q)
    refused = scene(events=[merged]).when(ADD).then_refused("merged-person")
    assert Q in refused.found


@pytest.mark.parametrize(
    ("rule", "other", "kept"),
    [
        (COLLEGE, {}, True),
        (COLLEGE, {"category": "unite", "section": "affiliates"}, False),
        (ONE_EACH, {"category": "unite", "section": "affiliates"}, True),
        ("per-section-and-affiliate", {"category": "unite", "section": "affiliates", "affiliate": "gmb"}, False),
        ("per-section-and-affiliate", {}, True),
    ],
)
def test_a_second_entitlement_is_refused_as_the_franchise_has_it(rule: Any, other: dict[str, Any], kept: bool) -> None:
    if isinstance(rule, str):
        rule = franchise(*COLLEGE.categories, several=rule)
    cases = [event for case in ("c1", "c2", "c3") for event in told(P, case=case)]
    unite = but(BY_RULING, category="unite", section="affiliates", affiliate="unite", basis="case/c2")
    at = (
        scene(BY_RULING, unite, rule=rule, events=cases)
        if rule.several == "per-section-and-affiliate"
        else scene(BY_RULING, rule=rule, events=cases)
    )
    second = at.when(but(BY_RULING, **other, basis="case/c3"))
    if kept:
        assert f"{P}/1 in members, which is kept" in second.then_refused("duplicate-entitlement").found
    else:
        assert second.events


# Amended, removed, restored


def test_amends_removes_and_restores() -> None:
    at = scene(ADD)
    fields: dict[str, Any] = {"election": "labour", "number": 1}
    amended = happened(EntryAmended, STREAM, 2, **fields, field="unit", new="bow-east", cause="transferred")
    at.when(AMEND).then(amended)
    at.when(REMOVE).then(happened(EntryRemoved, STREAM, 2, **fields, cause="resigned"))
    removed = scene(ADD, REMOVE)
    removed.when(RESTORE).then(happened(EntryRestored, STREAM, 3, **fields, cause="clerical"))
    state = fold(Entries(STREAM), (e for e in scene(ADD, AMEND, REMOVE, RESTORE).events if e.stream == STREAM))
    assert state.live == (EntryNow(1, "member", "members", None, None, "bow-east", True, NOW),)
    cleared = but(AMEND, new=None, cause="clerical")
    (back,) = scene(ADD, AMEND).when(cleared).events
    assert isinstance(back, EntryAmended)
    assert (back.old, back.new) == ("bow-east", None)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (but(AMEND, number=2), "unknown-entry"),
        (but(AMEND, cause=None), "cause-required"),
        (but(AMEND, cause="ruling"), "cause-required"),
        (but(AMEND, cause="ruling", basis="appeal/c1/1"), "cause-required"),
        (but(AMEND, new=None), "entry-unchanged"),
        (but(AMEND, field="category", new=None), "category-required"),
        (but(AMEND, field="category", new="membr"), "unknown-category"),
        (but(AMEND, field="category", new="mp"), "unknown-section"),
        (but(REMOVE, number=2), "unknown-entry"),
        (but(REMOVE, cause=None), "cause-required"),
        (but(REMOVE, cause="appeal", basis="person/x"), "cause-required"),
        (RESTORE, "entry-live"),
        (but(RESTORE, number=2), "unknown-entry"),
    ],
)
def test_refuses_each_faulty_change(command: Command, code: str) -> None:
    scene(ADD).when(command).then_refused(code)


def test_refuses_to_change_or_remove_what_was_removed_and_to_restore_without_cause_or_room() -> None:
    removed = scene(ADD, REMOVE)
    removed.when(AMEND).then_refused("entry-not-live")
    removed.when(REMOVE).then_refused("entry-not-live")
    removed.when(but(RESTORE, cause=None)).then_refused("cause-required")
    refused = scene(ADD, REMOVE, BY_RULING, events=told(P)).when(RESTORE).then_refused("duplicate-entitlement")
    assert f"{P}/2" in refused.found


def test_an_affiliate_is_not_amended_into_one_that_the_person_votes_in_already() -> None:
    rule = franchise(category("unite", "affiliates", "unite"), several="per-section-and-affiliate")
    add = but(BY_RULING, category="unite", section="affiliates", affiliate="unite")
    another = but(add, affiliate="gmb", basis="case/c2")
    at = scene(add, another, rule=rule, events=[*told(P), *told(P, case="c2")])
    amend = but(AMEND, number=2, field="affiliate", cause="clerical")
    at.when(but(amend, new="unite")).then_refused("duplicate-entitlement")
    assert at.when(but(amend, new="gmb-london")).events


def test_refuses_to_change_an_entry_of_a_build_that_is_not_closed() -> None:
    opened = happened(RollBuildOpened, "build/labour/1", election="labour", build=1, as_of_position=0, franchise=HASH)
    entry = happened(
        EntryAdded, STREAM, **ADDED, basis=f"person/{P}", source="register", batch="build/labour/1", command=None
    )
    at = scene(events=[opened, entry])
    at.when(AMEND).then_refused("build-open")
    at.when(REMOVE).then_refused("build-open")


# After the freeze


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (but(ADD, person=Q, basis=f"person/{Q}"), "after-freeze"),
        (AMEND, "after-freeze"),
        (REMOVE, "after-freeze"),
        (but(REMOVE, cause="death"), "after-freeze"),
        (but(REMOVE, cause="duplicate"), "after-freeze"),
        (but(REMOVE, cause="clerical"), "clerical-alone"),
        (but(REMOVE, cause="ruling"), "cause-required"),
        (but(REMOVE, cause="ruling", basis="case/c2"), ""),
        (but(REMOVE, cause="ruling", basis="case/c-3"), "basis-missing"),
        (but(AMEND, cause="clerical"), "clerical-alone"),
        (but(BY_RULING, person=Q), ""),
        (but(BY_RULING, person=Q, source="appeal", basis="appeal/c9/1"), ""),
    ],
)
def test_after_the_freeze_only_by_a_ruling_an_appeal_or_to_put_right_a_clerical_error_by_two(
    command: Command, code: str
) -> None:
    decided = [*told(Q), *told(P, (1, "remove"), case="c2"), *allowed(Q)]
    when = scene(ADD, FreezeRoll(election="labour"), events=[*registered(Q), *decided]).when(command)
    if code:
        when.then_refused(code)
    else:
        assert when.events


@pytest.mark.parametrize(
    "command", [but(REMOVE, cause="clerical"), but(AMEND, cause="clerical"), but(BY_RULING, person=Q)]
)
def test_nothing_takes_effect_before_a_freeze_that_is_on_record(command: Any) -> None:
    events = [*registered(Q), *told(Q), *([agreement_to(command)] if command.person == P else [])]
    at = scene(ADD, FreezeRoll(election="labour"), events=events)
    at.when(but(command, effective="2010-09-25T11:59:59Z")).then_refused("before-freeze")
    assert at.when(but(command, effective=NOW)).events


@pytest.mark.parametrize("cause", ["ruling", "appeal"])
def test_what_was_decided_is_not_undone_as_a_slip(cause: str) -> None:
    removed = happened(EntryRemoved, STREAM, 2, election="labour", number=1, cause=cause, basis="case/c2")
    at = scene(ADD, events=[])
    Given((*at.events, removed), figures=at.figures).when(RESTORE).then_refused("removal-stands")


@pytest.mark.parametrize(
    ("cause", "stands"),
    [
        ("resigned", True),
        ("lapsed", True),
        ("expelled", True),
        ("death", False),
        ("duplicate", False),
        ("clerical", False),
    ],
)
def test_after_the_freeze_who_left_before_it_comes_back_by_a_ruling_alone(cause: str, stands: bool) -> None:
    gone = scene(ADD, but(REMOVE, cause=cause), FreezeRoll(election="labour")).when(RESTORE)
    if stands:
        gone.then_refused("removal-stands")
    else:
        gone.then_refused("clerical-alone")
    assert scene(ADD, but(REMOVE, cause=cause)).when(RESTORE).events


def test_entries_do_not_evolve_by_an_event_of_another_stream() -> None:
    event = happened(ElectionCalled, STREAM, election="x", title="x", organisation="x", reason="term")
    with pytest.raises(TypeError, match=r"election-called\.v1 does not belong to entries"):
        fold(Entries(STREAM), [event])
