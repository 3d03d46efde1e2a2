"""What is told of cases and of rulings on them; see `words.tells`."""

from __future__ import annotations

from ledger.streams.allocation import RotaTurnTaken
from ledger.streams.case_events import (
    CaseAllocated,
    CaseClosed,
    CaseDocketed,
    CaseLinked,
    CaseNoticeServed,
    CaseOpened,
    CaseReopened,
    CaseUndocketed,
    ConsentGiven,
    ConsentWithdrawn,
    EvidenceAdded,
    EvidenceWithdrawn,
    IncidentClosed,
    IncidentOpened,
    InterimMeasureLifted,
    InterimMeasureTaken,
    MemberRecused,
    ReplyReceived,
)
from ledger.streams.procedure import ProcedureAdopted
from ledger.streams.ruling_events import Finding, RulingCorrected, RulingMade, RulingNotified
from ledger.streams.ruling_figures import RulingFiguresPublished
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells, when

CLASSES = {"A": "a document or official record", "B": "an attributable public statement", "C": "a tip or inference"}
SHOWN = {"disclosed": "It is shown to the person.", "redacted": "It is shown in part", "withheld": "It is withheld"}
FOUND_BY = {
    "complaint": "by a complaint",
    "match": "by a match of data",
    "search": "by a search, its terms (private)",
    "press": "in the press",
    "random-audit": "by a random audit",
}
OUTCOMES = {
    "admit": "to admit",
    "refuse": "to refuse",
    "remove": "to remove the entry",
    "suspend": "to suspend the entry",
    "restore": "to restore the entry",
    "no-action": "that nothing is to be done",
    "refer-up": "to refer it to another body",
}
FINDINGS = {"met": "met", "not-met": "not met", "not-relied-on": "considered, and not relied on"}
PAPERS = {
    "none": "",
    "cancel-unreturned": "A paper that is not returned is to be cancelled.",
    "set-aside": "A paper is to be set aside as long as it can be told which.",
}
TOLD_BY = {"post": "by post", "email": "by e-mail", "hand": "by hand", "account": "in their account"}


@tells(CaseOpened)
def _(event: CaseOpened, _names: Names) -> Sentences:
    grounds = listed(event.grounds)
    about = [f"It has to do with contest {event.about}."] if event.about else []
    about += [f"The conduct was on {when(event.conduct)}."] if event.conduct else []
    return (
        f"opened case {event.case} about {event.subject} on {grounds}, found {FOUND_BY[event.detection]}",
        f"It was referred by {event.referred_by}.",
        *about,
    )


@tells(CaseDocketed)
def _(event: CaseDocketed, _names: Names) -> Sentences:
    return (f"entered case {event.case} on {listed(event.grounds)} among those open about this person",)


@tells(CaseUndocketed)
def _(event: CaseUndocketed, _names: Names) -> Sentences:
    return (f"took case {event.case} from those open about this person",)


@tells(EvidenceAdded)
def _(event: EvidenceAdded, _names: Names) -> Sentences:
    why = f": {quoted(event.withheld_because)}." if event.withheld_because else ""
    return (
        f"added evidence {event.evidence} to case {event.case}: {CLASSES[event.evidence_class]} (class "
        f"{event.evidence_class}), {short(event.digest)}",
        f"It was given by {event.given_by} and is of {when(event.captured)}; what it says is (private).",
        f"{SHOWN[event.disclosure]}{why}",
    )


@tells(EvidenceWithdrawn)
def _(event: EvidenceWithdrawn, _names: Names) -> Sentences:
    return (f"withdrew evidence {event.evidence} of case {event.case}: {quoted(event.reason)}",)


@tells(CaseNoticeServed)
def _(event: CaseNoticeServed, _names: Names) -> Sentences:
    return (
        f"told the person of case {event.case}, {TOLD_BY[event.channel]}, in {short(event.text_digest)}",
        f"It named {listed(event.grounds)} and showed evidence {listed(event.evidence, 'none')}.",
        f"There is time to reply until {event.reply_by.local} {event.reply_by.zone}.",
    )


@tells(ReplyReceived)
def _(event: ReplyReceived, _names: Names) -> Sentences:
    return (f"received a reply of the person in case {event.case}, (private)",)


@tells(InterimMeasureTaken)
def _(event: InterimMeasureTaken, _names: Names) -> Sentences:
    what = {"hold-paper": "held the paper back", "suspend-entry": "suspended the entry"}[event.measure]
    rests = [f"It goes on by decision {event.decision} of {event.panel}."] if event.decision else []
    return (f"{what} in case {event.case} until {when(event.until)}: {quoted(event.reason)}", *rests)


@tells(InterimMeasureLifted)
def _(event: InterimMeasureLifted, _names: Names) -> Sentences:
    return (f"ended the measure in case {event.case} before its time: {quoted(event.reason)}",)


@tells(CaseAllocated)
def _(event: CaseAllocated, _names: Names) -> Sentences:
    why = [f"The reason given is {quoted(event.reason)}."] if event.reason else []
    how = {
        "rota": f"by rota, turn {event.turn} of {listed(event.among)}",
        "lot": f"by lot among {listed(event.among)}",
        "manual": "by hand",
    }[event.method]
    why += [f"Of the lot it is said: {quoted(event.witnesses)}."] if event.witnesses else []
    return (f"gave case {event.case} to {event.panel}, {how}", *why)


@tells(RotaTurnTaken)
def _(event: RotaTurnTaken, _names: Names) -> Sentences:
    return (f"counted turn {event.turn} of the rota of {listed(event.among)}: case {event.case}",)


