"""Costs: what the programme costs beside commission, payouts and samples; ROI counts it."""

from schemas.fields import Field, Kind, Owner, Table

KINDS = ("Labour", "Tool", "Ads", "Other")
WHAT = Field("What", Kind.TEXT, Owner.TEAM, "What it is for, like Euka or the recruiting team.")
MONTH = Field("Month", Kind.TEXT, Owner.TEAM, "Month it belongs to, like 2026-10.")
KIND = Field("Kind", Kind.SELECT, Owner.TEAM, "What kind of cost.", choices=KINDS)
AMOUNT = Field("Amount", Kind.NUMBER, Owner.TEAM, "For that month.", precision=2)
CURRENCY = Field("Currency", Kind.TEXT, Owner.TEAM, "Like USD.")
CAMPAIGN = Field(
    "Campaign", Kind.LINK, Owner.TEAM, "Campaign it is for; empty: all.", links_to="Campaigns"
)
NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")

COSTS = Table(
    "Costs",
    "What the programme costs beside commission, payouts and samples.",
    (WHAT, MONTH, KIND, AMOUNT, CURRENCY, CAMPAIGN, NOTE),
)
