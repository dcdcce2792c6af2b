"""Rows as a file that spreadsheets open: CSV and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils.timezone import localtime

FORMATS = ("csv", "xlsx")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Row = Sequence[Any]


def as_table(kind: str, name: str, titles: Sequence[object], rows: Iterable[Row]) -> HttpResponse:
    """`rows` below `titles` as a file `name` without its ending; `kind` is one of FORMATS.

    Cells are texts, whole numbers, decimals, days, aware moments (shown in the reader's zone) or None.
    """
    response = HttpResponse(as_bytes(kind, titles, rows), content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def as_bytes(kind: str, titles: Sequence[object], rows: Iterable[Row]) -> bytes:
    """The same as a file's content: for an attachment."""
    return _xlsx(titles, rows) if kind == "xlsx" else _csv(titles, rows)


def _csv(titles: Sequence[object], rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    text.write("\ufeff")  # spreadsheets take it for UTF-8
    writer = csv.writer(text)
    writer.writerow([str(title) for title in titles])
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M}"
    if value is None or isinstance(value, int | float | Decimal | date):
        return "" if value is None else value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text  # what others wrote is no formula


def _xlsx(titles: Sequence[object], rows: Iterable[Row]) -> bytes:
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    shapes = {
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
    }
    sheet.write_row(0, 0, [str(title) for title in titles], book.add_format({"bold": True}))
    sheet.set_column(0, max(0, len(titles) - 1), 18)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value, shapes)
    book.close()
    return kept.getvalue()


def _write_cell(sheet: Any, row: int, column: int, value: Any, shapes: dict[str, Any]) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, localtime(value).replace(tzinfo=None), shapes["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, shapes["day"])
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, value, shapes["amount"])
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, str(value)[:32_000])
