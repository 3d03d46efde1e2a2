"""Recusal: who declared an interest in a contest does not vote on what their body decides about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from ledger.decision import Act, Command, fold
from ledger.errors import refused
from ledger.record import Record
from ledger.streams.body import Fault, SittingHeld, body_stream
from ledger.streams.interest import Interests, conflict, interests_stream
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


def require_recusal(record: Record, command: Command, act: Act) -> dict[str, int]:
    """Refuse a decision about a contest in which somebody who voted has an interest; give the streams read.

    Raises:
        RefusedError: `conflict`.
    """
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
