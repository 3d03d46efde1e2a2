"""The stand-alone verifier holds papers read against papers issued, as far as a pack says how many."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from electorate import BEFORE, entry, frozen, person, put
from pack_maker import leaf_hash, policy_text, write_pack
from random_contests import load_verifier
from scenario import CLOSE_POLL, DEFINED, READ_PAPERS, but
from stores import SQLitePlace
from test_papers import ISSUE, desk_with

from ledger.event import Event
from ledger.leaf import encode
from ledger.streams.paper import Alike
from ledger.streams.paper_handling import CancelPaper, IssuePaper, ReissuePaper

MEMBERS, MPS = 30, 3
ONE = IssuePaper(contest="leader", person=person(99), number=1, reason="late-admission", effective=BEFORE)
AGAIN = ReissuePaper(contest="leader", person=person(1), number=1, reason="lost", effective=BEFORE)
CANCEL = CancelPaper(contest="leader", person=person(2), number=1, cause="clerical", effective=BEFORE)
verify = load_verifier()


def polled(folder: Path, members: int, mps: int) -> list[Event]:
    """The record of a poll: 30 papers to members and 3 to MPs, one alone, one again, one cancelled; and those read."""
    place = SQLitePlace(folder)
    place.make().close()
    with desk_with(place) as desk:
        for command in DEFINED:
            desk.submit(command, actor="clerk")
        electors = [entry(each) for each in range(1, MEMBERS + 1)] + [
            entry(each, "mps") for each in range(40, 40 + MPS)
        ]
        put(desk.ledger, *electors, frozen(MEMBERS + MPS))
        for section, count in (("members", MEMBERS), ("mps", MPS)):
            desk.submit(but(ISSUE, section=section, count=count), actor="scrutineer")
        put(desk.ledger, entry(99))
        for single in (ONE, AGAIN, CANCEL, CLOSE_POLL):
            desk.submit(single, actor="scrutineer")
        for section, count in (("members", members), ("mps", mps)):
            alike = (Alike(count=count, marks="a>b"),)
            desk.submit(but(READ_PAPERS, section=section, papers=alike, same_again=True), actor="scrutineer")
        return [event for _, event in desk.ledger.reread()]


def judged(events: list[Event], *, public: bool) -> tuple[list[str], str]:
    """What is found of a record, and what is said of the contest."""
    verify.FINDINGS.clear()
    record = verify.Record(public, None)
    for position, event in enumerate(events):
        if not (public and event.blind):
            leaf = encode(event)
            record.take(position, leaf, leaf_hash(leaf))
    said = verify.COUNT["outcome"](record.contests["leader"], len(events) - record.leaves)
    return list(verify.FINDINGS), said


def test_an_honest_poll_passes_whoever_reads_it(tmp_path: Path) -> None:
    events = polled(tmp_path / "ledger", MEMBERS + 1, MPS)  # 30 + 3 + 1 alone + 1 again - 1 cancelled: 34
    assert judged(events, public=False)[0] == []
    assert judged(events, public=False)[1].endswith("; 34 papers read, 34 issued")
    found, said = judged(events, public=True)
    assert found == []
    assert said.endswith("; 34 papers read, 30 issued, besides single ones, which are withheld")


@pytest.mark.parametrize(
    ("members", "mps", "said"),
    [
        (MEMBERS + 2, MPS, ["issued: leader, section all: expected at most 34 papers, as issued, found 35."]),
        (10, MPS + 3, ["issued: leader, section mps: expected at most 5 papers, as issued, found 6."]),
        (10, MPS + 2, []),  # those issued alone may be of any section, as far as can be told without the roll
    ],
)
def test_finds_more_papers_than_were_issued(tmp_path: Path, members: int, mps: int, said: list[str]) -> None:
    assert judged(polled(tmp_path / "ledger", members, mps), public=False)[0] == said


def test_finds_more_papers_than_what_is_withheld_can_account_for(tmp_path: Path) -> None:
    events = polled(tmp_path / "ledger", 30, MPS)
    withheld = sum(bool(event.blind) for event in events)
    most = MEMBERS + 9 * withheld
    more = polled(tmp_path / "more", most + 1, 0 + 1)
    assert sum(bool(event.blind) for event in more) == withheld
    assert judged(more, public=True)[0] == [
        f"issued: leader, section members: expected at most {most} papers, as issued, found {most + 1}.",
        f"issued: leader, section all: expected at most {most} papers, as issued, found {most + 2}.",
    ]
    assert judged(polled(tmp_path / "most", most - 1, 1), public=True)[0] == []


def test_papers_issued_to_few_are_out_of_place_in_a_public_pack(tmp_path: Path) -> None:
    (few,) = (event for event in polled(tmp_path / "ledger", 1, 1) if event.type == "papers-issued.v1" and event.blind)
    verify.FINDINGS.clear()
    record = verify.Record(True, None)
    record.take(0, encode(few), leaf_hash(encode(few)))
    assert [line for line in verify.FINDINGS if line.startswith("leaf-audience: ")]


def test_says_what_it_does_not_judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = [encode(event) for event in polled(tmp_path / "ledger", MEMBERS, MPS)]
    (tmp_path / "policy").write_text(policy_text())
    for audience, said in (("public", "30 issued, besides single ones, which are withheld"), ("panel", "34 issued")):
        pack = write_pack(tmp_path / audience, leaves, audience)
        monkeypatch.setattr(sys, "argv", ["verify.py", str(pack), "--policy", str(tmp_path / "policy")])
        assert verify.main() == 0
        out = capsys.readouterr().out
        assert f"33 papers read, {said}.\n" in out
        assert "\nNot judged here: applications, the roll, rulings, appeals, analyses." in out
