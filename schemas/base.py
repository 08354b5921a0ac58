"""The base as one declaration: every table, in the order `init` creates them."""

from schemas.fields import Table
from schemas.tables import (
    campaigns,
    content,
    costs,
    creators,
    exceptions,
    operations,
    outreach,
    payouts,
    pipeline,
)

TABLES: tuple[Table, ...] = (
    operations.TEAM,
    campaigns.PRODUCTS,
    campaigns.CAMPAIGNS,
    outreach.SEQUENCES,
    creators.TABLE,
    outreach.STEPS,
    outreach.TEMPLATES,
    outreach.MESSAGES,
    outreach.SUPPRESSIONS,
    pipeline.SOPS,
    pipeline.STAGE_RULES,
    pipeline.STAGE_HISTORY,
    pipeline.TASKS,
    pipeline.SAMPLES,
    content.CONTENT,
    payouts.RULES,
    payouts.RUNS,
    payouts.STATEMENTS,
    payouts.LINES,
    payouts.ADJUSTMENTS,
    exceptions.EXCEPTIONS,
    costs.COSTS,
    operations.SETTINGS,
    operations.RUNS,
)

# What jobs plan from: kept in the ledger as last read, so that a pass costs only what changed.
MIRRORED: tuple[Table, ...] = (
    operations.SETTINGS,
    operations.TEAM,
    campaigns.PRODUCTS,
    campaigns.CAMPAIGNS,
    outreach.SEQUENCES,
    outreach.STEPS,
    outreach.TEMPLATES,
    creators.TABLE,
    pipeline.SOPS,
    pipeline.STAGE_RULES,
    pipeline.SAMPLES,
    content.CONTENT,
    payouts.RUNS,
    costs.COSTS,
)


def table(name: str) -> Table:
    """The declared table of that name; KeyError if there is none."""
    return {declared.name: declared for declared in TABLES}[name]
