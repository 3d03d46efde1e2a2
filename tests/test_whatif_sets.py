"""Sets of rulings resolved from the record: forty late-allowed appeals from the option to the published verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from scenario import NOW
from stores import LedgerPlace, desk_at
from test_whatif_electors import FORTY, many

from ledger.desk import Desk
from ledger.event import Event
from ledger.leaf import conceal
from ledger.rules.question import Question, RulingSet
from ledger.store import Ledger
from ledger.streams.analysis import AnalysisPublished, PublishAnalysis
from ledger.streams.declaration import DeclareResult
from ledger.streams.paper import Alike, ReadPapers
from projections.counting import LedgerFigures
from projections.verify.analyses import check_analyses
from projections.verify.contests import read_contests
from projections.verify.record import read_record
from projections.verify.snapshot import take_snapshot

LATE = Question(rulings=RulingSet(appeal="late-allowed"))
FOUND = {39: "could", 40: "by-lot", 41: "could-not"}  # votes by which the result was won -> whether 40 papers could


def papers(behind: int) -> dict[str, int]:
    return {"a": 500 + behind, "b": 500}


def put_at_once(ledger: Ledger, events: tuple[Event, ...]) -> None:
    """Append events past every decision, in one transaction."""
    same = {"command": None, "recorded": NOW}
    ledger.append([conceal(event.model_copy(update=same), lambda size: bytes(size))[0] for event in events])


@contextmanager
def at_the_desk(place: LedgerPlace, behind: int) -> Iterator[tuple[Ledger, Desk]]:
    with place.make() as ledger:
        put_at_once(ledger, many(FORTY))
        with desk_at(place, clock=lambda: NOW, figures=LedgerFigures(ledger)) as desk:
            read = tuple(Alike(count=number, marks=marks) for marks, number in papers(behind).items())
            desk.submit(ReadPapers(contest="leader", section="members", serial="s1", papers=read), actor="scrutineer")
            desk.submit(DeclareResult(contest="leader", elected=("a",), figures=()), actor="returning-officer")
            yield ledger, desk


@pytest.mark.parametrize("behind", FOUND)
def test_forty_late_allowed_appeals_are_material_or_provably_not(empty_place: LedgerPlace, behind: int) -> None:
    """From the record to the published verdict, and through the check of it, on every kind of store."""
    with at_the_desk(empty_place, behind) as (ledger, desk):
        figures = LedgerFigures(ledger).analysis("leader", LATE)
        assert (figures.verdict, figures.effect) == ("bounded", FOUND[behind])
        made = PublishAnalysis(
            contest="leader", question=LATE, verdict=figures.verdict, certificate=figures.certificate
        )
        desk.submit(made, actor="scrutineer")
        record = read_record(ledger, take_snapshot(ledger), 1, lambda _: None)
        assert [*check_analyses(ledger, record, read_contests(record))] == []
        (published,) = [event for _, event in record.others if isinstance(event, AnalysisPublished)]
        assert published.blind is not None
        assert published.effect == FOUND[behind]
