"""Who reviews an appeal had no part in the ruling: whether a reviewer is independent of it, and if not, why.

Two persons on record who were merged are one: who had a part under the one key, or declared an interest under it, is
not independent under the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.streams.body import Body, body_stream
from ledger.streams.case import Case
from ledger.streams.concern import barring, elections_of
from ledger.streams.contest import Contest
from ledger.streams.interest import Interests, interests_stream
from ledger.streams.merge import Humans, Merge, merge_stream


def panels_of(_command: object, seen: Mapping[str, Any]) -> tuple[Body, ...]:
    """Name the streams of the panels that ruled on a case, each once."""
    case: Case = seen["case"]
    panels = dict.fromkeys(each.made.panel for each in case.rulings if each.made.panel)
    return tuple(body_stream(panel) for panel in panels)


def identities(command: object, seen: Mapping[str, Any]) -> tuple[Merge, ...]:
    """Name the streams of the merges of the reviewers, if any, and of everybody who had a part in the case."""
    case: Case = seen["case"]
    part = _who_ruled(case, seen["panels"])
    gave = (each.given_by for each in case.evidence.values())
    opened = (case.opened.referred_by, case.opened.person) if case.opened else ()
    named = dict.fromkeys((*reviewers_of(command, seen), *part, *gave, *opened))
    return tuple(map(merge_stream, named))


def reviewers_of(command: object, seen: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the reviewers that a command is to assign, or that are assigned; none where leave is asked for."""
    assigned = seen["appeal"].reviewers
    return tuple(dict.fromkeys(getattr(command, "reviewers", assigned.reviewers if assigned else ())))


def declared_by(command: object, seen: Mapping[str, Any]) -> tuple[Interests, ...]:
    """Name the streams of what reviewers declared, under whichever key."""
    return tuple(map(interests_stream, Humans(seen["merges"]).keys(reviewers_of(command, seen))))


def dependence(
    case: Case,
    panels: tuple[Body, ...],
    reviewers: tuple[str, ...],
    interests: tuple[Interests, ...],
    merges: tuple[Merge, ...],
    contests: tuple[Contest, ...],
    moment: str,
) -> Iterator[str]:
    """Say of each reviewer who is not independent of what was ruled on a case why, and of one who is another of them.

    Args:
        panels: that ruled on it.
        interests: declared by the reviewers (`declared_by`); `contests`, in which they did.
        merges: of all who are on either side (`identities`).
        moment: at which they are to be independent, UTC.
    """
    humans = Humans(merges)
    part = humans.by_human(_who_ruled(case, panels))
    gave = humans.by_human({each.given_by: f"gave evidence {each.evidence}" for each in case.evidence.values()})
    opened, elections = case.opened, elections_of(contests)
    seen: dict[str, str] = {}
    for person in reviewers:
        human = humans.of(person)
        if human in part:
            yield f"{person} {part[human]}"
        elif opened and human == humans.of(opened.referred_by):
            yield f"{person} referred the case"
        elif human in gave:
            yield f"{person} {gave[human]}"
        elif opened and human == humans.of(opened.person):
            yield f"{person} is whom the case is about"
        elif opened and (held := barring(humans.declared(person, interests), opened, elections, moment)):
            yield f"{person} declared an interest, {held[0].kind}, since {held[0].since}"
        elif seen.setdefault(human, person) != person:
            yield f"{person} is {seen[human]}, merged"


def _who_ruled(case: Case, panels: tuple[Body, ...]) -> dict[str, str]:
    """Say of each who had a part in any ruling on a case which: who sat, signed or reviewed it, or is of the panel."""
    bodies = {body.stream: body for body in panels}
    member: dict[str, str] = {}
    part: dict[str, str] = {}
    for made in (each.made for each in case.rulings):
        panel = bodies.get(body_stream(made.panel or "none").stream)
        sitting = panel.sittings.get(made.sitting or "") if panel else None
        sat = (*(sitting.present if sitting else ()), made.actor, *filter(None, (made.reviewed_by,)))
        part |= dict.fromkeys(sat, f"sat on ruling {made.ruling}")
        seated = panel.members(made.effective) if panel else ()
        member |= dict.fromkeys((each.person for each in seated), f"is of the panel that made ruling {made.ruling}")
    return member | part
