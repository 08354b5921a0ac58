"""What Airtable was last told of runs and statements, so that what changed since is told again."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select

from worker.ledger.tables_statements import SHOWN_PAYOUTS

DUE = ""  # said nothing of it yet, or something else happened since
IN_ONE_STATEMENT = 500


def is_due(connection: Connection, base: str, keys: Collection[str]) -> None:
    """These changed: whoever shows payouts next shows them."""
    tell(connection, base, dict.fromkeys(keys, DUE))


def tell(connection: Connection, base: str, said: Mapping[str, str]) -> None:
    """Airtable has been told this of each key."""
    keys = sorted(said)
    for start in range(0, len(keys), IN_ONE_STATEMENT):
        some = keys[start : start + IN_ONE_STATEMENT]
        connection.execute(
            delete(SHOWN_PAYOUTS).where(SHOWN_PAYOUTS.c.base == base, SHOWN_PAYOUTS.c.key.in_(some))
        )
        connection.execute(
            insert(SHOWN_PAYOUTS), [{"base": base, "key": key, "said": said[key]} for key in some]
        )


def said(connection: Connection, base: str, keys: Collection[str]) -> Mapping[str, str]:
    """What was said of these keys; those of which nothing was are missing."""
    ordered = sorted(keys)
    found: dict[str, str] = {}
    for start in range(0, len(ordered), IN_ONE_STATEMENT):
        query = select(SHOWN_PAYOUTS.c.key, SHOWN_PAYOUTS.c.said).where(
            SHOWN_PAYOUTS.c.base == base,
            SHOWN_PAYOUTS.c.key.in_(ordered[start : start + IN_ONE_STATEMENT]),
        )
        found.update({row.key: row.said for row in connection.execute(query)})
    return found


def due(connection: Connection, base: str) -> frozenset[str]:
    """The keys to be shown."""
    query = select(SHOWN_PAYOUTS.c.key).where(
        SHOWN_PAYOUTS.c.base == base, SHOWN_PAYOUTS.c.said == DUE
    )
    return frozenset(connection.execute(query).scalars())