@tells(MemberRecused)
def _(event: MemberRecused, _names: Names) -> Sentences:
    wish = "at their own wish" if event.required == "own-wish" else "as was required"
    return (f"recused {event.member} from case {event.case}, {wish}: {quoted(event.reason)}",)


@tells(RulingMade)
def _(event: RulingMade, _names: Names) -> Sentences:
    said = [_finding(each) for each in event.findings]
    if event.decided_by == "panel":
        votes = f"{event.votes_for} for, {event.votes_against} against, {event.abstained} abstained"
        withdrew = f"; {listed(event.recused)} withdrew" if event.recused else ""
        who = f"It was decided by {event.panel} at its sitting {event.sitting}: {votes}{withdrew}."
    elif event.decided_by == "auto":
        checked, reviewed = quoted(event.check_version or ""), event.reviewed_by
        who = f"It was decided by the check {checked}, reviewed by {reviewed}."
    else:
        who = f"It was decided by {event.actor}, an officer."
    effects = [f"{each.action} entry {each.number}" for each in event.effects if each.action != "none"]
    appeal = f"to {quoted(event.appeal)}" if event.appeal else f"to nobody, by clause {short(event.no_appeal or '')}"
    hurry = [f"It did not wait for the time to reply: {quoted(event.interim_reason)}."] if event.interim_reason else []
    return (
        f"recorded ruling {event.ruling} on case {event.case}: {OUTCOMES[event.outcome]}",
        who,
        f"It found {listed(said)}, on evidence {listed(event.evidence, 'none')}.",
        f"{counted(event.replies, 'reply', 'replies')} of the person, {event.late_replies} of them late, put to it.",
        *hurry,
        f"The reasons, of {counted(event.reasons_words, 'word')}, are (private).",
        *([f"When the person is told: {listed(effects)}."] if effects else []),
        *([PAPERS[event.papers]] if PAPERS[event.papers] else []),
        f"One may appeal {appeal}.",
    )


def _finding(found: Finding) -> str:
    clause = f" (clause {short(found.clause)})" if found.clause else ""
    return f"{found.ground}{clause} {FINDINGS[found.met]}, of {when(found.conduct)}"


@tells(RulingNotified)
def _(event: RulingNotified, _names: Names) -> Sentences:
    end = event.appeal_by
    time = [f"There is time to appeal until {end.local} {end.zone}."] if end else []
    how = TOLD_BY[event.channel]
    return (
        f"told the person of ruling {event.ruling} on case {event.case}, {how}, in {short(event.text_digest)}",
        *time,
    )


@tells(RulingCorrected)
def _(event: RulingCorrected, _names: Names) -> Sentences:
    return (f"put right a slip in the reasons of ruling {event.ruling} on case {event.case}: {quoted(event.reason)}",)


@tells(ConsentGiven)
def _(event: ConsentGiven, _names: Names) -> Sentences:
    who = {"subject": "the person it is about", "representative": "whoever speaks for them"}[event.by]
    what = f"recorded that the fact sheet of ruling {event.ruling} on case {event.case} may be public, as {who} signed"
    return (f"{what} in {short(event.text_digest)}",)


@tells(ConsentWithdrawn)
def _(event: ConsentWithdrawn, _names: Names) -> Sentences:
    return (f"recorded that the fact sheet of ruling {event.ruling} on case {event.case} is not to be public any more",)


@tells(CaseClosed)
def _(event: CaseClosed, _names: Names) -> Sentences:
    how = {"decided": "as decided", "withdrawn": "as withdrawn", "no-case": "for there was no case to answer"}
    return (f"closed case {event.case}, {how[event.reason]}",)


@tells(CaseReopened)
def _(event: CaseReopened, _names: Names) -> Sentences:
    why = f"as {event.basis} remitted it" if event.reason == "remitted" else "for there was new evidence"
    return (f"opened case {event.case} again, {why}",)


@tells(IncidentOpened)
def _(event: IncidentOpened, _names: Names) -> Sentences:
    kind = event.kind.replace("-", " ")
    return (f"opened incident {event.incident} of election {event.election}, {kind}: {quoted(event.title)}",)


@tells(CaseLinked)
def _(event: CaseLinked, _names: Names) -> Sentences:
    return (
        f"linked case {event.case} to incident {event.incident}: {quoted(event.signal)}",
        "Nothing is decided by that.",
    )


@tells(IncidentClosed)
def _(event: IncidentClosed, _names: Names) -> Sentences:
    return (f"closed incident {event.incident}: {quoted(event.finding)}",)


@tells(ProcedureAdopted)
def _(event: ProcedureAdopted, _names: Names) -> Sentences:
    most = event.interim_days
    interim = f"for {counted(most, 'day')} at most" if most else "not at all"
    days = f"{counted(event.appeal_days, 'working day' if event.days == 'working' else 'day')}"
    return (
        f"adopted rules of procedure for election {event.election}",
        f"There are {counted(event.reply_hours, 'hour')} to reply and {days} to appeal, by the clocks of {event.zone}.",
        f"Reasons have {counted(event.reasons_words, 'word')} at least; "
        f"{counted(event.reviewers, 'reviewer')} decide an appeal, heard after {event.hearing_hours} hours of notice.",
        f"An interim measure is taken {interim}.",
        f"They were published on {when(event.published)}.",
    )


@tells(RulingFiguresPublished)
def _(event: RulingFiguresPublished, _names: Names) -> Sentences:
    return (f"published numbers of the rulings of election {event.election} that people were told of by then",)
