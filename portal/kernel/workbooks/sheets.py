"""Files as sheets: what people send, opened safely, as numbered rows of cells.

In: file names and bytes: text tables in the encodings and separators that Excel and
WPS write, and XLSX. Out: sheets that begin with their header. What cannot be opened
raises SheetError with the sentence for it; cells are not yet understood here.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from portal.kernel.workbooks.cells import Cell, heading

SIZE_LIMIT = 5 * 1024 * 1024  # bytes of one file
ROW_LIMIT = 20_000  # filled rows of one sheet; the largest districts have about 1 000
HEADER_WITHIN = 20  # rows from the top, titles included
SEPARATORS = (",", "\t", ";", "|")

C = TypeVar("C", bound=StrEnum)  # the columns of a kind of file, by their headers
Synonyms = Mapping[StrEnum, Sequence[str]]  # what else people write over a column

BROKEN = "这个文件打不开，可能已损坏。请用 Excel 或 WPS 打开，另存为 xlsx 后再传。"
NOT_A_TABLE = "这不是表格文件。请上传 xlsx 或 csv。"


class SheetError(Exception):
    """The file or sheet as a whole cannot be read; `cell` where one is to blame."""

    def __init__(self, sentence: str, *, row: int = 0, cell: str = "") -> None:
        self.sentence, self.row, self.cell = sentence, row, cell
        super().__init__(sentence)


@dataclass(frozen=True)
class Line:
    """One row with its number as a spreadsheet counts, from 1."""

    number: int
    cells: Sequence[Cell]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        return all(cell is None or str(cell).strip() == "" for cell in self.cells)


@dataclass(frozen=True)
class Merged:
    """A range of cells made one: rows as a spreadsheet counts, columns from 0."""

    top: int
    bottom: int
    left: int
    right: int

    def __str__(self) -> str:
        """Its name, such as "A1:B3"."""
        return f"{letter(self.left)}{self.top}:{letter(self.right)}{self.bottom}"


@dataclass(frozen=True)
class Headings(Generic[C]):
    """The headers a kind of file has: what one stands for, and which must be there."""

    heads: Callable[[str], C | None]
    required: tuple[C, ...]

    @classmethod
    def of(
        cls, columns: type[C], synonyms: Synonyms, required: tuple[C, ...]
    ) -> "Headings[C]":
        """The headers that are these words; brackets and stars do not matter."""
        known = by_heading(columns, synonyms)
        return cls(lambda text: known.get(heading(text)), required)


def by_heading(columns: Iterable[C], synonyms: Synonyms) -> dict[str, C]:
    """Columns by every word that heads them, as `heading` compares it."""
    return {
        heading(word): column
        for column in columns
        for word in (column.value, *synonyms.get(column, ()))
    }


@dataclass(frozen=True)
class Sheet(Generic[C]):
    """The rows below a header; `columns` says where each column stands, from 0.

    `width` is the number of cells beyond which nothing may stand: in a text file a
    longer row means that a comma has torn a cell in two. Of `merged` cells only the
    first one holds something; `above` is what stands over the header.
    """

    file: str
    columns: dict[C, int]
    lines: list[Line]
    width: int
    title: str = ""
    header: Line = Line(0, ())
    above: tuple[Line, ...] = ()
    merged: tuple[Merged, ...] = ()


def letter(index: int) -> str:
    """The spreadsheet's letters for a column counted from 0."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def filled(numbered: Iterable[tuple[int, Sequence[Cell]]]) -> list[Line]:
    """The rows that hold something; raises SheetError above ROW_LIMIT of them."""
    lines: list[Line] = []
    for number, cells in numbered:
        line = Line(number, cells)
        if line.is_empty:
            continue
        if len(lines) == ROW_LIMIT:
            message = f"文件超过 {ROW_LIMIT} 行。请拆成几个文件后再上传。"
            raise SheetError(message)
        lines.append(line)
    return lines


def find_header(lines: Sequence[Line], headings: Headings[C]) -> Line | None:
    """The first of the top rows that has the first two of the required headers."""
    wanted = set(headings.required[:2])
    for line in lines:
        if line.number > HEADER_WITHIN:
            return None
        found = {headings.heads(str(cell)) for cell in line.cells if cell is not None}
        if wanted <= found:
            return line
    return None


def sheet_of(file: str, lines: list[Line], headings: Headings[C]) -> Sheet[C]:
    """The rows below the header.

    Raises SheetError where the header is missing, incomplete or twice.
    """
    header = find_header(lines, headings)
    if header is None:
        wanted = "」「".join(headings.required)
        message = f"没有找到表头。前 {HEADER_WITHIN} 行里要有一行写着「{wanted}」。"
        raise SheetError(message)
    columns = _columns(header, headings)
    missing = [column for column in headings.required if column not in columns]
    if missing:
        message = f"表头里缺少「{'」「'.join(missing)}」。请补上这一列。"
        raise SheetError(message, row=header.number, cell=f"A{header.number}")
    below = [line for line in lines if line.number > header.number]
    above = tuple(line for line in lines if line.number < header.number)
    width = len(header.cells)
    return Sheet(file, columns, below, width, header=header, above=above)


def _columns(header: Line, headings: Headings[C]) -> dict[C, int]:
    columns: dict[C, int] = {}
    for index, cell in enumerate(header.cells):
        column = headings.heads(str(cell)) if cell is not None else None
        if column is None:
            continue
        if column in columns:
            message = f"「{column}」出现了两列。请只留一列，或改掉另一列的表头。"
            place = f"{letter(index)}{header.number}"
            raise SheetError(message, row=header.number, cell=place)
        columns[column] = index
    return columns


def text_sheet(file: str, content: bytes, headings: Headings[C]) -> Sheet[C]:
    """The sheet of a CSV or tab-separated file, whatever its encoding."""
    text = decoded(content)
    if text.lstrip()[:1] == "<":
        message = "这是网页格式的表格。请用 Excel 或 WPS 打开，另存为 xlsx 后再传。"
        raise SheetError(message)
    broken: SheetError | None = None
    lines: list[Line] = []
    for separator in SEPARATORS:
        try:
            lines = filled(_records(text, separator))
        except SheetError as error:
            broken = broken or error
            continue
        if find_header(lines, headings):
            return sheet_of(file, lines, headings)
    if broken:
        raise broken
    return sheet_of(file, lines, headings)


def decoded(content: bytes) -> str:
    """The text: UTF-8 or UTF-16 by their marks, else UTF-8, else GB18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        guesses = ["utf-16"]
    else:
        guesses = ["utf-8-sig", "gb18030"]
    for encoding in guesses:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise SheetError(NOT_A_TABLE)
        return text
    message = "认不出这个文件的文字编码。请另存为 xlsx，或 UTF-8 编码的 csv。"
    raise SheetError(message)


def _records(text: str, separator: str) -> Iterator[tuple[int, Sequence[Cell]]]:
    number = 0
    try:
        for number, record in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True),
            start=1,
        ):
            yield number, record
    except csv.Error as error:
        message = "从这一行起引号没有配对，读不下去。请检查双引号，或另存为 xlsx。"
        raise SheetError(message, row=number + 1, cell=f"A{number + 1}") from error
