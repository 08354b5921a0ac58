"""The worked example of docs/payouts.md, computed by the product."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from automations.payout_facts import RunOf
from automations.payouts import Line, plan_payouts
from automations.pricing.basis import Sum
from tests.builders_payouts import a_retainer, a_top_up, facts, paid, posted, posts, usd

DOCUMENT = Path(__file__).parents[2] / "docs" / "payouts.md"
# A retainer for October alone: the example asks nothing of the months after it.
RULES = (a_top_up(), a_retainer(pro_rata=True, until=date(2026, 10, 31)))


def rows() -> list[list[str]]:
    table = re.findall(r"^\| (20\d\d-\d\d) \| (.+?) \| (\d+) \| (.+?) \| (.+?) \|$",
                       DOCUMENT.read_text(), re.MULTILINE)  # fmt: skip
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
