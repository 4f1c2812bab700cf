"""Tables as spreadsheets (XLSX)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

MOMENT, DAY = "DD.MM.YYYY HH:MM", "DD.MM.YYYY"
"""How a spreadsheet shows a moment and a day."""
_UNPRINTABLE = re.compile(r"[\000-\010\013\014\016-\037\ud800-\udfff\ufffe\uffff]")
"""What XML does not take."""
Rows = Sequence[Sequence[Any]]


def workbook(sheets: Mapping[str, Rows], widths: Sequence[int]) -> bytes:
    """A spreadsheet of sheets by title; figures stay figures. `widths` of the columns, the same on every sheet."""
    from openpyxl import Workbook  # a tenth of a second of start-up that only a table needs
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([_cell(value) for value in row])
        for column, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    """A value as a cell; a text that a spreadsheet would take for a formula stays a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


class LongBook:
    """A spreadsheet of more rows than memory should hold: each sheet grows in a file of its own until `save`.

    Close it in the end: these files are gone then. Not for the event loop: use it in a thread.
    """

    def __init__(self, part: Callable[[], Path]) -> None:
        """`part` gives a new empty file."""
        from openpyxl import Workbook

        self._part = part
        self._book = Workbook(write_only=True)
        self._files: list[Path] = []

    def close(self) -> None:
        """Removes the files in which it grew."""
        for sheet in self._book.worksheets:
            if not sheet.closed:
                sheet.close()
        for path in self._files:
            path.unlink(missing_ok=True)

    def sheet(self, title: str, heads: Sequence[str], widths: Sequence[int]) -> LongSheet:
        """A new sheet with a row of headings, which stays in sight and can be filtered by."""
        path = self._part()
        self._files.append(path)
        return LongSheet(self._book.create_sheet(title), path, heads, widths)

    def save(self, file: IO[bytes]) -> None:
        """Writes the whole book; nothing can be added any more."""
        self._book.save(file)


class LongSheet:
    """A sheet of a LongBook."""

    def __init__(self, sheet: Any, path: Path, heads: Sequence[str], widths: Sequence[int]) -> None:
        from openpyxl.styles import Alignment, Font
        from openpyxl.utils import get_column_letter

        self._sheet, self._columns = sheet, get_column_letter(len(heads))
        self._rows = 0
        for column, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = "A2"
        sheet._writer = _writer(sheet, path)
        sheet._writer.write_top()
        self._append([self._cell(head, font=Font(bold=True), alignment=Alignment(wrap_text=True)) for head in heads])

    def append(self, values: Sequence[Any]) -> None:
        """A row. Days and moments (without a zone) are shown as such; a text is a text whatever it begins with."""
        self._append([self._cell(value) for value in values])

    def _append(self, cells: Sequence[Any]) -> None:
        self._sheet.append(cells)
        self._rows += 1
        self._sheet.auto_filter.ref = f"A1:{self._columns}{self._rows}"

    def _cell(self, value: Any, **style: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell

        if value is None or value == "":
            return None
        if not isinstance(value, str):
            cell = WriteOnlyCell(self._sheet, value)
            if isinstance(value, date):
                cell.number_format = MOMENT if isinstance(value, datetime) else DAY
            return cell
        cell = WriteOnlyCell(self._sheet, _UNPRINTABLE.sub("", value))
        # Else a text that begins with "=" would be a formula here, or when somebody edits the cell.
        cell.data_type, cell.quotePrefix = "s", value.startswith(("=", "+", "-", "@", "\t", "\r"))
        for name, wanted in style.items():
            setattr(cell, name, wanted)
        return cell


def _writer(sheet: Any, path: Path) -> Any:
    """What writes a sheet into a file that we name: openpyxl's own stays in the system's folder after a crash, and
    there are people's names in it."""
    from openpyxl.worksheet._writer import WorksheetWriter

    class Writer(WorksheetWriter):  # type: ignore[misc]  # openpyxl has no types
        def cleanup(self) -> None:
            path.unlink()

    return Writer(sheet, out=str(path))
