"""Workbooks and text tables as people send them: opened safely, read cell by cell.

In: file name, bytes and the headers a stage expects. Out: sheets of lines, and a
reader that notes every mistake with its cell. Writing is `kernel.exports`.
"""

from portal.kernel.workbooks.cells import (
    UNCALCULATED,
    Cell,
    CellError,
    heading,
    plain,
    short,
    text_of,
)
from portal.kernel.workbooks.opening import Book, open_book, open_sheets
from portal.kernel.workbooks.reader import LineReader, Mistake
from portal.kernel.workbooks.sheets import (
    ROW_LIMIT,
    SIZE_LIMIT,
    Headings,
    Line,
    Merged,
    Sheet,
    SheetError,
    Synonyms,
    by_heading,
    letter,
)

__all__ = [
    "ROW_LIMIT",
    "SIZE_LIMIT",
    "UNCALCULATED",
    "Book",
    "Cell",
    "CellError",
    "Headings",
    "Line",
    "LineReader",
    "Merged",
    "Mistake",
    "Sheet",
    "SheetError",
    "Synonyms",
    "by_heading",
    "heading",
    "letter",
    "open_book",
    "open_sheets",
    "plain",
    "short",
    "text_of",
]
