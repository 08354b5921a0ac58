"""Random programmes through the product, month by month; what it posted against plain SQL.

Every programme has its own base in one ledger. Before each run the order file is imported, and once
then the same file again and rows of the one before: neither may change anything.
"""

import argparse
import csv
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert, select

from automations.payouts import CARRY_OVER, RunOf, plan_payouts
from benchmarks.payout_programmes import (
    CREATORS,
    PERIODS,
    SHOPS,
    Clip,
    Order,
    Programme,
    a_programme,
)
from benchmarks.payout_sql import DEFAULT_HOLD_BACK, Totals, owed
from benchmarks.typed_base import TypedBase
from schemas import order_columns
from schemas.fields import Table
from schemas.parsing import Row
from schemas.rules import Rules
from schemas.shops import Shop
from schemas.tables import campaigns, content
from schemas.tables import payouts as tables
from worker.imports.orders import import_orders
from worker.ledger import payout_memory, payout_runs
from worker.ledger.engine import Ledger, open_ledger
from worker.ledger.payout_runs import PayoutRun
from worker.ledger.tables import CREATOR_HANDLES, CREATOR_IDENTITIES
from worker.ledger.tables_money import POSTED_LINES
from worker.payout_gathering import gather

RULES = Rules(hold_back_days=DEFAULT_HOLD_BACK, shops=SHOPS)
MINIMUM = Decimal(10)


def main(words: Sequence[str] = ()) -> None:
    """Check that many programmes; exit code 1 and the first difference if totals are not equal."""
    asked = argparse.ArgumentParser(prog="benchmarks payout_check", description=__doc__)
    asked.add_argument("--programmes", type=int, default=1_000)
    asked.add_argument("--first", type=int, default=0)
    chosen = asked.parse_args(words)
    began, lines = time.perf_counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(f"sqlite:///{folder}/ledger.db")
        for seed in range(chosen.first, chosen.first + chosen.programmes):
            posted, expected = checked(ledger, seed, Path(folder))
            lines += len(expected)
            if posted != expected:
                print(f"programme {seed}: {differences(posted, expected)}")
                sys.exit(1)
        ledger.close()
    took = time.perf_counter() - began
    print(f"{chosen.programmes} programmes, {lines} totals, equal to the cent; {took:.0f} s")


def checked(ledger: Ledger, seed: int, folder: Path) -> tuple[Totals, Totals]:
    """What the product posted over all runs, and what plain SQL says is owed."""
    programme = a_programme(seed)
    base = f"appCheck{seed:06}"
    _know(ledger, base, programme)
    for number, period in enumerate(PERIODS):
        _import(ledger, base, programme, number, folder)
        _close_month(ledger, base, _typed(base, programme, number), period)
    last = _exported_at(len(PERIODS) - 1)
    return _posted(ledger, base), owed(
        programme, _sales(programme, last), _clips(programme, len(PERIODS) - 1)
    )


def differences(posted: Totals, expected: Totals) -> str:
    """The totals that are not the same."""
    return "; ".join(
        f"{key}: posted {posted.get(key, 0)}, owed {expected.get(key, 0)}"
        for key in sorted({*posted, *expected})
        if posted.get(key, 0) != expected.get(key, 0)
    )


def _know(ledger: Ledger, base: str, programme: Programme) -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)
    known = [
        {"base": base, "kind": "record", "value": name, "creator": f"{base}:{name}", "since": now}
        for name in CREATORS
    ]
    spans = [
        {"base": base, "handle": handle, "since": since, "until": until,
         "creator": f"{base}:{name}" if name else ""}
        for handle, since, until, name in programme.spans
    ]  # fmt: skip
    with ledger.writing() as connection:
        connection.execute(insert(CREATOR_IDENTITIES), known)
        connection.execute(insert(CREATOR_HANDLES), spans)


