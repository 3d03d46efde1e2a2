"""What is told of papers issued and returned, and of what ties them to electors; see `words.tells`."""

from __future__ import annotations

from ledger.streams.issue import PapersIssued
from ledger.streams.issued import (
    PaperCancelled,
    PaperIssued,
    PaperReissued,
    PaperSetAside,
    PaperUnlinked,
    SetAsideReversed,
)
from ledger.streams.linkage import LinkageDestroyed, LinkageSealed
from ledger.streams.returned import DuplicateReturnHeld, MarksReceived, MarksReconciled, ReturnMarked
from ledger.streams.ruled_papers import WHY
from projections.story.words import Names, Sentences, counted, day, listed, quoted, short, tells, when

CHANNELS = {"post": "by post", "online": "online", "by-hand": "by hand", "several": "by several channels"}
REASONS = {
    "late-admission": "it was added to the roll late",
    "ruling": "of a ruling",
    "appeal": "of an appeal",
    "clerical": "of a clerical error",
}


@tells(PapersIssued)
def _(event: PapersIssued, _names: Names) -> Sentences:
    papers = counted(event.count, "paper")
    how = CHANNELS[event.channel]
    what = f"issued {papers} of contest {event.contest} in section {event.section} {how}"
    meaning = ["Everybody of the section who was on the roll and had none has one now."]
    if event.first_serial is not None:
        meaning.append(f"Their numbers run from {event.first_serial} to {event.first_serial + event.count - 1}.")
    return (f"{what}, by version {event.roll_version} of the roll", *meaning)


@tells(PaperIssued)
def _(event: PaperIssued, _names: Names) -> Sentences:
    what = f"issued a paper of contest {event.contest} to {_elector(event)} because {REASONS[event.reason]}"
    return (what, *_basis(event.basis))


@tells(PaperReissued)
def _(event: PaperReissued, _names: Names) -> Sentences:
    why = {"lost": "was lost", "spoilt": "was handed back spoilt", "not-arrived": "never arrived"}[event.reason]
    return (f"issued another paper of contest {event.contest} to {_elector(event)}, whose first {why}",)


@tells(PaperCancelled)
def _(event: PaperCancelled, _names: Names) -> Sentences:
    causes = {"removed": "the entry was removed from the roll", "death": "of a death"}
    why = causes.get(event.cause) or REASONS[event.cause]
    what = f"cancelled the paper of {_elector(event)} in contest {event.contest} because {why}"
    return (what, *_basis(event.basis), "Should it come back, it is not marked.")


@tells(PaperSetAside)
def _(event: PaperSetAside, _names: Names) -> Sentences:
    what = f"set aside the paper of {_elector(event)} in contest {event.contest} before it was read"
    return (what, *_basis(event.basis), "It is not counted.")


@tells(PaperUnlinked)
def _(event: PaperUnlinked, _names: Names) -> Sentences:
    what = f"could not set aside the paper of {_elector(event)} in contest {event.contest}: {WHY[event.why]} before"
    left = "It stays in the count if it came back; what is left is to ask whether it could have made a difference."
    return (what, *_basis(event.basis), left)


@tells(SetAsideReversed)
def _(event: SetAsideReversed, _names: Names) -> Sentences:
    what = f"put the paper of {_elector(event)} in contest {event.contest} back, which was set aside"
    return (what, *_basis(event.basis), "It is counted.")


@tells(ReturnMarked)
def _(event: ReturnMarked, _names: Names) -> Sentences:
    what = f"marked that the paper of {_elector(event)} in contest {event.contest} came back on {_day(event)}"
    return (what, "What is on it is nowhere beside this.")


@tells(DuplicateReturnHeld)
def _(event: DuplicateReturnHeld, _names: Names) -> Sentences:
    what = f"held another paper of {_elector(event)} in contest {event.contest}, which came back on {_day(event)}"
    return (what, "One had been marked before.")


@tells(MarksReceived)
def _(event: MarksReceived, _names: Names) -> Sentences:
    what = f"received a marked register of {counted(event.rows, 'row')} for contest {event.contest}"
    return (what, "Its marks count once it is taken in whole.")


@tells(MarksReconciled)
def _(event: MarksReconciled, _names: Names) -> Sentences:
    rejected = sum(each.rows for each in event.rejected)
    parts = f"{event.accepted:,} marked, {event.duplicates:,} further returns, {event.held:,} held before"
    why = listed([f"{each.code} {each.rows:,}" for each in event.rejected], "none")
    what = f"took in a marked register of {counted(event.rows, 'row')} for contest {event.contest}"
    return (what, f"Its rows: {parts}, {rejected:,} rejected.", *([f"Rejected: {why}."] if rejected else []))


@tells(LinkageSealed)
def _(event: LinkageSealed, _names: Names) -> Sentences:
    what = f"sealed what ties papers of contest {event.contest} to electors, {short(event.digest)}"
    return (what, f"It is kept by {event.custodian} until {when(event.until)}.")


@tells(LinkageDestroyed)
def _(event: LinkageDestroyed, _names: Names) -> Sentences:
    what = f"destroyed what tied papers of contest {event.contest} to electors"
    return (what, f"How: {quoted(event.how)}.")


OfOnePaper = (
    PaperIssued
    | PaperReissued
    | PaperCancelled
    | PaperSetAside
    | PaperUnlinked
    | SetAsideReversed
    | ReturnMarked
    | DuplicateReturnHeld
)


def _elector(event: OfOnePaper) -> str:
    return f"elector {event.stream.rpartition('/')[2]}/{event.number}"


def _day(event: ReturnMarked | DuplicateReturnHeld) -> str:
    return day(event.day) + (f" by {event.channel}" if event.channel else "")


def _basis(basis: str | None) -> tuple[str, ...]:
    return (f"It rests on {basis}.",) if basis else ()
