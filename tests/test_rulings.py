"""The register of rulings: a filter lets rows through, and totals are of those rows; like cases, and reversals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from overseen import RULING, ruling

from ledger.errors import UsageError
from projections.oversight.consistency import consistency_of
from projections.oversight.reading import Oversight
from projections.oversight.register import Filter, checked, filtered, hours_of, page_of, percent, totals_of
from projections.oversight.rows import Found, Place, RulingRow

CLAUSE, OTHER_CLAUSE = "sha256:" + "ab" * 32, "sha256:" + "abab12" + "0" * 58
UNDER = (Found("other-party", "met", "2010-06-01T12:00:00Z", 1, CLAUSE),)
ROWS = (
    ruling(1),
    ruling(2, "abuse", panel="panel-2", outcome="remove", ruled="2010-08-11T00:00:00Z"),
    ruling(3, decided_by="auto", panel=None, detection="match", outcome="admit", noticed=None),
    ruling(4, decided_by="officer", panel=None, detection="search", ruled="2010-08-10T23:59:59Z")._replace(found=UNDER),
)
ASKED: dict[str, tuple[Filter, Sequence[str]]] = {
    "all rulings": (Filter(), ("c1", "c2", "c3", "c4")),
    "on ground abuse": (Filter(ground="abuse"), ("c2",)),
    "by panel-1": (Filter(panel="panel-1"), ("c1",)),
    "by auto": (Filter(panel="auto"), ("c3",)),
    "by officer": (Filter(panel="officer"), ("c4",)),
    "under clause abab": (Filter(rule="abab"), ("c4",)),
    "found by match": (Filter(source="match"), ("c3",)),
    "with outcome remove": (Filter(outcome="remove"), ("c2",)),
    "made from 2010-08-10T23:59:59Z": (Filter(since="2010-08-10T23:59:59Z"), ("c2", "c4")),
    "made up to 2010-08-10T23:59:59Z": (Filter(until="2010-08-10T23:59:59Z"), ("c1", "c3", "c4")),
    "on ground other-party, by panel-2": (Filter(ground="other-party", panel="panel-2"), ()),
}


def overseen(*rows: RulingRow) -> Oversight:
    return Oversight("labour", (), rows, (), (), (), {})


@pytest.mark.parametrize("says", ASKED)
def test_a_filter_says_what_it_lets_through(says: str) -> None:
    wanted, cases = ASKED[says]
    assert wanted.says() == says
    rows = filtered(ROWS, wanted)
    assert tuple(row.case for row in rows) == cases
    totals = totals_of(rows)
    assert totals.rulings == len(cases)
    assert all(sum(counts.values()) == len(cases) for counts in totals.by.values())


def test_a_ruling_counts_under_each_ground_that_it_rests_on_and_once_in_all() -> None:
    second = Found("abuse", "met", "2010-06-01T12:00:00Z", 1, None)
    beside = Found("forged", "not-relied-on", "2010-06-01T12:00:00Z", 1, None)
    both = RULING._replace(found=(*RULING.found, second, beside))
    totals = totals_of([both])
    assert (totals.rulings, totals.by["ground"]) == (1, {"abuse": 1, "other-party": 1})
    assert RULING._replace(found=(second._replace(met="not-met"), beside)).grounds == ("abuse",)
    assert RULING._replace(found=(beside,)).grounds == ("forged",)


def test_totals_say_how_long_it_took_where_a_notice_was_served() -> None:
    assert hours_of(RULING) == 8 * 24 + 3
    assert totals_of(ROWS).hours == (195, 206, 207)
    assert totals_of(ROWS[2:3]).hours is None
    assert (percent(1, 3), percent(2, 3), percent(0, 0)) == ("33.3%", "66.7%", "-")


def test_pages_are_of_fifty_and_end() -> None:
    rows = [ruling(number) for number in range(101)]
    assert [len(page_of(rows, page)) for page in (1, 2, 3)] == [50, 50, 1]
    assert page_of([], 1) == []
    with pytest.raises(UsageError, match="no-such-page: --page 4: expected 1 to 3, found 4"):
        page_of(rows, 4)


UNKNOWN: dict[str, dict[str, Any]] = {
    r"unknown-ground: --ground: expected abuse, other-party, found 'abus' \(nearest: abuse\)": {"ground": "abus"},
    r"unknown-panel: --panel: .* found 'panel-3' \(nearest: panel-": {"panel": "panel-3"},
    r"unknown-source: --source: .* found 'pres' \(nearest: press\)": {"source": "pres"},
    r"unknown-outcome: --outcome: .* found 'removed' \(nearest: remove\)": {"outcome": "removed"},
    r"unknown-clause: --rule: .* found 'ffffff', which names 0 of them": {"rule": "ffffff"},
    r"unknown-clause: --rule: .* found 'sha256:abab', which names 1 of them": {"rule": "sha256:abab"},
}


@pytest.mark.parametrize("says", UNKNOWN)
def test_what_nobody_knows_is_refused_with_the_nearest(says: str) -> None:
    with pytest.raises(UsageError, match=says):
        checked(Filter(**UNKNOWN[says]), overseen(*ROWS))


def test_a_clause_is_named_by_its_beginning_if_no_other_begins_so() -> None:
    assert checked(Filter(rule=CLAUSE[:13]), overseen(*ROWS))
    two = ruling(5)._replace(found=(UNDER[0]._replace(clause=CLAUSE[:11] + OTHER_CLAUSE[11:]),))
    both = overseen(*ROWS, ruling(6)._replace(found=(UNDER[0]._replace(clause=CLAUSE[:19] + "0" * 52),)), two)
    with pytest.raises(UsageError, match="which names 2 of them"):
        checked(Filter(rule=CLAUSE[:19]), both)
    assert checked(Filter(rule=CLAUSE[:20]), both)


def test_a_matrix_counts_each_outcome_by_ground_and_by_who_decided() -> None:
    rows = (*(ruling(n) for n in range(3)), ruling(4, outcome="admit"), ruling(5, panel="panel-2"))
    found = consistency_of(rows)
    cells = {
        (cell.ground, cell.by): {outcome: (each.part, each.whole) for outcome, each in cell.outcomes}
        for cell in found.cells
    }
    assert cells == {
        ("other-party", "all"): {"refuse": (4, 5), "admit": (1, 5)},
        ("other-party", "panel-1"): {"refuse": (3, 4), "admit": (1, 4)},
        ("other-party", "panel-2"): {"refuse": (1, 1)},
    }
    assert [(cell.adverse.part, cell.adverse.whole) for cell in found.cells] == [(4, 5), (3, 4), (1, 1)]
    assert [(name, each.part, each.whole) for name, each in found.sources] == [("complaint", 4, 5)]


ALIKE: dict[str, tuple[dict[str, Any], int]] = {
    "decided otherwise": ({"outcome": "admit"}, 2),
    "only suspended": ({"outcome": "suspend"}, 2),
    "by another panel": ({"outcome": "admit", "panel": "panel-2"}, 2),
    "was on the roll and removed": ({"outcome": "remove"}, 0),
    "referred up, and so not decided": ({"outcome": "refer-up"}, 0),
    "on other evidence": ({"outcome": "admit", "classes": ("A", "B")}, 0),
    "of another category": ({"outcome": "admit", "place": Place("member")}, 0),
    "on another ground": ({"outcome": "admit", "ground": "abuse"}, 0),
    "replaced by another ruling": ({"outcome": "admit", "superseded_by": 2}, 0),
}


@pytest.mark.parametrize("how", ALIKE)
def test_like_cases_decided_differently_are_pairs(how: str) -> None:
    changes, pairs = ALIKE[how]
    unlike = consistency_of([ruling(1), ruling(2), ruling(3, **changes)]).unlike
    assert [each.pairs for each in unlike] == ([pairs] if pairs else [])
    if pairs:
        assert unlike[0].cases == 3
        assert unlike[0].decided["panel-1", "refuse"] == ("c1/1", "c2/1")


def test_reasons_are_the_same_on_more_than_twenty_cases_not_on_twenty() -> None:
    rows = [ruling(number) for number in range(20)]
    again = ruling(0, ruled="2010-09-01T12:00:00Z")._replace(ruling=2)
    assert consistency_of([*rows, again]).reasons == ()  # twice on one case is one case
    (found,) = consistency_of([*rows, again, ruling(21, "abuse", panel="panel-2")]).reasons
    assert (found.cases, found.words, found.by) == (21, 19, ("panel-1", "panel-2"))
    assert (found.grounds, found.last) == (("abuse", "other-party"), "2010-09-01T12:00:00Z")


@pytest.mark.parametrize(
    ("outcomes", "reversed_", "alarm"),
    [
        (["dismissed"] * 10, 0, True),
        (["allowed"] * 4 + ["varied"] * 3 + ["remitted"] * 3, 10, True),
        (["dismissed"] * 9, 0, False),
        (["dismissed"] * 9 + ["allowed"], 1, False),
        (["dismissed"] * 9 + [None], 0, False),
    ],
)
def test_an_alarm_is_nothing_or_everything_of_ten_decided_appeals(
    outcomes: list[str | None], reversed_: int, alarm: bool
) -> None:
    found = consistency_of([ruling(number, appeal=outcome) for number, outcome in enumerate(outcomes)])
    for each in (*found.by_ground, *found.by_decider):
        assert (each.reversed.part, each.reversed.whole) == (reversed_, sum(map(bool, outcomes)))
        assert each.alarm is alarm
    assert [each.name for each in found.by_decider] == ["all", "panel-1"]


def test_rulings_without_appeals_have_no_rate_of_reversal() -> None:
    assert consistency_of(ROWS).by_ground == ()
    assert consistency_of([]).cells == ()
