"""Order files against settlements against payouts: what differs is found, told once, and kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, update

from automations.three_way import Kind
from schemas.rules import Rules
from schemas.tables import exceptions as table
from tests.builders_orders import GLOW_US
from tests.builders_roi import (
    BASE,
    OCTOBER,
    PEOPLE,
    a_line,
    a_posted_line,
    still_pending,
    with_lines,
    with_people,
    with_posted,
)
from tests.builders_three_way import Sheet, stated, with_settlements
from worker.ledger.engine import Ledger
from worker.ledger.posted_statements import post_statements
from worker.ledger.tables_money import POSTED_LINES
from worker.ledger.tables_statements import PAYMENT_FILES, PAYMENTS
from worker.three_way import Reconciled, reconcile

NOW = datetime(2026, 12, 1, tzinfo=UTC)
RUN = SimpleNamespace(key=f"{BASE}/2026-10", base=BASE, period="2026-10")
RULES = replace(Rules(), shops=(GLOW_US,))
LATER = stated(99, statement_on="2026-11-30", affiliate_commission=0)  # settlements reach that far


@pytest.fixture
def glow(ledger: Ledger) -> Ledger:
    with_people(ledger)
    return ledger


def checked(ledger: Ledger, sheet: Sheet | None = None) -> Reconciled:
    return reconcile(sheet or Sheet(), ledger, RULES, NOW)


def kinds(found: Reconciled) -> list[tuple[Kind, str, int, int]]:
    return [(one.kind, one.order[-2:], one.ours, one.theirs) for one in found.open]


def test_sides_that_agree_leave_no_exception_whatever_the_columns_and_months(glow):
    with_lines(glow, [
        a_line(1),
        a_line(2, actual_commission=0, actual_shop_ads=500),
        a_line(3, sku_id="a"), a_line(3, sku_id="b"),
        a_line(4, settled_at=datetime(2026, 11, 1, 6, 59, tzinfo=UTC)),  # still October in the shop
        still_pending(5),
        a_line(6, settled_at=NOW),  # not overdue yet
    ])  # fmt: skip
    with_settlements(glow, [
        stated(1), stated(1, source="profit and loss", statement_id=""),  # the same money
        stated(2, affiliate_commission=0, affiliate_ads_commission=-500),
        stated(3, sku_id="a"), stated(3, sku_id="b"),
        stated(4, statement_on="2026-11-02"),
        stated(7, type="GMV payment", is_ad_payment=True),
        LATER,
    ])  # fmt: skip

    found = checked(glow)

    assert found.open == ()
    assert [(one.month, one.orders, one.settlements, one.timing) for one in found.months] == [
        ("2026-10", 4 * 375 + 500, 3 * 375 + 500, -375),
        ("2026-11", 375, 375, 0),
    ]


@pytest.mark.parametrize(
    ("lines", "settlements", "expected"),
    [
        ([a_line(1)], [stated(1, affiliate_commission=-400)], (Kind.DIFFERS, 375, 400)),
        ([a_line(1)], [], (Kind.NOT_SETTLED, 375, 0)),
        ([], [stated(1)], (Kind.NOT_IN_ORDERS, 0, 375)),
        ([still_pending(1)], [stated(1)], (Kind.PENDING, 0, 375)),
        (
            [a_line(1)],
            [stated(1), stated(1, statement_id="s2", type="Refund", statement_on="2026-11-20",
                               affiliate_commission=None, commission_refund=375)],
            (Kind.REFUNDED, 375, 0),
        ),
        (
            [a_line(1)],
            [stated(1), stated(1, statement_id="s2", type="Refund", statement_on="2026-10-30",
                               affiliate_commission=None, commission_refund=375)],
            (Kind.DIFFERS, 375, 0),
        ),
        ([a_line(1)], [stated(1, commission_deposit=-25)], (Kind.DIFFERS, 375, 400)),
    ],
    ids=["amount", "in no settlement", "in no order file", "pending", "refunded after payout",
         "refunded before payout", "deposit"],
)  # fmt: skip
def test_what_does_not_agree_is_an_exception_of_its_kind(glow, lines, settlements, expected):
    with_lines(glow, lines)
    with_settlements(glow, [*settlements, LATER, stated(98, affiliate_commission=0,
                     statement_on="2026-10-01")])  # fmt: skip
    with_posted(glow, a_posted_line("maria", 125))

    found = checked(glow)

    assert kinds(found) == [(expected[0], "01", *expected[1:])]
    assert found.open[0].creator == ("maria" if lines else "")
    total = sum(one.settlements - one.orders for one in found.months)
    assert total == sum(one.difference for one in found.open)


def test_a_shop_without_settlements_has_nothing_to_compare(glow):
    with_lines(glow, [a_line(1)])

    found = checked(glow)

    assert (found.open, found.silent) == ((), ("Glow US",))


def test_partners_commission_is_told_apart_from_creators(glow):
    with_lines(glow, [a_line(1)])
    with_settlements(glow, [stated(1, affiliate_partner_commission=-50)])

    found = checked(glow)

    assert found.open == ()
    assert [one.partners for one in found.months] == [50]


def test_what_a_person_explained_stays_so_until_its_amounts_change(glow):
    sheet = Sheet()
    with_lines(glow, [a_line(1), a_line(2, creator_handle=PEOPLE["jonas"])])
    with_settlements(glow, [stated(1, affiliate_commission=-400), stated(2), LATER])
    assert len(checked(glow, sheet).open) == 1
    (key,) = sheet.rows
    assert sheet.rows[key][table.CREATOR] == ["recmaria"]

    sheet.rows[key][table.STATE] = "Explained"
    written = sheet.written
    found = checked(glow, sheet)
    assert (found.open, found.explained, sheet.written) == ((), 1, written)
    del sheet.rows[key]  # deleted in Airtable: it does not ask again
    assert checked(glow, sheet).open == ()

    with_settlements(glow, [stated(1, affiliate_commission=-500), stated(2), LATER])
    assert kinds(checked(glow, sheet)) == [(Kind.DIFFERS, "01", 375, 500)]
    assert sheet.rows[key][table.STATE] == "Open"
    assert "amounts changed" in str(sheet.rows[key][table.NOTE])

    sheet.rows[key][table.STATE] = "Fixed"  # said to be, but it is not
    assert len(checked(glow, sheet).open) == 1

    with_settlements(glow, [stated(1), stated(2), LATER])
    found = checked(glow, sheet)
    assert (found.open, found.fixed) == ((), 1)
    assert (sheet.rows[key][table.STATE], sheet.rows[key][table.DIFFERENCE]) == ("Fixed", 0)
    assert checked(glow, sheet).fixed == 0


def test_the_largest_two_hundred_are_shown_and_the_rest_counted(glow):
    with_lines(glow, [])
    lines = [stated(n, affiliate_commission=-n) for n in range(1, 231)]
    with_settlements(glow, lines)
    sheet = Sheet()

    found = checked(glow, sheet)

    assert (len(found.open), len(sheet.rows), found.unshown) == (230, 200, 30)
    assert found.open[0].theirs == 230


def test_patience_counts_from_the_last_settlement_imported(glow):
    ends = GLOW_US.start_of(datetime(2026, 11, 30, tzinfo=UTC).date()) - timedelta(days=14)
    with_lines(glow, [a_line(1, settled_at=ends), a_line(2, settled_at=ends - timedelta(seconds=1)),
                      a_line(3, settled_at=OCTOBER.replace(month=9))])  # fmt: skip
    with_settlements(glow, [LATER, stated(98, affiliate_commission=0)])

    assert kinds(checked(glow)) == [(Kind.NOT_SETTLED, "02", 375, 0)]


def a_payment(ledger: Ledger, reference: str, minor: int, state: str, *, days_ago: int = 1) -> None:
    """A payment of Maria's October statement, in a file of its own."""
    statement = f"statement:{BASE}/2026-10:maria:USD"
    made = {"base": BASE, "name": f"{reference}.csv", "batch": 1, "period": "2026-10",
            "format": "csv", "currency": "USD", "row_count": 1, "sha256": "",
            "made_at": NOW - timedelta(days=days_ago)}  # fmt: skip
    paid = {"base": BASE, "reference": reference, "statement": statement, "attempt": 1,
            "file": made["name"], "position": 1, "creator": "maria", "currency": "USD",
            "amount_minor": minor, "method": "PayPal", "payee_hash": "h", "mailbox_hash": "h",
            "payee_shown": "m…@x", "state": state}  # fmt: skip
    with ledger.writing() as connection:
        connection.execute(insert(PAYMENT_FILES), made)
        connection.execute(insert(PAYMENTS), paid)


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ([], []),
        ([(125, "paid", 90)], []),
        ([(125, "failed", 90), (125, "exported", 13)], []),
        ([(125, "exported", 15)], [(Kind.NO_RESULT, 125, 0)]),
        ([(120, "exported", 1)], [(Kind.PAYMENT, 125, 120)]),
        ([(125, "paid", 9), (125, "exported", 1)], [(Kind.TWICE, 125, 250)]),
    ],
    ids=["not exported", "paid", "again after a failure", "no result", "other amount", "twice"],
)
def test_a_posted_statement_is_held_against_its_payments(glow, payments, expected):
    with_posted(glow, a_posted_line("maria", 125))
    with glow.writing() as connection:
        post_statements(connection, RUN, NOW)
    for n, (minor, state, days_ago) in enumerate(payments):
        a_payment(glow, f"r{n}", minor, state, days_ago=days_ago)

    found = checked(glow)

    assert [(one.kind, one.ours, one.theirs) for one in found.open] == expected


def test_a_statement_that_is_not_its_lines_is_told(glow):
    with_posted(glow, a_posted_line("maria", 125))
    with glow.writing() as connection:
        post_statements(connection, RUN, NOW)
        connection.execute(update(POSTED_LINES).values(amount_minor=126))

    assert [(one.kind, one.ours, one.theirs) for one in checked(glow).open] == [
        (Kind.STATEMENT, 125, 126)
    ]
