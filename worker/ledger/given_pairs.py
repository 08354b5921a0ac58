"""Pairs that Python knows and SQL joins, in a table of this transaction alone.

A real index, for without one SQLite reads every pair for every order line.
"""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, MetaData, Table, Text


def given_pairs(connection: Connection, called: str, pairs: Mapping[str, str | int]) -> Table:
    """A temporary table `called` so, with the text columns `name` and `given`.

    It is gone with the transaction, which therefore must not be committed: it only reads.
    """
    table = Table(
        f"given_{called}",
        MetaData(),
        Column("name", Text, primary_key=True),
        Column("given", Text, nullable=False),
        prefixes=["TEMPORARY"],
    )
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}")
    table.create(connection)
    if pairs:
        rows = [{"name": name, "given": str(given)} for name, given in pairs.items()]
        connection.execute(table.insert(), rows)
    return table
