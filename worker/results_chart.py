"""Results as a picture: each rate as a point on the line of where its true share lies."""

from functools import lru_cache

from automations.results import Happened
from worker.results import Results

INK, EARLY = "#e0446b", "#b6bcc9"
WIDTH = 420

Line = tuple[str, float, float, float, bool]


def drawn(found: Results, what: Happened) -> str:
    """The chart as SVG; lines too early to tell are grey."""
    lines = tuple(
        (line.label, rate.share, *rate.interval, rate.is_too_early)
        for line in found.lines
        if (rate := line.rates[what]).share is not None
    )
    return _svg(lines, what.value)


@lru_cache(maxsize=64)  # a page asks for the same picture again and again
def _svg(lines: tuple[Line, ...], what: str) -> str:
    # Imported here: only the web process draws, and drawing takes 80 MB.
    import altair as alt  # noqa: PLC0415
    import vl_convert  # noqa: PLC0415

    rows = [
        {"of": label, "share": share, "low": low, "high": high, "early": early}
        for label, share, low, high, early in lines
    ]
    data = alt.Chart(alt.InlineData(values=rows))
    order = [label for label, *_ in lines]
    # The font that draws the picture is not known here: leave room for a wide one.
    extent = min(300, 7 * max((len(label) for label in order), default=0))
    place = alt.Y("of:N", sort=order, title=None, axis=alt.Axis(labelLimit=300, minExtent=extent))
    colour = alt.condition("datum.early", alt.value(EARLY), alt.value(INK))
    percent = alt.Axis(format="%", title=f"share with a {what}, with its 95 % interval")
    span = data.mark_rule(size=3).encode(
        y=place, x=alt.X("low:Q", axis=percent), x2="high:Q", color=colour
    )
    point = data.mark_point(filled=True, size=90, opacity=1).encode(
        y=place, x="share:Q", color=colour
    )
    chart = alt.layer(span, point).properties(width=WIDTH).configure_view(strokeWidth=0)
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))
