"""The month as one page a manager can read and send on: charts as inline SVG, no other file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from sandbox.demo.audit import Evidence
from sandbox.demo.mails import sent_at, was_accepted
from sandbox.demo.summary import Summary

INK, ACCENT, MUTED, BAD = "#1f2430", "#e0446b", "#7a8194", "#b3261e"
WIDTH = 430
_STYLE = """
body { font: 15px/1.55 system-ui, sans-serif; margin: 0; color: #1f2430; background: #f6f7f9 }
header { background: #1f2430; color: #fff; padding: 1.6rem 2rem }
header p { color: #c7ccd8; margin: 0 }
h1 { margin: 0 0 .3rem; font-size: 1.5rem } h2 { font-size: 1rem; margin: 0 0 .6rem }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(30rem, 1fr)); gap: 1rem;
  padding: 1rem 2rem; max-width: 80rem; margin: auto }
section { background: #fff; border: 1px solid #dde1e7; border-radius: 10px; padding: 1rem 1.2rem }
.figures { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 2.4rem }
.figures b { display: block; font-size: 1.7rem; line-height: 1.2 } .figures span { color: #7a8194 }
svg { max-width: 100%; height: auto } table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid #eceff3; padding: .25rem .2rem; vertical-align: top }
td + td { text-align: right }
.held { color: #1a7f4b } .failed { color: #b3261e }
@media (max-width: 34rem) { main { grid-template-columns: 1fr; padding: 1rem } }
"""
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>A month of Glow's affiliate programme</title><style>{style}</style></head><body>"
    "<header><h1>A month of Glow's affiliate programme</h1><p>{lead}</p></header>"
    "<main>{body}</main></body></html>"
)
Rows = Sequence[Mapping[str, object]]


def write(summary: Summary, seen: Evidence, path: Path) -> None:
    """Write the page."""
    demo = _part(summary, "demo")
    lead = (
        f"{demo['creators']} invented creators, {demo['days']} days from 12 October 2026, "
        f"seed {demo['seed']}. Everything below was read back from the sandbox."
    )
    sections = [_figures(summary), *_charts(summary, seen), _checks(summary)]
    page = _PAGE.format(style=Markup(_STYLE), lead=lead, body=Markup("\n").join(sections))  # noqa: S704  # our own constants
    path.write_text(page, encoding="utf-8")


def _charts(summary: Summary, seen: Evidence) -> Sequence[Markup]:
    funnel = _rows(_part(summary, "funnel"), "stage", "creators")
    replies = _rows(_part(summary, "replies"), "kind", "mails")
    touches = Counter(sent_at(mail).date() for mail in seen.mails if was_accepted(mail))
    days = [
        {"day": f"{day:%d %b}", "messages": touches[day]}
        for day in sorted({at.date() for at in seen.passes})
    ]
    weeks = [
        {"week": f"{date.fromisoformat(week):%d %b}", "GMV": _dollars(amount)}
        for week, amount in _part(summary, "GMV by week").items()
    ]
    lines = [_payout_row(name, text) for name, text in _part(summary, "payout lines").items()]
    return [
        _section("Where creators stand", _bars(funnel, "stage", "creators")),
        _section("Messages a day", _columns(days, "day", "messages")),
        _section("What came back", _bars(replies, "kind", "mails")),
        _section("GMV by week of order, USD", _columns(weeks, "week", "GMV")),
        _section("Payouts by kind, USD", _payouts(lines)),
    ]


def _payout_row(name: str, text: object) -> Mapping[str, object]:
    run, _, kind = name.partition(" ")
    return {"run": run, "kind": kind, "amount": _dollars(str(text).partition(", ")[2])}


def _bars(rows: Rows, name: str, amount: str) -> Markup:
    across = alt.Y(f"{name}:N", sort=None, title=None)
    base = _chart(rows).encode(y=across, x=alt.X(f"{amount}:Q", title=None, axis=None))
    chart = base.mark_bar(color=ACCENT, cornerRadiusEnd=3) + base.mark_text(
        align="left", dx=4, color=INK
    ).encode(text=f"{amount}:Q")
    return _svg(chart.properties(width=WIDTH - 120))


def _columns(rows: Rows, name: str, amount: str) -> Markup:
    every = -(-len(rows) // 8)  # at most eight labels, or they run into each other
    shown = [str(row[name]) for row in rows[::every]] if rows else []
    axis = alt.Axis(labelAngle=0, values=shown)
    chart = (
        _chart(rows)
        .mark_bar(color=ACCENT, cornerRadiusEnd=2)
        .encode(
            x=alt.X(f"{name}:O", title=None, sort=None, axis=axis),
            y=alt.Y(f"{amount}:Q", title=None),
        )
    )
    return _svg(chart.properties(width=WIDTH, height=210))


def _chart(rows: Rows) -> alt.Chart:
    return alt.Chart(alt.Data(values=list(rows)))  # type: ignore[no-untyped-call]  # altair's


def _payouts(rows: Rows) -> Markup:
    chart = (
        _chart(rows)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("amount:Q", title=None),
            y=alt.Y("kind:N", title=None, sort=None),
            yOffset="run:N",
            color=alt.Color(
                "run:N", title="Run", scale=alt.Scale(range=[MUTED, ACCENT]),
                legend=alt.Legend(orient="bottom"),
            ),
        )
    )  # fmt: skip
    return _svg(chart.properties(width=WIDTH - 100))


def _svg(chart: Any) -> Markup:
    config = {
        "view": {"stroke": None},
        "axis": {"labelColor": INK, "labelFontSize": 12, "grid": False, "domain": False,
                 "ticks": False, "labelLimit": 160},
        "font": "system-ui, sans-serif",
    }  # fmt: skip
    spec = chart.to_dict() | {"config": config, "background": "transparent", "padding": 14}
    return Markup(vl_convert.vegalite_to_svg(spec))  # noqa: S704  # drawn here from counts


def _figures(summary: Summary) -> Markup:
    gmv = sum(_dollars(amount) for amount in _part(summary, "GMV by week").values())
    mails, airtable = _part(summary, "messages"), _part(summary, "airtable")
    answers = sum(int(n) for kind, n in _part(summary, "replies").items() if "human" in kind)
    shown = (
        (f"{mails.get('accepted', 0):,}", "messages sent"),
        (f"{answers:,}", "creators' answers"),
        (f"${gmv:,.0f}", "GMV since August"),
        (f"{sum(_part(summary, 'notices').values()):,}", "staff notices"),
        (f"{airtable['calls per creator']}", "Airtable calls per creator"),
    )
    cell = Markup("<div><b>{}</b><span>{}</span></div>")
    figures = Markup().join(cell.format(figure, what) for figure, what in shown)
    return Markup('<section class="figures">{}</section>').format(figures)


def _checks(summary: Summary) -> Markup:
    line = Markup('<tr><td>{}</td><td class="{}">{}</td></tr>')
    rows = Markup().join(
        line.format(name, "held" if found == "held" else "failed", found)
        for name, found in _part(summary, "checks").items()
    )
    return _section("What must hold", Markup("<table>{}</table>").format(rows))


def _section(title: str, body: Markup) -> Markup:
    return Markup("<section><h2>{}</h2>{}</section>").format(title, body)


def _part(summary: Summary, name: str) -> Mapping[str, Any]:
    part = summary[name]
    return part if isinstance(part, Mapping) else {}


def _rows(counts: Mapping[str, Any], name: str, amount: str) -> Rows:
    return [{name: key, amount: counts[key]} for key in counts]


def _dollars(amount: object) -> float:
    return float(str(amount).replace("$", "").replace(",", ""))
