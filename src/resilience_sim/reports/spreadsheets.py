"""Tables as a workbook and as CSV files, in which no text is ever taken for a formula."""

from __future__ import annotations

import csv
import io
import re
import secrets
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from resilience_sim.errors import ExportError
from resilience_sim.reports.report_tables import Cell, Table

__all__ = ["csv_text", "inert", "save_workbook", "workbook_bytes"]

# What a spreadsheet may read as the beginning of a formula, blanks and full-width forms included.
_FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
# The same within a text, after what separates cells where a comma does not; quotes protect no cell from that.
_NEXT_FORMULA = re.compile(r"([;\t\r\n][\s\u200b\ufeff]*)(?=[=+\-@＝＋－＠])")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
AFTER = r"\1'"
NO_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip archive can hold
MOST_CHARACTERS = 32_767  # that a cell can hold
FORMATS = {"share": "0.0%", "number": "General", "text": "@"}


def inert(text: str) -> str:
    """A text as it may stand in a CSV file: with an apostrophe before what a spreadsheet would calculate.

    That is the text itself, or what in it follows a semicolon, a tab or the end of a line: where the decimal point is a
    comma, spreadsheets begin a new cell there.
    """
    if _FORMULA.match(text):
        return f"'{text[:1]}{_NEXT_FORMULA.sub(AFTER, text[1:])}"
    return _NEXT_FORMULA.sub(AFTER, text)


def csv_text(table: Table) -> str:
    """A table as CSV with a byte-order mark, by which spreadsheets know UTF-8; shares are numbers from 0 to 1."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([inert(column.heading) for column in table.columns])
    for row in table.rows:
        writer.writerow(["" if cell is None else inert(cell) if isinstance(cell, str) else cell for cell in row])
    return "\ufeff" + written.getvalue()


def workbook_bytes(tables: Sequence[Table]) -> bytes:
    """Tables as a workbook (XLSX), a sheet each: the same tables give the same bytes.

    Texts are marked as such and kept so when they are edited; numbers are numbers. Headings stay in view.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        _fill(book.create_sheet(table.title), table)
    written = io.BytesIO()
    book.save(written)
    return _undated(written.getvalue())


def save_workbook(tables: Sequence[Table], path: Path) -> None:
    """Write tables as a workbook; the file is whole or is not there.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(workbook_bytes(tables))
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from None


def _fill(sheet: Worksheet, table: Table) -> None:
    for number, column in enumerate(table.columns, 1):
        head = sheet.cell(1, number)
        _put(head, column.heading)
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor="1F4E79")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for at, row in enumerate(table.rows, 2):
        for number, (column, value) in enumerate(zip(table.columns, row, strict=True), 1):
            cell = sheet.cell(at, number)
            _put(cell, value)
            cell.number_format = FORMATS["text" if isinstance(value, str) else column.kind]
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _put(cell: Any, value: Cell) -> None:
    """Put a value into a cell; a text as a text, whatever it begins with."""
    if isinstance(value, str):
        cell.value = _NOT_IN_XML.sub("\ufffd", value)[:MOST_CHARACTERS]
        cell.data_type = "s"
        cell.quotePrefix = _FORMULA.match(value) is not None
    else:
        cell.value = value


def _undated(book: bytes) -> bytes:
    """The same archive without the moment at which it was written."""
    undated = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(undated, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, NO_DAY), data, zipfile.ZIP_DEFLATED)
    return undated.getvalue()
