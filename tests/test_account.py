"""Ballot accounts: stated section by section, restated until the declaration, and put beside the count."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError
from scenario import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, DEFINED, POLLED, RULE, but, given, happened

from ledger.decision import fold
from ledger.event import Audience
from ledger.field import ALL
from ledger.figures import CountFigures
from ledger.streams.account import PARTS_MAX, Account, AccountStated, SetAside, Spoilt, StateAccount
from ledger.streams.contest import PollClosed
from ledger.streams.declaration import DeclareResult
from ledger.streams.result import AnnulResult, OrderRecount
from projections.count.count import Poll, count
from projections.papers.ballot_account import BallotAccount, ballot_account

STREAM = "account/leader/members"
LATE = SetAside(reason="late", papers=3)
MARKED = Spoilt(reason="no-official-mark", papers=2)
STATE = StateAccount(
    contest="leader",
    section="members",
    electorate=100,
    distributed=90,
    returned=15,
    set_aside=(LATE,),
    spoilt=(MARKED,),
    source="the scrutineer's record",
)
FIELDS: dict[str, Any] = {
    "contest": "leader",
    "distributed": 90,
    "electorate": 100,
    "returned": 15,
    "section": "members",
    "set_aside": (LATE,),
    "source": "the scrutineer's record",
    "spoilt": (MARKED,),
}
REQUIRED = (CALL_ELECTION, ADOPT_RULE, but(DEFINE_CONTEST, account="required"), CLOSE_POLL)
COUNTED = CountFigures(position=41, digest="sha256:" + "5" * 64, elected=("a",), cells={})
DECLARE = DeclareResult(contest="leader", elected=("a",))
BLANK_REJECTED = RULE.model_copy(update={"blank": "reject"})
TABLE = count(  # members: 3 valid, 1 rejected; mps: 2 valid
    BLANK_REJECTED, Poll(("a", "b"), ("members", "mps")), {"members": {"a": 2, "b": 1, "": 1}, "mps": {"a": 2}}
)


def stated(section: str, **changes: Any) -> AccountStated:
    event = happened(AccountStated, f"account/leader/{section}", **FIELDS | {"section": section} | changes)
    assert isinstance(event, AccountStated)
    return event


def account(**sections: dict[str, Any]) -> BallotAccount:
    """Accounts that say just what is given of each section."""
    nothing = {"distributed": None, "electorate": None, "returned": None, "set_aside": (), "spoilt": ()}
    return ballot_account({name: stated(name, **nothing | changes) for name, changes in sections.items()}, TABLE)


MEMBERS = {"distributed": 9, "returned": 4}
MPS = {"distributed": 2, "returned": 2}


def test_states_every_figure_and_leaves_out_what_was_never_published() -> None:
    given(*POLLED).when(STATE).then(happened(AccountStated, STREAM, **FIELDS))
    bare = StateAccount(contest="leader", section="mps")
    given(*POLLED).when(bare).then(
        happened(AccountStated, "account/leader/mps", contest="leader", section="mps", set_aside=(), spoilt=())
    )


def test_states_the_account_of_all_sections_where_no_others_are_known() -> None:
    (event,) = given(*POLLED).when(but(STATE, section=ALL)).events
    assert event.stream == "account/leader/all"


def test_an_account_stated_again_stands_beside_the_first_and_holds() -> None:
    again = but(STATE, returned=16)
    given(*POLLED, STATE).when(again).then(happened(AccountStated, STREAM, 2, **FIELDS | {"returned": 16}))
    state = fold(Account(STREAM), given(*POLLED, STATE, again).events[-2:])
    assert state.stated is not None
    assert state.stated.returned == 16


@pytest.mark.parametrize(("publication", "restricted"), [("papers", False), ("profile", True), ("none", True)])
def test_an_account_is_withheld_where_papers_are(publication: str, restricted: bool) -> None:
    contest = but(DEFINE_CONTEST, paper_publication=publication)
    when = given(CALL_ELECTION, ADOPT_RULE, contest, CLOSE_POLL).when(STATE)
    assert (when.outcome.restricted, AccountStated.audience) == (restricted, Audience.CONTEST)


def test_refuses_an_account_once_the_result_is_declared_and_takes_one_in_a_recount() -> None:
    given(*POLLED, STATE, DECLARE, figures=COUNTED).when(STATE).then_refused("already-declared")
    recount = OrderRecount(contest="leader", reason="asked for")
    assert given(*POLLED, STATE, DECLARE, recount, figures=COUNTED).when(STATE).events
    annul = AnnulResult(contest="leader", reason="irregularities")
    given(*POLLED, STATE, DECLARE, recount, annul, figures=COUNTED).when(STATE).then_refused("annulled")


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"section": "lords"}, "unknown-section", "lords"),
        ({"set_aside": (LATE, LATE)}, "duplicate-reason", "late twice"),
        ({"spoilt": (MARKED, MARKED)}, "duplicate-reason", "no-official-mark twice"),
        ({"distributed": None}, "account-incomplete", "no distributed"),
        ({"returned": None}, "account-incomplete", "no returned"),
        ({"distributed": None, "returned": None}, "account-incomplete", "no distributed and no returned"),
        ({"returned": 91}, "account-unfit", "91"),
    ],
)
def test_refuses_an_account_that_cannot_be(changes: dict[str, Any], code: str, said: str) -> None:
    refused = given(*REQUIRED).when(but(STATE, **changes)).then_refused(code)
    assert said in refused.found


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    faulty = but(STATE, section="lords", set_aside=(LATE, LATE), distributed=None)
    given().when(faulty).then_refused("unknown-contest")
    scene = replace(given(*REQUIRED, DECLARE, figures=COUNTED), figures=None)
    scene.when(faulty).then_refused("unknown-section")
    known = but(faulty, section="members")
    scene.when(known).then_refused("already-declared")
    given(*REQUIRED).when(known).then_refused("duplicate-reason")
    given(*REQUIRED).when(but(known, set_aside=())).then_refused("account-incomplete")
    given(*POLLED).when(but(known, set_aside=())).then(
        happened(AccountStated, STREAM, **FIELDS | {"set_aside": (), "distributed": None})
    )


def test_all_that_came_back_may_have_been_handed_out_and_nothing_more() -> None:
    assert given(*REQUIRED).when(but(STATE, returned=90)).events
    for history in (DEFINED, POLLED, REQUIRED):
        given(*history).when(but(STATE, returned=91)).then_refused("account-unfit")


def test_parts_have_known_reasons_whole_numbers_and_a_limit() -> None:
    part = {"reason": "late", "papers": 1}
    for parts in ([{"reason": "lost", "papers": 1}], [part | {"papers": -1}], [part] * (PARTS_MAX + 1)):
        with pytest.raises(ValidationError):
            StateAccount.model_validate({**dict(STATE), "set_aside": parts})


def test_an_account_does_not_evolve_by_an_event_of_another_stream() -> None:
    with pytest.raises(TypeError, match=r"poll-closed\.v1 does not belong to an account"):
        fold(Account(STREAM), [happened(PollClosed, STREAM, contest="leader")])


# Beside the count


def test_an_account_balances_where_every_paper_that_came_back_is_somewhere() -> None:
    found = account(members=MEMBERS, mps=MPS)
    assert list(found.unbalanced()) == []
    assert (found.whole.distributed, found.whole.returned, found.whole.accounted) == (11, 6, 6)
    parts = {"returned": 9, "set_aside": (LATE,), "spoilt": (MARKED,)}
    found = account(members=MEMBERS | parts, mps=MPS)
    assert list(found.unbalanced()) == []
    assert found.whole.invalid == 3


@pytest.mark.parametrize(
    ("members", "section", "expected", "says"),
    [
        (None, "members", "a ballot account", "none"),
        ({"returned": 4}, "members", "papers distributed and returned", "not published"),
        ({"distributed": 9}, "members", "papers distributed and returned", "not published"),
        ({"distributed": 3, "returned": 4}, "members", "at most the 3 papers distributed", "4 returned"),
        (MEMBERS | {"electorate": 2}, "members", "at most 2 valid papers, one for each elector", "3"),
        (
            {"distributed": 9, "returned": 5},
            "members",
            "5 papers returned",
            "4 accounted for (0 set aside, 1 rejected, 3 valid)",
        ),
        (
            MEMBERS | {"set_aside": (LATE,), "spoilt": (MARKED,)},
            "members",
            "4 papers returned",
            "9 accounted for (3 set aside, 3 rejected, 3 valid)",
        ),
    ],
)
def test_says_of_which_section_the_account_lacks_what(
    members: dict[str, Any] | None, section: str, expected: str, says: str
) -> None:
    sections = ({"members": members} if members is not None else {}) | {"mps": MPS}
    assert list(account(**sections).unbalanced()) == [(section, expected, says)]


def test_the_account_of_all_sections_cannot_say_otherwise_than_theirs() -> None:
    """One that balances on other numbers would be what a report is compared with."""
    fewer = {"distributed": 8, "returned": 6}
    found = account(members=MEMBERS, mps=MPS, all=fewer)
    assert list(found.unbalanced()) == [(ALL, "11 papers distributed, as of the sections together", "8")]
    shifted = {"distributed": 11, "returned": 8, "spoilt": (MARKED,)}
    said = [found for _, _, found in account(members=MEMBERS, mps=MPS, all=shifted).unbalanced()]
    assert said == ["8", "3"]
    assert list(account(members=MEMBERS, mps=MPS, all={"distributed": 11, "returned": 6}).unbalanced()) == []


def test_the_account_of_all_sections_does_not_stand_in_for_one_that_is_lacking() -> None:
    found = account(members=MEMBERS, all={"distributed": 11, "returned": 6})
    assert list(found.unbalanced()) == [("mps", "a ballot account", "none")]


def test_turnout_has_both_its_numbers_and_none_where_one_was_never_published() -> None:
    whole = account(members=MEMBERS | {"electorate": 30}, mps=MPS).whole
    assert [(each.papers, each.base, each.exact) for each in whole.turnouts] == [
        (6, 11, Fraction(6, 11)),
        (5, 11, Fraction(5, 11)),
    ]
    assert whole.electorate is None
    assert account(members=MEMBERS).whole.turnouts[0].exact is None


def test_gives_each_figure_that_somebody_may_have_published() -> None:
    cells = account(members=MEMBERS | {"spoilt": (MARKED,), "returned": 6}, mps=MPS).cells()
    assert cells[1, "members", "", "rejected"] == 3
    assert cells[1, ALL, "", "distributed"] == 11
    assert cells[1, ALL, "", "turnout"] == Fraction(800, 11)
    assert (1, ALL, "", "returned") not in account(members=MEMBERS).cells()
