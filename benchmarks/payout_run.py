"""A payout run over a million order lines for 20,000 creators: seconds until it could be shown.

The ledger is filled by SQL; importing order files is another benchmark's. The September run is
posted before the October run is measured, as in any programme that is older than a month.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, text

from automations.payouts import Line, RunOf, plan_payouts
from benchmarks.printing import table, verdict
from benchmarks.typed_base import TypedBase
from schemas.parsing import Row
from schemas.rules import Rules
from schemas.shops import Shop
from schemas.tables import payouts as tables
from worker.collecting import collector_paused
from worker.ledger import payout_memory, payout_runs
from worker.ledger.engine import Ledger, open_ledger
from worker.ledger.payout_runs import PayoutRun
from worker.payout_gathering import gather

MOST_S = 2
BASE = "appBENCHMARK00001"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SHOP = Shop("Glow US", "America/Los_Angeles", "USD")
RULES = Rules(hold_back_days=0, shops=(SHOP,))
# Order lines by arithmetic on their number: every creator sells in every month, nine in ten
# settle, one in twenty is returned.
_LINES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count),
line AS (
  SELECT i, (i * 7919) % :creators AS who, 8 + (i / :creators) % 3 AS month,
         1 + (i * 31 / 7) % 28 AS day, 499 + (i * 104729) % 15000 AS cents FROM n
)
INSERT INTO order_lines (
  base, shop, order_id, sku_id, product_id, creator_handle, content_id, content_type, currency,
  status, raw_status, standard_rate, shop_ads_rate, price, payment_amount, est_commission_base,
  est_commission, actual_commission_base, actual_commission, settled_at, fully_returned,
  quantity, created_on, created_at, rank, fingerprint, import_id, first_seen, changed_at
)
SELECT :base, 'Glow US', CAST(576460752303423500 + i AS TEXT), '1729382256910280001',
  '1729382256910270001', printf('creator.%05d', who), '7301234567890123456', 'Video', 'USD',
  CASE WHEN i % 10 THEN 'settled' ELSE 'pending' END, 'Settled', '15%', '--', cents, cents, cents,
  cents * 15 / 100, CASE WHEN i % 10 THEN cents END, cents * 15 / 100,
  CASE WHEN i % 10 THEN printf('2026-%02d-%02d 20:00:00.000000', month, day) END, i % 20 = 3,
  1, printf('2026-%02d-%02d', month, day), printf('2026-%02d-%02d 18:00:00.000000', month, day),
  2, printf('%064d', i), 'bench', '2026-11-01 09:00:00.000000', '2026-11-01 09:00:00.000000'
FROM line
"""
_HANDLES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :creators)
INSERT INTO creator_handles (base, handle, since, creator)
SELECT :base, printf('creator.%05d', i), '1970-01-01 00:00:00.000000', printf('cr%030d', i) FROM n
"""


def a_rule(name: str, **cells: object) -> Row:
    """A row of Payout rules, from August 2026 on."""
    named = {field.name: field for field in tables.RULES.fields}
    always = {"Rule": name, "Currency": "USD", "From": "2026-08-01"}
    known = {key.replace("_", " ").replace(" pct", " %"): value for key, value in cells.items()}
    return Row(f"rec{name}", NOW, {named[key]: value for key, value in (always | known).items()})


TOP_UP = a_rule("Growth", Kind="Top-up", Rate_pct=5)
THREE = (
    TOP_UP,
    a_rule("Milestones", Kind="Milestone", Basis="GMV", Levels="500: 5; 1000: 15; 5000: 50"),
    a_rule("Race", Kind="Contest", Basis="GMV", Levels="1: 500; 2: 250; 3: 100"),
)


def main(words: Sequence[str] = ()) -> None:
    """Print seconds of a run by one rule and by three kinds, and the lines each has."""
    asked = argparse.ArgumentParser(prog="benchmarks payout_run", description=__doc__)
    asked.add_argument("--lines", type=int, default=1_000_000)
    asked.add_argument("--creators", type=int, default=20_000)
    asked.add_argument("--ledger", default="", help="keep and reuse this SQLite file")
    chosen = asked.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(chosen.ledger or f"{folder}/ledger.db")
        filled = path.exists()
        ledger = open_ledger(f"sqlite:///{path}")
        if not filled:
            _fill(ledger, chosen.lines, chosen.creators)
        rows = [
            _measured(ledger, "one rule, first run of all", [TOP_UP], "2026-09"),
            _measured(ledger, "one rule, the month after", [TOP_UP], "2026-10", post="2026-09"),
            _measured(ledger, "three kinds, two bases", THREE, "2026-10"),
        ]
        ledger.close()
    table(
        [f"{chosen.lines:,} order lines", "lines", "facts", "plan", "draft", "s", "cpu s", ""], rows
    )
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _fill(ledger: Ledger, lines: int, creators: int) -> None:
    began = time.perf_counter()
    with ledger.writing() as connection:
        _insert(connection, _HANDLES, creators=creators)
        _insert(connection, _LINES, count=lines, creators=creators)
    print(f"filled in {time.perf_counter() - began:.0f} s")


def _insert(connection: Connection, statement: str, **values: int) -> None:
    connection.execute(text(statement), {"base": BASE, **values})


def _measured(
    ledger: Ledger, name: str, rules: Sequence[Row], period: str, *, post: str = ""
) -> list[str]:
    if post:
        _post(ledger, post)
    with collector_paused():
        return _timed(ledger, name, rules, period)


def _timed(ledger: Ledger, name: str, rules: Sequence[Row], period: str) -> list[str]:
    began, busy = time.perf_counter(), time.process_time()
    found = gather(TypedBase({tables.RULES.name: rules}, BASE), ledger, RULES, period)
    gathered = time.perf_counter()
    run = RunOf(f"{BASE}/{period}", period, found.last.period if found.last else "")
    lines = plan_payouts(run=run, facts=found.facts, minimum=Decimal(10))
    planned = time.perf_counter()
    with ledger.writing() as connection:
        payout_memory.remember_videos(connection, (BASE, run.key), found.seen, NOW)
        payout_runs.draft(connection, _run(run, lines, found.last), lines)
    drafted = time.perf_counter()
    spans = (gathered - began, planned - gathered, drafted - planned, drafted - began)
    return [
        name, f"{len(lines):,}", *(f"{seconds:.2f}" for seconds in spans),
        f"{time.process_time() - busy:.2f}",
        verdict(spans[-1], MOST_S, at_most=True),
    ]  # fmt: skip


def _run(run: RunOf, lines: Sequence[Line], last: PayoutRun | None) -> PayoutRun:
    return PayoutRun(
        key=run.key, base=BASE, period=run.period, state=payout_runs.CALCULATED,
        prepared_by="recPaula", approved_by="", cut_off=NOW - timedelta(days=1),
        calculated_at=NOW, posted_at=None, facts_hash=payout_runs.facts_hash(lines),
        approved_hash="", based_on=last.key if last else "",
    )  # fmt: skip


def _post(ledger: Ledger, period: str) -> None:
    with ledger.writing() as connection:
        payout_runs.approve(connection, f"{BASE}/{period}", "recQuentin", NOW)
        payout_runs.post(connection, f"{BASE}/{period}", NOW)


if __name__ == "__main__":
    main()
