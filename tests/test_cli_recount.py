"""`pollbook recount`: certificates of margins and verdicts are counted again, and what they only say is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from terminal import RULE, Terminal
from test_cli_margin import DECLARE, MARKS, THREE, read, two_sections
from test_cli_whatif import SPOILT

SCRUTINEER = ("--audience", "scrutineer", "--purpose", "scrutiny", "--as", "scrutineer")
COLLEGE = {"version": "weighted-av.v1", "section_base": "continuing", "empty_section": "nothing"}
HALVES = {"weights": [{"section": "members", "weight": "1/2"}, {"section": "mps", "weight": "1/2"}]}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def declared(at: Terminal) -> Terminal:
    """Six papers for Abbott, four for Balls, one for Cooper, who gives it to Balls; five were spoilt."""
    read(at).record("state-account", SPOILT | {"spoilt": [{"reason": "uncertain", "papers": 5}]}).done()
    at.record("declare-result", DECLARE).done()
    return at


def asked(at: Terminal, *words: str) -> Any:
    return json.loads(at(*words, "--json").done())


def again(at: Terminal, found: Any, *words: str) -> Any:
    at.write("found.json", json.dumps(found))
    return at("recount", "found.json", *words)


def wrong(at: Terminal, found: Any) -> str:
    """What is said of certificates of which one does not hold; the others are printed all the same."""
    answer = again(at, found, "--json")
    assert (answer.code, answer.err.split(":")[0]) == (3, "certificate-differs")
    whys = {each["why"] for each in json.loads(answer.out)["certificates"] if not each["holds"]}
    (why,) = whys
    assert why in answer.err
    assert "does not hold: " in again(at, found).out.replace("\n", " ")
    return str(why)


def test_every_certificate_of_a_margin_recounts(declared: Terminal) -> None:
    found = asked(declared, "margin", "leader")
    text = again(declared, found).done()
    assert max(map(len, text.splitlines())) <= 80
    assert "Changed, members, whatever lots are drawn: 1 less and 1 more. Then elected:\nBALLS. As it says." in text
    assert (
        "\n\n6 of 6 recount to what they say.\nNo recount shows a break-even, nor that no fewer papers do it:" in text
    )
    told = json.loads(again(declared, found, "--json").done())
    assert (told["count"], told["position"]) == (found["digest"], found["position"])
    assert [(each["papers"], each["elected"]) for each in told["certificates"]][-1] == (1, [["balls"]])


def test_a_certificate_is_counted_as_of_its_own_position(declared: Terminal) -> None:
    found = asked(declared, "margin", "leader")
    declared.write("papers.csv", "marks\n" + "balls\n" * 5)
    words = ("import", "read-papers", "papers.csv", "--set", "contest=leader", "--set", "section=members")
    declared.record("order-recount", {"contest": "leader", "reason": "it was close"}).done()
    declared(*words, "--set", "serial=2", "--as", "scrutineer").done()
    again(declared, found).done()
    later = found | {"position": found["position"] + 100}
    assert "expected a position from 0" in again(declared, later).refused("bad-moment", 2)
    after = len(json.loads(declared("events", "--json").done())) - 1
    again(declared, found | {"position": after}).refused("another-count")


@pytest.mark.parametrize("words", [("margin", "leader"), ("whatif", "leader", "--accept-rejected", "uncertain")])
def test_a_certificate_names_the_record_that_it_was_taken_from(declared: Terminal, words: tuple[str, ...]) -> None:
    found = asked(declared, *words)
    declared.record("order-recount", {"contest": "leader", "reason": "it was close"}).done()
    sealed = json.loads(declared("root", "--known-at", str(found["position"]), "--json").done())
    assert found["root"] == sealed["root"]
    again(declared, found).done()
    another = again(declared, found | {"root": "00" * 32}).refused("another-record")
    assert f"root {found['root']} over {found['position'] + 1} events, found {'00' * 32}" in another


def change(found: Any, goal: str = "certain") -> Any:
    """The certificate of one paper that is marked otherwise: it was Abbott's, and is Balls's."""
    (line,) = found["margins"]
    return line[goal]["certificate"]


@pytest.mark.parametrize(
    ("break_it", "why"),
    [
        (lambda c: c["added"][0].update(papers=2), "it does not mark as many papers otherwise as it takes out"),
        (lambda c: c["added"][0].update(marks="abbott"), "somebody else is elected than it says"),
        (lambda c: c["added"][0].update(marks="nobody"), "its papers cannot be counted (unknown-candidate): "),
        (lambda c: c.update(elected=[["cooper"]]), "somebody else is elected than it says"),
        (lambda c: c["removed"][0].update(marks="abbott>cooper"), "it takes out papers that are not on record"),
        (lambda c: [e[0].update(section="mps") for e in (c["added"], c["removed"])], "it moves 1 papers of mps"),
        (lambda c: [e[0].update(papers=7) for e in (c["added"], c["removed"])], "it moves 7 papers, and says 1"),
        (lambda c: [c.update(elected=[["abbott"]]), c["added"][0].update(marks="abbott")], "the result is the same"),
    ],
)
def test_what_a_certificate_only_says_is_found(declared: Terminal, break_it: Callable[[Any], object], why: str) -> None:
    found = asked(declared, "margin", "leader", "--kind", "change")
    break_it(change(found))
    assert wrong(declared, found).startswith(why)


def test_more_papers_than_there_are_cannot_be_taken_out(declared: Terminal) -> None:
    found = asked(declared, "margin", "leader", "--kind", "removal")
    told = found["margins"][0]["certain"]
    told["most"] = told["certificate"]["removed"][0]["papers"] = MARKS["abbott>balls"] + 1
    assert wrong(declared, found) == "it takes out papers that are not on record"
    told["certificate"] |= {"added": told["certificate"]["removed"], "removed": []}
    assert wrong(declared, found) == "it moves 7 papers of members where 0 may move"


def test_certificates_of_sections_that_weigh_recount(at: Terminal) -> None:
    found = asked(two_sections(at, RULE | COLLEGE | HALVES), "margin", "leader")
    assert "18 of 18 recount to what they say." in again(at, found).done()


def test_an_example_of_a_verdict_recounts(declared: Terminal) -> None:
    found = asked(declared, "whatif", "leader", "--accept-rejected", "uncertain")
    assert "The example: 2 more. Then elected: BALLS. As it says." in again(declared, found).done()
    example = found["certificate"]["example"]["added"][0]
    example["papers"] = 6
    assert wrong(declared, found) == "it moves 6 papers of members where 5 may move"
    example["papers"] = 1
    assert wrong(declared, found) == "somebody else is elected than it says"
    example["papers"] = 2
    found["certificate"]["papers"]["removed_at_least"] = {"members": 1}
    assert wrong(declared, found) == "it takes out fewer papers than have to be"


def test_a_lot_that_a_verdict_speaks_of_is_a_lot(at: Terminal) -> None:
    by_lot = THREE | {"candidates": THREE["candidates"][:2]}
    read(at, by_lot, {"abbott": 6, "balls": 4}).record("declare-result", DECLARE).done()
    found = asked(at, "whatif", "leader", "--more-papers", "members=2")
    assert found["certificate"]["effect"] == "by-lot"
    again(at, found).done()
    found["certificate"]["effect"] = "could"  # it is said to be certain, and a lot may leave all as it was
    assert wrong(at, found) == "the result is the same"


def test_known_papers_are_counted_again_without_a_section_and_by_another_rule(at: Terminal) -> None:
    two_sections(at, RULE | COLLEGE | HALVES)
    at.write("rule.json", json.dumps(RULE))
    found = asked(at, "whatif", "leader", "--leave-out-section", "members", "--count-rule", "rule.json")
    assert "The recount. Then elected: BALLS. As it says." in again(at, found).done()
    said = found["certificate"]
    for changes, why in (
        ({"elected_then": [["abbott"]]}, "somebody else is elected than it says"),
        ({"effect": "same"}, "somebody else is elected than it says"),
        ({"recount": said["count"]}, "it is the count "),
        ({"papers": said["papers"] | {"left_out": []}}, "somebody else is elected than it says"),
        ({"papers": said["papers"] | {"left_out": ["members", "mps"]}}, "no section is left to be counted"),
    ):
        assert wrong(at, found | {"certificate": said | changes}).startswith(why)


def test_papers_added_to_what_is_left_of_the_contest_recount(at: Terminal) -> None:
    two_sections(at, RULE | COLLEGE | HALVES)
    at.write("rule.json", json.dumps(RULE))
    words = ("--leave-out-section", "mps", "--count-rule", "rule.json", "--more-papers", "members=9")
    found = asked(at, "whatif", "leader", *words)
    assert found["certificate"]["verdict"] == "bounded"
    again(at, found).done()


@pytest.mark.parametrize(
    "words", [("margin", "leader", "--time-limit", "0"), ("whatif", "leader", "--more-papers=members=1")]
)
def test_where_no_papers_are_shown_there_is_nothing_to_recount(declared: Terminal, words: tuple[str, ...]) -> None:
    assert "found none." in again(declared, asked(declared, *words)).refused("no-certificate")


def test_papers_that_are_hidden_are_not_recounted(at: Terminal) -> None:
    read(at, THREE | {"smallest_cell": 4}).record("declare-result", DECLARE).done()
    found = asked(at, "margin", "leader", "--kind", "change")
    assert "of 2 numbers they are not shown to the public" in again(at, found).refused("no-certificate")


def test_where_papers_are_not_published_a_scrutineer_recounts_and_is_logged(at: Terminal) -> None:
    read(at, THREE | {"paper_publication": "none"}).record("declare-result", DECLARE).done()
    found = asked(at, "margin", "leader", *SCRUTINEER)
    assert "found none" in again(at, found).refused("reveals-ballot")
    again(at, found, "--audience", "scrutineer").refused("purpose-required", 2)
    assert "6 of 6" in again(at, found, *SCRUTINEER).done()
    logged = json.loads(at("access", "--json").done())
    assert [(each["who"], each["what"], each["rows"]) for each in logged] == [
        ("scrutineer", "margin", 1),
        ("scrutineer", "recount", 6),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "a file that is no JSON"),
        ("[]", "the file: "),
        ("[" * 100_000, "a file that is no JSON"),
        ('{"margins": [], "contest": "leader"}', "position: Field required"),
        ('{"position": 3, "root": "' + 64 * "0" + '"}', "certificate: Field required"),
    ],
)
def test_refuses_what_is_no_certificate(declared: Terminal, text: str, found: str) -> None:
    declared.write("found.json", text)
    assert found in declared("recount", "found.json").refused("not-a-certificate")
    declared("recount", "nosuch.json").refused("no-such-file", 2)


def test_a_file_cannot_say_that_somebody_else_was_elected(declared: Terminal) -> None:
    """Else one more paper for the winner would pass for one that elects somebody else."""
    found = asked(declared, "margin", "leader", "--kind", "addition")
    for goal in ("could", "certain"):
        papers = {"added": [{"section": "members", "marks": "abbott", "papers": 1}], "removed": []}
        found["margins"][0][goal] |= {"most": 1, "certificate": papers | {"elected": [["abbott"]]}}
    assert "expected elected: abbott, found balls" in again(declared, found | {"elected": ["balls"]}).refused(
        "another-count"
    )
    assert "found nobody" in again(declared, found | {"elected": []}).refused("another-count")
