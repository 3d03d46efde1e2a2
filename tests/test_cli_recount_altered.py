"""`pollbook recount` of files that were altered: without their digest, with it, and written as nobody prints them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from methods import PLURALITY as CROSSED
from terminal import RULE, Terminal
from test_cli_margin import DECLARE, THREE, read, two_sections
from test_cli_recount import COLLEGE, HALVES, SCRUTINEER, again, asked
from test_cli_whatif import SPOILT

from projections.margin.claimed import BODY
from projections.margin.published import digest_of

QUESTION = ("whatif", "leader", "--accept-rejected", "uncertain")
MARGIN = ("margin", "leader", "--kind", "addition")
PLURALITY = json.loads(CROSSED.model_dump_json())
Alter = Callable[[Any], object]


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Six papers for Abbott, four for Balls, one for Cooper, who gives it to Balls; five were spoilt."""
    at = Terminal(tmp_path, monkeypatch, capsys)
    read(at).record("state-account", SPOILT | {"spoilt": [{"reason": "uncertain", "papers": 5}]}).done()
    at.record("declare-result", DECLARE).done()
    return at


def digested(found: Any) -> Any:
    """Write a file's digest anew, as whoever alters it with care does."""
    if "margins" in found:
        body = {name: found[name] for name in BODY if name != "count"} | {"count": found["digest"]}
        return found | {"certificate": digest_of(body)}
    return found | {"digest": digest_of(found["certificate"])}


def differs(at: Terminal, found: Any, code: str, why: str) -> None:
    answer = again(at, found)
    assert (answer.code, answer.err.split(":")[0]) == (3, code)
    assert why in answer.err
    assert f"The file itself ({code}): " in answer.out.replace("\n", " ")
    assert code in [each["code"] for each in json.loads(again(at, found, "--json").out)["file"]]


def said(**changes: Any) -> Alter:
    return lambda found: found["certificate"].update(changes)


VERDICTS: list[tuple[Alter, str]] = [
    (said(question={"unknown": [{"section": "members", "papers": 4}]}), "another papers for its question"),
    (lambda f: f["certificate"]["papers"]["added"].update(members=1_000_000), "another papers for its question"),
    (said(rulings={"number": 1, "digest": "sha256:" + "0" * 64}), "another rulings for its question"),
    (said(verdict="exact"), "do not go with exact, could"),
    (said(effect="could-not"), "do not go with bounded, could-not"),
    (said(effect="by-lot"), "no lot leaves the result as it was"),
    (said(needed=3), "no fewer than 3 papers, and 2 do it"),
    (said(recount="sha256:" + "0" * 64), "what is left is the count None"),
]


@pytest.mark.parametrize(("alter", "why"), VERDICTS)
def test_a_verdict_that_is_altered_is_found_with_its_digest_and_without(
    declared: Terminal, alter: Alter, why: str
) -> None:
    found = asked(declared, *QUESTION)
    assert again(declared, digested(found)).done()
    alter(found)
    differs(declared, found, "digest-differs", "where it says sha256:")
    differs(declared, digested(found), "answer-differs", why)


@pytest.mark.parametrize(
    "alter", [said(needed=1), lambda f: f["certificate"]["break_even"].update(needed=1), said(why="so it is")]
)
def test_what_a_recount_cannot_find_again_is_held_by_the_digest(declared: Terminal, alter: Alter) -> None:
    found = asked(declared, *QUESTION)
    alter(found)
    differs(declared, found, "digest-differs", "where it says sha256:")
    differs(declared, found | {"digest": "sha256:" + "0" * 64}, "digest-differs", "sha256:0000")


def test_a_verdict_on_known_papers_is_found_again_whole(declared: Terminal) -> None:
    declared.write("rule.json", json.dumps(RULE))
    found = asked(declared, "whatif", "leader", "--count-rule", "rule.json")
    again(declared, found).done()
    found["certificate"]["shown_by"] = "somebody said so"
    differs(declared, digested(found), "answer-differs", "another shown by for its question")


def told(**changes: Any) -> Alter:
    return lambda found: found["margins"][0]["certain"].update(changes)


