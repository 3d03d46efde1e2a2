"""Who decided a case: a panel that sat with a quorum of people free to decide it, or an officer, or a check reviewed.

In a ledger that is kept live a sitting counts as it was on record in its time: it is written down within a week, and
its members were on record as such when it began. So no seat that is dated back makes a quorum afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.rules.fairness import Fault, Panel, panel_faults
from ledger.rules.local_time import seconds_between
from ledger.streams.application import Application
from ledger.streams.body import Body, SittingHeld
from ledger.streams.case import Case
from ledger.streams.case_events import CaseOpened
from ledger.streams.concern import barring, elections_of
from ledger.streams.contest import Contest
from ledger.streams.founding import Founding
from ledger.streams.interest import Interests
from ledger.streams.merge import Humans, Merge
from ledger.streams.office import Asked, Office, delegation_says, room_of
from ledger.streams.ruling_events import RulingMade
from ledger.streams.timely import A_WEEK, SECONDS_PER_HOUR

VERB = "make-ruling"


@dataclass(frozen=True, slots=True)
class Deciders:
    """Who may have decided a case, as it stood before.

    Attributes:
        body: the panel's.
        interests: of those present and not recused, or of who reviewed a check, under either key.
        merges: of the same, and of who referred the case or gave evidence.
        contests: in which these declared an interest.
        reviewer: the powers of who reviewed a check.
        application: that the case is about; of nobody where it is about something else.
    """

    founding: Founding
    body: Body
    interests: tuple[Interests, ...]
    merges: tuple[Merge, ...]
    contests: tuple[Contest, ...]
    reviewer: Office
    application: Application

    def able(self, ruling: RulingMade, case: Case) -> tuple[str, ...]:
        """Name those present at the sitting who did not withdraw; nobody where there is no such sitting."""
        sitting = self.body.sittings.get(ruling.sitting or "")
        recused = {*ruling.recused, *case.recused}
        return tuple(person for person in sitting.present if person not in recused) if sitting else ()

    @property
    def humans(self) -> Humans:
        """Who of them is whom."""
        return Humans(self.merges)

    def barred(self, opened: CaseOpened, moment: str, people: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Give who of these is barred from a case, and by what."""
        return barred_by(opened, self.interests, self.merges, self.contests, moment, people)


def decider_faults(ruling: RulingMade, case: Case, who: Deciders) -> Iterator[Fault]:
    """Find what is wrong with who decided: who they were, what bars them, whether they gave evidence."""
    if ruling.decided_by == "panel":
        yield from _of_panel(ruling, case, who)
        names = who.able(ruling, case)
    else:
        yield from _of_one(ruling, case, who)
        names = ((ruling.actor if ruling.decided_by == "officer" else ruling.reviewed_by) or "",)
    humans = who.humans
    decided = {humans.of(name) for name in names}
    for each in case.evidence.values():
        if each.evidence not in case.withdrawn and humans.of(each.given_by) in decided:
            yield "witness-decided", "others than who gave evidence", f"{each.given_by}, who gave {each.evidence}"


def _of_panel(ruling: RulingMade, case: Case, who: Deciders) -> Iterator[Fault]:
    """The panel that has the case sat with a quorum of people free to decide it."""
    opened = case.opened
    if case.panel is None or ruling.panel != case.panel:
        yield "not-allocated", f"the panel that has the case: {case.panel or 'none yet'}", ruling.panel or "none"
        return
    sitting = who.body.sittings.get(ruling.sitting or "")
    if sitting is None:
        yield "unknown-sitting", f"a sitting of {ruling.panel}", ruling.sitting or "none"
        return
    if sitting.end > ruling.effective:
        yield "before-sitting", f"a ruling from the sitting's end, {sitting.end}, on", ruling.effective
    given = max(case.since, case.allocated.effective if case.allocated else "")
    if sitting.start < given:
        expected = f"a sitting that began from {given} on, when {ruling.panel} had the case"
        yield "sitting-too-early", expected, f"{sitting.sitting}, which began at {sitting.start}"
    able = who.able(ruling, case)
    if who.founding.is_live:
        yield from _of_record(sitting, who.body, able)
    yield from _of_identity(who, able)
    barred = tuple(who.barred(opened, sitting.start, able)) if opened else ()
    strangers = tuple(person for person in who.body.strangers(sitting) if person in able)
    panel = Panel(str(ruling.panel), sitting.sitting, able, sitting.quorum_needed, barred, strangers)
    humans, referred_by = who.humans, opened.referred_by if opened else ""
    referrer = humans.of(referred_by)
    referred_by = next((person for person in able if humans.of(person) == referrer), referred_by)
    yield from panel_faults(panel, referred_by, (ruling.votes_for, ruling.votes_against, ruling.abstained))


