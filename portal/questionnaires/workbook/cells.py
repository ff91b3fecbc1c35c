"""One cell of a questionnaire: a flag, a bound, an id, points, a text that may miss.

In: a cell. Out: what the format has for it, or a CellError with a sentence.
"""

import re

from portal.kernel.workbooks import Cell, CellError, plain, short, text_of
from portal.questionnaires.reading import ID
from portal.questionnaires.words import FLAGS, TYPES, fold, type_of
from portal.questionnaires.workbook import numbers, options
from portal.questionnaires.workbook.verbatim import line_of, prose_of

UNBOUNDED = "不限"
NO_BOUND: tuple[float | None, ...] = ()
_BOUND = re.compile(
    r"(?:最多选?|最少选?|至少|至多)?([-+]?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?)[项个字人次岁元]?"
)
_BETWEEN = re.compile(r"[、,;\s]+")


def kind_of(cell: Cell) -> str:
    """The type of question, or SECTION.

    Raises CellError.
    """
    text = text_of(cell)
    found = type_of(text)
    if found is None:
        what = f"没有「{short(text)}」这种题型" if fold(text) else "题型是空的"
        known = "、".join(words[0] for words in TYPES.values())
        raise CellError(f"{what}。可以填：{known}。")
    return found


def number_of(cell: Cell) -> str | None:
    """The number people call the question by, None where it has none.

    Raises CellError.
    """
    text = text_of(cell)
    found = numbers.number_of(text)
    if found is None and fold(text):
        message = f"题号写数字，例如 3 或 3-1；这里是「{short(text)}」。"
        raise CellError(message)
    return found


def flag_of(cell: Cell) -> bool | None:
    """Yes or no, None where the cell is empty.

    Raises CellError.
    """
    word = str(cell) if isinstance(cell, bool) else text_of(cell)
    folded = fold(word).lower()
    if not folded:
        return None
    found = next((flag for flag, words in FLAGS.items() if folded in words), None)
    if found is None:
        message = f"这里填“是”或“否”，不清楚可以留空；现在是「{short(word)}」。"
        raise CellError(message)
    return found


def bound_of(cell: Cell) -> tuple[float | None, ...]:
    """A limit in a tuple; an empty one where the cell is empty, None for 不限.

    Raises CellError.
    """
    text = fold(text_of(cell))
    if not text:
        return NO_BOUND
    if text == UNBOUNDED:
        return (None,)
    found = _BOUND.fullmatch(text)
    if not found:
        message = f"这里要填一个数，或者“{UNBOUNDED}”；现在是「{short(text)}」。"
        raise CellError(message)
    return (options.number_of(found[1]),)


def bound_for(bound: float | None) -> Cell:
    """What stands in the cell for a limit."""
    return UNBOUNDED if bound is None else bound


def id_of(cell: Cell) -> str | None:
    """The permanent id, None for something new.

    Raises CellError.
    """
    text = plain(text_of(cell))
    if not text:
        return None
    if not ID.fullmatch(text):
        message = (
            f"「{short(text)}」不是系统编的编号。请从原来的表里复制，或清空这一格。"
        )
        raise CellError(message)
    return text


def points_of(cell: Cell) -> list[str] | None:
    """The points of the checklist a question belongs to, None where none is told.

    Raises CellError.
    """
    found = [word for word in _BETWEEN.split(plain(text_of(cell))) if word]
    return found or None


def title_of(cell: Cell) -> str | None:
    """A text on one line, None where the cell is empty.

    Raises CellError.
    """
    return line_of(cell) if text_of(cell) else None


def help_of(cell: Cell) -> str | None:
    """A text that may have lines, None where the cell is empty.

    Raises CellError.
    """
    return prose_of(cell) if text_of(cell) else None
