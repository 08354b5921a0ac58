"""Excel workbooks made by hand, in the odd shapes in which exports arrive, for tests."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
_ROOT = f"""<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"
 Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
# Style 1 shows a number as a date.
_STYLES = f"""<styleSheet xmlns="{_NS}"><cellXfs count="2"><xf numFmtId="0"/>
<xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>"""

Cell = str | int | float | None


class DateNumber(float):
    """A number that the workbook shows as a date: days since 1899-12-30."""


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]]], *, dimension: str = ""
) -> Path:
    """Write rows by sheet name, texts as inline strings; `dimension` may lie. Gives back `path`."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(names, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    styles = f'<Relationship Id="rIdS" Type="{_REL}/styles" Target="styles.xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr("_rels/.rels", _ROOT)
        packed.writestr("xl/styles.xml", _STYLES)
        packed.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets>{listed}</sheets></workbook>',
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">{related}{styles}</Relationships>',
        )
        for n, name in enumerate(names, 1):
            packed.writestr(f"xl/worksheets/sheet{n}.xml", _sheet(sheets[name], dimension))
    return path


def _sheet(rows: Sequence[Sequence[Cell]], dimension: str) -> str:
    body = "".join(
        f'<row r="{number}">{"".join(_cell(cell, at, number) for at, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    lie = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'<worksheet xmlns="{_NS}">{lie}<sheetData>{body}</sheetData></worksheet>'


def _cell(cell: Cell, at: int, number: int) -> str:
    where = f'r="{column_letters(at)}{number}"'
    if cell is None:
        return ""
    if isinstance(cell, DateNumber):
        return f'<c {where} s="1"><v>{float(cell)!r}</v></c>'
    if isinstance(cell, int | float):
        return f"<c {where}><v>{cell!r}</v></c>"
    return f'<c {where} t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'


def column_letters(at: int) -> str:
    """The letters over the column at that place: 0 is A, 26 is AA."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
