"""The nomination scoreboard: what stands and what fell, who is valid and why not, the same however it was read."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing

import pytest
from nominating import (
    A_SECOND_LATER,
    ACCEPT,
    CLOSES,
    NAME_A,
    NOMINATION_RULE,
    OPEN,
    OPENED,
    RECEIVE,
    RECEIVED,
    REGISTER_MP,
    SCHEDULED,
    SET_TIMETABLE,
    SIZE,
)
from scenario import but, given, happened

from ledger.decision import Command
from ledger.event import Event
from ledger.rules.nomination import NominatorClass
from ledger.streams.candidate import DeclineNomination, RecordAttribute, WithdrawCandidate
from ledger.streams.nomination import NominationReceived, NominationWithdrawn, WithdrawNomination
from ledger.streams.nomination_ruling import RuleNominationInvalid, RuleNominationValid
from ledger.streams.nominator import EndEntitlement
from ledger.streams.timetable import StepDate, VaryStep
from projections.election.nominations import NominationProjection
from projections.election.scoreboard import Scoreboard, awaits_ruling
from projections.verify.nomination_replay import board_of

MPS = tuple(but(REGISTER_MP, nominator=f"mp-{number}") for number in range(2, 6))
OTHER = NAME_A.model_copy(update={"nominee": "c", "name": "Burnham"})
BEGUN: tuple[Command, ...] = (*OPENED, OTHER, but(SIZE, size=8), *MPS)  # of 8, one is needed
INCUMBENT = RecordAttribute(
    contest="leader", nominee="c", attribute="incumbent", value="yes", source="minutes", as_of="2010-05-11"
)


def by(nominator: str, nominee: str = "a", effective: str = RECEIVED) -> Command:
    command = but(RECEIVE, nominator=nominator, nominee=nominee, effective=effective)
    assert isinstance(command, Command)
    return command


EVERYTHING: tuple[Command, ...] = (
    *BEGUN,
    by("mp-1"),
    by("mp-2"),
    by("mp-3"),
    by("mp-4", "b"),
    by("mp-5", "b", A_SECOND_LATER),
    by("clp-1", "b"),
    RuleNominationValid(contest="leader", nominator="clp-1", reasons="Nobody was kept from it by that"),
    WithdrawNomination(contest="leader", nominator="mp-1", effective=CLOSES, reason="asked to"),
    RuleNominationInvalid(contest="leader", nominator="mp-2", reasons="The form was not signed by anybody"),
    EndEntitlement(election="labour", nominator="mp-3", reason="whip withdrawn", effective=CLOSES),
    EndEntitlement(election="labour", nominator="mp-4", reason="died", effective=A_SECOND_LATER),
)


def board(*commands: Command) -> Scoreboard:
    events = given(*commands).events
    found = board_of(list(enumerate(events)), "leader", len(events) - 1)
    assert found is not None
    return found


def test_says_of_each_nomination_what_became_of_it() -> None:
    lines = {(line.nominator, line.nominee): (line.state, line.why) for line in board(*EVERYTHING).lines}
    assert lines == {
        ("mp-1", "a"): ("withdrawn", "asked to"),
        ("mp-2", "a"): ("invalid", "The form was not signed by anybody"),
        ("mp-3", "a"): ("dropped", f"lost the right to nominate at {CLOSES}: whip withdrawn"),
        ("mp-4", "b"): ("stands", None),
        ("mp-5", "b"): ("late", f"closed {CLOSES}"),
        ("clp-1", "b"): ("stands", "Nobody was kept from it by that"),
    }


def test_adds_up_what_stands_and_what_does_not() -> None:
    found = board(*EVERYTHING)
    counts = {each.nominee: (dict(each.counts), dict(each.fell)) for each in found.standings}
    assert counts == {
        "a": ({"mps": 0, "clps": 0}, {"withdrawn": 1, "invalid": 1, "dropped": 1}),
        "b": ({"mps": 1, "clps": 1}, {"late": 1}),
    }
    assert (found.figures.late, found.figures.void, found.figures.unruled) == (1, 3, ())


def rows(events: Sequence[Event], size: int) -> list[list[tuple[object, ...]]]:
    """Fold events in pages of a size, and give all tables."""
    with closing(sqlite3.connect(":memory:")) as database:
        projection = NominationProjection()
        for table in projection.tables:
            database.execute(table)
        pages = list(enumerate(events))
        for start in range(0, len(pages), size):
            projection.fold(database, pages[start : start + size])
        return [
            database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("nomination", "late_nomination", "nominator")
        ]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_is_the_same_whatever_the_pages_it_is_read_in(size: int) -> None:
    again = (WithdrawNomination(contest="leader", nominator="mp-4", effective=CLOSES), by("mp-4", "c"))
    events = given(*EVERYTHING[:-1], *again).events
    assert rows(events, size) == rows(events, len(events))


def test_an_irregular_nomination_stands_and_awaits_a_ruling() -> None:
    found = board(*BEGUN, by("clp-1"))
    assert found.standings[0].counts["clps"] == 1
    assert [awaits_ruling(line) for line in found.lines] == [True]
    assert found.figures.unruled == ("clp-1",)


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ((ACCEPT,), ()),
        ((), ("not-accepted",)),
        ((DeclineNomination(contest="leader", nominee="a", effective=RECEIVED),), ("declined",)),
        ((ACCEPT, WithdrawCandidate(contest="leader", nominee="a", effective=RECEIVED)), ("withdrew",)),
        ((ACCEPT, but(SIZE, size=9)), ("threshold-not-met",)),
        ((but(SIZE, size=9),), ("not-accepted", "threshold-not-met")),
    ],
)
def test_says_why_somebody_is_not_validly_nominated(more: tuple[Command, ...], reasons: tuple[str, ...]) -> None:
    (standing,) = board(*BEGUN, by("mp-1"), *more).standings
    assert standing.reasons == reasons
    assert standing.valid is (not reasons)


def test_an_incumbent_is_shown_and_valid_without_nominations() -> None:
    accepted = but(ACCEPT, nominee="c")
    found = {each.nominee: each for each in board(*BEGUN, INCUMBENT, accepted, by("mp-1")).standings}
    assert found["c"].valid
    assert found["c"].judged.exempt
    assert sum(found["c"].counts.values()) == 0
    assert "b" not in found


def test_without_the_size_nobody_is_valid() -> None:
    found = board(*(each for each in BEGUN if not isinstance(each, type(SIZE))), by("mp-1"), ACCEPT)
    assert found.standings[0].reasons == ("threshold-not-met",)
    assert found.figures.unsized == ("mps (nominators)",)


def test_a_close_that_was_moved_counts_for_who_lost_the_right_too() -> None:
    extend = VaryStep(
        election="labour",
        step="nominations-close",
        category="mps",
        local="2010-06-10T12:30:00",
        zone="Europe/London",
        reason="a new deadline",
        effective="2010-06-02T12:00:00Z",
    )
    ended = EndEntitlement(election="labour", nominator="mp-1", reason="left", effective=A_SECOND_LATER)
    assert board(*BEGUN, by("mp-1"), ended).lines[0].state == "stands"
    assert board(*BEGUN, extend, by("mp-1"), ended).lines[0].state == "dropped"


def test_the_digest_changes_with_what_became_of_any_one() -> None:
    digests = {board(*EVERYTHING[:number]).figures.digest for number in range(len(BEGUN), len(EVERYTHING) + 1)}
    # Ruled valid, it stands as before; who died after the close changes nothing.
    assert len(digests) == len(EVERYTHING) - len(BEGUN) + 1 - 2


def test_there_is_no_scoreboard_where_nothing_was_opened() -> None:
    assert board_of([], "leader", -1) is None
    events = given(*SCHEDULED).events
    assert board_of(list(enumerate(events)), "leader", 1) is None


# Labour 2010, as it stood at the close: MPs, unions, societies, constituency parties.
LEADER_2010 = {
    "abbott": (33, 2, 2, 20),
    "balls": (33, 1, 2, 17),
    "burnham": (33, 0, 1, 44),
    "d-miliband": (81, 2, 1, 165),
    "e-miliband": (63, 6, 3, 151),
}
CLASSES_2010 = ("mps", "unions", "societies", "clps")


def nominations_of_2010() -> list[Event]:
    """Every nomination as published, the nominators numbered."""
    classes = tuple(NominatorClass(id=name, name=name) for name in CLASSES_2010)
    rule = NOMINATION_RULE.model_copy(update={"classes": classes, "acceptance": "not-required"})
    timetable = but(SET_TIMETABLE, steps=(StepDate(step="nominations-close", local="2010-07-26T12:00:00"),))
    names = (but(NAME_A, nominee=who, name=who) for who in LEADER_2010)
    events = list(given(SCHEDULED[0], timetable, but(OPEN, rule=rule), *names, SIZE).events)
    numbers: Counter[str] = Counter()
    for who, by_class in LEADER_2010.items():
        for name, number in zip(CLASSES_2010, by_class, strict=True):
            for _ in range(number):
                numbers[name] += 1
                nominator = f"{name}-{numbers[name]}"
                fields = {"contest": "leader", "nominee": who, "nominator": nominator, "nominator_class": name}
                events.append(happened(NominationReceived, f"nomination/leader/{nominator}", 1, **fields))
    return events


def test_the_contest_of_2010_comes_to_what_was_published() -> None:
    """Source: statement of nominations 2010; 33 of 257 needed, 12.5 per cent."""
    events = nominations_of_2010()
    found = board_of(list(enumerate(events)), "leader", len(events) - 1)
    assert found is not None
    counts = {each.nominee: tuple(each.counts.values()) for each in found.standings}
    assert counts == LEADER_2010
    assert [sum(each[n] for each in counts.values()) for n in range(4)] == [243, 11, 9, 397]
    assert {each.judged.tests[0].needed for each in found.standings} == {33}
    assert all(each.valid for each in found.standings)
    fields = {"contest": "leader", "nominator": "mps-1", "nominee": "abbott"}
    events.append(happened(NominationWithdrawn, "nomination/leader/mps-1", 2, **fields))
    found = board_of(list(enumerate(events)), "leader", len(events) - 1)
    assert found is not None
    assert [each.nominee for each in found.standings if not each.valid] == ["abbott"]
    assert found.standings[0].judged.tests[0][1:4] == (33, 32, False)
