"""`pollbook body` and `interests`: rosters, sittings, decisions and interests, as they were and as they were known."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from terminal import DEFINED, Answer, Terminal

SEATED, UNSEATED = "2010-01-01T00:00:00Z", "2010-06-01T00:00:00Z"
NEC: dict[str, Any] = {
    "body": "nec",
    "name": "National Executive Committee",
    "kind": "governing-body",
    "quorum": 2,
    "seats": [{"section": "unions", "count": 12}, {"section": "mps", "count": 1}],
    "excluded": [{"capacity": "retiring-mp", "ref": "4.II.2"}],
    "effective": SEATED,
}
MEMBER: dict[str, Any] = {"body": "nec", "filled_by": "election", "effective": SEATED}
MEMBERS = [
    {**MEMBER, "person": "p3", "section": "mps", "seat": 1, "until": "2010-07-01T12:30:00Z"},
    {**MEMBER, "person": "p2", "section": "unions", "seat": 2},
    {**MEMBER, "person": "p1", "section": "unions", "seat": 1},
]
MAY = {"body": "nec", "sitting": "may", "start": "2010-05-18T10:00:00Z", "end": "2010-05-18T13:00:00Z"}
JUNE = {"body": "nec", "sitting": "june", "start": "2010-06-18T10:00:00Z", "end": "2010-06-18T13:00:00Z"}
D1: dict[str, Any] = {
    "body": "nec",
    "decision": "d-1",
    "sitting": "may",
    "motion": "That the timetable be adopted. " * 5,
}
D1 |= {"votes_for": 2, "votes_against": 1, "effective": "2010-05-18T12:00:00Z"}
D2: dict[str, Any] = {
    "body": "nec",
    "decision": "d-2",
    "sitting": "may",
    "motion": "That it be put off",
    "majority": "of-present",
}
D2 |= {"votes_for": 1, "votes_against": 0, "abstained": 1, "recused": ["p3"]}
COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("constitute-body", NEC),
    *(("seat-member", member) for member in MEMBERS),
    ("hold-sitting", MAY | {"present": ["p1", "p2", "p3"], "minutes_digest": "sha256:" + "5" * 64}),
    ("take-decision", D1),
    ("take-decision", D2),
    ("unseat-member", {"body": "nec", "person": "p2", "reason": "resigned", "effective": UNSEATED}),
    ("hold-sitting", JUNE | {"present": ["p1"], "apologies": ["p3"]}),
    ("constitute-body", {"body": "conference", "name": "Party Conference", "kind": "conference", "quorum": 500}),
]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def sat(at: Terminal) -> Terminal:
    at("init", "--unfounded").done()
    return carried_out(at, COMMANDS)


def carried_out(at: Terminal, commands: list[tuple[str, dict[str, Any]]]) -> Terminal:
    at.write("commands.jsonl", "".join(json.dumps({"verb": verb} | values) + "\n" for verb, values in commands))
    at("apply", "commands.jsonl", "--as", "general-secretary").done()
    return at


def fits(answer: Answer) -> str:
    text = answer.done()
    assert max(map(len, text.splitlines())) <= 80
    return text


def test_shows_members_sittings_and_decisions(sat: Terminal) -> None:
    assert fits(sat("body", "nec")) == (
        "National Executive Committee (nec), governing body, quorum 2, now\n"
        "\n"
        "section  seat  member  since (UTC)       until (UTC)\n"
        "-------  ----  ------  ----------------  -----------\n"
        "unions      1  p1      2010-01-01 00:00  -\n"
        "Vacant: 11 of 12 unions, 1 of 1 mps\n"
        "Excluded: retiring-mp, by 4.II.2\n"
        "\n"
        "sitting  began (UTC)       present  quorum\n"
        "-------  ----------------  -------  ------  ---------\n"
        "may      2010-05-18 10:00        3       2  quorate\n"
        "june     2010-06-18 10:00        1       2  inquorate\n"
        "\n"
        "Decision d-1 of sitting may: carried, 2 for, 1 against, 0 abstained\n"
        "  That the timetable be adopted. That the timetable be adopted. That the\n"
        "  timetable be adopted. That the timetable be adopted. That the timetable be\n"
        "  adopted.\n"
        "Decision d-2 of sitting may: lost, 1 for, 0 against, 1 abstained, 1 withdrew\n"
        "  That it be put off\n"
    )


@pytest.mark.parametrize(
    ("day", "members", "sittings", "decisions"),
    [
        ("2010-01-01", ["p1", "p2", "p3"], [], []),
        ("2010-05-18", ["p1", "p2", "p3"], ["may"], ["d-1"]),
        ("2010-05-31", ["p1", "p2", "p3"], ["may"], ["d-1"]),
        ("2010-06-01", ["p1", "p3"], ["may"], ["d-1"]),
        ("2010-07-01T12:29:59Z", ["p1", "p3"], ["may", "june"], ["d-1"]),
        ("2010-07-01T12:30:00Z", ["p1"], ["may", "june"], ["d-1"]),
    ],
)
def test_shows_a_body_as_it_was(
    sat: Terminal, day: str, members: list[str], sittings: list[str], decisions: list[str]
) -> None:
    found = json.loads(sat("body", "nec", "--as-of", day, "--json").done())
    assert sorted(each["person"] for each in found["members"]) == members
    assert [each["sitting"] for each in found["sittings"]] == sittings
    assert [each["decision"] for each in found["decisions"]] == decisions


def test_a_body_is_not_there_before_it_was_constituted(sat: Terminal) -> None:
    line = sat("body", "nec", "--as-of", "2009-12-31").refused("unknown-body")
    assert "found not yet (as it was at 2009-12-31T23:59:59Z)" in line


def test_minutes_are_digested_from_a_file(sat: Terminal) -> None:
    sat.write("minutes.txt", "Present: three.\n")
    sitting = {"body": "nec", "sitting": "july", "start": "2010-07-18T10:00:00Z", "end": "2010-07-18T13:00:00Z"}
    sat.record("hold-sitting", sitting | {"present": ["p1"], "minutes_digest": "@minutes.txt"}).done()
    found = json.loads(sat("show", "body/nec", "--json").done())
    assert found[-1]["minutes_digest"] == "sha256:" + sha256(b"Present: three.\n").hexdigest()
    assert "@FILE: taken from a file" in " ".join(sat("record", "hold-sitting", "--help").done().split())


def test_shows_a_body_as_it_was_known(sat: Terminal) -> None:
    found = json.loads(sat("body", "nec", "--known-at", "6", "--json").done())
    assert [each["sitting"] for each in found["sittings"]] == ["may"]
    assert [each["person"] for each in found["members"]] == ["p2", "p1"]
    sat("body", "nec", "--known-at", "99").refused("bad-moment", 2)


def test_gives_programs_everything(sat: Terminal) -> None:
    found = json.loads(sat("body", "nec", "--json").done())
    assert (found["quorum"], found["seats"]) == (2, NEC["seats"])
    assert [(each["counted"], each["quorate"]) for each in found["sittings"]] == [(3, True), (1, False)]
    assert [(each["present"], each["carried"]) for each in found["decisions"]] == [(3, True), (2, False)]


def test_says_when_it_came_out_that_too_few_were_members(sat: Terminal) -> None:
    later = {"body": "nec", "reason": "ineligible", "effective": SEATED}
    carried_out(sat, [("unseat-member", later | {"person": name}) for name in ("p1", "p3")])
    text = fits(sat("body", "nec"))
    assert "Sitting may: p1 is recorded as present, and was no member by then\n" in text
    assert "may      2010-05-18 10:00        1       2  inquorate\n" in text
    flat = " ".join(text.split())
    assert "Decision d-1 of sitting may: inquorate as is known by now, 2 for, 1 against, 0 abstained" in flat


def test_a_record_with_bodies_and_interests_verifies(sat: Terminal) -> None:
    carried_out(sat, DECLARED)
    assert "nothing wrong was found" in sat("verify").done()


def test_lists_all_bodies(sat: Terminal) -> None:
    assert fits(sat("body", "--as-of", "2010-02-01")).splitlines()[2:] == [
        "nec   National Executive Committee  governing body       2  3 of 13",
        "1 shown (as it was at 2010-02-01T23:59:59Z)",
    ]
    assert [each["body"] for each in json.loads(sat("body", "--json").done())] == ["conference", "nec"]
    assert "not by name" in fits(sat("body"))
    assert "Nobody is seated by name\n\nNo sitting is on record\n" in fits(sat("body", "conference"))


def test_suggests_the_body_that_was_meant(sat: Terminal) -> None:
    assert "(nearest: nec)" in sat("body", "ncc").refused("unknown-body")


# Interests

FIRST: dict[str, Any] = {
    "person": "p1",
    "interest": "i1",
    "kind": "endorsement",
    "contest": "leader",
    "candidate": "abbott",
}
FIRST |= {"since": "2010-05-20T00:00:00Z"}
SECOND: dict[str, Any] = {
    "person": "officer-of-the-national-executive",
    "interest": "i1",
    "kind": "employment",
    "contest": "leader",
}
SECOND |= {"effective": "2010-01-01T00:00:00Z"}
THIRD = {"person": "p1", "interest": "i2", "kind": "nomination", "contest": "deputy", "candidate": "balls"}
DEFINE: list[tuple[str, Any]] = [*DEFINED]
DECLARED: list[tuple[str, dict[str, Any]]] = [
    *DEFINE,
    ("declare-interest", FIRST),
    ("declare-interest", SECOND),
    ("declare-interest", THIRD),
    ("withdraw-interest", {"person": "p1", "interest": "i1", "effective": "2010-09-01T00:00:00Z"}),
]


@pytest.fixture
def declared(at: Terminal) -> Terminal:
    at("init", "--unfounded").done()
    return carried_out(at, DECLARED)


def interests(at: Terminal, *words: str) -> list[tuple[str, str, str | None]]:
    found = json.loads(at("interests", *words, "--json").done())
    return [(each["person"], each["interest"], each["until"]) for each in found]


def test_lists_interests_those_that_ended_with_their_end(declared: Terminal) -> None:
    officer, ended = "officer-of-the-national-executive", "2010-09-01T00:00:00Z"
    assert interests(declared) == [(officer, "i1", None), ("p1", "i1", ended), ("p1", "i2", None)]
    assert interests(declared, "--person", "p1", "--contest", "leader") == [("p1", "i1", ended)]
    assert interests(declared, "--contest", "deputy") == [("p1", "i2", None)]


def test_lists_interests_as_they_were_and_as_they_were_known(declared: Terminal) -> None:
    officer = "officer-of-the-national-executive"
    assert interests(declared, "--as-of", "2010-05-19") == [(officer, "i1", None)]
    assert interests(declared, "--as-of", "2010-08-31") == [(officer, "i1", None), ("p1", "i1", None)]
    assert interests(declared, "--known-at", "3") == [("p1", "i1", None)]


def test_says_of_an_interest_that_its_contest_is_not_defined_yet(declared: Terminal) -> None:
    text = fits(declared("interests"))
    assert "Interest i2 of p1: contest deputy is not defined yet\n3 shown (now)\n" in text
    found = json.loads(declared("interests", "--json").done())
    assert [each["subject_known"] for each in found] == [True, True, False]
    deputy: dict[str, Any] = {**DEFINE[2][1], "contest": "deputy", "candidates": OTHERS}
    carried_out(declared, [("define-contest", deputy)])
    assert "Interest i2 of p1: contest deputy has no candidate balls (nearest: bills)\n" in fits(declared("interests"))


OTHERS = [{"id": "abbott", "name": "Abbott"}, {"id": "bills", "name": "Bills"}]


@pytest.mark.parametrize(
    ("words", "code", "meant"),
    [
        (("--person", "p"), "unknown-person", "p1"),
        (("--contest", "leaders"), "unknown-contest", "leader"),
    ],
)
def test_suggests_whom_or_which_contest_was_meant(
    declared: Terminal, words: tuple[str, str], code: str, meant: str
) -> None:
    assert f"(nearest: {meant})" in declared("interests", *words).refused(code)


def test_a_ledger_without_interests_lists_none(at: Terminal) -> None:
    at("init", "--unfounded").done()
    assert fits(at("interests")).endswith("0 shown (now)\n")
