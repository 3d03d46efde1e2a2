"""What is told of nominations, nominators and nominees; see `words.tells`."""

from __future__ import annotations

from fractions import Fraction

from ledger.rules.nomination import AllOf, AnyOf, CountTest, NominationRule
from ledger.streams.candidate_file import (
    AgentAppointed,
    AttributeRecorded,
    CandidateWithdrew,
    NominationAccepted,
    NominationDeclined,
    StatementLodged,
)
from ledger.streams.nominated import (
    BallotOrderCommitted,
    BallotOrderDrawn,
    ClassSized,
    NominationsClosed,
    NominationsOpened,
    NomineeNamed,
    StatementPublished,
    UnopposedDeclared,
)
from ledger.streams.nomination import (
    NominationReceived,
    NominationReceivedLate,
    NominationRuledInvalid,
    NominationRuledValid,
    NominationWithdrawn,
)
from ledger.streams.nominator import EntitlementEnded, NominatorRegistered
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells, when

WHY = {
    "declined": "declined",
    "not-accepted": "did not accept",
    "threshold-not-met": "did not meet the threshold",
    "withdrew": "withdrew",
}


def _under(clause: str | None) -> str:
    return "" if clause is None else f", under clause {short(clause)}"


@tells(NominationsOpened)
def _(event: NominationsOpened, _names: Names) -> Sentences:
    where = f"contest {event.contest} of election {event.election}, {quoted(event.office)}"
    return (
        f"opened nominations for {where}, for {counted(event.seats, 'place')}{_under(event.clause)}",
        f"Who may nominate: {listed([each.id for each in event.rule.classes])}.",
        *_thresholds(event.rule),
        f"Acceptance by the nominee is {event.rule.acceptance.replace('-', ' ')}; "
        f"an incumbent is {event.rule.incumbent.replace('-', ' ')}.",
    )


def _thresholds(rule: NominationRule) -> Sentences:
    told = []
    for test in rule.thresholds:
        if isinstance(test, AllOf | AnyOf):
            what = f"{'all' if isinstance(test, AllOf) else 'any one'} of {', '.join(test.parts)}"
        elif isinstance(test, CountTest):
            what = f"at least {test.least} of {test.nominator_class}"
        else:
            percent = Fraction(test.share) * 100
            exact = f"{percent} per cent" if percent.denominator == 1 else test.share
            of = test.nominator_class if test.of == "nominators" else f"the members of {test.nominator_class}"
            what = f"{test.bound.replace('-', ' ')} {exact} of {of}"
        told.append(f"{test.id} is {what}")
    if not told:
        return ("There is no threshold.",)
    return (f"Thresholds: {'; '.join(told)}.", f"To be validly nominated takes {rule.requires}.")


@tells(NomineeNamed)
def _(event: NomineeNamed, _names: Names) -> Sentences:
    return (f"named {quoted(event.name)} as {event.nominee}, who may be nominated for contest {event.contest}",)


@tells(ClassSized)
def _(event: ClassSized, _names: Names) -> Sentences:
    what = f"{event.size:,} {event.measure}"
    return (
        f"recorded the size of the class {event.nominator_class} for contest {event.contest}: {what} at {event.as_of}, "
        f"from the source {quoted(event.source)}",
        "It takes the place of any size of the class recorded before.",
    )


@tells(NominationsClosed)
def _(event: NominationsClosed, _names: Names) -> Sentences:
    closes = [f"{each.nominator_class} at {when(each.moment)}" for each in event.closes]
    return (
        f"closed nominations for contest {event.contest}",
        f"By the timetable they closed for {listed(closes)}.",
        "What comes in later is recorded as late, and has no effect.",
    )


@tells(StatementPublished)
def _(event: StatementPublished, _names: Names) -> Sentences:
    valid = [f"{quoted(each.name)} ({each.nominee})" for each in event.persons if each.valid]
    others = [
        f"{quoted(each.name)} ({each.nominee}), who {' and '.join(WHY[reason] for reason in each.reasons)}"
        for each in event.persons
        if not each.valid
    ]
    again = "" if event.reason is None else f" in place of the one before, with the reason {quoted(event.reason)}"
    counts = (("received late", event.late), ("received in time and not standing", event.void))
    return (
        f"published the statement of persons nominated for contest {event.contest}{again}, on the record up to event "
        f"{event.as_of_position}",
        f"Validly nominated: {listed(valid)}.",
        *([f"Not validly nominated: {listed(others)}."] if others else []),
        *(f"Nominations {what}: {number:,}." for what, number in counts if number),
    )


@tells(UnopposedDeclared)
def _(event: UnopposedDeclared, _names: Names) -> Sentences:
    what = f"declared {listed(event.candidates)} elected unopposed in contest {event.contest}"
    return (what, "There are no more candidates than places, and no poll is held.")


@tells(BallotOrderCommitted)
def _(event: BallotOrderCommitted, _names: Names) -> Sentences:
    what = f"committed to a seed, {short(event.commitment)}, for the ballot order of contest {event.contest}"
    return (what, "The seed stays secret until the order is drawn.")


