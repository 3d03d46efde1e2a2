"""`pollbook margin`: what it says in words and to programs, what it refuses, and that it cannot say where it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from methods import SCOTTISH
from pydantic import TypeAdapter
from terminal import DEFINE_CONTEST, DEFINED, PAPERS, POLLED, RULE, Terminal

from ledger.rules.count_rule import CountRule, rule_hash
from projections.margin.published import STEPS_MAX
from projections.margin.report import KINDS

THREE = DEFINE_CONTEST | {"candidates": [{"id": name, "name": name.upper()} for name in ("abbott", "balls", "cooper")]}
DECLARE = {"contest": "leader", "elected": ["abbott"], "figures": []}
MARKS = {"abbott>balls": 6, "balls>cooper": 4, "cooper>balls": 1}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def read(at: Terminal, define: dict[str, Any] = THREE, marks: dict[str, int] = MARKS) -> Terminal:
    commands: list[tuple[str, Any]] = [*DEFINED[:2], ("define-contest", define), POLLED[-1]]
    at.made(commands)
    at.write("papers.csv", "marks\n" + "".join(f"{each}\n" * number for each, number in marks.items()))
    at(*PAPERS).done()
    return at


def by_hand(papers: dict[str, int]) -> str:
    """Who is elected, the lowest excluded paper by paper; nobody is tied in what is counted so."""
    left = ["abbott", "balls", "cooper"]
    while len(left) > 1:
        held = dict.fromkeys(left, 0)
        for marks, number in papers.items():
            first = next((name for name in marks.split(">") if name in left), None)
            if first:
                held[first] += number
        lowest = min(left, key=held.__getitem__)
        assert list(held.values()).count(held[lowest]) == 1
        left.remove(lowest)
    return left[0]


@pytest.fixture
def declared(at: Terminal) -> Terminal:
    read(at).record("declare-result", DECLARE).done()
    return at


def test_says_how_many_papers_and_shows_them(declared: Terminal) -> None:
    text = declared("margin", "leader").done()
    assert max(map(len, text.splitlines())) <= 80
    assert (
        "papers of  added  removed  changed\n---------  -----  -------  -------\nmembers        2        2        1\n"
        in text
    )
    assert "Papers changed that do it, 1, to be counted again:\n  members: 1 less of abbott>balls\n" in text
    assert "Then elected: BALLS." in text


def test_a_reader_can_count_the_certificate_again(declared: Terminal) -> None:
    found = json.loads(declared("margin", "leader", "--json").done())
    assert (found["elected"], found["unsaid"]) == (["abbott"], "")
    for line in found["margins"]:
        answer = line["certain"]
        assert answer["verdict"] == "exact"
        assert answer["least"] == answer["most"] > 0
        left = dict(MARKS)
        for each in answer["certificate"]["removed"]:
            left[each["marks"]] -= each["papers"]
        for each in answer["certificate"]["added"]:
            left[each["marks"]] = left.get(each["marks"], 0) + each["papers"]
        assert by_hand(left) == "balls"
        assert answer["certificate"]["elected"] == [["balls"]]


def test_one_kind_and_one_section_may_be_asked_for(declared: Terminal) -> None:
    found = json.loads(declared("margin", "leader", "--kind", "removal", "--section", "members", "--json").done())
    assert [(line["kind"], line["section"]) for line in found["margins"]] == [("removal", "members")]


def test_with_no_time_it_cannot_say(declared: Terminal) -> None:
    text = declared("margin", "leader", "--time-limit", "0").done()
    assert "Cannot say: with a time limit of zero nothing is searched." in text
    found = json.loads(declared("margin", "leader", "--time-limit", "0", "--json").done())
    assert (found["margins"], found["time_limit"]) == ([], 0)
    assert found["unsaid"].startswith("Cannot say: ")


def publish(at: Terminal, found: Any, **changes: Any) -> Any:
    fields = {name: found[name] for name in ("contest", "question", "verdict", "certificate")}
    return at.record("publish-analysis", fields | changes)


def test_a_margin_is_published_and_found_again_by_verify(declared: Terminal) -> None:
    found = json.loads(declared("margin", "leader", "--json").done())
    assert (found["verdict"], len(found["question"]["margin"]["steps"])) == ("exact", 3)
    publish(declared, found).done()
    (event,) = json.loads(declared("show", "analysis/leader", "--json").done())
    assert (event["kind"], event["verdict"], event["engine"]) == ("margin", "exact", "margin 1")
    said = declared("show", "analysis/leader").done().replace("\n    ", " ")
    assert "The margin: the fewest papers that elect somebody else by addition, removal and change" in said
    assert "E15  ok" in declared("verify").out


def test_a_margin_that_the_record_does_not_give_is_not_published(declared: Terminal) -> None:
    found = json.loads(declared("margin", "leader", "--kind", "change", "--json").done())
    publish(declared, found, verdict="bounded").refused("not-reproducible")
    publish(declared, found, certificate="sha256:" + "0" * 64).refused("not-reproducible")
    fewer = {"margin": found["question"]["margin"] | {"steps": [1]}}
    publish(declared, found, question=fewer).refused("not-reproducible")
    mixed = found["question"] | {"leave_out": ["members"]}
    publish(declared, found, question=mixed).refused("bad-field", 2)


def test_a_margin_that_takes_too_many_steps_is_not_published(
    declared: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could find it again in a time that is known; what is printed stops there by itself."""
    found = json.loads(declared("margin", "leader", "--kind", "change", "--json").done())
    many = {"margin": found["question"]["margin"] | {"steps": [STEPS_MAX + 1]}}
    assert f"at most {STEPS_MAX} in all" in publish(declared, found, question=many).refused("too-many-steps")
    monkeypatch.setattr("projections.margin.published.STEPS_MAX", 3)
    stopped = json.loads(declared("margin", "leader", "--json").done())
    assert (stopped["verdict"], sum(stopped["question"]["margin"]["steps"])) == ("bounded", 3)
    publish(declared, stopped).done()
    assert "E15  ok" in declared("verify").out


