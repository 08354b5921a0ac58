"""What ROI reads of the team's tables, how campaigns claim lines, and how figures read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from automations.roi.figures import Account, By
from automations.roi.sorting import CampaignDays, Span, campaign_days
from automations.roi.tables import NOBODY, NONE, RoiTable, nobodys
from schemas.money import Money
from schemas.parsing import BadCell, Row
from schemas.records_costs import (
    CampaignSpan,
    parse_campaign_span,
    parse_cost,
    parse_product_margin,
    parse_sent_sample,
)
from schemas.tables import campaigns, costs, pipeline
from worker import roi_words

COST: dict[Any, object] = {
    costs.MONTH: "2026-10", costs.KIND: "Tool", costs.AMOUNT: 129, costs.CURRENCY: "usd",
}  # fmt: skip


def a_row(cells: dict[Any, object]) -> Row:
    return Row("rec1", datetime(2026, 10, 1, tzinfo=UTC), cells)


def test_a_cost_has_a_month_a_kind_an_amount_and_a_currency():
    assert parse_cost(a_row(COST)).amount == Money(Decimal(129), "USD")
    assert parse_cost(a_row(COST | {costs.AMOUNT: -5})).amount == Money(Decimal(-5), "USD")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({costs.MONTH: ""}, "Month is empty"),
        ({costs.MONTH: "Oct"}, "not a month"),
        ({costs.KIND: "Fun"}, "Kind should be one of"),
        ({costs.AMOUNT: None}, "Amount is empty"),
        ({costs.AMOUNT: 0.005}, "too many decimals"),
        ({costs.CURRENCY: "dollars"}, "like USD"),
        ({costs.CURRENCY: ""}, "Currency is empty"),
    ],
)
def test_a_cost_that_cannot_be_counted_says_what_is_wrong(cells, said):
    with pytest.raises(BadCell, match=said):
        parse_cost(a_row(COST | cells))


@pytest.mark.parametrize(
    ("cells", "left_on", "cost"),
    [
        ({pipeline.SAMPLE_SHIPPED: "2026-10-02"}, date(2026, 10, 2), None),
        ({pipeline.SAMPLE_DELIVERED: "2026-10-09", pipeline.SAMPLE_COST: 7.5}, date(2026, 10, 9),
         Decimal("7.5")),
        ({pipeline.SAMPLE_STATUS: "Shipped"}, None, None),
    ],
)  # fmt: skip
def test_a_sample_counts_once_it_left(cells, left_on, cost):
    sample = parse_sent_sample(a_row(cells))

    assert sample is not None
    assert (sample.left_on, sample.cost) == (left_on, cost)


def test_a_sample_that_never_left_costs_nothing_and_a_negative_one_is_refused():
    assert parse_sent_sample(a_row({pipeline.SAMPLE_STATUS: "Requested"})) is None
    with pytest.raises(BadCell, match="below zero"):
        parse_sent_sample(a_row({pipeline.SAMPLE_SHIPPED: "2026-10-02", pipeline.SAMPLE_COST: -1}))


def test_margins_and_campaign_days_that_cannot_be_are_refused():
    assert parse_product_margin(a_row({campaigns.PRODUCT_MARGIN: 33.3})).margin == 3330
    with pytest.raises(BadCell, match="from -100 to 100"):
        parse_product_margin(a_row({campaigns.PRODUCT_MARGIN: 250}))
    days: dict[Any, object] = {campaigns.CAMPAIGN_STARTS: "2026-10-05"}
    assert parse_campaign_span(a_row(days)).starts_on == date(2026, 10, 5)
    with pytest.raises(BadCell, match="before Starts on"):
        parse_campaign_span(a_row(days | {campaigns.CAMPAIGN_ENDS: "2026-10-01"}))


def test_campaigns_claim_lines_by_product_first_then_the_latest():
    first, second = date(2026, 9, 1), date(2026, 10, 1)
    spans = [
        CampaignSpan("recAll", "All", "", second, None),
        CampaignSpan("recOld", "Old", "recSerum", first, second),
        CampaignSpan("recNew", "New", "recSerum", second, None),
        CampaignSpan("recNoId", "Product without an id", "recMask", first, second),
        CampaignSpan("recVideos", "By its videos alone", "", None, None),
    ]

    assert campaign_days(spans, {"recSerum": "p1", "recMask": ""}) == (
        CampaignDays("recNew", "p1", "2026-10-01", ""),
        CampaignDays("recOld", "p1", "2026-09-01", "2026-10-01"),
        CampaignDays("recAll", "", "2026-10-01", ""),
    )


def test_a_span_knows_its_months():
    span = Span("2026-11", "2027-02")

    assert list(span.months()) == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert "2026-12" in span
    assert "2027-03" not in span


def test_figures_read_as_people_write_them():
    account = Account(lines=3, orders=3, gross=1_000, net=1_000, commission_estimated=1,
                      commission_actual=999)  # fmt: skip

    assert roi_words.cells(account, "USD")[:6] == ("10.00", "10.00", "3", "3.33", "10.00",
                                                   "under 1 %")  # fmt: skip
    assert roi_words.figures(account, "JPY")["aov"] == "333"
    assert roi_words.times(None) == roi_words.percent(None) == "n/a"
    assert roi_words.estimated(RoiTable(By.MONTH, "USD", (), Account())).startswith("No commission")
    assert account.effective_rate == 1
    with_margin = Account(gross=100, net=100, net_with_margin=100, contribution=500_000,
                          commission_actual=25)  # fmt: skip
    assert roi_words.tiles(with_margin, "USD")[-1][1] == "100 %"
    assert (nobodys(By.TIER, NONE), nobodys(By.TIER, "gold")) == ("no tier", "")
    assert nobodys(By.TIER, NOBODY) == "no creator was active that month"
