"""`payouts tax-year`: the 1099 totals of a calendar year, from payments recorded as paid."""

from pathlib import Path
from typing import Annotated

import typer

from automations.finance_files.cells import amount, as_csv, plain_text
from automations.tax_years import PayeeYear, Payment, plan_tax_year, threshold
from schemas.records_payees import Payee
from worker import finance_export
from worker.cli.output import AsJson, OneBase, as_json, console, finish, table, workers
from worker.errors import Misconfigured
from worker.ledger import payments
from worker.payees import read_payees
from worker.reading import Reading, forbidden_because


def register(group: typer.Typer) -> None:
    """Add the command to `payouts`."""
    group.command("tax-year")(tax_year)


def tax_year(
    year: Annotated[int, typer.Argument(help="Calendar year, like 2026.")],
    base: OneBase = "",
    out: Annotated[Path | None, typer.Option("--csv", help="Write the table to this file.")] = None,
    json: AsJson = False,
) -> None:
    """What each payee was paid in a year, who is over the 1099 threshold, and who has no W-9."""
    limit = threshold(year)
    if limit is None:
        raise Misconfigured(
            f"The 1099 threshold of {year} is not known here yet: it follows inflation from 2027 "
            "on. Look it up at the tax office and add it to automations/tax_years.py."
        )
    paid: list[Payment] = []
    payees: dict[str, Payee] = {}
    with workers(base) as each:
        for worker in each:
            reading = Reading(worker)
            if because := forbidden_because(reading):
                raise Misconfigured(because)
            reading.identified()
            payees |= read_payees(worker.ledger, worker.base_id)
            with worker.ledger.reading() as connection:
                paid += payments.paid_in(connection, worker.base_id, year)
    found = plan_tax_year(payments=paid, payees=payees, limit=limit)
    rows = [_tax_row(one) for one in found]
    if out:
        finance_export.put(out, _tax_csv(rows))
    if json:
        as_json([dict(zip(_TAX, row, strict=True)) for row in rows])
    elif rows:
        table(f"Paid in {year}; 1099 from {limit} on", _TAX, rows)
    else:
        console.print(f"No payment of {year} was recorded as paid.")
    finish([one for one in found if one.lacks_form])


_TAX = ("Creators", "Payee", "Paid by", "Tax form", "Currency", "Paid", "1099", "To do")


def _tax_row(one: PayeeYear) -> tuple[str, ...]:
    to_do = "Ask for a W-9" if one.lacks_form else ""
    return (
        ", ".join(one.creators), one.shown, ", ".join(one.methods), ", ".join(one.tax_forms),
        one.amount.currency, amount(one.amount), "over" if one.is_over else "", to_do,
    )  # fmt: skip


def _tax_csv(rows: list[tuple[str, ...]]) -> bytes:
    return as_csv([_TAX, *((*map(plain_text, row[:5]), *row[5:]) for row in rows)])
