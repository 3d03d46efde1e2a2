"""10,000 cases and 400 appeals for the benchmarks: what became of those who applied, or were let on, and were referred.

All of it is invented, from a seed, as lines for `pollbook apply` in the order in which things happened. Six in ten
cases are about an application that was referred, the others about an entry that a batch of checks had let on; one of
these is a cat's. The harsh panel decides against nearly everybody; that of boilerplate writes the same reasons, and is
never reversed. Of 400 appeals 40 are allowed after the poll had closed, too late for a vote. Some cases are closed
without a ruling, some are not ruled on, some people are never told.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from appeals import Plan, appeal_lines
from applications import ELECTION
from panels import (
    BARRED,
    BOILERPLATE,
    CANDIDATES,
    CATS_GROUND,
    CLERKS,
    CONFLICTED,
    CONTEST,
    GROUNDS,
    HARSH,
    MEMBERS,
    NO_APPEAL,
    PANELS,
    REFERRER,
    Line,
    added,
    digest,
    line,
    said,
)

ON_APPLICATIONS = 0.6  # of the cases; the others are about entries
ADVERSE = {HARSH: 0.97, CONFLICTED: 0.7, BOILERPLATE: 0.7}  # share decided against the person
WORN = 0.9  # share of its rulings to which the panel of boilerplate gives the same reasons
TIP_ONLY, ABOUT_CANDIDATE, REPLIED, UNTOLD, UNRULED, CLOSED = 0.05, 0.1, 0.3, 0.01, 0.02, 0.03
SITTING_CASES = 40
OPENING = datetime(2015, 8, 15, 8, tzinfo=UTC)
OPENING_DAYS = 10
HOURS_TO_NOTICE, HOURS_TO_REPLY = 6, 73
SAME = "The panel looked at everything that was put before it and found the allegation to be made out in this matter"
DETECTIONS = {"complaint": 20, "match": 25, "search": 34, "press": 6, "random-audit": 15}
TELLING: Line = {"channel": "email", "contains": ["ground", "rule", "evidence", "reasons", "appeal"]}


class Size(NamedTuple):
    """How many cases there are, how many appeals, and how many of these are allowed after the poll had closed."""

    cases: int = 10_000
    appeals: int = 400
    late_allowed: int = 40

    def share(self, share: int) -> Size:
        """Give a part of it, one in so many."""
        return Size(self.cases // share, self.appeals // share, max(self.late_allowed // share, 1))


@dataclass(frozen=True)
class Case:
    """A case as it is invented.

    Attributes:
        person: a key, of whom an application or an entry is.
        entry: whether it is about their entry.
        ready: when the time to reply is over.
        end: ruled, untold, unruled, or closed without a ruling.
    """

    id: str
    number: int
    person: str
    entry: bool
    panel: str
    ground: str
    kind: str
    candidates: tuple[str, ...]
    opened: datetime
    replied: bool
    end: str
    cat: bool = False

    @property
    def conduct(self) -> datetime:
        """When what it is about was done."""
        return self.opened - timedelta(days=2 + self.number % 58)

    @property
    def ready(self) -> datetime:
        """When it may be ruled on."""
        return self.opened + timedelta(hours=HOURS_TO_NOTICE + HOURS_TO_REPLY)


def invent_cases(chance: random.Random, applications: Sequence[str], entries: Sequence[str], cat: str) -> list[Case]:
    """Invent a case about each of these people, known by their keys, and one about the cat; in order of opening."""
    people = [(key, False) for key in applications] + [(key, True) for key in entries]
    chance.shuffle(people)
    step = timedelta(days=OPENING_DAYS) / len(people)
    ends = (("unruled", UNRULED), ("closed", CLOSED), ("untold", UNTOLD))
    found = []
    for number, (key, entry) in enumerate([*people, (cat, True)], 1):
        is_cat = key == cat
        panel = CONFLICTED if is_cat else PANELS[number % len(PANELS)]
        ground = CATS_GROUND if is_cat else chance.choices(tuple(GROUNDS), (55, 35, 10))[0]
        suffices = "A" if is_cat else GROUNDS[ground][2]
        kind = "C" if chance.random() < TIP_ONLY and not is_cat else suffices
        candidates = CANDIDATES[:1] if chance.random() < ABOUT_CANDIDATE and not is_cat else ()
        end = "ruled" if is_cat else chance.choices([e for e, _ in ends] + ["ruled"], [n for _, n in ends] + [0.94])[0]
        opened = OPENING + number * step
        opened = opened.replace(microsecond=0)
        replied = chance.random() < REPLIED
        name = f"c-{number:05}"
        found.append(Case(name, number, key, entry, panel, ground, kind, candidates, opened, replied, end, is_cat))
    return found


def case_lines(chance: random.Random, cases: Sequence[Case], size: Size) -> Iterator[Line]:
    """Give what is recorded of these cases, in no order yet: sort by moment, and keep what is of one moment."""
    for case in cases:
        yield from _before(chance, case)
    plans: list[Plan] = []
    for panel in PANELS:
        ready = sorted((each for each in cases if each.panel == panel and each.end in ("ruled", "untold")), key=_ready)
        free = OPENING
        for start in range(0, len(ready), SITTING_CASES):
            heard = ready[start : start + SITTING_CASES]
            free = max(free, heard[-1].ready + timedelta(minutes=1))
            name, began, free = f"{panel[6:]}-{start // SITTING_CASES + 1}", free, free + timedelta(minutes=90)
            present = MEMBERS[panel] if chance.random() < 0.7 else MEMBERS[panel][:4]
            sat: Line = {"body": panel, "sitting": name, "start": said(began), "end": said(free), "present": present}
            yield line(said(free), "hold-sitting", **sat)
            for each in heard:
                plan = _ruled(chance, each, name, len(present), free + timedelta(minutes=5))
                yield from plan.lines
                plans.append(plan)
    yield from appeal_lines(chance, plans, size.appeals, size.late_allowed)


def _ready(case: Case) -> datetime:
    return case.ready


def _before(chance: random.Random, case: Case) -> Iterator[Line]:
    """Give how a case was opened and put to a panel, and what the person was told and said."""
    at = said(case.opened)
    found = chance.choices(tuple(DETECTIONS), tuple(DETECTIONS.values()))[0]
    opened: Line = {"case": case.id, "election": ELECTION, "person": case.person, "grounds": [case.ground]}
    opened |= {"subject": f"entry/{ELECTION}/{case.person}" if case.entry else f"application/{case.person}"}
    opened |= {"detection": found, "referred_by": REFERRER, "conduct": said(case.conduct)}
    opened |= {"search": f"words of list {case.number % 40}"} if found == "search" else {}
    opened |= {"about": CONTEST, "candidates": case.candidates} if case.candidates else {}
    yield line(at, "open-case", **opened)
    shown: Line = {"case": case.id, "evidence": "e-1", "evidence_class": case.kind, "digest": digest(f"{case.id} e-1")}
    shown |= {"captured": at, "given_by": REFERRER, "description": f"Item {case.number} of the collection"}
    yield line(at, "add-evidence", **shown, disclosure="disclosed")
    drawn: Line = {"method": "lot", "among": list(PANELS), "witnesses": "Drawn from a bag before the scrutineer"}
    yield line(at, "allocate-case", case=case.id, panel=case.panel, **drawn)
    served = case.opened + timedelta(hours=HOURS_TO_NOTICE)
    notice: Line = {"case": case.id, "evidence": ["e-1"], "reply_by": said(case.ready)[:-1], "channel": "email"}
    yield line(said(served), "serve-case-notice", **notice, text_digest=digest(f"{case.id} notice"))
    if case.replied:
        replied = served + timedelta(hours=chance.randrange(1, HOURS_TO_REPLY))
        yield line(said(replied), "receive-reply", case=case.id, reply=f"Reply {case.number}: I say it was otherwise")
    if case.end == "closed":
        yield line(said(case.ready), "close-case", case=case.id, reason=chance.choice(("no-case", "withdrawn")))


def _ruled(chance: random.Random, case: Case, sitting: str, present: int, at: datetime) -> Plan:
    """Give the ruling on a case, and when the person was told; what a tip alone tells decides nothing against them."""
    against = case.cat or (case.kind != "C" and chance.random() < ADVERSE[case.panel])
    outcome = ("remove" if case.entry else "refuse") if against else ("no-action" if case.entry else "admit")
    recused = [BARRED] if case.panel == CONFLICTED else []
    able = present - len(recused)
    votes_against = 1 if able > 3 and chance.random() < 0.2 else 0
    made: Line = {"case": case.id, "outcome": outcome, "decided_by": "panel", "panel": case.panel, "sitting": sitting}
    made |= {"votes_for": able - votes_against, "votes_against": votes_against, "recused": recused}
    made |= {
        "findings": [{"ground": case.ground, "met": "met" if against else "not-met", "conduct": said(case.conduct)}]
    }
    made |= {"evidence": ["e-1"], "replies": int(case.replied), "reasons": reasons(chance, case, against=against)}
    made |= {"effects": [{"number": 1, "action": "remove"}]} if outcome == "remove" else {}
    made |= {"no_appeal": NO_APPEAL} if case.cat else {"appeal": "review"}
    lines = [line(said(at), "make-ruling", CLERKS[case.panel], **made)]
    told = at + timedelta(hours=chance.randrange(12, 40))
    if case.end == "ruled":
        tell: Line = {"case": case.id, "ruling": 1, "text_digest": digest(f"{case.id} letter")}
        lines.append(line(said(told), "notify-ruling", **tell, **TELLING))
    if outcome == "admit" and case.end == "ruled":
        after = said(told + timedelta(minutes=1))
        reason = f"The case {case.id} was decided for them"
        lines.append(line(after, "clear-referral", application=case.person, ground=case.ground, reason=reason))
        lines.append(added(after, case.person, "ruling", f"case/{case.id}"))
    return Plan(case.id, case.number, case.person, case.panel, outcome, told, case.end == "ruled", case.cat, lines)


def reasons(chance: random.Random, case: Case, *, against: bool) -> str:
    """Give the reasons of a ruling: the same again and again where that is the panel's way."""
    if case.panel == BOILERPLATE and against and chance.random() < WORN:
        return SAME
    what = "shows what is alleged" if against else "does not show what is alleged"
    heard = "their reply was considered" if case.replied else "no reply had come"
    return f"In matter {case.number} the item that the panel was shown {what} on the day that it names, and {heard}"
