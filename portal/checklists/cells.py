"""One cell of a list's workbook: what it says, or a sentence about how to mend it.

In: a cell as a spreadsheet or a text file gives it. Out: a title, a problem, a form,
kinds, a code. Every reader raises CellError with a sentence for the person who holds
the file.
"""

import re

from portal.checklists.codes import CODE
from portal.checklists.columns import EVERYBODY, FORMS, KINDS
from portal.checklists.outline import LONGEST_PROBLEM, LONGEST_TITLE, Form, worded
from portal.kernel.workbooks import Cell, CellError, plain, short, text_of

_BETWEEN = re.compile(r"[、,;/+|\s和及与]+")


def title_of(cell: Cell) -> str:
    """The title of an aspect or a point; "" for an empty cell."""
    return _text(cell, LONGEST_TITLE)


def problem_of(cell: Cell) -> str:
    """A problem; "" for an empty cell."""
    return _text(cell, LONGEST_PROBLEM)


def _text(cell: Cell, longest: int) -> str:
    text = worded(text_of(cell))
    if len(text) > longest:
        message = f"这一格有 {len(text)} 个字，最多 {longest} 个。请写短一些。"
        raise CellError(message)
    return text


def form_in(cell: Cell) -> Form | None:
    """What 形式 says; None for an empty cell."""
    word = plain(text_of(cell)).replace(" ", "")
    if not word:
        return None
    if word not in FORMS:
        message = f"没有「{short(word)}」这种形式。请填：是否、有没有、问题，或留空。"
        raise CellError(message)
    return FORMS[word]


def kinds_of(cell: Cell) -> tuple[str, ...] | None:
    """Whom 适用 names, in the order of our own list; None for an empty cell."""
    words = [word for word in _BETWEEN.split(plain(text_of(cell))) if word]
    if not words:
        return None
    for word in words:
        if word not in KINDS and word not in EVERYBODY:
            known = "政府部门、群团组织、企事业单位，或涉农社区、城市社区、飞地等"
            message = (
                f"没有「{short(word)}」这种适用对象。可以填：{known}；不分就留空。"
            )
            raise CellError(message)
    if any(word in EVERYBODY for word in words):
        return ()
    named = {KINDS[word] for word in words}
    return tuple(kind for kind in dict.fromkeys(KINDS.values()) if kind in named)


def code_of(cell: Cell) -> str:
    """The code of a point; "" for an empty cell."""
    code = plain(text_of(cell)).replace(" ", "").lower()
    if code and not CODE.fullmatch(code):
        message = (
            f"「{short(code)}」不是编号。编号由系统给，像 assets.disclosure；"
            "新的要点请留空。"
        )
        raise CellError(message)
    return code
