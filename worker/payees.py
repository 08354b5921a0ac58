"""How the creators of a base are paid, from the mirror: as the feed last told it."""

from collections.abc import Mapping

from schemas.records_payees import Payee, parse_payee
from schemas.tables import creators
from worker.ledger import mirror, payout_facts
from worker.ledger.engine import Ledger


def read_payees(ledger: Ledger, base: str) -> Mapping[str, Payee]:
    """The payee of each creator who has a row, by the ledger's id of the creator."""
    rows = {row.id: row for row in mirror.rows(ledger, base, creators.TABLE)}
    with ledger.reading() as connection:
        _, present = payout_facts.creators(connection, base)
    return {
        creator: parse_payee(rows[record]) for creator, record in present.items() if record in rows
    }
