"""`pollbook whatif` about people: categories that share a section, and what the public may not learn."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from electorate import entry, frozen, person, put
from terminal import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, RULE, Terminal

from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import rule_hash
from ledger.storage.store import open_ledger

SECTIONS = [{"id": "members", "name": "Members"}, {"id": "unions", "name": "Unions"}]
CONTEST = {**DEFINE_CONTEST, "sections": SECTIONS}
OUT = ("--effective", "2010-08-01T12:00:00Z")
FRANCHISE = {
    "version": "franchise.v1",
    "several": "per-section",
    "categories": [
        {"category": name, "by": "application", "section": section, "tests": []}
        for name, section in (("member", "members"), ("youth", "members"), ("honorary", "members"), ("levy", "unions"))
    ],
}
SCRUTINEER = ("--audience", "scrutineer", "--purpose", "scrutiny", "--as", "scrutineer")
MEMBERS, YOUTH = range(1, 41), range(41, 71)  # forty members, thirty of the youth; all but ten of each vote


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def polled(
    at: Terminal,
    returned: list[int] | None,
    contest: dict[str, Any] = CONTEST,
    count_rule: dict[str, Any] = ADOPT_RULE,
    honorary: Collection[int] = (),
    **marks: int,
) -> Terminal:
    """Papers are out to everybody; who returned theirs is marked, and the papers are read and declared."""
    adopted = ("adopt-franchise", {"election": "labour", "rule": FRANCHISE})
    rule = ("adopt-count-rule", count_rule)
    at.made([("call-election", CALL_ELECTION), rule, ("define-contest", contest), adopted])
    with open_ledger(at.ledger) as record:
        category = (
            dict.fromkeys(MEMBERS, "member") | dict.fromkeys(YOUTH, "youth") | dict.fromkeys(honorary, "honorary")
        )
        members = [entry(n, category=name) for n, name in category.items()]
        put(record, *members, entry(1, "unions", 2, category="levy"), frozen(71))
    issue = {"contest": "leader", "roll_version": 1, "channel": "post"}
    for section, count in (("members", 70), ("unions", 1)):
        at.record("issue-papers", issue | {"section": section, "count": count}, *OUT).done()
    at.record("close-poll", CLOSE_POLL).done()
    if returned is not None:
        mark(at, returned)
    for section, papers in (("members", marks), ("unions", {"abbott": 1})):
        at.write("papers.csv", "marks\n" + "".join(f"{each}\n" * number for each, number in papers.items()))
        words = ("--set", "contest=leader", "--set", f"section={section}", "--set", "serial=1", "--as", "scrutineer")
        at("import", "read-papers", "papers.csv", *words).done()
    at.record("declare-result", {"contest": "leader", "elected": ["abbott"], "figures": []}).done()
    return at


def mark(at: Terminal, returned: list[int]) -> None:
    at.write("m.csv", "elector,day\n" + "".join(f"{person(n)}/1,2010-09-01\n" for n in returned))
    at("import", "mark-returns", "m.csv", "--set", "contest=leader", "--as", "scrutineer").done()


VOTED = [*range(1, 31), *range(41, 61)]  # thirty members and twenty of the youth
ALL = ("--leave-out-category", "youth")


def certificate(at: Terminal, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(at("whatif", "leader", *words, "--json").done())["certificate"]
    return found


def test_a_category_that_shares_its_section_is_bounded_by_the_marked_register(at: Terminal) -> None:
    text = polled(at, VOTED, abbott=34, balls=16)("whatif", "leader", *ALL).done()
    assert "papers fewer, exactly: members 20." in text
    assert "Of category youth in section members 20 papers came back" in text.replace("\n", " ")
    assert "Bounded" in text
    assert "It could\nhave changed the result." in text
    found = certificate(at, *ALL)
    assert found["papers"]["removed"] == found["papers"]["removed_at_least"] == {"members": 20}
    assert sum(each["papers"] for each in found["example"]["removed"]) == 20  # all of them, and no fewer


def test_of_papers_taken_out_the_break_even_stands_beside_what_is_observed(at: Terminal) -> None:
    """Abbott has 34 of members and 1 of unions, Balls 16: of 20 papers out, 20 of Abbott's leave 15 against 16."""
    text = " ".join(polled(at, VOTED, abbott=34, balls=16)("whatif", "leader", *ALL).done().split())
    out = "With exclusions held: of 20 papers of members, taken out, 20 of Abbott, 100.0%, put Balls ahead"
    assert f"{out}, if all the others were Balls's." in text
    assert "Observed: of the papers of members that were counted for one of the two, 68.0% are for Abbott." in text
    even = certificate(at, *ALL)["break_even"]
    assert (even["taken_out"], even["needed"], even["papers"], even["share"]) == (True, 20, 20, "1")
    named = ("--remove", f"{person(1)}/1")
    assert "taken out, none so divided puts Balls ahead of Abbott." in " ".join(
        at("whatif", "leader", *named, *SCRUTINEER).done().split()
    )