def _import(ledger: Ledger, base: str, programme: Programme, number: int, folder: Path) -> None:
    now = _exported_at(number)
    for shop in SHOPS:
        fresh = folder / f"affiliate_orders_{base}_{shop.name}_{number}.csv"
        if not _write(fresh, programme, shop, [now]):
            continue
        import_orders(fresh, shop, ledger, now, base=base)
        if number != 1 + programme.seed % 2:
            continue
        import_orders(fresh, shop, ledger, now, base=base)
        older = folder / f"older_{fresh.name}"
        if _write(older, programme, shop, [_exported_at(number - 1), now]):
            import_orders(older, shop, ledger, now, base=base)


def _exported_at(number: int) -> datetime:
    """When the file for a run was downloaded: some days into the next month."""
    return datetime(2026, 9 + number, 4, 15, tzinfo=UTC)


def _write(path: Path, programme: Programme, shop: Shop, moments: Sequence[datetime]) -> int:
    """The file as of the first moment; with a second only orders that went further until then."""
    as_of, *later = (moment.astimezone(shop.zone).replace(tzinfo=None) for moment in moments)
    rows = [
        _cells(order, as_of)
        for order in programme.orders
        if order.shop == shop
        and order.created <= as_of
        and (order.is_anchor or all(_further(order, as_of, then) for then in later))
    ]
    if not any(row["Payment Amount"] != "0.00" for row in rows):
        return 0
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, order_columns.COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _further(order: Order, before: datetime, then: datetime) -> bool:
    """Whether the line has moved on in its life, so that the older file is out of date."""
    rank = {"Pending": 1, "Settled": 2, "Ineligible": 3}
    status, returned, _ = order.as_of(before)
    later, gone, _ = order.as_of(then)
    return (3 if gone else rank.get(later, 0)) > (3 if returned else rank.get(status, 3))


def _cells(order: Order, as_of: datetime) -> Mapping[str, str]:
    status, returned, base = order.as_of(as_of)
    settled = status == "Settled"
    paid = f"{order.cents / 100:.2f}"
    cells = dict.fromkeys(order_columns.COLUMNS, "--") | {
        "Order ID": str(576460752303000000 + order.number), "SKU ID": "1729382256910280001",
        "Product ID": order.product, "Payment Amount": paid, "Price": paid,
        "Currency": order.shop.currency, "Quantity": "1",
        "Fully returned or refunded": "Yes" if returned else "No", "Order Status": status,
        "Creator Username": order.handle, "Content Type": "Showcase", "Content ID": "",
        "Est. Commission Base": paid,
        "Time Created": f"{order.created:%d/%m/%Y %H:%M:%S}",
        "Time Commission Paid": f"{order.at:%d/%m/%Y %H:%M:%S}" if settled else "",
    }  # fmt: skip
    if settled:
        actual = f"{base / 100:.2f}"
        cells |= {"Actual Commission Base": actual, "Actual Commission Payment": actual}
    return cells


def _typed(base: str, programme: Programme, number: int) -> TypedBase:
    rules = [
        _row(tables.RULES, f"rec{n}", {**cells, "Campaign": [cells["Campaign"]]})
        if "Campaign" in cells
        else _row(tables.RULES, f"rec{n}", cells)
        for n, cells in enumerate(programme.rules)
    ]
    products = {product for _, _, product in programme.campaigns.values() if product}
    return TypedBase(
        {
            tables.RULES.name: rules,
            campaigns.PRODUCTS.name: [
                _row(campaigns.PRODUCTS, f"rec{one}", {"TikTok product id": one})
                for one in products
            ],
            campaigns.CAMPAIGNS.name: [
                _row(campaigns.CAMPAIGNS, name, {
                    "Name": name, "Starts on": str(starts), "Ends on": str(ends),
                    "Product": [f"rec{product}"] if product else [],
                })
                for name, (starts, ends, product) in programme.campaigns.items()
            ],
            content.CONTENT.name: [
                _clip_row(clip, number) for clip in programme.clips if clip.found_in <= number
            ],
        },
        base,
    )  # fmt: skip


