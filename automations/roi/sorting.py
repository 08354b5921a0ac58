"""How ROI tells order lines apart, as data; the ledger turns it into one SQL aggregate."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from automations.roi.figures import By
from schemas.records_costs import CampaignSpan


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months from `since` to `until`, both like 2026-10 and included."""

    since: str
    until: str

    def months(self) -> Iterator[str]:
        """Each month of it, in order."""
        year, month = int(self.since[:4]), int(self.since[5:])
        while (one := f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}") <= self.until:
            yield one
            month += 1

    def __contains__(self, month: str) -> bool:
        return self.since <= month <= self.until


@dataclass(frozen=True, slots=True)
class CampaignDays:
    """The lines a campaign claims by product (any, if "") and day of creation; both included."""

    campaign: str
    product_id: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Sorting:
    """How lines are told apart; campaigns in the order in which they claim a line.

    `group_of` gives the row of a creator, where creators are not rows themselves; `margins` are
    hundredths of a percent by product id.
    """

    by: By
    group_of: Mapping[str, str] = field(default_factory=dict)
    campaign_of_video: Mapping[str, str] = field(default_factory=dict)
    campaigns: Sequence[CampaignDays] = ()
    margins: Mapping[str, int] = field(default_factory=dict)


def campaign_days(
    campaigns: Sequence[CampaignSpan], product_ids: Mapping[str, str]
) -> tuple[CampaignDays, ...]:
    """What each campaign claims, in order: one of a product before one of all, the latest first.

    A campaign with neither product nor days claims nothing by them, nor does one whose product has
    no TikTok id; their videos still do. `product_ids` are TikTok's, by record id.
    """
    found = []
    for one in sorted(campaigns, key=_latest_first):
        product_id = product_ids.get(one.product, "") if one.product else ""
        if one.product and not product_id:
            continue
        if product_id or one.starts_on or one.ends_on:
            days = (_iso(one.starts_on), _iso(one.ends_on))
            found.append(CampaignDays(one.record_id, product_id, *days))
    return tuple(found)


def _latest_first(one: CampaignSpan) -> tuple[bool, int, str]:
    began = one.starts_on.toordinal() if one.starts_on else 0
    return (not one.product, -began, one.record_id)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
