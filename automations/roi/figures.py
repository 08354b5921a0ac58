"""The figures of ROI: what was sold, what it cost, and the ratios of both, in whole minor units.

Formulas are those pinned in docs/roi.md; a ratio whose denominator is 0 is None, never 0.
"""

from dataclasses import dataclass, fields
from decimal import Context, Decimal
from enum import Enum

_EXACT = Context(prec=34)
MARGIN_UNIT = 10_000  # margins are in hundredths of a percent


class By(Enum):
    """What ROI may be told apart by."""

    CREATOR = "creator"
    COHORT = "cohort"
    CAMPAIGN = "campaign"
    PRODUCT = "product"
    TIER = "tier"
    MONTH = "month"


class CostKind(Enum):
    """What the programme pays for beside TikTok's commission; values are fields of Account."""

    PAYOUTS = "payouts"
    SAMPLES = "samples"
    LABOUR = "labour"
    TOOLS = "tools"
    ADS = "ads"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Account:
    """Sales and costs in minor units of one currency; accounts add up.

    `orders` counts distinct orders: an order of two creators is one of each and one of both.
    `contribution` is net GMV times margin, in minor units times MARGIN_UNIT; `net_with_margin`
    is the part of net GMV whose product has a margin.
    """

    lines: int = 0
    orders: int = 0
    gross: int = 0
    net: int = 0
    settled_net: int = 0
    commission_actual: int = 0
    commission_estimated: int = 0
    payouts: int = 0
    samples: int = 0
    labour: int = 0
    tools: int = 0
    ads: int = 0
    other: int = 0
    net_with_margin: int = 0
    contribution: int = 0

    def __add__(self, more: "Account") -> "Account":
        return Account(*(getattr(self, name) + getattr(more, name) for name in _NAMES))

    @property
    def commission(self) -> int:
        """What TikTok pays creators: standard + Shop Ads + co-funded, actual else estimated."""
        return self.commission_actual + self.commission_estimated

    @property
    def cost(self) -> int:
        """Programme cost: commission, brand payouts, samples, labour, tools, ads and other."""
        beside = (self.payouts, self.samples, self.labour, self.tools, self.ads, self.other)
        return self.commission + sum(beside)

    @property
    def estimated_share(self) -> Decimal | None:
        """How much of the commission is still an estimate, from 0 to 1."""
        return ratio(self.commission_estimated, self.commission)

    @property
    def aov(self) -> Decimal | None:
        """Average order value: gross GMV ÷ distinct orders, in minor units."""
        return ratio(self.gross, self.orders)

    @property
    def cash_roi(self) -> Decimal | None:
        """Gross GMV ÷ commission."""
        return ratio(self.gross, self.commission)

    @property
    def full_roi(self) -> Decimal | None:
        """Gross GMV ÷ programme cost."""
        return ratio(self.gross, self.cost)

    @property
    def margin_roi(self) -> Decimal | None:
        """(Contribution - cost) ÷ cost; None unless every product sold has a margin."""
        if self.net_with_margin != self.net or not self.net:
            return None
        return ratio(self.contribution - self.cost * MARGIN_UNIT, self.cost * MARGIN_UNIT)

    @property
    def effective_rate(self) -> Decimal | None:
        """Commission ÷ net GMV."""
        return ratio(self.commission, self.net)


_NAMES = tuple(field.name for field in fields(Account))


def ratio(part: int, whole: int) -> Decimal | None:
    """part ÷ whole to 34 digits; None when there is nothing to divide by."""
    return _EXACT.divide(Decimal(part), Decimal(whole)) if whole > 0 else None
