"""Appeals against the rulings of `cases.py`: in time or late, let in or not, dismissed or allowed, put right or not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from applications import ELECTION
from panels import APPEALS_CLERK, BOILERPLATE, CONTEST, REVIEW, REVIEWERS, Line, added, digest, line, said

POLL_CLOSES = datetime(2015, 9, 10, 12, tzinfo=UTC)
EARLY_ALLOWED, WITHDRAWN, LATE, LEFT_OUT = 0.15, 0.05, 0.06, 0.5  # of the appeals; of the late ones not let in
HASH = digest("a record of it")
WHY = "On the ground that was raised the reviewers find, having heard both, that"


@dataclass(frozen=True)
class Plan:
    """A ruling that may be appealed against: lines that lead to it, what it came to, when the person was told."""

    case: str
    number: int
    person: str
    panel: str
    outcome: str
    told: datetime
    was_told: bool
    cat: bool
    lines: list[Line]


def appeal_lines(chance: random.Random, plans: Sequence[Plan], appeals: int, late_allowed: int) -> Iterator[Line]:
    """Give so many appeals against adverse rulings, so many of them allowed after the poll; and what the cat's owner
    tried. None against the panel of boilerplate is allowed."""
    yield from (each for plan in plans if plan.cat for each in _attempt(plan))
    adverse = [each for each in plans if each.outcome in ("refuse", "remove") and each.was_told and not each.cat]
    reversible = [each for each in adverse if each.panel != BOILERPLATE]
    early = max(round(appeals * EARLY_ALLOWED), 1)
    allowed = chance.sample(reversible, late_allowed + early)
    rest = chance.sample([each for each in adverse if each not in allowed], appeals - len(allowed))
    for plan in allowed[:late_allowed]:
        yield from _heard(chance, plan, plan.told + timedelta(days=13), "allowed", late=True)
    for plan in allowed[late_allowed:]:
        yield from _heard(chance, plan, plan.told + timedelta(days=1), "allowed")
    withdrawn, overdue = max(round(appeals * WITHDRAWN), 1), max(round(appeals * LATE), 2)
    for number, plan in enumerate(rest):
        if number < withdrawn:
            yield lodged(plan, plan.told + timedelta(days=2))
            yield line(said(plan.told + timedelta(days=4)), "withdraw-appeal", **of(plan), request_digest=HASH)
        elif number < withdrawn + overdue:
            yield from _overdue(chance, plan, let_in=number % 2 == 0)
        else:
            yield from _heard(chance, plan, plan.told + timedelta(days=chance.randrange(1, 13)), "dismissed")


def of(plan: Plan) -> Line:
    """Name the appeal against a ruling."""
    return {"case": plan.case, "ruling": 1}


def lodged(plan: Plan, at: datetime) -> Line:
    """Give how an appeal was lodged."""
    statement = f"Appeal {plan.number}: it was not as the panel says"
    return line(said(at), "lodge-appeal", **of(plan), by="subject", grounds=["fact", "procedure"], statement=statement)


def _attempt(plan: Plan) -> Iterator[Line]:
    """Give what whoever keeps the cat tried, where no appeal lies."""
    yield lodged(plan, plan.told + timedelta(days=2))


def _overdue(chance: random.Random, plan: Plan, *, let_in: bool) -> Iterator[Line]:
    at = plan.told + timedelta(days=17)
    if let_in:
        yield from _heard(chance, plan, at, "dismissed", leave=True)
        return
    yield lodged(plan, at)
    yield line(said(at + timedelta(days=1)), "refuse-leave", **of(plan), reason="Nothing was said of why it is late")


def _heard(
    chance: random.Random, plan: Plan, at: datetime, outcome: str, *, late: bool = False, leave: bool = False
) -> Iterator[Line]:
    """Give an appeal from its lodging to its remedy.

    Args:
        late: whether it is determined after the poll closed.
        leave: whether it came late itself, and was let in.
    """
    yield lodged(plan, at)
    if leave:
        yield line(said(at + timedelta(days=1)), "grant-leave", **of(plan), reason="The letter came back once")
    at += timedelta(days=1, minutes=1)
    people = chance.sample(REVIEWERS, REVIEW)
    yield line(said(at), "assign-reviewers", **of(plan), reviewers=people)
    yield line(said(at), "disclose-evidence-pack", **of(plan), items=["e-1"], text_digest=HASH)
    hearing = at + timedelta(days=3)
    held: Line = {"manner": "papers", "notice": said(at), "present": people, "record_digest": HASH}
    yield line(said(hearing), "hold-hearing", **of(plan), **held)
    decided = hearing + timedelta(days=1)
    decided = max(decided, POLL_CLOSES + timedelta(hours=chance.randrange(1, 200))) if late else decided
    upheld = "upheld" if outcome == "allowed" else "not-upheld"
    answers = [{"ground": "fact", "upheld": upheld}, {"ground": "procedure", "upheld": "not-upheld"}]
    found: Line = {"outcome": outcome, "answers": answers, "votes_for": REVIEW - 1, "votes_against": 1}
    reasons = f"{WHY} it is {upheld.replace('-', ' ')} in appeal {plan.number}"
    yield line(said(decided), "determine-appeal", APPEALS_CLERK, **of(plan), **found, reasons=reasons)
    if outcome == "allowed":
        yield from _put_right(plan, decided)


def _put_right(plan: Plan, decided: datetime) -> Iterator[Line]:
    """Give the remedy: the entry before the poll closes; after it, nothing that gives the vote back."""
    at, done = said(decided + timedelta(hours=1)), said(decided + timedelta(hours=5))
    due = said(decided + timedelta(days=1))[:-1]
    entry = f"entry/{ELECTION}/{plan.person}"
    if decided > POLL_CLOSES:
        why = "The poll had closed before the appeal was determined"
        yield order(at, plan, remedy="none-possible", contest=CONTEST, reason=why)
        yield order(at, plan, remedy="apology", due=due)
        yield line(done, "do-remedy", **of(plan), number=2, proof=HASH)
    elif plan.outcome == "remove":
        yield order(at, plan, remedy="restore-entry", entry=1, contest=CONTEST, due=due)
        yield line(done, "do-remedy", **of(plan), number=1, proof=entry)
    else:
        yield added(at, plan.person, "appeal", f"appeal/{plan.case}/1")
        yield order(at, plan, remedy="issue-paper", entry=1, contest=CONTEST, due=due)
        yield line(done, "do-remedy", **of(plan), number=1, proof=entry)


def order(at: str, plan: Plan, **fields: Any) -> Line:
    """Give the order of a remedy."""
    return line(at, "order-remedy", APPEALS_CLERK, **of(plan), **fields)
