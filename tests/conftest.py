"""Fixtures: a place for a ledger on each of the two stores.

PostgreSQL comes from the environment: export POLLBOOK_TEST_POSTGRES=$(.ci/postgres). Without it those
tests are skipped, visibly, except where CI=true: there a missing server is a failure.
"""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from lacking import lacking
from stores import LedgerPlace, PostgresPlace, SQLitePlace

# A busy machine is no fault of the product: nothing in the suite is timed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Leave the thousands of tests, which stay to the end, out of what the garbage collector looks through."""
    gc.collect()
    gc.freeze()


NO_SERVER = "no PostgreSQL server: set POLLBOOK_TEST_POSTGRES, for example to the output of .ci/postgres"


@pytest.fixture(scope="session")
def postgres_url() -> str:
    url = os.environ.get("POLLBOOK_TEST_POSTGRES", "")
    if not url:
        lacking(NO_SERVER)
    return url


@pytest.fixture
def postgres_place(postgres_url: str) -> Iterator[PostgresPlace]:
    """Schemas of the test's own, dropped afterwards."""
    place = PostgresPlace(postgres_url, f"test_{secrets.token_hex(6)}")
    yield place
    place.drop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> LedgerPlace:
    """Each store in turn, with no ledger yet."""
    if request.param == "sqlite":
        return SQLitePlace(tmp_path / "ledger")
    place: PostgresPlace = request.getfixturevalue("postgres_place")
    return place


@pytest.fixture
def ledger_place(empty_place: LedgerPlace) -> LedgerPlace:
    """Each store in turn, with an empty ledger."""
    empty_place.make().close()
    return empty_place
