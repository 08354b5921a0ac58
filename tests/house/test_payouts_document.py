"""The worked examples of docs/payouts.md, computed by the product."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from automations.payout_facts import CARRY_OVER, Facts, RunOf
from automations.payout_members import People
from automations.payout_terms import InForce
from automations.payouts import Line, plan_payouts
from automations.pricing.basis import Sum, basis_of
from automations.pricing.videos import Video
from schemas.parsing import Row
from schemas.payout_rules import PayoutRule, parse_rule
from schemas.tables import payouts as tables
from tests.builders_payouts import (
    SHOPS,
    a_campaign,
    a_retainer,
    a_top_up,
    facts,
    paid,
    posted,
    posts,
    usd,
)

DOCUMENT = (Path(__file__).parents[2] / "docs" / "payouts.md").read_text()
# A retainer for October alone: the example asks nothing of the months after it.
RULES = (a_top_up(), a_retainer(pro_rata=True, until=date(2026, 10, 31)))
FIELDS = {field.name: field for field in tables.RULES.fields}
EVERYONE = People(of={f"rec{name}": name for name in ("maria", "jonas", "lena", "kim")})
KINDS = re.findall(r"^Rule: `(.+)`\n\n\| run .*\n.*\n((?:\|.*\n)+)", DOCUMENT, re.MULTILINE)


def rows() -> list[list[str]]:
    table = re.findall(r"^\| (20\d\d-\d\d) \| (.+?) \| (\d+) \| (.+?) \| (.+?) \|$",
                       DOCUMENT, re.MULTILINE)  # fmt: skip
    return [list(row) for row in table]


def test_the_worked_example_is_what_the_product_computes():
    runs: list[tuple[Line, ...]] = []
    for period, net, posted_videos, lines, statement in rows():
        after = runs[-1][0].run.rsplit("/")[-1] if runs else ""
        sums = [
            Sum("maria", window, 1, usd(amount).minor())
            for window, amount in re.findall(r"(\d{4}-\d\d): ([\d.]+)", net)
        ]
        known = facts(*RULES, sums=sums, posts=posts(int(posted_videos)))
        run = plan_payouts(
            run=RunOf(f"appGlow/{period}", period, after),
            facts=replace(known, posted=posted(*runs)),
            minimum=Decimal(10),
        )
        # A missed retainer is shown with nothing; the example leaves it out.
        shown = [f"{ln.kind} {ln.window} {ln.amount.amount:+}" for ln in run if ln.amount]

        assert sorted(shown) == sorted(lines.split("; "))
        assert paid(run) == usd(statement)
        runs.append(run)

    assert len(runs) == 4
    assert sum(paid(run).amount for run in runs) == Decimal("376.73")


def test_every_kind_has_an_example():
    shown = {cells.split(" · ")[0].removeprefix("Kind=") for cells, _ in KINDS}

    assert shown | {"Retainer"} == set(tables.RULE_KINDS)  # the month above has a retainer


@pytest.mark.parametrize(("cells", "table"), KINDS, ids=[cells for cells, _ in KINDS])
def test_the_example_of_a_kind_is_what_the_product_computes(cells: str, table: str):
    rule = typed(cells)
    runs: list[tuple[Line, ...]] = []
    for line in table.strip().splitlines():
        period, told, lines = (cell.strip() for cell in line.strip("|").split("|"))
        known = replace(told_facts(rule, told), posted=posted(*runs))
        run = RunOf(f"appGlow/{period}", period)
        runs.append(plan_payouts(run=run, facts=known, minimum=Decimal(0)))
        shown = [
            f"{one.creator} {one.window} {one.amount.amount:+}"
            for one in runs[-1]
            if one.kind != CARRY_OVER
        ]

        assert sorted(shown) == sorted(lines.split("; ") if lines != "nothing" else [])


def typed(cells: str) -> PayoutRule:
    """The rule as somebody would type it into Airtable."""
    row: dict[object, object] = {
        tables.RULE_NAME: "Example", tables.RULE_CURRENCY: "USD", tables.RULE_FROM: "2026-10-01",
        tables.RULE_HOLD_BACK: 0,
    }  # fmt: skip
    for cell in cells.split(" · "):
        name, _, value = cell.partition("=")
        is_text = FIELDS[name].kind.value in ("singleLineText", "singleSelect")
        row[FIELDS[name]] = value if is_text else ["recLaunch"] if name == "Campaign" else (
            Decimal(value)
        )  # fmt: skip
    rule = parse_rule(Row("recExample", datetime(2026, 10, 1, tzinfo=UTC), row))  # type: ignore[arg-type]  # keys are fields
    return replace(rule, span=a_campaign() if rule.campaign else None)


def told_facts(rule: PayoutRule, told: str) -> Facts:
    """The facts that a cell of the document tells."""
    sums: list[Sum] = []
    videos: list[Video] = []
    for part in filter(None, told.split("; ")):
        creator, verb, rest = part.split(" ", 2)
        if verb == "posted":
            videos += told_videos(creator, rest)
        elif rest.startswith("first on "):
            day = rest.removeprefix("first on ")
            sums.append(Sum(creator, day[:7], 1, 2500, day))
        else:
            sums.append(Sum(creator, "2026-10", 1, usd(rest).minor()))
    basis = basis_of(rule)
    return Facts(
        shops=SHOPS,
        rules=[InForce(rule)],
        sums={basis: sums} if basis else {},
        videos=videos,
        people=EVERYONE,
    )


def told_videos(creator: str, told: str) -> Sequence[Video]:
    listed, _, campaign = told.partition(" for ")
    return [
        Video(f"{creator}-{day}", creator, date.fromisoformat(day),
              campaign="recLaunch" if campaign else "", views=int(views or 0))
        for day, views in re.findall(r"(\d{4}-\d\d-\d\d)(?: \((\d+) views\))?", listed)
    ]  # fmt: skip
