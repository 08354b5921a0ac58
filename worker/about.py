"""Campaigns and products of a base, as far as sequences and their messages need them."""

from collections.abc import Mapping
from dataclasses import dataclass

from automations.wording import About
from schemas.campaigns import Campaign, Product, parse_campaign, parse_product
from schemas.parsing import parsed
from schemas.problems import Problem
from schemas.tables import campaigns
from worker.reading import Reading


@dataclass(frozen=True, slots=True)
class Abouts:
    """Campaigns and products as typed in, and what is wrong with them."""

    campaigns: tuple[Campaign, ...]
    products: Mapping[str, Product]
    problems: tuple[Problem, ...]

    def of(self, campaign_record: str) -> About:
        """What a sequence of that campaign is about."""
        found = next((one for one in self.campaigns if one.record_id == campaign_record), None)
        return About(found, self.products.get(found.product_record) if found else None)


def read_abouts(reading: Reading) -> Abouts:
    """What sequences are about."""
    read = parsed(campaigns.CAMPAIGNS, reading.rows(campaigns.CAMPAIGNS), parse_campaign)
    products = parsed(campaigns.PRODUCTS, reading.rows(campaigns.PRODUCTS), parse_product)
    return Abouts(
        read.records,
        {one.record_id: one for one in products.records},
        (*read.problems, *products.problems),
    )
