"""The check of nominations: in time, by who was entitled, one each; and statements that are those of the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ledger.event import Event
from ledger.rules.agreement import disagreements
from ledger.rules.drawing import BALLOT_ORDER, commitment_to, order_of
from ledger.rules.meeting import irregularities
from ledger.rules.nomination import unmeetable
from ledger.streams.candidate_file import (
    AgentAppointed,
    AttributeRecorded,
    CandidateWithdrew,
    NominationAccepted,
    NominationDeclined,
    StatementLodged,
)
from ledger.streams.contest import ContestDefined
from ledger.streams.nominated import (
    OPENING,
    BallotOrderCommitted,
    BallotOrderDrawn,
    ClassSized,
    Nominations,
    NominationsClosed,
    NominationsOpened,
    NomineeNamed,
    StatementPublished,
    UnopposedDeclared,
    closing,
    consents_close,
)
from ledger.streams.nomination import (
    NominationReceived,
    NominationReceivedLate,
    NominationRuledInvalid,
    NominationRuledValid,
    NominationWithdrawn,
)
from ledger.streams.nomination_ruling import REASONS_MIN, suffices
from ledger.streams.nominator import EntitlementEnded, NominatorRegistered
from ledger.streams.stated import NOMINATION_TYPES, valid_by_record, valid_by_statement
from ledger.streams.statement import lines_of
from projections.verify.finding import Finding
from projections.verify.nomination_replay import Replay, board_of

if TYPE_CHECKING:
    from projections.verify.record import RecordRead

PAST = (
    AgentAppointed,
    AttributeRecorded,
    CandidateWithdrew,
    EntitlementEnded,
    NominationAccepted,
    NominationDeclined,
    NominationReceived,
    NominationReceivedLate,
    NominationRuledInvalid,
    NominationRuledValid,
    NominationWithdrawn,
    NominationsClosed,
    NominationsOpened,
    StatementLodged,
    StatementPublished,
    UnopposedDeclared,
)
BEFORE_CONTEST = (
    BallotOrderDrawn,
    ClassSized,
    NominationRuledInvalid,
    NominationRuledValid,
    NomineeNamed,
    StatementPublished,
    UnopposedDeclared,
)
Fault = tuple[str, str, str]  # code, what was expected, what was found


def check_nominations(record: RecordRead) -> Iterator[Finding]:
    """E7: everything recorded of nominations is what the desk would have recorded, and every statement holds."""
    replay = Replay()
    defined: set[str] = set()
    for position, event in record.others:
        for code, expected, found in (*_untimely(defined, event), *_faults(replay, defined, event)):
            yield Finding("E7", code, position, event.stream, expected, found)
        if isinstance(event, ContestDefined | UnopposedDeclared):
            for code, expected, found in _of_candidates(record, position, replay.room(event.contest)):
                yield Finding("E7", code, position, event.stream, expected, found)
        if isinstance(event, StatementPublished):
            for code, expected, found in _of_statement(record, position, event):
                yield Finding("E7", code, position, event.stream, expected, found)
        if isinstance(event, ContestDefined):
            defined.add(event.contest)
        replay.add(event)


def _untimely(defined: set[str], event: Event) -> Iterator[Fault]:
    """Give what was recorded before it happened, and what changes a contest that was defined."""
    if isinstance(event, PAST) and event.effective > event.recorded:
        yield "future-dated", f"a moment up to {event.recorded}, when it was recorded", event.effective
    if isinstance(event, BEFORE_CONTEST) and event.contest in defined:
        yield "contest-exists", "nothing of it once the contest was defined", event.type


def _of_candidates(record: RecordRead, position: int, room: Nominations) -> Iterator[Fault]:
    """Give where a contest, or one unopposed, goes by a statement that does not hold any more."""
    if room.statement is None:
        return
    board = board_of([(at, each) for at, each in record.others if at < position], room.contest, position - 1)
    stated, known = valid_by_statement(room), valid_by_record(board.figures) if board else {}
    if stated != known:
        yield "statement-stale", ", ".join(known) or "nobody", ", ".join(stated) or "nobody"


def _faults(replay: Replay, defined: set[str], event: Event) -> Iterator[Fault]:
    """Give what the desk would have refused of an event, by what came before it."""
    match event:
        case ContestDefined():
            for unfit in disagreements(replay.room(event.contest), event):
                yield unfit.code, unfit.expected, unfit.found
        case NominationsOpened():
            yield from _of_opening(replay, defined, event)
        case NominationReceived() | NominationReceivedLate():
            yield from _of_receipt(replay, event)
        case NominationWithdrawn() | NominationRuledInvalid() | NominationRuledValid():
            yield from _of_standing(replay, event)
        case NominationsClosed():
            yield from _of_close(replay, event)
        case NominationAccepted() | StatementLodged():
            last = consents_close(replay.timetable(event.contest)) or ""
            if event.effective > last:
                yield "late", f"up to {last or 'a close that was set'}", event.effective
        case UnopposedDeclared():
            yield from _of_unopposed(replay.room(event.contest), event)
        case BallotOrderCommitted() | BallotOrderDrawn():
            yield from _of_order(replay.room(event.contest), event)
        case NominatorRegistered() | EntitlementEnded():
            known = replay.nominators.get((event.election, event.nominator))
            if isinstance(event, NominatorRegistered) == (known is not None):
                yield "nominator-twice" if known else "unknown-nominator", "one registration before", event.nominator


def _of_opening(replay: Replay, defined: set[str], event: NominationsOpened) -> Iterator[Fault]:
    if replay.room(event.contest).opened is not None:
        yield "nominations-exist", "one opening", "another"
    if event.contest in defined:
        yield "contest-exists", "an opening before the contest was defined", "after it"
    failing = unmeetable(event.rule, {})
    if failing:
        yield "threshold-infeasible", "thresholds that somebody can meet", ", ".join(failing)


def _of_receipt(replay: Replay, event: NominationReceived | NominationReceivedLate) -> Iterator[Fault]:
    room = replay.room(event.contest)
    if room.opened is None:
        yield "nominations-missing", "nominations that were opened before", "none"
        return
    if event.nominee not in room.names:
        yield "unknown-nominee", "a nominee named before", event.nominee
    nominator = replay.nominators.get((room.election, event.nominator))
    registered = nominator.registered if nominator else None
    if nominator is None or registered is None or registered.nominator_class != event.nominator_class:
        yield "not-entitled", f"a nominator of class {event.nominator_class} registered before", event.nominator
    elif nominator.ended is not None and nominator.ended.effective <= event.effective:
        yield "not-entitled", f"one received before {nominator.ended.effective}", event.effective
    rule = room.opened.rule
    begins = max(
        room.opened.effective, closing(replay.timetable(event.contest), rule, event.nominator_class, OPENING) or ""
    )
    if event.effective < begins:
        yield "not-yet", f"one received from {begins} on", event.effective
    close = replay.close(event.contest, event.nominator_class)
    if isinstance(event, NominationReceivedLate):
        if event.closed != close or event.effective <= close:
            yield "not-late", f"one received after the close, {close}", f"{event.effective}, close {event.closed}"
        return
    if event.effective > close:
        yield "late", f"one received up to the close, {close or 'which was never set'}", event.effective
    before = replay.given.get((event.contest, event.nominator))
    standing = before.standing if before else None
    file = replay.files.get((event.contest, standing.nominee)) if standing else None
    if standing is not None and (file is None or file.withdrew is None):
        yield "already-nominated", f"no nomination by {event.nominator} that stands", standing.nominee
    if registered is not None and event.size != registered.size:
        yield "size-differs", f"the size as registered, {registered.size}", str(event.size)
    known = rule.class_of(event.nominator_class)
    irregular = tuple(irregularities(known.meeting if known else None, event.meeting))
    if irregular != (event.irregular or ()):
        yield "irregular", "; ".join(irregular) or "nothing irregular", "; ".join(event.irregular or ()) or "nothing"


def _of_standing(
    replay: Replay, event: NominationWithdrawn | NominationRuledInvalid | NominationRuledValid
) -> Iterator[Fault]:
    before = replay.given.get((event.contest, event.nominator))
    standing = before.standing if before else None
    if standing is None or standing.nominee != event.nominee:
        found = standing.nominee if standing else "none"
        yield "nomination-missing", f"a nomination of {event.nominee} that stands", found
    elif not isinstance(event, NominationWithdrawn):
        if not suffices(event.reasons):
            yield "reasons-insufficient", f"reasons of {REASONS_MIN} characters or more", repr(event.reasons)
        if isinstance(event, NominationRuledValid) and (not standing.irregular or (before and before.ruled)):
            yield "not-irregular", "an irregular nomination without a ruling", "a regular one, or one ruled on"
    else:
        close = replay.close(event.contest, standing.nominator_class)
        if event.effective > close:
            yield "nominations-closed", f"a withdrawal up to {close}", event.effective


def _of_close(replay: Replay, event: NominationsClosed) -> Iterator[Fault]:
    room = replay.room(event.contest)
    expected = (
        {each.id: replay.close(event.contest, each.id) for each in room.opened.rule.classes} if room.opened else {}
    )
    found = {each.nominator_class: each.moment for each in event.closes}
    if found != expected:
        yield "close-differs", str(expected), str(found)
    if event.effective < max(expected.values(), default=""):
        yield "not-yet", f"a close from {max(expected.values())} on", event.effective
    if room.closed is not None:
        yield "nominations-closed", "one close", "another"


def _of_unopposed(room: Nominations, event: UnopposedDeclared) -> Iterator[Fault]:
    if sorted(event.candidates) != sorted(room.candidates) or not event.candidates:
        found = ", ".join(event.candidates) or "nobody"
        yield "not-nominated", ", ".join(room.candidates) or "a statement that names somebody", found
    if room.opened is not None and len(event.candidates) > room.opened.seats:
        yield "contested", f"at most {room.opened.seats} candidates", str(len(event.candidates))


def _of_order(room: Nominations, event: BallotOrderCommitted | BallotOrderDrawn) -> Iterator[Fault]:
    committed = room.commitments
    if isinstance(event, BallotOrderCommitted):
        if room.closed is not None:
            yield "nominations-closed", "a commitment before the close", "after it"
        if event.actor in committed:
            yield "lot-committed", "one commitment of an office", "another"
        return
    if room.statement is None or room.drawn is not None:
        yield "order-drawn", "one drawing, after the statement", "another" if room.drawn else "before it"
    if sorted(event.order) != sorted(room.candidates) and room.drawn is None:
        yield "not-the-tied", ", ".join(room.candidates) + " in some order", ", ".join(event.order) or "nobody"
    if not committed or event.unrevealed:
        strangers = [office for office in event.unrevealed if office not in committed]
        if event.seed or strangers:
            yield "not-committed", "seeds committed to", "none, or one that was not revealed"
        if not event.witnesses:
            yield "witnesses-needed", "an order drawn before witnesses", "nothing said of them"
    elif [commitment_to(seed) for seed in event.seed] != [*committed.values()]:
        yield (
            "seed-differs",
            f"the seeds of {', '.join(committed)}",
            ", ".join(map(commitment_to, event.seed)) or "none",
        )
    else:
        order = order_of(event.seed, event.contest, BALLOT_ORDER, event.order)
        if order != event.order:
            yield "lot-differs", ", ".join(order), ", ".join(event.order)


def _of_statement(record: RecordRead, position: int, event: StatementPublished) -> Iterator[Fault]:
    """Give where a statement is not what the record says as of the position that it names."""
    last = event.as_of_position
    if last >= position:
        yield "as-of-later", f"the record before event {position}", f"of event {last}"
    seen = [(at, each) for at, each in record.others if at <= min(last, position - 1)]
    board = board_of(seen, event.contest, last)
    if board is None:
        yield "nominations-missing", "nominations that were opened before", "none"
        return
    for between, other in record.others:
        if last < between < position and other.type in NOMINATION_TYPES and _concerns(other, board.nominations):
            yield "changed-after-statement", f"nothing of nominations after event {last}", f"event {between}"
            break
    if board.nominations.closed is None:
        yield "nominations-open", "nominations that were closed before", "open ones"
    figures = board.figures
    for code, listed in (("class-unsized", figures.unsized), ("ruling-missing", figures.unruled)):
        if listed:
            yield code, "a record that decides everything", ", ".join(listed)
    for expected, found in zip(lines_of(figures), event.persons, strict=False):
        if expected != found:
            yield "differs-from-ledger", str(expected), str(found)
    sums = (len(figures.nominees), figures.late, figures.void, figures.digest)
    said = (len(event.persons), event.late, event.void, event.nominations)
    if sums != said:
        yield "differs-from-ledger", "{} persons, {} late, {} void, {}".format(*sums), "{}, {}, {}, {}".format(*said)


def _concerns(event: Event, room: Nominations) -> bool:
    """Whether an event is of these nominations, or of the election that they belong to."""
    contest, election = getattr(event, "contest", None), getattr(event, "election", None)
    return contest == room.contest if contest is not None else election == room.election
