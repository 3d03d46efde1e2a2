"""The register's totals against the events themselves: whatever is asked for, however pages are cut, at any moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from overseen import folded

from ledger.event import Event
from ledger.streams.appeal_events import AppealAttempted, AppealDetermined, AppealLodged, AppealOutcome
from ledger.streams.case_events import CaseOpened, CaseReopened, Detection
from ledger.streams.ruling_events import Finding, RulingCorrected, RulingMade, RulingNotified, RulingOutcome
from projections.moment import Moment
from projections.oversight.consistency import REVERSED, consistency_of
from projections.oversight.reading import read_oversight
from projections.oversight.register import Filter, filtered, totals_of

GROUNDS, PANELS, DAYS = ("abuse", "other-party"), ("panel-1", "panel-2", None), range(1, 29)
KEY, HASH = "a" * 32, "sha256:" + "5" * 64
DIGEST = "A" * 43
DECIDED = {"decided_by": "officer", "panel": None}


def of(stream: str, version: int, day: int) -> dict[str, Any]:
    moment = f"2010-08-{day:02}T12:00:00Z"
    return {"actor": "clerk", "blind": "A" * 22, "effective": moment, "recorded": "2010-09-01T12:00:00Z"} | {
        "stream": stream,
        "version": version,
    }


@st.composite
def records(draw: st.DrawFn) -> list[Event]:
    """Cases of one election, each opened, ruled on any number of times, told, appealed or tried to."""
    events: list[Event] = []
    rulings: dict[str, int] = {}
    told: set[tuple[str, int]] = set()
    appealed: dict[tuple[str, int], int] = {}  # and the day: what was not lodged yet is not determined
    decided: set[tuple[str, int]] = set()
    for _ in range(draw(st.integers(1, 30))):
        act = draw(st.sampled_from(("open", "rule", "rule", "tell", "appeal", "determine", "try", "correct", "reopen")))
        day = draw(st.sampled_from(DAYS))
        if act == "open" or not rulings:
            case = f"c{len(rulings)}"
            rulings[case] = 0
            events.append(opened(draw, case, day, len(events)))
            continue
        case = draw(st.sampled_from(sorted(rulings)))
        if act == "rule":
            rulings[case] += 1
            events.append(made(draw, case, rulings[case], day))
            continue
        key = (case, rulings[case])
        shared = {**of(f"case/{case}", 9, day), "case": case}
        if act == "reopen":
            events.append(CaseReopened(**shared, reason="new-evidence"))
        elif key[1] == 0:
            continue
        elif act == "tell" and key not in told:
            told.add(key)
            events.append(RulingNotified(**shared, channel="post", contains=(), ruling=key[1], text_digest=HASH))
        elif act == "correct":
            events.append(
                RulingCorrected(
                    **shared,
                    person="0" * 24,
                    reason="slip",
                    reasons=DIGEST,
                    reasons_key=KEY,
                    reasons_words=9,
                    ruling=key[1],
                )
            )
        elif act in ("appeal", "try") and key not in appealed:
            if act == "appeal":
                appealed[key] = day
            events.append(lodged(key, day, tried=act == "try"))
        elif act == "determine" and key in appealed.keys() - decided and appealed[key] <= day:
            decided.add(key)
            votes: dict[str, Any] = {"votes_for": 2, "votes_against": 0, "answers": (), "reasons_words": 9}
            outcome = draw(st.sampled_from(get_args(AppealOutcome)))
            whose: dict[str, Any] = {"case": case, "ruling": key[1], "person": "0" * 24, "reasons": DIGEST}
            events.append(AppealDetermined(**of(f"appeal/{case}/{key[1]}", 9, day), **votes, **whose, outcome=outcome))
    return events


def opened(draw: st.DrawFn, case: str, day: int, number: int) -> CaseOpened:
    return CaseOpened(
        **of(f"case/{case}", 1, day),
        case=case,
        detection=draw(st.sampled_from(get_args(Detection))),
        election=draw(st.sampled_from(("labour", "labour", "other"))),
        grounds=GROUNDS,
        person=f"{number:024}",
        referred_by="registrar",
        subject=f"person/{number:024}",
    )


def made(draw: st.DrawFn, case: str, number: int, day: int) -> RulingMade:
    panel = draw(st.sampled_from(PANELS))
    grounds = draw(st.lists(st.sampled_from(GROUNDS), min_size=1, max_size=2, unique=True))
    met: Any = draw(st.sampled_from(("met", "not-met")))
    return RulingMade(
        **of(f"case/{case}", number + 1, day),
        **({"decided_by": "panel", "panel": panel} if panel else DECIDED),
        abstained=0,
        case=case,
        effects=(),
        evidence=(),
        findings=tuple(Finding(conduct="2010-06-01T12:00:00Z", ground=each, met=met) for each in grounds),
        late_replies=0,
        outcome=draw(st.sampled_from(get_args(RulingOutcome))),
        papers="none",
        person="0" * 24,
        reasons=DIGEST,
        reasons_key=KEY,
        reasons_words=9,
        recused=(),
        replies=0,
        ruling=number,
        votes_against=0,
        votes_for=3,
    )


def lodged(key: tuple[str, int], day: int, *, tried: bool) -> Event:
    case, ruling = key
    fields: dict[str, Any] = {"by": "subject", "case": case, "election": "labour", "grounds": ("fact",)}
    fields |= {"person": "0" * 24, "ruling": ruling, "statement": DIGEST, **of(f"appeal/{case}/{ruling}", 1, day)}
    return AppealAttempted(**fields, no_appeal=HASH) if tried else AppealLodged(**fields)


def counted(events: Sequence[Event], wanted: Filter) -> Counter[tuple[str, str]]:
    """Count what the events say, slowly and plainly: rulings by what they decided, on which ground, by whom."""
    cases = {event.case: event for event in events if isinstance(event, CaseOpened) and event.election == "labour"}
    found: Counter[tuple[str, str]] = Counter()
    for event in events:
        if not isinstance(event, RulingMade) or event.case not in cases:
            continue
        grounds = {each.ground for each in event.findings}
        by, source = event.panel or event.decided_by, cases[event.case].detection
        outcomes = [
            each.outcome
            for each in events
            if isinstance(each, AppealDetermined) and (each.case, each.ruling) == (event.case, event.ruling)
        ]
        if wanted.ground and wanted.ground not in grounds:
            continue
        if (wanted.panel or by) != by or (wanted.source or source) != source:
            continue
        if (wanted.outcome or event.outcome) != event.outcome:
            continue
        if not (wanted.since <= event.effective <= (wanted.until or "9")):
            continue
        found["all", ""] += 1
        found["outcome", event.outcome] += 1
        found["by", by] += 1
        found["source", source] += 1
        for ground in grounds:
            found["ground", ground] += 1
        for outcome in outcomes:
            found["decided", by] += 1
            found["reversed", by] += outcome in REVERSED
    return +found


@given(events=records(), cut=st.integers(1, 8), data=st.data())
def test_totals_are_what_the_events_come_to(events: list[Event], cut: int, data: st.DataObject) -> None:
    day = data.draw(st.one_of(st.none(), st.sampled_from(DAYS)))
    moment = Moment(f"2010-08-{day:02}T23:59:59Z" if day else None, None, data.draw(st.integers(0, len(events))))
    past = list(moment.past(enumerate(events)))
    wanted = Filter(
        ground=data.draw(st.sampled_from(("", *GROUNDS))),
        panel=data.draw(st.sampled_from(("", "panel-1", "officer"))),
        source=data.draw(st.sampled_from(("", "press"))),
        outcome=data.draw(st.sampled_from(("", "refuse"))),
        since=data.draw(st.sampled_from(("", "2010-08-10T12:00:00Z"))),
        until=data.draw(st.sampled_from(("", "2010-08-20T12:00:00Z"))),
    )
    due = counted([event for _, event in past], wanted)
    database = folded(past, cut)
    if not database.execute("SELECT 1 FROM overseen_case WHERE election = 'labour'").fetchone():
        assert not due
        return
    rows = filtered(read_oversight(database, "labour").rulings, wanted)
    totals = totals_of(rows)
    found = Counter({("all", ""): totals.rulings})
    for name in ("outcome", "by", "source", "ground"):
        found.update({(name, value): count for value, count in totals.by[name].items()})
    for each in consistency_of(rows).by_decider[1:]:
        found["decided", each.name] += each.reversed.whole
        found["reversed", each.name] += each.reversed.part
    assert +found == due


@given(events=records(), cut=st.integers(1, 8))
def test_rows_are_the_same_however_pages_are_cut(events: list[Event], cut: int) -> None:
    numbered = list(enumerate(events))
    some, at_once = folded(numbered, cut), folded(numbered, max(len(numbered), 1))
    for (table,) in some.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        assert some.execute(f"SELECT * FROM {table}").fetchall() == at_once.execute(f"SELECT * FROM {table}").fetchall()
