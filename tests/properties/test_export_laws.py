"""Laws of reading exports: the order of columns says nothing, and no cell raises."""

from itertools import combinations

import hypothesis.strategies as st
from hypothesis import given

from schemas.exports.cells import Reading
from schemas.exports.declaring import Export, Store
from schemas.exports.periods import Counted, most_in_all
from schemas.exports.recognising import EXPORTS, Header, recognise
from schemas.exports.rows import Record, parse_row
from schemas.workbook_cells import DateCell, NumberCell
from tests.builders_exports import a_row, header_of

READ = [export for export in EXPORTS if export.store not in {Store.NOWHERE, Store.LINES}]
USD = Reading("USD")
exports = st.sampled_from(READ)
cells = st.one_of(
    st.text(max_size=40),
    st.from_regex(r"[-(]?[$£]?[0-9]{1,20}([.,][0-9]{1,4}){0,3}\)?%?", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}( [0-9:]{1,8})?", fullmatch=True),
    st.floats().map(lambda number: NumberCell(f"{number:.15g}")),
    st.datetimes().map(lambda day: DateCell(day.strftime("%d/%m/%Y %H:%M:%S"))),
)


def header(export: Export, names: list[str]) -> Header:
    found = recognise(names)
    assert isinstance(found, Header)
    assert found.export is export
    return found


@given(export=exports, dice=st.randoms(use_true_random=False))
def test_the_order_of_columns_says_nothing(export, dice):
    row, names = a_row(export, 3), header_of(export)
    shuffled = list(names)
    dice.shuffle(shuffled)

    read = [
        parse_row(header(export, order), [row[name] for name in order], 2, USD)
        for order in (names, shuffled)
    ]

    assert isinstance(read[0], Record)
    assert read[0] == read[1]


@given(export=exports, data=st.data())
def test_any_cells_make_a_record_or_a_rejection_that_names_the_column(export, data):
    names = header_of(export)
    row = [a_row(export, 1)[name] for name in names]
    for place in data.draw(st.sets(st.integers(0, len(names) - 1), min_size=1, max_size=4)):
        row[place] = data.draw(cells)

    read = parse_row(header(export, names), row, 2, USD)

    assert isinstance(read, Record) or (read.column in names and 0 < len(read.reason) < 200)


@given(st.lists(cells, max_size=30))
def test_any_row_is_a_header_of_an_export_or_says_why_not(row):
    found = recognise(row)

    assert isinstance(found, Header) or found.why


counted = st.builds(
    lambda first, days, number: Counted(
        f"2026-10-{first:02}", f"2026-10-{first + days:02}", number
    ),
    st.integers(1, 20),
    st.integers(0, 9),
    st.integers(0, 50),
)


@given(st.lists(counted, max_size=7))
def test_lists_add_up_to_the_most_that_counts_no_day_twice(lists):
    def apart(some: tuple[Counted, ...]) -> bool:
        return all(a.until < b.since or b.until < a.since for a, b in combinations(some, 2))

    every = [some for n in range(len(lists) + 1) for some in combinations(lists, n) if apart(some)]

    assert most_in_all(lists) == max(sum(one.number for one in some) for some in every)
