"""Rulings folded into rows, with what was on record of their cases, panels and grounds as they were made."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from ledger.event import Event
from ledger.streams import ruling_events as of_ruling
from projections.oversight.written import change, local, put, row_of, utc


def _ruled(database: sqlite3.Connection, position: int, event: of_ruling.RulingMade) -> None:
    """Take in a ruling, with what was on record of its case, panel and grounds; it takes the place of those before."""
    case = row_of(database, "overseen_case", event.case)
    if not case:
        return  # as of a moment before the case was opened
    database.execute(
        "UPDATE overseen_ruling SET superseded_by = ? WHERE case_id = ? AND superseded_by IS NULL",
        (event.ruling, event.case),
    )
    same = ("decided_by", "panel", "sitting", "check_version", "reviewed_by", "votes_for", "votes_against", "abstained",
            "evidence", "replies", "late_replies", "interim_reason", "reasons_key", "reasons_words", "papers",
            "no_appeal", "outcome", "person", "recused")  # fmt: skip
    of_the_case = ("election", "subject", "detection", "referred_by", "about", "noticed", "reply_by")
    relied = [row_of(database, "overseen_evidence", event.case, each) for each in event.evidence]
    put(
        database,
        "overseen_ruling",
        case_id=event.case,
        ruling=event.ruling,
        position=position,
        ruled=event.effective,
        officer=event.actor,
        referred=case["opened"],
        classes=sorted({each["evidence_class"] for each in relied if each}),
        withdrawn=sum(bool(each.get("withdrawn")) for each in relied),
        removes=sum(each.action == "remove" for each in event.effects),
        restores=sum(each.action == "restore" for each in event.effects),
        appeal_to=event.appeal,
        corrected=0,
        **_sat(database, event, json.loads(case["recused"])),
        **{name: getattr(event, name) for name in same},
        **{name: case[name] for name in of_the_case},
    )
    for place, finding in enumerate(event.findings):
        version, clause = _version(database, case["election"], finding)
        found = {"ground": finding.ground, "met": finding.met, "conduct": finding.conduct}
        put(
            database,
            "overseen_finding",
            case_id=event.case,
            ruling=event.ruling,
            place=place,
            version=version,
            clause=finding.clause or clause,
            **found,
        )
    database.execute("UPDATE overseen_case SET rulings = rulings + 1 WHERE case_id = ?", (event.case,))


def _sat(database: sqlite3.Connection, event: of_ruling.RulingMade, recused: Sequence[str]) -> dict[str, Any]:
    """Say how many were present at a ruling's sitting, how many of them withdrew, and the quorum."""
    sitting = row_of(database, "overseen_sitting", event.panel, event.sitting)
    if not sitting:
        return {}
    present = json.loads(sitting["present"])
    withdrew = len({*event.recused, *recused} & {*present})
    attended = sitting["attended"]
    return {
        "present": len(present) if attended is None else attended,
        "withdrew": withdrew,
        "quorum": sitting["quorum"],
    }


def _version(database: sqlite3.Connection, election: str, finding: of_ruling.Finding) -> tuple[int | None, str | None]:
    """Give the version of a ground that was in force at the time of the conduct, and its clause; none if none was."""
    found = database.execute(
        "SELECT version, clause FROM overseen_ground WHERE election = ? AND ground = ? AND effective <= ? "
        "ORDER BY effective DESC, version DESC LIMIT 1",
        (election, finding.ground, finding.conduct),
    ).fetchone()
    return found or (None, None)


def _told(database: sqlite3.Connection, position: int, event: of_ruling.RulingNotified) -> None:
    ends = {"appeal_by": utc(event.appeal_by), "appeal_by_local": local(event.appeal_by)}
    key = (event.case, event.ruling)
    said = {"told": event.effective, "told_position": position, "channel": event.channel}
    change(database, "overseen_ruling", key, **said, **ends)


def _corrected(database: sqlite3.Connection, _: int, event: of_ruling.RulingCorrected) -> None:
    database.execute(
        "UPDATE overseen_ruling SET corrected = corrected + 1, corrected_at = ?, corrected_key = ?, "
        "corrected_words = ? "
        "WHERE case_id = ? AND ruling = ?",
        (event.effective, event.reasons_key, event.reasons_words, event.case, event.ruling),
    )


RULINGS: dict[type[Event], Callable[[sqlite3.Connection, int, Any], None]] = {
    of_ruling.RulingMade: _ruled,
    of_ruling.RulingNotified: _told,
    of_ruling.RulingCorrected: _corrected,
}
