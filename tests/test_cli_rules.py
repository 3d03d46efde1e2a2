"""`pollbook rules`, `rules coverage` and `check-document` at a terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from terminal import Answer, Terminal

from ledger.rules.wording import digests_of

TEXT = "sha256:" + "1" * 64
AGO = "2009-10-01T00:00:00Z"
CALLED = "2010-05-20T00:00:00Z"
CALL = {"election": "labour", "title": "Leader", "organisation": "Labour", "reason": "vacancy", "effective": CALLED}
CLAUSES = [
    {"ref": "4.II.2", "title": "Who votes", "text_digest": TEXT, "amendable_by": "conference", "kind": "binding"},
    {"ref": "4.II.3", "title": "Fee", "text_digest": TEXT, "amendable_by": "committee", "kind": "binding"},
    {"ref": "A1", "title": "Courtesy", "text_digest": TEXT, "amendable_by": "nec", "kind": "guidance"}
    | {"applies_to": ["staff"]},
]
ADOPT = {
    "organisation": "labour",
    "rulebook": "book",
    "title": "Rule Book",
    "text_digest": TEXT,
    "clauses": CLAUSES,
    "amendable_by": "conference",
    "adopted_by": "conference",
    "in_force_from": AGO,
}
STEPS = [
    {"step": "nominations-close", "local": "2010-06-09T12:30:00"},
    {"step": "count", "local": "2010-09-23T09:00:00"},
]
TIMETABLE = {"election": "labour", "zone": "Europe/London", "steps": STEPS, "effective": CALLED}
TIMETABLE |= {"published": CALLED}
CODE = {
    "document": "code",
    "organisation": "labour",
    "title": "Code of conduct",
    "kind": "binding",
    "text_digest": "@code.md",
    "addressed_to": ["candidate", "agent"],
    "in_force_from": "2010-06-15T00:00:00Z",
    "effective": "2010-06-14T10:00:00Z",
    "election": "labour",
}
SENT = "Be kind.\nBe brief.\n"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    terminal.write("code.md", SENT)
    return terminal


MADE: list[Path] = []  # the folder of the ledger made first: the others are copies


@pytest.fixture
def ruled(at: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A ledger with a rule book, a timetable, and a code that came after nominations closed."""
    if MADE:
        shutil.copytree(MADE[0], at.folder, dirs_exist_ok=True)
        return at
    at.made([("call-election", CALL), ("adopt-rule-book", ADOPT), ("set-timetable", TIMETABLE)])
    at.record("publish-document", CODE).done()
    MADE.append(tmp_path_factory.mktemp("ruled") / "made")
    shutil.copytree(at.folder, MADE[0])
    return at


def fits(answer: Answer) -> str:
    text = answer.done()
    assert max(map(len, text.splitlines())) <= 80
    return text


def data(answer: Answer) -> Any:
    return json.loads(answer.done())


def hashes(at: Terminal) -> dict[str, str]:
    (rules,) = data(at("rules", "--json"))["rules"]
    return {clause["ref"]: clause["hash"] for clause in rules["clauses"]}


def test_says_that_there_are_no_rules_and_how_to_begin(at: Terminal) -> None:
    at.made([])
    assert "No rules are on record. Begin with: pollbook record adopt-rule-book --help\n" in fits(at("rules"))
    assert "Days without a code were not looked for" in " ".join(fits(at("rules", "coverage", "2010-06-10")).split())
    at("check-document", "code.md").refused("unknown-text")


def test_shows_clauses_with_the_body_that_may_amend_each(ruled: Terminal) -> None:
    text = fits(ruled("rules", "--as-of", "2010-06-20"))
    assert text.startswith('Rules in force at 2010-06-20T23:59:59Z, now\n\nRule book book of labour: "Rule Book"\n')
    assert "\n4.II.2  Who votes             binding   conference  2009-10-01\n" in text
    assert "\nA1      Courtesy (for staff)  guidance  nec         2009-10-01\n" in text
    assert "3 clauses of these were in force before being recorded, the last on 20" in text
    assert "\ncode      Code of conduct (to candidate, agent)  binding  2010-06-15\n" in text
    assert "sha256:" not in text