def _of_record(sitting: SittingHeld, body: Body, able: tuple[str, ...]) -> Iterator[Fault]:
    """In a live ledger: the sitting was written down within a week, and who sat was on record as a member by then."""
    if seconds_between(sitting.end, sitting.recorded) > A_WEEK * SECONDS_PER_HOUR:
        expected = f"a sitting recorded within {A_WEEK} hours of its end, {sitting.end}"
        yield "sitting-late", expected, f"{sitting.sitting}, at {sitting.recorded}"
    known = {term.person: term.recorded for term in reversed(body.members(sitting.start))}
    for person in able:
        if known.get(person, "") > sitting.start:
            expected = f"members on record as {sitting.sitting} began at {sitting.start}"
            yield "seated-late", expected, f"{person}, whose seat was recorded at {known[person]}"


def _of_identity(who: Deciders, able: tuple[str, ...]) -> Iterator[Fault]:
    """No two of them are one human, as far as is on record."""
    seen: dict[str, str] = {}
    humans = who.humans
    for person in able:
        human = humans.of(person)
        if human in seen:
            yield "counted-twice", "each human once", f"{seen[human]} and {person}, merged"
        seen[human] = person


def _of_one(ruling: RulingMade, case: Case, who: Deciders) -> Iterator[Fault]:
    """An officer who decides alone did not refer it; nor did who reviewed a check, who is another than who made it."""
    opened = case.opened
    referred_by = opened.referred_by if opened else ""
    humans = who.humans
    if referred_by and humans.of(referred_by) in (ruling.actor, humans.of(ruling.reviewed_by or "")):
        yield (
            "same-person-referred-and-decided",
            "another than who referred the case",
            f"{referred_by}, who referred it",
        )
    if ruling.decided_by != "auto":
        return
    reviewer = ruling.reviewed_by
    if ruling.check_version is None or reviewer is None:
        expected = "the version of the check, and who reviewed what it said"
        found = f"version {ruling.check_version or 'none'}, reviewed by {reviewer or 'nobody'}"
        yield "review-missing", expected, found
        return
    run = who.application.run
    made = {ruling.actor: "recorded the ruling", **dict.fromkeys(who.application.hands.values(), "let a check pass")}
    made |= {run.actor: "ran the checks"} if run else {}
    if (did := made.get(reviewer) or made.get(humans.of(reviewer))) is not None:
        expected = "another than who ran the check, or recorded what it says"
        yield "reviewer-not-independent", expected, f"{reviewer}, who {did}"
    if opened is None:
        return
    asked, moments = Asked(VERB, room_of(VERB), opened.election, opened.about), (ruling.effective, ruling.recorded)
    if who.founding.exists and not any(who.reviewer.all_of(asked, moments)):
        expected = f"a delegation of {VERB} to {reviewer}, in force at {' and '.join(dict.fromkeys(moments))}"
        said = "; ".join(f"{delegation_says(each)}: {', '.join(each.powers)}" for each in who.reviewer.given)
        yield "reviewer-without-power", expected, said or "none"
    for _, interest in who.barred(opened, ruling.effective, (reviewer,)):
        yield "conflict", f"a reviewer other than {reviewer}", interest


def barred_by(
    opened: CaseOpened,
    interests: Iterable[Interests],
    merges: Iterable[Merge],
    contests: Iterable[Contest],
    moment: str,
    able: Iterable[str],
) -> Iterator[tuple[str, str]]:
    """Give who is barred from a case, and by what: it is about them, or they declared an interest in its election."""
    declared, humans = tuple(interests), Humans(merges)
    elections = elections_of(contests)
    for person in able:
        if opened.person in (person, humans.of(person)):
            yield person, f"{person}: the case is about them"
        for each in barring(humans.declared(person, declared), opened, elections, moment)[:1]:
            whom = f" of {each.candidate}" if each.candidate else ""
            yield person, f"{person}: {each.kind}{whom} declared since {each.since}"
