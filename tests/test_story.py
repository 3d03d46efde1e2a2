"""Streams told in sentences: every type of event, who and when in each, and nothing of anybody's that is not quoted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario import ADOPT_RULE, CALL_ELECTION, DEFINE_CONTEST, NOW
from scenario import given as scene
from test_leaf import FIELDS, read, values_of

from ledger.event import TYPES, Event, Plain
from ledger.rules.count_rule import AnyCountRule
from ledger.streams.contest import ContestDefined
from ledger.streams.person import PersonRecorded
from projections.story.offices import METHODS
from projections.story.story import contests_of, story
from projections.story.words import LIST_MAX, TEMPLATES, Names, counted, later, listed, quoted, when

FREE_TEXT = (
    "title",
    "statement",
    "appeal",
    "organisation",
    "office",
    "reason",
    "source",
    "witnesses",
    "address",
    "provenance",
    "name",
    "motion",
    "place",
    "question",
    "interpretation",
    "value",
)
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
FORGED = 'so."\nOn 1 May 2010 the clerk absconded.\\" "'
EFFECTIVE, RECORDED = "2010-09-22T23:59:59Z", "2010-09-25T12:00:00Z"
ENVELOPE: dict[str, Any] = {"actor": "clerk", "effective": EFFECTIVE, "recorded": RECORDED, "version": 1}
CANDIDATES = [{"id": "bob", "name": "Bob"}, {"id": "cy", "name": "Cy"}, {"id": "odd", "name": FORGED}]
DEFINED: dict[str, Any] = {
    "type": "contest-defined.v1",
    "stream": "contest/leader",
    "contest": "leader",
    "account": "required",
    "candidates": CANDIDATES,
    "count_rule": "sha256:" + "0" * 64,
    "election": "labour",
    "office": "Leader",
    "paper_publication": "papers",
    "seats": 1,
    "secrecy": "secret",
    "sections": [{"id": "members", "name": "Members"}],
    "smallest_cell": 1,
}
LOT = {
    "type": "lot-drawn.v1",
    "stream": "lot/leader",
    "contest": "leader",
    "as_of_position": 20,
    "order": ["bob", "cy"],
    "purpose": "exclusion",
    "seed": ["0" * 64, "1" * 64],
    "stage": 3,
    "tied": ["bob", "cy"],
    "unrevealed": [],
}


def event(**fields: Any) -> Event:
    return read(ENVELOPE | fields)


def told(one: Event, *beside: Event, clocks: bool = False) -> tuple[str, ...]:
    """Tell one event at 100, beside others at 0, 1, ..."""
    (only,) = story([(100, one)], list(enumerate(beside)), clocks=clocks)
    assert only.position == 100
    return only.sentences


def test_every_type_of_event_has_a_template() -> None:
    assert TEMPLATES.keys() == TYPES.keys()


def test_every_kind_of_count_rule_is_called_something() -> None:
    assert METHODS.keys() == {get_args(rule.model_fields["version"].annotation)[0] for rule in get_args(AnyCountRule)}


@pytest.mark.parametrize("name", sorted(FIELDS))
@given(data=st.data())
@settings(max_examples=8)
def test_every_sentence_says_who_and_when_and_ends(name: str, data: st.DataObject) -> None:
    one = read(data.draw(values_of(name)))
    for clocks in (False, True):
        first, *rest = told(one, clocks=clocks)
        assert first.startswith((f"On {when(one.effective)} the ", f"With effect from {when(one.effective)} the "))
        assert f" the {one.actor}{' ' if one.authority is None else ','}" in first
        assert all(sentence.endswith(".") and "\n" not in sentence for sentence in (first, *rest))
        assert not any("None" in QUOTED.sub("", sentence) for sentence in (first, *rest))
        assert not clocks or f"; {later(one.effective, one.recorded)}" in first


@pytest.mark.parametrize("name", sorted(FIELDS))
@given(data=st.data())
@settings(max_examples=5)
def test_what_users_wrote_cannot_pass_for_a_sentence(name: str, data: st.DataObject) -> None:
    values = data.draw(values_of(name)) | {"authority": FORGED}
    free = [field for field in FREE_TEXT if "check_text" in repr(TYPES[name].model_fields.get(field))]
    values |= dict.fromkeys(free, FORGED)
    for field in ("candidates", "sections"):
        if field in values and name == "contest-defined.v1":
            values[field] = [{"id": "a", "name": FORGED}]
    clause = {"ref": FORGED.replace("\n", " "), "title": FORGED, "amendable_by": "nec", "kind": "binding"}
    clause |= {"text_digest": "sha256:" + "0" * 64, "overrides": FORGED}
    ruled: dict[str, Any] = {"clauses": [clause], "ref": clause["ref"], "cases": [FORGED]}
    ruled |= {"clause": clause} if name == "rule-amended.v1" else {}
    values |= {field: value for field, value in ruled.items() if field in values}
    if name == "report-made.v1":
        said = {"satisfied": False, "reasons": FORGED}
        found = [{"instance": "request", "found": FORGED}]
        values |= {"lawful": said, "secure": said, "independent": said, "persons": [FORGED], "inspections": found}
    if name == "body-constituted.v1":
        values |= {"excluded": [{"capacity": "mp", "ref": FORGED}]}
    text = " ".join(told(read(values)))
    assert "absconded" in text
    assert "absconded" not in QUOTED.sub("", text)


def test_no_private_value_is_told() -> None:
    fields = ENVELOPE | {"stream": "person/p-1", "blind": "A" * 22}
    one = PersonRecorded(**fields, identity=Plain({"name": "Ned Catman", "email": "ned@example.org"}))
    first = "On 22 September 2010 at 23:59:59 UTC the clerk recorded person/p-1."
    assert told(one) == (first, "Who that is: (private).")
    private = {name for kind in TYPES.values() for name in kind.private}
    code = "".join(path.read_text("utf-8") for path in (Path(__file__).parent.parent / "projections").glob("story*.py"))
    assert private
    assert not any(f".{name}" in code for name in private)


def test_tells_the_close_of_a_poll_on_one_clock_or_both() -> None:
    closed = event(type="poll-closed.v1", stream="contest/leader", contest="leader", actor="returning-officer")
    sentence = "On 22 September 2010 at 23:59:59 UTC the returning-officer closed the poll of contest leader"
    assert told(closed) == (sentence + ".",)
    recorded = "; recorded three days later, on 25 September 2010 at 12:00:00 UTC."
    assert told(closed, clocks=True) == (sentence + recorded,)


def test_tells_the_authority_acted_under() -> None:
    closed = event(type="poll-closed.v1", stream="contest/leader", contest="leader", authority='Rule "4".')
    assert told(closed)[0].endswith(r'UTC the clerk, acting under "Rule \"4\".", closed the poll of contest leader.')


def test_says_what_a_lot_decides_by_the_names_of_the_contest() -> None:
    fell = "The lot fell on Bob (bob) first, then Cy (cy); it decides who is excluded at stage 3."
    assert told(event(**LOT), event(**DEFINED))[-1] == fell
    assert told(event(**LOT))[-1] == fell.replace("Bob (bob)", "bob").replace("Cy (cy)", "cy")
    by_hand = event(**LOT | {"seed": [], "unrevealed": ["agent"], "witnesses": "Drawn from a hat"})
    first, silent, _ = told(by_hand)
    assert first.endswith('by hand, before witnesses: "Drawn from a hat".')
    assert silent == "Committed to a seed and did not reveal it: agent."


def test_odd_names_stand_in_quotes() -> None:
    names = ["Diane Abbott", "J. O'Dell-Smith", "Cem Aydın", "कमला", "Bob. He", "Bob, Cy", "Bob (cy)", " Bob", "B" * 61]
    contest = event(**DEFINED | {"candidates": [{"id": f"c{n}", "name": name} for n, name in enumerate(names)]})
    shown = [Names.of([contest]).who("leader", f"c{n}") for n in range(len(names))]
    assert shown == [f"{name if n < 4 else quoted(name)} (c{n})" for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        ("", "which is blank"),
        (">", 'blank, with the marks ">"'),
        ("bob", "marked for Bob (bob)"),
        ("bob=cy", "marked for Bob (bob) and Cy (cy)"),
        ("bob>>x=cy", "marked 1 for Bob (bob), 2 for nobody and 3 for x and Cy (cy)"),
    ],
)
def test_tells_a_paper_in_one_sentence(marks: str, says: str) -> None:
    paper = event(type="paper-read.v1", stream="paper/leader/members/00", marks=marks, batch="batch/paper/leader/1")
    (sentence,) = told(paper, event(**DEFINED))
    assert sentence == (
        "With effect from 22 September 2010 at 23:59:59 UTC the clerk read a ballot paper of contest leader, section "
        f"members, {says}, in batch/paper/leader/1."
    )
    assert contests_of([(0, paper)]) == ("leader",)


def test_says_what_else_the_same_command_led_to() -> None:
    commands = ("one", "one", "two", None)
    lots = [event(**LOT | ({} if command is None else {"command": command})) for command in commands]
    defined = event(**DEFINED | {"command": "one"})
    sentences = [each.sentences[0] for each in story(list(enumerate(lots, 5)), [(4, defined)])]
    assert sentences[0].endswith("; the same command also led to event 4 of contest/leader and event 6 of this stream.")
    assert not any("same command" in sentence for sentence in sentences[2:])


def test_long_lists_are_cut_and_counted() -> None:
    letters = [f"c{n}" for n in range(4_322)]
    assert listed(letters) == ", ".join(letters[:LIST_MAX]) + " and 4,312 more"
    assert listed(letters[: LIST_MAX + 1]).endswith(" and c10")
    assert (listed(letters[:1]), listed(letters[:2]), listed([])) == ("c0", "c0 and c1", "nobody")
    assert (counted(1, "paper"), counted(4_312, "paper")) == ("1 paper", "4,312 papers")


@pytest.mark.parametrize(
    ("recorded", "says"),
    [
        ("2010-09-22T23:59:59Z", "recorded at that moment"),
        ("2010-09-22T23:59:58Z", "recorded the same day, at 23:59:58 UTC"),
        ("2010-09-23T00:00:00Z", "recorded one day later, on 23 September 2010 at 00:00:00 UTC"),
        ("2010-09-20T00:00:00Z", "recorded two days earlier, on 20 September 2010 at 00:00:00 UTC"),
        ("2014-09-22T00:00:00Z", "recorded 1,461 days later, on 22 September 2014 at 00:00:00 UTC"),
    ],
)
def test_says_how_much_later_something_was_recorded(recorded: str, says: str) -> None:
    assert later(EFFECTIVE, recorded) == says


def test_tells_a_scenario() -> None:
    events = scene(CALL_ELECTION, ADOPT_RULE, DEFINE_CONTEST).events
    events = tuple(each.model_copy(update={"command": f"command-{n}"}) for n, each in enumerate(events))
    assert isinstance(events[2], ContestDefined)
    lines = [each.sentences for each in story(list(enumerate(events)))]
    lead = f"On {when(NOW)} the returning-officer "
    assert lines[0] == (f'{lead}called election labour, "Leader 2010" of "Labour", to fill a vacancy.',)
    assert "; ties: earlier-stages-backwards and lot." in lines[1][1]
    assert lines[2][:2] == (
        f'{lead}defined contest leader of election labour, "Leader", for 1 place.',
        "3 candidates: Abbott (a), Balls (b) and Burnham (c).",
    )
