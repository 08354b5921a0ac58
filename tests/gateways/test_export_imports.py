"""Importing every export that is not the seller's order file, on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from schemas.exports.recognising import EXPORTS
from schemas.order_columns import COLUMNS
from tests.builders_exports import (
    a_row,
    export_named,
    header_of,
    table_of,
    write_csv,
    write_profit_and_loss,
)
from tests.builders_orders import GLOW_US, an_order
from tests.builders_workbooks import write_workbook
from worker.imports.exports import ExportReport, Into, import_export, import_file
from worker.imports.exports_publishing import KEPT
from worker.ledger.content_views import views_of
from worker.ledger.engine import Ledger
from worker.ledger.tables_exports import METRICS, REPORTED_ORDERS, SETTLEMENT_LINES
from worker.ledger.tables_money import IMPORTS

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
INTO = Into("appGlow", GLOW_US)
PERIOD = "20261001-20261031"
KEPT_EXPORTS = [export for export in EXPORTS if export.store in KEPT]


def brought(ledger: Ledger, path: Path) -> ExportReport:
    return import_export(path, INTO, ledger, NOW)


def counts(report: ExportReport) -> tuple[int, int, int, int]:
    return (report.new, report.changed, report.unchanged, report.kept)


def rows_of(ledger: Ledger, table) -> list[Any]:
    with ledger.reading() as connection:
        ordered = select(table).order_by(*table.primary_key.columns)
        return list(connection.execute(ordered).all())


def write(folder: Path, name: str, rows, header=(), file="") -> Path:
    export = export_named(name)
    file = file or f"{name} 1729382256910270009_{PERIOD}.csv"
    return write_csv(folder / file, table_of(export, rows, header))


def test_every_export_is_imported_once_and_again_changes_nothing(ledger, tmp_path):
    for export in KEPT_EXPORTS:
        path = write(tmp_path, export.name, [a_row(export, n) for n in range(3)])

        first, again = brought(ledger, path), brought(ledger, path)

        assert (export.name, first.rejected) == (export.name, ())
        assert (export.name, counts(first)) == (export.name, (3, 0, 0, 0))
        assert (export.name, counts(again)) == (export.name, (0, 0, 3, 0))
        assert first.exports == (export.title,)
    assert len(rows_of(ledger, IMPORTS)) == 2 * len(KEPT_EXPORTS)


def test_a_creator_list_is_kept_to_the_cent_with_all_it_says(ledger, tmp_path):
    creators = export_named("creator list")
    row = a_row(creators, 1) | {"New column": "what nobody knows"}

    brought(ledger, write(tmp_path, "creator list", [row], [*header_of(creators), "New column"]))

    kept = rows_of(ledger, METRICS)[0]
    assert (kept.subject, kept.handle, kept.since, kept.until) == (
        "creator", ".doglover1151", "2026-10-01", "2026-10-31",
    )  # fmt: skip
    assert (kept.gmv, kept.orders, kept.currency, kept.flat_fee) == (10000, 1204, "USD", None)
    rest = json.loads(kept.rest)
    assert (rest["live_gmv"], rest["ctr"], rest["aov"]) == (1000, "5.93%", "$20.00")
    assert rest["New column"] == "what nobody knows"


def test_a_later_file_of_the_same_days_wins(ledger, tmp_path):
    creators = export_named("creator list")
    brought(ledger, write(tmp_path, "creator list", [a_row(creators, n) for n in (1, 2)]))
    later = [a_row(creators, 1), a_row(creators, 2, refunds="$3.00"), a_row(creators, 3)]

    report = brought(ledger, write(tmp_path, "creator list", later))

    assert counts(report) == (1, 1, 1, 0)
    assert [row.refunds for row in rows_of(ledger, METRICS)] == [123450, 300, 123450]


def test_the_bytes_of_an_older_file_take_back_nothing_that_a_newer_one_said(ledger, tmp_path):
    creators = export_named("creator list")
    older = write(tmp_path, "creator list", [a_row(creators, 1)], file=f"a_{PERIOD}.csv")
    newer = [a_row(creators, 1, refunds="$3.00")]
    brought(ledger, older)
    later = NOW + timedelta(days=1)
    import_export(write(tmp_path, "creator list", newer), INTO, ledger, later)

    again = import_export(older, INTO, ledger, later + timedelta(days=1))

    assert counts(again) == (0, 0, 0, 1)
    assert [row.refunds for row in rows_of(ledger, METRICS)] == [300]


def test_a_profit_and_loss_workbook_brings_both_of_its_sheets(ledger, tmp_path):
    path = write_profit_and_loss(tmp_path / "merchant_statement_profit_loss_1.xlsx")

    report = brought(ledger, path)

    assert counts(report) == (4, 0, 0, 0)
    lines = rows_of(ledger, SETTLEMENT_LINES)
    assert [(line.source, line.type) for line in lines] == [
        ("profit and loss", "Net earnings balance"),
        ("profit and loss", "Net earnings deduction"),
        ("profit and loss", "Order"),
        ("profit and loss", "Order"),
    ]
    assert (lines[2].settled_on, lines[2].affiliate_commission) == ("2026-10-25", -1230)
    assert counts(brought(ledger, path)) == (0, 0, 4, 0)


def test_settlement_rows_that_pay_for_ads_are_no_commission(ledger, tmp_path):
    settled = export_named("settlement")
    rows = [a_row(settled, 1), a_row(settled, 2, type="GMV Payment for TikTok Ads")]

    brought(ledger, write(tmp_path, "settlement", rows))

    assert {row.type: row.is_ad_payment for row in rows_of(ledger, SETTLEMENT_LINES)} == {
        "GMV Payment for TikTok Ads": True,
        "Order": False,
    }


def test_an_order_others_report_takes_no_step_back(ledger, tmp_path):
    partner = export_named("partner orders")
    pending = a_row(partner, 1, raw_status="To settle")

    settled = brought(ledger, write(tmp_path, "partner orders", [a_row(partner, 1)], file="b.csv"))
    older = brought(ledger, write(tmp_path, "partner orders", [pending], file="a.csv"))

    assert (settled.new, counts(older)) == (1, (0, 0, 0, 1))
    assert [row.status for row in rows_of(ledger, REPORTED_ORDERS)] == ["settled"]


def test_months_of_one_creator_are_kept_apart(ledger, tmp_path):
    creators = export_named("creator list")
    october = write(tmp_path, "creator list", [a_row(creators, 1)])
    november = write(tmp_path, "creator list", [a_row(creators, 1)], file="c_20261101-20261115.csv")

    assert [brought(ledger, path).new for path in (october, november)] == [1, 1]


def test_a_videos_views_are_those_of_all_its_days_once(ledger, tmp_path):
    videos = export_named("video list")
    seen = {"20261001-20261031": "1,000", "20261025-20261107": "400", "20261101-20261130": "300"}
    for days, views in seen.items():
        two_products = [
            a_row(videos, 1, views=views, product_id=f"17293822569102700{n}") for n in (10, 11)
        ]
        brought(ledger, write(tmp_path, videos.name, two_products, file=f"v_{days}.csv"))

    with ledger.reading() as connection:
        found = views_of(connection, "appGlow", ["576460752303420001", "1", ""])

    assert found == {"576460752303420001": 1300}


def test_bad_rows_are_rejected_by_number_and_column_and_stop_no_other(ledger, tmp_path):
    creators = export_named("creator list")
    rows = [
        a_row(creators, 1),
        a_row(creators, 2, gmv="35,91"),
        a_row(creators, 3, handle=""),
        a_row(creators, 4, orders="-1"),
        a_row(creators, 5, handle="=cmd|calc"),
    ]

    report = brought(ledger, write(tmp_path, "creator list", rows))

    assert report.new == 1
    assert [(bad.row, bad.column) for bad in report.rejected] == [
        (3, "Creator-attributed GMV"),
        (4, "Creator name"),
        (5, "Attributed orders"),
        (6, "Creator name"),
    ]


def test_ids_that_a_workbook_holds_as_numbers_are_rejected_but_amounts_are_read(ledger, tmp_path):
    videos = export_named("video list")
    good, bad = ({**a_row(videos, n, gmv="x")} for n in (1, 2))
    table: list[list[Any]] = table_of(videos, [good, bad])
    place = {name: at for at, name in enumerate(table[0])}
    for row in table[1:]:
        row[place["Creator video-attributed GMV"]] = 12.5
        row[place["Video-attributed orders"]] = 3
    table[2][place["Video ID"]] = 7.301234567890123e18
    path = write_workbook(tmp_path / f"Video_List_{PERIOD}.xlsx", {"Sheet1": table})

    report = brought(ledger, path)

    assert [(bad.row, bad.column) for bad in report.rejected] == [(3, "Video ID")]
    assert [(row.gmv, row.orders) for row in rows_of(ledger, METRICS)] == [(1250, 3)]


def test_the_id_of_an_older_video_list_comes_from_the_link(ledger, tmp_path):
    videos = export_named("video list (previous)")
    rows = [a_row(videos, 1), a_row(videos, 2, content_id="https://cdn.example/v.mp4")]

    report = brought(ledger, write(tmp_path, videos.name, rows))

    assert [row.content_id for row in rows_of(ledger, METRICS)] == ["7301234567890120001"]
    assert [(bad.row, bad.column) for bad in report.rejected] == [(3, "Video link")]


def test_characters_that_no_database_keeps_do_not_stop_a_file(ledger, tmp_path):
    videos = export_named("video list")
    row = a_row(videos, 1, title="two_x0000_words")  # a NUL, as workbooks write it
    path = write_workbook(tmp_path / f"v_{PERIOD}.xlsx", {"Sheet1": table_of(videos, [row])})
    order = an_order(1, Order_Status="Under_x0000_ audit")
    cells = [list(COLUMNS), [order[column] for column in COLUMNS]]
    orders = write_workbook(tmp_path / "orders.xlsx", {"Sheet1": cells})

    assert brought(ledger, path).new == 1
    assert import_file(orders, INTO, ledger, NOW).needs_review == {"Under audit": 1}
    assert json.loads(rows_of(ledger, METRICS)[0].rest)["title"] == "twowords"


def test_a_cut_list_and_sums_that_do_not_add_up_are_warned_of(ledger, tmp_path):
    creators = export_named("creator list")
    rows = [a_row(creators, n) for n in range(5_000)]
    rows[7] = a_row(creators, 7, live_gmv="$11.00")

    report = brought(ledger, write(tmp_path, "creator list", rows))

    assert report.new == 5_000
    assert ["5,000 rows" in text for text in report.warnings] == [True, False]
    assert "in 1 rows, first in row 9" in report.warnings[1]


def test_a_creator_who_was_forgotten_comes_back_only_as_a_sum(ledger, tmp_path):
    from tests.builders_ledger import BASE, an_enrolment  # noqa: PLC0415
    from worker.ledger import forgetting  # noqa: PLC0415

    videos = export_named("video list")
    an_enrolment(ledger, "ana")
    into = Into(BASE, GLOW_US)
    path = write(tmp_path, "video list", [a_row(videos, 1, handle="ana.makes", link="@ana.makes")])
    import_export(path, into, ledger, NOW)
    about = forgetting.held(ledger, BASE, "ana")

    forgetting.forget(ledger, about, by="Jane", at=NOW)
    once = rows_of(ledger, METRICS)
    again = import_export(path, into, ledger, NOW)

    assert len(rows_of(ledger, METRICS)) == 1
    assert (once[0].handle[0], once[0].gmv) == ("#", 10000)
    assert "ana" not in str([tuple(row) for row in (*once, *rows_of(ledger, METRICS))])
    assert again.new == 0
