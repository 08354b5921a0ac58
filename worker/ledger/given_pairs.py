"""Pairs that Python knows and SQL joins: one JSON parameter, however many pairs there are."""

import json
from collections.abc import Mapping

from sqlalchemy import CTE, JSON, Connection, Text, cast, func, literal, select


def given_pairs(connection: Connection, called: str, pairs: Mapping[str, str | int]) -> CTE:
    """A table `called` so, with the text columns `name` and `given`."""
    written = literal(json.dumps(dict(pairs)), Text)
    if connection.dialect.name == "sqlite":
        each = func.json_each(written).table_valued("key", "value")
    else:
        each = func.json_each_text(cast(written, JSON)).table_valued("key", "value")
    # Materialised, or SQLite would read the JSON anew for every order line.
    return (
        select(each.c.key.label("name"), each.c.value.label("given"))
        .cte(called)
        .prefix_with("MATERIALIZED")
    )
