"""Whatever stands in a cell of Creators or of a provider's file: rows stay rows, money money."""

import csv
import io
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from automations.finance_files import FORMATS, Payment, make_files
from automations.finance_files.references import reference
from automations.payment_results import NotAResultFile, parse_results
from schemas.money import Money

CELL = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["=1+1", "\t=x", "\r\n@x", 'a"b', "a,b", "+1", "-1", "\uff1d1", ";", "'"]
)
WORDS = st.sampled_from(["reference", "state", "amount", "currency", "Paid", "AO-1", "1.00", "USD"])


@given(name=CELL, note=CELL, account=CELL, format_=st.sampled_from(FORMATS), cents=st.integers(1))
def test_no_cell_breaks_a_file_runs_in_it_or_touches_an_amount(name, note, account, format_, cents):
    cents = cents % 10**12 + 1
    payment = Payment(
        reference=reference("statement:a/2026-10:b:USD", "2026-10", 1), attempt=1,
        statement="statement:a/2026-10:b:USD", period="2026-10", creator="b", name=name,
        handle=name, method="PayPal", account=account, amount=Money.from_minor(cents, "USD"),
        note=note,
    )  # fmt: skip

    (file,) = make_files(1, [(format_, payment)])
    rows = list(csv.reader(io.StringIO(file.content.decode(), newline="")))

    row = rows[-1]
    assert len(rows) == (1 if format_ == "paypal" else 2)
    assert len({len(one) for one in rows}) == 1
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert Decimal(cents) / 100 in [
        Decimal(cell) for cell in row if cell.replace(".", "").isdecimal()
    ]
    assert payment.reference in row


@given(table=st.lists(st.lists(CELL | WORDS, max_size=8), max_size=6))
def test_any_table_is_read_refused_or_told_row_by_row(table):
    try:
        results, bad = parse_results(table)
    except NotAResultFile:
        return
    told = {one.row for one in results} | {one.row for one in bad}
    assert told <= set(range(1, len(table) + 1))
