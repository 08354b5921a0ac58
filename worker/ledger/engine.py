"""Opening the ledger: engine settings for SQLite and PostgreSQL, migrations, transactions.

What may not happen twice is decided in `writing()`: one serialised transaction at a time.
"""

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from worker.errors import Misconfigured, ServiceDown

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 60_000
_LOCK = 7_420_155  # any number: the advisory lock that serialises writers on PostgreSQL


class Ledger:
    """The ledger's database; build it inside the process that uses it, never before a fork."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether all processes must share one machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that no other writer overlaps; commits at the end, or not at all."""
        with self.engine.connect() as connection, self.writing_on(connection):
            yield connection

    @contextmanager
    def writing_on(self, connection: Connection) -> Iterator[None]:
        """The same on a connection that has temporary tables of its own."""
        with connection.begin():
            if not self.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            yield

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction for reading only."""
        with self.engine.execution_options(reading=True).connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_ledger(url: str) -> Ledger:
    """Connect to the ledger at a SQLAlchemy URL, bringing its tables up to date.

    Raises Misconfigured when this program is older than the ledger, ServiceDown when unreachable.
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(parsed.database or "", create_engine(parsed))
    else:
        engine = create_engine(parsed, pool_pre_ping=True)
    ledger = Ledger(engine)
    try:
        _migrate(ledger)
    except OperationalError as error:
        raise ServiceDown(
            f"DATABASE_URL: the ledger cannot be opened ({error.orig}). Check that the file's "
            "folder exists and has space, or that PostgreSQL is running."
        ) from error
    return ledger


def insert_new(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert unless any unique key is taken; whether a row was inserted."""
    statement = _insert_unless_taken(connection.dialect.name, table)
    return connection.execute(statement, dict(values)).first() is not None


@functools.cache  # building it anew took longer than running it
def _insert_unless_taken(dialect: str, table: Table) -> Executable:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(text("1"))


def _sqlite(path: str, engine: Engine) -> Engine:
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: object, _entry: ConnectionPoolEntry) -> None:
        # The driver's own transactions are off: BEGIN IMMEDIATE below takes the lock at once.
        connection.isolation_level = None  # type: ignore[attr-defined]  # DBAPI object
        cursor = connection.cursor()  # type: ignore[attr-defined]  # DBAPI object
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _migrate(ledger: Ledger) -> None:
    """Upgrade under the writers' lock; stop when the ledger is newer than this program."""
    config = _config()
    script = ScriptDirectory.from_config(config)
    head = script.get_current_head()
    with ledger.reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise Misconfigured(
            f"The ledger was brought to version {current} by a newer affiliate-ops than this one. "
            "Deploy the newer version, or point DATABASE_URL at the ledger this one made."
        )
    with ledger.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
