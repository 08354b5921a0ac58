"""Sales a payout run rests on, summed by SQL: what counts, when, and whose it was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from automations.pricing.basis import Basis, Grain
from schemas.money import Money
from schemas.payout_rules import Measure
from schemas.records import CreatorRow
from tests.builders_orders import GLOW_UK, GLOW_US, an_order, pending, write_orders
from worker.imports.orders import import_orders
from worker.ledger import handles, payout_facts, people
from worker.ledger.engine import Ledger

BASE = "appGlow"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BASIS = Basis(Measure.SETTLED, "USD", timedelta())


@pytest.fixture
def glow(ledger: Ledger) -> Ledger:
    with ledger.writing() as connection:
        for name in ("maria.santos", "jonas.b"):
            row = CreatorRow(record_id=f"rec{name}", created_at=NOW, handle=name)
            people.remember_creator(connection, BASE, name.split(".")[0], row, NOW)
    return ledger


def summed(
    ledger: Ledger, folder: Path, *orders: dict[str, str], **changes
) -> list[tuple[str, str, int, str]]:
    path = write_orders(folder / "a.csv", [an_order(900, Creator_Username="x"), *orders])
    import_orders(path, GLOW_US, ledger, NOW, base=BASE)
    with ledger.reading() as connection:
        basis = replace(BASIS, **changes)
        closing = ((GLOW_US, GLOW_UK), "2026-10")
        first = {basis: date(2026, 9, 1)}
        found = payout_facts.sums(connection, BASE, first, closing)[basis]
    return [
        (one.creator, one.window, one.lines, str(Money.from_minor(one.minor, "USD")))
        for one in found
    ]


def test_settled_net_is_summed_by_creator_and_month(glow, tmp_path):
    assert summed(
        glow,
        tmp_path,
        an_order(1),
        an_order(2, Actual_Commission_Base="$10.05"),
        an_order(3, Time_Created="30/09/2026 23:59:59"),
        an_order(4, Creator_Username="@Jonas.B"),
    ) == [
        ("jonas", "2026-10", 1, "USD 25.00"),
        ("maria", "2026-09", 1, "USD 25.00"),
        ("maria", "2026-10", 2, "USD 35.05"),
    ]


@pytest.mark.parametrize(
    "order",
    [
        pending(1),
        an_order(1, Fully_returned_or_refunded="Yes"),
        an_order(1, Order_Status="Ineligible"),
        an_order(1, Order_Status="Under audit"),
        an_order(1, Creator_Username="stranger"),
        an_order(1, Time_Created="31/08/2026 10:00:00"),
    ],
    ids=["pending", "returned", "void", "unknown status", "stranger", "before the rule"],
)
def test_what_is_not_settled_net_is_in_no_sum(glow, tmp_path, order):
    assert summed(glow, tmp_path, order) == []


@pytest.mark.parametrize(
    ("settled_at", "hold_back", "counts"),
    [
        ("30/10/2026 23:59:59", 1, True),
        ("31/10/2026 00:00:00", 1, False),  # due exactly at the cut-off: waits
        ("31/10/2026 23:59:59", 0, True),
        ("01/11/2026 00:00:00", 0, False),
        ("02/10/2026 00:00:00", 30, False),
        ("01/10/2026 23:59:59", 30, True),
    ],
)
def test_the_hold_back_is_over_before_the_cut_off(glow, tmp_path, settled_at, hold_back, counts):
    order = an_order(1, Time_Created="14/09/2026 10:00:00", Time_Commission_Paid=settled_at)

    found = summed(glow, tmp_path, order, hold_back=timedelta(days=hold_back))

    assert bool(found) is counts


def test_what_is_left_out_is_told_with_its_sum(glow, tmp_path):
    summed(
        glow, tmp_path, an_order(1, Order_Status="Under audit"), an_order(2, Order_Status="Frozen")
    )  # fmt: skip

    assert told(glow, GLOW_US.name) == [
        ("are on hold at TikTok", 1, "USD 25.00"),
        ("have a handle that no row of Creators has", 1, "USD 25.00"),
        ("have a status nobody has reviewed", 1, "USD 25.00"),
    ]
    assert told(glow, "Glow UK") == [("are of a shop that Settings does not name", 3, "USD 75.00")]


def told(ledger: Ledger, *shops: str) -> list[tuple[str, int, str]]:
    with ledger.reading() as connection:
        found = payout_facts.left_out(connection, BASE, shops)
    return [(one.why, one.count, str(one.amount)) for one in found]


GROSS = {"measure": Measure.GMV}


@pytest.mark.parametrize(
    ("order", "gmv"),
    [
        (pending(1), "USD 25.00"),
        (an_order(1, Actual_Commission_Base="$5.00"), "USD 25.00"),  # refunded in part
        (an_order(1, Payment_Amount="$0.00", Est_Commission_Base="$0.00"), ""),  # a sample
        (pending(1, Order_Status="Unpaid by customer"), ""),
        (an_order(1, Fully_returned_or_refunded="Yes"), ""),
        (pending(1, Order_Status="Ineligible"), ""),
        (pending(1, Order_Status="Frozen"), ""),
        (pending(1, Order_Status="Under audit"), ""),
        (pending(1, Time_Created="31/10/2026 23:59:59"), "USD 25.00"),
        (pending(1, Time_Created="01/11/2026 00:00:00"), ""),
    ],
)
def test_gmv_is_what_customers_paid_for_and_kept(glow, tmp_path, order, gmv):
    assert [found[3] for found in summed(glow, tmp_path, order, **GROSS)] == ([gmv] if gmv else [])


def test_gmv_is_held_back_from_the_order_on(glow, tmp_path):
    orders = [
        pending(1, Time_Created="28/10/2026 23:59:59"),
        pending(2, Time_Created="29/10/2026 01:00:00"),
    ]

    found = summed(glow, tmp_path, *orders, **GROSS, hold_back=timedelta(days=3))

    assert found == [("maria", "2026-10", 1, "USD 25.00")]


def test_a_campaign_sums_its_days_and_its_product_together(glow, tmp_path):
    days = ("04", "05", "20", "21")
    orders = [pending(n, Time_Created=f"{d}/10/2026 12:00:00") for n, d in enumerate(days, 1)]
    other = pending(9, Product_ID="1729382256910279999", Time_Created="06/10/2026 12:00:00")
    launch = {
        "grain": Grain.SPAN, "window": "2026-10-05..2026-10-20", "since": date(2026, 10, 5),
        "until": date(2026, 10, 20), "product": "1729382256910270001", **GROSS,
    }  # fmt: skip

    found = summed(glow, tmp_path, *orders, other, **launch)

    assert found == [("maria", "2026-10-05..2026-10-20", 2, "USD 50.00")]


def test_the_first_sale_is_the_earliest_order_of_all(glow, tmp_path):
    orders = [an_order(1), an_order(2, Time_Created="03/09/2026 09:00:00")]

    assert summed(glow, tmp_path, *orders, grain=Grain.EVER)[0][:3] == ("maria", "2026-09", 2)


def test_a_handle_that_changed_hands_pays_each_for_their_time_and_nobody_between(glow, tmp_path):
    mid_october = datetime(2026, 10, 15, tzinfo=UTC)
    with glow.writing() as connection:
        handles.contest(connection, BASE, "maria.santos", mid_october)
        handles.claim(connection, BASE, "jonas", "maria.santos", mid_october + timedelta(days=5))
    orders = [
        pending(n, Time_Created=f"{d}/10/2026 12:00:00") for n, d in ((1, 10), (2, 16), (3, 25))
    ]

    found = summed(glow, tmp_path, *orders, pending(99, Creator_Username="jonas.b"), **GROSS)

    assert found == [("jonas", "2026-10", 2, "USD 50.00"), ("maria", "2026-10", 1, "USD 25.00")]
    assert told(glow, GLOW_US.name) == [
        ("could be claimed by two creators: their handle changed hands", 1, "USD 25.00"),
        ("have a handle that no row of Creators has", 1, "USD 25.00"),
    ]
