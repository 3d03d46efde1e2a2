"""Cases folded into rows, with their evidence; and grounds, sittings and polls, of which rulings say more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from ledger.event import Event
from ledger.streams import case_events as of_case
from ledger.streams.body import SittingHeld
from ledger.streams.contest import ContestDefined, PollClosed
from ledger.streams.ground import GroundAdopted
from projections.oversight.written import change, local, put


def _opened(database: sqlite3.Connection, position: int, event: of_case.CaseOpened) -> None:
    names = ("election", "person", "subject", "grounds", "detection", "referred_by", "about", "conduct", "candidates")
    fields = {name: getattr(event, name) for name in names}
    lists: dict[str, Any] = {"recused": [], "incidents": []}
    counts = {"replies": 0, "rulings": 0}
    when = {"opened": event.effective, "position": position}
    put(database, "overseen_case", case_id=event.case, **fields, **lists, **counts, **when)


def _evidence_added(database: sqlite3.Connection, _: int, event: of_case.EvidenceAdded) -> None:
    kept = {"evidence_class": event.evidence_class, "disclosure": event.disclosure, "added": event.effective}
    fields = {"evidence": event.evidence, "given_by": event.given_by}
    put(database, "overseen_evidence", case_id=event.case, **fields, **kept)


def _evidence_withdrawn(database: sqlite3.Connection, _: int, event: of_case.EvidenceWithdrawn) -> None:
    """Take in that evidence was withdrawn: rulings that relied on it say so."""
    change(database, "overseen_evidence", (event.case, event.evidence), withdrawn=event.effective)
    database.execute(
        "UPDATE overseen_ruling SET withdrawn = withdrawn + 1 WHERE case_id = ? "
        "AND EXISTS (SELECT 1 FROM json_each(evidence) WHERE value = ?)",
        (event.case, event.evidence),
    )


def _case_noticed(database: sqlite3.Connection, _: int, event: of_case.CaseNoticeServed) -> None:
    ends = {"reply_by": event.reply_by.utc, "reply_by_local": local(event.reply_by)}
    change(database, "overseen_case", (event.case,), noticed=event.effective, **ends)


def _replied(database: sqlite3.Connection, _: int, event: of_case.ReplyReceived) -> None:
    database.execute(
        "UPDATE overseen_case SET replies = replies + 1, replied = ? WHERE case_id = ?", (event.effective, event.case)
    )


def _held(database: sqlite3.Connection, _: int, event: of_case.InterimMeasureTaken) -> None:
    change(database, "overseen_case", (event.case,), interim=event.measure, interim_until=event.until)


def _lifted(database: sqlite3.Connection, _: int, event: of_case.InterimMeasureLifted) -> None:
    change(database, "overseen_case", (event.case,), interim=None, interim_until=None)


def _allocated(database: sqlite3.Connection, _: int, event: of_case.CaseAllocated) -> None:
    change(database, "overseen_case", (event.case,), panel=event.panel, method=event.method, allocated=event.effective)


def _recused(database: sqlite3.Connection, _: int, event: of_case.MemberRecused) -> None:
    _append(database, event.case, "recused", event.member)


def _linked(database: sqlite3.Connection, _: int, event: of_case.CaseLinked) -> None:
    _append(database, event.case, "incidents", event.incident)


def _append(database: sqlite3.Connection, case: str, column: str, value: str) -> None:
    database.execute(
        f"UPDATE overseen_case SET {column} = json_insert({column}, '$[#]', ?) WHERE case_id = ?", (value, case)
    )


def _closed(database: sqlite3.Connection, _: int, event: of_case.CaseClosed) -> None:
    change(database, "overseen_case", (event.case,), closed=event.effective, closed_as=event.reason)


def _reopened(database: sqlite3.Connection, _: int, event: of_case.CaseReopened) -> None:
    again = {"reopened": event.effective, "reopened_for": event.reason}
    change(database, "overseen_case", (event.case,), closed=None, closed_as=None, **again)


def _adopted(database: sqlite3.Connection, position: int, event: GroundAdopted) -> None:
    which = "SELECT count(*) FROM overseen_ground WHERE election = ? AND ground = ?"
    (before,) = database.execute(which, (event.election, event.ground)).fetchone()
    same = ("election", "ground", "title", "decided_by", "effective", "published", "clause", "no_appeal")
    fields = {name: getattr(event, name) for name in same} | {"standard": event.evidence}
    put(database, "overseen_ground", **fields, version=before + 1, appeal_to=event.appeal, position=position)


def _sitting(database: sqlite3.Connection, position: int, event: SittingHeld) -> None:
    fields = {name: getattr(event, name) for name in ("body", "sitting", "start", "end", "present", "attended")}
    put(database, "overseen_sitting", **fields, quorum=event.quorum_needed, position=position)


def _defined(database: sqlite3.Connection, _: int, event: ContestDefined) -> None:
    put(database, "overseen_poll", contest=event.contest, election=event.election)


def _poll_closed(database: sqlite3.Connection, _: int, event: PollClosed) -> None:
    change(database, "overseen_poll", (event.contest,), closed=event.effective)


CASES: dict[type[Event], Callable[[sqlite3.Connection, int, Any], None]] = {
    of_case.CaseOpened: _opened,
    of_case.EvidenceAdded: _evidence_added,
    of_case.EvidenceWithdrawn: _evidence_withdrawn,
    of_case.CaseNoticeServed: _case_noticed,
    of_case.ReplyReceived: _replied,
    of_case.InterimMeasureTaken: _held,
    of_case.InterimMeasureLifted: _lifted,
    of_case.CaseAllocated: _allocated,
    of_case.MemberRecused: _recused,
    of_case.CaseLinked: _linked,
    of_case.CaseClosed: _closed,
    of_case.CaseReopened: _reopened,
    GroundAdopted: _adopted,
    SittingHeld: _sitting,
    ContestDefined: _defined,
    PollClosed: _poll_closed,
}
