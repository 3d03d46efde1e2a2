"""What only PostgreSQL can do to a ledger: be missing, out of reach, gone, or led astray by the shell."""

from __future__ import annotations

import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import pq
from scenario import RECORD_PERSON
from stores import LEDGER_ID, NOON, PostgresPlace, called, desk_at

from ledger.errors import RefusedError
from ledger.storage import postgres_store
from ledger.storage.postgres import connect, read_url
from ledger.storage.postgres_store import PostgresTransaction, postgres_settings
from ledger.storage.recorder import Guard, StoredRow
from ledger.storage.store import Ledger, make_postgres_ledger, open_postgres_ledger

PASSWORD = "correct-horse"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


# Missing, or out of reach


def test_says_how_to_install_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ledger.storage.postgres_store", "ledger.storage.postgres", "eventsourcing.postgres"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.delattr("ledger.storage.postgres_store", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RefusedError, match=r"^postgres-not-installed: .*pip install 'pollbook\[postgres\]'\.$"):
        open_postgres_ledger("postgresql://localhost/app", "pollbook")


def test_nobody_needs_psycopg_who_does_not_use_postgresql() -> None:
    look = (
        "import sys, ledger.desk, ledger.storage.store, ledger.privacy.sqlite_vault; sys.exit('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_says_that_nobody_answers_and_not_the_password(silent_port: int) -> None:
    url = f"postgresql://clerk:{PASSWORD}@127.0.0.1:{silent_port}/app"
    for refused in (refusal(url), refusal(url, make=True)):
        assert refused.code == "postgres-unreachable"
        assert f"schema pollbook of app on 127.0.0.1:{silent_port}" in str(refused)
        assert "\n" not in str(refused)
        assert PASSWORD not in str(refused)


def refusal(url: str, schema: str = "pollbook", *, make: bool = False) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        make_postgres_ledger(url, schema, LEDGER_ID) if make else open_postgres_ledger(url, schema)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://clerk:{PASSWORD}@more@db.example/app",
        f"postgresql://clerk:{PASSWORD}/more@db.example/app",
        f"postgresql://clerk:12/{PASSWORD}@db.example/app",
        f"postgresql://clerk:{PASSWORD}%zz@db.example/app",
        f"postgresql://clerk:{PASSWORD}@db.example:port/app",
        f"postgresql://clerk:{PASSWORD}@db.example/app?no_such_option=1",
        f"postgresql:/clerk:{PASSWORD}@db.example/app",
        f"{PASSWORD}",
        f"postgresql://clerk:{PASSWORD}\x00@db.example/app",
        f"service={PASSWORD}",
    ],
)
def test_refuses_a_url_it_cannot_read_without_showing_any_of_it(url: str) -> None:
    refused = refusal(url)
    assert refused.code == "postgres-url-malformed"
    assert "correct" not in str(refused).replace("Correct", "")
    assert "more" not in str(refused)


@pytest.mark.parametrize("schema", ["", "Pollbook", "pg_pollbook", 'a"b', "a b", "a;b", "1a", "a" * 64])
def test_refuses_a_schema_that_would_need_quoting(schema: str) -> None:
    assert refusal("postgresql://127.0.0.1/app", schema).code == "postgres-schema-malformed"


def test_a_place_shows_no_password() -> None:
    place = read_url(f"postgresql://clerk:{PASSWORD}@db.example/app", "pollbook")
    assert PASSWORD not in f"{place} {place!r}"
    assert place.options["password"] == PASSWORD


@pytest.mark.postgres
def test_says_which_database_or_role_there_is_not(postgres_url: str) -> None:
    server = urlsplit(postgres_url)
    for part in (server._replace(path="/no-such-database"), server._replace(netloc=f"nobody@{at(postgres_url)}")):
        refused = refusal(part.geturl())
        assert refused.code == "postgres-unreachable"
        assert "does not exist" in refused.found


