"""What waits for a second officer after a freeze: who agrees, to what; that one agreement is good for one change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from officers import FOUND_HERE, officer
from officers import found as found_by
from rolls import ADOPT
from scenario import ACTOR, CALL_ELECTION, ORIGIN, Given, happened

from ledger.decision import Command
from ledger.event import Event, Plain
from ledger.roll_figures import RollFigures
from ledger.streams.agreement import AgreeToChange, ChangeAgreed, Term, terms_of
from ledger.streams.discipline import ExpelMember, LiftSuspension, ReadmitMember, SuspendMember
from ledger.streams.entry import EntryAdded, EntryRemoved, EntryRestored
from ledger.streams.entry_changes import AmendEntry, RemoveEntry, RestoreEntry
from ledger.streams.founding import FoundLedger
from ledger.streams.freeze import FreezeRoll
from ledger.streams.freezes import FreezeListed
from ledger.streams.member import MemberRegistered
from ledger.streams.membership import MemberExpelled, MembershipChanged, MemberSuspended, OfficeHeld
from ledger.streams.membership_change import CeaseOffice, ChangeMembership, HoldOffice
from ledger.streams.office import DelegationRevoked

P = "a" * 24
CLAUSE = "sha256:" + "0" * 64
FREEZE_DAY, DAY_AFTER = "2010-07-12", "2010-07-13"
FROZEN = happened(FreezeListed, "freezes/rolls", election="labour").model_copy(
    update={"effective": f"{FREEZE_DAY}T11:00:00Z"}
)
JOINED = happened(MemberRegistered, f"person/{P}", category="member", identity="A" * 43, joined="2008-03-01")
EXPELLED = happened(MemberExpelled, f"person/{P}", 2, clause=CLAUSE, on="2009-01-01")
SUSPENDED = happened(MemberSuspended, f"person/{P}", 2, clause=CLAUSE, on="2009-01-01", voting="loses")
HELD = happened(OfficeHeld, f"person/{P}", 2, office="mp", on="2009-01-01", source="a writ")
LAPSE = ChangeMembership(person=P, change="lapsed", on=FREEZE_DAY)
REACHING: tuple[tuple[Command, Event | None], ...] = (
    (LAPSE, None),
    (HoldOffice(person=P, office="mp", on=FREEZE_DAY, source="a writ"), None),
    (CeaseOffice(person=P, office="mp", on=FREEZE_DAY, source="a letter"), HELD),
    (SuspendMember(person=P, on=FREEZE_DAY, voting="loses", clause=CLAUSE), None),
    (LiftSuspension(person=P, on=FREEZE_DAY), SUSPENDED),
    (ExpelMember(person=P, on=FREEZE_DAY, clause=CLAUSE), None),
    (ReadmitMember(person=P, on=FREEZE_DAY), EXPELLED),
)


def given(*events: Event | None) -> Given:
    return Given(tuple(event for event in events if event is not None))


def agreement_to(command: Any, follows: int = 1, by: str = "clerk", **changes: Any) -> Event:
    about = {"election": getattr(command, "election", None), "person": command.person}
    fields = {"agreed": command.verb, "follows": follows, "reason": "B" * 43, **about}
    fields |= {"terms": terms_of(command.said()), **changes}
    return happened(ChangeAgreed, f"agreement/{command.person}", **fields).model_copy(update={"actor": by})


@pytest.mark.parametrize(("command", "before"), REACHING, ids=lambda each: getattr(each, "verb", ""))
def test_every_change_of_a_membership_that_reaches_back_waits_for_a_second_officer(
    command: Command, before: Event | None
) -> None:
    scene = given(FROZEN, JOINED, before)
    refused = scene.when(command).then_refused("backdated-over-freeze")
    assert "election labour was frozen" in refused.expected
    assert "no agreement" in refused.found
    follows = 1 if before is None else 2
    assert len(given(FROZEN, JOINED, before, agreement_to(command, follows)).when(command).events) == 1
    own = agreement_to(command, follows, by=ACTOR)
    given(FROZEN, JOINED, before, own).when(command).then_refused("second-officer")
    later = command.model_copy(update={"on": DAY_AFTER})
    assert len(scene.when(later).events) == 1
    assert len(given(JOINED, before).when(command).events) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"follows": 0},
        {"agreed": "hold-office"},
        {"terms": (Term(field="change", value="resigned"), Term(field="on", value=FREEZE_DAY))},
        {"terms": (Term(field="change", value="lapsed"),)},
    ],
)
def test_an_agreement_is_to_one_change_in_all_its_terms(changes: dict[str, Any]) -> None:
    given(FROZEN, JOINED, agreement_to(LAPSE, **changes)).when(LAPSE).then_refused("backdated-over-freeze")


def test_an_agreement_serves_once() -> None:
    renewed = LAPSE.model_copy(update={"change": "renewed"})
    scene = given(FROZEN, JOINED, agreement_to(renewed))
    (event,) = scene.when(renewed).events
    Given((*scene.events, event)).when(renewed).then_refused("backdated-over-freeze")


def test_agrees_in_the_terms_of_the_change() -> None:
    terms = (Term(field="on", value=FREEZE_DAY), Term(field="change", value="lapsed"))
    command = AgreeToChange(person=P, agreed="change-membership", terms=terms, reason="A letter lay unopened")
    fields: dict[str, Any] = {"agreed": "change-membership", "follows": 1, "person": P}
    fields |= {"reason": Plain("A letter lay unopened"), "terms": terms_of(LAPSE.said())}
    given(JOINED).when(command).then(happened(ChangeAgreed, f"agreement/{P}", **fields))
    given().when(command).then_refused("unknown-person")


def founded(*powers: str) -> FoundLedger:
    return found_by(officer(ACTOR, origin=ORIGIN), officer("clerk", *powers, origin=ORIGIN))


@pytest.mark.parametrize(
    ("founding", "good"),
    [
        (founded("agreement", "change-membership"), True),
        (founded("membership-change"), True),
        (founded("agreement"), False),
        (founded("agreement", "hold-office"), False),
        (FOUND_HERE, False),
    ],
)
def test_the_second_officer_has_the_power_for_it_at_the_time(founding: FoundLedger, good: bool) -> None:
    scene = Given((*Given().when(founding).events, FROZEN, JOINED, agreement_to(LAPSE)))
    when = scene.when(LAPSE)
    if good:
        assert [type(event) for event in when.events] == [MembershipChanged]
    else:
        assert "clerk" in when.then_refused("second-officer").found


def test_a_power_that_was_revoked_is_none() -> None:
    fields: dict[str, Any] = {"body": "nec", "number": 1, "office": "clerk", "reason": "withdrawn"}
    founding = Given().when(founded("membership-change")).events
    before = (*founding, FROZEN, JOINED, agreement_to(LAPSE))
    assert Given(before).when(LAPSE).events
    number = 1 + sum(event.stream == "office/clerk" for event in founding)
    revoked = happened(DelegationRevoked, "office/clerk", number, **fields)
    Given((*before, revoked)).when(LAPSE).then_refused("second-officer")


def test_the_last_freeze_counts_in_whichever_order_they_were_recorded() -> None:
    earlier = FROZEN.model_copy(update={"version": 2, "election": "old", "effective": "2009-06-24T11:00:00Z"})
    found = given(FROZEN, earlier, JOINED).when(LAPSE).then_refused("backdated-over-freeze")
    assert "election labour was frozen" in found.expected


# Entries of a frozen roll

ENTRY = f"entry/labour/{P}"
ADDED = happened(
    EntryAdded, ENTRY, basis=f"person/{P}", category="member", election="labour", number=1, section="members",
    source="register",
)  # fmt: skip
GONE = happened(EntryRemoved, ENTRY, 2, cause="clerical", election="labour", number=1)
SLIP: dict[str, Any] = {"election": "labour", "person": P, "number": 1, "cause": "clerical"}
REMOVE = RemoveEntry(**SLIP)
AMEND = AmendEntry(**SLIP, field="unit", new="bow-east")
SLIPS: tuple[tuple[Any, Event | None], ...] = ((REMOVE, None), (AMEND, None), (RestoreEntry(**SLIP), GONE))


def on_the_roll(*events: Event | None, founding: FoundLedger | None = None, frozen: bool = True) -> Given:
    """Somebody on a roll that is frozen, or not yet, and what happened after that."""
    begun = Given(happening(founding) if founding else (), figures=RollFigures(1, CLAUSE, {}))
    for step in (CALL_ELECTION, ADOPT, ADDED, *((FreezeRoll(election="labour"),) if frozen else ()), *events):
        made = begun.when(step).events if isinstance(step, Command) else (step,)
        begun = replace(begun, events=(*begun.events, *(each for each in made if each is not None)))
    return begun


def happening(founding: FoundLedger) -> tuple[Event, ...]:
    return tuple(Given().when(founding).events)


@pytest.mark.parametrize(("command", "before"), SLIPS, ids=lambda each: getattr(each, "verb", ""))
def test_a_clerical_change_of_a_frozen_roll_waits_for_a_second_officer(command: Any, before: Event | None) -> None:
    refused = on_the_roll(before).when(command).then_refused("clerical-alone")
    assert f"agree-to-change next before it, {command.verb}: cause clerical" in refused.expected
    follows = 1 if before is None else 2
    agreed = on_the_roll(before, agreement_to(command, follows)).when(command).events
    assert len(agreed) == 1
    assert len(on_the_roll(before, frozen=False).when(command).events) == 1
    own = agreement_to(command, follows, by=ACTOR)
    on_the_roll(before, own).when(command).then_refused("second-officer")


@pytest.mark.parametrize(
    "changes",
    [
        {"follows": 0},
        {"agreed": "amend-entry"},
        {"election": "another"},
        {"election": None},
        {"terms": terms_of(REMOVE.said() | {"number": 2})},
    ],
)
def test_an_agreement_about_an_entry_is_to_one_change_in_all_its_terms(changes: dict[str, Any]) -> None:
    on_the_roll(agreement_to(REMOVE, **changes)).when(REMOVE).then_refused("clerical-alone")


def test_an_agreement_about_an_entry_serves_once() -> None:
    at = on_the_roll(agreement_to(AMEND))
    (event,) = at.when(AMEND).events
    back = AMEND.model_copy(update={"new": None})
    replace(at, events=(*at.events, event)).when(back).then_refused("clerical-alone")
    restored = happened(EntryRestored, ENTRY, 3, cause="clerical", election="labour", number=1)
    on_the_roll(agreement_to(REMOVE), GONE, restored).when(REMOVE).then_refused("clerical-alone")


def test_agrees_to_a_change_of_an_entry_on_record() -> None:
    fields: dict[str, Any] = {
        "agreed": "remove-entry",
        "election": "labour",
        "person": P,
        "terms": terms_of(REMOVE.said()),
    }
    command = AgreeToChange(**fields, reason="Counted twice on the card")
    expected = happened(ChangeAgreed, f"agreement/{P}", **fields, follows=1, reason=Plain("Counted twice on the card"))
    on_the_roll().when(command).then(expected)
    on_the_roll().when(command.model_copy(update={"election": "another"})).then_refused("unknown-entry")
    on_the_roll().when(command.model_copy(update={"election": None})).then_refused("unknown-entry")


@pytest.mark.parametrize(
    ("powers", "good"),
    [(("agreement", "remove-entry"), True), (("entry-changes",), True), (("agreement", "amend-entry"), False)],
)
def test_the_second_officer_has_the_power_for_the_entry(powers: tuple[str, ...], good: bool) -> None:
    when = on_the_roll(agreement_to(REMOVE), founding=founded(*powers)).when(REMOVE)
    if good:
        assert [type(event) for event in when.events] == [EntryRemoved]
    else:
        assert "clerk" in when.then_refused("second-officer").found
