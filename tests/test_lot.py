"""Lots: committed to before the close, drawn where the count stopped for one, by seed or by hand before witnesses."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from pydantic import ValidationError
from scenario import CLOSED, DEFINED, POLLED, Given, but, given, happened

from ledger.decision import fold
from ledger.figures import CountFigures
from ledger.rules.drawing import commitment_to, order_of
from ledger.streams.contest import PollClosed
from ledger.streams.declaration import DeclareResult
from ledger.streams.lot import CommitLot, DrawLot, Lot, LotCommitted, LotDrawn, lot_stream
from ledger.streams.result import AnnulResult, OrderRecount, counted_guard

STREAM = "lot/leader"
SEED = "5" * 64
COMMITMENT = "sha256:" + hashlib.sha256(SEED.encode()).hexdigest()
TIED = CountFigures(
    position=41,
    digest="sha256:" + "0" * 64,
    elected=(),
    cells={},
    stage=3,
    lot_needed=("a", "b", "c"),
    lot_for="exclusion",
)
ENDED = replace(TIED, elected=("a",), lot_needed=(), lot_for="")
COMMIT = CommitLot(contest="leader", commitment=COMMITMENT)
COMMITTED = (*DEFINED, COMMIT, POLLED[-1])
REVEAL = DrawLot(contest="leader", seed=(SEED,))
BY_HAND = DrawLot(contest="leader", order=("c", "a", "b"), witnesses="from a hat, before the agents")
DECLARE = DeclareResult(contest="leader", elected=("a",))
FIELDS: dict[str, Any] = {
    "as_of_position": 41,
    "contest": "leader",
    "purpose": "exclusion",
    "seed": (),
    "stage": 3,
    "tied": ("a", "b", "c"),
    "unrevealed": (),
}


def after_declaring(*commands: Any) -> Given:
    return replace(given(*COMMITTED, DECLARE, *commands, figures=ENDED), figures=TIED)


def test_commits_to_a_seed_that_nobody_has_seen() -> None:
    given(*DEFINED).when(COMMIT).then(happened(LotCommitted, STREAM, commitment=COMMITMENT, contest="leader"))


def test_refuses_commitments_that_are_late_or_second_in_the_documented_order() -> None:
    given().when(COMMIT).then_refused("unknown-contest")
    given(*COMMITTED).when(COMMIT).then_refused("poll-closed")
    given(*DEFINED, COMMIT).when(but(COMMIT, commitment="sha256:" + "1" * 64)).then_refused("lot-committed")
    given(*POLLED).when(but(COMMIT, effective="2010-09-01T00:00:00Z")).then_refused("poll-closed")


def test_draws_by_the_seed_an_order_that_anybody_can_draw_again() -> None:
    lines = {name: f"pollbook lot v1\n{SEED}\nleader\n3\n{name}\n" for name in "abc"}
    order = tuple(sorted("abc", key=lambda name: hashlib.sha256(lines[name].encode()).hexdigest()))
    drawn = FIELDS | {"order": order, "seed": (SEED,)}
    given(*COMMITTED, figures=TIED).when(REVEAL).then(happened(LotDrawn, STREAM, 2, **drawn))


def test_the_order_drawn_does_not_depend_on_that_of_the_candidates() -> None:
    assert {order_of((SEED,), "leader", 3, tied) for tied in permutations("abcd")} == {
        order_of((SEED,), "leader", 3, "abcd")
    }
    other_way_round = replace(TIED, lot_needed=("c", "b", "a"))
    ((one,), (other,)) = (given(*COMMITTED, figures=tie).when(REVEAL).events for tie in (TIED, other_way_round))
    assert one.model_dump()["order"] == other.model_dump()["order"]


def test_other_seeds_contests_and_stages_draw_anew_and_each_of_the_tied_comes_first_about_as_often() -> None:
    first = [order_of(f"{number:064x}", "leader", 1, "abc")[0] for number in range(300)]
    assert all(80 < first.count(name) < 120 for name in "abc")
    orders = {order_of(SEED, contest, stage, "abcdef") for contest in ("leader", "deputy") for stage in (1, 2)}
    assert len(orders) == 4


def test_draws_by_hand_before_witnesses_where_nobody_committed() -> None:
    given(*POLLED, figures=TIED).when(BY_HAND).then(
        happened(LotDrawn, STREAM, **FIELDS, order=("c", "a", "b"), witnesses="from a hat, before the agents")
    )


def test_a_lot_holds_only_if_nothing_that_counts_came_in_meanwhile() -> None:
    outcome = given(*POLLED, figures=TIED).when(BY_HAND).outcome
    assert outcome.unchanged == counted_guard("leader", 41)
    assert {"lot-drawn.v1", "paper-read.v1", "batch-withdrawn.v1"} <= set(outcome.unchanged.types)
    assert STREAM in outcome.unchanged.prefixes


@pytest.mark.parametrize(
    ("history", "command", "code"),
    [
        (COMMITTED, but(REVEAL, seed=()), "seed-needed"),
        (COMMITTED, BY_HAND, "seed-needed"),
        (COMMITTED, but(REVEAL, order=("c", "a", "b")), "seed-needed"),
        (COMMITTED, but(REVEAL, witnesses="before the agents"), "seed-needed"),
        (COMMITTED, but(REVEAL, seed=("6" * 64,)), "seed-differs"),
        (POLLED, REVEAL, "not-committed"),
        (POLLED, but(BY_HAND, seed=(SEED,)), "not-committed"),
        (POLLED, but(BY_HAND, witnesses=None), "witnesses-needed"),
        (POLLED, but(BY_HAND, order=()), "not-the-tied"),
        (POLLED, but(BY_HAND, order=("a", "b")), "not-the-tied"),
        (POLLED, but(BY_HAND, order=("a", "b", "b")), "not-the-tied"),
        (POLLED, but(BY_HAND, order=("a", "b", "c", "c")), "not-the-tied"),
        (POLLED, but(BY_HAND, order=("a", "b", "x")), "not-the-tied"),
    ],
)
def test_refuses_a_lot_that_somebody_could_have_chosen(history: tuple[Any, ...], command: DrawLot, code: str) -> None:
    given(*history, figures=TIED).when(command).then_refused(code)


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    faulty = but(BY_HAND, seed=("6" * 64,), order=("x",), witnesses=None)
    given(figures=TIED).when(faulty).then_refused("unknown-contest")
    after_declaring().when(faulty).then_refused("already-declared")
    after_declaring(AnnulResult(contest="leader", reason="irregularities")).when(faulty).then_refused("annulled")
    given(*COMMITTED, figures=ENDED).when(faulty).then_refused("no-tie")
    given(*COMMITTED, figures=TIED).when(faulty).then_refused("seed-needed")
    given(*COMMITTED, figures=TIED).when(but(faulty, order=())).then_refused("seed-differs")
    given(*POLLED, figures=TIED).when(faulty).then_refused("not-committed")
    given(*POLLED, figures=TIED).when(but(faulty, seed=())).then_refused("witnesses-needed")
    given(*POLLED, figures=TIED).when(but(faulty, seed=(), witnesses="x")).then_refused("not-the-tied")


def test_several_offices_commit_and_all_their_seeds_are_revealed() -> None:
    other = "7" * 64
    theirs = LotCommitted(
        **{
            **dict(happened(LotCommitted, STREAM, 2, commitment=commitment_to(other), contest="leader")),
            "actor": "agent",
        }
    )
    before = replace(given(*DEFINED, COMMIT), events=(*given(*DEFINED, COMMIT).events, theirs))
    closed = replace(before, events=(*before.events, *before.when(POLLED[-1]).events), figures=TIED)
    closed.when(REVEAL).then_refused("seed-needed")
    closed.when(but(REVEAL, seed=(other,))).then_refused("seed-needed")
    closed.when(but(REVEAL, seed=(SEED, other, "8" * 64))).then_refused("seed-differs")
    outcomes = [closed.when(but(REVEAL, seed=seeds)).events[0] for seeds in ((SEED, other), (other, SEED))]
    orders = {(event.order, event.seed) for event in outcomes if isinstance(event, LotDrawn)}
    assert orders == {(order_of((SEED, other), "leader", 3, "abc"), (SEED, other))}


def test_a_commitment_made_with_a_line_end_is_explained() -> None:
    commit = but(COMMIT, commitment=commitment_to(SEED + "\n"))
    closed = given(*DEFINED, commit, POLLED[-1], figures=TIED)
    assert "line end" in str(closed.when(REVEAL).then_refused("seed-differs"))


def test_who_does_not_reveal_is_named_and_the_lot_is_drawn_by_hand() -> None:
    by_hand = but(BY_HAND, unrevealed=("returning-officer",))
    (drawn,) = given(*COMMITTED, figures=TIED).when(by_hand).events
    assert isinstance(drawn, LotDrawn)
    assert (drawn.order, drawn.seed, drawn.unrevealed) == (("c", "a", "b"), (), ("returning-officer",))
    given(*COMMITTED, figures=TIED).when(but(by_hand, witnesses=None)).then_refused("witnesses-needed")
    given(*COMMITTED, figures=TIED).when(but(by_hand, unrevealed=("clerk",))).then_refused("not-committed")
    given(*COMMITTED, figures=TIED).when(but(by_hand, seed=(SEED,))).then_refused("not-committed")
    given(*POLLED, figures=TIED).when(by_hand).then_refused("not-committed")


def test_a_lot_is_drawn_in_a_recount_where_the_count_then_stops() -> None:
    reopened = after_declaring(OrderRecount(contest="leader", reason="papers were found"))
    (drawn,) = reopened.when(REVEAL).events
    assert isinstance(drawn, LotDrawn)


def test_the_first_lot_among_the_same_tied_at_a_stage_holds() -> None:
    """No desk draws a second: what else comes to stand in the record decides nothing."""
    lots = [
        happened(LotDrawn, STREAM, version, **FIELDS | {"tied": tied}, order=order, witnesses="w")
        for version, (tied, order) in enumerate(
            [(("a", "b"), ("b", "a")), (("b", "a"), ("a", "b")), (("a", "c"), ("c", "a"))], 1
        )
    ]
    state = fold(lot_stream("leader"), lots)
    assert state.orders == {(3, frozenset("ab")): ("b", "a"), (3, frozenset("ac")): ("c", "a")}


def test_a_commitment_is_the_digest_of_the_digits_and_a_seed_has_64_of_them() -> None:
    assert commitment_to(SEED) == COMMITMENT
    for wrong in ("5" * 63, "5" * 65, "G" * 64, "A" * 64, "5" * 64 + "\n", ""):
        with pytest.raises(ValidationError):
            DrawLot(contest="leader", seed=(wrong,))


def test_lots_do_not_evolve_by_an_event_of_another_stream() -> None:
    with pytest.raises(TypeError, match=r"poll-closed\.v1 does not belong to lots"):
        fold(Lot(STREAM), [happened(PollClosed, STREAM, contest="leader", effective=CLOSED)])


def test_a_refusal_shows_commitments_and_no_seed() -> None:
    refused = given(*COMMITTED, figures=TIED).when(but(REVEAL, seed=("6" * 64,))).then_refused("seed-differs")
    assert COMMITMENT in str(refused)
    assert "6" * 64 not in str(refused)
