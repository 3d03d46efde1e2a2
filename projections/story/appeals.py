"""What is told of appeals; see `words.tells`."""

from __future__ import annotations

from ledger.streams.appeal_events import (
    AppealAttempted,
    AppealDetermined,
    AppealLodged,
    AppealReceivedLate,
    AppealWithdrawn,
    EvidencePackDisclosed,
    HearingHeld,
    LeaveGranted,
    LeaveRefused,
    RemedyDone,
    RemedyOrdered,
    ReviewersAssigned,
)
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells, when

REMEDIES = {
    "restore-entry": "that the entry be restored",
    "issue-paper": "that a paper be issued",
    "count-set-aside": "that a paper set aside be counted",
    "admit": "that the application be open again, to be admitted by its tests",
    "refund": "that the fee be paid back",
    "apology": "an apology",
    "rerun": "that the poll be held again",
    "rehearing": "that it be heard again",
    "none-possible": "nothing, for no remedy is possible any more",
}
SAID = "What they say is (private)."
BY = {"subject": "by the person it is about", "representative": "by their representative"}


@tells(AppealLodged)
def _(event: AppealLodged, _names: Names) -> Sentences:
    return (f"received an appeal {_against(event)}", SAID)


@tells(AppealReceivedLate)
def _(event: AppealReceivedLate, _names: Names) -> Sentences:
    late = f"It was due by {event.appeal_by.local} {event.appeal_by.zone}; it needs leave."
    return (f"received an appeal, late, {_against(event)}", late, SAID)


@tells(AppealAttempted)
def _(event: AppealAttempted, _names: Names) -> Sentences:
    return (f"received an appeal where none lies, {_against(event)}", f"By clause {short(event.no_appeal)}.", SAID)


def _against(event: AppealLodged | AppealReceivedLate | AppealAttempted) -> str:
    return f"against ruling {event.ruling} on case {event.case}, {BY[event.by]}, on {listed(event.grounds)}"


@tells(LeaveGranted)
def _(event: LeaveGranted, _names: Names) -> Sentences:
    return (f"let in the late appeal against ruling {event.ruling} on case {event.case}: {quoted(event.reason)}",)


@tells(LeaveRefused)
def _(event: LeaveRefused, _names: Names) -> Sentences:
    return (f"refused leave for the appeal against ruling {event.ruling} on case {event.case}: {quoted(event.reason)}",)


@tells(ReviewersAssigned)
def _(event: ReviewersAssigned, _names: Names) -> Sentences:
    return (
        f"assigned {listed(event.reviewers)} to the appeal against ruling {event.ruling} on case {event.case}",
        "It was checked that nobody of them sat on it, referred the case, gave evidence, or had declared an interest.",
    )


@tells(EvidencePackDisclosed)
def _(event: EvidencePackDisclosed, _names: Names) -> Sentences:
    kept = [f"Not, or not in whole: {each.evidence}, {quoted(each.why)}." for each in event.withheld]
    return (
        f"disclosed evidence {listed(event.items, 'none')} to the appellant, in {short(event.text_digest)}",
        *kept,
    )


@tells(HearingHeld)
def _(event: HearingHeld, _names: Names) -> Sentences:
    what = "heard the appeal" if event.manner == "hearing" else "considered the appeal on the papers"
    beside = ", with somebody beside the appellant" if event.represented == "yes" else ""
    return (
        f"{what} against ruling {event.ruling} on case {event.case}, {listed(event.present)} present{beside}",
        f"Notice of it was given on {when(event.notice)}; the record is {short(event.record_digest)}.",
    )


@tells(AppealDetermined)
def _(event: AppealDetermined, _names: Names) -> Sentences:
    abstained = f", {event.abstained} abstained" if event.abstained else ""
    answers = listed([f"{each.ground} {each.upheld.replace('-', ' ')}" for each in event.answers])
    return (
        f"recorded the appeal against ruling {event.ruling} on case {event.case} as {event.outcome}",
        f"Of its grounds: {answers}; {event.votes_for} for, {event.votes_against} against{abstained}.",
        f"The reasons, of {counted(event.reasons_words, 'word')}, are (private).",
    )


@tells(RemedyOrdered)
def _(event: RemedyOrdered, _names: Names) -> Sentences:
    due = f", by {event.due.local} {event.due.zone}" if event.due else ""
    why = [f"The reason given is {quoted(event.reason)}."] if event.reason else []
    return (f"ordered {REMEDIES[event.remedy]}{due}, in remedy {event.number}", *why)


@tells(RemedyDone)
def _(event: RemedyDone, _names: Names) -> Sentences:
    proof = short(event.proof) if event.proof.startswith("sha256:") else event.proof
    return (f"recorded remedy {event.number} as done, which {proof} shows",)


@tells(AppealWithdrawn)
def _(event: AppealWithdrawn, _names: Names) -> Sentences:
    return (f"recorded the appeal against ruling {event.ruling} on case {event.case} as withdrawn",)