MARGINS: list[tuple[Alter, str]] = [
    (told(least=1), "it says exact where its numbers are bounded"),
    (told(least=3), "no fewer than 3 papers, and 2 do it"),
    (told(verdict="bounded"), "it says bounded where its numbers are exact"),
    (told(certificate=None), "2 papers do it, and which is not said"),
    (told(certificate=None, hidden=True), "it hides papers that everybody is shown"),
    (lambda f: f.update(verdict="bounded"), "it says bounded where its lines are exact"),
    (lambda f: f.update(unsaid="Cannot say."), "it says of papers that are on record that they are not"),
    (lambda f: f["question"]["margin"].update(kinds=["addition", "change"]), "other lines than its question asks for"),
    (lambda f: f.update(question={"leave_out": ["members"]}), "its question asks for no margin"),
]


@pytest.mark.parametrize(("alter", "why"), MARGINS)
def test_a_margin_that_is_altered_is_found_with_its_digest(declared: Terminal, alter: Alter, why: str) -> None:
    found = asked(declared, *MARGIN)
    alter(found)
    differs(declared, digested(found), "answer-differs", why)


def test_a_margin_is_held_by_its_digest(declared: Terminal) -> None:
    found = asked(declared, "margin", "leader")
    again(declared, digested(found)).done()
    dropped = found | {"margins": found["margins"][:1]}
    differs(declared, dropped, "digest-differs", "where it says sha256:")
    differs(declared, digested(dropped), "answer-differs", "it has other lines than its question asks for")
    lower = found["margins"][0]["certain"]
    lower |= {"least": 1, "verdict": "bounded"}  # so is the whole: only a search tells
    differs(declared, found | {"verdict": "bounded"}, "digest-differs", "where it says sha256:")


@pytest.mark.parametrize("changes", [{"smallest_cell": 2}, {"publication": "combined"}])
def test_all_papers_have_the_digest_of_what_the_public_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys)
    if "publication" in changes:
        two_sections(at, RULE | changes, paper_publication="none")
    else:
        read(at, THREE | changes).record("declare-result", DECLARE).done()
    found = asked(at, "margin", "leader", *SCRUTINEER)
    assert "recount to what they say" in again(at, found, *SCRUTINEER).done()


@pytest.mark.parametrize("rule", [RULE | COLLEGE | HALVES, PLURALITY])
def test_margins_of_sections_are_held_to_their_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rule: dict[str, Any]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys)
    two_sections(at, rule)
    found = asked(at, "margin", "leader")
    again(at, found).done()
    if rule is PLURALITY:  # nothing is searched: a bound that is too low is found too
        found["margins"][0]["certain"] |= {"least": 1, "verdict": "bounded"}
        differs(at, digested(found | {"verdict": "bounded"}), "answer-differs", "the record gives other margins")


def test_the_public_does_not_learn_by_recounts_of_few_papers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys)
    read(at, THREE | {"smallest_cell": 4}).record("declare-result", DECLARE).done()
    found = asked(at, "whatif", "leader", "--more-papers", "members=2", *SCRUTINEER)
    assert "at least 4 papers that differ" in again(at, found).refused("reveals-ballot")
    again(at, found, *SCRUTINEER).done()


@pytest.mark.parametrize(
    ("alter", "where"),
    [
        (lambda f: f.update(position=1.0), "position: "),
        (lambda f: f.update(contest="a\nb"), "contest: "),
        (lambda f: f["margins"][0].update(section="a\nb"), "margins.0.section: "),
        (lambda f: f["margins"][0]["certain"].update(least="2"), "margins.0.certain.least: "),
        (lambda f: f["margins"][0]["certain"]["certificate"]["added"][0].update(papers=10**40), "papers: "),
        (lambda f: f["margins"][0]["certain"]["certificate"]["added"][0].update(marks="\x1b"), "marks: "),
        (lambda f: f["margins"][0].update(more=1), "margins.0.more: "),
        (lambda f: f.update(digest="\ud800"), ""),
    ],
)
def test_refuses_what_nobody_prints(declared: Terminal, alter: Alter, where: str) -> None:
    found = asked(declared, *MARGIN)
    alter(found)
    assert where in again(declared, found).refused("not-a-certificate")
