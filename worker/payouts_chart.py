"""Payout runs as a picture: what was paid, is on its way, waits and was carried, by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

COLOURS = {
    "Paid": "#0b6b50",
    "On its way": "#6fb8a0",
    "Waits": "#f0b429",
    "Did not arrive": "#b3261e",
    "Carried over": "#b6bcc9",
}
WIDTH, HEIGHT = 520, 220


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of one month's bar; amounts in the currency's own unit, for drawing only."""

    period: str
    part: str
    amount: float


def drawn(bars: Sequence[Bar], currency: str) -> str:
    """The chart as SVG."""
    return _svg(tuple((bar.period, bar.part, bar.amount) for bar in bars), currency)


@lru_cache(maxsize=32)  # a page asks for the same picture again and again
def _svg(bars: tuple[tuple[str, str, float], ...], currency: str) -> str:
    # Imported here: only the web process draws, and drawing takes 80 MB.
    import altair as alt  # noqa: PLC0415
    import vl_convert  # noqa: PLC0415

    order = list(COLOURS)
    rows = [
        {"period": period, "part": part, "amount": amount, "order": order.index(part)}
        for period, part, amount in bars
    ]
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(size=34)
        .encode(
            x=alt.X("period:N", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("sum(amount):Q", title=currency, axis=alt.Axis(format=",.0f", tickCount=5)),
            color=alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(domain=order, range=[COLOURS[one] for one in order]),
                legend=alt.Legend(orient="bottom"),
            ),
            order=alt.Order("order:Q"),
        )
        .properties(width=WIDTH, height=HEIGHT)
        .configure_view(strokeWidth=0)
    )
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))
