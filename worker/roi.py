"""ROI of one base, read from the ledger and the mirror alone: no call to Airtable.

Sums come from `roi_facts`, tables from `automations.roi`; the command line and the page show them.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from automations.roi.figures import Account, By
from automations.roi.sorting import Sorting, Span, campaign_days
from automations.roi.tables import Cost, Grouping, RoiTable, Sales, roi_tables
from automations.roi.team_costs import Known, sample_costs, team_costs
from schemas.fields import Field, Table
from schemas.money import Money
from schemas.parsing import BadCell, Row, day, one_link, parsed, text
from schemas.problems import Problem
from schemas.records_costs import (
    parse_campaign_span,
    parse_cost,
    parse_product_margin,
    parse_sent_sample,
)
from schemas.rules import Rules, parse_rules
from schemas.tables import campaigns, content, costs, creators, operations, pipeline
from worker.ledger import cohorts, mirror, payout_facts, roi_facts
from worker.ledger.engine import Ledger
from worker.payouts import month_before

T = TypeVar("T")
_WAITING = {"hold": "are on hold", "needs review": "have a status nobody has reviewed"}


@dataclass(frozen=True, slots=True)
class Roi:
    """What one base's programme brought and cost; `left_out` is in no figure, in words."""

    base: str
    by: By
    span: Span
    tables: tuple[RoiTable, ...]
    left_out: tuple[str, ...]
    problems: tuple[Problem, ...]


class Mirrored:
    """The team's tables as last read; what cannot be understood is a problem, never a guess."""

    def __init__(self, ledger: Ledger, base: str) -> None:
        self._ledger, self._base = ledger, base
        self.problems: list[Problem] = []
        self._parsed: dict[str, tuple[object, ...]] = {}

    def rows(self, table: Table) -> tuple[Row, ...]:
        """The rows of a table."""
        return mirror.rows(self._ledger, self._base, table)

    def records(self, table: Table, parse: Callable[[Row], T]) -> tuple[T, ...]:
        """The rows of a table that could be understood; each table has one `parse`."""
        if table.name not in self._parsed:
            read = parsed(table, self.rows(table), parse)
            self.problems += read.problems
            self._parsed[table.name] = read.records
        return self._parsed[table.name]  # type: ignore[return-value]  # what its parse gave


def usual_span(ledger: Ledger, base: str, now: datetime) -> Span:
    """The last three months that are over in every shop."""
    rules, _ = parse_rules(mirror.rows(ledger, base, operations.SETTINGS))
    last = month_before(rules, now)
    year, month = divmod(int(last[:4]) * 12 + int(last[5:]) - 1 - 2, 12)
    return Span(f"{year}-{month + 1:02}", last)


def read_roi(ledger: Ledger, name: str, base: str, *, by: By, span: Span) -> Roi:
    """ROI of the months of `span`, told apart by `by`; names are as the mirror last read them."""
    team = Mirrored(ledger, base)
    rules, wrong = parse_rules(team.rows(operations.SETTINGS))
    with ledger.reading() as connection:
        known, spent, undated = _team_costs(connection, base, team, (rules, span))
        sorting, names = _sorting(connection, base, team, by)
        shared = any(not cost.creator for cost in spent)
        active = _active(connection, base, team, (known, span)) if shared else {}
        tables = roi_tables(
            grouping=Grouping(by, sorting.group_of, active, names),
            sales=[
                *roi_facts.sales(connection, base, sorting, span),
                *roi_facts.payouts(connection, base, sorting, span),
            ],
            totals=_totals(connection, base, sorting, span),
            costs=spent,
        )
        waiting = roi_facts.waiting(connection, base, span)
    said = [
        f"{count} order lines ({Money.from_minor(minor, currency)}) {_WAITING[status]}."
        for status, count, currency, minor in waiting
    ]
    if undated:
        said.append(f"{undated} samples left on a day nobody typed: fill in Shipped on.")
    return Roi(name, by, span, tables, tuple(said), (*wrong, *team.problems))


def names_of_creators(ledger: Ledger, base: str) -> Mapping[str, str]:
    """What every creator is called, by the ledger's id."""
    with ledger.reading() as connection:
        return _creator_names(connection, base, Mirrored(ledger, base))


def _totals(connection: Connection, base: str, sorting: Sorting, span: Span) -> list[Sales]:
    """What all rows have to sum to, found without telling them apart."""
    paid: dict[str, int] = defaultdict(int)
    for one in roi_facts.payouts(connection, base, Sorting(By.PRODUCT), span):
        paid[one.currency] += one.account.payouts
    return [
        *roi_facts.all_sales(connection, base, sorting, span),
        *(Sales("", currency, Account(payouts=minor)) for currency, minor in paid.items()),
    ]


