"""The order in which a ruling is refused: one list, in the code, in the decision's help and on a page; and it holds."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from ruled import BEFORE, RULE
from scenario import but, given
from test_ruling import BREAKS

from docs.generate import CODE, raises_of
from ledger.decision import DECISIONS, Command
from ledger.rules import fairness
from ledger.streams import fair_panel, fair_ruling

ROOT = Path(__file__).parents[1]
LISTED = tuple(CODE.findall(raises_of(inspect.getdoc(DECISIONS["make-ruling"].decide) or "")))
YIELDED = re.compile(r'yield "([a-z-]+)"')
OF_PANELS = {*LISTED[LISTED.index("not-allocated") : LISTED.index("ground-not-of-the-case")]}


def test_one_order_in_code_help_and_page() -> None:
    page = (ROOT / "docs" / "explanation" / "rulings.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| `([a-z-]+)` \|", page, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    assert tuple(code for _, code in rows) == LISTED
    assert LISTED[-len(fairness.ORDER) :] == fairness.ORDER


def test_the_order_has_every_fault_that_is_looked_for() -> None:
    looked_for = {
        code for module in (fairness, fair_panel, fair_ruling) for code in YIELDED.findall(inspect.getsource(module))
    }
    assert looked_for == set(fairness.ORDER)


def broken_twice(one: str, other: str) -> str | None:
    """Break a ruling in two ways; give the code it is refused with, None where the two do not go together."""
    (_, change, changes), (_, more, besides) = BREAKS[one], BREAKS[other]
    alone = "decided_by" in {**changes, **besides}  # by an officer or a check: then no panel is asked about
    if changes.keys() & besides.keys() or (alone and {BREAKS[one][0], BREAKS[other][0]} & OF_PANELS):
        return None
    before: Sequence[Command] = more(change(BEFORE))
    fields: dict[str, Any] = {**changes, **besides}
    try:
        scene = given(*before)
    except AssertionError:  # what comes before cannot be so
        return None
    refused = scene.when(but(RULE, **fields)).refused
    return refused.code if refused else None


EARLY = "a ruling within the time to reply"
SAT_EARLY = "a panel that sat within the time to reply and rules after it"
UNDONE = {  # of these pairs the second makes the first good: who has replied is not waited for, and so on
    (EARLY, "a reply that nobody put to the panel"),
    (EARLY, "a late reply that is not said to be late"),
    (EARLY, "a reply that came after the panel had sat"),
    ("a reply to an older notice alone", "a notice served after the panel had sat"),
    ("a reply of a day before the notice", "a reply that nobody put to the panel"),
    ("evidence added after the panel had sat", "a case opened again for new evidence, without any"),
    (SAT_EARLY, "a reply that nobody put to the panel"),
    (SAT_EARLY, "a late reply that is not said to be late"),
    (SAT_EARLY, "a reply that came after the panel had sat"),
    ("evidence that was withdrawn", "no evidence"),
    ("a member unseated before the sitting, as was known later", EARLY),
}
NEAR, EVERY = 4, 6  # places in the order between two faults that are tried together, and of the others how many
GO = [pair for pair in combinations(BREAKS, 2) if not {pair, pair[::-1]} & UNDONE]
APART = [abs(LISTED.index(BREAKS[one][0]) - LISTED.index(BREAKS[other][0])) for one, other in GO]
PAIRS = [pair for at, (pair, apart) in enumerate(zip(GO, APART, strict=True)) if 0 < apart < NEAR or not at % EVERY]


def test_of_two_faults_the_first_in_the_order_is_told() -> None:
    told = 0
    for one, other in PAIRS:
        found = broken_twice(one, other)
        if found is not None:
            told += 1
            first = min(LISTED.index(BREAKS[name][0]) for name in (one, other))
            assert LISTED.index(found) <= first, (one, other, found)
    assert told > len(PAIRS) / 2


def test_the_first_is_told_whichever_ground_evidence_or_entry_it_is_about() -> None:
    more = but(RULE, evidence=("e1", "e9"), effects=({"number": 9, "action": "remove"},))
    assert given(*BEFORE).when(more).then_refused("unknown-evidence").found == "e9"
    unfit = ({"number": 9, "action": "none"}, {"number": 8, "action": "restore"})
    given(*BEFORE).when(but(RULE, effects=unfit)).then_refused("effect-unfit")
