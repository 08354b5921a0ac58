"""The seller's Affiliate orders export: headers, cells and what becomes of a row."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schemas.order_cells import minor_units, order_of
from schemas.order_columns import COLUMNS, COLUMNS_WITH_REGION, WrongHeader, match_header
from schemas.orders import LineStatus, OrderLine, Rejection, parse_line, status_of
from schemas.parsing import BadCell
from tests.builders_orders import GLOW_UK, GLOW_US, an_order, pending


def read(order: dict[str, str], shop=GLOW_US, header=COLUMNS) -> OrderLine | Rejection:
    at = match_header(header)
    assert not isinstance(at, WrongHeader)
    return parse_line(at, [order[column] for column in header], 7, shop)


def line(order: dict[str, str], **kwargs) -> OrderLine:
    parsed = read(order, **kwargs)
    assert isinstance(parsed, OrderLine), parsed
    return parsed


def test_the_us_file_has_thirty_columns_and_the_uk_file_one_more():
    assert len(COLUMNS) == 30
    assert len(COLUMNS_WITH_REGION) == 31
    assert COLUMNS_WITH_REGION.index("Creator Region") == 12


def test_a_settled_row_is_read_to_the_cent_and_the_second():
    parsed = line(an_order(1))

    assert parsed.order_id == "576460752303423501"
    assert parsed.status is LineStatus.SETTLED
    assert (parsed.payment_amount, parsed.actual_commission_base) == (2500, 2500)
    assert (parsed.actual_commission, parsed.actual_shop_ads) == (375, None)
    assert parsed.created_on == "2026-10-14"
    assert parsed.created_at == datetime(2026, 10, 14, 16, 30, tzinfo=UTC)
    assert parsed.creator_handle == "maria.santos"


def test_the_day_of_a_line_is_the_shops_day_not_utcs():
    parsed = line(an_order(1, Time_Created="31/10/2026 23:30:00"))

    assert parsed.created_on == "2026-10-31"
    assert parsed.created_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_the_uk_files_extra_column_shifts_nothing():
    order = an_order(1, Currency="GBP", Price="£9.00", Payment_Amount="£9.00")
    order |= {name: value.replace("$", "£") for name, value in order.items()}

    parsed = line(order, shop=GLOW_UK, header=COLUMNS_WITH_REGION)

    assert (parsed.payment_amount, parsed.content_type) == (900, "Video")


def test_columns_are_found_by_name_in_any_order_case_and_with_stray_characters():
    shuffled = tuple(f"\u200b{column.upper()}\t " for column in reversed(COLUMNS))

    at = match_header((*shuffled, "Something new"))

    assert not isinstance(at, WrongHeader)
    assert at["Platform"] == 0
    assert len(at) == 30


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ([c if c != "Actual Commission Base" else "Actual Commission Basis" for c in COLUMNS],
         "'Actual Commission Base' is missing, 'actual commission basis' looks like its new name"),
        ([c for c in COLUMNS if c != "Time Created"], "'Time Created' is missing"),
        ([*COLUMNS, "Order ID"], "'Order ID' is there 2 times"),
        ([c if c != "Payment time" else "Payments time" for c in COLUMNS], "looks like its new"),
        (["Order ID", "Shop code", "Commission GMV"], "partner agency"),
        ([*COLUMNS, "Shared with partner"], "creator's own"),
        (["Date", "Customer", "Total"], "only 0 of the 30"),
    ],
)  # fmt: skip
def test_a_header_that_changed_says_what_changed(header, says):
    wrong = match_header(header)

    assert isinstance(wrong, WrongHeader)
    assert says in wrong.why


def test_an_older_generation_without_the_optional_columns_is_read():
    older = [c for c in COLUMNS if c not in {"Order Delivery Time", "Price", "Platform"}]

    at = match_header([*older, "Seller Sku", "Ready to ship time", "Order completed time"])

    assert not isinstance(at, WrongHeader)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("Unpaid by customer", LineStatus.UNPAID),
        ("Shipped", LineStatus.PENDING),
        ("Completed", LineStatus.PENDING),
        (" SETTLED\t", LineStatus.SETTLED),
        ("Ineligible", LineStatus.VOID),
        ("Cancelled", LineStatus.VOID),
        ("Frozen", LineStatus.HOLD),
        ("Awaiting galactic audit", LineStatus.NEEDS_REVIEW),
    ],
)
def test_statuses_map_and_unknown_ones_wait_for_review(raw, status):
    assert status_of(raw) is status
    assert line(an_order(1, Order_Status=raw)).raw_status == raw.strip()


def test_unknown_is_not_zero():
    parsed = line(pending(1, Price="--"))

    assert (parsed.price, parsed.actual_commission_base) == (None, None)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"Order_ID": "5.7646E+17"}, "Order ID"),
        ({"SKU_ID": "17293822569.0"}, "SKU ID"),
        ({"Payment_Amount": "--"}, "Payment Amount"),
        ({"Payment_Amount": "35,91"}, "Payment Amount"),
        ({"Payment_Amount": "-5.00"}, "Payment Amount"),
        ({"Payment_Amount": "($5.00)"}, "Payment Amount"),
        ({"Payment_Amount": "9" * 40}, "Payment Amount"),
        ({"Actual_Commission_Base": "N/A"}, "Actual Commission Base"),
        ({"Creator_Username": " "}, "Creator Username"),
        ({"Currency": "GBP"}, "Currency"),
        ({"Quantity": "1.5"}, "Quantity"),
        ({"Order_Status": ""}, "Order Status"),
        ({"Fully_returned_or_refunded": "maybe"}, "Fully returned or refunded"),
        ({"Time_Created": "2026-10-14"}, "Time Created"),
        ({"Time_Created": "31/02/2026 10:00:00"}, "Time Created"),
        ({"Time_Created": ""}, "Time Created"),
    ],
)
def test_a_row_that_cannot_be_trusted_is_rejected_by_row_and_column(changes, column):
    rejected = read(an_order(1, **changes))

    assert isinstance(rejected, Rejection)
    assert (rejected.row, rejected.column) == (7, column)
    assert rejected.reason


@pytest.mark.parametrize(
    ("cell", "currency", "minor"),
    [
        ("$1,234.56", "USD", 123456),
        ("1234.5", "USD", 123450),
        ("US$0.99", "USD", 99),
        ("RM 12.00", "MYR", 1200),
        ("£3", "GBP", 300),
        ("BRL 35,91", "BRL", 3591),
        ("R$ 1.235,91", "BRL", 123591),
        ("120.000₫", "VND", 120000),
        ("120,000", "VND", 120000),
        ("Rp 12.000", "IDR", 1200000),
        ("1.234,50 €", "EUR", 123450),
        ("1,234.50", "EUR", 123450),
        ("1.234", "KWD", 1234),
        ("12.00", "JPY", 12),
        ("0", "USD", 0),
        ("--", "USD", None),
        ("", "USD", None),
    ],
)
def test_money_is_read_as_its_shop_writes_it(cell, currency, minor):
    assert minor_units(cell, currency) == minor


@pytest.mark.parametrize(
    ("cell", "currency"),
    [("1.234", "USD"), ("35.91", "BRL"), ("1,23,456.00", "USD"), ("12.5", "VND"), ("x", "USD"),
     ("1.2.3", "USD"), ("5.", "USD"), ("٣", "USD"), ("1e5", "USD")],
)  # fmt: skip
def test_money_of_another_locale_is_refused_not_guessed(cell, currency):
    with pytest.raises(BadCell):
        minor_units(cell, currency)


@pytest.mark.parametrize(
    ("cell", "proves"),
    [("14/10/2026 09:30:00", "day"), ("10/14/2026", "month"), ("04/05/2026", ""), ("--", "")],
)
def test_some_dates_prove_their_order(cell, proves):
    assert order_of(cell) == proves


@pytest.mark.parametrize(
    "typed",
    [
        "@Maria.Santos",
        "maria.santos",
        "https://www.tiktok.com/@maria.santos?lang=en",
        "MARIA.SANTOS\t",
    ],
)
def test_a_handle_is_the_same_however_it_is_typed(typed):
    assert line(an_order(1, Creator_Username=typed)).creator_handle == "maria.santos"


def test_a_line_never_steps_back_in_its_life():
    stages = ["Unpaid by customer", "Pending", "Settled", "Ineligible"]
    lines = [line(an_order(1, Order_Status=status)) for status in stages]

    assert [parsed.rank for parsed in lines] == sorted({parsed.rank for parsed in lines})
    assert replace(lines[2], fully_returned=True).rank > lines[2].rank
