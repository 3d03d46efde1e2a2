"""The headline of a case file: one sentence for a ruling, generated from its facts; and the line for the public.

Nobody types it. What a user wrote, titles and reasons that leaves keep in clear, stands in quotes.
"""

from __future__ import annotations

from collections.abc import Iterator

from projections.cases.facts import AppealSaid, Changed, Facts, GroundFound, Relied, RemedySaid
from projections.story.appeals import REMEDIES
from projections.story.cases import OUTCOMES, TOLD_BY
from projections.story.words import counted, day, listed, quoted, short, when

MET = {"met": "met", "not-met": "not met", "not-relied-on": "considered and not relied on"}
PAPERS = {
    "cancel-unreturned": "a paper that is not returned is to be cancelled",
    "set-aside": "a paper is to be set aside as long as it can be told which",
}
BECAME = {
    "paper-cancelled.v1": "cancelled",
    "paper-set-aside.v1": "set aside before it was read",
    "paper-unlinked.v1": "could not be set aside: nobody could tell any more which it was",
    "set-aside-reversed.v1": "put back with the others by the appeal",
    "paper-issued.v1": "issued by the appeal",
}
APPEALS = {
    "pending": "and is to be determined",
    "late": "and awaits leave",
    "leave-refused": "and leave was refused",
    "withdrawn": "and withdrawn",
}


def headline(facts: Facts) -> str:
    """Say in one sentence what a ruling decided, how, on what, and what came of it."""
    return "; ".join((_decided(facts), *_rested(facts), *_followed(facts))) + "."


def public_line(facts: Facts) -> str:
    """Say all that the public is told of a ruling whose subject did not consent to more: ground, day, appeal."""
    grounds = [each.id for each in facts.grounds if each.met == "met"]
    grounds = grounds or [each.id for each in facts.grounds if each.met != "not-relied-on"]
    grounds = grounds or [each.id for each in facts.grounds]
    state = "open" if facts.appeal.open else "closed"
    return f"One ruling under {listed(grounds)}, {day(facts.at)}, appeal {state}."


def _decided(facts: Facts) -> str:
    """Say who decided what, when, with how many there and which votes."""
    lead = f"Ruling {facts.ruling} on case {facts.case}: on {when(facts.at)}"
    outcome = f"ruled {OUTCOMES[facts.outcome]}"
    if facts.decided_by == "auto":
        return f"{lead} the check {quoted(facts.check_version or '')}, reviewed by {facts.reviewed_by}, {outcome}"
    if facts.panel is None:
        who = f"the {facts.actor}, an officer," if facts.decided_by == "officer" else "a panel that is not on record"
        return f"{lead} {who} {outcome}"
    panel = facts.panel
    withdrew = f", of whom {panel.withdrew} withdrew" if panel.withdrew else ""
    there = f"{panel.present} present{withdrew}, with a quorum of {panel.quorum}"
    votes = "by {} to {}".format(*map(str, facts.votes[:2])) + (
        f" with {counted(facts.votes[2], 'abstention')}" if facts.votes[2] else ""
    )
    strangers = f", though {listed(panel.strangers)} was no member then" if panel.strangers else ""
    return f"{lead} {quoted(panel.name)} ({panel.id}), {there}{strangers}, {outcome}, {votes}"


def _rested(facts: Facts) -> Iterator[str]:
    """Say on which grounds, rules and evidence it rests, what the person replied, and that there are reasons."""
    yield "on " + listed([_ground(each) for each in facts.grounds])
    yield f"it relied on {listed([_evidence(each) for each in facts.evidence], 'no evidence')}"
    late = f", {facts.late_replies} of them late" if facts.late_replies else ""
    replied = f"{counted(facts.replies, 'reply', 'replies')} of the person{late}"
    yield f"{replied} put to it" if facts.replies else "the person had not replied"
    if facts.interim_reason:
        yield f"it did not wait for the time to reply, for {quoted(facts.interim_reason)}"
    corrected = f", a slip in them put right {_times(facts.corrected)}" if facts.corrected else ""
    yield f"its reasons have {counted(facts.reasons_words, 'word')}{corrected}"


