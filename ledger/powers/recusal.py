"""Recusal: who declared an interest in a contest does not vote on what their body decides about it, nor rule alone.

Whether a panel's ruling is by people without an interest is asked with the rest of what makes it fair (`fair_panel`);
here, the officer who decides a case alone, for it is the actor whose interests are asked for then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from ledger.decision import Act, Command, fold
from ledger.errors import refused
from ledger.record import Record
from ledger.streams.appeals import GrantLeave, RefuseLeave
from ledger.streams.body import Fault, SittingHeld, body_stream
from ledger.streams.case import Case, case_stream
from ledger.streams.concern import contests_of
from ledger.streams.fair_panel import barred_by
from ledger.streams.interest import Interests, conflict, interests_stream
from ledger.streams.merge import Humans, merge_stream
from ledger.streams.rulings import MakeRuling
from ledger.streams.sitting import TakeDecision


def recusal_faults(
    about: str, sitting: SittingHeld, recused: Collection[str], interests_of: Callable[[str], Interests]
) -> Iterator[Fault]:
    """Find those present, not recused, who had declared an interest in a contest when their body sat.

    Args:
        about: the contest.
        interests_of: person -> what they declared.
    """
    for person in sitting.present:
        if person in recused:
            continue
        for held in conflict(interests_of(person).declared.values(), about, (), sitting.start)[:1]:
            whom = f" of {held.candidate}" if held.candidate else ""
            yield "conflict", f"{person} among those recused", f"{held.kind}{whom} declared since {held.since}"


def officer_faults(case: Case, officer: str, moment: str, read: Callable[[Any], Any]) -> Iterator[Fault]:
    """Find what bars an officer from deciding a case, or on leave, alone (`conflict`): their interest, or themselves.

    Args:
        moment: of the ruling, or of leave, UTC.
        read: empty state of a stream -> the state as it stood before.
    """
    if case.opened is None:
        return
    merge = read(merge_stream(officer))
    interests = [read(interests_stream(key)) for key in Humans((merge,)).keys((officer,))]
    contests = tuple(map(read, contests_of(interests)))
    for _, why in barred_by(case.opened, interests, (merge,), contests, moment, (officer,)):
        yield "conflict", f"another officer than {officer}", why


def _require_officer(record: Record, command: MakeRuling | GrantLeave | RefuseLeave, act: Act) -> dict[str, int]:
    read: dict[str, int] = {}

    def stream(empty: Any) -> Any:
        state = fold(empty, (event for _, event in record.stream(empty.stream)))
        read[state.stream] = state.version
        return state

    for code, expected, found in officer_faults(stream(case_stream(command.case)), act.actor, act.effective, stream):
        remedy = "Let another officer decide it, or a panel"
        what = "ruling" if isinstance(command, MakeRuling) else "leave"
        raise refused(code, f"{what} on case {command.case} by {act.actor}", expected, found, remedy)
    return read


def require_recusal(record: Record, command: Command, act: Act) -> dict[str, int]:
    """Refuse a decision by somebody who has an interest in what it is about; give the streams read.

    Raises:
        RefusedError: `conflict`.
    """
    if isinstance(command, GrantLeave | RefuseLeave) or (
        isinstance(command, MakeRuling) and command.decided_by == "officer"
    ):
        return _require_officer(record, command, act)
    if not isinstance(command, TakeDecision) or command.about is None:
        return {}
    body = body_stream(command.body)
    sitting = fold(body, (event for _, event in record.stream(body.stream))).sittings.get(command.sitting)
    if sitting is None:  # which the decision itself refuses
        return {}
    read: dict[str, Interests] = {}
    for person in sitting.present:
        interests = interests_stream(person)
        read[person] = fold(interests, (event for _, event in record.stream(interests.stream)))
    for code, expected, found in recusal_faults(command.about, sitting, command.recused, read.__getitem__):
        remedy = "Name them in recused: they do not vote, nor make the quorum"
        where = f"decision {command.decision} of {command.body} about {command.about}, recorded by {act.actor}"
        raise refused(code, where, expected, found, remedy)
    return {interests.stream: interests.version for interests in read.values()}
