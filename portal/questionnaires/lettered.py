"""Answers as Word lists them: A. … B. …, ① … ② …, □ … □ …, on one line or several.

In: lines. Out: the answers without their marks, or nothing where the lines are not
marked in order, so that an answer which happens to begin with a letter keeps it.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

BOXES = "□○◯☐▢◻◇☆❏❑◎●■◆\uf06f\uf0a3\uf0a8"
_LETTER = re.compile(
    r"(?:^|(?<=[\s_＿)）]))[(（]?([A-Za-zＡ-Ｚａ-ｚ])\s*(?:[.．、。:：,，]|[)）])\s*"
)
_CIRCLED = re.compile(r"(?:^|(?<=[\s_＿)）]))([①-⑳])\s*[.．、]?\s*")
_BOX = re.compile(rf"(?:^|(?<=[\s_＿)）]))([{BOXES}])\s*(?:[A-Z][.．、]\s*)?")


def unmarked(lines: Sequence[str]) -> list[str] | None:
    """The answers on these lines; None unless every line begins with its mark."""
    for family in (_letters, _circles, _boxes):
        found: list[str] = []
        for line in lines:
            pieces = family(line, len(found))
            if not pieces:
                break
            found += pieces
        else:
            return found or None
    return None


def pieces(line: str, start: int) -> list[str]:
    """The answers on one line, the first of which is number `start` from 0.

    Empty where the line does not begin with the mark of that number.
    """
    return _letters(line, start) or _circles(line, start) or _boxes(line, start)


def _letters(line: str, start: int) -> list[str]:
    def number(mark: str) -> int:
        return ord(unicodedata.normalize("NFKC", mark).upper()) - ord("A")

    return _cut(line, _LETTER, start, number)


def _circles(line: str, start: int) -> list[str]:
    return _cut(line, _CIRCLED, start, lambda mark: ord(mark) - ord("①"))


def _boxes(line: str, _start: int) -> list[str]:
    return _cut(line, _BOX, 0, None)


def _cut(
    line: str, mark: re.Pattern[str], start: int, number: Callable[[str], int] | None
) -> list[str]:
    """The text between marks; a mark out of its turn belongs to the text."""
    turn, cuts = start, []
    for found in mark.finditer(line):
        if number is not None and number(found[1]) != turn:
            continue
        cuts.append(found)
        turn += 1
    if not cuts or cuts[0].start() > 0:
        return []
    ends = [found.start() for found in cuts[1:]] + [len(line)]
    return [line[c.end() : end].strip() for c, end in zip(cuts, ends, strict=True)]
