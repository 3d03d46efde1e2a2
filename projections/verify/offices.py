"""The check of authority: in a founded ledger every act was under a delegation then in force, each rightly given."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.decision import Act
from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.powers.clauses import basis_faults, basis_of, needs_clause
from ledger.powers.safeguards import own_power, same_hand
from ledger.storage.store import Ledger
from ledger.streams.batch import BatchClosed, BatchOpened
from ledger.streams.body import Fault
from ledger.streams.founding import LedgerFounded, follows
from ledger.streams.key import KeyEnrolled
from ledger.streams.office import (
    CLAUSE,
    DELEGATION,
    DelegationRevoked,
    PowerDelegated,
    asked_of,
    delegation_faults,
    delegation_says,
    revocation_faults,
)
from ledger.streams.person import DisclosureErased
from projections.verify.bulk import BULK
from projections.verify.finding import Finding
from projections.verify.record import RecordRead
from projections.verify.runs import CLOSES, OPENS, Before, Run, runs_of
from projections.verify.signatures import Body, check_signatures
from projections.verify.verbs import verbs_of

UNFOUNDED = "the ledger is unfounded: everything in it is asserted by whoever recorded it"


def check_offices(ledger: Ledger, record: RecordRead, unchecked: dict[str, str]) -> Iterator[Finding]:
    """A4 and A5: replay the founding, delegations and keys, and hold every act against them."""
    try:
        origin = ledger.origin
    except EvidenceError:  # which is a finding of its own
        unchecked |= dict.fromkeys(("A4", "A5"), "the name that commands are signed for cannot be read")
        return
    before = Before()
    opened: dict[str, Body] = {}
    openers: dict[str, str | None] = {}  # batch -> the command that opened it
    founded = any(isinstance(event, LedgerFounded) for _, event in record.others)
    if not founded:
        unchecked |= dict.fromkeys(("A4", "A5"), UNFOUNDED)
    # What came in a batch came under what that was opened with, as its own check has it.
    acts = [(at, event) for at, event in record.others if not (isinstance(event, BULK) and event.batch is not None)]
    for run in runs_of(acts):
        if founded or run.signatures:
            yield from check_signatures(origin, run, before, opened)
        if any(isinstance(event, LedgerFounded) for _, event in run.events):
            yield from _check_founding(run, before)
        else:
            for position, event in run.events:
                if isinstance(event, OPENS):
                    openers[event.stream] = event.command
                closes = isinstance(event, CLOSES) and openers.get(event.stream) == event.command
                if founded and not closes and not isinstance(event, DisclosureErased):
                    yield from _check_act(position, event, run, before)
                yield from _check_delegation(position, event, before)
                yield from _check_alone(position, event, before)
        for _, event in run.events:
            before.take(event)


def _check_founding(run: Run, before: Before) -> Iterator[Finding]:
    """A founding comes first, and leads to the keys and powers of its officers, and to nothing else."""
    (position, founded), *made = run.events
    if position != 0 or before.founding.exists or not isinstance(founded, LedgerFounded):
        expected = "a founding as the ledger's first event"
        yield Finding("A5", "already-begun", position, founded.stream, expected, f"one at event {position}")
        return
    act = Act(founded.actor, founded.recorded, founded.effective, founded.authority, founded.command)
    named = [each for officer in founded.officers for each in follows(founded.governing_body, officer, act)]
    found = [event for _, event in made]
    if found != named:
        at = next((n for n, (one, other) in enumerate(zip(found, named, strict=False)) if one != other), 0)
        says = f"the {len(named)} keys and delegations that it names"
        what = f"{len(found)}, and another at event {position + 1 + at}"
        yield Finding("A5", "founding-differs", position, founded.stream, says, what)


def _check_act(position: int, event: Event, run: Run, before: Before) -> Iterator[Finding]:
    """An event is of an office with the power at the time; its authority, where it names a delegation, is one such."""
    office = before.office(event.actor)
    verbs = {signed.verb for _, signed in run.signatures} & set(verbs_of(event.type)) or verbs_of(event.type)
    # A batch takes effect as its poll closed, which may be before whoever reads the papers was appointed.
    batch = isinstance(event, BatchOpened | BatchClosed)
    moments = (event.recorded,) if batch else (event.effective, event.recorded)
    under = [
        given
        for asked in (asked_of(verb, event) for verb in verbs)
        for given in office.all_of(asked, moments, lambda: before.elections.get(asked.contest or ""))  # noqa: B023
    ]
    where = f"{event.type} of {event.stream}, by {event.actor}"
    if not under:
        expected = (
            f"a delegation of {' or '.join(verbs) or 'all'} to {event.actor}, in force at {' and '.join(moments)}"
        )
        said = "; ".join(f"{delegation_says(each)}: {', '.join(each.powers)}" for each in office.given)
        yield Finding("A5", "no-authority", position, where, expected, said or "none")
    elif event.authority is None or DELEGATION.fullmatch(event.authority):
        known = [delegation_says(given) for given in under]
        if event.authority not in known:
            yield Finding("A5", "no-authority", position, where, " or ".join(known), event.authority or "none named")
            return
    if under and all(map(needs_clause, verbs)):
        yield from _check_basis(position, event, sorted(verbs)[0], under, moments[0], before)


def _check_basis(
    position: int, event: Event, verb: str, under: list[PowerDelegated], moment: str, before: Before
) -> Iterator[Finding]:
    """Once there are rules, an event refers to a clause: its own, or that of the delegation, in its authority."""
    said = (event.authority or "").rpartition(CLAUSE)[2]
    given = next((each for each in under if each.clause == said), None)
    given = given or under[0].model_copy(update={"clause": None})
    for code, expected, found in basis_faults(verb, basis_of(event), given, moment, before.books):
        yield Finding("A5", code, position, f"{event.type} of {event.stream}, by {event.actor}", expected, found)


def _check_alone(position: int, event: Event, before: Before) -> Iterator[Finding]:
    """No office gave itself power, or took over a key whose predecessor it had revoked."""
    governing = before.founding.governing_body
    faults: Iterator[Fault] = iter(())
    if isinstance(event, PowerDelegated):
        faults = own_power(event.office, event.actor)
    elif isinstance(event, KeyEnrolled) and before.founding.exists:
        key = before.key(event.officer)
        faults = same_hand(key, event.actor, event.effective, event.authority, governing, before.body(governing))
    for code, expected, found in faults:
        yield Finding("A5", code, position, f"{event.stream}, by {event.actor}", expected, found)


def _check_delegation(position: int, event: Event, before: Before) -> Iterator[Finding]:
    """What a delegation or a revocation rests on, as it was then."""
    if not isinstance(event, PowerDelegated | DelegationRevoked):
        return
    where = f"{event.stream}, delegation {event.number}"
    if not before.founding.exists:
        yield Finding("A5", "not-founded", position, where, "a ledger that was founded before", "none")
        return
    governing, body, office = before.founding.governing_body, before.body(event.body), before.office(event.office)
    if isinstance(event, DelegationRevoked):
        faults = revocation_faults(event, governing, office, body)
    else:
        if event.number != len(office.given) + 1:
            expected = f"delegation {len(office.given) + 1}"
            yield Finding("A5", "delegation-number", position, where, expected, str(event.number))
        moments = (event.effective, event.recorded)
        faults = delegation_faults(event, governing, office, before.office(event.body), body, moments)
    for code, expected, found in faults:
        yield Finding("A5", code, position, where, expected, found)