def test_rules_are_those_of_both_clocks(ruled: Terminal) -> None:
    assert "None of its clauses was in force." in fits(ruled("rules", "--as-of", "2009-09-30"))
    assert "None was in force." in fits(ruled("rules", "--as-of", "2010-06-14"))
    assert "No rules are on record" in fits(ruled("rules", "--known-at", "0", "--as-of", "2010-06-20"))
    known = data(ruled("rules", "--known-at", "1", "--as-of", "2010-06-20", "--json"))
    assert (len(known["rules"][0]["clauses"]), known["documents"]) == (3, [])
    ruled("rules", "--known-at", "99").refused("bad-moment", 2)


def test_prints_hashes_that_other_commands_take(ruled: Terminal) -> None:
    known = hashes(ruled)
    text = fits(ruled("rules", "--hashes"))
    assert all(f"\n{ref}\n  {name}\n" in text for ref, name in known.items())
    question = {"organisation": "labour", "clause": known["4.II.3"], "issued_by": "nec"}
    question |= {"question": "Is it refunded?", "interpretation": "No."}
    ruled.record("issue-interpretation", question).done()
    assert '4.II.3, asked "Is it refunded?": "No." (nec)\n' in fits(ruled("rules"))
    assert "asked" not in fits(ruled("rules", "--as-of", "2010-06-20"))
    code = CODE | {"text_digest": TEXT, "in_force_from": "2030-01-01T00:00:00Z", "sanction": known["A1"]}
    ruled.record("publish-document", code).refused("not-binding")
    wrong = known["A1"][:-1] + ("0" if known["A1"][-1] != "0" else "1")
    line = ruled.record("publish-document", code | {"sanction": wrong}).refused("unknown-clause")
    assert f"(nearest: {known['A1']})" in line


def test_guidelines_show_where_they_depart_from_the_rule_book(ruled: Terminal) -> None:
    departing = CLAUSES[1] | {"overrides": "The office moved"}
    guidelines = {"organisation": "labour", "guidelines": "guide", "title": "Guidelines", "text_digest": TEXT}
    guidelines |= {"clauses": [departing], "issued_by": "committee", "under": hashes(ruled)["4.II.2"]}
    ruled.record("issue-guidelines", guidelines | {"in_force_from": "2030-01-01T00:00:00Z"}).done()
    text = fits(ruled("rules", "--as-of", "2030-01-01"))
    assert 'Guidelines guide of labour: "Guidelines"\n' in text
    assert '4.II.3 departs from the rule book: "The office moved"\n' in text


def test_says_what_a_ref_is(ruled: Terminal) -> None:
    repeal = {"organisation": "labour", "rulebook": "book", "adopted_by": "nec", "in_force_from": AGO}
    line = ruled.record("repeal-rule", repeal | {"ref": " 4"}).refused("bad-field", 2)
    assert "a number or name on one line, of up to 100 characters" in line


def test_one_organisation_alone_and_the_nearest_of_a_wrong_name(ruled: Terminal) -> None:
    other = ADOPT | {"organisation": "greens", "rulebook": "charter"}
    ruled.record("adopt-rule-book", other).done()
    text = fits(ruled("rules", "--organisation", "labour"))
    assert "book of labour" in text
    assert "charter" not in text
    assert "charter of greens" in fits(ruled("rules"))
    assert "(nearest: labour)" in ruled("rules", "--organisation", "labor").refused("unknown-organisation")


