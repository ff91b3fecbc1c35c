"""Rows of the sheet as questions: answers on rows of their own, merged cells.

In: the sheet 问卷. Out: one block a question, with the readers of its rows. Merged
cells are read where only one reading is possible (a stem beside its answers, one
value down several questions, a heading across the sheet), else named as mistakes.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from portal.kernel.workbooks import (
    Cell,
    Line,
    LineReader,
    Merged,
    Mistake,
    Sheet,
    letter,
)
from portal.questionnaires.definition import MOST_ITEMS, MOST_SECTIONS
from portal.questionnaires.words import SECTION, TYPES, fold
from portal.questionnaires.workbook.columns import REMARKS, Column
from portal.questionnaires.workbook.spots import WorkbookError

Reader = LineReader[Column]

EXAMPLE = "示例"  # as the number of a row: the template's own are passed over
MOST_BLOCKS = MOST_SECTIONS * (MOST_ITEMS + 1)
OWN = (
    Column.NUMBER,
    Column.TYPE,
    Column.TITLE,
)  # what a question has and an answer not
FILLED_DOWN = frozenset(Column) - {
    Column.NUMBER,
    Column.TITLE,
    Column.ID,
    Column.OPTION_IDS,
}


@dataclass
class Block:
    """One question: the reader of its row, and those of rows with more answers."""

    first: Reader
    more: list[Reader] = field(default_factory=list)

    @property
    def readers(self) -> list[Reader]:
        """All its rows."""
        return [self.first, *self.more]


def cell_at(reader: Reader, column: Column) -> Cell:
    """What stands in the column's cell."""
    index = reader.sheet.columns.get(column, len(reader.line.cells))
    return reader.line.cells[index] if index < len(reader.line.cells) else None


def is_blank(cell: Cell) -> bool:
    """Whether nothing is written there."""
    return cell is None or not str(cell).strip()


def name_at(reader: Reader, column: Column) -> str:
    """The name of the column's cell; of the question's, where there is no such."""
    present = column if column in reader.sheet.columns else Column.TITLE
    return reader.cell_name(present)


def blocks_of(sheet: Sheet[Column], mistakes: list[Mistake]) -> list[Block]:
    """The questions of the sheet, without the template's examples.

    Raises WorkbookError where there are more than a questionnaire can have.
    """
    _note_unknown_headers(sheet, mistakes)
    found: list[Block] = []
    for line in _lines(sheet, mistakes):
        reader = LineReader(sheet, line, mistakes)
        if _is_answer(reader) and found:
            found[-1].more.append(reader)
        else:
            found.append(Block(reader))
    found = [block for block in found if not _is_example(block.first)]
    if len(found) > MOST_BLOCKS:
        message = (
            f"这张表有 {len(found)} 题。一份问卷最多 {MOST_SECTIONS} 节，"
            f"每节最多 {MOST_ITEMS} 题。请拆成几份。"
        )
        raise WorkbookError([Mistake(sheet.file, 0, "", message)])
    for block in found:
        _note_strays(block)
    return found


def _is_example(reader: Reader) -> bool:
    return fold(str(cell_at(reader, Column.NUMBER) or "")).startswith(EXAMPLE)


def _is_answer(reader: Reader) -> bool:
    """Whether the row only adds an answer to the question above."""
    is_own = any(not is_blank(cell_at(reader, column)) for column in OWN)
    return not is_own and not is_blank(cell_at(reader, Column.OPTIONS))


def _note_strays(block: Block) -> None:
    above = block.first.line.number
    for reader in block.more:
        for column in reader.sheet.columns:
            is_taken = column in {Column.OPTIONS, Column.OPTION_IDS}
            if not is_taken and not is_blank(cell_at(reader, column)):
                message = (
                    f"这一行只写了选项，算作第 {above} 行那道题的。"
                    f"请把这一格挪到第 {above} 行，或者补上题型和题目。"
                )
                reader.note(reader.cell_name(column), message)