def test_a_category_may_be_too_few_to_change_the_result(at: Terminal) -> None:
    found = certificate(polled(at, VOTED, abbott=46, balls=4), *ALL)
    assert (found["verdict"], found["effect"], found["example"]) == ("bounded", "could-not", None)


def test_without_returns_as_many_as_were_issued_are_the_most(at: Terminal) -> None:
    text = polled(at, None, abbott=34, balls=16)("whatif", "leader", *ALL).done().replace("\n", " ")
    assert "papers fewer, at least and at most: members 10 and 30." in text  # forty of the fifty may be members'
    assert "Who returned a paper is not on record: of category youth" in text


@pytest.mark.parametrize(("read", "least", "most"), [(47, 17, 20), (52, 20, 22)])
def test_papers_that_are_not_valid_or_not_marked_make_it_less_certain(
    at: Terminal, read: int, least: int, most: int
) -> None:
    found = certificate(polled(at, VOTED, abbott=read - 16, balls=16), *ALL)
    assert found["papers"]["removed"] == {"members": most}
    assert found["papers"]["removed_at_least"] == {"members": least}


def test_a_category_with_a_section_of_its_own_is_exact(at: Terminal) -> None:
    found = certificate(polled(at, VOTED, abbott=34, balls=16), "--leave-out-category", "levy")
    assert (found["verdict"], found["effect"], found["papers"]["left_out"]) == ("exact", "same", ["unions"])


def test_a_category_of_which_few_did_not_vote_is_not_told_to_the_public(at: Terminal) -> None:
    polled(at, [*range(1, 31), *range(41, 66)], abbott=39, balls=16)  # five of the youth did not vote
    assert certificate(at, *ALL)["papers"]["removed"] == {"members": 30}
    text = at("whatif", "leader", *ALL).done().replace("\n", " ")
    assert "of some category there, too few came back, or too few did not, for the public to be told of any" in text
    assert certificate(at, *ALL, *SCRUTINEER)["papers"]["removed"] == {"members": 25}


@pytest.mark.parametrize("one", ["came back", "did not"])
def test_of_categories_together_no_more_is_told_than_of_each(at: Terminal, one: str) -> None:
    """Youth, twenty of thirty: alone, and with the one honorary elector, they would tell whether that one voted."""
    came = [*range(1, 31), *range(41, 60), *([70] if one == "came back" else [])]
    polled(at, came, honorary=[70], abbott=33 + (one == "came back"), balls=16)
    each, other = ("--leave-out-category", "youth"), ("--leave-out-category", "honorary")
    for words in (each, other, (*each, *other), (*other, "--more-papers", "members=20")):
        assert "categories with 10 papers or more" in at("whatif", "leader", *words).refused("few-of-a-category")
        at("whatif", "leader", *words, *SCRUTINEER).done()


def test_the_public_is_told_of_every_category_of_a_section_or_of_none(at: Terminal) -> None:
    """Of ten honorary electors nine voted: of the youth as many did as did not, ten, and yet they are not told."""
    polled(at, [*range(1, 31), *range(41, 51), *range(61, 70)], honorary=range(61, 71), abbott=33, balls=16)
    both = (*ALL, "--leave-out-category", "honorary")
    assert certificate(at, *ALL)["papers"]["removed"] == {"members": 20}
    assert certificate(at, *both)["papers"]["removed"] == {"members": 30}
    assert certificate(at, *ALL, *SCRUTINEER)["papers"]["removed"] == {"members": 10}
    assert certificate(at, *both, *SCRUTINEER)["papers"]["removed"] == {"members": 19}


def test_marks_after_the_declaration_are_not_told_to_the_public(at: Terminal) -> None:
    """One moment less another would tell of those who were marked between."""
    polled(at, VOTED, abbott=34, balls=16)
    before = at("whatif", "leader", *ALL).done()
    mark(at, [61])
    assert at("whatif", "leader", *ALL).done() == before
    assert certificate(at, *ALL)["papers"]["removed"] == {"members": 20}
    assert certificate(at, *ALL, *SCRUTINEER)["papers"]["removed"] == {"members": 21}


