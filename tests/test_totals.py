"""Certified totals in place of papers: recorded once, checked, labelled, and never beside papers."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from methods import ERS97, MEEK, SCOTTISH
from scenario import CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, POLLED, READ_PAPERS, RULE, but, given, happened
from terminal import POLLED as COMMANDS
from terminal import Terminal

from ledger.rules.count_rule import AnyCountRule, rule_hash
from ledger.streams.contest import Section
from ledger.streams.election import AdoptCountRule
from ledger.streams.result import ResultDeclared
from ledger.streams.totals import CertifyTotals, TotalsCertified

STAGES: list[dict[str, Any]] = [
    {"held": [{"candidate": "abbott", "votes": 7}, {"candidate": "balls", "votes": 40, "certainty": "unconfirmed"}]}
]
SECTION = READ_PAPERS.section
BODY = {"contest": "leader", "section": "members", "source": "the party's table", "stages": STAGES}


def held(*votes: tuple[str, int]) -> dict[str, Any]:
    return {"held": [{"candidate": candidate, "votes": number} for candidate, number in votes]}


ALL_THREE = held(("a", 1), ("b", 1), ("c", 1))


def certify(**changes: Any) -> CertifyTotals:
    """The totals in the scenario's own words: candidates a, b, c."""
    body = {**BODY, "section": SECTION, "stages": [held(("a", 7), ("b", 40), ("c", 0))], **changes}
    return CertifyTotals.model_validate_json(json.dumps(body))


def test_records_totals_after_the_poll() -> None:
    command = certify()
    fields = command.model_dump(include={"contest", "section", "source"})
    given(*POLLED).when(command).then(
        happened(TotalsCertified, f"totals/leader/{SECTION}", **fields, stages=command.stages)
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contest": "other"}, "unknown-contest"),
        ({"section": "other"}, "unknown-section"),
        ({"stages": [held(("nobody", 1))]}, "unknown-candidate"),
        ({"stages": [held(("a", 1), ("a", 1))]}, "duplicate-candidate"),
        ({"stages": [held(("a", 1), ("b", 1))]}, "totals-incomplete"),
        ({"stages": [ALL_THREE, held(("a", 1)), held(("b", 1))]}, "totals-incomplete"),
        ({"stages": [ALL_THREE, held(("a", 4))]}, "totals-grow"),
    ],
)
def test_refuses_totals_that_cannot_be(changes: dict[str, Any], code: str) -> None:
    given(*POLLED).when(certify(**changes)).then_refused(code)


def test_refuses_totals_before_the_poll_closed() -> None:
    given(*POLLED[:-1]).when(certify()).then_refused("poll-open")


def test_totals_are_certified_once() -> None:
    given(*POLLED, certify()).when(certify()).then_refused("totals-exist")


def test_refuses_totals_beside_papers_and_papers_beside_totals() -> None:
    given(*POLLED, READ_PAPERS).when(certify()).then_refused("papers-exist")
    given(*POLLED, certify()).when(READ_PAPERS).then_refused("totals-exist")


def test_refuses_totals_once_the_result_is_declared() -> None:
    declared = happened(
        ResultDeclared,
        "result/leader",
        as_of_position=0,
        contest="leader",
        count="sha256:" + "0" * 64,
        elected=("abbott",),
        figures=(),
    )
    scene = given(*POLLED)
    replace(scene, events=(*scene.events, declared)).when(certify()).then_refused("already-declared")


def test_a_count_says_which_sections_it_took_from_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys).made(COMMANDS)
    at.record("certify-totals", BODY).done()
    text = " ".join(at("count", "leader").done().split())
    assert "Section members is counted from certified totals, not from papers: the party's table;" in text
    assert "some are transcribed and unconfirmed" in text
    found = json.loads(at("count", "leader", "--json").done())
    assert (found["elected"], found["valid"]) == (["balls"], {"members": 47})
    at.record("declare-result", {"contest": "leader", "elected": ["balls"]}).done()
    assert at("verify").code == 0


def test_totals_and_papers_hold_only_if_no_batch_was_opened_meanwhile() -> None:
    guard = (3, ("batch-opened.v1",))
    assert given(*POLLED).when(certify()).outcome.unchanged == (*guard, (f"batch/paper/leader/{SECTION}/",))
    assert given(*POLLED).when(READ_PAPERS).outcome.unchanged == (*guard, ("batch/paper/leader/",))


def test_what_is_missing_from_kept_views_is_not_taken_in_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys).made(COMMANDS)
    at.write("papers.csv", "marks\nabbott\nballs\n")
    words = ("import", "read-papers", "papers.csv", "--set", "contest=leader", "--set", "section=members", "--as", "ro")
    at(*words, "--set", "serial=1").done()
    at("count", "leader").done()
    with closing(sqlite3.connect(at.ledger / "views.db")) as views:
        views.execute("DELETE FROM batch")
        views.commit()
    at(*words, "--set", "serial=2").refused("same-papers")
    at.record("certify-totals", BODY).refused("papers-exist")


@pytest.mark.parametrize("rule", [SCOTTISH, ERS97, MEEK], ids=lambda rule: rule.version)
def test_refuses_totals_that_no_count_could_use_so_that_papers_can_still_be_read(rule: AnyCountRule) -> None:
    contest = but(DEFINE_CONTEST, count_rule=rule_hash(rule), seats=2)
    polled = (CALL_ELECTION, AdoptCountRule(election="labour", rule=rule), contest, CLOSE_POLL)
    given(*polled).when(certify()).then_refused("totals-unfit")
    assert given(*polled).when(READ_PAPERS).papers.total() == 3


def test_refuses_a_number_of_papers_that_is_not_that_of_their_votes() -> None:
    assert given(*POLLED).when(certify(papers=47)).events
    given(*POLLED).when(certify(papers=48)).then_refused("totals-unfit")


@pytest.mark.parametrize(("publication", "code"), [("combined", "totals-unfit"), ("by-section", "")])
def test_refuses_totals_that_would_tell_of_a_section_published_with_the_others(publication: str, code: str) -> None:
    rule = RULE.model_copy(update={"publication": publication})
    sections = (*DEFINE_CONTEST.sections, Section(id="unions", name="Unions"))
    contest = but(DEFINE_CONTEST, count_rule=rule_hash(rule), sections=sections, paper_publication="none")
    polled = given(CALL_ELECTION, AdoptCountRule(election="labour", rule=rule), contest, CLOSE_POLL)
    if code:
        polled.when(certify()).then_refused(code)
    else:
        assert polled.when(certify()).events