def test_coverage_says_how_many_days_were_without_a_code(ruled: Terminal) -> None:
    text = fits(ruled("rules", "coverage", "2010-06-20"))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "candidate code - - 26" in lines
    assert "staff - book A1 - 32" in lines
    assert "For everyone: 2 binding clauses and 0 clauses of guidance (see: pollbook rules)" in lines
    flat = " ".join(lines)
    assert (
        "agent, candidate: from 2010-05-20T00:00:00Z until 2010-06-15T00:00:00Z: 26 whole days nominations-close was "
        "in it, at 2010-06-09T11:30:00Z; 5 whole days without a code came after it"
    ) in flat
    assert "still then" in flat.partition("staff, supporter: ")[2]


def test_coverage_counts_from_where_one_says(ruled: Terminal) -> None:
    shown = data(ruled("rules", "coverage", "2010-06-12", "--since", "2010-06-10", "--election", "labour", "--json"))
    (candidate,) = (each for each in shown["classes"] if each["class"] == "candidate")
    assert (shown["at"], shown["since"]) == ("2010-06-12T23:59:59Z", "2010-06-10T00:00:00Z")
    assert (candidate["binding"], candidate["days_without_a_code"]) == ([], 3)
    assert candidate["gaps"][0]["open"] is True
    moment = data(ruled("rules", "coverage", "2010-06-15T00:00:00Z", "--since", "2010-06-14T12:00:00Z", "--json"))
    (candidate,) = (each for each in moment["classes"] if each["class"] == "candidate")
    assert [rule["name"] for rule in candidate["binding"]] == ["code"]
    assert candidate["gaps"] == [
        {"since": "2010-06-14T12:00:00Z", "until": "2010-06-15T00:00:00Z", "open": False, "days": 0, "steps": []}
    ]
    early = data(ruled("rules", "coverage", "2010-06-20", "--known-at", "2", "--json"))
    assert not any(each["binding"] for each in early["classes"])


def test_coverage_begins_with_the_call_of_the_election_asked_for(ruled: Terminal) -> None:
    early = CALL | {"election": "deputy", "effective": "2010-01-01T00:00:00Z"}
    ruled.record("call-election", early).done()
    one = data(ruled("rules", "coverage", "2010-06-20", "--election", "labour", "--json"))
    every = data(ruled("rules", "coverage", "2010-06-20", "--json"))
    assert (one["since"], every["since"]) == (CALLED, "2010-01-01T00:00:00Z")
    steps = [[gap["steps"] for each in shown["classes"] for gap in each["gaps"]] for shown in (one, every)]
    assert any(steps[0])
    assert not any(steps[1]), "one election's dates are not the other's"


def test_coverage_refuses_wrong_words(ruled: Terminal) -> None:
    ruled("rules", "coverage", "2010-02-29").refused("bad-moment", 2)
    ruled("rules", "coverage", "2012-02-29").done()
    assert "--since" in ruled("rules", "coverage", "2010-06-20", "--since", "june").refused("bad-moment", 2)
    line = ruled("rules", "coverage", "2010-06-20", "--election", "labor").refused("unknown-election")
    assert "(nearest: labour)" in line


def test_knows_the_very_text_again(ruled: Terminal) -> None:
    text = fits(ruled("check-document", "code.md"))
    exact, words = digests_of(SENT.encode())
    assert text.startswith('code.md is, byte for byte, document code, edition 1: "Code of conduct"\n')
    assert text.endswith(f"  {exact}\n")
    shown = data(ruled("check-document", "code.md", "--json"))
    assert (shown["match"], shown["text_digest"], shown["words_digest"]) == ("exact", exact, words)
    ruled("check-document", "code.md", "--known-at", "2").refused("unknown-text")


