"""What verification says of published analyses that are not what the record gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scenario import happened
from terminal import Terminal
from test_cli_margin import DECLARE, THREE, read
from test_cli_whatif import SPOILT, asked, publish

from ledger.event import Event
from ledger.rules.question import MarginAsked, Question, RulingNamed, SectionPapers
from ledger.storage.store import Ledger, open_ledger
from ledger.streams.account import Spoilt
from ledger.streams.analysis import AnalysisPublished
from ledger.streams.result import RecountOrdered, ResultAnnulled
from ledger.whatif_figures import AnalysisFigures
from projections.margin.published import STEPS_MAX, margin_figures
from projections.verify import analyses
from projections.verify.analyses import check_analyses
from projections.verify.contests import read_contests
from projections.verify.counts import count_at
from projections.verify.finding import Finding
from projections.verify.record import RecordRead, read_record
from projections.verify.snapshot import take_snapshot
from projections.whatif.whole import analysis_figures

Read = tuple[Ledger, RecordRead]


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Read]:
    """A ledger with one analysis, of five papers that were spoilt."""
    at = Terminal(tmp_path, monkeypatch, capsys)
    read(at, THREE | {"smallest_cell": 4}).record(
        "state-account", SPOILT | {"spoilt": [{"reason": "uncertain", "papers": 5}]}
    ).done()
    at.record("declare-result", DECLARE).done()
    publish(at, asked(at, "--accept-rejected", "uncertain")).done()
    with open_ledger(tmp_path / "ledger") as ledger:
        yield ledger, read_record(ledger, take_snapshot(ledger), 1, lambda _: None)


def codes(published: Read, **changes: Any) -> set[str]:
    """What is found where the analysis says something else."""
    ledger, record = published
    others = [
        (position, event.model_copy(update=changes) if isinstance(event, AnalysisPublished) else event)
        for position, event in record.others
    ]
    changed = RecordRead(others=others, batches=record.batches)
    return {finding.code for finding in check_analyses(ledger, changed, read_contests(changed))}


def test_an_analysis_that_the_record_gives_is_in_order(published: Read) -> None:
    assert codes(published) == set()


def test_every_other_verdict_is_found(published: Read) -> None:
    event = next(event for _, event in published[1].others if isinstance(event, AnalysisPublished))
    assert codes(published, verdict="exact") == {"not-reproducible"}
    assert codes(published, effect="could-not") == {"not-reproducible"}
    assert codes(published, certificate="sha256:" + "0" * 64) == {"not-reproducible"}
    assert codes(published, number=2) == {"number-differs"}
    assert codes(published, contest="nosuch") == {"unknown-contest"}
    assert codes(published, as_of_position=10_000) == {"as-of-later"}
    assert codes(published, blind="A" * 22) == {"wrong-audience"}
    # as of then its papers were there, and nothing of the account
    assert codes(published, as_of_position=event.as_of_position - 2) == {"unknown-reason"}
    few = Question(unknown=(SectionPapers(section="members", papers=3),))
    assert codes(published, question=few) == {"reveals-ballot", "not-reproducible"}
    named = Question(reverse=(RulingNamed(case="c1", ruling=1),))
    assert codes(published, question=named) == {"wrong-audience", "unknown-ruling"}


def test_an_analysis_before_the_result_is_found(published: Read) -> None:
    ledger, record = published
    others = [(position, event) for position, event in record.others if event.type != "result-declared.v1"]
    changed = RecordRead(others=others, batches=record.batches)
    found = {finding.code for finding in check_analyses(ledger, changed, read_contests(changed))}
    assert found == {"not-declared"}


def test_an_analysis_by_an_engine_that_nobody_here_knows_is_found_whatever_it_says(published: Read) -> None:
    assert codes(published, engine="what-if 9", verdict="exact") == {"unknown-engine"}
    assert codes(published, engine="what-if 0") == {"unknown-engine"}


def test_a_verdict_of_an_earlier_record_that_no_longer_holds_is_found(published: Read) -> None:
    """Somebody picks the position at which the answer suits; the desk answers as of the last event."""
    ledger, record = published
    contests = read_contests(record)
    event = next(event for _, event in record.others if isinstance(event, AnalysisPublished))
    stated, account = next((at, each) for at, each in record.others if each.type == "account-stated.v1")
    assert codes(published, as_of_position=stated) == set()  # nothing that matters was recorded since
    fewer = account.model_copy(update={"spoilt": (Spoilt(reason="uncertain", papers=4),)})
    at = event.as_of_position
    later = RecordRead(others=[*record.others], batches=record.batches)
    later.others.insert(len(later.others) - 1, (at, fewer))
    found = {(each.code, each.what) for each in check_analyses(ledger, later, contests)}
    assert found == {("not-reproducible", "analysis/leader, certificate")}
    picked = [
        (at, each.model_copy(update={"as_of_position": stated}) if isinstance(each, AnalysisPublished) else each)
        for at, each in later.others
    ]
    found_there = check_analyses(ledger, RecordRead(others=picked, batches=record.batches), contests)
    assert [(each.code, each.what) for each in found_there] == [
        ("not-reproducible", f"analysis/leader, certificate, as of event {at}")
    ]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((RecountOrdered,), "recount-open"),
        ((RecountOrdered, ResultAnnulled), "annulled"),
    ],
)
def test_an_analysis_of_a_result_that_does_not_stand_is_found(
    published: Read, more: tuple[type[Event], ...], code: str
) -> None:
    ledger, record = published
    fields: dict[type[Event], dict[str, Any]] = {RecountOrdered: {"number": 2}, ResultAnnulled: {}}
    others = [*record.others]
    for kind in more:
        event = happened(kind, "result/leader", contest="leader", reason="close", **fields[kind])
        others.insert(len(others) - 1, (others[-1][0] - 1, event))
    changed = RecordRead(others=others, batches=record.batches)
    assert code in {finding.code for finding in check_analyses(ledger, changed, read_contests(record))}


MARGIN = Question(margin=MarginAsked(kinds=("addition", "removal", "change"), steps=(1000, 1000, 1000)))


def test_a_margin_in_an_analysis_is_searched_again(published: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """The searches of six papers against four end by themselves, long before as many steps."""
    _, record = published
    event = next(event for _, event in record.others if isinstance(event, AnalysisPublished))
    counted = count_at(record, read_contests(record)["leader"], event.as_of_position, ("E15", 0, ""))
    assert not isinstance(counted, Finding)
    assert MARGIN.margin is not None
    figures = margin_figures(*counted, MARGIN.margin, event.as_of_position)
    margin = {"kind": "margin", "engine": figures.engine, "question": MARGIN, "effect": None, "verdict": "exact"}
    margin |= {"certificate": figures.certificate}
    assert codes(published, **margin) == set()
    assert codes(published, **margin | {"kind": "what-if"}) == {"kind-differs"}
    assert codes(published, **margin | {"verdict": "bounded"}) == {"not-reproducible"}
    assert codes(published, **margin | {"certificate": "sha256:" + "0" * 64}) == {"not-reproducible"}
    assert codes(published, **margin | {"effect": "could"}) == {"not-reproducible"}
    assert codes(published, **margin | {"as_of_position": 10_000}) == {"as-of-later"}
    searches: list[int] = []

    def searched(*of: Any) -> AnalysisFigures:
        searches.append(of[-1])
        return analysis_figures(*of)

    monkeypatch.setattr(analyses, "analysis_figures", searched)
    assert codes(published, **margin | {"as_of_position": event.as_of_position - 1}) == set()
    assert searches == [event.as_of_position - 1]  # of the same count, so once
    less = Question(margin=MARGIN.margin.model_copy(update={"kinds": ("addition",)}))
    assert codes(published, **margin | {"question": less}) == {"not-reproducible"}
    endless = Question(margin=MARGIN.margin.model_copy(update={"steps": (STEPS_MAX, 1)}))
    assert codes(published, **margin | {"question": endless}) == {"too-many-steps"}
    stopped = Question(margin=MARGIN.margin.model_copy(update={"steps": (1, 1, 1)}))
    assert codes(published, **margin | {"question": stopped}) == {"not-reproducible"}
    assert stopped.margin is not None
    assert margin_figures(*counted, stopped.margin, event.as_of_position).verdict == "bounded"
