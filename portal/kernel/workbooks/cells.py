"""One cell as a spreadsheet or a text file gives it, as text.

In: a cell. Out: its text, or a CellError with a sentence for the person who holds the
file. What the text means is for the stage that reads it.
"""

import math
import re
import unicodedata

Cell = object  # None, str, int, float, bool, datetime… whatever a workbook holds

LONGEST = 32_767  # signs in a cell of Excel and WPS; a longer one is a trap
UNCALCULATED: Cell = object()  # stands for a formula that carries no saved result

_FAULT = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[\s*:_]")


class CellError(Exception):
    """The cell cannot be taken; `sentence` says what to do."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def text_of(cell: Cell) -> str:
    """The cell as text: whole numbers without decimals, nothing as ``""``.

    Raises CellError for formulas without or with a faulty result, for dates, and for
    more than a spreadsheet can hold.
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        return str(int(cell))
    if cell is UNCALCULATED:
        message = (
            "这一格是没有计算结果的公式。请用 Excel 或 WPS 打开并保存一次，"
            "或直接填写结果。"
        )
        raise CellError(message)
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        message = "这一格是日期或其他格式。请把这一格设成「文本」后重新填写。"
        raise CellError(message)
    text = str(cell).strip()
    if len(text) > LONGEST:
        message = f"这一格有 {len(text)} 个字，放不下。请缩短。"
        raise CellError(message)
    if _FAULT.fullmatch(text):
        message = f"这一格的公式出错（{text}）。请直接填写结果。"
        raise CellError(message)
    return text


def plain(text: str) -> str:
    """The text with full-width forms made half-width and the invisible removed."""
    folded = unicodedata.normalize("NFKC", text)
    kept = (" " if mark.isspace() else mark for mark in folded)
    return "".join(m for m in kept if unicodedata.category(m)[0] != "C").strip()


def heading(text: str) -> str:
    """A header as it is compared: width, units in brackets, stars do not matter."""
    return _BRACKETS.sub("", plain(text)).replace("、", "").replace("/", "")


def short(text: str) -> str:
    """What of a wrong cell is quoted back."""
    return text if len(text) <= 20 else f"{text[:20]}…"
