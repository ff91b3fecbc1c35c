"""A list as the workbook offices have it: to fill in, to change, to print.

In: an outline. Out: the bytes of an XLSX that `read_outline` takes back unchanged.
"""

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.checklists.columns import FORM_WORDS, KIND_WORDS, REQUIRED, Column
from portal.checklists.outline import (
    AspectText,
    Form,
    Outline,
    PointText,
    ProblemText,
)
from portal.kernel.exports import workbook_bytes, write_text
from portal.kernel.workbooks import letter

HEAD_ROW = 2
FIRST = HEAD_ROW + 1
PREPARED_ROWS = 300
WIDTHS = (16, 28, 60, 9, 16, 22)
NOTES = (
    "一行一个问题。方面、要点写在第一行，或合并单元格；下面的行空着，就是和上面一样。",
    "形式：「是否」答否算问题，「有没有」答有算问题，「问题」是直接写出来的。"
    "空着就看问题开头的字。",
    "适用：只给一类单位或社区用的方面（自选板块）才填，例如「群团组织」；空着就都适用。",
    "编号：系统给每个要点的，问卷的题和发现的问题都认它。请不要改，也不要挪给别的要点；"
    "新增的要点留空，会自动编一个。",
    "列的次序可以换，多出来的列（例如序号、备注）不会读。公式不会计算，请直接写内容。",
    "上传后先看一遍会多什么、改什么、少什么，确认了才存成草稿；发布以后才算数。",
)
EXAMPLE = Outline(
    "清单模板",
    None,
    (
        AspectText(
            "三资管理",
            (
                PointText(
                    "",
                    "账目公开",
                    (
                        ProblemText("收入、支出、工程只公开总数", Form.FAULT),
                        ProblemText("是否按月把明细贴到公开栏", Form.WHETHER),
                    ),
                ),
                PointText(
                    "",
                    "工程与采购",
                    (ProblemText("有没有把工程拆小后直接给熟人做", Form.ANY),),
                ),
            ),
        ),
    ),
)

_THIN = Side(style="thin", color="8A7F72")
_FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def outline_workbook(outline: Outline) -> bytes:
    """The list as XLSX: its title above the header, aspects and points merged."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "清单"
    book.properties.creator = "码上巡"
    write_text(sheet, 1, 1, outline.title)
    for index, column in enumerate(Column, 1):
        write_text(sheet, HEAD_ROW, index, column.value)
    row = FIRST
    for aspect in outline.aspects:
        row = _write_aspect(sheet, row, aspect)
    _dress(sheet, row - 1)
    _explain(book.create_sheet("填写说明"))
    return workbook_bytes(book)


def template_workbook() -> bytes:
    """An example to write over, as XLSX."""
    return outline_workbook(EXAMPLE)


def _write_aspect(sheet: Worksheet, row: int, aspect: AspectText) -> int:
    """Write the rows of an aspect; gives the row below them."""
    first = row
    for point in aspect.points:
        row = _write_point(sheet, row, point)
    write_text(sheet, first, _at(Column.ASPECT), aspect.title)
    kinds = "、".join(KIND_WORDS[kind] for kind in aspect.kinds)
    write_text(sheet, first, _at(Column.KINDS), kinds)
    for column in (Column.ASPECT, Column.KINDS):
        _merge(sheet, column, first, row - 1)
    return row


def _write_point(sheet: Worksheet, first: int, point: PointText) -> int:
    write_text(sheet, first, _at(Column.POINT), point.title)
    write_text(sheet, first, _at(Column.CODE), point.code)
    for row, problem in enumerate(point.problems, first):
        write_text(sheet, row, _at(Column.PROBLEM), problem.text)
        write_text(sheet, row, _at(Column.FORM), FORM_WORDS[problem.form])
    below = first + max(1, len(point.problems))
    for column in (Column.POINT, Column.CODE):
        _merge(sheet, column, first, below - 1)
    return below


def _merge(sheet: Worksheet, column: Column, first: int, last: int) -> None:
    if last > first:
        at = _at(column)
        sheet.merge_cells(start_row=first, end_row=last, start_column=at, end_column=at)


def _at(column: Column) -> int:
    return list(Column).index(column) + 1


def _dress(sheet: Worksheet, last: int) -> None:
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(Column))
    sheet.cell(1, 1).font = Font(bold=True, size=16)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 32
    for index, (column, width) in enumerate(zip(Column, WIDTHS, strict=True)):
        header = sheet.cell(HEAD_ROW, index + 1)
        sheet.column_dimensions[letter(index)].width = width
        header.font = Font(bold=True)
        header.alignment = Alignment(horizontal="center", vertical="center")
        tint = "F6E3C5" if column in REQUIRED else "EFE6D6"
        header.fill = PatternFill("solid", fgColor=tint)
        header.border = _FRAME
    for row in sheet.iter_rows(min_row=FIRST, max_row=last):
        for cell in row:
            cell.border = _FRAME
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    _offer_forms(sheet)
    sheet.freeze_panes = f"A{FIRST}"


def _offer_forms(sheet: Worksheet) -> None:
    words = ",".join(FORM_WORDS.values())
    choice = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
    where = letter(_at(Column.FORM) - 1)
    choice.add(f"{where}{FIRST}:{where}{FIRST + PREPARED_ROWS}")
    sheet.add_data_validation(choice)


def _explain(notes: Worksheet) -> None:
    notes.column_dimensions["A"].width = 90
    for row, note in enumerate(NOTES, 1):
        write_text(notes, row, 1, note)
        notes.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
