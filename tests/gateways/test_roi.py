"""ROI read from the ledger: what counts, whose it is, and that every split sums to the total."""

import pytest
from sqlalchemy import insert, update

from automations.payout_frozen import frozen
from automations.roi.figures import Account, By
from automations.roi.sorting import Span
from automations.roi.tables import RoiTable
from schemas.tables import campaigns, content, costs, creators, pipeline
from tests.builders_payouts import a_top_up
from tests.builders_roi import (
    BASE,
    OCTOBER,
    PEOPLE,
    a_line,
    a_posted_line,
    still_pending,
    typed,
    with_lines,
    with_people,
    with_posted,
)
from worker.ledger.engine import Ledger
from worker.ledger.tables import CREATOR_HANDLES
from worker.roi import Roi, read_roi

SPAN = Span("2026-09", "2026-10")
SEPTEMBER = OCTOBER.replace(month=9)
LINES = (
    a_line(1, content_id="73001"),
    a_line(2, product_id="p2", creator_handle=PEOPLE["jonas"], payment_amount=4000),
    a_line(1, sku_id="1730", product_id="p2", payment_amount=1000),  # the same order as the first
    still_pending(3, creator_handle=PEOPLE["aiko"], est_commission=500, est_shop_ads=25),
    still_pending(4, creator_handle="stranger", created_at=SEPTEMBER),
    a_line(5, fully_returned=True),
    still_pending(6, fully_returned=True),
    a_line(7, payment_amount=0, actual_commission=0, actual_commission_base=0),  # a sample
    a_line(8, status="void"),
    a_line(9, status="unpaid", actual_commission=None),
    a_line(10, status="needs review", actual_commission=None),
    a_line(11, currency="GBP", shop="Glow UK", payment_amount=1999),
    a_line(12, created_at=OCTOBER.replace(month=11)),
)


@pytest.fixture
def glow(ledger: Ledger) -> Ledger:
    with_people(ledger)
    with_lines(ledger, LINES)
    with_posted(
        ledger,
        a_posted_line("maria", 1250),
        a_posted_line("maria", -250, window="2026-09", kind="Clawback"),
        a_posted_line("jonas", 30000, rule="Retainer", kind="Retainer"),
        a_posted_line("jonas", -900, rule="carry-over out USD", kind="Carry-over"),
        a_posted_line("jonas", 777, window="2026-08"),
    )
    for record, name, tier in (("maria", "Maria Santos", "Gold"), ("jonas", "=Jonas", " gold ")):
        cells = {creators.NAME: name, creators.TIER: tier, creators.HANDLE: PEOPLE[record]}
        typed(ledger, creators.TABLE, f"rec{record}", cells)
    serum = {campaigns.PRODUCT_NAME: "Serum", campaigns.PRODUCT_ID: "p1"}
    typed(ledger, campaigns.PRODUCTS, "recP1", serum | {campaigns.PRODUCT_MARGIN: 60})
    typed(ledger, campaigns.PRODUCTS, "recP2", {campaigns.PRODUCT_NAME: "Mask",
          campaigns.PRODUCT_ID: "p2", campaigns.PRODUCT_MARGIN: 50.5})  # fmt: skip
    typed(ledger, campaigns.CAMPAIGNS, "recSpring", {campaigns.CAMPAIGN_NAME: "Spring"})
    typed(ledger, campaigns.CAMPAIGNS, "recMask", {campaigns.CAMPAIGN_NAME: "Mask week",
          campaigns.CAMPAIGN_PRODUCT: ["recP2"], campaigns.CAMPAIGN_STARTS: "2026-10-14",
          campaigns.CAMPAIGN_ENDS: "2026-10-14"})  # fmt: skip
    typed(ledger, content.CONTENT, "recV1", {content.VIDEO_ID: "73001",
          content.CREATOR: ["recaiko"], content.POSTED_ON: "2026-09-03",
          content.CAMPAIGN: ["recSpring"]})  # fmt: skip
    typed(ledger, pipeline.SAMPLES, "recS1", {pipeline.SAMPLE_CREATOR: ["recmaria"],
          pipeline.SAMPLE_PRODUCT: "serum", pipeline.SAMPLE_SHIPPED: "2026-10-02"})  # fmt: skip
    typed(ledger, pipeline.SAMPLES, "recS2", {pipeline.SAMPLE_CREATOR: ["recGone"],
          pipeline.SAMPLE_COST: 7.25, pipeline.SAMPLE_DELIVERED: "2026-09-20"})  # fmt: skip
    typed(ledger, pipeline.SAMPLES, "recS3", {pipeline.SAMPLE_STATUS: "Shipped"})
    for record, month, kind, amount in (
        ("recC1", "2026-10", "Labour", 100), ("recC2", "2026-09", "Tool", 0.05),
        ("recC3", "2026-08", "Tool", 999), ("recC4", "2026-10", "Ads", -1.01),
    ):  # fmt: skip
        typed(ledger, costs.COSTS, record, {costs.MONTH: month, costs.KIND: kind,
              costs.AMOUNT: amount, costs.CURRENCY: "usd"})  # fmt: skip
    return ledger


