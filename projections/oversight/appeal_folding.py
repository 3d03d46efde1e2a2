"""Appeals folded into rows: each event changes the row of its own appeal, or of a remedy of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from ledger.event import Event
from ledger.streams import appeal_events as of_appeal
from projections.oversight.written import change, local, put, row_of, utc

Received = of_appeal.AppealLodged | of_appeal.AppealReceivedLate | of_appeal.AppealAttempted
MANNERS: dict[type[Event], str] = {
    of_appeal.AppealLodged: "in-time",
    of_appeal.AppealReceivedLate: "late",
    of_appeal.AppealAttempted: "attempt",
}


def _received(database: sqlite3.Connection, position: int, event: Received) -> None:
    """Take in that an appeal came; of several attempts where none lies, the last is kept, and how many there were."""
    before = row_of(database, "overseen_appeal", event.case, event.ruling)
    attempts = before.get("attempts", 0) + isinstance(event, of_appeal.AppealAttempted)
    fields = {name: getattr(event, name) for name in ("ruling", "election", "person", "by", "grounds")}
    came = {"manner": MANNERS[type(event)], "received": event.effective, "position": position, "attempts": attempts}
    put(database, "overseen_appeal", case_id=event.case, **fields, **came, reviewers=[], answers=[])


def _of_appeal(database: sqlite3.Connection, event: Any, **values: Any) -> None:
    change(database, "overseen_appeal", (event.case, event.ruling), **values)


def _let_in(database: sqlite3.Connection, _: int, event: of_appeal.LeaveGranted | of_appeal.LeaveRefused) -> None:
    granted = isinstance(event, of_appeal.LeaveGranted)
    _of_appeal(database, event, leave="granted" if granted else "refused", leave_at=event.effective)


def _assigned(database: sqlite3.Connection, _: int, event: of_appeal.ReviewersAssigned) -> None:
    _of_appeal(database, event, reviewers=event.reviewers, assigned=event.effective)


def _disclosed(database: sqlite3.Connection, _: int, event: of_appeal.EvidencePackDisclosed) -> None:
    _of_appeal(database, event, disclosed=event.effective)


def _heard(database: sqlite3.Connection, _: int, event: of_appeal.HearingHeld) -> None:
    _of_appeal(database, event, heard=event.effective, heard_as=event.manner)


def _determined(database: sqlite3.Connection, _: int, event: of_appeal.AppealDetermined) -> None:
    votes = {"votes_for": event.votes_for, "votes_against": event.votes_against}
    answers = [[each.ground, each.upheld] for each in event.answers]
    _of_appeal(database, event, determined=event.effective, outcome=event.outcome, answers=answers, **votes)


def _appeal_withdrawn(database: sqlite3.Connection, _: int, event: of_appeal.AppealWithdrawn) -> None:
    _of_appeal(database, event, withdrawn=event.effective)


def _ordered(database: sqlite3.Connection, _: int, event: of_appeal.RemedyOrdered) -> None:
    same = {name: getattr(event, name) for name in ("ruling", "number", "remedy", "contest", "entry", "reason")}
    due = {"due": utc(event.due), "due_local": local(event.due)}
    put(database, "overseen_remedy", case_id=event.case, ordered=event.effective, **same, **due)


def _done(database: sqlite3.Connection, _: int, event: of_appeal.RemedyDone) -> None:
    key = (event.case, event.ruling, event.number)
    change(database, "overseen_remedy", key, done=event.effective, proof=event.proof)


APPEALS: dict[type[Event], Callable[[sqlite3.Connection, int, Any], None]] = {
    of_appeal.AppealLodged: _received,
    of_appeal.AppealReceivedLate: _received,
    of_appeal.AppealAttempted: _received,
    of_appeal.LeaveGranted: _let_in,
    of_appeal.LeaveRefused: _let_in,
    of_appeal.ReviewersAssigned: _assigned,
    of_appeal.EvidencePackDisclosed: _disclosed,
    of_appeal.HearingHeld: _heard,
    of_appeal.AppealDetermined: _determined,
    of_appeal.AppealWithdrawn: _appeal_withdrawn,
    of_appeal.RemedyOrdered: _ordered,
    of_appeal.RemedyDone: _done,
}