def _team_costs(
    connection: Connection, base: str, team: Mirrored, of: tuple[Rules, Span]
) -> tuple[Mapping[str, str], Sequence[Cost], int]:
    """Creators by record id, what the team wrote down, and how many samples left undated."""
    rules, span = of
    by_record, _ = payout_facts.creators(connection, base)
    products = team.records(campaigns.PRODUCTS, parse_product_margin)
    sent = [one for one in team.records(pipeline.SAMPLES, parse_sent_sample) if one]
    product_ids = {one.name.casefold(): one.product_id for one in products if one.product_id}
    usual = Money(rules.sample_cost, rules.shops[0].currency)
    spent = (
        *team_costs(team.records(costs.COSTS, parse_cost), span),
        *sample_costs(sent, Known(by_record, product_ids), usual, span),
    )
    return by_record, spent, sum(one.left_on is None for one in sent)


def _sorting(
    connection: Connection, base: str, team: Mirrored, by: By
) -> tuple[Sorting, Mapping[str, str]]:
    """How lines are told apart, and what each row is called."""
    products = team.records(campaigns.PRODUCTS, parse_product_margin)
    margins = {
        one.product_id: one.margin for one in products if one.product_id and one.margin is not None
    }
    match by:
        case By.CREATOR:
            return Sorting(by, margins=margins), _creator_names(connection, base, team)
        case By.COHORT:
            known = cohorts.read(connection, base)
            return Sorting(by, {who: one.title for who, one in known.items()}, margins=margins), {}
        case By.TIER:
            tiers, names = _tiers(connection, base, team)
            return Sorting(by, tiers, margins=margins), names
        case By.PRODUCT:
            called = dict(roi_facts.product_names(connection, base))
            called |= {one.product_id: one.name for one in products if one.product_id and one.name}
            names = {product_id: f"{name} ({product_id})" for product_id, name in called.items()}
            return Sorting(by, margins=margins), names
        case By.CAMPAIGN:
            spans = team.records(campaigns.CAMPAIGNS, parse_campaign_span)
            days = campaign_days(spans, {one.record_id: one.product_id for one in products})
            videos = _campaign_of_video(team)
            sorting = Sorting(by, campaign_of_video=videos, campaigns=days, margins=margins)
            return sorting, {one.record_id: one.name for one in spans}
        case By.MONTH:
            return Sorting(by, margins=margins), {}


def _creator_names(connection: Connection, base: str, team: Mirrored) -> Mapping[str, str]:
    _, present = payout_facts.creators(connection, base)
    rows = {row.id: row for row in team.rows(creators.TABLE)}
    names: dict[str, str] = {}
    for creator, record_id in present.items():
        row = rows.get(record_id)
        shown = (_text(row, creators.NAME) or _text(row, creators.HANDLE)) if row else ""
        names[creator] = shown or f"{creator}, no longer in Creators"
    return names


def _tiers(
    connection: Connection, base: str, team: Mirrored
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    by_record, _ = payout_facts.creators(connection, base)
    tiers: dict[str, str] = {}
    names: dict[str, str] = {}
    for row in team.rows(creators.TABLE):
        tier = " ".join(_text(row, creators.TIER).split())
        if tier and row.id in by_record:
            tiers[by_record[row.id]] = tier.casefold()
            names[tier.casefold()] = min(tier, names.get(tier.casefold(), tier))
    return tiers, names


def _campaign_of_video(team: Mirrored) -> Mapping[str, str]:
    found = {}
    for row in team.rows(content.CONTENT):
        try:
            video, campaign = text(row, content.VIDEO_ID), one_link(row, content.CAMPAIGN)
        except BadCell:
            continue  # the job that reads Content says what is wrong with the row
        if video and campaign:
            found[video] = campaign
    return found


def _active(
    connection: Connection, base: str, team: Mirrored, of: tuple[Mapping[str, str], Span]
) -> Mapping[str, frozenset[str]]:
    """Who sold, posted or was sent a sample, by month: they share what costs name nobody for."""
    creator_of, span = of
    found: dict[str, set[str]] = defaultdict(set)
    for month, sold in roi_facts.sellers(connection, base, span).items():
        found[month] |= sold
    seen = [(row, content.CREATOR, content.POSTED_ON) for row in team.rows(content.CONTENT)]
    for field in (pipeline.SAMPLE_DELIVERED, pipeline.SAMPLE_SHIPPED):
        seen += [(row, pipeline.SAMPLE_CREATOR, field) for row in team.rows(pipeline.SAMPLES)]
    for row, creator, on in seen:
        try:
            who, at = creator_of.get(one_link(row, creator), ""), day(row, on)
        except BadCell:
            continue  # the same
        if who and at:
            found[at.isoformat()[:7]].add(who)
    return {month: frozenset(who) for month, who in found.items()}


def _text(row: Row, field: Field) -> str:
    try:
        return text(row, field)
    except BadCell:
        return ""