def read(ledger: Ledger, by: By) -> Roi:
    return read_roi(ledger, "glow", BASE, by=by, span=SPAN)


def in_dollars(found: Roi) -> RoiTable:
    return next(one for one in found.tables if one.currency == "USD")


def test_totals_are_those_of_a_hand_calculation(glow):
    found = read(glow, By.CREATOR)

    total = in_dollars(found).total
    assert (total.gross, total.net, total.orders, total.lines) == (
        2500 + 4000 + 1000 + 2500 + 2500 + 2500 + 2500,
        2500 + 4000 + 1000 + 2500 + 2500,
        6,
        7,
    )
    # Returned after it settled: paid all the same. Returned before: no commission.
    assert (total.commission_actual, total.commission_estimated) == (4 * 375, 525 + 375)
    assert (total.payouts, total.samples, total.labour, total.tools, total.ads) == (
        1250 - 250 + 30000, 500 + 725, 10000, 5, -101,
    )  # fmt: skip
    assert [one.currency for one in found.tables] == ["GBP", "USD"]
    assert found.left_out == (
        "1 order lines (USD 25.00) have a status nobody has reviewed.",
        "1 samples left on a day nobody typed: fill in Shipped on.",
    )
    assert found.problems == ()


@pytest.mark.parametrize("by", By)
def test_every_split_sums_to_the_total_to_the_cent(glow, by):
    for one in read(glow, by).tables:
        summed = sum((row.account for row in one.rows), Account())

        for name in ("lines", "gross", "net", "settled_net", "commission", "payouts", "samples",
                     "labour", "tools", "ads", "cost", "contribution"):  # fmt: skip
            assert getattr(summed, name) == getattr(one.total, name), name


def grosses(ledger: Ledger, by: By) -> dict[str, int]:
    return {row.label: row.account.gross for row in in_dollars(read(ledger, by)).rows}


def test_what_belongs_to_nobody_known_is_a_row_of_its_own(glow):
    assert grosses(glow, By.CREATOR) == {
        "Maria Santos": 8500, "=Jonas": 4000, "aiko, no longer in Creators": 2500,
        "not in Creators": 2500,
    }  # fmt: skip
    assert grosses(glow, By.COHORT) == {
        "2026-09 Marketplace": 8500, "2026-09 Referral": 4000, "not in Creators": 2500,
        "no cohort: never enrolled": 2500,
    }  # fmt: skip
    assert grosses(glow, By.TIER) == {"Gold": 12500, "no tier": 2500, "not in Creators": 2500}
    assert grosses(glow, By.CAMPAIGN) == {"Spring": 2500, "Mask week": 5000, "no campaign": 10000}
    assert grosses(glow, By.PRODUCT) == {
        "Serum (p1)": 12500, "Mask (p2)": 5000, "not of one product": 0,
    }  # fmt: skip
    assert grosses(glow, By.MONTH) == {"2026-09": 2500, "2026-10": 15000}


def test_a_handle_that_changed_hands_belongs_to_whom_it_was_then(glow):
    with glow.writing() as connection:
        connection.execute(
            update(CREATOR_HANDLES)
            .where(CREATOR_HANDLES.c.handle == PEOPLE["maria"])
            .values(until=OCTOBER)
        )
        span = {"base": BASE, "handle": PEOPLE["maria"], "since": OCTOBER, "creator": ""}
        connection.execute(insert(CREATOR_HANDLES).values(**span))

    found = grosses(glow, By.CREATOR)

    assert found["two creators could claim it"] == 8500
    # She is still there: her payouts, her sample, her share of what is common.
    assert found["Maria Santos"] == 0


def test_payouts_belong_to_the_campaign_their_rule_counts_alone(glow):
    launch = frozen(a_top_up(campaign="recSpring"))
    extra = a_posted_line("maria", 4200, rule="Launch", window="2026-10-05..2026-10-20")
    with_posted(glow, extra | {"terms": launch})

    rows = {row.label: row.account.payouts for row in in_dollars(read(glow, By.CAMPAIGN)).rows}

    assert rows == {"Spring": 4200, "Mask week": 0, "no campaign": 1250 - 250 + 30000}


def test_a_margin_of_every_product_makes_a_return_on_investment(glow):
    table = in_dollars(read(glow, By.PRODUCT))
    by_name = {row.label: row.account for row in table.rows}

    mask = by_name["Mask (p2)"]
    assert mask.contribution == 5000 * 5050
    assert f"{mask.margin_roi:.4f}" == "2.3667"  # (25.25 - 7.50) / 7.50