def _clip_row(clip: Clip, number: int) -> Row:
    cells: dict[str, object] = {
        "Creator": [clip.creator], "Video ID": f"73{clip.number:04}",
        "Posted on": str(clip.posted_on), "Approved": clip.approved,
        "Views": clip.views[number], "Disclosed": clip.disclosed,
        "Paid by TikTok": clip.paid_by_tiktok,
        "Campaign": [clip.campaign] if clip.campaign else [],
    }  # fmt: skip
    removed = {"Removed on": str(clip.removed_on)} if clip.removed_on else {}
    return _row(content.CONTENT, f"recClip{clip.number}", cells | removed)


def _row(table: Table, record_id: str, cells: Mapping[str, object]) -> Row:
    named = {field.name: field for field in table.fields}
    typed = {named[name]: value for name, value in cells.items()}
    return Row(record_id, datetime(2026, 7, 1, tzinfo=UTC), typed)


def _close_month(ledger: Ledger, base: str, typed: TypedBase, period: str) -> None:
    """Calculate, approve and post, as the commands do."""
    now = _exported_at(PERIODS.index(period))
    found = gather(typed, ledger, RULES, period)
    if found.problems:
        raise SystemExit(f"{base}: {found.problems[0].text}")
    run = RunOf(f"{base}/{period}", period, found.last.period if found.last else "")
    lines = plan_payouts(run=run, facts=found.facts, minimum=MINIMUM)
    calculated = PayoutRun(
        key=run.key, base=base, period=period, state=payout_runs.CALCULATED,
        prepared_by="recPaula", approved_by="", cut_off=now - timedelta(days=1),
        calculated_at=now, posted_at=None, facts_hash=payout_runs.facts_hash(lines),
        approved_hash="", based_on=found.last.key if found.last else "",
    )  # fmt: skip
    with ledger.writing() as connection:
        payout_memory.remember_videos(connection, (base, run.key), found.seen, now)
        payout_runs.draft(connection, calculated, lines)
        payout_runs.approve(connection, run.key, "recQuentin", now)
        payout_runs.post(connection, run.key, now)


def _posted(ledger: Ledger, base: str) -> Totals:
    lines = POSTED_LINES.c
    query = select(
        lines.creator, lines.rule, lines.rule_version, lines.window, lines.amount_minor
    ).where(lines.base == base, lines.kind != CARRY_OVER)
    totals: dict[tuple[str, str, int, str], int] = defaultdict(int)
    with ledger.reading() as connection:
        for creator, rule, version, window, minor in connection.execute(query):
            by = "" if rule.startswith("One-off") else window
            totals[creator.partition(":")[2], rule, version, by] += minor
    return {key: minor for key, minor in totals.items() if minor}


def _sales(programme: Programme, moment: datetime) -> Iterator[Sequence[object]]:
    for order in programme.orders:
        as_of = moment.astimezone(order.shop.zone).replace(tzinfo=None)
        made = order.shop.to_utc(order.created)
        creator = next(
            (name for handle, since, until, name in programme.spans
             if handle == order.handle and since <= made and (until is None or made < until)), ""
        )  # fmt: skip
        if order.created > as_of or not creator:
            continue
        status, returned, base = order.as_of(as_of)
        yield (
            creator, order.shop.currency, order.product, status, returned, order.cents, base,
            str(order.created.date()), made.timestamp(), order.shop.to_utc(order.at).timestamp(),
        )  # fmt: skip


def _clips(programme: Programme, number: int) -> Iterable[Sequence[object]]:
    for clip in programme.clips:
        if clip.approved and not clip.paid_by_tiktok and clip.found_in <= number:
            yield (
                clip.number, clip.creator, str(clip.posted_on),
                str(clip.removed_on) if clip.removed_on else None, clip.views[number],
                clip.campaign, clip.disclosed,
            )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
