"""A month that is calculated, approved and posted, and the command line in this process."""

import contextlib
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from schemas.fields import Field
from schemas.tables import creators, operations, payouts
from tests.builders_orders import an_order, write_orders
from tests.builders_programme import Programme
from worker.cli import app
from worker.errors import GatewayError, Misconfigured, ServiceDown

PERIOD = ("--period", "2025-10")
PAULA, QUENTIN = "Paula Reyes", "Quentin Marsh"
PAYPAL: Mapping[Field, object] = {
    creators.PAY_BY: "PayPal",
    creators.PAYEE_VERIFIED: True,
    creators.TAX_FORM: "W-9",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to; `exception` is what it raised for the command line to say."""

    exit_code: int
    stdout: str
    exception: Exception | None = None


def run(*words: str) -> Answer:
    """One command, in this process."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            code = typer.main.get_command(app).main(list(words), standalone_mode=False)
    except (Misconfigured, ServiceDown, GatewayError) as error:
        return Answer(2, printed.getvalue(), error)
    return Answer(code or 0, printed.getvalue())


def done(*words: str) -> Any:
    """A command that must not fail, its JSON."""
    answer = run(*words, "--json")
    assert answer.exception is None, answer.exception
    return json.loads(answer.stdout)


def set_up(glow: Programme, folder: Path) -> None:
    """Two creators paid by PayPal, a preparer and an approver, a top-up, one order each."""
    people = (("maria.santos", "Maria Santos"), ("jonas.b", "Jonas Berg"))
    for row, (handle, name) in zip(glow.rows(creators.TABLE), people, strict=True):
        payee = f"{handle}@mail.example"
        cells = {creators.HANDLE: f"@{handle}", creators.NAME: name, creators.PAYEE: payee}
        glow.edit(creators.TABLE, row["id"], {**PAYPAL, **cells})
    hold_back = next(r for r in glow.rows(operations.SETTINGS) if r["Name"] == "Hold-back days")
    glow.edit(operations.SETTINGS, hold_back["id"], {operations.SETTING_VALUE: "0"})
    for name in (PAULA, QUENTIN):
        email = f"{name.lower().replace(' ', '.')}@example.com"
        glow.create(operations.TEAM, {operations.TEAM_NAME: name, operations.TEAM_EMAIL: email})
    glow.create(
        payouts.RULES,
        {
            payouts.RULE_NAME: "Growth", payouts.RULE_KIND: "Top-up",
            payouts.RULE_CURRENCY: "USD", payouts.RULE_RATE: 5, payouts.RULE_FROM: "2025-09-01",
        },
    )  # fmt: skip
    imported(folder, "a.csv", order(1, "maria.santos", "400"), order(2, "jonas.b", "900"))


def order(number: int, handle: str, net: str, month: str = "10") -> dict[str, str]:
    """A settled order line of 2025."""
    line = an_order(
        number, Creator_Username=handle, Payment_Amount=f"${net}.00",
        Actual_Commission_Base=f"${net}.00",
    )  # fmt: skip
    return {name: cell.replace("/10/2026", f"/{month}/2025") for name, cell in line.items()}


def imported(folder: Path, name: str, *orders: dict[str, str]) -> None:
    """Take in an order file."""
    path = write_orders(folder / name, list(orders))
    assert run("import", str(path)).exit_code == 0


def record_id(glow: Programme, name: str) -> str:
    """The row of Creators of somebody."""
    return next(str(row["id"]) for row in glow.rows(creators.TABLE) if row["Name"] == name)


def posted(period: str = "2025-10") -> None:
    """Calculate, approve and post a month on the command line."""
    month = ("--period", period)
    done("payouts", "calculate", *month, "--by", PAULA)
    done("payouts", "approve", *month, "--by", QUENTIN)
    done("payouts", "post", *month)


def exported(out: Path, *words: str) -> Any:
    """Make the payment files in a folder."""
    return done("payouts", "export", "--out", str(out), *words)


def paypal_rows(out: Path) -> list[list[str]]:
    """The rows of the PayPal files in a folder, in order."""
    files = sorted((out / "glow").glob("payouts-*-paypal-*.csv"))
    return [row for path in files for row in csv.reader(path.read_text().splitlines())]


def said(path: Path, *rows: str) -> str:
    """A result file of our own form."""
    header = "reference,state,paid_at,provider_reference,amount,currency,reason"
    path.write_text("\n".join((header, *rows)) + "\n")
    return str(path)


def statements(glow: Programme) -> dict[float, str]:
    """How far each statement's money is in Airtable, by its amount."""
    return {row["Total"]: row["State"] for row in glow.rows(payouts.STATEMENTS)}
