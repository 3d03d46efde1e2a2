"""The states of nominations as the events so far make them, and the scoreboard from these events alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing as closes_after
from dataclasses import dataclass, field

from ledger.event import Event
from ledger.streams.candidate_file import CandidateFile, candidate_stream
from ledger.streams.nominated import Nominations, nominations_stream
from ledger.streams.nomination import Nomination, nomination_stream
from ledger.streams.nominator import Nominator, nominator_stream
from ledger.streams.timetable import StepVaried, Timetable, TimetableSet, timetable_stream
from projections.election.nominations import NominationProjection, lines_of_contest
from projections.election.scoreboard import Scoreboard, make_scoreboard
from projections.verify.nomination_streams import nomination_place


@dataclass(slots=True)
class Replay:
    """The states of all nominations, as the events so far make them, each event on the stream its fields name."""

    rooms: dict[str, Nominations] = field(default_factory=dict)
    nominators: dict[tuple[str, str], Nominator] = field(default_factory=dict)
    given: dict[tuple[str, str], Nomination] = field(default_factory=dict)
    files: dict[tuple[str, str], CandidateFile] = field(default_factory=dict)
    timetables: dict[str, Timetable] = field(default_factory=dict)

    def room(self, contest: str) -> Nominations:
        """Give the nominations of a contest."""
        return self.rooms.get(contest) or nominations_stream(contest)

    def timetable(self, contest: str) -> Timetable:
        """Give the timetable that the nominations of a contest go by."""
        election = self.room(contest).election
        return self.timetables.get(election) or timetable_stream(election)

    def close(self, contest: str, name: str) -> str:
        """Give when a class closes; empty where it has no close."""
        return self.room(contest).close_of(self.timetable(contest), name) or ""

    def add(self, event: Event) -> None:
        """Take one more event in; others than those of nominations change nothing."""
        if isinstance(event, TimetableSet | StepVaried):
            before = self.timetables.get(event.election) or timetable_stream(event.election)
            self.timetables[event.election] = before.evolve(event)
            return
        kind, *names = nomination_place(event).split("/")
        if kind == "nominations":
            self.rooms[names[0]] = self.room(names[0]).evolve(event)
        elif kind == "nominator":
            whose = (names[0], names[1])
            self.nominators[whose] = (self.nominators.get(whose) or nominator_stream(*whose)).evolve(event)
        elif kind == "nomination":
            whose = (names[0], names[1])
            self.given[whose] = (self.given.get(whose) or nomination_stream(*whose)).evolve(event)
        elif kind == "candidate":
            whose = (names[0], names[1])
            self.files[whose] = (self.files.get(whose) or candidate_stream(*whose)).evolve(event)


def board_of(events: Sequence[tuple[int, Event]], contest: str, position: int) -> Scoreboard | None:
    """Make the scoreboard of a contest from these events alone, past all kept views; None without an opening."""
    replay, projection = Replay(), NominationProjection()
    with closes_after(sqlite3.connect(":memory:")) as database:
        for table in projection.tables:
            database.execute(table)
        projection.fold(database, events)
        for _, event in events:
            replay.add(event)
        room = replay.room(contest)
        if room.opened is None:
            return None
        timetable = replay.timetable(contest)
        lines = tuple(lines_of_contest(database, room, timetable))
    files = {name: replay.files.get((contest, name)) or candidate_stream(contest, name) for name in room.names}
    return make_scoreboard(room, timetable, files, lines, position)