def test_that_with_no_time_it_cannot_say_is_found_again(declared: Terminal) -> None:
    found = json.loads(declared("margin", "leader", "--time-limit", "0", "--json").done())
    assert (found["verdict"], found["question"]) == ("cannot-say", {"margin": {"kinds": [*KINDS]}})
    publish(declared, found).done()
    assert "E15  ok" in declared("verify").out


def test_of_few_papers_the_public_sees_how_many_alone_and_a_scrutineer_which(at: Terminal) -> None:
    read(at, THREE | {"smallest_cell": 2}).record("declare-result", DECLARE).done()
    text = at("margin", "leader").done()
    assert "The papers changed that do it are fewer than the 2 that may be shown alone" in text.replace("\n", " ")
    assert "Papers changed that do it" not in text
    assert "Papers added that do it, 2, to be counted again:" in text
    answer = json.loads(at("margin", "leader", "--kind", "change", "--json").done())
    told = answer["margins"][0]["certain"]
    assert (told["verdict"], told["least"], told["hidden"], told["certificate"]) == ("exact", 1, True, None)
    at("margin", "leader", "--audience", "scrutineer").refused("purpose-required", 2)
    at("margin", "leader", "--audience", "panel").refused("unknown-audience", 2)
    seen = ("--audience", "scrutineer", "--purpose", "scrutiny", "--as", "scrutineer")
    assert "Papers changed that do it, 1, to be counted again:" in at("margin", "leader", *seen).done()
    (logged,) = json.loads(at("access", "--json").done())
    assert (logged["who"], logged["what"], logged["purpose"]) == ("scrutineer", "margin", "scrutiny")
    publish(at, answer).done()  # what it tells of papers is what the public may see
    assert "E15  ok" in at("verify").out


