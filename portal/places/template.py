"""The workbook that people fill in: Chinese headers, codes as text, choices.

In: nothing. Out: the bytes of an XLSX that `read_files` takes back.
"""

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.kernel.exports import workbook_bytes
from portal.kernel.workbooks import letter
from portal.places.columns import CLASSES, REQUIRED, Column
from portal.places.reading import EXAMPLE_NAME

PREPARED_ROWS = 500
WIDTHS = (20, 30, 18, 10, 12, 20, 14)
EXAMPLE = (
    "999101001001",
    EXAMPLE_NAME,
    "111(主城区)",
    860,
    2300,
    "城市社区",
    "一般普通",
)
CHOICES = {
    Column.URBAN_RURAL: [f"{code}({word})" for code, word in CLASSES.items()],
    Column.ATTENTION: ["重点关注", "风险隐患", "一般普通"],
}
NOTES = (
    "一行一个社区。前三列必填，其余可以空着，以后在网页上补。",
    "代码是 12 位统计用区划代码，这一列已设成文本，请不要改成数字。",
    "末三位是 000 的行是街道，末六位是 000000 的行是区县，用来写它们的名称。",
    "社区类型：涉农社区或城市社区，可以加上特点，例如「涉农社区、飞地」。",
    "特点有：纯居委会、飞地、厂居社区。不填时按代码、名称和城乡分类推测。",
    "已撤销的村、社区在名称后写 [已撤销]，会保留备查，但不再使用。",
    "同一代码再次导入就是更新；空着的格子不会改动原来的内容。",
    "第一行是示例，导入时会自动跳过，也可以删去。",
)


def template_workbook() -> bytes:
    """An empty list of communities with one example row, as XLSX."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "社区名单"
    sheet.append([column.value for column in Column])
    sheet.append(EXAMPLE)
    sheet.freeze_panes = "A2"
    _dress(sheet)
    notes = book.create_sheet("填写说明")
    notes.column_dimensions["A"].width = 80
    for note in NOTES:
        notes.append([note])
    return workbook_bytes(book)


def _dress(sheet: Worksheet) -> None:
    for index, (column, width) in enumerate(zip(Column, WIDTHS, strict=True)):
        header, where = sheet.cell(1, index + 1), letter(index)
        sheet.column_dimensions[where].width = width
        header.font = Font(bold=True)
        header.alignment = Alignment(horizontal="center")
        if column in REQUIRED:
            header.fill = PatternFill("solid", fgColor="F6E3C5")
        if column in CHOICES:
            choice = DataValidation(
                type="list", formula1=f'"{",".join(CHOICES[column])}"', allow_blank=True
            )
            choice.add(f"{where}2:{where}{PREPARED_ROWS}")
            sheet.add_data_validation(choice)
    for row in range(2, PREPARED_ROWS + 1):
        sheet.cell(row, 1).number_format = "@"
    for cell in sheet[2]:
        cell.font = Font(italic=True, color="808080")