def at(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


# Led astray


@pytest.mark.postgres
def test_the_shells_variables_lead_nowhere_else(
    postgres_place: PostgresPlace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = {option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar}
    for variable in known | {"POSTGRES_DBNAME", "POSTGRES_HOST", "POSTGRES_SCHEMA", "CREATE_TABLE"}:
        monkeypatch.setenv(variable, "elsewhere")
    (tmp_path / "services").write_text("[elsewhere]\nhost=elsewhere\nport=1\nuser=elsewhere\ndbname=elsewhere\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    with pytest.raises(psycopg.Error):  # these variables do have a power over whoever does not look out
        psycopg.connect(postgres_place.url)
    with closing(postgres_place.make()) as made:
        made.append([called("a")])
    with desk_at(postgres_place) as desk:
        assert desk.ledger.head().size == 1


@pytest.mark.postgres
def test_a_session_has_what_the_url_says_and_what_a_ledger_needs(postgres_url: str) -> None:
    options = "-c%20search_path%3Delsewhere%20-c%20synchronous_commit%3Doff"
    place = read_url(f"{postgres_url}?application_name=box&options={options}", "pollbook")
    with connect(place) as database:
        for name, value in {"application_name": "box", "search_path": "pollbook", "synchronous_commit": "on"}.items():
            assert database.execute("SELECT current_setting(%s)", (name,)).fetchone() == (value,)


@pytest.mark.postgres
def test_the_database_has_no_other_way_in_than_the_tables(postgres_place: PostgresPlace) -> None:
    postgres_place.make().close()
    with postgres_place.database() as database:
        functions = "SELECT count(*) FROM pg_proc WHERE pronamespace = %s::regnamespace"
        assert database.execute(functions, (postgres_place.schema,)).fetchone() == (0,)


@pytest.mark.postgres
def test_names_in_a_range_are_found_by_their_bytes_without_reading_all_rows(postgres_place: PostgresPlace) -> None:
    postgres_place.make().close()
    with postgres_place.database() as connection:
        connection.execute("SET enable_seqscan = off")
        name = 'originator_id COLLATE "C"'
        table = f"{postgres_place.schema}.ledger_events"
        plan = connection.execute(f"EXPLAIN SELECT 1 FROM {table} WHERE {name} >= 'a' AND {name} < 'b'").fetchall()
    assert "ledger_events_by_name" in str(plan)


@pytest.mark.postgres
def test_whoever_writes_shuts_out_the_librarys_own_writers_and_nobody_who_reads(postgres_place: PostgresPlace) -> None:
    with closing(postgres_place.make()) as made, postgres_place.database() as database, made.rows.begin(write=True):
        table = f"{postgres_place.schema}.ledger_events"
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        with pytest.raises(psycopg.errors.LockNotAvailable), database.transaction():
            database.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE NOWAIT")


@pytest.mark.postgres
def test_two_schemas_are_two_ledgers(postgres_place: PostgresPlace) -> None:
    other = PostgresPlace(postgres_place.url, postgres_place.vault_schema)
    with closing(postgres_place.make()) as first, closing(other.make()) as second:
        first.append([called("a")])
        assert (first.head().size, second.head().size) == (1, 0)


# Gone


def hang_up(place: PostgresPlace) -> None:
    """End every connection that goes by the name of the place's schema, as a server that restarts would."""
    with place.database() as database:
        statement = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = %s AND pid <> pg_backend_pid()"
        )
        assert database.execute(statement, (place.schema,)).fetchall()


@pytest.fixture
def named_place(postgres_place: PostgresPlace) -> PostgresPlace:
    """A place whose connections go by the name of its schema, with an empty ledger."""
    place = PostgresPlace(f"{postgres_place.url}?application_name={postgres_place.schema}", postgres_place.schema)
    place.make().close()
    return place


@pytest.mark.postgres
def test_goes_on_after_the_server_was_restarted(named_place: PostgresPlace) -> None:
    with desk_at(named_place) as desk:
        list(zip(desk.ledger.scan(), desk.ledger.scan(), strict=True))  # several connections
        hang_up(named_place)
        desk.submit(RECORD_PERSON, actor="clerk")
        hang_up(named_place)
        assert len(list(desk.ledger.reread())) == 1
        assert desk.vault.pending() == []


@pytest.mark.postgres
def test_writes_nothing_when_the_server_goes_away_in_the_middle_of_an_append(
    named_place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert_events = PostgresTransaction.insert_events

    def cut_off(transaction: PostgresTransaction, rows: Iterable[StoredRow]) -> None:
        insert_events(transaction, rows)
        hang_up(named_place)

    with desk_at(named_place) as desk:
        with monkeypatch.context() as patch:
            patch.setattr(PostgresTransaction, "insert_events", cut_off)
            with pytest.raises(RefusedError, match=r"^postgres-unreachable: [^\n]*$"):
                desk.submit(RECORD_PERSON, actor="clerk", command_id="c-1")
        assert desk.ledger.head().size == 0
        assert desk.submit(RECORD_PERSON, actor="clerk", command_id="c-1").position == 0
        assert [row[0] for row in desk.ledger.scan()] == [0]


@pytest.mark.postgres
def test_says_that_the_server_went_away_in_the_middle_of_a_scan(
    named_place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_store, "SCAN_ROWS", 2)
    with closing(named_place.open()) as ledger:
        ledger.append([called(f"e{n}") for n in range(5)])
        assert len(list(ledger.scan())) == 5
        events = ledger.scan()
        next(events)
        hang_up(named_place)
        with pytest.raises(RefusedError, match=r"^postgres-unreachable: [^\n]*$"):
            list(events)


@pytest.mark.postgres
def test_says_that_the_server_stays_away(named_place: PostgresPlace, silent_port: int) -> None:
    settings = postgres_settings(named_place.url, named_place.schema, create=False)
    with closing(Ledger(settings | {"POSTGRES_CONNECT_TIMEOUT": "1"})) as ledger:
        assert ledger.head().size == 0
        pool = ledger.factory.datastore.pool  # type: ignore[attr-defined]
        pool.kwargs = pool.kwargs | {"port": str(silent_port)}
        hang_up(named_place)
        with pytest.raises(RefusedError, match=r"^postgres-unreachable: [^\n]*$"):
            ledger.append([called("a")])


@pytest.mark.postgres
def test_memory_stays_flat_while_scanning(postgres_place: PostgresPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_store, "SCAN_ROWS", 100)
    with closing(postgres_place.make()) as made:
        for page in range(4):
            made.rows.append_rows([(f"s/{page}-{n}", 1, "t", bytes(5_000)) for n in range(1_000)], NOON, Guard())
        tracemalloc.start()
        try:
            assert sum(len(row[4]) for row in made.rows.scan()) == 20_000_000
            assert tracemalloc.get_traced_memory()[1] < 2_000_000
        finally:
            tracemalloc.stop()
