"""Rulings for tests of those who oversee them: a row that each test changes, and rows folded from events."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from ledger.event import Event
from projections.oversight.appeal_rows import AppealRow
from projections.oversight.folding import OversightProjection
from projections.oversight.rows import Found, RulingRow

RULING = RulingRow(
    case="c1",
    ruling=1,
    election="labour",
    person="0" * 24,
    subject=f"person/{'0' * 24}",
    position=7,
    ruled="2010-08-10T12:00:00Z",
    outcome="refuse",
    decided_by="panel",
    panel="panel-1",
    sitting="s1",
    officer="clerk",
    check_version=None,
    reviewed_by=None,
    present=4,
    withdrew=0,
    quorum=3,
    votes_for=3,
    votes_against=1,
    abstained=0,
    detection="complaint",
    referred_by="registrar",
    about="leader",
    referred="2010-08-01T12:00:00Z",
    noticed="2010-08-02T09:00:00Z",
    reply_by="2010-08-05T09:00:00Z",
    evidence=("e1",),
    classes=("A",),
    withdrawn=0,
    replies=0,
    late_replies=0,
    interim_reason=None,
    reasons_key="a" * 32,
    reasons_words=19,
    removes=0,
    restores=0,
    papers="none",
    appeal_to="the appeals board",
    no_appeal=None,
    told="2010-08-11T09:00:00Z",
    told_position=8,
    channel="post",
    appeal_by="2010-08-25T22:59:59Z",
    appeal_by_local="2010-08-25T23:59:59 Europe/London",
    corrected=0,
    corrected_at=None,
    corrected_key=None,
    corrected_words=None,
    superseded_by=None,
    found=(Found("other-party", "met", "2010-06-01T12:00:00Z", 1, None),),
)
APPEAL = AppealRow(
    case="c1",
    ruling=1,
    election="labour",
    person="0" * 24,
    manner="in-time",
    received="2010-08-20T12:00:00Z",
    by="subject",
    grounds=("fact",),
    attempts=0,
    position=9,
    leave=None,
    leave_at=None,
    reviewers=(),
    assigned=None,
    disclosed=None,
    heard=None,
    heard_as=None,
    determined=None,
    outcome=None,
    answers=(),
    votes_for=None,
    votes_against=None,
    withdrawn=None,
)


def ruling(case: int, ground: str = "other-party", **changes: Any) -> RulingRow:
    """A ruling on a case of a number, on one ground; `appeal` is the outcome of an appeal against it."""
    found = (RULING.found[0]._replace(ground=ground),)
    if "appeal" in changes:
        changes["appeal"] = APPEAL._replace(case=f"c{case}", outcome=changes["appeal"])
    return RULING._replace(case=f"c{case}", person=f"{case:024}", found=found, **changes)


def folded(events: Sequence[tuple[int, Event]], cut: int = 3) -> sqlite3.Connection:
    """Fold events some at a time."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    projection = OversightProjection()
    for table in projection.tables:
        database.execute(table)
    for start in range(0, len(events), cut):
        projection.fold(database, events[start : start + cut])
    return database
