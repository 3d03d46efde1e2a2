"""The tables of papers in views, and who is due one."""

from __future__ import annotations

_TABLES = (
    "paper_contest (contest TEXT PRIMARY KEY, election TEXT NOT NULL, id INTEGER NOT NULL) WITHOUT ROWID",
    "paper_place (id INTEGER PRIMARY KEY, section TEXT NOT NULL, category TEXT NOT NULL, "
    "region TEXT NOT NULL, unit TEXT NOT NULL, affiliate TEXT NOT NULL, "
    "UNIQUE (section, category, region, unit, affiliate))",
    "paper_batch (stream TEXT PRIMARY KEY, id INTEGER NOT NULL, contest TEXT NOT NULL, "
    "closed INTEGER NOT NULL) WITHOUT ROWID",
    "paper_entry (election TEXT NOT NULL, person TEXT NOT NULL, number INTEGER NOT NULL, "
    "place INTEGER NOT NULL, live INTEGER NOT NULL, PRIMARY KEY (election, person, number)) WITHOUT ROWID",
    "paper_roll (election TEXT NOT NULL, place INTEGER NOT NULL, live INTEGER NOT NULL, "
    "PRIMARY KEY (election, place)) WITHOUT ROWID",
    "paper (contest INTEGER NOT NULL, person TEXT NOT NULL, number INTEGER NOT NULL, "
    "place INTEGER NOT NULL, reissued INTEGER NOT NULL, cancelled INTEGER NOT NULL, returned INTEGER NOT NULL, "
    "set_aside INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (contest, person, number)) WITHOUT ROWID",
    "paper_return (contest INTEGER NOT NULL, person TEXT NOT NULL, version INTEGER NOT NULL, "
    "number INTEGER NOT NULL, day TEXT NOT NULL, channel TEXT NOT NULL, duplicate INTEGER NOT NULL, "
    "batch INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (contest, person, version)) WITHOUT ROWID",
    "paper_issue (contest INTEGER NOT NULL, section TEXT NOT NULL, position INTEGER NOT NULL, "
    "count INTEGER NOT NULL, effective TEXT NOT NULL)",
    "paper_sum (contest INTEGER NOT NULL, place INTEGER NOT NULL, issued INTEGER NOT NULL DEFAULT 0, "
    "standing INTEGER NOT NULL DEFAULT 0, reissued INTEGER NOT NULL DEFAULT 0, "
    "cancelled INTEGER NOT NULL DEFAULT 0, returned INTEGER NOT NULL DEFAULT 0, "
    "duplicates INTEGER NOT NULL DEFAULT 0, set_aside INTEGER NOT NULL DEFAULT 0, "
    "PRIMARY KEY (contest, place)) WITHOUT ROWID",
)
TABLES = tuple(f"CREATE TABLE IF NOT EXISTS {table}" for table in _TABLES)
SUMS = ("issued", "standing", "reissued", "cancelled", "returned", "duplicates", "set_aside")
NOT_DUE = "EXISTS (SELECT 1 FROM paper WHERE contest = ? AND paper.person = e.person AND paper.number = e.number)"
DUE = (
    "FROM paper_entry e WHERE e.election = ? AND e.live = 1 "
    f"AND e.place IN (SELECT id FROM paper_place WHERE section = ?) AND NOT {NOT_DUE}"
)
