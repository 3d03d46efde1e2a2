"""What reaches back over a freeze, by the words a user types; and that verify looks at it anew."""

from __future__ import annotations

import json

import pytest
from terminal import OPENED, Terminal
from test_cli_build_roll import BUILD, adopted, at

from ledger.decision import Outcome

__all__ = ["at"]  # a fixture

LAPSED = {"change": "lapsed", "on": "2012-01-01"}


@pytest.fixture
def frozen(at: Terminal) -> Terminal:
    adopted(at)
    at(*BUILD).done()
    at.record("freeze-roll", {"election": "labour"}).done()
    return at


def person(at: Terminal) -> str:
    events = json.loads(at("events", "--json", "--type", "entry-added.v1", *OPENED).done())
    key = events[0]["stream"].rpartition("/")[2]
    assert isinstance(key, str)
    return key


def found(at: Terminal) -> set[str]:
    answer = at("verify", "--json")
    assert answer.code == 3
    return {f"{each['check']}:{each['code']}" for each in json.loads(answer.out)["findings"]}


TERMS = [{"field": "change", "value": "lapsed"}, {"field": "on", "value": "2012-01-01"}]
AGREE = {"agreed": "change-membership", "terms": TERMS, "reason": "A letter lay unopened"}


def test_a_change_before_a_freeze_is_recorded_once_a_second_officer_agreed_to_it(frozen: Terminal) -> None:
    lapsed = {"person": person(frozen), **LAPSED}
    size = frozen.size()
    text = frozen.record("change-membership", lapsed).refused("backdated-over-freeze")
    for words in ("election labour", "change lapsed, on 2012-01-01", "agree-to-change"):
        assert words in text
    assert frozen.size() == size
    agree = [("agree-to-change", {"person": lapsed["person"], **AGREE})]
    frozen("apply", frozen.lines("agree.jsonl", agree), "--as", "general-secretary").done()
    frozen.record("change-membership", lapsed).done()
    text = " ".join(frozen("show", f"agreement/{lapsed['person']}", *OPENED).done().split())
    assert "agreed, as second officer, to change-membership" in text
    assert b"unopened" not in b"".join(path.read_bytes() for path in frozen.ledger.glob("ledger.db*"))
    assert "nothing wrong was found" in frozen("verify").done()


def test_a_clerical_change_of_a_frozen_roll_is_recorded_once_a_second_officer_agreed_to_it(frozen: Terminal) -> None:
    remove = {"election": "labour", "person": person(frozen), "number": 1, "cause": "clerical"}
    size = frozen.size()
    assert "agree-to-change" in frozen.record("remove-entry", remove).refused("clerical-alone")
    assert frozen.size() == size
    terms = [{"field": "cause", "value": "clerical"}, {"field": "number", "value": "1"}]
    agreed = {"election": "labour", "person": remove["person"], "agreed": "remove-entry", "terms": terms}
    agree = [("agree-to-change", {**agreed, "reason": "Counted twice on the card"})]
    frozen("apply", frozen.lines("agree.jsonl", agree), "--as", "general-secretary").done()
    frozen.record("remove-entry", remove).done()
    text = " ".join(frozen("show", f"agreement/{remove['person']}", *OPENED).done().split())
    assert f"to remove-entry of entry/labour/{remove['person']}, after the freeze" in text
    assert b"on the card" not in b"".join(path.read_bytes() for path in frozen.ledger.glob("ledger.db*"))
    assert "nothing wrong was found" in frozen("verify").done()


def test_verify_finds_a_clerical_change_of_a_frozen_roll_by_one_officer_alone(
    frozen: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.streams.entry_changes.require_second", lambda *_: None)
    remove = {"election": "labour", "person": person(frozen), "number": 1, "cause": "clerical"}
    frozen.record("remove-entry", remove).done()
    assert found(frozen) == {"E14:clerical-alone"}


def test_verify_finds_what_reaches_back_over_a_freeze(frozen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.streams.membership_change.require_agreed", lambda *_: None)
    frozen.record("change-membership", {"person": person(frozen), **LAPSED}).done()
    assert found(frozen) == {"E14:backdated-over-freeze"}


def test_verify_finds_a_freeze_that_is_not_listed(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    adopted(at)
    at(*BUILD).done()
    monkeypatch.setattr("ledger.streams.freeze.Outcome", lambda events, **more: Outcome(events[:-1], **more))
    at.record("freeze-roll", {"election": "labour"}).done()
    assert found(at) == {"E14:freeze-unlisted"}