def _note_unknown_headers(sheet: Sheet[Column], mistakes: list[Mistake]) -> None:
    """A column nobody reads would be lost without a word."""
    for index, cell in enumerate(sheet.header.cells):
        if is_blank(cell) or index in sheet.columns.values():
            continue
        word = fold(str(cell))
        if word.startswith(REMARKS) or all(_is_empty_at(x, index) for x in sheet.lines):
            continue
        message = (
            f"不认识「{word[:20]}」这个表头，这一列会丢。请改成「{'」「'.join(Column)}」"
            "之一；自己看的内容，表头写「备注」。"
        )
        row = sheet.header.number
        mistakes.append(Mistake(sheet.file, row, f"{letter(index)}{row}", message))


def _is_empty_at(line: Line, index: int) -> bool:
    return index >= len(line.cells) or is_blank(line.cells[index])


# Merged cells


def _lines(sheet: Sheet[Column], mistakes: list[Mistake]) -> Iterator[Line]:
    """The rows with something for us, what merged cells say written into each."""
    across = {
        merged.top: merged for merged in sheet.merged if _is_across(merged, sheet)
    }
    down = _Down(sheet)
    for line in sheet.lines:
        merged = across.get(line.number)
        if merged and _is_heading(line, merged, sheet):
            yield _heading(line, merged, sheet)
            continue
        if merged:
            message = (
                f"{merged} 合并成了一格，看不出哪一列该填什么。"
                "请取消合并，每格各填各的。"
            )
            cell = f"{letter(merged.left)}{merged.top}"
            mistakes.append(Mistake(sheet.file, line.number, cell, message))
        filled = down.filled(line)
        if any(not _is_empty_at(filled, index) for index in sheet.columns.values()):
            yield filled


def _is_across(merged: Merged, sheet: Sheet[Column]) -> bool:
    columns = [i for i in sheet.columns.values() if merged.left <= i <= merged.right]
    return merged.left < merged.right and bool(columns)


def _is_heading(line: Line, merged: Merged, sheet: Sheet[Column]) -> bool:
    """Whether the row is one text from the left edge over several columns."""
    filled = [i for i, cell in enumerate(line.cells) if not is_blank(cell)]
    is_left = merged.left <= min(sheet.columns.values())
    return filled == [merged.left] and is_left and merged.top == merged.bottom


def _heading(line: Line, merged: Merged, sheet: Sheet[Column]) -> Line:
    cells: list[Cell] = [None] * max(len(line.cells), sheet.width)
    cells[sheet.columns[Column.TYPE]] = TYPES[SECTION][0]
    cells[sheet.columns[Column.TITLE]] = line.cells[merged.left]
    return replace(line, cells=cells)


class _Down:
    """What cells merged downwards hold, for every row they cover."""

    def __init__(self, sheet: Sheet[Column]) -> None:
        self.sheet = sheet
        self.numbers = [line.number for line in sheet.lines]
        self.ranges = {
            index: sorted(
                (
                    m
                    for m in sheet.merged
                    if m.left == m.right == index and m.top < m.bottom
                ),
                key=lambda merged: merged.top,
            )
            for column, index in sheet.columns.items()
            if column in FILLED_DOWN
        }

    def filled(self, line: Line) -> Line:
        """The row with the values of merged cells, if it asks something of its own."""
        title = self.sheet.columns[Column.TITLE]
        if _is_empty_at(line, title):
            return line
        cells: list[Cell] = list(line.cells)
        cells += [None] * (self.sheet.width - len(cells))
        for index, ranges in self.ranges.items():
            if is_blank(cells[index]):
                cells[index] = self._held(ranges, line.number, index)
        return replace(line, cells=cells)

    def _held(self, ranges: Sequence[Merged], row: int, index: int) -> Cell:
        at = bisect_right([merged.top for merged in ranges], row) - 1
        if at < 0 or ranges[at].bottom < row:
            return None
        first = bisect_right(self.numbers, ranges[at].top) - 1
        if first < 0 or self.numbers[first] != ranges[at].top:
            return None
        anchor = self.sheet.lines[first]
        return None if _is_empty_at(anchor, index) else anchor.cells[index]
