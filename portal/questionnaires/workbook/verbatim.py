"""Texts in cells: as people type them, and so that every text comes back the same.

In: a text of a document. Out: what stands in the cell. Most texts stand there as they
are; one that would be read as something else, as one that begins with a space,
stands between 『 and 』.
"""

import re
from functools import reduce

from portal.kernel.workbooks import Cell, CellError, text_of
from portal.questionnaires.words import tidy

OPEN, CLOSE = "『", "』"
_QUOTED = re.compile(f"{OPEN}(.*){CLOSE}", re.DOTALL)
_LATIN = re.compile(r"[\x21-\x7e]")


def prose_of(cell: Cell) -> str:
    """The text of a cell, with its lines.

    Raises CellError for formulas without a result, and for dates.
    """
    text = tidy(text_of(cell)).strip()
    quoted = _QUOTED.fullmatch(text)
    return quoted[1] if quoted else text


def line_of(cell: Cell) -> str:
    """The text of a cell on one line, however many it was typed on.

    Raises CellError.
    """
    first, *rest = prose_of(cell).split("\n")
    return reduce(_joined, map(str.strip, rest), first)


def _joined(before: str, after: str) -> str:
    """Nothing between Chinese characters, a space between words."""
    before = before.rstrip()
    is_latin = _LATIN.fullmatch(before[-1:]) and _LATIN.fullmatch(after[:1])
    return f"{before}{' ' if is_latin else ''}{after}"


def cell_of(text: str) -> str:
    """What stands in the cell for the text."""
    return text if text and _is_kept(text) else f"{OPEN}{text}{CLOSE}"


def _is_kept(text: str) -> bool:
    try:
        return prose_of(text) == text
    except CellError:  # what looks like the fault of a formula
        return False
