"""What verification says of published analyses that are not what the record gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal
from test_cli_margin import DECLARE, THREE, read
from test_cli_whatif import SPOILT, asked, publish

from ledger.rules.question import MarginAsked, Question, RulingNamed, SectionPapers
from ledger.store import Ledger, open_ledger
from ledger.streams.analysis import AnalysisPublished
from projections.margin.published import margin_figures
from projections.verify.analyses import check_analyses
from projections.verify.contests import read_contests
from projections.verify.counts import count_at
from projections.verify.finding import Finding
from projections.verify.record import RecordRead, read_record
from projections.verify.snapshot import take_snapshot

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
    return {finding.code for finding in check_analyses(ledger, changed, read_contests(changed), {})}


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
    found = {finding.code for finding in check_analyses(ledger, changed, read_contests(changed), {})}
    assert found == {"not-declared"}


def test_an_analysis_by_another_version_is_not_checked_and_said_so(published: Read) -> None:
    ledger, record = published
    others = [
        (position, event.model_copy(update={"engine": "what-if 9"}) if isinstance(event, AnalysisPublished) else event)
        for position, event in record.others
    ]
    changed, unchecked = RecordRead(others=others, batches=record.batches), dict[str, str]()
    assert not list(check_analyses(ledger, changed, read_contests(changed), unchecked))
    assert unchecked["E15"].endswith("by another version of the analysis: what-if 9")


MARGIN = Question(margin=MarginAsked(kinds=("addition", "removal", "change"), steps=(1000, 1000, 1000)))


def test_a_margin_in_an_analysis_is_searched_again(published: Read) -> None:
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
    less = Question(margin=MARGIN.margin.model_copy(update={"kinds": ("addition",)}))
    assert codes(published, **margin | {"question": less}) == {"not-reproducible"}
    stopped = Question(margin=MARGIN.margin.model_copy(update={"steps": (1, 1, 1)}))
    assert codes(published, **margin | {"question": stopped}) == {"not-reproducible"}
    assert stopped.margin is not None
    assert margin_figures(*counted, stopped.margin, event.as_of_position).verdict == "bounded"
