"""ROI tables: sales summed by the ledger and costs of the team put side by side, one per currency.

Every amount stands in exactly one row, also what belongs to nobody known; so rows sum to the total.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from automations.roi.figures import Account, By, CostKind
from automations.roi.sharing import shared_equally

# Rows of what belongs to nobody known; their keys are no id of anything.
UNKNOWN, CONTESTED, NONE, NOBODY = "?unknown", "?contested", "?none", "?nobody"
_OF_PEOPLE = (By.CREATOR, By.COHORT, By.TIER)
_NOBODYS: Mapping[str, str] = {
    UNKNOWN: "not in Creators",
    CONTESTED: "two creators could claim it",
    NOBODY: "no creator was active that month",
}
_NONES: Mapping[By, str] = {
    By.CREATOR: "no creator",
    By.COHORT: "no cohort: never enrolled",
    By.CAMPAIGN: "no campaign",
    By.PRODUCT: "not of one product",
    By.TIER: "no tier",
    By.MONTH: "no month",
}


@dataclass(frozen=True, slots=True)
class Sales:
    """What the ledger summed up for one row, in one currency."""

    row: str
    currency: str
    account: Account


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount in minor units beside commission; `creator` "" is for all who were active."""

    kind: CostKind
    month: str
    currency: str
    minor: int
    creator: str = ""
    campaign: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How rows are made: what by, which group a creator is in, who was active in which month."""

    by: By
    group_of: Mapping[str, str] = field(default_factory=dict)
    active: Mapping[str, Collection[str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoiRow:
    """One row; `label` is what people read, `key` what it is."""

    key: str
    label: str
    account: Account


@dataclass(frozen=True, slots=True)
class RoiTable:
    """The rows of one currency, the largest gross GMV first, and their total."""

    by: By
    currency: str
    rows: tuple[RoiRow, ...]
    total: Account


def roi_tables(
    *,
    grouping: Grouping,
    sales: Sequence[Sales],
    totals: Sequence[Sales],
    costs: Sequence[Cost],
) -> tuple[RoiTable, ...]:
    """A table per currency; `totals` are the sales not told apart, one per currency."""
    rows: dict[str, dict[str, Account]] = defaultdict(lambda: defaultdict(Account))
    for sold in sales:
        rows[sold.currency][sold.row] += sold.account
    for cost in _summed(grouping, costs):
        for row, minor in _placed(grouping, cost):
            rows[cost.currency][row] += _account(cost.kind, minor)
    whole: dict[str, Account] = defaultdict(Account)
    for one in totals:
        whole[one.currency] += one.account
    for cost in costs:
        whole[cost.currency] += _account(cost.kind, cost.minor)
    return tuple(
        RoiTable(grouping.by, currency, _sorted(grouping, rows[currency]), whole[currency])
        for currency in sorted({*rows, *whole})
    )


def nobodys(by: By, key: str) -> str:
    """What the row of nobody known is called; "" for any other key."""
    return _NONES[by] if key == NONE else _NOBODYS.get(key, "")


def _summed(grouping: Grouping, costs: Iterable[Cost]) -> Iterator[Cost]:
    """Costs that go to the same rows as one: what is shared among many is shared once."""
    if grouping.by not in _OF_PEOPLE:
        yield from costs
        return
    together: dict[Cost, int] = defaultdict(int)
    for cost in costs:
        together[replace(cost, minor=0, campaign="", product="")] += cost.minor
    for cost, minor in together.items():
        yield replace(cost, minor=minor)


def _placed(grouping: Grouping, cost: Cost) -> Iterator[tuple[str, int]]:
    match grouping.by:
        case By.MONTH:
            yield cost.month or NONE, cost.minor
        case By.CAMPAIGN:
            yield cost.campaign or NONE, cost.minor
        case By.PRODUCT:
            yield cost.product or NONE, cost.minor
        case By.CREATOR | By.COHORT | By.TIER:
            yield from _among_people(grouping, cost)


def _among_people(grouping: Grouping, cost: Cost) -> Iterator[tuple[str, int]]:
    active = grouping.active.get(cost.month, ())
    if cost.creator:
        yield row_of(grouping, cost.creator), cost.minor
    elif active:
        for creator, minor in shared_equally(cost.minor, active).items():
            yield row_of(grouping, creator), minor
    else:
        yield NOBODY, cost.minor


def row_of(grouping: Grouping, creator: str) -> str:
    """The row of a creator's sales and costs."""
    if grouping.by is By.CREATOR or creator in _NOBODYS:
        return creator
    return grouping.group_of.get(creator, NONE)


def _account(kind: CostKind, minor: int) -> Account:
    return replace(Account(), **{kind.value: minor})


def _sorted(grouping: Grouping, rows: Mapping[str, Account]) -> tuple[RoiRow, ...]:
    found = [
        RoiRow(key, nobodys(grouping.by, key) or grouping.names.get(key, key), account)
        for key, account in rows.items()
        if account != Account()
    ]
    if grouping.by is By.MONTH:
        return tuple(sorted(found, key=lambda row: row.key))
    return tuple(sorted(found, key=lambda row: (-row.account.gross, row.key)))
