"""ROI as people and spreadsheets read it: the columns, amounts, ratios, and safe cells."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

from automations.roi.figures import MARGIN_UNIT, Account
from automations.roi.tables import RoiRow, RoiTable
from schemas.money import Money, exponent
from worker.roi import Roi

NOT_KNOWN = "n/a"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_AMOUNTS = (
    "gross", "net", "settled_net", "commission", "commission_actual", "commission_estimated",
    "payouts", "samples", "labour", "tools", "ads", "other", "cost",
)  # fmt: skip
_RATIOS = ("estimated_share", "effective_rate", "cash_roi", "full_roi", "margin_roi")
COLUMNS = (
    "GMV", "Net GMV", "Orders", "AOV", "Commission", "Estimated", "Payouts", "Samples",
    "Team, tools, ads", "Cost", "Cash ROI", "Full ROI",
)  # fmt: skip


def amount(minor: int, currency: str) -> str:
    """An amount without its currency, like 1,234.50."""
    return str(Money.from_minor(minor, currency)).partition(" ")[2]


def times(value: Decimal | None) -> str:
    """A ratio like 4.21x."""
    return NOT_KNOWN if value is None else f"{value:,.2f}x"


def percent(value: Decimal | None) -> str:
    """A share like 37 %; what is not nothing is never shown as 0 %."""
    if value is None:
        return NOT_KNOWN
    return "under 1 %" if 0 < value < Decimal("0.005") else f"{value * 100:.0f} %"


def cells(account: Account, currency: str) -> tuple[str, ...]:
    """The figures under COLUMNS."""
    beside = account.labour + account.tools + account.ads + account.other
    return (
        amount(account.gross, currency),
        amount(account.net, currency),
        f"{account.orders:,}",
        _average(account, currency),
        amount(account.commission, currency),
        percent(account.estimated_share),
        amount(account.payouts, currency),
        amount(account.samples, currency),
        amount(beside, currency),
        amount(account.cost, currency),
        times(account.cash_roi),
        times(account.full_roi),
    )


def tiles(account: Account, currency: str) -> Sequence[tuple[str, str, str]]:
    """The figures that are read first: name, figure, and what it is in small print."""
    known = [("Margin ROI", percent(account.margin_roi), "(margin - cost) / cost")]
    return (
        ("Full ROI", times(account.full_roi), "GMV / cost"),
        ("Cash ROI", times(account.cash_roi), "GMV / commission"),
        ("GMV", amount(account.gross, currency), currency),
        ("Net GMV", amount(account.net, currency), "without returns"),
        ("Commission", amount(account.commission, currency), "paid by TikTok"),
        ("Cost", amount(account.cost, currency), "all of it"),
        *(known if account.margin_roi is not None else ()),
    )


def estimated(table: RoiTable) -> str:
    """What to keep in mind of a table's figures, in a sentence."""
    if table.total.estimated_share is None:
        return "No commission in these months."
    return f"{percent(table.total.estimated_share)} of commission is still estimated."


def figures(account: Account, currency: str) -> Mapping[str, object]:
    """Every figure by name: amounts as exact decimal text, ratios to four places, None unknown."""
    found: dict[str, object] = {"lines": account.lines, "orders": account.orders}
    found |= {name: _exact(getattr(account, name), currency) for name in _AMOUNTS}
    found["aov"] = None if account.aov is None else _exact(_half_up(account.aov), currency)
    known = account.net_with_margin == account.net and account.net > 0
    contribution = _half_up(Decimal(account.contribution) / MARGIN_UNIT)
    found["contribution"] = _exact(contribution, currency) if known else None
    return found | {name: _places(getattr(account, name)) for name in _RATIOS}


def as_json(found: Roi) -> dict[str, object]:
    """The whole answer as JSON."""
    return {
        "base": found.base,
        "by": found.by.value,
        "since": found.span.since,
        "until": found.span.until,
        "tables": [
            {
                "currency": one.currency,
                "rows": [_row(row, one.currency) for row in one.rows],
                "total": figures(one.total, one.currency),
            }
            for one in found.tables
        ],
        "left out": found.left_out,
        "problems": [problem.text for problem in found.problems],
    }


def csv_text(found: Sequence[Roi]) -> str:
    """Every row and total of these answers; text that a spreadsheet would run is made text."""
    file = io.StringIO(newline="")
    out = csv.writer(file)
    out.writerow(("base", "since", "until", "by", "key", "row", "currency", *_names()))
    for one in found:
        about = (safe(one.base), one.span.since, one.span.until, one.by.value)
        for table in one.tables:
            for row in (*table.rows, RoiRow("total", "Total", table.total)):
                known = figures(row.account, table.currency).values()
                shown = ("" if value is None else value for value in known)
                out.writerow((*about, safe(row.key), safe(row.label), table.currency, *shown))
    return file.getvalue()


def safe(cell: str) -> str:
    """The text, led by an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _names() -> Sequence[str]:
    return tuple(figures(Account(), "USD"))


def _row(row: RoiRow, currency: str) -> Mapping[str, object]:
    return {"key": row.key, "row": row.label, **figures(row.account, currency)}


def _average(account: Account, currency: str) -> str:
    return NOT_KNOWN if account.aov is None else amount(_half_up(account.aov), currency)


def _exact(minor: int, currency: str) -> str:
    return f"{Money.from_minor(minor, currency).amount:.{exponent(currency)}f}"


def _half_up(minor: Decimal) -> int:
    return Money(minor, "JPY").rounded().minor()  # a currency of whole units: rounds to them


def _places(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.4f}"
