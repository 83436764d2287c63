"""Workbook and CSV files: all that is found is in them, numbers are numbers, and no text is a formula."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from openpyxl import load_workbook
from reported import FORMULAS, HOSTILE, LINES, hostile_results

from resilience_sim.errors import ExportError
from resilience_sim.reports.report_tables import TABLES, Column, Table, report_tables
from resilience_sim.reports.spreadsheets import csv_text, inert, save_workbook, workbook_bytes
from resilience_sim.reports.words import Language

RESULTS = hostile_results()
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(params=LANGUAGES)
def tables(request: pytest.FixtureRequest) -> list[Table]:
    return report_tables(RESULTS, request.param)


def sample(*cells: str | float | None) -> Table:
    return Table("sample", "Sample", [Column(f"c{k}", "text", 10) for k in range(len(cells))], [cells])


def test_every_table_has_a_cell_for_each_column_and_something_to_say(tables: list[Table]) -> None:
    assert [table.key for table in tables] == list(TABLES)
    for table in tables:
        assert table.rows, table.key
        assert {len(row) for row in table.rows} == {len(table.columns)}
        for row in table.rows:
            for column, cell in zip(table.columns, row, strict=True):
                assert cell != ""
                assert cell is None or isinstance(cell, str) == (column.kind == "text"), (table.key, column.heading)


def test_verdicts_and_certificates_are_all_there() -> None:
    by_key = {table.key: table for table in report_tables(RESULTS, "en")}
    first = RESULTS.plans[0]
    assert len(by_key["verdicts"].rows) == len(first.rows)
    assert len(by_key["breaking_points"].rows) == sum(len(row.breaking_points) for row in first.rows)
    assert len(by_key["clauses"].rows) == sum(len(one.plan.clauses) for one in RESULTS.plans)
    assert [row[2:] for row in by_key["certificates"].rows[:3]] == [
        ("holds", f"P1-09 {FORMULAS[0]} 40 agents, agents off shift 48 agents", 1.0, 500),
        ("fails", f"P1-09 {FORMULAS[0]} 5 agents, agents off shift 48 agents", 20 / 60, 60),
        ("undecided", f"P1-09 {FORMULAS[0]} 40 agents, agents off shift 12 agents", None, None),
    ]
    assert [row[5:7] for row in by_key["recommendations"].rows[:2]] == [(1.0, 40.0), (12.0, 48.0)]


def test_no_cell_of_the_workbook_is_a_formula_and_every_text_is_as_it_was(tables: list[Table]) -> None:
    book = load_workbook(io.BytesIO(workbook_bytes(tables)))
    assert book.sheetnames == [table.title for table in tables]
    seen = set()
    for table in tables:
        sheet = book[table.title]
        assert sheet.freeze_panes == "B2"
        read = list(sheet.iter_rows(values_only=False))
        assert [cell.value for cell in read[0]] == [column.heading for column in table.columns]
        for cells, row in zip(read[1:], table.rows, strict=True):
            for cell, value in zip(cells, row, strict=True):
                assert cell.hyperlink is None
                if isinstance(value, str):
                    assert (cell.data_type, cell.value) == ("s", value)
                    assert cell.quotePrefix == (inert(value) != value)
                    seen.add(value)
                elif value is not None:
                    assert cell.data_type == "n"
                    assert cell.value == value
    assert set(HOSTILE) <= seen


def test_a_csv_file_defuses_what_would_be_calculated_and_nothing_else(tables: list[Table]) -> None:
    for table in tables:
        text = csv_text(table)
        assert text.startswith("\ufeff")
        read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        assert read[0] == [column.heading for column in table.columns]
        for cells, row in zip(read[1:], table.rows, strict=True):
            for cell, value in zip(cells, row, strict=True):
                if isinstance(value, str):
                    assert cell in (value, f"'{value}")
                    assert cell.lstrip()[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
                    assert cell[:1] not in ("\t", "\r", "\n")
                else:
                    assert cell == ("" if value is None else str(value))


@pytest.mark.parametrize("text", [*FORMULAS[:-1], "\r=A", "\n1", "\u200b=A", "\ufeff@A"])
def test_what_a_spreadsheet_might_calculate_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "defused"),
    [
        ("x;=1+1", "x;'=1+1"),
        ('x"; @SUM(A:A)', "x\"; '@SUM(A:A)"),
        ("a\n-cmd;\u200b＝A", "a\n'-cmd;\u200b'＝A"),
        ("=A;+B", "'=A;'+B"),
    ],
)
def test_what_would_begin_another_cell_where_a_semicolon_separates_gets_an_apostrophe(text: str, defused: str) -> None:
    assert inert(text) == defused


@pytest.mark.parametrize("text", ["P1-09", "5 – 10", "", "a=b", "≥ 80 %", "#N/A", "–", "a; b-c", "a, =b"])
def test_what_no_spreadsheet_calculates_stays(text: str) -> None:
    assert inert(text) == text


def test_numbers_below_nothing_stay_numbers() -> None:
    assert csv_text(sample(-3.5, "-3.5", None)).splitlines()[1] == "-3.5,'-3.5,"


def test_what_xml_cannot_hold_is_replaced_and_not_refused() -> None:
    book = load_workbook(io.BytesIO(workbook_bytes([sample("a\x07b", LINES, "x" * 40_000)])))
    (row,) = list(book["Sample"].iter_rows(min_row=2, values_only=True))
    assert (row[0], row[1]) == ("a\ufffdb", LINES)
    assert row[2] == "x" * 32_767


def test_the_same_tables_give_the_same_bytes_whenever_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = report_tables(RESULTS, "en")
    once = workbook_bytes(tables)
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert workbook_bytes(tables) == once
    with zipfile.ZipFile(io.BytesIO(once)) as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01T00:00:00Z" in book.read("docProps/core.xml")


def test_a_workbook_that_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: pytest.TempPathFactory) -> None:
    target = tmp_path / "taken"  # type: ignore[operator]
    target.mkdir()
    with pytest.raises(ExportError, match="cannot be written"):
        save_workbook([sample("a")], target)
    assert list(target.parent.iterdir()) == [target]
