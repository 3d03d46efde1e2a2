"""The tables that applications are folded into, and what each of them waits for, worked out from the others."""

from __future__ import annotations

from ledger.checks.versions import BY_HAND

NOT_RUN, ANEW, REFERRAL, CASE, CURE, READY = "not-run", "checks", "referral", "case", "cure", "admission"

TABLES = (
    "CREATE TABLE IF NOT EXISTS application (person TEXT PRIMARY KEY, election TEXT NOT NULL, category TEXT NOT NULL, "
    "received TEXT NOT NULL, late INTEGER NOT NULL, version INTEGER NOT NULL, identity TEXT NOT NULL, "
    "currency TEXT NOT NULL, due INTEGER NOT NULL, money INTEGER NOT NULL, ended TEXT NOT NULL, "
    "referrals INTEGER NOT NULL, curing INTEGER NOT NULL, stale INTEGER NOT NULL, batch TEXT) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS application_order ON application (election, received, person)",
    "CREATE INDEX IF NOT EXISTS application_batch ON application (batch) WHERE batch IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS application_check (person TEXT NOT NULL, name TEXT NOT NULL, outcome TEXT NOT NULL, "
    "score INTEGER, against TEXT, version TEXT NOT NULL, position INTEGER NOT NULL, "
    "PRIMARY KEY (person, name)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS application_check_by_hand ON application_check (person, outcome) "
    f"WHERE version = '{BY_HAND}'",
    "CREATE TABLE IF NOT EXISTS application_payment (payment TEXT PRIMARY KEY, amount INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS fee_waiting (position INTEGER PRIMARY KEY, batch TEXT NOT NULL, person TEXT NOT NULL, "
    "kind TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, day TEXT NOT NULL, payment TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS fee_waiting_batch ON fee_waiting (batch)",
    "CREATE TABLE IF NOT EXISTS bank_file (election TEXT NOT NULL, file TEXT NOT NULL, fate TEXT NOT NULL, "
    "kind TEXT NOT NULL, currency TEXT NOT NULL, number INTEGER NOT NULL, amount INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS check_waiting (batch TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, "
    "outcome TEXT NOT NULL, score INTEGER, against TEXT, version TEXT NOT NULL, position INTEGER NOT NULL, "
    "PRIMARY KEY (batch, person, name)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS check_needed (election TEXT NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL, "
    "near INTEGER NOT NULL, PRIMARY KEY (election, category, name)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS outstanding (person TEXT NOT NULL, name TEXT NOT NULL, election TEXT NOT NULL, "
    "outcome TEXT NOT NULL, received TEXT NOT NULL, PRIMARY KEY (person, name)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS outstanding_election ON outstanding (election, name, outcome, received)",
    "CREATE INDEX IF NOT EXISTS outstanding_oldest ON outstanding (election, name, received, person)",
    "CREATE TABLE IF NOT EXISTS application_hour (election TEXT NOT NULL, hour TEXT NOT NULL, "
    "received INTEGER NOT NULL, decided INTEGER NOT NULL, PRIMARY KEY (election, hour)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS fee_day (election TEXT NOT NULL, category TEXT NOT NULL, day TEXT NOT NULL, "
    "currency TEXT NOT NULL, kind TEXT NOT NULL, ended TEXT NOT NULL, number INTEGER NOT NULL, "
    "amount INTEGER NOT NULL, PRIMARY KEY (election, category, day, currency, kind, ended)) WITHOUT ROWID",
)
PUT_CHECK = (
    "INSERT INTO application_check VALUES (?,?,?,?,?,?,?) ON CONFLICT (person, name) DO UPDATE SET "
    "outcome = excluded.outcome, score = excluded.score, against = excluded.against, version = excluded.version, "
    "position = excluded.position"
)
PUT_HOUR = (
    "INSERT INTO application_hour VALUES (?,?,?,?) ON CONFLICT (election, hour) DO UPDATE SET "
    "received = received + excluded.received, decided = decided + excluded.decided"
)
PUT_FEE = (
    "INSERT INTO fee_day VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (election, category, day, currency, kind, ended) "
    "DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount"
)
CHANGED = "CREATE TEMP TABLE IF NOT EXISTS changed (person TEXT PRIMARY KEY) WITHOUT ROWID"  # SQLite's, on the disk
TO_SETTLE = (  # the open applications among those that changed, in a table of their own: all below is driven by it
    "DROP TABLE IF EXISTS temp.waits",
    "CREATE TEMP TABLE waits AS SELECT a.* FROM temp.changed h CROSS JOIN application a ON a.person = h.person "
    "WHERE a.ended = '' AND a.late = 0 AND a.batch IS NULL",
    "DELETE FROM outstanding WHERE person IN (SELECT person FROM temp.changed)",
    "INSERT INTO outstanding SELECT a.person, c.name, a.election, c.outcome, a.received FROM temp.waits a "
    "CROSS JOIN application_check c ON c.person = a.person LEFT JOIN check_needed n ON n.election = a.election "
    "AND n.category = a.category AND n.name = c.name "
    "WHERE c.outcome <> 'pass' AND NOT (c.outcome = 'near' AND coalesce(n.near, 0))",
    f"INSERT INTO outstanding SELECT a.person, n.name, a.election, '{NOT_RUN}', a.received FROM temp.waits a "
    "CROSS JOIN check_needed n ON n.election = a.election AND n.category = a.category "
    "WHERE a.stale = 0 "
    "AND NOT EXISTS (SELECT 1 FROM application_check c WHERE c.person = a.person AND c.name = n.name)",
    f"INSERT INTO outstanding SELECT person, '{ANEW}', election, '', received FROM temp.waits WHERE stale = 1",
    f"INSERT INTO outstanding SELECT person, '{REFERRAL}', election, '', received FROM temp.waits WHERE referrals > 0",
    f"INSERT INTO outstanding SELECT DISTINCT a.person, '{CASE}', a.election, '', a.received FROM temp.waits a "
    "CROSS JOIN application_case c ON c.person = a.person AND c.election = a.election WHERE c.holds = 1",
    f"INSERT INTO outstanding SELECT person, '{CURE}', election, '', received FROM temp.waits WHERE curing > 0",
    f"INSERT INTO outstanding SELECT person, '{READY}', election, '', received FROM temp.waits a "
    "WHERE NOT EXISTS (SELECT 1 FROM outstanding o WHERE o.person = a.person)",
)
