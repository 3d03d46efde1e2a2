"""Numbers of rulings published: the event, the editions that follow from it, and whose rulings are in them."""

from __future__ import annotations

from typing import Any

import pytest
from overseen import ruling
from scenario import CALL_ELECTION, given, happened

from ledger.errors import RefusedError, UsageError
from ledger.event import Event
from ledger.streams.merge import MergeUndone, PersonsMerged
from ledger.streams.ruling_figures import PublishRulingFigures, RulingFigures, RulingFiguresPublished
from projections.oversight.editions import Edition, edition_of, editions_of, of_edition

STREAM = "ruling-figures/labour"
PUBLISH = PublishRulingFigures(election="labour")


def test_publishes_as_often_as_is_asked_for() -> None:
    scene = given(CALL_ELECTION, PUBLISH)
    scene.when(PUBLISH).then(happened(RulingFiguresPublished, STREAM, 2, election="labour"))


def test_refuses_an_election_that_was_never_called() -> None:
    given().when(PUBLISH).then_refused("unknown-election")


def test_counts_them_and_takes_nothing_else() -> None:
    event = happened(RulingFiguresPublished, STREAM, election="labour")
    assert RulingFigures(STREAM).evolve(event).times == 1
    with pytest.raises(TypeError, match="does not belong"):
        RulingFigures(STREAM).evolve(given(CALL_ELECTION).events[0])


class Record:
    """A record of a few streams."""

    def __init__(self, **streams: list[tuple[int, Event]]) -> None:
        self.streams = {name.replace("_", "-").replace("--", "/"): events for name, events in streams.items()}

    def stream(self, name: str) -> list[tuple[int, Event]]:
        return self.streams.get(name, [])

    def streams_of(self, name: str, prefix: str) -> list[str]:
        return [each for each in self.streams if each.startswith(prefix)]


def record(*positions: int, **merges: list[tuple[int, Event]]) -> Any:
    published = [(position, happened(RulingFiguresPublished, STREAM, election="labour")) for position in positions]
    return Record(ruling_figures__labour=published, **merges)


def merged(dropped: str, kept: str) -> Event:
    return happened(PersonsMerged, f"merge/{dropped}", basis=("document",), kept=kept)


def test_an_edition_begins_after_the_one_before() -> None:
    found = editions_of(record(17, 40, 41), "labour")
    assert found == [Edition(1, 0, 17), Edition(2, 18, 40), Edition(3, 41, 41)]
    assert editions_of(record(17, 40, 41), "labour", 41) == found[:2]  # what is known of 41 events
    assert edition_of(record(17, 40), "labour") == Edition(2, 18, 40)
    assert edition_of(record(17, 40), "labour", 1) == Edition(1, 0, 17)
    for number in (0, 3):
        with pytest.raises(UsageError) as wrong:
            edition_of(record(17, 40), "labour", number)
        assert wrong.value.code == "no-such-edition"
    with pytest.raises(RefusedError) as none:
        edition_of(record(), "labour")
    assert none.value.code == "not-published"


def test_every_ruling_is_in_one_edition_by_when_the_person_was_told() -> None:
    rows = [ruling(number, position=1, told_position=None if number == 7 else 30 - number) for number in range(30)]
    first, second = (of_edition(record(), rows, each) for each in (Edition(1, 0, 17), Edition(2, 18, 40)))
    assert (len(first), len(second)) == (17, 12)
    assert {row.case for row in (*first, *second)} == {row.case for row in rows} - {"c7"}
    assert [row.told_position for row in first] == list(range(1, 18))


def test_who_was_merged_is_one_person_from_then_on() -> None:
    rows = [ruling(number)._replace(person=each) for number, each in enumerate("abcd")]
    merges = {"merge__a": [(3, merged("a", "b"))], "merge__b": [(4, merged("b", "c"))]}
    undone = happened(MergeUndone, "merge/d", reason="two-people")
    both = record(**merges, merge__d=[(3, merged("d", "c")), (5, undone)])
    people = {last: [row.person for row in of_edition(both, rows, Edition(1, 0, last))] for last in (20, 4)}
    assert people[20] == ["c", "c", "c", "d"]
    rows = [row._replace(told_position=1) for row in rows]
    assert [row.person for row in of_edition(both, rows, Edition(1, 0, 3))] == ["b", "b", "c", "c"]


def test_a_circle_of_merges_ends() -> None:
    circle = record(merge__a=[(3, merged("a", "b"))], merge__b=[(4, merged("b", "a"))])
    rows = [ruling(number)._replace(person=each) for number, each in enumerate("ab")]
    assert len({row.person for row in of_edition(circle, rows, Edition(1, 0, 20))}) == 1
