"""题号: what people call a question, in the column and in rules.

In: 3, 第3题, Q3, （三）, 3-1. Out: one spelling of it, as `3` or `3-1`.
"""

import re

from portal.questionnaires.words import fold

PATTERN = r"[0-9]{1,4}(?:[.-][0-9]{1,3})?|[一二三四五六七八九十]{1,4}"
_WRITTEN = re.compile(rf"(?:第|题|q|no\.?)?\(?({PATTERN})\)?[.、,:]?题?", re.IGNORECASE)
_DIGITS = "一二三四五六七八九"
_TENS = re.compile(rf"([{_DIGITS}])?十([{_DIGITS}])?")


def number_of(text: str) -> str | None:
    """The number in its one spelling; None where there is none."""
    found = _WRITTEN.fullmatch(fold(text))
    return spelt(found[1]) if found else None


def spelt(number: str) -> str:
    """A number that PATTERN found, in Arabic figures without zeros before it."""
    if number in _DIGITS:
        return str(_DIGITS.index(number) + 1)
    tens = _TENS.fullmatch(number)
    if tens:
        return str(10 * _digit(tens[1] or "一") + (_digit(tens[2]) if tens[2] else 0))
    return number.replace(".", "-").lstrip("0") or "0"


def _digit(character: str) -> int:
    return _DIGITS.index(character) + 1
