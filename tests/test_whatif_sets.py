"""Sets of rulings resolved from the record: forty late-allowed appeals from the option to the published verdict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scenario import NOW
from stores import LedgerPlace, desk_at
from terminal import PAPERS, Answer, Terminal
from test_whatif_electors import FORTY, many

from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.leaf import conceal
from ledger.rules.question import Question, RulingNamed, RulingSet
from ledger.storage.store import Ledger, open_ledger
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


SCRUTINEER = ("--audience", "scrutineer", "--purpose", "scrutiny", "--as", "scrutineer")


def forty(at: Terminal) -> Terminal:
    """Forty appeals allowed too late, and a result that was won by 39 votes."""
    at("init", "--unfounded").done()
    with open_ledger(at.ledger) as ledger:
        put_at_once(ledger, many(FORTY))
    at.write("papers.csv", "marks\n" + "a\n" * 539 + "b\n" * 500)
    at(*PAPERS).done()
    at.record("declare-result", {"contest": "leader", "elected": ["a"], "figures": []}).done()
    return at


def test_a_set_is_named_in_words_and_listed_for_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = forty(Terminal(tmp_path, monkeypatch, capsys))

    def whatif(*words: str) -> Answer:
        return at("whatif", "leader", *words, *SCRUTINEER)

    text = whatif("--late-allowed-appeals").done()
    assert "Supposed: 40 rulings reversed, all whose appeal was upheld too late." in text.replace("\n", " ")
    assert "Supposed: papers more, at most: members 40." in text
    assert "It could\nhave changed the result." in text
    found = json.loads(whatif("--late-allowed-appeals", "--json").done())
    assert sorted(found["rulings"]) == sorted(f"c{number}/1" for number in range(1, FORTY + 1))
    listed = json.dumps(found["rulings"], separators=(",", ":")).encode()
    assert found["certificate"]["rulings"] == {
        "number": FORTY,
        "digest": "sha256:" + hashlib.sha256(listed).hexdigest(),
    }
    assert found["certificate"]["question"] == {"rulings": {"appeal": "late-allowed"}}
    for words in (
        ("--ground", "other-party"),
        ("--panel", "panel-1", "--outcome", "remove"),
        ("--source", "complaint"),
    ):
        assert len(json.loads(whatif(*words, "--json").done())["rulings"]) == FORTY
    nobody: list[tuple[str, ...]] = [("--told-after-close",), ("--to", "2010-08-01"), ("--from", "2010-09-01")]
    for none in (*nobody, ("--outcome", "admit")):
        assert "found none" in whatif(*none).refused("empty-set")
    assert "(nearest: other-party)" in whatif("--ground", "other-part").refused("unknown-ground", 2)
    assert "(nearest: panel-1)" in whatif("--panel", "panel-2").refused("unknown-panel", 2)
    whatif("--ground", "Other").refused("bad-part", 2)
    whatif("--from", "soon").refused("bad-moment", 2)
    both = ("--late-allowed-appeals", "--reverse-ruling", "c7/1")
    assert "papers more, at most: members 40." in whatif(*both).done()  # one paper, once
    question = json.dumps(found["certificate"]["question"])
    body = {"contest": "leader", "question": question, "verdict": "bounded", "certificate": found["digest"]}
    at.record("publish-analysis", body).done()
    assert "E15  ok" in at("verify").out
    told = at("show", "analysis/leader").done().replace("\n", " ")
    assert "rulings reversed, all whose appeal was upheld too late" in " ".join(told.split())
    assert json.loads(at("whatif", "leader", "--more-papers", "members=1", "--json").done())["published"] == []


def test_the_public_gets_one_answer_of_every_set_at_every_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many rulings a set has, or that it has none, it learns from no set, no two of them, and from no moment."""
    at = forty(Terminal(tmp_path, monkeypatch, capsys))
    sets = (
        ("--late-allowed-appeals",),
        ("--told-after-close",),
        ("--ground", "other-party"),
        ("--ground", "other-part"),
        ("--panel", "panel-1", "--outcome", "remove"),
        ("--outcome", "admit"),
        ("--source", "complaint", "--from", "2010-09-01"),
        ("--to", "2010-08-01", "--more-papers", "members=20"),
        ("--reverse-ruling", "c7/1"),
        ("--reverse-ruling", "c41/1"),
    )
    told = {at("whatif", "leader", *words, *how).refused("names-people") for words in sets for how in ((), ("--json",))}
    now = int(json.loads(at("whatif", "leader", "--more-papers", "members=1", "--json").done())["position"])
    told.add(at("whatif", "leader", *sets[0], "--known-at", str(now)).refused("names-people"))
    (line,) = told
    assert "--audience scrutineer" in line
    assert "pollbook margin leader" in line


def test_a_set_that_is_not_the_one_it_is_said_to_be_is_found(empty_place: LedgerPlace) -> None:
    """A program that leaves out a ruling, or resolves the set as of another record, is found by verify."""
    with at_the_desk(empty_place, 39) as (ledger, desk):
        figures = LedgerFigures(ledger)
        made = figures.analysis("leader", LATE)
        some = Question(reverse=tuple(RulingNamed(case=f"c{number}", ruling=1) for number in range(1, FORTY)))
        fewer = figures.analysis("leader", some)
        assert (made.effect, fewer.effect) == ("could", "by-lot")
        said = PublishAnalysis(contest="leader", question=LATE, verdict="bounded", certificate=fewer.certificate)
        with pytest.raises(RefusedError) as error:
            desk.submit(said, actor="scrutineer")
        assert error.value.code == "not-reproducible"
        assert "--audience scrutineer" in error.value.remedy
        desk.submit(said.model_copy(update={"certificate": made.certificate}), actor="scrutineer")
        record = read_record(ledger, take_snapshot(ledger), 1, lambda _: None)
        forged = {"effect": fewer.effect, "certificate": fewer.certificate}
        record.others = [
            (at, each.model_copy(update=forged) if isinstance(each, AnalysisPublished) else each)
            for at, each in record.others
        ]
        found = [each.code for each in check_analyses(ledger, record, read_contests(record))]
        assert found == ["not-reproducible", "not-reproducible"]
