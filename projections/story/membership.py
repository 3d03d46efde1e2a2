"""What is told of members after they were registered: changes, suspensions, offices, merges, certified lists."""

from __future__ import annotations

from ledger.streams.agreement import ChangeAgreed
from ledger.streams.certificate import ListCertified
from ledger.streams.membership import (
    MemberAmended,
    MemberExpelled,
    MemberReadmitted,
    MembershipChanged,
    MemberSuspended,
    OfficeCeased,
    OfficeHeld,
    SuspensionLifted,
)
from ledger.streams.merge import MergeUndone, PersonsMerged
from projections.story.members import where_listed
from projections.story.words import Names, Sentences, counted, day, listed, quoted, short, tells, when


@tells(MemberAmended)
def _(event: MemberAmended, _names: Names) -> Sentences:
    what = f"amended {event.stream}, now in category {event.category}{where_listed(event)}"
    return (what, "Who that is: (private).")


@tells(MembershipChanged)
def _(event: MembershipChanged, _names: Names) -> Sentences:
    to = [f"{name} {value}" for name, value in (("unit", event.unit), ("category", event.category)) if value]
    where = f", now in {listed(to)}" if to else ""
    return (f"recorded the membership of {event.stream} as {event.change} on {day(event.on)}{where}",)


@tells(ChangeAgreed)
def _(event: ChangeAgreed, _names: Names) -> Sentences:
    terms = listed([f"{term.field} {quoted(term.value)}" for term in event.terms])
    about = f"person/{event.person}, which reaches back over a freeze"
    if event.election:
        about = f"entry/{event.election}/{event.person}, after the freeze"
    what = f"agreed, as second officer, to {event.agreed} of {about}"
    return (what, f"With {terms}.", "Why: (private).")


@tells(MemberSuspended)
def _(event: MemberSuspended, _names: Names) -> Sentences:
    until = f"until {day(event.until)}" if event.until else "until it is lifted"
    what = f"suspended {event.stream} from {day(event.on)} {until}; the vote is {_kept(event.voting)}"
    return (what, f"By clause {short(event.clause)}.", *_decided(event.body, event.decision))


@tells(SuspensionLifted)
def _(event: SuspensionLifted, _names: Names) -> Sentences:
    what = f"recorded the suspension of {event.stream} as ended on {day(event.on)}"
    return (what, *_decided(event.body, event.decision))


@tells(MemberExpelled)
def _(event: MemberExpelled, _names: Names) -> Sentences:
    what = f"expelled {event.stream} from {day(event.on)} on"
    return (what, f"By clause {short(event.clause)}.", *_decided(event.body, event.decision))


@tells(MemberReadmitted)
def _(event: MemberReadmitted, _names: Names) -> Sentences:
    return (f"readmitted {event.stream} from {day(event.on)} on", *_decided(event.body, event.decision))


@tells(OfficeHeld)
def _(event: OfficeHeld, _names: Names) -> Sentences:
    area = f" for {event.area}" if event.area else ""
    what = f"recorded {event.stream} as holding {event.office}{area} from {day(event.on)} on"
    return (what, f"It can be looked up: {quoted(event.source)}.")


@tells(OfficeCeased)
def _(event: OfficeCeased, _names: Names) -> Sentences:
    area = f" for {event.area}" if event.area else ""
    what = f"recorded {event.stream} as not holding {event.office}{area} any more from {day(event.on)} on"
    return (what, f"It can be looked up: {quoted(event.source)}.")


@tells(PersonsMerged)
def _(event: PersonsMerged, _names: Names) -> Sentences:
    what = f"merged person {event.stream.partition('/')[2]} into {event.kept}, by {listed(list(event.basis))}"
    like = f"They are like each other by {event.score} of 100" if event.score is not None else ""
    by = f", as {quoted(event.matcher)} has it" if event.matcher else ""
    return (what, *([f"{like}{by}."] if like else []), "Both stay on record, and it can be undone.")


@tells(MergeUndone)
def _(event: MergeUndone, _names: Names) -> Sentences:
    return (f"undid the merge of person {event.stream.partition('/')[2]}", f"Reason: {event.reason}.")


@tells(ListCertified)
def _(event: ListCertified, _names: Names) -> Sentences:
    what = f"certified a list of {counted(event.rows, 'member')} of {event.affiliate} for register {event.register_id}"
    parts = [f"{event.levy:,} pay the levy"] if event.levy is not None else []
    parts += [f"{event.declared:,} declared their support"] if event.declared is not None else []
    numbers = f"Of them {listed(parts)}." if parts else ""
    late = f"It was due at {when(event.due)}, and is late." if event.due and event.late else ""
    return (what, f"It was drawn up as of {day(event.as_of)}.", *filter(None, [numbers, late]))


def _kept(voting: str) -> str:
    return "kept" if voting == "keeps" else "lost meanwhile"


def _decided(body: str | None, decision: str | None) -> Sentences:
    return (f"Decided by {body}, decision {decision or 'not named'}.",) if body else ()
