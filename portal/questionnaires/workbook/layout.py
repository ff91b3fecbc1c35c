"""What the sheets of a questionnaire look like: widths, colours, drop-downs.

In: a sheet with its rows. Out: the same, dressed. One look for what we export and for
the template, so that a filled one and an empty one are the same thing.
"""

from collections.abc import Mapping
from enum import StrEnum

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.kernel.workbooks import letter
from portal.questionnaires.words import FLAGS, TYPES
from portal.questionnaires.workbook.columns import (
    OWN,
    SCALES,
    Column,
    FrontColumn,
    ScaleColumn,
)
from portal.questionnaires.workbook.visibility import CHOICES

PREPARED_ROWS = 300  # rows with drop-downs
WIDTHS: Mapping[StrEnum, int] = {
    Column.NUMBER: 7,
    Column.TYPE: 11,
    Column.TITLE: 44,
    Column.OPTIONS: 34,
    Column.REQUIRED: 7,
    Column.PLACES: 16,
    Column.VISIBLE: 32,
    Column.HELP: 24,
    Column.SCALE: 12,
    Column.LEAST: 8,
    Column.MOST: 8,
    Column.POINTS: 22,
    Column.ID: 18,
    Column.OPTION_IDS: 26,
    ScaleColumn.NAME: 16,
    ScaleColumn.OPTIONS: 40,
    ScaleColumn.ID: 18,
    ScaleColumn.OPTION_IDS: 26,
    FrontColumn.FIELD: 18,
    FrontColumn.TEXT: 90,
}
LISTS: Mapping[StrEnum, str] = {
    Column.TYPE: f'"{",".join(words[0] for words in TYPES.values())}"',
    Column.REQUIRED: f'"{FLAGS[True][0]},{FLAGS[False][0]}"',
    Column.PLACES: f'"{",".join(CHOICES)}"',
    Column.SCALE: f"{SCALES}!$A$2:$A$21",
}
_HEAD = PatternFill("solid", fgColor="F6E3C5")
_OWN_HEAD = PatternFill("solid", fgColor="E4E4E4")
_SECTION = PatternFill("solid", fgColor="EFF3F8")
_GREY = Font(color="808080")
_EXAMPLE = Font(italic=True, color="808080")


def dress(sheet: Worksheet, columns: type[StrEnum]) -> None:
    """Header, widths, wrapping, and what can be chosen from a list."""
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns):
        head, where = sheet.cell(1, index + 1), letter(index)
        head.font = Font(bold=True)
        head.alignment = Alignment(
            horizontal="center", vertical="center", wrap_text=True
        )
        head.fill = _OWN_HEAD if OWN in column else _HEAD
        sheet.column_dimensions[where].width = WIDTHS[column]
        if column in LISTS:
            _offer(sheet, where, LISTS[column])
    for row in sheet.iter_rows(min_row=2):
        for cell, column in zip(row, columns, strict=False):
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if OWN in column:
                cell.font = _GREY


def _offer(sheet: Worksheet, where: str, choices: str) -> None:
    """A list to choose from; what else is typed is not refused by the program."""
    choice = DataValidation(type="list", formula1=choices, allow_blank=True)
    choice.showErrorMessage = False
    choice.add(f"{where}2:{where}{PREPARED_ROWS}")
    sheet.add_data_validation(choice)


def mark_section(sheet: Worksheet, row: int) -> None:
    """A row that is a heading."""
    for index in range(len(Column)):
        cell = sheet.cell(row, index + 1)
        cell.fill = _SECTION
        cell.font = Font(bold=True)


def mark_example(sheet: Worksheet, row: int) -> None:
    """A row that is there to be looked at."""
    for index in range(len(Column)):
        sheet.cell(row, index + 1).font = _EXAMPLE


def wrap(sheet: Worksheet) -> None:
    """Every cell on as many lines as its text takes."""
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
