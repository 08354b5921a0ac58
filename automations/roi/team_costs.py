"""Costs as the team wrote them down: rows of Costs, and samples that left, each in its month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automations.roi.figures import CostKind
from automations.roi.sorting import Span
from automations.roi.tables import UNKNOWN, Cost
from schemas.money import Money
from schemas.records_costs import CostRow, SentSample

_KINDS: Mapping[str, CostKind] = {
    "Labour": CostKind.LABOUR,
    "Tool": CostKind.TOOLS,
    "Ads": CostKind.ADS,
    "Other": CostKind.OTHER,
}


@dataclass(frozen=True, slots=True)
class Known:
    """Whom and what rows of the team speak of: creators by record id, product ids by name."""

    creators: Mapping[str, str]
    product_ids: Mapping[str, str]


def team_costs(rows: Sequence[CostRow], span: Span) -> tuple[Cost, ...]:
    """The rows of Costs of these months."""
    return tuple(
        Cost(
            kind=_KINDS[row.kind],
            month=row.month,
            currency=row.amount.currency,
            minor=row.amount.rounded().minor(),
            campaign=row.campaign,
        )
        for row in rows
        if row.month in span
    )


def sample_costs(
    samples: Sequence[SentSample], known: Known, usual: Money, span: Span
) -> tuple[Cost, ...]:
    """What the samples cost that left in these months; `usual` where a row names no cost."""
    return tuple(
        Cost(
            kind=CostKind.SAMPLES,
            month=one.left_on.isoformat()[:7],
            currency=usual.currency,
            minor=_cost(one, usual),
            creator=known.creators.get(one.creator, UNKNOWN),
            product=known.product_ids.get(one.product.casefold(), ""),
        )
        for one in samples
        if one.left_on and one.left_on.isoformat()[:7] in span
    )


def _cost(one: SentSample, usual: Money) -> int:
    amount = usual if one.cost is None else Money(one.cost, usual.currency)
    return amount.rounded().minor()
