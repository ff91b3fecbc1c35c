"""Reading a sheet line by line: every mistake is noted with its cell, none stops it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from portal.kernel.workbooks.cells import Cell, CellError
from portal.kernel.workbooks.sheets import C, Line, Sheet, letter

T = TypeVar("T")


@dataclass(frozen=True)
class Mistake:
    """One wrong cell: its file, row and name such as "C5", and how to mend it.

    A file that cannot be opened has row 0 and no cell.
    """

    file: str
    row: int
    cell: str
    sentence: str

    def __str__(self) -> str:
        """One line for the command line."""
        where = f" 第 {self.row} 行 {self.cell}" if self.row else ""
        return f"{self.file}{where}：{self.sentence}"


@dataclass
class LineReader(Generic[C]):
    """Reads the cells of one line and notes each that cannot be taken."""

    sheet: Sheet[C]
    line: Line
    mistakes: list[Mistake]

    def cell_name(self, column: C) -> str:
        """Where the column's cell of this line stands, such as "C5"."""
        return f"{letter(self.sheet.columns[column])}{self.line.number}"

    def note(self, cell: str, sentence: str) -> None:
        """Keep a mistake of this line."""
        self.mistakes.append(Mistake(self.sheet.file, self.line.number, cell, sentence))

    def read(self, column: C, parse: Callable[[Cell], T], nothing: T) -> T:
        """What `parse` makes of the column's cell; `nothing` where it cannot."""
        index = self.sheet.columns.get(column)
        if index is None:
            return nothing
        cells = self.line.cells
        try:
            return parse(cells[index] if index < len(cells) else None)
        except CellError as error:
            self.note(self.cell_name(column), error.sentence)
            return nothing

    def require_no_torn_cell(self) -> None:
        """Note a line with more cells than the header."""
        width = self.sheet.width
        if not Line(self.line.number, self.line.cells[width:]).is_empty:
            message = (
                "这一行比表头多出了格子，可能是名称或数字里有逗号。"
                "请给那一格加上双引号，或另存为 xlsx。"
            )
            self.note(f"{letter(width)}{self.line.number}", message)
