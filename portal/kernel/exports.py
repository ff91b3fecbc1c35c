"""What was typed, written into files that other programs open: always as a text.

In: texts. Out: cells of a workbook in which nothing computes, nothing calls out
(CWE-1236), and nothing is illegal in XML. Codes keep their zeros. Every file that
leaves the house with typed words is written here.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

# Excel's own, those of its old macro languages, and the forms WPS reads alike.
FORMULA_STARTS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫−\t\r")
LONGEST_CELL = 32_767  # UTF-16 units; beyond it Excel calls the file damaged
WRAPPED = Alignment(wrap_text=True, vertical="top")
AS_TEXT = "@"  # number format: what is edited stays a text as well
WHOLE, DAY = "0", "yyyy-mm-dd"  # number formats
NO_LOOKS: Mapping[str, str] = {}
Value = str | int | float | date | None

# XML 1.0 §2.2 without the controls it tolerates and the noncharacters it advises
# against; bidi controls turn amounts around.
_UNSAFE = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
    "|[\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\u061c\ufeff]"
)
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # ECMA-376 §22.9.2.19, ST_Xstring


def legal(text: str) -> str:
    """The text without what XML forbids and what nobody sees; lines end in LF."""
    text = _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if ord(c) < 0xFFFE or ord(c) & 0xFFFE != 0xFFFE)


def acts(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula or a command.

    Spaces and signs nobody sees may stand before it: programs skip them.
    """
    first = next((c for c in text if c in FORMULA_STARTS or not _is_skipped(c)), "")
    return first in FORMULA_STARTS if first else False


def _is_skipped(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf", "Mn", "Me"}


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """A cell that holds the text; gives it for its looks."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        message = "only the first cell of a merged range can be written"
        raise TypeError(message)
    _hold(cell, text)
    return cell


def _hold(cell: Cell, text: str) -> None:
    """Make the cell a text; one that might act also carries the quote prefix."""
    cell.value = _fitting(_ESCAPED.sub("_x005F_", legal(text)))
    cell.data_type = "s"
    cell.number_format = AS_TEXT
    cell.quotePrefix = acts(text)


def _fitting(text: str) -> str:
    units = text.encode("utf-16-le")[: 2 * LONGEST_CELL]
    return units.decode("utf-16-le", errors="ignore")


def write_table(
    sheet: Worksheet,
    columns: Mapping[str, int],
    rows: Iterable[Sequence[Value]],
    looks: Mapping[str, str] = NO_LOOKS,
) -> None:
    """Rows under their heads, which stay in view; numbers and days are what they are.

    `columns`: how wide each is, in characters of Latin text, by its head. `looks`: the
    number format of what stands under a head, where it is no whole number.
    """
    heads = list(columns)
    for y, row in enumerate([heads, *rows], start=1):
        for x, value in enumerate(row, start=1):
            text = value if isinstance(value, str) else ""
            cell = write_text(sheet, y, x, text)
            cell.alignment = WRAPPED
            if not isinstance(value, str):
                cell.value = value
                whole = DAY if isinstance(value, date) else WHOLE
                cell.number_format = looks.get(heads[x - 1], whole)
    for x, width in enumerate(columns.values(), start=1):
        head = sheet.cell(1, x)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="EFE6D6")
        sheet.column_dimensions[get_column_letter(x)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def workbook_bytes(book: Workbook) -> bytes:
    """The file of a workbook, every formula in it made a text, whoever wrote it.

    Printed, it is A4 across and as wide as the leaf, with the heads on each.
    """
    for sheet in book.worksheets:
        _set_for_paper(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and isinstance(cell.value, str):
                    _hold_once(cell, cell.value)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _set_for_paper(sheet: Worksheet) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if sheet.freeze_panes:
        head, _ = coordinate_to_tuple(sheet.freeze_panes)
        sheet.print_title_rows = f"{head - 1}:{head - 1}"


def _hold_once(cell: Cell, text: str) -> None:
    if cell.data_type != "s" or (acts(text) and not cell.quotePrefix):
        _hold(cell, text)
