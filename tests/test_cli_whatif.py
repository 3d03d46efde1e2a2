"""`pollbook whatif`: three verdicts in words and for programs, what it hides, logs and refuses; verdicts published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terminal import CALL_ELECTION, CLOSE_POLL, PAPERS, RULE, RULE_HASH, Terminal
from test_cli_margin import DECLARE, THREE, read, two_sections

from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import rule_hash

LENIENT = RULE | {"gap": "skip", "decimals": 3}
SCRUTINEER = ("--audience", "scrutineer", "--purpose", "scrutiny", "--as", "scrutineer")
SPOILT = {"contest": "leader", "section": "members", "distributed": 40, "returned": 16, "set_aside": []}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def declared(at: Terminal) -> Terminal:
    """Six papers for Abbott, four for Balls, one for Cooper, who gives it to Balls."""
    read(at).record("state-account", SPOILT | {"spoilt": [{"reason": "uncertain", "papers": 5}]}).done()
    at.record("declare-result", DECLARE).done()
    return at


def asked(at: Terminal, *words: str) -> Any:
    return json.loads(at("whatif", "leader", *words, "--json").done())


def found(at: Terminal, *words: str) -> tuple[str, str]:
    certificate = asked(at, *words)["certificate"]
    return certificate["verdict"], certificate["effect"]


def test_papers_that_could_have_changed_the_result_are_shown(declared: Terminal) -> None:
    text = declared("whatif", "leader", "--accept-rejected", "uncertain").done()
    assert max(map(len, text.splitlines())) <= 80
    assert "Supposed: papers more, at most: members 5." in text
    assert "It could\nhave changed the result." in text
    assert "No fewer than 2 of 5 papers do it." in text
    said = text.replace("\n", " ")  # Abbott has 6 against 5 once Cooper is excluded: 6 and 1 then, against 5 and 4
    assert "With exclusions held: of 5 papers of members, 4 for BALLS, 80.0%, put BALLS ahead of ABBOTT" in said
    assert "Observed: of the papers of members that were counted for one of the two, 45.5% are for BALLS." in said
    assert "  members: 2 more of balls" in text
    assert "Then elected: BALLS." in text


def test_of_fewer_papers_it_says_that_they_could_not(declared: Terminal) -> None:
    assert found(declared, "--more-papers", "members=0") == ("bounded", "could-not")
    assert found(declared, "--more-papers", "members=1") == ("bounded", "could-not")  # the ladder breaks the tie
    assert found(declared, "--more-papers", "members=2") == ("bounded", "could")


def test_another_rule_is_a_rehearsal_and_exact(declared: Terminal) -> None:
    declared.write("rule.json", json.dumps(LENIENT | {"stop": "continue-to-two"}))
    text = declared("whatif", "leader", "--count-rule", "rule.json").done()
    assert "Supposed: counted by another rule, a rehearsal." in text
    assert "Exact: the papers are known, and were counted again. The result is the same:\nABBOTT." in text
    certificate = asked(declared, "--count-rule", RULE_HASH[:12])["certificate"]
    assert (certificate["verdict"], certificate["effect"]) == ("exact", "same")
    assert certificate["recount"] == certificate["count"]


def test_with_no_time_it_cannot_say(declared: Terminal) -> None:
    text = declared("whatif", "leader", "--more-papers", "members=3", "--time-limit", "0").done()
    assert "Cannot say. With a time limit of zero nothing is searched." in text
    assert found(declared, "--more-papers", "members=3", "--time-limit", "0") == ("cannot-say", "")


def test_a_section_left_out_that_a_rule_weighs_leaves_the_rule_silent(at: Terminal) -> None:
    weights = [{"section": "members", "weight": "1/2"}, {"section": "mps", "weight": "1/2"}]
    college = {"version": "weighted-av.v1", "section_base": "continuing", "empty_section": "nothing"}
    two_sections(at, RULE | college | {"weights": weights})
    text = at("whatif", "leader", "--leave-out-section", "mps").done()
    assert "Cannot say. The rule is silent (sections-unfit)" in text
    assert found(at, "--leave-out-section", "mps", "--leave-out-section", "members") == ("cannot-say", "")
    single = json.dumps(RULE)
    at.write("rule.json", single)
    assert found(at, "--leave-out-section", "mps", "--count-rule", "rule.json") == ("exact", "same")
    assert found(at, "--leave-out-section", "members", "--count-rule", "rule.json") == ("exact", "changed")


@pytest.mark.parametrize(
    ("words", "code", "nearest", "exit_code"),
    [
        ((), "nothing-asked", "found nothing", 1),
        (("--leave-out-section", "member"), "unknown-section", "(nearest: members)", 1),
        (("--more-papers", "members=1", "--more-papers", "members=1"), "named-twice", "2 times", 1),
        (("--accept-rejected", "uncertian"), "unknown-reason", "(nearest: uncertain)", 1),
        (("--accept-rejected", "uncertain", "--section", "mps"), "unknown-section", "found mps", 1),
        (("--reverse-ruling", "c1/1", *SCRUTINEER), "unknown-ruling", "no such case", 1),
        (("--restore", "0" * 24 + "/1", *SCRUTINEER), "unknown-entry", "found entries none", 1),
        (("--leave-out-category", "members"), "no-franchise", "found none", 1),
        (("--count-rule", "sha256:0000"), "unknown-rule", "found sha256:0000", 2),
        (("--count-rule", ""), "bad-part", "a file, or sha256: and 4 or more characters", 2),
        (("--count-rule", RULE_HASH[:10]), "bad-part", "a file, or sha256: and 4 or more characters", 2),
        (("--count-rule", "bad.json"), "bad-part", "--count-rule", 2),
        (("--reverse-ruling", "c1"), "bad-part", "CASE/N", 2),
        (("--more-papers", "members"), "bad-part", "SECTION=NUMBER", 2),
        (("--section", "members"), "bad-part", "--leave-out-section", 2),
        (("--audience", "publik"), "unknown-audience", "(nearest: public)", 2),
        (("--audience", "scrutineer", "--more-papers", "members=1"), "purpose-required", "found none", 2),
    ],
)
def test_refuses_what_it_does_not_know(
    declared: Terminal, words: tuple[str, ...], code: str, nearest: str, exit_code: int
) -> None:
    declared.write("bad.json", "{}")
    assert nearest in declared("whatif", "leader", *words).refused(code, exit_code)


def test_refuses_another_rule_that_does_not_fit(declared: Terminal) -> None:
    weights = [{"section": "others", "weight": "1/1"}]
    college = {"version": "weighted-av.v1", "section_base": "continuing", "empty_section": "nothing"}
    declared.write("rule.json", json.dumps(RULE | college | {"weights": weights}))
    declared("whatif", "leader", "--count-rule", "rule.json").refused("sections-unfit")


def test_refuses_a_result_that_was_not_declared_and_an_account_that_does_not_balance(at: Terminal) -> None:
    read(at)("whatif", "leader", "--more-papers", "members=1").refused("not-declared")


def test_refuses_an_account_that_does_not_balance(at: Terminal) -> None:
    read(at, THREE | {"account": "required"})("whatif", "leader", "--more-papers", "members=1").refused(
        "account-unbalanced"
    )


def test_of_few_papers_the_public_sees_the_verdict_alone_and_a_scrutineer_all(at: Terminal) -> None:
    read(at, THREE | {"smallest_cell": 4}).record("declare-result", DECLARE).done()
    text = at("whatif", "leader", "--more-papers", "members=3").done()
    assert "It could\nhave changed the result." in text
    assert "Fewer than 4 papers differ" in text
    assert "balls" not in text
    certificate = asked(at, "--more-papers", "members=3")["certificate"]
    assert (certificate["effect"], certificate["example"], certificate["elected_then"]) == ("could", None, [])
    assert "example" in at("whatif", "leader", "--more-papers", "members=4").done()
    seen = ("--audience", "scrutineer", "--purpose", "scrutiny", "--as", "scrutineer")
    assert "  members: 2 more of balls" in at("whatif", "leader", "--more-papers", "members=3", *seen).done()
    (logged,) = json.loads(at("access", "--json").done())
    assert (logged["who"], logged["what"], logged["purpose"], logged["rows"]) == ("scrutineer", "whatif", "scrutiny", 3)


def publish(at: Terminal, body: Any, **changes: Any) -> Any:
    certificate = body["certificate"]
    fields = {"contest": "leader", "question": certificate["question"], "verdict": certificate["verdict"]}
    return at.record("publish-analysis", fields | {"certificate": body["digest"]} | changes)


def test_a_verdict_is_published_and_found_again_by_verify(declared: Terminal) -> None:
    body = asked(declared, "--accept-rejected", "uncertain")
    publish(declared, body).done()
    events = json.loads(declared("show", "analysis/leader", "--json").done())
    assert [(each["number"], each["verdict"], each["effect"]) for each in events] == [(1, "bounded", "could")]
    assert events[0]["as_of_position"] == body["position"]
    assert "papers rejected as uncertain accepted" in declared("show", "analysis/leader").done().replace("\n", " ")
    assert "E15  ok" in declared("verify").out


def test_a_verdict_that_the_record_does_not_give_is_not_published(declared: Terminal) -> None:
    body = asked(declared, "--accept-rejected", "uncertain")
    publish(declared, body, verdict="exact").refused("not-reproducible")
    publish(declared, body, certificate="sha256:" + "0" * 64).refused("not-reproducible")


def test_what_was_published_before_a_recount_is_marked_as_overtaken(declared: Terminal) -> None:
    body = asked(declared, "--accept-rejected", "uncertain")
    assert body["published"] == []
    publish(declared, body).done()
    of = f"of the count up to event {body['position']}: bounded, could."
    for words in (("whatif", "leader", "--more-papers", "members=1"), ("margin", "leader")):
        text = declared(*words).done().replace("\n", " ")
        assert f"Published what-if 1, {of} What each of them is about: pollbook show analysis/leader" in text
    before = len(json.loads(declared("events", "--json").done())) - 1
    declared.record("order-recount", {"contest": "leader", "reason": "it was close"}).done()
    said = f"Overtaken: a recount was ordered after it, by event {before + 1}."
    assert said in " ".join(declared("show", "analysis/leader").done().split())
    assert "Overtaken" not in declared("show", "analysis/leader", "--known-at", str(before)).done()
    for words in (("whatif", "leader", "--more-papers", "members=1"), ("margin", "leader")):
        declared(*words).refused("recount-open")
    declared.record("correct-result", DECLARE | {"reason": "counted again"}).done()
    for words in (("whatif", "leader", "--more-papers", "members=1"), ("margin", "leader")):
        assert said in declared(*words).done().replace("\n", " ")
        (told,) = json.loads(declared(*words, "--json").done())["published"]
        assert (told["number"], told["certificate"], told["overtaken"]) == (1, body["digest"], said)
    declared.record("annul-result", {"contest": "leader", "reason": "a court ordered it"}).done()
    assert said in " ".join(declared("show", "analysis/leader").done().split())  # what overtook it first


def test_what_was_not_published_to_everybody_is_not_listed(at: Terminal) -> None:
    read(at, THREE | {"paper_publication": "none"}).record("declare-result", DECLARE).done()
    publish(at, asked(at, "--more-papers", "members=2")).done()
    assert asked(at, "--more-papers", "members=2")["published"] == []


def test_a_verdict_on_few_papers_is_not_published(at: Terminal) -> None:
    read(at, THREE | {"smallest_cell": 4}).record("declare-result", DECLARE).done()
    body = asked(at, "--more-papers", "members=3")
    publish(at, body).refused("reveals-ballot")


def test_nothing_is_published_of_a_result_that_does_not_stand(declared: Terminal) -> None:
    body = asked(declared, "--accept-rejected", "uncertain")
    declared.record("order-recount", {"contest": "leader", "reason": "it was close"}).done()
    assert "found recount 2" in publish(declared, body).refused("recount-open")
    declared.record("annul-result", {"contest": "leader", "reason": "a court ordered it"}).done()
    publish(declared, body).refused("annulled")


def test_nothing_is_published_before_the_result(at: Terminal) -> None:
    read(at)
    fields = {"contest": "leader", "question": {"unknown": [{"section": "members", "papers": 3}]}}
    answer = at.record("publish-analysis", fields | {"verdict": "bounded", "certificate": "sha256:" + "0" * 64})
    answer.refused("not-declared")


@pytest.mark.parametrize(
    ("ledger", "contest", "section", "tie"),
    [("nec-2014", "clp", "members", 963), ("nec-2014", "councillors", "councillors", 108)],
)
def test_the_last_seats_of_the_nec_of_2014(at: Terminal, ledger: str, contest: str, section: str, tie: int) -> None:
    """Published: the last seat was won by 963 votes, and by 108."""
    at.run("demo", ledger).done()
    for more, effect in ((tie - 1, "could-not"), (tie, "by-lot"), (tie + 1, "could")):
        words = ("--ledger", f"pollbook-{ledger}", "whatif", contest, "--more-papers", f"{section}={more}", "--json")
        certificate = json.loads(at.run(*words).done())["certificate"]
        assert (certificate["verdict"], certificate["effect"]) == ("bounded", effect)


def test_2015_without_registered_supporters(at: Terminal) -> None:
    """Published: the winner still has 162,968 of 317,066; of members alone he lacks 1,010 for a majority."""
    at.run("demo", "labour-2015").done()
    whatif = ("--ledger", "pollbook-labour-2015", "whatif", "leader", "--leave-out-section", "registered")
    text = at.run(*whatif).done()
    assert "The result is the same: Jeremy Corbyn." in text.replace("\n", " ")
    assert "162968 of 317066 papers, 51.40%." in text
    members = at.run(*whatif, "--leave-out-section", "affiliated", "--json").done()
    certificate = json.loads(members)["certificate"]
    assert (certificate["verdict"], certificate["stage_1"]["short"]) == ("cannot-say", 1010)
    assert certificate["why"].startswith("totals-missing")


@pytest.mark.parametrize("stop", ["first-majority", "continue-to-two"])
def test_a_tie_that_no_lot_breaks_may_leave_nobody_elected(at: Terminal, stop: str) -> None:
    """Ten papers against nine: one more, and the two tie; without a lot the count ends there unless it ended before."""
    rule = RULE | {"ties": ["earlier-stages-backwards"], "stop": stop}
    name = rule_hash(AlternativeVote.model_validate_json(json.dumps(rule)))
    contest = THREE | {"count_rule": name}
    at.made([("call-election", CALL_ELECTION), ("adopt-count-rule", {"election": "labour", "rule": rule})])
    at.record("define-contest", contest).done()
    at.record("close-poll", CLOSE_POLL).done()
    at.write("papers.csv", "marks\n" + "abbott\n" * 60 + "balls\n" * 10 + "cooper\n" * 9)
    at(*PAPERS).done()
    at.record("declare-result", DECLARE).done()
    verdict = {"first-majority": ("bounded", "could-not"), "continue-to-two": ("cannot-say", "")}
    assert found(at, "--more-papers", "members=1") == verdict[stop]


def test_no_reach_of_papers_proves_anything_where_ties_stay_unbroken(at: Terminal) -> None:
    rule = RULE | {"ties": ["earlier-stages-backwards"]}
    name = rule_hash(AlternativeVote.model_validate_json(json.dumps(rule)))
    at.made([("call-election", CALL_ELECTION), ("adopt-count-rule", {"election": "labour", "rule": rule})])
    at.record("define-contest", THREE | {"count_rule": name}).done()
    at.record("close-poll", CLOSE_POLL).done()
    marks = {"abbott": 40, "balls>abbott": 30, "cooper>abbott": 29}
    at.write("papers.csv", "marks\n" + "".join(f"{each}\n" * number for each, number in marks.items()))
    at(*PAPERS).done()
    at.record("declare-result", DECLARE).done()
    assert found(at, "--more-papers", "members=1") == ("cannot-say", "")
