"""Timetables, fees, grounds and deferrals told in sentences."""

from __future__ import annotations

from typing import Any

from scenario import CALL_ELECTION, but, given
from test_deferral import deferring
from test_fee import WINDOW
from test_ground import ADOPT, HASH
from test_timetable import SET, STEPS, VARY, step

from projections.story.story import story


def told(command: Any, *before: Any) -> tuple[str, ...]:
    """Tell the event that a command leads to."""
    (event,) = given(CALL_ELECTION, *before).when(command).events
    (only,) = story([(1, event)])
    return only.sentences


def test_tells_a_timetable_in_the_order_of_time_with_both_times() -> None:
    first, steps = told(but(SET, steps=STEPS[3::-1]))
    assert first.endswith("set the timetable of election labour of 4 steps.")
    assert steps == (
        "It says: nominations-open 24 May 2010 at 09:00:00 Europe/London (08:00:00 UTC); nominations-close of mps 27 "
        "May 2010 at 12:30:00 Europe/London (11:30:00 UTC); nominations-close 26 July 2010 at 12:00:00 Europe/London "
        "(11:00:00 UTC); dispatch 1 September 2010 at 00:00:00 Europe/London (31 August 2010 at 23:00:00 UTC)."
    )


def test_tells_a_move_with_why_and_what_it_rests_on() -> None:
    assert told(VARY, SET) == (
        "On 25 May 2010 at 12:00:00 UTC the returning-officer moved nominations-close of mps from 27 May 2010 at "
        "12:30:00 Europe/London (11:30:00 UTC) to 9 June 2010 at 12:30:00 Europe/London (11:30:00 UTC), in the "
        "timetable of election labour.",
        'Why: "more time for members of parliament".',
        "It rests on decision nec-1 of nec and clause sha256:777777777777... of the rule book.",
    )


def test_tells_a_first_date_and_when_it_was_published() -> None:
    later = but(
        VARY,
        step="count",
        category=None,
        local="2010-09-23T09:00:00",
        zone="UTC",
        clause=None,
        body=None,
        decision=None,
    )
    first, _, published = told(but(later, published="2010-05-26T12:00:00Z"), SET)
    assert "gave count its first date, 23 September 2010 at 09:00:00 UTC, in the timetable" in first
    assert published == "It was published on 26 May 2010 at 12:00:00 UTC."


def test_says_that_a_freeze_is_retrospective() -> None:
    late = "The freeze is retrospective: it was published later than it takes effect."
    frozen = but(SET, steps=(step("freeze", "2010-01-12T12:00:00"),))
    assert told(frozen)[-1] == late
    assert late in told(but(VARY, step="freeze", category=None, local="2010-01-12T12:00:00"), SET)
    assert late not in told(but(frozen, published="2010-01-12T12:00:00Z"))
    assert late not in told(SET)


def test_tells_fees_grounds_and_deferrals() -> None:
    assert told(WINDOW)[1:] == (
        'Lower fees: "under 27" 100.',
        "It may be paid from 18 July 2010 at 17:00:00 Europe/London (16:00:00 UTC) until 20 July 2010 at 17:00:00 "
        "Europe/London (16:00:00 UTC).",
    )
    harsh = but(ADOPT, appeal=None, no_appeal=HASH, cure_hours=None, bar_days=1826)
    assert told(harsh)[3:] == (
        "A fault on it cannot be put right.",
        "There is no appeal, by clause sha256:777777777777... of the rule book.",
        "Whoever is removed on it stays out for 1,826 days.",
    )
    assert told(ADOPT)[-1] == 'One may appeal to "the appeals panel".'
    first, words = told(deferring("fee", category="supporters"))
    assert first.endswith("said in public that fee of supporters is not decided in election labour.")
    assert words == 'In these words: "it waits for the printer".'
