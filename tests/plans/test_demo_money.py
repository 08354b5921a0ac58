"""The demo's own recomputation of payouts, worked by hand: exports in, cents out."""

from datetime import UTC, datetime, timedelta

from sandbox.demo.money import Paid, Terms, Typed, recompute, rows_of
from sandbox.demo.orders import HEADER, SETTLED, Product, Sale, export, row_of

SERUM = Product("1729384756102938471", "1729384756102938551", "Glow Serum", 123_456)
SEPTEMBER = datetime(2026, 9, 10, 20, tzinfo=UTC)
TERMS = Terms(
    percent=5,
    top_up_from="2026-08",
    retainer=30_000,
    posts=2,
    retained=frozenset({"maya"}),
    retainer_from="2026-10",
    minimum=1_000,
)
NOTHING_TYPED = Typed([], [])


def sale(
    cents: int = 20_010,
    *,
    created: datetime = SEPTEMBER,
    settled: datetime | None = None,
    returned: datetime | None = None,
    number: int = 1,
) -> Sale:
    """A sale by Lena that settles five days after it was delivered, unless said otherwise."""
    settles = settled or created + timedelta(days=10)
    return Sale(
        order_id=f"57690000000000{number:04}",
        product=SERUM,
        quantity=1,
        paid_cents=cents,
        handle="lena",
        video_id="7500000000000000001",
        statuses=((created, "Pending"), (created + timedelta(days=5), "Completed"),
                  (settles, SETTLED)),
        actual_cents=cents,
        delivered_at=created + timedelta(days=5),
        returned_at=returned,
    )  # fmt: skip


def paid(tmp_path, *sales, typed=NOTHING_TYPED):
    """What the runs of September and October pay, on exports of their first following days."""
    runs = []
    for period, at in (
        ("2026-09", datetime(2026, 10, 5, tzinfo=UTC)),
        ("2026-10", datetime(2026, 11, 2, tzinfo=UTC)),
    ):
        export(sales, at, tmp_path / f"{period}.csv")
        runs.append((period, tmp_path / f"{period}.csv"))
    return recompute(runs, TERMS, typed)


def test_an_export_has_the_thirty_columns_in_their_raw_forms(tmp_path):
    one = sale(123_456)
    row = dict(zip(HEADER, row_of(one, SEPTEMBER + timedelta(days=30)), strict=True))

    assert len(HEADER) == 30
    assert row["Payment Amount"] == "$1,234.56"
    assert row["Standard commission rate"] == "15%"
    assert row["Time Created"] == "10/09/2026 13:00:00"
    assert row["Order Status"] == "Settled"
    assert row["Actual Commission Base"] == "$1,234.56"


def test_a_row_ripens_from_export_to_export():
    one = sale(returned=SEPTEMBER + timedelta(days=40))
    seen = [
        dict(zip(HEADER, row_of(one, SEPTEMBER + timedelta(days=days)), strict=True))
        for days in (1, 6, 11, 41)
    ]

    assert [row["Order Status"] for row in seen] == ["Pending", "Completed", "Settled", "Settled"]
    assert [row["Actual Commission Base"] for row in seen][:2] == ["--", "--"]
    assert [row["Fully returned or refunded"] for row in seen] == ["No", "No", "No", "Yes"]
    assert [bool(row["Time Commission Paid"]) for row in seen] == [False, False, True, True]


def test_an_export_holds_only_what_was_ordered_by_then(tmp_path):
    path = tmp_path / "orders" / "affiliate_orders.csv"
    later = sale(created=SEPTEMBER + timedelta(days=20), number=2)

    assert export([later, sale()], SEPTEMBER + timedelta(days=1), path) == 1
    assert [row["Order ID"] for row in rows_of(path)] == ["576900000000000001"]


def test_the_top_up_is_rounded_half_up_once(tmp_path):
    # 5 % of $200.10 is 1000.5 cents.
    assert paid(tmp_path, sale(20_010))[("2026-09", "lena")] == Paid(1001, 0)


def test_what_settles_after_the_months_end_comes_in_the_next_run(tmp_path):
    late = sale(40_000, settled=datetime(2026, 10, 2, tzinfo=UTC))

    due = paid(tmp_path, late)

    assert ("2026-09", "lena") not in due
    assert due[("2026-10", "lena")] == Paid(2000, 0)


def test_below_the_minimum_is_carried_into_the_next_run(tmp_path):
    small = sale(10_000)
    more = sale(12_000, created=datetime(2026, 10, 5, tzinfo=UTC), number=2)

    due = paid(tmp_path, small, more)

    assert due[("2026-09", "lena")] == Paid(0, 500)
    assert due[("2026-10", "lena")] == Paid(1100, 0)


def test_what_comes_back_after_it_was_paid_is_taken_back(tmp_path):
    back = sale(40_000, returned=datetime(2026, 10, 20, tzinfo=UTC))
    kept = sale(60_000, created=datetime(2026, 10, 5, tzinfo=UTC), number=2)

    due = paid(tmp_path, back, kept)

    assert due[("2026-09", "lena")] == Paid(2000, 0)
    assert due[("2026-10", "lena")] == Paid(3000 - 2000, 0)


def test_a_retainer_needs_its_posts(tmp_path):
    enough = Typed([("maya", "2026-10")] * 2, [])
    too_few = Typed([("maya", "2026-10"), ("maya", "2026-09")], [])

    assert paid(tmp_path, typed=enough)[("2026-10", "maya")] == Paid(30_000, 0)
    assert paid(tmp_path, typed=too_few)[("2026-10", "maya")] == Paid(0, 0)


def test_a_one_off_is_paid_once(tmp_path):
    due = paid(tmp_path, typed=Typed([], [("lena", "2026-09", 8_900)]))

    assert due[("2026-09", "lena")] == Paid(8_900, 0)
    assert ("2026-10", "lena") not in due
