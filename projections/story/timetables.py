"""What is told of timetables, fees, grounds, and of what is not decided yet; see `words.tells`."""

from __future__ import annotations

from ledger.rules.local_time import Dated
from ledger.rules.steps import step_text
from ledger.streams.deferral import DecisionDeferred
from ledger.streams.fee import FeeSet
from ledger.streams.ground import GroundAdopted
from ledger.streams.timetable import StepVaried, TimetableSet
from projections.story.words import Names, Sentences, counted, day, listed, quoted, short, tells, when

EVIDENCE = {
    "A": "a document or an official record (A)",
    "B": "an attributable public statement (B)",
    "C": "a tip or an inference (C)",
}
DECIDED_BY = {"auto": "It applies by itself", "officer": "An officer applies it", "panel": "A panel applies it"}


def local_text(date: Dated) -> str:
    """Write a date as `9 June 2010 at 12:30:00 Europe/London (11:30:00 UTC)`, with the day in UTC where it differs."""
    utc = date.utc[11:19] if date.utc[:10] == date.local[:10] else f"{day(date.utc)} at {date.utc[11:19]}"
    local = f"{day(date.local)} at {date.local[11:]} {date.zone}"
    return local if date.zone == "UTC" else f"{local} ({utc} UTC)"


@tells(TimetableSet)
def _(event: TimetableSet, _names: Names) -> Sentences:
    steps = sorted(event.steps, key=lambda each: each.date.utc)
    told = [f"{step_text(each.key)} {local_text(each.date)}" for each in steps]
    late = [each for each in steps if each.step == "freeze" and each.date.utc < event.published]
    return (
        f"set the timetable of election {event.election} of {counted(len(steps), 'step')}",
        f"It says: {'; '.join(told)}.",
        *_published(event.published, event.effective),
        *(f"The {step_text(each.key)} is retrospective: it was published later than it takes effect." for each in late),
        *_basis(event),
    )


@tells(StepVaried)
def _(event: StepVaried, _names: Names) -> Sentences:
    name = step_text((event.step, event.category))
    new = local_text(event.new)
    moved = f"gave {name} its first date, {new}" if event.old is None else _moved(name, event.old, new)
    late = event.step == "freeze" and event.new.utc < event.published
    return (
        f"{moved}, in the timetable of election {event.election}",
        f"Why: {quoted(event.reason)}.",
        *_published(event.published, event.effective),
        *((f"The {name} is retrospective: it was published later than it takes effect.",) if late else ()),
        *_basis(event),
    )


def _moved(name: str, old: Dated, new: str) -> str:
    return f"moved {name} from {local_text(old)} to {new}"


@tells(FeeSet)
def _(event: FeeSet, _names: Names) -> Sentences:
    lower = [f"{quoted(each.who)} {each.amount:,}" for each in event.concessions]
    window = [
        f"{word} {local_text(date)}"
        for word, date in (("from", event.opens), ("until", event.closes))
        if date is not None
    ]
    return (
        f"set the fee of {event.category} in election {event.election} at {event.amount:,} of the smallest unit of "
        f"{event.currency}",
        *((f"Lower fees: {listed(lower)}.",) if lower else ()),
        *((f"It may be paid {' '.join(window)}.",) if window else ()),
        *_published(event.published, event.effective),
        *_basis(event),
    )


@tells(GroundAdopted)
def _(event: GroundAdopted, _names: Names) -> Sentences:
    cure = "A fault on it cannot be put right."
    if event.cure_hours is not None:
        cure = f"A fault on it can be put right within {counted(event.cure_hours, 'hour')}."
    appeal = f"There is no appeal, by clause {short(event.no_appeal)} of the rule book." if event.no_appeal else ""
    barred = f"Whoever is removed on it stays out for {counted(event.bar_days or 0, 'day')}."
    return (
        f"adopted ground {event.ground} for election {event.election}, {quoted(event.title)}",
        f"What has to be so: {listed([quoted(test) for test in event.tests], 'nothing')}.",
        f"{DECIDED_BY[event.decided_by]}; what suffices is {EVIDENCE[event.evidence]}.",
        cure,
        f"One may appeal to {quoted(event.appeal)}." if event.appeal is not None else appeal,
        *((barred,) if event.bar_days is not None else ()),
        *_published(event.published, event.effective),
        *_basis(event),
    )


@tells(DecisionDeferred)
def _(event: DecisionDeferred, _names: Names) -> Sentences:
    return (
        f"said in public that {event.about.text} is not decided in election {event.election}",
        f"In these words: {quoted(event.statement)}.",
    )


def _published(published: str, effective: str) -> Sentences:
    return () if published == effective else (f"It was published on {when(published)}.",)


def _basis(event: TimetableSet | StepVaried | FeeSet | GroundAdopted) -> Sentences:
    parts = [f"decision {event.decision} of {event.body}"] if event.decision is not None else []
    parts += [f"clause {short(event.clause)} of the rule book"] if event.clause is not None else []
    return (f"It rests on {listed(parts)}.",) if parts else ()
