"""What only all rows of an order file together show: the order of its dates, emptied columns.

Also what is counted over all of them: lines that may still change, and repeated keys.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl

from schemas import order_columns as columns
from schemas.orders import LineStatus
from schemas.workbook_cells import DateCell
from worker.imports.bulk_cells import Times
from worker.imports.bulk_lines import Lines, ReadColumns
from worker.imports.raw_rows import ROW
from worker.imports.refusing import FileRefused

CUT_AT = 5_000  # rows at which Seller Center has been seen to cut files short
HOPELESS_AT = 10_000  # rows, all rejected: mostly another shop's file, and slow to read to its end
UNSETTLED_FOR = timedelta(days=2)  # TikTok's own figures lag that much
_KEY = "key"


class Evidence:
    """What was seen so far of one file."""

    def __init__(self, path: Path, times: Mapping[str, Times]) -> None:
        self._path = path
        self._times = times.values()
        self._amounts: dict[str, bool] = {}
        self._kept: list[pl.DataFrame] = []
        self._names: dict[str, str] = {}
        self._lines = 0
        self.rows = 0
        self.has_unknown_status = False

    def look(self, read: ReadColumns) -> None:
        """Take in a frame's columns; FileRefused as soon as its dates are not day-first."""
        self._refuse_dates()
        found = read.by_name
        status = found["status"].values
        watched = {
            columns.PAYMENT_AMOUNT: ("payment_amount", status.is_not_null()),
            columns.EST_BASE: ("est_commission_base", status != LineStatus.VOID.value),
            columns.ACTUAL_BASE: ("actual_commission_base", status == LineStatus.SETTLED.value),
        }
        for column, (name, where) in watched.items():
            if where.any():
                cells = found[name]
                says = (~cells.good | (cells.values.fill_null(0) != 0)) & where
                self._amounts[column] = self._amounts.get(column, False) or bool(says.any())

    def take(self, lines: Lines) -> None:
        """Take in a frame's lines; FileRefused when so many rows had not one."""
        frame = lines.lines
        self.rows += frame.height + len(lines.rejected)
        self._lines += frame.height
        if not self._lines and self.rows > HOPELESS_AT:
            bad = lines.rejected[0]
            raise FileRefused(
                self._path,
                f"has no row that can be read in its first {self.rows:,}; "
                f"row {bad.row}, {bad.column}: {bad.reason}",
            )
        key = pl.concat_str("order_id", pl.lit(" "), "sku_id").hash().alias(_KEY)
        self._kept.append(frame.select(ROW, "created_at", key))
        self._names.update(lines.names.iter_rows())
        if (frame["status"] == LineStatus.NEEDS_REVIEW.value).any():
            self.has_unknown_status = True

    @property
    def names(self) -> Mapping[str, str]:
        """What the file calls each product."""
        return self._names

    def suspects(self) -> pl.Series:
        """The rows that may state the same order and SKU as another row."""
        kept = self._all()
        return kept.filter(pl.col(_KEY).is_duplicated())[ROW]

    def may_change(self, gone: Sequence[int]) -> int:
        """How many lines, but for the rows `gone`, TikTok may not have finished counting."""
        kept = self._all().filter(~pl.col(ROW).is_in(list(gone)))
        newest = pl.col("created_at").max()
        return kept.filter(pl.col("created_at") > newest - UNSETTLED_FOR).height

    def warnings(self) -> tuple[str, ...]:
        """Refuse the file for what only all its rows show; else what to warn of."""
        for column, has_value in self._amounts.items():
            if not has_value:
                raise FileRefused(
                    self._path,
                    f"has nothing but 0 or -- in {column!r}: the column was renamed or emptied",
                )
        said = []
        if self._lines and not self._proof("day"):
            said.append(
                "No date has a day after the 12th, so nothing proves that dates are day-first."
            )
        if self.rows == CUT_AT:
            said.append(
                f"Exactly {CUT_AT:,} rows: Seller Center has cut such files short; "
                "export shorter periods and compare."
            )
        return tuple(said)

    def _refuse_dates(self) -> None:
        month, day = self._proof("month"), self._proof("day")
        if month:
            mixed = f" beside {day!r}: two orders of day and month in one file" if day else ""
            raise FileRefused(
                self._path,
                f"has dates that are not day-first, like {month!r}{mixed}; export it again",
            )
        text, real = (
            next((times.kinds[kind] for times in self._times if kind in times.kinds), "")
            for kind in (str, DateCell)
        )
        if text and real:
            raise FileRefused(
                self._path,
                f"has dates as text ({text!r}) beside real dates ({real!r}): a spreadsheet "
                "changed those it took for its own; export it again",
            )

    def _proof(self, order: str) -> str:
        return next((times.proofs[order] for times in self._times if order in times.proofs), "")

    def _all(self) -> pl.DataFrame:
        empty = pl.DataFrame(
            schema={ROW: pl.UInt32, "created_at": pl.Datetime("us"), _KEY: pl.UInt64}
        )
        return pl.concat([empty, *self._kept])
