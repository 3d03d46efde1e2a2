"""Reaching a PostgreSQL server: its URL read, connections opened, its errors said in one clear line.

A URL may hold a password, so no message shows it, nor libpq's own words about a URL it cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from ledger.errors import EvidenceError, RefusedError
from ledger.storage.storage_error import BUSY, FULL, LOCK_SECONDS, Meaning

CONNECT_SECONDS = 10
SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")

# What libpq does unless told, where it names no default of its own.
PLAIN = {
    "application_name": "pollbook",
    "client_encoding": "utf8",
    "connect_timeout": str(CONNECT_SECONDS),
    "max_protocol_version": "3.0",
    "min_protocol_version": "3.0",
    "sslcertmode": "allow",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One schema of one database, and all of libpq's options for connecting to it."""

    schema: str
    options: dict[str, str] = field(repr=False)

    def __str__(self) -> str:
        host, port, database = (self.options[name] for name in ("host", "port", "dbname"))
        return f"schema {self.schema} of {database or 'the default database'} on {host or 'this machine'}:{port}"


def read_url(url: str, schema: str) -> Place:
    """Read where a ledger or vault lies; what the URL leaves open is libpq's default.

    Every option is set, because libpq takes those that are not from the shell's PG* variables, which
    could lead to another server. (It reads PGSERVICE, PGTZ, PGDATESTYLE and PGGEQO all the same; they can
    make a connection fail, but not lead it elsewhere.) A pooler in between must pool whole sessions.

    Raises:
        RefusedError: `postgres-url-malformed`, `postgres-schema-malformed`.
    """
    if not SCHEMA.fullmatch(schema):
        raise RefusedError(
            "postgres-schema-malformed",
            "the name of a schema",
            expected="small letters, digits and underscores",
            found=repr(schema),
            remedy="Choose another name",
        )
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except (psycopg.Error, UnicodeError):
        given = {"host": "@"}
    # A password with an unescaped @ or / spills over into these parts, and they are shown.
    spilled = any("@" in given.get(part, "") for part in ("user", "host", "dbname"))
    if spilled or "service" in given or not given.get("port", "0").isdecimal():
        raise RefusedError(
            "postgres-url-malformed",
            "the URL of a PostgreSQL ledger",
            expected="postgresql://user:password@host:port/database",
            found="another form, not shown",
            remedy="Write @ / : % in a user name or password as %40 %2F %3A %25",
        )
    defaults = {
        option.keyword.decode(): (option.compiled or b"").decode() or PLAIN.get(option.keyword.decode(), "")
        for option in pq.Conninfo.get_defaults()
        if option.envvar and option.keyword != b"service"
    }
    session = (
        f"-c lock_timeout={LOCK_SECONDS}s {given.pop('options', '')} -c search_path={schema} "
        "-c synchronous_commit=on"  # what was acknowledged, and perhaps sealed, survives a crash of the server
    )
    return Place(schema, {**defaults, **given, "options": session})


def connect(place: Place) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection on which each statement is a transaction of its own."""
    return psycopg.connect(autocommit=True, **place.options)  # type: ignore[arg-type]


def make_schema(database: psycopg.Connection[Any], schema: str) -> None:
    """Make a schema unless it is there, and let nobody else do so until the transaction ends."""
    database.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"pollbook {schema}",))
    # Asked first: whoever may not make schemas may still work in one that was made for them.
    if database.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone() == (None,):
        database.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))


def translated(statement: str) -> str:
    """Turn a statement written for SQLite and PostgreSQL alike into psycopg's notation."""
    return (
        statement.replace("?", "%s")
        .replace(" BLOB", " BYTEA")
        .replace(" INTEGER", " BIGINT")
        .replace(" WITHOUT ROWID", "")
    )


DISK_FULL = FULL._replace(expected="room on the server's disk")
READ_ONLY = Meaning("read-only-store", "a database that can be written", "Ask for the right to write to it")
UNREACHABLE = Meaning(
    "postgres-unreachable",
    "a PostgreSQL server that answers",
    "Start the server or correct its URL, then give the same command again: what has a command id is recorded once",
)
STATES = (  # by the beginning of SQLSTATE; source: PostgreSQL documentation, appendix A
    ("55P03", BUSY),  # lock not available
    ("57014", BUSY),  # statement time-out
    ("40", BUSY),  # deadlock, serialization failure
    ("53100", DISK_FULL),
    ("25006", READ_ONLY),  # read-only transaction
    ("42501", READ_ONLY),  # insufficient privilege
    ("53", UNREACHABLE),  # out of memory or connections
    ("57P", UNREACHABLE),  # shutting down, starting up
    ("25P03", UNREACHABLE),  # closed because it was idle in a transaction
    ("08", UNREACHABLE),
    ("28", UNREACHABLE),  # password or role refused
    ("3D", UNREACHABLE),  # no such database
)


@contextmanager
def clear_errors(where: object) -> Iterator[None]:
    """Turn the errors of PostgreSQL, and of eventsourcing around it, into one clear line.

    Raises:
        RefusedError: `busy`, `disk-full`, `read-only-store`, `postgres-unreachable`. Of the last it is not known
            whether a transaction that was being committed is in the database.
        EvidenceError: `storage-damaged`.
    """
    try:
        yield
    except (psycopg.Error, PersistenceError) as error:
        raise postgres_error(where, error) from None


def postgres_error(where: object, error: Exception) -> RefusedError | EvidenceError:
    """Say what an error of PostgreSQL means to the user."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    text = (cause.diag.message_primary if isinstance(cause, psycopg.Error) else None) or str(cause)
    found = " ".join(text.split()).rstrip(".?")
    meaning = next((meaning for sign, meaning in STATES if (state or "").startswith(sign)), None)
    if state is None and isinstance(cause, (psycopg.OperationalError, psycopg.InterfaceError)):
        meaning = UNREACHABLE  # the connection failed or broke
    if meaning is None:
        return EvidenceError("storage-damaged", str(where), expected="a sound database", found=found)
    return RefusedError(meaning.code, str(where), expected=meaning.expected, found=found, remedy=meaning.remedy)
