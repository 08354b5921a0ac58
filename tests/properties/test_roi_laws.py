"""Laws of ROI: shares are exact, every split sums to the total, SQL counts as arithmetic does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automations.roi.figures import Account, By, CostKind, ratio
from automations.roi.sharing import shared_equally
from automations.roi.sorting import CampaignDays, Sorting, Span
from automations.roi.tables import Cost, Grouping, Sales, roi_tables
from tests.builders_roi import BASE, OCTOBER, PEOPLE, a_line, with_lines, with_people
from worker.ledger import roi_facts
from worker.ledger.engine import Ledger, open_ledger

NAMES = st.sampled_from(["ana", "ben", "cem", "dee", "eve"])
MONTHS = st.sampled_from(["2026-09", "2026-10"])
MINOR = st.integers(-10_000, 10_000_000)
COSTS = st.lists(
    st.builds(
        Cost, st.sampled_from(CostKind), MONTHS, st.sampled_from(["USD", "JPY"]), MINOR,
        st.just("") | NAMES, st.just("") | NAMES, st.just("") | NAMES,
    )
)  # fmt: skip


@given(MINOR, st.sets(st.text(min_size=1), min_size=1, max_size=40))
def test_equal_shares_sum_to_the_amount_and_differ_by_one_unit_at_most(minor, among):
    shares = shared_equally(minor, among)

    assert sum(shares.values()) == minor
    assert max(shares.values()) - min(shares.values()) <= 1


def test_sharing_among_nobody_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        shared_equally(5, [])


@given(COSTS, st.dictionaries(MONTHS, st.sets(NAMES)), st.dictionaries(NAMES, NAMES),
       st.sampled_from(By))  # fmt: skip
def test_costs_stand_in_exactly_one_row_however_they_are_told_apart(costs, active, groups, by):
    tables = roi_tables(grouping=Grouping(by, groups, active), sales=[], totals=[], costs=costs)

    for one in tables:
        here = [cost for cost in costs if cost.currency == one.currency]
        summed = sum((row.account for row in one.rows), Account())
        assert summed == one.total
        assert summed.cost == sum(cost.minor for cost in here)


def test_a_ratio_to_nothing_is_unknown_and_never_zero():
    assert ratio(5, 0) is None
    assert Account(gross=5).cash_roi is None
    assert Account(gross=500, commission_actual=100, samples=25).full_roi == 4


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    folder: Path = tmp_path_factory.mktemp("roi")
    opened = open_ledger(f"sqlite:///{folder / 'ledger.db'}")
    with_people(opened)
    yield opened
    opened.close()


AMOUNT = st.none() | st.integers(0, 100_000)
LINE = st.fixed_dictionaries(
    {
        "sku_id": st.sampled_from(["1", "2"]),
        "creator_handle": st.sampled_from([*PEOPLE.values(), "stranger"]),
        "product_id": st.sampled_from(["p1", "p2"]),
        "content_id": st.sampled_from(["", "v1"]),
        "currency": st.sampled_from(["USD", "EUR"]),
        "status": st.sampled_from(["settled", "pending", "void", "unpaid", "hold"]),
        "fully_returned": st.booleans(),
        "payment_amount": st.integers(0, 100_000),
        "actual_commission": AMOUNT,
        "est_commission": AMOUNT,
        "actual_shop_ads": AMOUNT,
        "est_shop_ads": AMOUNT,
        "created_at": st.integers(-50, 25).map(lambda days: OCTOBER + timedelta(days=days)),
    }
)
SPAN = Span("2026-09", "2026-10")
CAMPAIGNS = (CampaignDays("c1", "p1", "2026-09-10", "2026-10-10"), CampaignDays("c2", "", "", "x"))


def expected(lines: list[dict[str, Any]]) -> dict[str, tuple[int, int, int, int]]:
    """Gross, net and commission (actual, estimated) by currency, one line after another."""
    found: dict[str, list[int]] = {}
    for line in lines:
        if line["created_on"][:7] not in SPAN or line["status"] not in ("settled", "pending"):
            continue
        sums = found.setdefault(line["currency"], [0, 0, 0, 0])
        sums[0] += line["payment_amount"]
        sums[1] += 0 if line["fully_returned"] else line["payment_amount"]
        for part in ("commission", "shop_ads"):
            actual, estimate = line[f"actual_{part}"], line[f"est_{part}"]
            if actual is not None and (actual > 0 or line["status"] == "settled"):
                sums[2] += actual
            elif not (line["fully_returned"] and line["status"] == "pending"):
                sums[3] += estimate or 0
    return {currency: (a, b, c, d) for currency, (a, b, c, d) in found.items()}


@settings(max_examples=15)  # each writes and reads a ledger
@given(st.lists(LINE, max_size=12))
def test_sql_counts_as_plain_arithmetic_does_in_every_split(ledger, drawn):
    lines = [a_line(n // 2, sku_id=f"{n}", **{k: v for k, v in one.items() if k != "sku_id"})
             for n, one in enumerate(drawn)]  # fmt: skip
    with_lines(ledger, lines)

    for by in By:
        sorting = Sorting(by, {"maria": "x", "jonas": "y"}, {"v1": "c3"}, CAMPAIGNS, {"p1": 5_000})
        with ledger.reading() as connection:
            rows = roi_facts.sales(connection, BASE, sorting, SPAN)
            whole = roi_facts.all_sales(connection, BASE, sorting, SPAN)
        assert _by_currency(rows) == _by_currency(whole) == expected(lines)


def _by_currency(sales: tuple[Sales, ...]) -> dict[str, tuple[int, int, int, int]]:
    found: dict[str, Account] = {}
    for one in sales:
        found[one.currency] = found.get(one.currency, Account()) + one.account
    return {
        currency: (a.gross, a.net, a.commission_actual, a.commission_estimated)
        for currency, a in found.items()
    }