@pytest.mark.parametrize(
    ("copy", "code", "match"),
    [
        (SENT.replace("\n", "\r\n").encode(), "text-differs", "words"),
        (b"\xef\xbb\xbf" + SENT.encode(), "text-differs", "words"),
        (SENT.replace("kind", "cruel").encode(), "unknown-text", "none"),
        (SENT.encode("utf-16"), "unknown-text", "none"),
        (b"", "unknown-text", "none"),
    ],
)
def test_says_of_another_text_whether_only_white_space_differs(
    ruled: Terminal, copy: bytes, code: str, match: str
) -> None:
    ruled.write("copy.md", copy)
    line = ruled("check-document", "copy.md").refused(code)
    assert ("the words of document code, edition 1" in line) == (match == "words")
    answer = ruled("check-document", "copy.md", "--json")
    assert (answer.code, answer.err, json.loads(answer.out)["match"]) == (1, "", match)


def test_files_that_cannot_be_read_are_named(ruled: Terminal) -> None:
    ruled("check-document", "nothing.md").refused("no-such-file", 2)
    ruled("check-document", ".").refused("not-a-file", 2)
    ruled.record("publish-document", CODE | {"text_digest": "@nothing.md"}).refused("no-such-file", 2)


def test_a_file_gives_both_digests_unless_one_is_given(ruled: Terminal) -> None:
    exact, words = digests_of(SENT.encode())
    (document,) = data(ruled("rules", "--json"))["documents"]
    assert [(each["text_digest"], each["words_digest"]) for each in document["editions"]] == [(exact, words)]
    ruled.record("publish-document", CODE | {"document": "second", "words_digest": TEXT}).done()
    documents = data(ruled("rules", "--json"))["documents"]
    assert documents[1]["editions"][0]["words_digest"] == TEXT
    amend = {"organisation": "labour", "rulebook": "book", "ref": "4.II.3", "title": "Fee", "amendable_by": "committee"}
    amend |= {"kind": "binding", "adopted_by": "committee", "in_force_from": "2030-01-01T00:00:00Z"}
    ruled.record("amend-rule", amend | {"text_digest": "@code.md"}).done()
    assert "clause 4.II.3 of book" in ruled("check-document", "code.md").done()


def test_clauses_take_their_digest_from_a_file_too(ruled: Terminal) -> None:
    book = ADOPT | {"organisation": "other", "clauses": [CLAUSES[0] | {"text_digest": "@code.md"}, CLAUSES[1]]}
    ruled.record("adopt-rule-book", book).done()
    assert "clause 4.II.2 of book" in ruled("check-document", "code.md").done()


def test_warns_of_titles_that_deceive_the_eye(ruled: Terminal) -> None:
    ruled.record("publish-document", CODE | {"document": "fake", "title": "Code of cоnduct"}).done()
    text = " ".join(fits(ruled("rules")).split())
    assert "Warning: document fake, edition 1: 'cоnduct' has letters of Cyrillic and Latin" in text
    assert len(data(ruled("rules", "coverage", "2010-06-20", "--json"))["warnings"]) == 2


def test_tables_fit_whatever_the_ids(at: Terminal) -> None:
    name = "n" * 64
    clause = CLAUSES[0] | {"ref": "r" * 100, "title": "t" * 300, "amendable_by": name}
    clause |= {"applies_to": ["parliamentarian", "candidate", "scrutineer"]}
    book = ADOPT | {"organisation": name, "rulebook": name, "title": "word " * 60, "clauses": [clause]}
    code = CODE | {"document": name, "organisation": name, "title": "t" * 300, "addressed_to": ["candidate"] * 16}
    at.made([("call-election", CALL), ("adopt-rule-book", book)])
    at.record("publish-document", code).done()
    for words in (("rules", "--hashes"), ("rules", "coverage", "2010-06-20")):
        text = at(*words).done()
        assert all(len(line) <= 80 or max(map(len, line.split())) > 60 for line in text.splitlines())


@pytest.mark.parametrize("words", [("rules",), ("rules", "coverage"), ("check-document",)])
def test_help_teaches(at: Terminal, words: tuple[str, ...]) -> None:
    text = fits(at.run(*words, "--help"))
    assert "Options:" in text
    assert len(text.splitlines()) > 10
