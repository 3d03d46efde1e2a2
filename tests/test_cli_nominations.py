"""`pollbook nominations`: the scoreboard as a user sees it, from the opening to the ballot paper and the count."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from nominating import NOMINATION_RULE
from stores import LEDGER_ID
from terminal import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, PAPERS, Answer, Terminal

from ledger.event import Event
from ledger.storage.store import make_ledger, open_ledger
from projections.counting import count_contest, open_views
from projections.verify.nomination_streams import NOMINATION_KINDS

EARLY, IN_TIME, CLOSES = "2010-05-24T09:00:00Z", "2010-06-01T12:00:00Z", "2010-06-09T11:30:00Z"
CLOSED = "2010-07-26T11:00:00Z"
STEPS = [
    {"step": "nominations-close", "category": "mps", "local": "2010-06-09T12:30:00"},
    {"step": "nominations-close", "category": "clps", "local": "2010-07-26T12:00:00"},
]
RULE = NOMINATION_RULE.model_dump(mode="json", exclude_none=True) | {"acceptance": "not-required"}
AT = {"contest": "leader"}
SOURCE = {"as_of": "2010-05-18", "source": "PLP office"}
NAMES = {"abbott": "Diane Abbott", "balls": "Ed Balls"}
Commands = list[tuple[str, dict[str, Any]]]


def nominated(abbott: int = 33, balls: int = 34) -> Commands:
    """An election in which this many of 257 nominated each."""
    begun: Commands = [
        ("call-election", CALL_ELECTION),
        ("adopt-count-rule", ADOPT_RULE),
        (
            "set-timetable",
            {"election": "labour", "zone": "Europe/London", "steps": STEPS, "effective": "2010-05-20T12:00:00Z"},
        ),
        ("open-nominations", AT | {"election": "labour", "office": "Leader", "seats": 1, "rule": RULE} | _at(EARLY)),
        *(("name-nominee", AT | {"nominee": who, "name": name} | _at(EARLY)) for who, name in NAMES.items()),
        ("size-class", AT | {"nominator_class": "mps", "measure": "nominators", "size": 257} | SOURCE | _at(EARLY)),
    ]
    for number, who in enumerate(["abbott"] * abbott + ["balls"] * balls):
        nominator = {"nominator": f"mp-{number:03}"}
        begun.append(("register-nominator", {"election": "labour", "nominator_class": "mps"} | nominator | SOURCE))
        begun.append(("receive-nomination", AT | nominator | {"nominee": who} | _at(IN_TIME)))
    return begun


def _at(moment: str) -> dict[str, str]:
    return {"effective": moment}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def fits(answer: Answer) -> str:
    text = answer.done()
    assert max(map(len, text.splitlines())) <= 80
    return text


def counts(at: Terminal) -> dict[str, tuple[int, bool]]:
    """Nominations by MPs that stand, and whether valid, by nominee."""
    persons = json.loads(at("nominations", "leader", "--json").done())["persons"]
    return {each["nominee"]: (each["counts"]["mps"], each["valid"]) for each in persons}


def test_shows_what_each_has_of_what_is_needed(at: Terminal) -> None:
    text = fits(at.made(nominated())("nominations", "leader"))
    assert "Nominations for Leader (leader), now\nClosing of mps: 2010-06-09T11:30:00Z." in text
    assert "Diane Abbott   33     0  yes\n" in text
    assert "total          67     0  2\n" in text
    assert "Diane Abbott   33 of 33\nEd Balls       34 of 33\n" in text
    assert "plp: at least 1/8 (12.5%) of mps (257 at 2010-05-18, PLP office) (required).\n" in text


def test_one_less_before_the_close_and_she_is_not_validly_nominated(at: Terminal) -> None:
    withdraw = ("withdraw-nomination", AT | {"nominator": "mp-000"})
    at.made([*nominated(), ("withdraw-nomination", withdraw[1] | _at(CLOSES))])
    text = fits(at("nominations", "leader"))
    assert "Diane Abbott   32     0  no\n" in text
    assert "Diane Abbott   32 of 33, 1 short\n" in text
    assert "Diane Abbott is not validly nominated: does not meet the threshold (plp 32 of\n33).\n" in text
    at.record("withdraw-nomination", AT | {"nominator": "mp-001", "effective": "2010-06-09T11:30:01Z"}).refused(
        "nominations-closed"
    )
    assert "Diane Abbott   33     0  yes\n" in fits(at("nominations", "leader", "--as-of", "2010-06-08"))


def test_who_lost_the_right_before_the_close_is_dropped_with_the_reason_and_after_it_is_not(at: Terminal) -> None:
    ended = {"election": "labour", "nominator": "mp-000", "reason": "whip withdrawn"}
    at.made(nominated())
    at.record("end-entitlement", ended | {"nominator": "mp-033", "effective": "2010-06-09T11:30:01Z"}).done()
    assert counts(at) == {"abbott": (33, True), "balls": (34, True)}
    at.record("end-entitlement", ended | _at(CLOSES)).done()
    assert counts(at) == {"abbott": (32, False), "balls": (34, True)}
    text = fits(at("nominations", "leader"))
    assert "Fallen before the close: mp-000 for abbott" in text
    assert "whip withdrawn" in text
    listed = json.loads(at("nominations", "leader", "--list", "--nominee", "abbott", "--json").done())["list"]
    assert [line["nominator"] for line in listed if line["state"] == "dropped"] == ["mp-000"]


def test_lists_what_stands_behind_each_number(at: Terminal) -> None:
    late = {"nominator": "mp-late", "effective": "2010-06-09T11:30:01Z"}
    register = {"election": "labour", "nominator": "mp-late", "nominator_class": "mps", "name": "A. N. Other"} | SOURCE
    clp = {"election": "labour", "nominator": "clp-1", "nominator_class": "clps", "name": "Hackney North"} | SOURCE
    more: Commands = [
        ("register-nominator", register),
        ("receive-nomination", AT | {"nominee": "abbott"} | late),
        ("register-nominator", clp),
        ("receive-nomination", AT | {"nominee": "abbott", "nominator": "clp-1"} | _at(IN_TIME)),
    ]
    at.made([*nominated(2, 1), *more])
    text = fits(at("nominations", "leader"))
    assert "Received late: A. N. Other for abbott at 2010-06-09T11:30:01Z: closed\n2010-06-09T11:30:00Z.\n" in text
    assert "Irregular, awaiting a ruling: Hackney North for abbott at 2010-06-01T12:00:00Z:\nno facts of" in text
    assert fits(at("nominations", "leader", "--list")).endswith("5 nominations\n")
    assert re.search(r"Hackney North +clps +abbott +\S+ +irregular\n", fits(at("nominations", "leader", "--list")))
    assert fits(at("nominations", "leader", "--nominee", "abbott", "--class", "clps")).endswith("1 nomination\n")
    at("nominations", "leader", "--nominee", "abott").refused("unknown-id", 2)
    at("nominations", "leader", "--class", "clp").refused("unknown-id", 2)


def test_unknown_contests_get_the_nearest(at: Terminal) -> None:
    at.made(nominated(1, 0))
    assert "(nearest: leader)" in at("nominations", "leeder").refused("nominations-missing")
    assert "not opened yet" in at("nominations", "leader", "--known-at", "1").refused("nominations-missing")
    at("nominations", "leader", "--as-of", "2010-02-29").refused("bad-moment", 2)


def test_warns_of_names_that_deceive_the_eye(at: Terminal) -> None:
    at.made(nominated(1, 1))
    at.record("name-nominee", AT | {"nominee": "other", "name": "Di\u0430ne Abbott"}).done()
    text = " ".join(fits(at("nominations", "leader")).split())
    assert "Warning: the name 'Di\u0430ne Abbott' has letters of Cyrillic and Latin in one word" in text
    assert "looks like that of abbott" in text
    warned = json.loads(at("nominations", "leader", "--json").done())["warnings"]
    assert {each["nominee"] for each in warned} == {"other"}


def test_a_size_that_is_missing_or_too_small_is_said(at: Terminal) -> None:
    at.made([each for each in nominated(1, 1) if each[0] != "size-class"])
    assert "The size of mps in nominators is not on record: size-class." in fits(at("nominations", "leader"))
    assert json.loads(at("nominations", "leader", "--json").done())["persons"][0]["thresholds"][0]["met"] is None


def held(at: Terminal) -> Terminal:
    """Nominations closed and stated, the contest defined with the two nominated, its papers read."""
    at.made([*nominated(), ("close-nominations", AT | _at(CLOSED))])
    at("apply", at.write("statement.jsonl", at("nominations", "leader", "--statement").done()), "--as", "ro").done()
    candidates = [{"id": who, "name": name} for who, name in NAMES.items()]
    at.record("define-contest", DEFINE_CONTEST | {"candidates": candidates}).done()
    at.record("close-poll", CLOSE_POLL).done()
    at.write("papers.csv", "marks\nabbott\nabbott\nballs\n")
    at(*PAPERS).done()
    return at


def test_the_statement_it_prints_is_the_one_that_can_be_recorded(at: Terminal) -> None:
    held(at)
    text = fits(at("nominations", "leader"))
    assert "Statement of persons nominated published at" in text
    assert "changed since" not in text
    at("verify").done()
    at("rebuild").done()
    at("verify").done()
    for stream in ("nominations/leader", "nomination/leader/mp-000", "nominator/labour/mp-000"):
        fits(at("show", stream))
    late = {"election": "labour", "nominator": "mp-000", "reason": "whip withdrawn"}
    at.record("end-entitlement", late | _at(IN_TIME)).done()
    assert "The record has changed since" in fits(at("nominations", "leader"))


def test_nominations_never_enter_a_tally(at: Terminal) -> None:
    """A copy of the ledger without a single event of nominations counts the same."""
    held(at)
    copy = at.folder / "copy"
    with open_ledger(at.ledger) as ledger, make_ledger(copy, LEDGER_ID) as other:
        kept = list(_without_nominations(event for _, event in ledger.scan()))
        assert len(kept) < ledger.head().size - 130
        for event in kept:
            other.append([event])
        with closing(open_views(None)) as views, closing(open_views(copy)) as beside:
            one, two = count_contest(ledger, views, "leader"), count_contest(other, beside, "leader")
    assert one.table == two.table
    assert one.digest == two.digest
    assert one.table.elected == ("abbott",)


def _without_nominations(events: Iterator[Event]) -> Iterator[Event]:
    return (event for event in events if event.stream.partition("/")[0] not in NOMINATION_KINDS)


def test_no_module_of_the_count_knows_of_nominations() -> None:
    root = Path(__file__).parent.parent / "projections"
    modules = [
        *sorted((root / "count").glob("*.py")),
        root / "basis.py",
        root / "profile.py",
        root / "papers" / "ballot_account.py",
    ]
    assert len(modules) > 20
    for module in modules:
        assert not re.search(r"\bnominat", module.read_text("utf-8")), module


def test_a_rule_that_is_not_sound_and_a_day_that_is_none_are_said_in_one_line(at: Terminal) -> None:
    at.made(nominated(0, 0)[:3])
    share = RULE["thresholds"][0] | {"share": "2/16"}
    opened = AT | {"election": "labour", "office": "Leader", "seats": 1} | _at(EARLY)
    at.record("open-nominations", opened | {"rule": RULE | {"thresholds": [share]}}).refused("bad-field", 2)
    twice = RULE | {"thresholds": RULE["thresholds"] * 2}
    assert "plp stands twice" in at.record("open-nominations", opened | {"rule": twice}).refused("bad-field", 2)
    sized = AT | {"nominator_class": "mps", "measure": "nominators", "size": "257", "source": "PLP office"}
    for day in ("27 May 2010", "2010-02-29"):
        said = at.record("size-class", sized | {"as_of": day}).refused("bad-field", 2)
        assert "a day such as 2010-05-27" in said
    at.record("size-class", sized | {"as_of": "2012-02-29"}).refused("nominations-missing")


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        (
            {"kind": "shares"},
            "bad-field",
            'thresholds.1.kind: expected count or share or all or any, found "shares" (near',
        ),
        (
            {"kind": None},
            "missing-field",
            "thresholds.1.kind: expected count or share or all or any, found none. Give the kind.",
        ),
        ({"share": "12.5%"}, "bad-field", "thresholds.1.share: expected a fraction in lowest terms such as 1/3, found"),
        (
            {"shar": "1/8"},
            "unknown-field",
            "thresholds.1.shar: expected one of kind, id, nominator_class, share, bound, of,",
        ),
    ],
)
def test_a_threshold_that_is_none_is_said_by_kind_and_field(
    at: Terminal, changed: dict[str, Any], code: str, says: str
) -> None:
    rule = RULE | {"thresholds": [RULE["thresholds"][0] | changed]}
    opened = AT | {"election": "labour", "office": "Leader", "seats": 1, "rule": rule}
    assert f"field rule.{says}" in at.record("open-nominations", opened).refused(code, 2)
