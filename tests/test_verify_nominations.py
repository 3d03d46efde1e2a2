"""Whoever writes past the desk is found: every rule of nominations is checked again from the record alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from nominating import (
    A_SECOND_LATER,
    ACCEPT,
    CLOSE,
    CLOSES,
    NOMINATION_RULE,
    ONE_MP,
    OPEN,
    OPENED,
    RECEIVE,
    RECEIVED,
    REGISTER_MP,
    SIZE,
)
from scenario import ADOPT_RULE, DEFINE_CONTEST, Given, but, given, happened

from ledger.decision import Command
from ledger.event import TYPES, Event
from ledger.rules.drawing import commitment_to
from ledger.rules.meeting import Meeting
from ledger.streams.ballot_order import CommitBallotOrder, DrawBallotOrder
from ledger.streams.candidate import WithdrawCandidate
from ledger.streams.candidate_file import NominationAccepted
from ledger.streams.contest import Candidate, ContestDefined
from ledger.streams.nominated import (
    BallotOrderCommitted,
    BallotOrderDrawn,
    ClassCount,
    ClassSized,
    NominationsClosed,
    NominationsOpened,
    NomineeNamed,
    PersonNominated,
    StatementPublished,
    UnopposedDeclared,
)
from ledger.streams.nomination import (
    NominationReceived,
    NominationReceivedLate,
    NominationRuledInvalid,
    NominationWithdrawn,
    WithdrawNomination,
)
from ledger.streams.nomination_ruling import RuleNominationInvalid
from ledger.streams.nominator import EndEntitlement, EntitlementEnded, NominatorRegistered
from ledger.streams.stated import NOMINATION_TYPES
from ledger.streams.statement import DeclareUnopposed, PersonStated, PublishStatement
from ledger.streams.timetable import VaryStep
from projections.election.scoreboard import Scoreboard
from projections.verify.nomination_replay import board_of
from projections.verify.nominations import check_nominations
from projections.verify.record import RecordRead

SEED = "12" * 32
MP_2 = but(REGISTER_MP, nominator="mp-2")
MP_3 = but(REGISTER_MP, nominator="mp-3")
MEETING = Meeting(kind="all-member", notice_days=7, present=20, eligible=90, in_favour=11, certified_by="chair")
FROM_CLP = but(RECEIVE, nominator="clp-1", meeting=MEETING)
BEGUN: tuple[Command, ...] = (
    *(but(OPEN, rule=ONE_MP) if each is OPEN else each for each in OPENED),
    SIZE,
    MP_2,
    MP_3,
    CommitBallotOrder(contest="leader", commitment=commitment_to(SEED)),
    RECEIVE,
    but(RECEIVE, nominator="mp-2", nominee="b"),
    FROM_CLP,
    but(RECEIVE, nominator="mp-3", nominee="b", effective=A_SECOND_LATER),
    ACCEPT,
    but(ACCEPT, nominee="b"),
    ADOPT_RULE,
)


def board(scene: Given) -> Scoreboard:
    found = board_of(list(enumerate(scene.events)), "leader", len(scene.events) - 1)
    assert found is not None
    return found


def after(scene: Given, *commands: Command) -> Given:
    for command in commands:
        figures = board(scene).figures
        scene = Given((*scene.events, *Given(scene.events, figures=figures).when(command).events))
    return scene


def stated(scene: Given) -> PublishStatement:
    persons = tuple(
        PersonStated(
            nominee=who,
            valid=not each.reasons,
            counts=tuple(ClassCount(nominator_class=name, nominations=n) for name, n in each.counts.items()),
        )
        for who, each in board(scene).figures.nominees.items()
    )
    return PublishStatement(contest="leader", persons=persons)


def held(*more: Command) -> Given:
    """Nominations to their end: closed, stated, ballot order drawn, contest defined."""
    scene = after(given(*BEGUN), *more, CLOSE)
    scene = after(scene, stated(scene))
    scene = after(scene, DrawBallotOrder(contest="leader", seed=(SEED,)))
    order = scene.events[-1]
    assert isinstance(order, BallotOrderDrawn)
    names = {"a": "Abbott", "b": "Balls"}
    candidates = tuple(Candidate(id=who, name=names[who]) for who in order.order)
    return after(scene, but(DEFINE_CONTEST, candidates=candidates))


HELD = held()


def unopposed() -> Given:
    scene = after(given(*BEGUN), WithdrawCandidate(contest="leader", nominee="b", effective=RECEIVED), CLOSE)
    scene = after(scene, stated(scene))
    return after(scene, DeclareUnopposed(contest="leader", candidates=("a",)))


def codes(events: tuple[Event, ...]) -> set[str]:
    record = RecordRead()
    record.others = list(enumerate(events))
    found = list(check_nominations(record))
    assert all(finding.check == "E7" for finding in found)
    return {finding.code for finding in found}


def changed(scene: Given, kind: type[Event], number: int = 0, **changes: Any) -> tuple[Event, ...]:
    """The record with fields of the so-manieth event of a type changed."""
    at = [place for place, event in enumerate(scene.events) if isinstance(event, kind)][number]
    return (*scene.events[:at], scene.events[at].model_copy(update=changes), *scene.events[at + 1 :])


def moved(scene: Given, kind: type[Event], after: type[Event]) -> tuple[Event, ...]:
    """The record with the first event of a type set behind the first of another."""
    event = next(each for each in scene.events if isinstance(each, kind))
    rest = [each for each in scene.events if each is not event]
    at = next(place for place, each in enumerate(rest) if isinstance(each, after))
    return (*rest[: at + 1], event, *rest[at + 1 :])


def without(scene: Given, kind: type[Event]) -> tuple[Event, ...]:
    event = next(each for each in scene.events if isinstance(each, kind))
    return tuple(each for each in scene.events if each is not event)


def test_what_the_desk_recorded_has_no_findings() -> None:
    assert codes(HELD.events) == set()
    assert codes(unopposed().events) == set()
    again = but(RECEIVE, nominee="b")
    withdrawn = WithdrawNomination(contest="leader", nominator="mp-1", effective=RECEIVED)
    invalid = RuleNominationInvalid(contest="leader", nominator="mp-2", reasons="The form was not signed at all")
    ended = EndEntitlement(election="labour", nominator="mp-3", reason="whip withdrawn", effective=RECEIVED)
    scene = after(given(*BEGUN), withdrawn, again, invalid, ended, CLOSE)
    assert codes(after(scene, stated(scene)).events) == set()


def test_the_statement_says_who_is_valid_and_what_has_no_effect() -> None:
    statement = next(each for each in HELD.events if isinstance(each, StatementPublished))
    assert [(each.nominee, each.valid) for each in statement.persons] == [("a", True), ("b", True)]
    assert (statement.late, statement.void) == (1, 0)
    counts = {each.nominator_class: each.nominations for each in statement.persons[0].counts}
    assert counts == {"mps": 1, "clps": 1}


FORGERIES: dict[str, tuple[Callable[[], tuple[Event, ...]], str]] = {
    "a nomination that came late": (lambda: changed(HELD, NominationReceived, effective=A_SECOND_LATER), "late"),
    "one before the opening": (lambda: changed(HELD, NominationReceived, effective="2010-05-24T08:59:59Z"), "not-yet"),
    "one in time as late": (lambda: changed(HELD, NominationReceivedLate, effective=RECEIVED), "not-late"),
    "another close": (lambda: changed(HELD, NominationReceivedLate, closed=RECEIVED), "not-late"),
    "a nominee nobody named": (lambda: changed(HELD, NominationReceived, nominee="x"), "unknown-nominee"),
    "a nominator nobody registered": (lambda: without(HELD, NominatorRegistered), "not-entitled"),
    "another class": (lambda: changed(HELD, NominationReceived, nominator_class="clps"), "not-entitled"),
    "a second nomination": (
        lambda: (*HELD.events, next(each for each in HELD.events if isinstance(each, NominationReceived))),
        "already-nominated",
    ),
    "another size": (lambda: changed(HELD, NominationReceived, size=9), "size-differs"),
    "a meeting that fell short": (
        lambda: changed(HELD, NominationReceived, 2, meeting=MEETING.model_copy(update={"notice_days": 1})),
        "irregular",
    ),
    "nothing opened": (lambda: without(HELD, NominationsOpened), "nominations-missing"),
    "opened twice": (lambda: (*HELD.events, HELD.events[2]), "nominations-exist"),
    "opened after the contest": (lambda: moved(HELD, NominationsOpened, ContestDefined), "contest-exists"),
    "a threshold that nobody can meet": (
        lambda: changed(
            HELD,
            NominationsOpened,
            rule=NOMINATION_RULE.model_copy(
                update={"thresholds": (NOMINATION_RULE.thresholds[0].model_copy(update={"share": "9/8"}),)}
            ),
        ),
        "threshold-infeasible",
    ),
    "another name on the paper": (
        lambda: changed(
            HELD, ContestDefined, candidates=(Candidate(id="a", name="X"), Candidate(id="b", name="Balls"))
        ),
        "name-differs",
    ),
    "somebody left out": (
        lambda: changed(HELD, ContestDefined, candidates=(Candidate(id="a", name="Abbott"),)),
        "nominee-missing",
    ),
    "a paper before the statement": (lambda: moved(HELD, StatementPublished, ContestDefined), "statement-missing"),
    "a statement of others": (lambda: changed(HELD, StatementPublished, persons=()), "differs-from-ledger"),
    "a statement that somebody is not valid": (
        lambda: changed(HELD, StatementPublished, persons=_doubted()),
        "differs-from-ledger",
    ),
    "a statement of fewer late ones": (lambda: changed(HELD, StatementPublished, late=0), "differs-from-ledger"),
    "a statement of an older record": (
        lambda: changed(HELD, StatementPublished, as_of_position=len(BEGUN) - 4),
        "changed-after-statement",
    ),
    "a statement of the future": (lambda: changed(HELD, StatementPublished, as_of_position=10**6), "as-of-later"),
    "a statement before the close": (lambda: without(HELD, NominationsClosed), "nominations-open"),
    "closed too early": (lambda: changed(HELD, NominationsClosed, effective=RECEIVED), "not-yet"),
    "closed by another timetable": (lambda: changed(HELD, NominationsClosed, closes=()), "close-differs"),
    "accepted late": (lambda: changed(HELD, NominationAccepted, effective="2010-07-26T11:00:01Z"), "late"),
    "an order of the forger's": (
        lambda: changed(HELD, BallotOrderDrawn, order=_order()[::-1]),
        "lot-differs",
    ),
    "an order of others": (lambda: changed(HELD, BallotOrderDrawn, order=("a", "x")), "not-the-tied"),
    "another seed": (lambda: changed(HELD, BallotOrderDrawn, seed=("34" * 32,)), "seed-differs"),
    "by hand without witnesses": (
        lambda: changed(HELD, BallotOrderDrawn, seed=(), unrevealed=("returning-officer",)),
        "witnesses-needed",
    ),
    "a seed nobody committed to": (lambda: without(HELD, BallotOrderCommitted), "not-committed"),
    "committed after the close": (lambda: moved(HELD, BallotOrderCommitted, NominationsClosed), "nominations-closed"),
    "drawn twice": (
        lambda: (*HELD.events, next(each for each in HELD.events if isinstance(each, BallotOrderDrawn))),
        "order-drawn",
    ),
    "too many unopposed": (lambda: changed(unopposed(), UnopposedDeclared, candidates=("a", "b")), "contested"),
    "others unopposed": (lambda: changed(unopposed(), UnopposedDeclared, candidates=("b",)), "not-nominated"),
    "a ruling without reasons": (lambda: _ruled(reasons="void"), "reasons-insufficient"),
    "a nomination of the future": (
        lambda: changed(HELD, NominationReceived, recorded="2009-01-01T00:00:00Z"),
        "future-dated",
    ),
    "a size after the contest was defined": (lambda: _after_all(ClassSized), "contest-exists"),
    "a name after the contest was defined": (lambda: _after_all(NomineeNamed), "contest-exists"),
    "a statement after the contest was defined": (lambda: _after_all(StatementPublished), "contest-exists"),
    "no size": (
        lambda: changed(Given(without(HELD, ClassSized)), NominationsOpened, rule=NOMINATION_RULE),
        "class-unsized",
    ),
}


def test_nobody_is_elected_by_a_statement_that_does_not_hold_any_more() -> None:
    """Somebody nominated in time, whose nomination was entered after the statement, stands too."""
    gone = WithdrawNomination(contest="leader", nominator="mp-2", effective=RECEIVED)
    scene = after(given(*BEGUN), gone, CLOSE)
    scene = after(scene, stated(scene))
    alone = DeclareUnopposed(contest="leader", candidates=("a",))
    declared = after(scene, alone).events[-1]
    assert codes((*scene.events, declared)) == set()
    late = after(scene, but(RECEIVE, nominator="mp-2", nominee="b"))
    figures = board(late).figures
    Given(late.events, figures=figures).when(alone).then_refused("statement-stale")
    assert codes((*late.events, declared.model_copy(update={"version": declared.version + 1}))) == {"statement-stale"}


def test_no_contest_is_defined_by_a_statement_that_does_not_hold_any_more() -> None:
    scene = after(given(*BEGUN), CLOSE)
    scene = after(scene, stated(scene))
    both = but(DEFINE_CONTEST, candidates=(Candidate(id="a", name="Abbott"), Candidate(id="b", name="Balls")))
    defined = after(scene, both).events[-1]
    invalid = RuleNominationInvalid(contest="leader", nominator="mp-2", reasons="The form was not signed at all")
    ruled = after(scene, invalid)
    Given(ruled.events, figures=board(ruled).figures).when(both).then_refused("statement-stale")
    assert codes((*ruled.events, defined)) == {"statement-stale"}


def test_no_variation_opens_again_what_was_closed() -> None:
    scene = after(given(*BEGUN), CLOSE)
    more = VaryStep(
        election="labour",
        step="nominations-close",
        category="mps",
        local="2010-06-12T12:30:00",
        zone="Europe/London",
        reason="More time",
        effective=RECEIVED,
    )
    scene = after(scene, more, but(RECEIVE, nominator="mp-3", nominee="b", effective=A_SECOND_LATER))
    assert isinstance(scene.events[-1], NominationReceivedLate)
    assert codes(scene.events) == set()
    assert board(scene).closes["mps"] == CLOSES


def _ruled(**changes: Any) -> tuple[Event, ...]:
    invalid = RuleNominationInvalid(contest="leader", nominator="mp-2", reasons="The form was not signed at all")
    return changed(after(given(*BEGUN), invalid), NominationRuledInvalid, **changes)


def _after_all(kind: type[Event]) -> tuple[Event, ...]:
    """Held, with an event of this type once more at the end."""
    return (*HELD.events, next(each for each in HELD.events if isinstance(each, kind)))


def _doubted() -> tuple[PersonNominated, ...]:
    statement = next(each for each in HELD.events if isinstance(each, StatementPublished))
    return (statement.persons[0].model_copy(update={"valid": False}), *statement.persons[1:])


def _order() -> tuple[str, ...]:
    drawn = next(each for each in HELD.events if isinstance(each, BallotOrderDrawn))
    return drawn.order


@pytest.mark.parametrize("name", FORGERIES)
def test_finds(name: str) -> None:
    forge, code = FORGERIES[name]
    assert code in codes(forge())


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (
            happened(
                NominationWithdrawn,
                "nomination/leader/mp-1",
                2,
                effective=A_SECOND_LATER,
                contest="leader",
                nominator="mp-1",
                nominee="a",
            ),
            "nominations-closed",
        ),
        (
            happened(
                NominationRuledInvalid,
                "nomination/leader/mp-9",
                contest="leader",
                nominator="mp-9",
                nominee="a",
                reasons="x",
            ),
            "nomination-missing",
        ),
        (
            happened(EntitlementEnded, "nominator/labour/mp-9", election="labour", nominator="mp-9", reason="x"),
            "unknown-nominator",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_finds_what_was_added(event: Event, code: str) -> None:
    assert code in codes((*HELD.events, event))


def test_what_concerns_others_may_come_between_a_statement_and_its_record() -> None:
    """Another desk may have recorded it while the statement was decided."""
    statement = next(place for place, each in enumerate(HELD.events) if isinstance(each, StatementPublished))
    elsewhere = happened(
        NominatorRegistered,
        "nominator/other/mp-1",
        as_of="2010-05-18",
        election="other",
        nominator="mp-1",
        nominator_class="mps",
        source="s",
    )
    events = (*HELD.events[:statement], elsewhere, *HELD.events[statement:])
    assert codes(events) == set()
    here = elsewhere.model_copy(update={"election": "labour", "nominator": "mp-7"})
    assert codes((*HELD.events[:statement], here, *HELD.events[statement:])) == set()
    ended = happened(EntitlementEnded, "nominator/labour/mp-1", 2, election="labour", nominator="mp-1", reason="x")
    assert codes((*HELD.events[:statement], ended, *HELD.events[statement:])) == {"changed-after-statement"}
    elsewhere_ended = happened(
        EntitlementEnded, "nominator/other/mp-1", 2, election="other", nominator="mp-1", reason="x"
    )
    more = (*HELD.events[:statement], elsewhere, elsewhere_ended, *HELD.events[statement:])
    assert codes(more) == set()


def test_the_types_that_change_a_scoreboard_are_those_of_nominations() -> None:
    """A statement is decided anew where one of them came in meanwhile."""
    rooms = {"nominations", "nomination", "candidate", "nominator"}
    known = {each.type for each in HELD.events if each.stream.partition("/")[0] in rooms} | {"timetable-set.v1"}
    changes_nothing = {"nominator-registered.v1", "statement-published.v1", "ballot-order-committed.v1"}
    assert known - changes_nothing - {"ballot-order-drawn.v1"} <= set(NOMINATION_TYPES) <= TYPES.keys()
