"""The ballot profile: how many papers of a contest and section bear which marks, of closed batches only."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.streams.batch import BatchClosed, BatchOpened, BatchWithdrawn
from ledger.streams.paper import PaperRead

OPEN, CLOSED, WITHDRAWN = 0, 1, 2  # states of a batch


@dataclass(frozen=True, slots=True)
class BallotProfile:
    """The papers of a contest, grouped.

    Attributes:
        papers: section -> marks -> number of papers.
        provenance: what the batches say of where their papers come from; empty for real papers.
        open_batches: batch streams opened and not yet closed; their papers are not in here.
    """

    papers: dict[str, dict[str, int]]
    provenance: tuple[str, ...]
    open_batches: tuple[str, ...]


class ProfileProjection:
    """Folds papers into counts by batch; a batch shows once it is closed, and no longer once it is withdrawn."""

    tables: Sequence[str] = (
        "CREATE TABLE IF NOT EXISTS batch (stream TEXT PRIMARY KEY, contest TEXT NOT NULL, section TEXT NOT NULL, "
        "provenance TEXT, contents TEXT NOT NULL, closed INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS profile (batch TEXT NOT NULL, marks TEXT NOT NULL, papers INTEGER NOT NULL, "
        "PRIMARY KEY (batch, marks)) WITHOUT ROWID",
    )

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        papers: Counter[tuple[str, str]] = Counter()
        closed = dict(database.execute("SELECT stream, closed FROM batch"))
        for position, event in page:
            if isinstance(event, PaperRead):
                state = closed.get(event.batch, CLOSED)
                if state == CLOSED:
                    raise _out_of_batch(position, event, "a paper of a batch that is open")
                if state == OPEN:  # what comes in for one withdrawn meanwhile is left lying
                    papers[str(event.batch), event.marks] += 1
                continue
            match event:
                case BatchOpened():
                    if event.stream in closed:
                        raise _out_of_batch(position, event, "a batch opened once")
                    closed[event.stream] = OPEN
                    row = (event.stream, event.contest, event.section, event.provenance, event.contents)
                    database.execute("INSERT INTO batch VALUES (?,?,?,?,?,0)", row)
                case BatchClosed():
                    if closed.get(event.stream, CLOSED):
                        raise _out_of_batch(position, event, "a batch that is open")
                    closed[event.stream] = CLOSED
                    self._add(database, papers)
                    self._close(database, position, event)
                case BatchWithdrawn():
                    if closed.get(event.stream, WITHDRAWN) == WITHDRAWN:
                        raise _out_of_batch(position, event, "a batch that was opened and not withdrawn")
                    closed[event.stream] = WITHDRAWN
                    database.execute("UPDATE batch SET closed = ? WHERE stream = ?", (WITHDRAWN, event.stream))
        self._add(database, papers)

    @staticmethod
    def _add(database: sqlite3.Connection, papers: Counter[tuple[str, str]]) -> None:
        database.executemany(
            "INSERT INTO profile VALUES (?,?,?) ON CONFLICT DO UPDATE SET papers = papers + excluded.papers",
            [(batch, marks, count) for (batch, marks), count in papers.items()],
        )
        papers.clear()

    @staticmethod
    def _close(database: sqlite3.Connection, position: int, event: BatchClosed) -> None:
        found = database.execute(
            "SELECT coalesce(sum(papers), 0) FROM profile WHERE batch = ?", (event.stream,)
        ).fetchone()[0]
        if found != event.count:
            raise EvidenceError(
                "batch-incomplete",
                f"event {position} of {event.stream}",
                expected=f"{event.count} papers",
                found=found,
                position=position,
            )
        database.execute("UPDATE batch SET closed = ? WHERE stream = ?", (CLOSED, event.stream))


def _out_of_batch(position: int, event: Event, expected: str) -> EvidenceError:
    return EvidenceError(
        "out-of-batch",
        f"event {position} of {event.stream}",
        expected=expected,
        found=f"{event.type} of {event.batch or event.stream}, which is not open",
        position=position,
    )


def ballot_profile(database: sqlite3.Connection, contest: str) -> BallotProfile:
    """Give the papers of a contest as the views hold them."""
    papers: dict[str, dict[str, int]] = {}
    rows = database.execute(
        "SELECT section, marks, sum(papers) FROM profile JOIN batch ON batch.stream = profile.batch "
        "WHERE contest = ? AND closed = ? GROUP BY section, marks ORDER BY section, marks",
        (contest, CLOSED),
    )
    for section, marks, count in rows:
        papers.setdefault(section, {})[marks] = count
    batches = database.execute(
        "SELECT stream, provenance, closed FROM batch WHERE contest = ? ORDER BY stream", (contest,)
    ).fetchall()
    return BallotProfile(
        papers=papers,
        provenance=tuple(sorted({provenance for _, provenance, state in batches if provenance and state == CLOSED})),
        open_batches=tuple(stream for stream, _, state in batches if state == OPEN),
    )
