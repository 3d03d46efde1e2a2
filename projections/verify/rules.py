"""The checks of rules, documents and bodies: each event is decided again, on the record before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from ledger.decision import DECISIONS, Act, Command, State, read_states
from ledger.errors import RefusedError
from ledger.event import ENVELOPE, Event
from ledger.field import time_text
from ledger.powers.clauses import clauses_of, require_in_force
from ledger.powers.recusal import recusal_faults
from ledger.powers.safeguards import another_organisation
from ledger.streams.amendment import AdoptRuleBook, AmendRule, RepealRule
from ledger.streams.body import Body, BodyConstituted, DecisionTaken, MemberSeated, MemberUnseated, SittingHeld
from ledger.streams.document import DocumentPublished, DocumentWithdrawn, PublishDocument, WithdrawDocument
from ledger.streams.election import Election, ElectionCalled
from ledger.streams.founding import LedgerFounded, founding_stream
from ledger.streams.guidelines import IssueGuidelines, IssueInterpretation
from ledger.streams.interest import (
    DeclareInterest,
    InterestDeclared,
    Interests,
    InterestWithdrawn,
    WithdrawInterest,
    interests_stream,
)
from ledger.streams.rulebook import (
    GuidelinesIssued,
    InterpretationIssued,
    RuleAmended,
    RuleBook,
    RuleBookAdopted,
    RuleRepealed,
)
from ledger.streams.seat import ConstituteBody, SeatMember, UnseatMember
from ledger.streams.sitting import HoldSitting, TakeDecision
from projections.verify.finding import Finding

# Between a decision and its recording, others may record with a clock that is ahead: so many seconds are let pass.
RACE_SECONDS = 300
BODIES = "body/"
OF_BODIES = (BODIES, "interest/")
COMMANDS: dict[type[Event], type[Command]] = {
    BodyConstituted: ConstituteBody,
    DecisionTaken: TakeDecision,
    DocumentPublished: PublishDocument,
    DocumentWithdrawn: WithdrawDocument,
    GuidelinesIssued: IssueGuidelines,
    InterestDeclared: DeclareInterest,
    InterestWithdrawn: WithdrawInterest,
    InterpretationIssued: IssueInterpretation,
    MemberSeated: SeatMember,
    MemberUnseated: UnseatMember,
    RuleAmended: AmendRule,
    RuleBookAdopted: AdoptRuleBook,
    RuleRepealed: RepealRule,
    SittingHeld: HoldSitting,
}


def check_rules(events: Iterable[tuple[int, Event]]) -> Iterator[Finding]:
    """E8: every rule is one that the desk would have taken: by its body, prospective, sanctions on what binds.

    And every clause that an event says it rests on was in force when that took effect; but for the founding, which
    comes before every rule book. E9: bodies have the members, sat and voted as the desk would have taken it; and an
    interest that was declared stands until it is withdrawn, once, by no declaration after it.
    """
    states: dict[str, State] = {}
    founding: str | None = None
    for position, event in events:
        founding = event.command if isinstance(event, LedgerFounded) else founding
        if isinstance(event, RuleBookAdopted) and founding is not None:
            known = [name for name, state in states.items() if isinstance(state, RuleBook)]
            for code, expected, found in another_organisation(event.stream, known):
                yield Finding("E8", code, position, event.stream, expected, found)
        if founding is None or event.command != founding:
            yield from _clauses(position, event, states)
        if type(event) in COMMANDS:
            check = "E9" if event.stream.startswith(OF_BODIES) else "E8"
            for code, expected, found in _faults(event, states):
                yield Finding(check, code, position, event.stream, expected, found)
            yield from _conflicts(position, event, states)
        elif not isinstance(event, ElectionCalled | LedgerFounded):
            continue
        before = states.get(event.stream) or _empty(event)
        if before is not None:
            with suppress(TypeError):  # an event of another stream is what I3 reports
                states[event.stream] = before.evolve(event)


def _clauses(position: int, event: Event, states: dict[str, State]) -> Iterator[Finding]:
    books = {name: state for name, state in states.items() if isinstance(state, RuleBook)}
    for _, clause in clauses_of(event):
        try:
            require_in_force(books, clause, event.effective, event.stream)
        except RefusedError as refused:
            yield Finding("E8", refused.code, position, event.stream, str(refused.expected), str(refused.found))


def _conflicts(position: int, event: Event, states: dict[str, State]) -> Iterator[Finding]:
    """Find who voted on a contest in which they had declared an interest."""
    body = states.get(event.stream)
    if not isinstance(event, DecisionTaken) or event.about is None or not isinstance(body, Body):
        return
    sitting = body.sittings.get(event.sitting)

    def interests_of(person: str) -> Interests:
        empty = interests_stream(person)
        known = states.get(empty.stream)
        return known if isinstance(known, Interests) else empty

    for code, expected, found in recusal_faults(event.about, sitting, event.recused, interests_of) if sitting else ():
        yield Finding("E9", code, position, event.stream, expected, found)


def _empty(event: Event) -> State | None:
    """Give the state that an event's stream begins from; None where its name is of no such stream."""
    if isinstance(event, InterestDeclared | InterestWithdrawn):
        return Interests(event.stream)
    if isinstance(event, ElectionCalled):
        return Election(event.stream)
    if isinstance(event, LedgerFounded):
        return founding_stream()
    if event.stream.startswith(BODIES):
        return Body(event.stream)
    reads = DECISIONS[COMMANDS[type(event)].verb].reads
    first = "document" if isinstance(event, DocumentPublished | DocumentWithdrawn) else "rule_book"
    with suppress(AttributeError):
        state = reads[first](event, {})
        return state if isinstance(state, State) and state.stream == event.stream else None
    return None


def _faults(event: Event, states: dict[str, State]) -> Iterator[tuple[str, str, str]]:
    """Give what is wrong with an event: why the desk would have refused it, or what it would have recorded."""
    kind = COMMANDS[type(event)]
    try:
        command = kind(**_fields(event, kind))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        yield "field-differs", f"what {kind.verb} takes as {'.'.join(map(str, first['loc']))}", str(first["msg"])
        return
    entry = DECISIONS[kind.verb]
    known = read_states(entry, command, lambda state: states.get(state.stream, state))
    act = Act(event.actor, decided_at(event), event.effective, event.authority, event.command)
    try:
        (decided,) = entry.decide(command, act, **known).events
    except RefusedError as refused:
        yield refused.code, str(refused.expected), str(refused.found)
        return
    for name in sorted(type(event).model_fields.keys() - ENVELOPE):
        expected, found = getattr(decided, name), getattr(event, name)
        if expected != found:
            yield "field-differs", f"{name} {expected}", f"{name} {found}"


def _fields(event: Event, kind: type[Command]) -> dict[str, Any]:
    """Give the command's fields as the event has them."""
    values = dict(event) | (dict(event.clause) if isinstance(event, RuleAmended) else {})
    return {name: values[name] for name in kind.model_fields.keys() - Command.model_fields.keys()}


def decided_at(event: Event) -> str:
    """Give when it was decided to record it, as nearly as it is known: no later than it was recorded."""
    recorded = datetime.fromisoformat(event.recorded)
    try:
        earliest = time_text(recorded - timedelta(seconds=RACE_SECONDS))
    except OverflowError:  # recorded in the first minutes of the year 1
        earliest = event.recorded
    return min(max(event.effective, earliest), event.recorded)
