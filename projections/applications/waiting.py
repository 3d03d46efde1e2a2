"""The cases about applications as rows of their own: an application waits for the ruling as long as one holds it."""

from __future__ import annotations

import sqlite3

from ledger.event import Event
from ledger.streams.application import PREFIX
from ledger.streams.case_events import CaseClosed, CaseOpened, CaseReopened
from ledger.streams.ruling_events import RulingMade, RulingNotified

CASES = (
    "CREATE TABLE IF NOT EXISTS application_case (case_id TEXT PRIMARY KEY, person TEXT NOT NULL, "
    "election TEXT NOT NULL, ruling INTEGER NOT NULL, holds INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS application_case_person ON application_case (person)",
)
Step = CaseClosed | CaseReopened | RulingMade | RulingNotified
SET: dict[type[Event], str] = {  # what a step of a case does to its row, by the number of the ruling
    CaseClosed: "holds = 0",
    CaseReopened: "holds = 1, ruling = 0",
    RulingMade: "ruling = :ruling",
    RulingNotified: "holds = holds AND ruling <> :ruling",  # one made before it was opened again ends nothing
}


def fold_case(database: sqlite3.Connection, event: Event) -> list[str]:
    """Take a step of a case in; give the key of the application that it is about, if it is about one."""
    if isinstance(event, CaseOpened):
        person = event.subject.removeprefix(PREFIX)
        if person == event.subject:
            return []
        database.execute("INSERT INTO application_case VALUES (?,?,?,0,1)", (event.case, person, event.election))
        return [person]
    if not isinstance(event, Step):
        return []
    ruling = event.ruling if isinstance(event, RulingMade | RulingNotified) else 0
    text = f"UPDATE application_case SET {SET[type(event)]} WHERE case_id = :case RETURNING person"
    return [person for (person,) in database.execute(text, {"case": event.case, "ruling": ruling}).fetchall()]