@pytest.mark.parametrize(
    ("words", "code", "nearest"),
    [
        (("--kind", "removals"), "unknown-kind", "(nearest: removal)"),
        (("--section", "member"), "unknown-section", "(nearest: members)"),
        (("--stage", "9"), "unknown-stage", "found 9"),
    ],
)
def test_refuses_what_it_does_not_know(declared: Terminal, words: tuple[str, str], code: str, nearest: str) -> None:
    assert nearest in declared("margin", "leader", *words).refused(code, 2)
    assert "(nearest: leader)" in declared("margin", "leadr").refused("unknown-contest")


def test_refuses_a_result_that_was_not_declared(at: Terminal) -> None:
    assert "found none (now)" in read(at)("margin", "leader").refused("not-declared")


@pytest.mark.parametrize("verb", [("margin", "leader"), ("whatif", "leader", "--more-papers", "members=1")])
def test_refuses_a_result_that_does_not_stand_but_tells_of_it_as_it_stood(
    declared: Terminal, verb: tuple[str, ...]
) -> None:
    size = len(json.loads(declared("events", "--limit", "1000", "--json").done()))
    declared.record("order-recount", {"contest": "leader", "reason": "it was close"}).done()
    assert "found recount 2" in declared(*verb).refused("recount-open")
    declared.record("correct-result", DECLARE | {"reason": "counted again"}).done()
    declared(*verb).done()
    declared.record("annul-result", {"contest": "leader", "reason": "a court ordered it"}).done()
    assert "found one that was annulled" in declared(*verb).refused("annulled")
    declared(*verb, "--known-at", str(size - 1)).done()


def test_refuses_a_count_that_waits_for_a_lot(at: Terminal) -> None:
    assert "found none (now)" in read(at, marks={"abbott": 2, "balls": 2})("margin", "leader").refused("not-declared")


def test_refuses_an_account_that_does_not_balance(at: Terminal) -> None:
    read(at, THREE | {"account": "required"})("margin", "leader").refused("account-unbalanced")


def test_says_of_one_candidate_that_no_number_of_papers_elects_another(at: Terminal) -> None:
    alone = THREE | {"candidates": [{"id": "abbott", "name": "Abbott"}]}
    read(at, alone, {"abbott": 2}).record("declare-result", DECLARE).done()
    assert "Unopposed: no number of papers elects somebody else." in at("margin", "leader").done()


@pytest.mark.parametrize(("contest", "tie", "added"), [("clp", 963, 964), ("councillors", 108, 109)])
def test_the_last_seats_of_the_nec_of_2014(at: Terminal, contest: str, tie: int, added: int) -> None:
    """Published: the last seat was won by 963 votes, and by 108."""
    at.run("demo", "nec-2014").done()
    found = json.loads(at.run("--ledger", "pollbook-nec-2014", "margin", contest, "--json").done())
    lines = {line["kind"]: line for line in found["margins"]}
    assert (lines["addition"]["could"]["least"], lines["addition"]["certain"]["least"]) == (tie, added)
    assert lines["addition"]["certain"]["verdict"] == "exact"
    assert lines["removal"]["certain"] == {
        "verdict": "bounded",
        "least": added,
        "most": None,
        "why": "totals do not tell who was voted for on the same paper",
        "certificate": None,
    }


def two_sections(at: Terminal, rule: dict[str, Any], **changes: Any) -> Terminal:
    """Three members for Abbott and one for Balls, two MPs for Balls and one for Abbott, declared."""
    name = rule_hash(TypeAdapter(CountRule).validate_json(json.dumps(rule)))
    sections = [{"id": "members", "name": "Members"}, {"id": "mps", "name": "MPs"}]
    define = THREE | {"count_rule": name, "sections": sections} | changes
    adopt = ("adopt-count-rule", {"election": "labour", "rule": rule})
    commands: list[tuple[str, Any]] = [DEFINED[0], adopt, ("define-contest", define), POLLED[-1]]
    at.made(commands)
    for section, marks in (("members", ("abbott",) * 5 + ("balls",)), ("mps", ("abbott", "balls", "balls"))):
        at.write("papers.csv", "\n".join(("marks", *marks)) + "\n")
        at(*(f"section={section}" if word == "section=members" else word for word in PAPERS)).done()
    at.record("declare-result", DECLARE).done()
    return at


