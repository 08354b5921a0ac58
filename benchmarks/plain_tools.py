"""What bare tools need for the same order file, checking nothing: the floor, and common ways."""

import sqlite3
from importlib import import_module
from pathlib import Path

import polars as pl

from worker.imports.bulk_lines import MONEY, TIMES

_BATCH = 10_000


def polars_floor(path: Path, database: Path) -> str:
    """Scan and type the csv by polars, upsert it into an empty SQLite table by the driver."""
    moments = pl.col(TIMES.values()).str.to_datetime("%d/%m/%Y %H:%M:%S", strict=False)
    digits = pl.col(MONEY.values()).str.replace_all("[$,.]", "").cast(pl.Int64, strict=False)
    typed = pl.scan_csv(path, infer_schema=False).with_columns(
        digits, moments.dt.to_string("%Y-%m-%d %H:%M:%S")
    )
    frame = typed.collect()
    names = [f'"{name}"' for name in frame.columns]
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            f'CREATE TABLE orders ({", ".join(names)}, PRIMARY KEY ("Order ID", "SKU ID"))'
        )
        changes = ", ".join(f"{name} = excluded.{name}" for name in names)
        upsert = (
            f"INSERT INTO orders VALUES ({', '.join('?' * len(names))}) "  # noqa: S608 - its columns
            f'ON CONFLICT ("Order ID", "SKU ID") DO UPDATE SET {changes}'
        )
        for start in range(0, frame.height, _BATCH):
            connection.executemany(upsert, frame.slice(start, _BATCH).rows())
    return f"{frame.height:,} rows"


def pandas_to_sql(path: Path, database: Path) -> str:
    """Read the csv by pandas and write it by its `to_sql`."""
    frame = import_module("pandas").read_csv(path)
    with sqlite3.connect(database) as connection:
        frame.to_sql("orders", connection, index=False)
    return f"{len(frame):,} rows"


def duckdb_scan(path: Path) -> str:
    """Sum one column of the csv by DuckDB."""
    amount = "replace(replace(\"Payment Amount\", '$', ''), ',', '')::DECIMAL(18, 2)"
    scan = import_module("duckdb").read_csv(str(path), all_varchar=True)
    ((count, total),) = scan.aggregate(f"count(*), sum({amount})").fetchall()
    return f"{count:,} rows, {total}"
