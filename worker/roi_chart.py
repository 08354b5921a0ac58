"""ROI as pictures: what each row cost by kind, and sales beside cost month by month."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from automations.roi.figures import Account
from automations.roi.tables import RoiTable
from schemas.money import Money
from worker.roi_words import times

MOST_BARS = 12
WIDTH = 440  # of the month's bars
BARS = 300  # of a row's bar; its name and ROI stand beside it
_FONT = "system-ui, DejaVu Sans, Arial, sans-serif"
_KINDS: Mapping[str, str] = {
    "Commission, actual": "#0b6b50",
    "Commission, estimated": "#7fc4ad",
    "Payouts": "#2f6fb3",
    "Samples": "#e0a030",
    "Team, tools, ads": "#8a6fb0",
}
_SIDES: Mapping[str, str] = {"Net GMV": "#1d2327", "Cost": "#e0446b"}


def costs_drawn(table: RoiTable) -> str:
    """A bar per row, the largest costs first: what it is made of, and the full ROI, as SVG."""
    largest = sorted(table.rows, key=lambda row: (-row.account.cost, row.key))[:MOST_BARS]
    bars = tuple(
        (row.label, times(row.account.full_roi), *_parts(row.account, table.currency))
        for row in largest
        if row.account.cost
    )
    return _bars(bars, table.currency) if bars else ""


def months_drawn(table: RoiTable) -> str:
    """Net GMV and cost of each month side by side, as SVG; `table` is by month."""
    months = tuple(
        (
            row.label,
            _units(row.account.net, table.currency),
            _units(row.account.cost, table.currency),
        )
        for row in table.rows
    )
    return _months(months, table.currency) if months else ""


def _parts(account: Account, currency: str) -> tuple[float, ...]:
    beside = account.labour + account.tools + account.ads + account.other
    parts = (
        account.commission_actual, account.commission_estimated, account.payouts, account.samples,
        beside,
    )  # fmt: skip
    return tuple(_units(part, currency) for part in parts)


def _units(minor: int, currency: str) -> float:
    """For the length of a bar alone; no amount is made of it."""
    return float(Money.from_minor(minor, currency).amount)


@lru_cache(maxsize=64)  # a page asks for the same picture again and again
def _bars(bars: tuple[tuple[Any, ...], ...], currency: str) -> str:
    import altair as alt  # noqa: PLC0415 - only the web process draws, and drawing takes 80 MB

    # Numbered, for two rows may be called the same.
    names = [f"{place:02} {label}" for place, (label, *_) in enumerate(bars)]
    rows = [
        {"of": name, "kind": kind, "cost": part, "order": order}
        for name, (_, _, *parts) in zip(names, bars, strict=True)
        for order, (kind, part) in enumerate(zip(_KINDS, parts, strict=True))
    ]
    ends = [
        {"of": name, "end": sum(max(part, 0) for part in parts), "roi": f"ROI {roi}"}
        for name, (_, roi, *parts) in zip(names, bars, strict=True)
    ]
    extent = min(200, 7 * max(len(label) for label, *_ in bars))
    axis = alt.Axis(
        labelExpr="slice(datum.label, 3)", labelLimit=200, minExtent=extent, ticks=False,
        domain=False, labelPadding=8,
    )  # fmt: skip
    place = alt.Y("of:N", sort=names, title=None, axis=axis)
    colour = alt.Scale(domain=list(_KINDS), range=list(_KINDS.values()))
    legend = alt.Legend(title=None, orient="top", columns=3, labelLimit=220, offset=4)
    drawn = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(height={"band": 0.66})
        .encode(
            y=place,
            x=alt.X("cost:Q", title=f"cost in {currency}", axis=_money_axis(alt)),
            color=alt.Color("kind:N", scale=colour, legend=legend),
            order="order:Q",
        )
    )
    said = (
        alt.Chart(alt.InlineData(values=ends))
        .mark_text(align="left", dx=6, color="#5b6670", fontSize=12)
        .encode(y=place, x="end:Q", text="roi:N")
    )
    return _svg(alt.layer(drawn, said).properties(width=BARS, height={"step": 30}))


@lru_cache(maxsize=64)
def _months(months: tuple[tuple[str, float, float], ...], currency: str) -> str:
    import altair as alt  # noqa: PLC0415 - the same

    rows = [
        {"month": month, "what": what, "amount": amount}
        for month, net, cost in months
        for what, amount in zip(_SIDES, (net, cost), strict=True)
    ]
    colour = alt.Scale(domain=list(_SIDES), range=list(_SIDES.values()))
    drawn = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(
            x=alt.X("month:N", title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
            xOffset=alt.XOffset("what:N", sort=list(_SIDES)),
            y=alt.Y("amount:Q", title=currency, axis=_money_axis(alt)),
            color=alt.Color("what:N", scale=colour, legend=alt.Legend(title=None, orient="top")),
        )
    )
    return _svg(drawn.properties(width=WIDTH, height=190))


def _money_axis(alt: Any) -> Any:
    return alt.Axis(format="~s", grid=True, tickCount=5, domain=False, gridColor="#e6eaee")


def _svg(chart: Any) -> str:
    import vl_convert  # noqa: PLC0415 - the same

    styled = (
        chart.configure(font=_FONT, background="transparent")
        .configure_view(strokeWidth=0)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
        .configure_legend(labelFontSize=12)
    )
    return str(vl_convert.vegalite_to_svg(styled.to_dict()))