@tells(BallotOrderDrawn)
def _(event: BallotOrderDrawn, _names: Names) -> Sentences:
    how = f"from {counted(len(event.seed), 'seed')} committed to before" if event.seed else "by hand"
    seen = "" if event.witnesses is None else f", before witnesses: {quoted(event.witnesses)}"
    silent = f"Committed to a seed and did not reveal it: {listed(event.unrevealed)}."
    return (
        f"drew the order on the ballot paper of contest {event.contest}, {how}{seen}",
        *([silent] if event.unrevealed else []),
        f"The order is {listed(event.order)}.",
    )


@tells(NominatorRegistered)
def _(event: NominatorRegistered, _names: Names) -> Sentences:
    name = "" if event.name is None else f", {quoted(event.name)},"
    size = "" if event.size is None else f", with {counted(event.size, 'member')}"
    return (
        f"registered {event.nominator}{name} as a nominator of the class {event.nominator_class} in election "
        f"{event.election}{size}, as of {event.as_of}, from the source {quoted(event.source)}",
    )


@tells(EntitlementEnded)
def _(event: EntitlementEnded, _names: Names) -> Sentences:
    return (
        f"ended the right of {event.nominator} to nominate in election {event.election}{_under(event.clause)}, with "
        f"the reason {quoted(event.reason)}",
        "What it nominated falls wherever its class had not closed yet.",
    )


@tells(NominationReceived)
def _(event: NominationReceived, _names: Names) -> Sentences:
    what = f"received the nomination of {event.nominee} by {event.nominator}, of the class {event.nominator_class},"
    told = [f"{what} for contest {event.contest}"]
    if event.meeting is not None:
        meeting = event.meeting
        certified = "not certified" if meeting.certified_by is None else f"certified by {quoted(meeting.certified_by)}"
        votes = f"{meeting.present:,} present of {meeting.eligible:,} eligible, {meeting.in_favour:,} in favour"
        notice = f"{counted(meeting.notice_days, 'day')} of notice"
        told.append(f"It was made by {meeting.kind} meeting with {notice}, {votes}, {certified}.")
    if event.irregular:
        told.append(f"It was irregular ({quoted('; '.join(event.irregular))}), and stands unless it is ruled invalid.")
    return tuple(told)


@tells(NominationReceivedLate)
def _(event: NominationReceivedLate, _names: Names) -> Sentences:
    what = f"received the nomination of {event.nominee} by {event.nominator} for contest {event.contest} late"
    closed = f"The class {event.nominator_class} had closed at {when(event.closed)}; the nomination has no effect."
    return (what, closed)


@tells(NominationWithdrawn)
def _(event: NominationWithdrawn, _names: Names) -> Sentences:
    reason = "" if event.reason is None else f", with the reason {quoted(event.reason)}"
    what = f"recorded that {event.nominator} withdrew its nomination of {event.nominee} for contest {event.contest}"
    return (f"{what}{reason}", "It may nominate again until its class closes.")


@tells(NominationRuledInvalid)
def _(event: NominationRuledInvalid, _names: Names) -> Sentences:
    return (_ruled(event, "invalid"), "It does not stand.")


@tells(NominationRuledValid)
def _(event: NominationRuledValid, _names: Names) -> Sentences:
    return (_ruled(event, "valid"), "It stands, although it was irregular.")


def _ruled(event: NominationRuledInvalid | NominationRuledValid, how: str) -> str:
    ruling = "" if event.ruling is None else f" by ruling {event.ruling}"
    what = f"ruled the nomination of {event.nominee} by {event.nominator} for contest {event.contest} {how}{ruling}"
    return f"{what}{_under(event.clause)}, with the reasons {quoted(event.reasons)}"


@tells(NominationAccepted)
def _(event: NominationAccepted, names: Names) -> Sentences:
    return (f"recorded that {names.who(event.contest, event.nominee)} accepted to stand in contest {event.contest}",)


@tells(NominationDeclined)
def _(event: NominationDeclined, names: Names) -> Sentences:
    return (f"recorded that {names.who(event.contest, event.nominee)} declined to stand in contest {event.contest}",)


@tells(AgentAppointed)
def _(event: AgentAppointed, names: Names) -> Sentences:
    who = names.who(event.contest, event.nominee)
    return (f"recorded person {event.agent} as the agent of {who} in contest {event.contest}, in place of any before",)


@tells(StatementLodged)
def _(event: StatementLodged, names: Names) -> Sentences:
    who = names.who(event.contest, event.nominee)
    length = f"{counted(event.words, 'word')}, {counted(event.characters, 'character')}"
    return (
        f"lodged the statement of {who} for contest {event.contest} in {event.language}: {length}, "
        f"{short(event.digest)}",
    )


@tells(AttributeRecorded)
def _(event: AttributeRecorded, names: Names) -> Sentences:
    who = names.who(event.contest, event.nominee)
    consent = "" if event.consent is None else ", with the candidate's consent"
    return (
        f"recorded {event.attribute.replace('-', ' ')} of {who} in contest {event.contest} as {quoted(event.value)} at "
        f"{event.as_of}, from the source {quoted(event.source)}{consent}",
        "The ledger does not assert it: it is what the source has.",
    )


@tells(CandidateWithdrew)
def _(event: CandidateWithdrew, names: Names) -> Sentences:
    what = f"recorded that {names.who(event.contest, event.nominee)} withdrew from contest {event.contest}"
    return (what, "Nominators are free to nominate somebody else until their class closes.")
