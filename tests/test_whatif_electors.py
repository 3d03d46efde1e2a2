"""What-if about people: forty appeals allowed too late, material or not; what is refused of rulings and entries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pytest
from ruled import P
from scenario import CLOSE_POLL, Given, but, happened
from test_appeal import DO
from test_ruled_papers import ISSUE, LATER, NONE, RESTORE, TOLD_LATE, allowed, scene, then

from ledger.errors import RefusedError
from ledger.event import Event
from ledger.rules.question import Elector, Question, RulingNamed, RulingSet, SectionPapers
from ledger.streams.entry import EntryAdded
from ledger.streams.returned import ReturnMarked
from projections.basis import Basis
from projections.oversight.folding import OversightProjection
from projections.papers.issued_account import PaperLine
from projections.papers.projection import PaperProjection
from projections.whatif import returned
from projections.whatif.small import is_small
from projections.whatif.whole import Steps, answered

FORTY = 40
ONE = (RulingNamed(case="c1", ruling=1),)
TOO_LATE = but(NONE, effective=LATER)


@cache
def reversed_too_late() -> tuple[Event, ...]:
    """One elector removed, whose paper was cancelled; the appeal was allowed once the poll had closed."""
    return then(allowed(), CLOSE_POLL, TOO_LATE).events


def person(number: int) -> str:
    return f"{number:024x}"


@cache
def many(number: int) -> tuple[Event, ...]:
    """The same of so many electors, each with a case of their own."""
    found: list[Event] = []
    for event in reversed_too_late():
        if event.stream.startswith(("entry/", "case/", "appeal/", "issued/", "docket/")):
            found += [_of_another(event, each) for each in range(1, number + 1)]
        else:
            found.append(event)
    return tuple(found)


def _of_another(event: Event, number: int) -> Event:
    """The same of another elector and another case."""
    changes = {}
    for name, value in event.__dict__.items():
        if isinstance(value, str):
            words = value.replace(P, person(number)).split("/")
            changes[name] = "/".join(f"c{number}" if word == "c1" else word for word in words)
    return event.model_copy(update=changes)


def basis(events: Iterable[Event], papers: Mapping[str, int]) -> Basis:
    by_type = {event.type: event for event in events}
    contest, rule = by_type["contest-defined.v1"], by_type["count-rule-adopted.v1"]
    return Basis(contest, rule.rule, {"members": dict(papers)}, {}, {}, {})  # type: ignore[arg-type, attr-defined]


class Scene(Given):
    """A record with tables folded of it."""

    tells_people = True

    def folded(self) -> sqlite3.Connection:
        """Fold all of it."""
        found = sqlite3.connect(":memory:", isolation_level=None)
        for projection in (PaperProjection(), OversightProjection()):
            for table in projection.tables:
                found.execute(table)
            projection.fold(found, [*enumerate(self.events)])
        return found


class Public(Given):
    """A record for the public, of which nothing may be read."""

    tells_people = False

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        raise AssertionError(stream)

    def streams_of(self, name: str, prefix: str) -> list[str]:
        raise AssertionError(name, prefix)

    def folded(self) -> sqlite3.Connection:
        raise AssertionError("folded")


def asked(events: tuple[Event, ...], papers: Mapping[str, int], question: Question) -> Any:
    taken = basis(events, papers)
    return answered(Scene(events), taken, taken.count(), question, len(events) - 1, Steps())


def refused(question: Question, events: tuple[Event, ...] | None = None) -> str:
    with pytest.raises(RefusedError) as error:
        asked(reversed_too_late() if events is None else events, {"a": 3, "b": 1}, question)
    assert str(error.value).endswith(".")
    return error.value.code


ALL_FORTY = Question(reverse=tuple(RulingNamed(case=f"c{each}", ruling=1) for each in range(1, FORTY + 1)))


@pytest.mark.parametrize(("behind", "effect"), [(39, "could"), (40, "by-lot"), (41, "could-not")])
def test_forty_appeals_allowed_too_late_are_material_or_provably_not(behind: int, effect: str) -> None:
    changed, found = asked(many(FORTY), {"a": 500 + behind, "b": 500}, ALL_FORTY)
    assert (changed.added, changed.removed) == ({"members": FORTY}, {})
    assert (found.verdict, found.effect) == ("bounded", effect)
    if effect == "could":
        assert found.example.papers <= FORTY
        assert found.elected == (("b",),)
        assert found.needed == FORTY
    if effect == "could-not":
        assert found.example is None
        assert found.shown_by


def test_a_ruling_that_a_remedy_reversed_in_time_is_refused() -> None:
    made = then(allowed(), ISSUE, RESTORE, but(DO, number=2), DO)
    assert refused(Question(reverse=ONE), made.events) == "already-reversed"
    assert refused(Question(restore=(Elector(number=1, person=P),)), made.events) == "entry-live"


def test_refuses_rulings_and_entries_that_are_not_there() -> None:
    assert refused(Question(reverse=(RulingNamed(case="c9", ruling=1),))) == "unknown-ruling"
    assert refused(Question(reverse=(RulingNamed(case="c1", ruling=2),))) == "unknown-ruling"
    assert refused(Question(restore=(Elector(number=7, person=P),))) == "unknown-entry"
    assert refused(Question(remove=(Elector(number=1, person=P),))) == "entry-not-live"
    assert refused(Question(reverse=(*ONE, *ONE))) == "named-twice"


def test_refuses_a_set_that_mixes_contests() -> None:
    elsewhere = happened(
        EntryAdded,
        f"entry/other/{person(9)}",
        category="members",
        election="other",
        section="members",
        basis=f"person/{person(9)}",
        number=1,
        source="register",
    )
    events = (*reversed_too_late(), elsewhere)
    assert refused(Question(restore=(Elector(number=1, person=person(9)),)), events) == "mixed-contests"
    other = tuple(
        event.model_copy(update={"election": "other"}) if event.type == "case-opened.v1" else event
        for event in reversed_too_late()
    )
    assert refused(Question(reverse=ONE), other) == "mixed-contests"
    moved = tuple(
        event.model_copy(update={"section": "elsewhere"}) if event.type == "entry-added.v1" else event
        for event in reversed_too_late()
    )
    assert refused(Question(reverse=ONE), moved) == "mixed-contests"


def test_an_entry_removed_takes_a_paper_out_only_where_one_came_back() -> None:
    question = Question(remove=(Elector(number=1, person=P),))
    made = then(allowed(), ISSUE, RESTORE, but(DO, number=2), DO).events
    changed, found = asked(made, {"a": 3, "b": 1}, question)
    assert (changed.unknown, found.effect) == (0, "could-not")
    came = happened(ReturnMarked, f"returned/leader/{P}", day="2010-09-01", contest="leader", number=1)
    changed, found = asked((*made, came), {"a": 2, "b": 1}, question)
    assert (changed.added, changed.removed, found.effect) == ({}, {"members": 1}, "by-lot")
    assert found.example.removed == {"members": {("a",): 1}}


def test_a_ruling_that_nobody_was_told_of_changes_no_paper() -> None:
    untold = tuple(event for event in reversed_too_late() if event.type not in ("ruling-notified.v1",))
    changed, found = asked(untold, {"a": 2, "b": 1}, Question(reverse=ONE))
    assert (changed.unknown, found.effect) == (0, "could-not")
    assert changed.notes == ("A ruling of which nobody was told had no effect.",)


GROUND_SET = Question(rulings=RulingSet(ground="other-party"))
AFTER_CLOSE = Question(rulings=RulingSet(told="after-close"))


def test_a_set_leaves_out_what_was_put_right_or_is_of_another_contest_and_says_so() -> None:
    restored = then(allowed(), ISSUE, RESTORE, but(DO, number=2), DO).events
    changed, found = asked(restored, {"a": 2, "b": 1}, GROUND_SET)
    assert (changed.rulings, changed.unknown, found.effect) == (("c1/1",), 0, "could-not")
    assert changed.notes == ("Of the rulings of the set, 1 is put right in time: such an elector could vote.",)
    moved = tuple(
        event.model_copy(update={"section": "elsewhere"}) if event.type == "entry-added.v1" else event
        for event in reversed_too_late()
    )
    changed, _ = asked(moved, {"a": 2, "b": 1}, GROUND_SET)
    assert changed.notes == ("Of the rulings of the set, 1 is about entries that have no vote in this contest.",)


def test_rulings_told_after_the_close_are_a_set() -> None:
    late = scene(CLOSE_POLL, TOLD_LATE).events
    changed, _ = asked(late, {"a": 2, "b": 1}, AFTER_CLOSE)
    assert changed.rulings == ("c1/1",)
    with pytest.raises(RefusedError) as error:
        asked(reversed_too_late(), {"a": 2, "b": 1}, AFTER_CLOSE)
    assert error.value.code == "empty-set"


def test_an_appeal_allowed_in_time_is_not_in_the_set_of_the_late_ones() -> None:
    with pytest.raises(RefusedError) as error:
        asked(then(allowed(), CLOSE_POLL).events, {"a": 2, "b": 1}, Question(rulings=RulingSet(appeal="late-allowed")))
    assert error.value.code == "empty-set"


def test_one_paper_follows_once_whatever_it_follows_from() -> None:
    both = Question(reverse=ONE, restore=(Elector(number=1, person=P),), rulings=GROUND_SET.rulings)
    changed, _ = asked(reversed_too_late(), {"a": 3, "b": 1}, both)
    assert changed.added == {"members": 1}


def test_the_public_is_refused_whatever_names_people_before_it_is_looked_up() -> None:
    """Whether there is such a ruling or entry, and what became of its paper, shows in no answer, for there is none."""
    events = reversed_too_late()
    taken = basis(events, {"a": 3, "b": 1})
    there, nowhere = Elector(number=1, person=P), Elector(number=7, person=P)
    told = set()
    for question in (
        Question(reverse=ONE),
        Question(reverse=(RulingNamed(case="c9", ruling=1),)),
        Question(restore=(there,)),
        Question(restore=(nowhere,), unknown=(SectionPapers(section="members", papers=20),)),
        Question(remove=(there,)),
        GROUND_SET,
        AFTER_CLOSE,
        Question(rulings=RulingSet(ground="nowhere")),
    ):
        with pytest.raises(RefusedError) as error:
            answered(Public(events), taken, taken.count(), question, len(events) - 1, Steps())
        assert error.value.code == "names-people"
        told.add(str(error.value))
    assert len(told) == 1


def test_a_set_of_few_people_is_small_though_no_paper_follows() -> None:
    """A ruling that was put right in time changes no paper; that there is one, and no more, is not published."""
    events = tuple(
        event.model_copy(update={"smallest_cell": 2}) if event.type == "contest-defined.v1" else event
        for event in then(allowed(), ISSUE, RESTORE, but(DO, number=2), DO).events
    )
    taken = basis(events, {"a": 3, "b": 1})
    changed, found = answered(Scene(events), taken, taken.count(), GROUND_SET, len(events) - 1, Steps())
    assert (changed.unknown, found.effect) == (0, "could-not")
    assert is_small(taken, taken.count(), changed)


@pytest.mark.parametrize(("public", "papers", "least"), [(False, 19, 19), (True, 20, 18)])
def test_papers_that_rulings_took_out_are_not_told_apart_from_others(
    monkeypatch: pytest.MonkeyPatch, public: bool, papers: int, least: int
) -> None:
    """Less what turnout tells, the number would be of one ruling; in the bounds they may be anybody's."""
    youth = PaperLine(("members", "youth"), 31, 31, 30, 0, 1, 20, 0, 1)
    member = PaperLine(("members", "member"), 50, 50, 50, 0, 0, 30, 0, 1)
    monkeypatch.setattr(returned, "paper_lines", lambda *_: [youth, member])
    monkeypatch.setattr(Scene, "tells_people", not public)
    monkeypatch.setattr(Scene, "streams_of", lambda *_: ["marks/leader/members"])
    events = reversed_too_late()
    found = returned.Register(Scene(events), basis(events, {}).contest, {"members": 48}).of("members", ("youth",))
    assert (found.papers, found.least, found.most) == (papers, least, papers)


def test_nothing_is_supposed_of_a_count_that_elects_nobody() -> None:
    events = reversed_too_late()
    taken = basis(events, {"a": 1, "b": 1})
    with pytest.raises(RefusedError) as error:
        answered(Scene(events), taken, taken.count(), Question(reverse=ONE), len(events) - 1, Steps())
    assert error.value.code == "not-declared"
