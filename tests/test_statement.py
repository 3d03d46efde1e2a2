"""The statement of persons nominated, unopposed contests, the ballot order, and contests that agree with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from nominating import CLOSE, NOMINATED, OPEN, OPENED, SCHEDULED
from scenario import ADOPT_RULE, DEFINE_CONTEST, Given, but, given, happened

from ledger.decision import Command
from ledger.figures import NominationFigures, NomineeFigures
from ledger.rules.drawing import commitment_to, order_of
from ledger.streams.ballot_order import CommitBallotOrder, DrawBallotOrder
from ledger.streams.contest import Candidate, ContestDefined
from ledger.streams.nominated import (
    BallotOrderCommitted,
    BallotOrderDrawn,
    ClassCount,
    PersonNominated,
    StatementPublished,
    ThresholdLine,
    UnopposedDeclared,
)
from ledger.streams.nomination_ruling import RuleNominationInvalid, RuleNominationValid
from ledger.streams.nominations import NameNominee, SizeClass
from ledger.streams.statement import DeclareUnopposed, PersonStated, PublishStatement

ROOM = "nominations/leader"
DIGEST = "sha256:" + "7" * 64


def figures(*valid: str, position: int = 30, **changes: Any) -> NominationFigures:
    """Three nominees, of whom some are valid."""
    nominees = {
        who: NomineeFigures(
            name=name,
            counts={"mps": 33 if who in valid else 32, "clps": 0},
            tests={"plp": (33, 33 if who in valid else 32)},
            reasons=() if who in valid else ("threshold-not-met",),
        )
        for who, name in (("a", "Abbott"), ("b", "Balls"), ("c", "Burnham"))
    }
    return NominationFigures(**({"position": position, "digest": DIGEST, "nominees": nominees, "late": 2} | changes))


def stated(*valid: str) -> PublishStatement:
    persons = tuple(
        PersonStated(
            nominee=who,
            valid=who in valid,
            counts=(ClassCount(nominator_class="mps", nominations=33 if who in valid else 32),),
        )
        for who in ("a", "b", "c")
    )
    return PublishStatement(contest="leader", persons=persons)


KNOWN = figures("a", "b")
PUBLISH = stated("a", "b")
CLOSED: tuple[Command, ...] = (*NOMINATED, ADOPT_RULE, CLOSE)
CANDIDATES = (Candidate(id="b", name="Balls"), Candidate(id="a", name="Abbott"))
DEFINE = but(DEFINE_CONTEST, candidates=CANDIDATES)
SEEDS = ("11" * 32, "22" * 32)
COMMIT = CommitBallotOrder(contest="leader", commitment=commitment_to(SEEDS[0]))
DRAW = DrawBallotOrder(contest="leader", seed=SEEDS[:1])
BY_HAND = DrawBallotOrder(contest="leader", order=("b", "a"), witnesses="drawn from a hat before the agents")


def published(known: NominationFigures = KNOWN, *before: Command) -> Given:
    valid = [who for who, each in known.nominees.items() if not each.reasons]
    return given(*before, *CLOSED, stated(*valid), figures=known)


def test_a_statement_says_what_the_record_says() -> None:
    persons = tuple(
        PersonNominated(
            counts=(
                ClassCount(nominator_class="mps", nominations=count),
                ClassCount(nominator_class="clps", nominations=0),
            ),
            name=name,
            nominee=who,
            reasons=() if count == 33 else ("threshold-not-met",),
            thresholds=(ThresholdLine(id="plp", needed=33, has=count),),
            valid=count == 33,
        )
        for who, name, count in (("a", "Abbott", 33), ("b", "Balls", 33), ("c", "Burnham", 32))
    )
    expected = happened(
        StatementPublished,
        ROOM,
        5,
        as_of_position=30,
        contest="leader",
        late=2,
        nominations=DIGEST,
        persons=persons,
        void=0,
    )
    when = given(*CLOSED, figures=KNOWN).when(PUBLISH)
    when.then(expected)
    assert when.outcome.unchanged is not None
    assert when.outcome.unchanged.position == 30
    assert {"nomination/leader", "candidate/leader", "nominator/labour/", "timetable/labour"} < set(
        when.outcome.unchanged.prefixes
    )


def with_person(number: int, **changes: Any) -> PublishStatement:
    persons = list(PUBLISH.persons)
    persons[number] = persons[number].model_copy(update=changes)
    return but(PUBLISH, persons=tuple(persons))


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        (stated("a"), "b"),
        (stated("a", "b", "c"), "c"),
        (with_person(2, valid=True), "c"),
        (with_person(0, counts=(ClassCount(nominator_class="mps", nominations=34),)), "a"),
        (with_person(0, counts=()), "a"),
        (but(PUBLISH, persons=PUBLISH.persons[:2]), "c"),
        (but(PUBLISH, persons=(*PUBLISH.persons, PUBLISH.persons[0])), None),
    ],
)
def test_refuses_a_statement_that_differs_from_the_ledger(statement: PublishStatement, who: str | None) -> None:
    refused = given(*CLOSED, figures=KNOWN).when(statement).then_refused("differs-from-ledger")
    assert who is None or refused.what.endswith(f", {who}")


def test_refuses_a_statement_in_the_documented_order() -> None:
    unsure = replace(KNOWN, unsized=("mps (nominators)",), unruled=("clp-1",))
    faulty = but(
        PUBLISH, persons=(PersonStated(nominee="aa", valid=True, counts=()),), effective="2030-01-01T00:00:00Z"
    )
    given(*SCHEDULED, figures=unsure).when(faulty).then_refused("nominations-missing")
    given(*NOMINATED, figures=unsure).when(faulty).then_refused("nominations-open")
    given(*CLOSED, figures=unsure).when(faulty).then_refused("future-dated")
    faulty = but(faulty, effective=None)
    given(*CLOSED, figures=unsure).when(faulty).then_refused("class-unsized")
    given(*CLOSED, figures=replace(unsure, unsized=())).when(faulty).then_refused("ruling-missing")
    refused = given(*CLOSED, figures=KNOWN).when(faulty).then_refused("unknown-nominee")
    assert refused.found == "aa (nearest: a)"


def test_another_statement_says_why_and_takes_the_place_of_the_first() -> None:
    scene = replace(published(), figures=figures("a", position=40))
    scene.when(stated("a")).then_refused("reason-missing")
    again = but(stated("a"), reason="a nomination was ruled invalid")
    (event,) = scene.when(again).events
    assert isinstance(event, StatementPublished)
    assert (event.reason, event.as_of_position) == ("a nomination was ruled invalid", 40)
    later = replace(scene, events=(*scene.events, event))
    assert later.when(but(DEFINE, candidates=CANDIDATES[1:])).events
    later.when(DEFINE).then_refused("not-nominated")


# Contests


def test_a_contest_names_those_validly_nominated() -> None:
    (event,) = published().when(DEFINE).events
    assert isinstance(event, ContestDefined)
    assert [each.id for each in event.candidates] == ["b", "a"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"candidates": (*CANDIDATES, Candidate(id="c", name="Burnham"))}, "not-nominated"),
        ({"candidates": CANDIDATES[:1]}, "nominee-missing"),
        ({"candidates": (CANDIDATES[0], Candidate(id="a", name="Ms Abbott"))}, "name-differs"),
    ],
)
def test_refuses_a_contest_that_is_not_what_the_nominations_came_to(changes: dict[str, Any], code: str) -> None:
    published().when(but(DEFINE, **changes)).then_refused(code)


def test_refuses_a_contest_before_the_statement_and_in_another_election() -> None:
    given(*CLOSED).when(DEFINE).then_refused("statement-missing")
    other = but(OPEN, seats=2)
    scene = given(*(other if each is OPEN else each for each in CLOSED), PUBLISH, figures=KNOWN)
    scene.when(DEFINE).then_refused("nominations-differ")


def test_a_contest_without_nominations_is_defined_as_ever() -> None:
    assert given(*SCHEDULED, ADOPT_RULE).when(DEFINE).events


@pytest.mark.parametrize(
    "command",
    [
        PUBLISH,
        NameNominee(contest="leader", nominee="d", name="Miliband"),
        SizeClass(
            contest="leader", nominator_class="mps", measure="nominators", size=1, as_of="2010-05-18", source="s"
        ),
        DeclareUnopposed(contest="leader", candidates=("a",)),
        BY_HAND,
        RuleNominationInvalid(contest="leader", nominator="mp-1", reasons="x" * 30),
        RuleNominationValid(contest="leader", nominator="mp-1", reasons="x" * 30),
    ],
    ids=lambda command: str(command.verb),
)
def test_what_a_ballot_paper_was_made_from_stays_as_it_was(command: Command) -> None:
    scene = published()
    scene = replace(scene, events=(*scene.events, *scene.when(DEFINE).events))
    scene.when(command).then_refused("contest-exists")


# Unopposed


def test_no_more_candidates_than_places_are_elected_unopposed() -> None:
    scene = published(figures("a"))
    unopposed = DeclareUnopposed(contest="leader", candidates=("a",))
    scene.when(unopposed).then(happened(UnopposedDeclared, ROOM, 6, candidates=("a",), contest="leader"))
    scene.when(but(unopposed, candidates=("b",))).then_refused("not-nominated")
    scene.when(but(unopposed, effective="2030-01-01T00:00:00Z")).then_refused("future-dated")
    over = replace(scene, events=(*scene.events, *scene.when(unopposed).events))
    over.when(unopposed).then_refused("unopposed")
    over.when(but(DEFINE, candidates=CANDIDATES[1:])).then_refused("unopposed")
    over.when(BY_HAND).then_refused("unopposed")
    over.when(but(stated("a"), reason="again")).then_refused("unopposed")


def test_a_contest_with_more_candidates_or_none_is_not_unopposed() -> None:
    unopposed = DeclareUnopposed(contest="leader", candidates=("a",))
    published().when(unopposed).then_refused("contested")
    published(figures()).when(but(unopposed, candidates=())).then_refused("nobody-nominated")
    given(*CLOSED).when(unopposed).then_refused("statement-missing")
    given().when(unopposed).then_refused("nominations-missing")


# Ballot order


def committed() -> Given:
    return given(*OPENED, COMMIT, ADOPT_RULE, CLOSE, PUBLISH, figures=KNOWN)


def test_the_order_on_the_paper_follows_from_the_seeds() -> None:
    event = happened(BallotOrderCommitted, ROOM, 4, commitment=commitment_to(SEEDS[0]), contest="leader")
    given(*OPENED).when(COMMIT).then(event)
    order = order_of(SEEDS[:1], "leader", 0, ("a", "b"))
    drawn = happened(BallotOrderDrawn, ROOM, 7, contest="leader", order=order, seed=SEEDS[:1], unrevealed=())
    committed().when(DRAW).then(drawn)
    again = {order_of((seed * 32,), "leader", 0, ("a", "b")) for seed in ("01", "02", "03", "04", "05", "06")}
    assert len(again) == 2


def test_a_contest_keeps_to_the_order_that_was_drawn() -> None:
    scene = committed()
    scene = replace(scene, events=(*scene.events, *scene.when(DRAW).events))
    order = order_of(SEEDS[:1], "leader", 0, ("a", "b"))
    names = {"a": "Abbott", "b": "Balls"}
    right = tuple(Candidate(id=who, name=names[who]) for who in order)
    assert scene.when(but(DEFINE, candidates=right)).events
    scene.when(but(DEFINE, candidates=right[::-1])).then_refused("order-differs")
    scene.when(DRAW).then_refused("order-drawn")


def test_refuses_a_commitment_once_nominations_closed_and_a_second_by_one_office() -> None:
    given(*CLOSED).when(COMMIT).then_refused("nominations-closed")
    given(*OPENED, COMMIT).when(but(COMMIT, commitment=commitment_to(SEEDS[1]))).then_refused("lot-committed")
    given().when(COMMIT).then_refused("nominations-missing")


def test_refuses_a_drawing_in_the_documented_order() -> None:
    given().when(DRAW).then_refused("nominations-missing")
    given(*CLOSED).when(DRAW).then_refused("statement-missing")
    committed().when(but(DRAW, seed=())).then_refused("seed-needed")
    committed().when(but(DRAW, seed=SEEDS[1:])).then_refused("seed-differs")
    published().when(DRAW).then_refused("not-committed")
    published().when(but(BY_HAND, witnesses=None)).then_refused("witnesses-needed")
    published().when(but(BY_HAND, order=("a",))).then_refused("not-the-tied")
    assert published().when(BY_HAND).events
