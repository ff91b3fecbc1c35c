"""XLSX opened as a stranger's file: sizes, macros and entities before a parser.

In: file name and bytes. Out: sheets. An XLSX is a ZIP of XML, so its directory is
asked for the unpacked sizes first, and XML that declares entities is refused.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import openpyxl

from portal.kernel.workbooks.cells import UNCALCULATED, Cell
from portal.kernel.workbooks.parts import BOOK, merged_ranges, unescaped
from portal.kernel.workbooks.sheets import (
    BROKEN,
    NOT_A_TABLE,
    SIZE_LIMIT,
    C,
    Headings,
    Line,
    Merged,
    Sheet,
    SheetError,
    filled,
    find_header,
    sheet_of,
    text_sheet,
)

UNPACKED_LIMIT = 50 * 1024 * 1024  # bytes; 20 000 rows of seven columns take about 8 MB
PART_LIMIT = 500  # files inside the ZIP
SHEET_LIMIT = 20
COLUMN_LIMIT = 60
LAST_ROW = 1_048_576  # of the format itself: row numbers above it are a trap
DOCTYPES = ("<!DOCTYPE", "<!ENTITY")

ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old XLS, or an encrypted XLSX
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Book:
    """A workbook that was opened: the filled rows of its visible sheets, by title."""

    file: str
    tables: Mapping[str, list[Line]]
    merged: Mapping[str, tuple[Merged, ...]]

    def carries(self, headings: Headings[C]) -> bool:
        """Whether a sheet has this header."""
        return any(find_header(lines, headings) for lines in self.tables.values())

    def sheets(self, headings: Headings[C]) -> list[Sheet[C]]:
        """Every sheet with this header, named where there are several.

        Raises SheetError where there is none, or a header is incomplete.
        """
        headed = [t for t, lines in self.tables.items() if find_header(lines, headings)]
        if len(headed) > 1:
            return [self._sheet(t, headings, f"{self.file}（{t}）") for t in headed]
        title = next(iter([*headed, *self.tables]), "")
        return [self._sheet(title, headings, self.file)]

    def _sheet(self, title: str, headings: Headings[C], label: str) -> Sheet[C]:
        sheet = sheet_of(label, self.tables.get(title, []), headings)
        return replace(sheet, title=title, merged=self.merged.get(title, ()))


def open_sheets(file: str, content: bytes, headings: Headings[C]) -> list[Sheet[C]]:
    """All sheets of the file that carry a header; what it is, its bytes say.

    Raises SheetError.
    """
    _refuse_strangers(content)
    if not content.startswith(ZIP_MARK):
        return [text_sheet(file, content, headings)]
    return open_book(file, content).sheets(headings)


def open_book(file: str, content: bytes) -> Book:
    """The workbook, for stages whose files have several kinds of sheets.

    Raises SheetError, for text tables too.
    """
    _refuse_strangers(content)
    if not content.startswith(ZIP_MARK):
        message = "这不是 xlsx 工作簿。请用 Excel 或 WPS 打开，另存为 xlsx 后再传。"
        raise SheetError(message)
    has_formulas = _inspect(content)
    try:
        with warnings.catch_warnings():  # openpyxl on styles it does not know
            warnings.simplefilter("ignore")
            content = unescaped(content)
            tables = _filled(content, has_formulas=has_formulas)
            return Book(file, tables, merged_ranges(content))
    except SheetError:
        raise
    except Exception as error:  # any broken part ends here
        raise SheetError(BROKEN) from error


def _refuse_strangers(content: bytes) -> None:
    if not content.strip():
        message = "文件是空的。请选好文件再传。"
        raise SheetError(message)
    if len(content) > SIZE_LIMIT:
        message = "文件超过 5 MB。请拆成几个文件后再上传。"
        raise SheetError(message)
    if content.startswith(OLE_MARK):
        raise SheetError(_old_or_encrypted(content))
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc")):
        raise SheetError(NOT_A_TABLE)


def _old_or_encrypted(content: bytes) -> str:
    if ENCRYPTED in content:
        return "这个文件设了打开密码。请取消密码保护，另存后再传。"
    return "这是旧版 xls 或 et 文件。请用 Excel 或 WPS 打开，另存为 xlsx 后再传。"


def _inspect(content: bytes) -> bool:
    """Refuse what must not reach a parser; whether the sheets hold formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_oversize(archive)
            _refuse_macros(archive)
            holding = {_holds_formula(archive, name) for name in archive.namelist()}
            return True in holding
    except SheetError:
        raise
    except Exception as error:  # zlib, CRC, struct: a damaged ZIP fails in many ways
        raise SheetError(BROKEN) from error


def _refuse_macros(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if BOOK not in names:
        raise SheetError(NOT_A_TABLE)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        message = "文件里带有宏。请另存为不带宏的 xlsx 后再传。"
        raise SheetError(message)


def _refuse_oversize(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > PART_LIMIT or unpacked > UNPACKED_LIMIT:
        message = "这个文件解开后太大。请只留要导入的这一张表，另存为 xlsx 后再传。"
        raise SheetError(message)
    if any(part.flag_bits & 1 for part in parts):
        message = "这个文件设了打开密码。请取消密码保护，另存后再传。"
        raise SheetError(message)


def _holds_formula(archive: zipfile.ZipFile, name: str) -> bool:
    """Reading stops at the size the directory gave, so a lying one cannot grow."""
    if not name.lower().endswith((".xml", ".rels")):
        return False
    data = archive.read(name)
    for word in DOCTYPES:
        if word.encode() in data or word.encode("utf-16-le") in data:
            raise SheetError(BROKEN)
        if word.encode("utf-16-be") in data:
            raise SheetError(BROKEN)
    return name.startswith("xl/worksheets/") and b"<f" in data


def _filled(content: bytes, *, has_formulas: bool) -> dict[str, list[Line]]:
    saved = _tables(content, data_only=True)
    typed = _tables(content, data_only=False) if has_formulas else {}
    return {
        title: filled(enumerate(_marked(rows, typed.get(title)), start=1))
        for title, rows in saved.items()
    }


Rows = Iterator[Sequence[Cell]]


def _tables(content: bytes, *, data_only: bool) -> dict[str, Rows]:
    """Rows of each visible sheet: the saved results, or what was typed."""
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
    )
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return {
        sheet.title: sheet.iter_rows(
            min_row=1, max_row=LAST_ROW, max_col=COLUMN_LIMIT, values_only=True
        )
        for sheet in shown[:SHEET_LIMIT]
    }


def _marked(saved: Rows, typed: Rows | None) -> Rows:
    """The saved results, with formulas that have none marked as such."""
    if typed is None:
        yield from saved
        return
    for results, formulas in zip(saved, typed, strict=False):
        yield [
            UNCALCULATED if result is None and formula is not None else result
            for result, formula in zip(results, formulas, strict=False)
        ]
