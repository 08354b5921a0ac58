"""What ROI reads of the team's tables: costs, what samples cost, margins, days of campaigns."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.fields import Field
from schemas.money import Money
from schemas.parsing import BadCell, Row, day, number, one_link, text
from schemas.payout_cells import parse_period
from schemas.tables import campaigns, costs, pipeline


@dataclass(frozen=True, slots=True)
class CostRow:
    """A row of Costs; `campaign` is a record id, "" for all of them."""

    record_id: str
    kind: str
    month: str
    amount: Money
    campaign: str


@dataclass(frozen=True, slots=True)
class SentSample:
    """A sample that left; `cost` None takes the Setting, `creator` is a record id."""

    record_id: str
    creator: str
    product: str
    left_on: date | None
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class ProductMargin:
    """A product of the programme; `margin` in hundredths of a percent, None where unknown."""

    record_id: str
    name: str
    product_id: str
    margin: int | None


@dataclass(frozen=True, slots=True)
class CampaignSpan:
    """A campaign's days, both included and open where None; `product` is a record id."""

    record_id: str
    name: str
    product: str
    starts_on: date | None
    ends_on: date | None


def parse_cost(row: Row) -> CostRow:
    """The cost a row states, a credit with a minus; BadCell says what is missing."""
    kind = _filled(row, costs.KIND)
    if kind not in costs.KINDS:
        raise BadCell(f"Kind should be one of {', '.join(costs.KINDS)}, not {kind!r}.")
    amount = number(row, costs.AMOUNT)
    if amount is None:
        raise BadCell("Amount is empty.")
    currency = _filled(row, costs.CURRENCY).upper()
    try:
        money = Money(amount, currency)
    except ValueError as error:
        raise BadCell(f"Currency should be like USD, not {currency!r}.") from error
    if money.rounded() != money:
        raise BadCell(f"Amount {amount} has too many decimals for {currency}.")
    month = parse_period(_filled(row, costs.MONTH))
    return CostRow(row.id, kind, month, money, one_link(row, costs.CAMPAIGN))


def parse_sent_sample(row: Row) -> SentSample | None:
    """The sample a row states, if it ever left us; without Shipped on, Delivered on counts."""
    shipped = day(row, pipeline.SAMPLE_SHIPPED)
    delivered = day(row, pipeline.SAMPLE_DELIVERED)
    status = text(row, pipeline.SAMPLE_STATUS)
    if not (shipped or delivered or status in ("Shipped", "Delivered")):
        return None
    cost = number(row, pipeline.SAMPLE_COST)
    if cost is not None and cost < 0:
        raise BadCell(f"Cost cannot be below zero, as {cost} is.")
    return SentSample(
        record_id=row.id,
        creator=one_link(row, pipeline.SAMPLE_CREATOR),
        product=text(row, pipeline.SAMPLE_PRODUCT),
        left_on=shipped or delivered,
        cost=cost,
    )


def parse_product_margin(row: Row) -> ProductMargin:
    """What ROI needs of a product; BadCell for a margin that is none."""
    margin = number(row, campaigns.PRODUCT_MARGIN)
    if margin is not None and not -100 <= margin <= 100:
        raise BadCell(f"Gross margin percent should be from -100 to 100, but is {margin}.")
    return ProductMargin(
        record_id=row.id,
        name=text(row, campaigns.PRODUCT_NAME),
        product_id=text(row, campaigns.PRODUCT_ID),
        margin=None if margin is None else int((margin * 100).to_integral_value()),
    )


def parse_campaign_span(row: Row) -> CampaignSpan:
    """What ROI needs of a campaign; BadCell for days the wrong way round."""
    starts, ends = day(row, campaigns.CAMPAIGN_STARTS), day(row, campaigns.CAMPAIGN_ENDS)
    if starts and ends and ends < starts:
        raise BadCell("Ends on lies before Starts on: correct one of them.")
    product = one_link(row, campaigns.CAMPAIGN_PRODUCT)
    return CampaignSpan(row.id, text(row, campaigns.CAMPAIGN_NAME), product, starts, ends)


def _filled(row: Row, field: Field) -> str:
    value = text(row, field)
    if not value:
        raise BadCell(f"{field.name} is empty.")
    return value
