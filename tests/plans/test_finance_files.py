"""Files finance pays from, and what comes back: formats, limits, references, results."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from automations.approvals import Editor, Teammate, who_decided
from automations.finance_files import FinanceFile, Payment, make_files
from automations.finance_files.cells import amount, as_csv, plain_text
from automations.finance_files.manifest import manifest
from automations.finance_files.references import reference
from automations.payment_results import NotAResultFile, parse_results
from automations.payment_states import Attempt, plan_records
from automations.tax_years import Payment as Paid
from automations.tax_years import plan_tax_year, threshold
from schemas.money import Money
from schemas.records_payees import Payee
from tests.builders_payouts import usd


def a_payment(number: int, *, currency: str = "USD", value: str = "12.50", **changes) -> Payment:
    key = f"statement:appGlow/2026-10:cr{number}:{currency}"
    payment = Payment(
        reference=reference(key, "2026-10", 1), attempt=1, statement=key, period="2026-10",
        creator=f"cr{number}", name=f"Creator {number}", handle="c", method="PayPal",
        account=f"c{number}@mail.example", amount=Money(Decimal(value), currency),
        note="Glow creator payout 2026-10",
    )  # fmt: skip
    return replace(payment, **changes)


def rows(file: FinanceFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.content.decode(), newline="")))


def test_paypal_takes_one_currency_and_5000_rows_and_no_header():
    many = [("paypal", a_payment(n)) for n in range(5_001)]

    files = make_files(7, [*many, ("paypal", a_payment(1, currency="GBP"))])

    assert [(file.name, len(file.payments)) for file in files] == [
        ("payouts-0007-paypal-GBP.csv", 1),
        ("payouts-0007-paypal-USD-1.csv", 5_000),
        ("payouts-0007-paypal-USD-2.csv", 1),
    ]
    first = rows(files[0])[0]
    assert first[0::2] == ["c1@mail.example", "GBP", "Glow creator payout 2026-10"]
    assert (first[1], first[5]) == ("12.50", "PAYPAL")
    assert make_files(7, [("paypal", a_payment(1, currency="GBP")), *reversed(many)]) == files


def test_wise_keeps_its_header_and_takes_ids_or_addresses():
    by_id = a_payment(2, account="40123456", name='Ana "A", Lima', currency="JPY", value="1500")
    (file,) = make_files(1, [("wise", by_id)])
    many = make_files(2, [("wise", a_payment(n)) for n in range(2_001)])

    header, row = rows(file)
    cells = dict(zip(header, row, strict=True))
    assert (cells["recipientId"], cells["recipientEmail"]) == ("40123456", "")
    assert (cells["amount"], cells["amountCurrency"], cells["targetCurrency"]) == (
        "1500", "target", "JPY",
    )  # fmt: skip
    assert cells["name"] == 'Ana "A", Lima'
    assert [len(one.payments) for one in many] == [1_000, 1_000, 1]


def test_nothing_to_pay_is_never_in_a_file():
    with pytest.raises(ValueError, match="nothing to pay"):
        make_files(1, [("csv", a_payment(1, value="0"))])


def test_the_manifest_has_the_control_totals():
    files = make_files(3, [("csv", a_payment(n)) for n in (1, 2)])

    said = manifest(3, files).decode()

    assert '"USD": "25.00"' in said
    assert files[0].sha256 in said


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("=1+1", "'=1+1"), ("+x", "'+x"), ("-x", "'-x"), ("@x", "'@x"), ("\t=x", "'=x"),
        ("\r\n=x", "'=x"), ("\uff1d1", "'\uff1d1"), ("  =x", "'=x"), ("a\nb\tc", "a b c"),
        ('Ana, "A"', 'Ana, "A"'), ("\x00=x", "'=x"), ("\u00a0=x", "'=x"), ("", ""),
    ],
)  # fmt: skip
def test_text_is_one_line_and_never_a_formula(written, cell):
    assert plain_text(written) == cell
    assert next(csv.reader(io.StringIO(as_csv([[written, cell]]).decode(), newline="")))[1] == cell


def test_amounts_stay_amounts():
    assert [amount(one) for one in (usd("1234.5"), Money(Decimal(5), "JPY"), usd("-3"))] == [
        "1234.50", "5", "-3.00",
    ]  # fmt: skip


def test_references_are_short_and_differ():
    made = {reference(f"statement:appGlow/2026-10:cr{n}:USD", "2026-10", 1) for n in range(20_000)}
    again = reference("statement:appGlow/2026-10:cr1:USD", "2026-10", 12)

    assert len(made) == 20_000
    assert all(len(one) <= 30 and " " not in one and one.startswith("AO-202610-") for one in made)
    assert again == f"{reference('statement:appGlow/2026-10:cr1:USD', '2026-10', 1)}-12"


PAYPAL = ["Payout item ID", "Transaction ID", "Transaction status", "Sender item ID", "Amount",
          "Currency", "Time processed", "Error message"]  # fmt: skip
WISE = ["ID", "Status", "name", "amountCurrency", "targetCurrency", "amount", "paymentReference",
        "Finished on"]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "row", "state", "on"),
    [
        (PAYPAL, ["I", "T9", "Success", "AO-1", "1,012.50", "USD", "2026-11-05T08:00:00Z", ""],
         "paid", date(2026, 11, 5)),
        (PAYPAL, ["I", "T9", "RETURNED", "AO-1", "1012.50", "USD", "", "No account"],
         "reversed", None),
        (PAYPAL, ["I", "T9", "Unclaimed", "AO-1", "1012.50", "USD", "", ""], "waiting", None),
        (WISE, ["9", "outgoing_payment_sent", "A", "target", "USD", "1012.50", "AO-1",
                "2026-11-05 08:00:00"], "paid", date(2026, 11, 5)),
        (WISE, ["9", "Cancelled", "A", "target", "USD", "1012.50", "AO-1", ""], "failed", None),
    ],
)  # fmt: skip
def test_reports_are_understood_by_their_headers(header, row, state, on):
    (result,), bad = parse_results([["Report of 5 Nov"], header, row, [""] * len(row)])

    assert not bad
    assert (result.row, result.reference, result.state, result.paid_on) == (3, "AO-1", state, on)
    assert (result.amount, result.currency) == (Decimal("1012.50"), "USD")


def test_a_row_that_is_not_understood_is_told_by_number_and_guesses_nothing():
    header = ["reference", "state", "paid_at", "provider_reference", "amount", "currency", "reason"]
    table = [
        header,
        ["AO-1", "Paid", "", "", "1.00", "USD", ""],
        ["AO-1", "Paid", "05/11/2026", "", "1.00", "USD", ""],
        ["AO-1", "Maybe", "2026-11-05", "", "1.00", "USD", ""],
        ["AO-1", "Paid", "2026-11-05", "", "1,5", "USD", ""],
        ["", "Paid", "2026-11-05", "", "1.00", "USD", ""],
        ["AO-1", "Paid"],
    ]

    results, bad = parse_results(table)
    named, _ = parse_results(table[:2], paid_on=date(2026, 11, 30))

    assert results == ()
    assert [one.row for one in bad] == [2, 3, 4, 5, 6, 7]
    assert named[0].paid_on == date(2026, 11, 30)
    with pytest.raises(NotAResultFile, match="state, amount"):
        parse_results([["reference", "currency"], ["AO-1", "USD"]])


def judged(state: str, said: str, *, is_last: bool = True) -> str:
    table = [["reference", "state", "paid_at", "amount", "currency"],
             ["AO-1", said, "2026-11-05", "5.00", "USD"]]  # fmt: skip
    results, _ = parse_results(table)
    known = {"AO-1": Attempt("AO-1", "s", usd("5"), state, is_last)}
    done = plan_records(results=results, known=known)
    return "changed" if done.changes else (done.bad[0].text if done.bad else "nothing")


@pytest.mark.parametrize(
    ("state", "said", "is_last", "becomes"),
    [
        ("exported", "Paid", True, "changed"), ("exported", "Failed", True, "changed"),
        ("exported", "Reversed", True, "changed"), ("exported", "Pending", True, "nothing"),
        ("paid", "Paid", True, "nothing"), ("paid", "Reversed", True, "changed"),
        ("paid", "Failed", True, "Reversed"), ("failed", "Paid", True, "changed"),
        ("failed", "Paid", False, "paid twice"), ("reversed", "Paid", True, "cannot be paid"),
    ],
)  # fmt: skip
def test_what_a_provider_says_may_change(state, said, is_last, becomes):
    assert becomes in judged(state, said, is_last=is_last)


TEAM = (Teammate("recP", "Paula", "paula@x.example"), Teammate("recQ", "Quentin"))


@pytest.mark.parametrize(
    ("editor", "named", "decided", "refused"),
    [
        (None, "recQ", "recQ", ""),
        (Editor("", ""), "recQ", "recQ", ""),
        (Editor("PAULA@x.example", "P"), "recQ", "recP", ""),
        (Editor("who@x.example", "Who"), "recQ", "recQ", ""),
        (Editor("who@x.example", "Who"), "recP", "", "no row of Team"),
        (Editor("who@x.example", "Who"), "", "", ""),
    ],
)
def test_whoever_edited_the_cell_decides(editor, named, decided, refused):
    found = who_decided(editor=editor, team=TEAM, named=named, field="Approved by")

    assert found.record_id == decided
    assert refused in found.refused


def test_the_tax_year_sums_by_payee_and_asks_for_missing_forms():
    limit = threshold(2026)
    assert limit == usd("2000")
    assert (threshold(2025), threshold(2027)) == (usd("600"), None)
    paid = [
        Paid("a", "h1", "a…@x", "PayPal", usd("1200")),
        Paid("b", "h1", "a…@x", "PayPal", usd("800")),
        Paid("c", "h2", "c…@x", "Wise", usd("1999.99")),
        Paid("d", "h3", "d…@x", "Wise", usd("5000")),
    ]
    payees = {
        "a": Payee("r1", "Ana"),
        "b": Payee("r2", "Bé"),
        "d": Payee("r3", "Dao", tax_form="W-8BEN"),
    }

    found = plan_tax_year(payments=paid, payees=payees, limit=usd("2000"))

    assert [(one.creators, str(one.amount), one.is_over, one.lacks_form) for one in found] == [
        (("Dao",), "USD 5,000.00", False, False),
        (("Ana", "Bé"), "USD 2,000.00", True, True),
        (("c",), "USD 1,999.99", False, False),
    ]
