"""Opening exports: text in every encoding, workbooks in every odd shape, and what is refused."""

import struct
import zipfile
from pathlib import Path

import pytest

from schemas.order_cells import identifier, minor_units
from schemas.parsing import BadCell
from schemas.workbook_cells import DateCell, NumberCell
from tests.builders_workbooks import Cell, DateNumber, write_workbook
from worker.imports.reading import FileRefused, sheets

ROWS = [["Mã", "Name", "Note"], ["1", "Lan, Nguyễn", 'says "hi"']]


def read(path: Path) -> dict[str, list[tuple[int, list[str]]]]:
    return {sheet.name: list(sheet.rows) for sheet in sheets(path)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_is_read_in_each_encoding_and_with_each_delimiter(tmp_path, encoding, delimiter):
    header = delimiter.join(ROWS[0])
    text = f'{header}\r\n\r\n1{delimiter}"Lan, Nguyễn"{delimiter}"says ""hi"""\r\n'
    path = tmp_path / "a.csv"
    path.write_bytes((header.encode("ascii", "ignore") and text).encode(encoding))
    if encoding in {"utf-16-le", "utf-16-be"}:  # its mark is missing: only western text shows it
        path.write_bytes(text.replace("ã", "a").replace("ễ", "e").encode(encoding))

    found = read(path)[""]

    assert [number for number, _ in found] == [1, 3]
    assert found[1][1][2] == 'says "hi"'


def test_tabs_glued_to_cells_are_no_delimiter(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Order ID\t,SKU ID\t,Note\t\n1\t,2\t,x\t\n")

    assert read(path)[""][1] == (2, ["1\t", "2\t", "x\t"])


def test_a_workbook_gives_each_sheet_with_excels_row_numbers(tmp_path):
    rows: list[list[Cell]] = [
        [],
        ["Order ID", "Amount", "When"],
        [None],
        ["576460752303423501\t", 24.99, "x"],
    ]
    notes: list[list[Cell]] = [["hello"]]
    path = write_workbook(tmp_path / "named.csv", {"Notes": notes, "Orders": rows})

    assert read(path) == {
        "Notes": [(1, ["hello"])],
        "Orders": [
            (2, ["Order ID", "Amount", "When"]),
            (4, ["576460752303423501\t", "24.99", "x"]),
        ],
    }


def test_what_a_workbook_held_as_a_number_is_an_amount_but_no_id(tmp_path):
    row = [24.99, 576460752303423501, 3, DateNumber(46309.395833333336)]
    path = write_workbook(tmp_path / "a.xlsx", {"Orders": [row]}, dimension="A1")

    amount, order, count, when = read(path)["Orders"][0][1]

    assert isinstance(amount, NumberCell)
    assert minor_units(amount, "USD") == minor_units(amount, "BRL") == 2499
    assert (count, when) == ("3", "14/10/2026 09:30:00")
    assert isinstance(when, DateCell)
    with pytest.raises(BadCell, match="number in the workbook"):
        identifier(order)


def damaged(tmp_path: Path) -> bytes:
    path = write_workbook(tmp_path / "whole.xlsx", {"Orders": ROWS * 500})
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xef\xbb\xbf \r\n", "is empty"),
        ("Tên,Giá\nLan,1\n".encode("cp1258"), "is not UTF-8"),
        (b"a,b\n1,2\x00\n", "is not text"),
        (b'a,b\n1,"2\n', "a quote not closed"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x1f\x8b\x08", "is compressed"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "is UTF-32"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "cannot be opened"),
        (b"PK\x03\x04" + b"0" * 600, "damaged or cut"),
    ],
)
def test_what_cannot_be_read_whole_is_refused_in_words(tmp_path, content, says):
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(FileRefused, match=rf"^a\.csv .*{says}"):
        read(path)


def test_a_cut_or_edited_workbook_is_refused(tmp_path):
    whole = damaged(tmp_path)
    for name, content in {
        "cut": whole[: len(whole) // 2],
        "edited": whole[:900] + bytes(40) + whole[940:],
    }.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(content)
        with pytest.raises(FileRefused, match=name):
            read(path)


def test_what_would_fill_the_memory_is_refused_before_it_does(tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", bytes(12_345))
    two_gigabytes = struct.pack("<L", (1 << 31) + 1)
    bomb.write_bytes(bomb.read_bytes().replace(struct.pack("<L", 12_345), two_gigabytes))
    far = write_workbook(tmp_path / "far.xlsx", {"Orders": [["a"] * 300]})
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("orders.csv", "a,b")

    for path, says in ((bomb, "unpacks to more than"), (far, "far away"), (other, "no .xlsx")):
        with pytest.raises(FileRefused, match=says):
            read(path)


def test_a_folder_or_a_missing_file_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(FileRefused, match=rf"{path.name} cannot be read"):
            read(path)