def test_the_public_cannot_find_out_who_returned_a_paper(at: Terminal) -> None:
    """Of two electors, of whom one voted, and of nobody at all, it is told the same: nothing."""
    polled(at, VOTED, abbott=26, balls=24)
    voter, other, nobody = f"{person(1)}/1", f"{person(31)}/1", f"{person(99)}/1"
    told = {
        at("whatif", "leader", how, each, *words).refused("names-people")
        for how in ("--remove", "--restore")
        for each in (voter, other, nobody)
        for words in ((), ("--more-papers", "members=20"), ("--json",), ALL)
    }
    assert len(told) == 1
    assert certificate(at, "--remove", voter, *SCRUTINEER)["papers"]["removed"] == {"members": 1}
    assert certificate(at, "--remove", other, *SCRUTINEER)["papers"]["removed"] == {}
    assert "did not return it" in at("whatif", "leader", "--remove", other, *SCRUTINEER).done()


def test_an_entry_of_a_category_that_is_left_out_is_taken_out_once(at: Terminal) -> None:
    polled(at, VOTED, abbott=34, balls=16)
    words = (*ALL, "--remove", f"{person(41)}/1", "--remove", f"{person(1)}/1", *SCRUTINEER)
    assert certificate(at, *words)["papers"]["removed"] == {"members": 21}


def test_nobody_of_the_public_sets_a_small_section_against_numbers_of_their_choice(at: Terminal) -> None:
    """One elector of a section is left alone, or added papers are counted until the result tips, or it is weighed."""
    polled(at, VOTED, CONTEST | {"smallest_cell": 10}, abbott=34, balls=16)
    weights = [{"section": "members", "weight": "1/100"}, {"section": "unions", "weight": "99/100"}]
    college = {"version": "weighted-av.v1", "section_base": "continuing", "empty_section": "nothing"}
    at.write("rule.json", json.dumps(RULE | college | {"weights": weights}))
    for words in (
        ("--leave-out-section", "members"),
        ("--leave-out-section", "unions", "--more-papers", "members=18"),
        ("--count-rule", "rule.json"),
    ):
        assert "sets a section of fewer apart" in at("whatif", "leader", *words).refused("reveals-ballot")
        at("whatif", "leader", *words, *SCRUTINEER).done()
    text = at("whatif", "leader", "--leave-out-section", "unions").done()
    assert "The result is the same." in text
    assert "Fewer than 10 papers differ" in text
    assert "of 50 papers" not in text
    found = certificate(at, "--leave-out-section", "unions")
    assert (found["recount"], found["elected_then"], found["shown_by"]) == (None, [], "")


def test_where_sections_are_published_as_one_no_number_of_a_section_is_told(at: Terminal) -> None:
    combined = RULE | {"publication": "combined"}
    rule = {"election": "labour", "rule": combined}
    name = rule_hash(AlternativeVote.model_validate_json(json.dumps(combined)))
    polled(at, VOTED, CONTEST | {"count_rule": name, "paper_publication": "none"}, rule, abbott=34, balls=16)
    text = at("whatif", "leader", "--leave-out-section", "unions").done()
    assert "The contest publishes all sections as one" in text
    assert "34 of 50" not in text
    assert "34 of 50" in at("whatif", "leader", "--leave-out-section", "unions", *SCRUTINEER).done()
    more = certificate(at, "--more-papers", "members=18")["break_even"]
    assert (more["needed"], more["observed"]) == (None, None)
    assert certificate(at, "--more-papers", "members=18", *SCRUTINEER)["break_even"]["observed"] == "8/25"


def test_a_verdict_on_fewer_electors_than_the_smallest_cell_is_not_published(at: Terminal) -> None:
    polled(at, VOTED, CONTEST | {"smallest_cell": 3}, abbott=34, balls=16)
    two = ("--remove", f"{person(1)}/1", "--remove", f"{person(31)}/1")  # of whom one voted
    text = at("whatif", "leader", *two, *SCRUTINEER).done()
    assert "It could not have changed the result" in text.replace("\n", " ")
    assert "Supposed: 2 entries not on the roll." in text
    found = json.loads(at("whatif", "leader", *two, *SCRUTINEER, "--json").done())
    assert found["certificate"]["papers"]["removed_at_least"] == {"members": 1}
    question = json.dumps(found["certificate"]["question"])
    body = {"contest": "leader", "question": question, "verdict": "bounded", "certificate": found["digest"]}
    at.record("publish-analysis", body).refused("reveals-ballot")


def test_what_a_scrutineer_was_told_of_categories_is_not_recounted_for_the_public(at: Terminal) -> None:
    polled(at, VOTED, abbott=34, balls=16)
    at.write("found.json", at("whatif", "leader", *ALL, *SCRUTINEER, "--json").done())
    assert "as a scrutineer was answered" in at("recount", "found.json").refused("reveals-ballot")
    answer = at("recount", "found.json", *SCRUTINEER)
    assert (answer.code, answer.err[:14]) in ((0, ""), (1, "no-certificate"))
