"""A change that rests on a ruling or an appeal: it is read, and it orders just this, of this person, and stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from rolls import ADOPT
from ruled import BEFORE, OPEN, RULE, TELL, P
from scenario import CALL_ELECTION, Given, but, happened
from test_appeal import ASSIGN, DETERMINE, HEAR, LODGE, ORDER, PACK
from test_papers import HAS, HAS_NONE
from test_ruled_papers import REMOVE, own
from test_ruled_papers import scene as papers_out
from test_verify_rulings import check

from ledger.decision import Command
from ledger.event import Event
from ledger.streams.application_events import ApplicationReceived
from ledger.streams.entries import AddEntry
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.entry_changes import AmendEntry, RemoveEntry, RestoreEntry
from ledger.streams.issued import PaperCancelled
from ledger.streams.paper_handling import CancelPaper, IssuePaper
from ledger.streams.reopening import ReopenCase
from ledger.streams.ruling_events import EntryEffect

Q = "f" * 24
CASE, APPEAL = "case/c1", "appeal/c1/1"
TAKE = RemoveEntry(election="labour", person=P, number=1, cause="ruling", basis=CASE)
GIVE = RestoreEntry(election="labour", person=P, number=1, cause="appeal", basis=APPEAL)
ADD = AddEntry(election="labour", person=P, category="member", section="members", source="ruling", basis=CASE)
AMEND = AmendEntry(election="labour", person=P, number=1, field="unit", new="bow-east", cause="ruling", basis=CASE)
ADMIT = but(RULE, outcome="admit")
BACK = happened(EntryRestored, f"entry/labour/{P}", 3, cause="clerical", command=None, election="labour", number=1)
OTHER = happened(
    EntryAdded, f"entry/labour/{Q}", basis=f"person/{Q}", category="member", command=None, election="labour", number=1,
    section="members", source="register",
)  # fmt: skip
REOPEN = ReopenCase(case="c1", reason="new-evidence", effective="2010-08-12T09:00:00Z")
ALLOWED = (LODGE, ASSIGN, PACK, HEAR, DETERMINE)
RESTORE_ENTRY = but(ORDER, remedy="restore-entry", entry=1)
DISMISSED = tuple(each.model_copy(update={"upheld": "not-upheld"}) for each in DETERMINE.answers)
UNHEARD = (LODGE, ASSIGN, PACK, HEAR, but(DETERMINE, outcome="dismissed", answers=DISMISSED))


def scene(*steps: Command | Event, ruling: Command = REMOVE, of: Event | None = None) -> Given:
    """An entry, a ruling on the elector or an application, and what happened after it, in this order."""
    made = Given((own(1), *((of,) if of else ())))
    before = (but(OPEN, subject=of.stream) if of and each is OPEN else each for each in BEFORE[1:])
    for step in (CALL_ELECTION, ADOPT, *before, ruling, *steps):
        events = made.when(step).events if isinstance(step, Command) else (step,)
        made = Given((*made.events, *events))
    return made


def found(at: Given, led: Sequence[Event]) -> list[str]:
    """Give what verification finds where events stand that the desk refused."""
    assert check(at.events) == []
    apart = [each.model_copy(update={"command": None}) for each in led]  # by hand: of no other command
    return [finding.code for finding in check((*at.events, *apart))]


ORDERED = {
    "an entry taken away again by a ruling that was told": (scene(TELL, BACK), TAKE),
    "an entry given back by a remedy that was ordered": (scene(TELL, *ALLOWED, RESTORE_ENTRY), GIVE),
    "somebody let in by a ruling": (scene(TELL, ruling=ADMIT), but(ADD, person=P)),
    "somebody let in by an appeal": (
        scene(TELL, *ALLOWED, ruling=REMOVE),
        but(ADD, source="appeal", basis=APPEAL),
    ),
    "an entry that a ruling names amended": (scene(TELL, BACK), AMEND),
}


@pytest.mark.parametrize("name", sorted(ORDERED))
def test_takes_what_a_ruling_or_an_appeal_orders(name: str) -> None:
    at, command = ORDERED[name]
    if isinstance(command, AddEntry) and command.source == "ruling":  # room for it
        removed = happened(
            EntryRemoved, f"entry/labour/{P}", 2, cause="death", command=None, election="labour", number=1
        )
        at = replace(at, events=(*at.events, removed))
    led = at.when(command).events
    assert len(led) == 1
    assert found(at, led) == []


UNORDERED: dict[str, tuple[Given, Command, str]] = {
    "a case that was never opened": (scene(TELL, BACK), but(TAKE, basis="case/never-opened"), "basis-missing"),
    "an appeal that was never lodged": (scene(TELL), but(GIVE, basis="appeal/c1/2"), "basis-missing"),
    "a case about somebody else": (scene(TELL, OTHER), but(TAKE, person=Q), "basis-unfit"),
    "a case without a ruling": (scene(TELL, BACK, REOPEN), TAKE, "basis-unfit"),
    "a ruling that nobody was told of": (scene(), TAKE, "basis-unfit"),
    "a ruling that an appeal overturned": (scene(TELL, *ALLOWED, BACK), TAKE, "basis-unfit"),
    "a ruling that takes nothing away": (scene(TELL, ruling=RULE), TAKE, "basis-unfit"),
    "a ruling that gives nothing back": (scene(TELL), but(GIVE, cause="ruling", basis=CASE), "basis-unfit"),
    "a ruling that lets nobody in": (scene(TELL), ADD, "basis-unfit"),
    "a ruling that says nothing of the entry": (scene(TELL, ruling=RULE), AMEND, "basis-unfit"),
    "an appeal of somebody else": (
        scene(TELL, *ALLOWED, OTHER),
        but(ADD, person=Q, source="appeal", basis=APPEAL),
        "basis-unfit",
    ),
    "an appeal that was dismissed": (scene(TELL, *UNHEARD), GIVE, "basis-unfit"),
    "an appeal that is pending": (scene(TELL, LODGE), GIVE, "basis-unfit"),
    "an appeal without that remedy": (scene(TELL, *ALLOWED, ORDER), GIVE, "basis-unfit"),
    "an appeal, which takes nothing away": (
        scene(TELL, *ALLOWED, RESTORE_ENTRY, BACK),
        but(TAKE, cause="appeal", basis=APPEAL),
        "basis-unfit",
    ),
}


GONE = happened(EntryRemoved, f"entry/labour/{P}", 2, cause="death", command=None, election="labour", number=1)
MP = but(ADD, category="mp", section="mps")
BY_APPEAL = but(ADD, source="appeal", basis=APPEAL)
APPLIED = happened(
    ApplicationReceived, f"application/{P}", category="member", channel="web", command=None, currency="GBP",
    declaration="sha256:" + "5" * 64, election="labour", fee_due=300, fee_version=1, identity="A" * 43,
    received="2010-05-01T12:00:00Z",
)  # fmt: skip
MORE: dict[str, tuple[Given, Command, str]] = {
    "a ruling that gave an entry before": (scene(TELL, GONE, ADD, ruling=ADMIT), MP, "basis-spent"),
    "an appeal that gave an entry before": (
        scene(TELL, *ALLOWED, BY_APPEAL),
        but(MP, source="appeal", basis=APPEAL),
        "basis-spent",
    ),
    "an appeal against a ruling that gave an entry before": (
        scene(TELL, GONE, ADD, *ALLOWED, ruling=ADMIT),
        but(MP, source="appeal", basis=APPEAL),
        "basis-spent",
    ),
    "a ruling on an application for another category": (
        scene(TELL, GONE, ruling=ADMIT, of=APPLIED),
        MP,
        "basis-differs",
    ),
    "an appeal about an application for another category": (
        scene(TELL, *ALLOWED, of=APPLIED),
        but(MP, source="appeal", basis=APPEAL),
        "basis-differs",
    ),
}


@pytest.mark.parametrize("name", sorted(MORE))
def test_a_case_gives_one_entry_and_that_of_the_category_that_was_applied_for(name: str) -> None:
    at, command, code = MORE[name]
    at.when(command).then_refused(code)
    alone = tuple(e.model_copy(update={"command": None}) if isinstance(e, EntryAdded) else e for e in at.events)
    number = 1 + sum(isinstance(each, EntryAdded) for each in at.stream(f"entry/labour/{P}"))
    led = as_led(at, command).model_copy(update={"number": number})
    assert found(replace(at, events=alone), [led]) == [code]


def test_an_applicant_is_given_the_entry_applied_for() -> None:
    at = scene(TELL, GONE, ruling=ADMIT, of=APPLIED)
    assert found(at, at.when(ADD).events) == []


def test_a_ruling_that_leaves_an_entry_as_it_is_amends_nothing() -> None:
    at = scene(TELL, ruling=but(RULE, effects=(EntryEffect(number=1, action="none"),)))
    at.when(AMEND).then_refused("basis-unfit")
    amended = happened(
        EntryAmended, f"entry/labour/{P}", 2, basis=CASE, cause="ruling", election="labour", field="unit",
        new="bow-east", number=1,
    )  # fmt: skip
    assert found(at, [amended]) == ["basis-unfit"]


def as_led(at: Given, command: Command) -> Event:
    """The event that the command would have led to, had nobody asked what it rests on."""
    kinds: dict[type[Command], type[Event]] = {
        AddEntry: EntryAdded,
        RemoveEntry: EntryRemoved,
        RestoreEntry: EntryRestored,
    }
    stream = f"entry/labour/{command.person}"  # type: ignore[attr-defined]
    version = len(at.stream(stream)) + 1
    fields = command.model_dump(exclude={"authority", "effective", "person"})
    return happened(kinds[type(command)], stream, version, **({"number": 2} | fields))


@pytest.mark.parametrize("name", sorted(UNORDERED))
def test_refuses_and_finds_what_nothing_orders(name: str) -> None:
    at, command, code = UNORDERED[name]
    at.when(command).then_refused(code)
    if not isinstance(command, AmendEntry):
        assert found(at, [as_led(at, command)]) == [code]


def test_a_paper_is_taken_away_by_a_ruling_that_says_so_and_issued_by_a_remedy() -> None:
    cancel = CancelPaper(contest="leader", person=P, number=1, cause="ruling", basis=CASE)
    issue = IssuePaper(contest="leader", person=P, number=1, reason="appeal", basis=APPEAL)
    out = replace(papers_out(TELL), figures=HAS)
    told = replace(out, events=tuple(each for each in out.events if not isinstance(each, PaperCancelled)))
    (cancelled,) = told.when(cancel).events
    assert isinstance(cancelled, PaperCancelled)
    told.when(but(cancel, basis="case/never-opened")).then_refused("basis-missing")
    untold = replace(papers_out(), figures=HAS)
    untold.when(cancel).then_refused("basis-unfit")
    assert found(untold, [cancelled]) == ["basis-unfit"]
    back = replace(papers_out(TELL, BACK, LODGE), figures=HAS_NONE)
    back.when(issue).then_refused("basis-unfit")
    back.when(but(issue, basis="appeal/c1/9")).then_refused("basis-missing")
