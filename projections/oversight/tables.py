"""The tables that cases, rulings and appeals are folded into; a column is called as the field of the row it becomes.

Lists are JSON texts. Moments are UTC. What is not on record, or not yet, is NULL.
"""

from __future__ import annotations

CASE = (
    "case_id", "election", "person", "subject", "grounds", "detection", "referred_by", "about", "conduct", "opened",
    "position", "panel", "method", "allocated", "noticed", "reply_by", "reply_by_local", "replies", "replied",
    "interim", "interim_until", "recused", "rulings", "reopened", "reopened_for", "closed", "closed_as", "incidents",
    "candidates",
)  # fmt: skip
RULING = (
    "case_id", "ruling", "election", "person", "subject", "position", "ruled", "outcome", "decided_by", "panel",
    "sitting", "officer", "check_version", "reviewed_by", "present", "withdrew", "quorum", "votes_for",
    "votes_against", "abstained", "detection", "referred_by", "about", "referred", "noticed", "reply_by", "evidence",
    "classes", "withdrawn", "replies", "late_replies", "interim_reason", "reasons_key", "reasons_words", "removes",
    "restores", "papers", "appeal_to", "no_appeal", "told", "told_position", "channel", "appeal_by", "appeal_by_local",
    "corrected", "corrected_at", "corrected_key", "corrected_words", "superseded_by", "recused",
)  # fmt: skip
FINDING = ("case_id", "ruling", "place", "ground", "met", "conduct", "version", "clause")
APPEAL = (
    "case_id", "ruling", "election", "person", "manner", "received", "by", "grounds", "attempts", "position", "leave",
    "leave_at", "reviewers", "assigned", "disclosed", "heard", "heard_as", "determined", "outcome", "answers",
    "votes_for", "votes_against", "withdrawn",
)  # fmt: skip
REMEDY = (
    "case_id", "ruling", "number", "remedy", "ordered", "due", "due_local", "contest", "entry", "reason", "done",
    "proof",
)  # fmt: skip
EVIDENCE = ("case_id", "evidence", "evidence_class", "disclosure", "added", "withdrawn", "given_by")
GROUND = (
    "election", "ground", "version", "title", "standard", "decided_by", "effective", "published", "clause", "appeal_to",
    "no_appeal", "position",
)  # fmt: skip
SITTING = ("body", "sitting", "start", "end", "present", "attended", "quorum", "position")
POLL = ("contest", "election", "closed")

KEYS = {
    "overseen_case": (CASE, 1),
    "overseen_ruling": (RULING, 2),
    "overseen_finding": (FINDING, 3),
    "overseen_appeal": (APPEAL, 2),
    "overseen_remedy": (REMEDY, 3),
    "overseen_evidence": (EVIDENCE, 2),
    "overseen_ground": (GROUND, 3),
    "overseen_sitting": (SITTING, 2),
    "overseen_poll": (POLL, 1),
}  # of each table: its columns, and how many of them, the first ones, are its key


def _made(table: str) -> str:
    columns, keys = KEYS[table]
    listed = ", ".join(f'"{column}"' for column in columns)
    key = ", ".join(f'"{column}"' for column in columns[:keys])
    return f"CREATE TABLE IF NOT EXISTS {table} ({listed}, PRIMARY KEY ({key})) WITHOUT ROWID"


TABLES = (
    *map(_made, KEYS),
    "CREATE INDEX IF NOT EXISTS overseen_case_by_election ON overseen_case (election)",
    "CREATE INDEX IF NOT EXISTS overseen_ruling_by_election ON overseen_ruling (election)",
    "CREATE INDEX IF NOT EXISTS overseen_appeal_by_election ON overseen_appeal (election)",
)