def _ground(found: GroundFound) -> str:
    clause = f", clause {short(found.clause)}" if found.clause else ""
    if found.version is None:
        rule = "in no version that was in force"
    else:
        rule = f"version {found.version}, published on {day(found.published or '')}"
    return f"ground {found.id}, {quoted(found.title)} ({rule}{clause}), {MET[found.met]} on {day(found.conduct)}"


def _evidence(relied: Relied) -> str:
    shown = "disclosed" if relied.shown else {"withheld": "withheld"}.get(relied.disclosure, "not disclosed")
    shown = "disclosed in part" if relied.shown and relied.disclosure == "redacted" else shown
    since = f", withdrawn on {day(relied.withdrawn)}" if relied.withdrawn else ""
    return f"{relied.id} (class {relied.evidence_class}, {shown}{since})"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _followed(facts: Facts) -> Iterator[str]:
    """Say when the person was told, whether there was an appeal, and what became of the roll and of papers."""
    if facts.told is None:
        yield "the person was not told yet, and it has no effect until then"
    else:
        yield f"the person was told on {when(facts.told.at)}, {TOLD_BY[facts.told.channel]}"
    yield from _appeal(facts, facts.appeal)
    yield from _on_the_roll(facts)
    yield from _on_the_count(facts)


def _appeal(facts: Facts, appeal: AppealSaid) -> Iterator[str]:
    if appeal.state in ("no-appeal-lies", "attempted"):
        tried = f", and one was tried {_times(appeal.attempts)}" if appeal.attempts else ""
        yield f"no appeal lies, by clause {short(appeal.clause or '')}{tried}"
        return
    end = facts.told.appeal_by if facts.told else None
    if appeal.state in ("none", "not-told"):
        until = f" until {end.local} {end.zone}" if end else ""
        may = "may appeal" if appeal.open else "might have appealed, and did not,"
        yield f"they {may} to {quoted(appeal.to or '')}{until}"
        return
    lodged = f"an appeal was received {'late ' if appeal.late else ''}on {day(appeal.received or '')}"
    if appeal.votes is None:
        yield f"{lodged} {APPEALS[appeal.state]}"
        return
    since, (votes_for, votes_against) = day(appeal.since or ""), appeal.votes
    yield f"{lodged} and {appeal.state} on {since}, by {votes_for} to {votes_against}"
    for each in appeal.remedies:
        yield _remedy(each)


def _remedy(ordered: RemedySaid) -> str:
    """Say what was ordered, and whether it was done."""
    if ordered.remedy == "none-possible":
        return f"no remedy was possible any more, for {quoted(ordered.reason or '')}"
    done = f"done on {day(ordered.done)}" if ordered.done else "not done yet"
    due = f" by {ordered.due.local[:10]}" if ordered.due and not ordered.done else ""
    return f"ordered was {REMEDIES[ordered.remedy]}{due}, {done}"


def _on_the_roll(facts: Facts) -> Iterator[str]:
    if facts.changed:
        yield listed([_changed(each) for each in facts.changed])
    elif facts.ordered and facts.told is None:
        yield "when they are told, " + listed([f"{action} entry {number}" for number, action in facts.ordered])
    else:
        yield "nothing changed on the roll"


def _changed(each: Changed) -> str:
    return f"entry {each.number} was {each.action} on {day(each.at)}" + (
        " by the appeal" if each.cause == "appeal" else ""
    )


def _on_the_count(facts: Facts) -> Iterator[str]:
    """Say what becomes of papers, and whether the poll had closed by then."""
    if facts.papers in PAPERS:
        yield PAPERS[facts.papers]
    for kind, became in BECAME.items():
        papers = facts.others.count(kind)
        if papers:
            yield f"{counted(papers, 'paper')} {became}"
    told = facts.told.at if facts.told else None
    for poll in facts.polls:
        if poll.closed is not None:
            order = (
                "" if told is None else ", after they were told" if told <= poll.closed else ", before they were told"
            )
            yield f"the poll of {poll.contest} closed on {day(poll.closed)}{order}"
