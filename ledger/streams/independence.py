"""Who reviews an appeal had no part in the ruling: whether a reviewer is independent of it, and if not, why."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.streams.body import Body, body_stream
from ledger.streams.case import Case
from ledger.streams.concern import barring, elections_of
from ledger.streams.contest import Contest
from ledger.streams.interest import Interests


def dependence(
    case: Case,
    panels: tuple[Body, ...],
    reviewers: tuple[str, ...],
    interests: tuple[Interests, ...],
    contests: tuple[Contest, ...],
    moment: str,
) -> Iterator[str]:
    """Say of each reviewer who is not independent of what was ruled on a case why.

    Args:
        panels: that ruled on it.
        interests: declared by the reviewers, in their order; `contests`, in which they did.
        moment: at which they are to be independent, UTC.
    """
    part = _who_ruled(case, panels)
    gave = {each.given_by: each.evidence for each in case.evidence.values()}
    opened, elections = case.opened, elections_of(contests)
    for person, declared in zip(reviewers, interests, strict=True):
        if person in part:
            yield f"{person} {part[person]}"
        elif opened and person == opened.referred_by:
            yield f"{person} referred the case"
        elif person in gave:
            yield f"{person} gave evidence {gave[person]}"
        elif opened and person == opened.person:
            yield f"{person} is whom the case is about"
        elif opened and (held := barring(declared.declared.values(), opened, elections, moment)):
            yield f"{person} declared an interest, {held[0].kind}, since {held[0].since}"


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