def test_says_of_each_section_and_of_any_and_what_a_vote_is_worth(at: Terminal) -> None:
    weights = [{"section": "members", "weight": "1/2"}, {"section": "mps", "weight": "1/2"}]
    college = {"version": "weighted-av.v1", "section_base": "continuing", "empty_section": "nothing"}
    text = two_sections(at, RULE | college | {"weights": weights})("margin", "leader", "--kind", "change").done()
    assert max(map(len, text.splitlines())) <= 80
    rows = [line.split() for line in text.splitlines()]
    assert ["members", "2"] in rows
    assert ["mps", "1"] in rows
    assert ["any", "sections", "1"] in rows
    assert ["section", "one", "vote", "is", "as", "many", "as", "one", "of", "mps"] in rows
    assert ["members", "1/12", "2.000"] in rows


def test_says_what_it_has_not_worked_out(at: Terminal) -> None:
    stv = json.loads(SCOTTISH.model_dump_json())
    text = two_sections(at, stv)("margin", "leader").done()
    assert "Cannot say: margins under the single transferable vote are not worked out." in text
    found = json.loads(at("margin", "leader", "--json").done())
    assert (found["verdict"], found["margins"]) == ("cannot-say", [])


SCRUTINEER = ("--audience", "scrutineer", "--purpose", "scrutiny", "--as", "scrutineer")


def test_where_papers_are_not_published_the_public_is_not_told_which_of_them_do_it(at: Terminal) -> None:
    read(at, THREE | {"paper_publication": "none"}).record("declare-result", DECLARE).done()
    found = json.loads(at("margin", "leader", "--json").done())
    lines = {line["kind"]: line["certain"] for line in found["margins"]}
    assert lines["addition"]["certificate"]["added"]  # what nobody counted names no paper
    for kind, papers in (("removal", 2), ("change", 1)):
        assert (lines[kind]["most"], lines[kind]["certificate"], lines[kind]["hidden"]) == (papers, None, True)
    text = at("margin", "leader").done().replace("\n", " ")
    assert "The papers removed that do it are among those counted, which are not published: see them" in text
    assert "less of" not in text
    shown = json.loads(at("margin", "leader", "--json", *SCRUTINEER).done())
    assert [line["certain"]["certificate"]["removed"] for line in shown["margins"][1:]] != [[], []]
    assert shown["certificate"] == found["certificate"]
    assert "Papers removed that do it, 2, to be counted again:" in at("margin", "leader", *SCRUTINEER).done()
    publish(at, found).done()
    assert "E15  ok" in at("verify").out


def test_where_sections_are_published_as_one_no_number_of_a_section_is_told(at: Terminal) -> None:
    two_sections(at, RULE | {"publication": "combined"}, paper_publication="none")
    text = at("margin", "leader", "--kind", "change").done()
    assert "members" not in text
    assert "mps" not in text
    assert "tell sections apart, which are published as one" in text.replace("\n", " ")
    found = json.loads(at("margin", "leader", "--kind", "change", "--json").done())
    assert "members" not in json.dumps([found["margins"], found["value_of_a_vote"], found["exclusions_held"]])
    (line,) = found["margins"]
    assert line["section"] == "all"
    assert line["certain"]["most"] > 0
    assert line["certain"]["certificate"] is None
    assert "published as one" in at("margin", "leader", "--section", "mps").refused("unknown-section", 2)
    shown = json.loads(at("margin", "leader", "--kind", "change", "--json", *SCRUTINEER).done())
    assert [line["section"] for line in shown["margins"]] == ["all", "members", "mps"]
    assert shown["margins"][0]["certain"]["certificate"]["removed"]
    assert shown["certificate"] == found["certificate"]
    assert "members:" in at("margin", "leader", "--kind", "change", *SCRUTINEER).done()
    publish(at, found).done()
    alone = json.loads(at("margin", "leader", "--section", "mps", "--kind", "change", "--json", *SCRUTINEER).done())
    publish(at, alone).refused("reveals-ballot")
    assert "E15  ok" in at("verify").out
