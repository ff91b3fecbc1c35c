"""The lines of a pasted text, and what a line is by the way it begins.

In: the text. Out: lines with their numbers; for one line whether it is a heading, the
stem of a question, a row of a table, or a place to write on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from portal.questionnaires.words import lined

_HAN = "一二三四五六七八九十"
_HEADINGS = (  # from the widest to the narrowest
    re.compile(
        rf"第\s*[{_HAN}\d]{{1,3}}\s*(?:部分|章|节|篇|板块|模块)[\s:：、.．]*(?P<rest>.*)"
    ),
    re.compile(rf"[{_HAN}]{{1,3}}\s*[、.．]\s*(?P<rest>.*)"),
    re.compile(rf"[(（]\s*[{_HAN}]{{1,3}}\s*[)）]\s*(?P<rest>.*)"),
)
_STEM = re.compile(
    r"(?P<star>[*＊★])?\s*(?:"
    r"第\s*(?P<told>\d{1,4})\s*题\s*[.．、:：]?"
    r"|(?:[QqＱｑ]|题目?|问题)?\s*(?P<plain>\d{1,4})\s*"
    r"(?:[.．](?!\d{1,3}(?!\d))|[、:：])"  # 1.2024 年 is question 1, and 1.5 is not
    r"|[(（]\s*(?P<round>\d{1,3})\s*[)）]\s*[.．、]?"
    r"|(?P<half>\d{1,3})\s*[)）]"
    r")\s*(?P<rest>.*)"
)
_BLANK = re.compile(r"(?:答|意见|建议|内容)?\s*[:：]?\s*[_＿﹍]{2,}[\s_＿﹍。.]*")
_TRAILING_BLANK = re.compile(r"\s*[_＿﹍]{2,}\s*[。.]?$")
_INNER_BLANK = re.compile(r"\s*[_＿﹍]{2,}\s*")
_ANSWER_HERE = re.compile(r"\s*[(（]\s*[)）]\s*([。？?：:.]?)$")
_ASIDE = re.compile(r"[(（].*[)）]|(?:注|说明|提示)[:：].*|[*＊※].*")
_THANKS = re.compile(
    r"(?:最后|再次|衷心|非常|十分|[,，、\s])*(?:感谢|谢谢)"
    r"|.{0,4}(?:问卷|调查)(?:到此|至此|全部)?(?:结束|完毕)"
)


class Style(IntEnum):
    """How a question is numbered: a nested one may belong to the one above."""

    PLAIN = 0
    NESTED = 1
    ROW = 2


@dataclass(frozen=True)
class Line:
    """One line; `raw` has the tabs that part the cells of a table."""

    number: int
    raw: str

    @cached_property
    def text(self) -> str:
        """What is to be read on it, every gap as one space."""
        return " ".join(self.raw.split())

    @property
    def cells(self) -> list[str]:
        """The same, cell by cell."""
        return [cell.strip() for cell in self.raw.split("\t")]


@dataclass(frozen=True)
class Heading:
    """A heading without its number; a higher `level` stands under a lower one."""

    level: int
    title: str


@dataclass(frozen=True)
class Stem:
    """The first line of a question without its number."""

    style: Style
    number: int
    text: str
    is_starred: bool


def lines_of(text: str) -> Iterator[Line]:
    """The lines of the text, empty ones too, numbered from 1."""
    for number, raw in enumerate(lined(text).split("\n"), 1):
        yield Line(number, raw)


def heading_of(text: str) -> Heading | None:
    """The heading on this line, numbered 第一部分, 一、 or （一）."""
    for level, pattern in enumerate(_HEADINGS):
        found = pattern.fullmatch(text)
        if found:
            return Heading(level, found["rest"].strip())
    return None


def stem_of(text: str) -> Stem | None:
    """The numbered beginning of a question."""
    found = _STEM.fullmatch(text)
    if not found:
        return None
    plain = found["told"] or found["plain"]
    nested = found["round"] or found["half"]
    return Stem(
        style=Style.PLAIN if plain else Style.NESTED,
        number=int(plain or nested),
        text=found["rest"].strip(),
        is_starred=found["star"] is not None,
    )


def is_place_to_write(text: str) -> bool:
    """Whether the line is only drawn, for somebody to write on."""
    return _BLANK.fullmatch(text) is not None


def without_blank(text: str) -> tuple[str, bool]:
    """A stem without the blank at its end, and whether it had any blank.

    A blank in the middle stays, for the sentence to make sense; （ ） at the end, where
    a letter was to be written, goes and is no blank.
    """
    text = _ANSWER_HERE.sub(r"\1", text)
    bare = _TRAILING_BLANK.sub("", text)
    whole = _INNER_BLANK.sub("____", bare)
    return whole, whole != bare or bare != text


def is_aside(text: str) -> bool:
    """Whether the line explains the question above it."""
    return _ASIDE.fullmatch(text) is not None


def is_thanks(text: str) -> bool:
    """Whether the line says goodbye."""
    return _THANKS.match(text) is not None


def is_question(text: str) -> bool:
    """Whether a line without a number asks something all the same."""
    return text.endswith(("？", "?")) or _TRAILING_BLANK.search(text) is not None


def joined(before: str, after: str) -> str:
    """Two lines of one sentence: nothing between Chinese, a space between words."""
    if not before:
        return after
    is_latin = before[-1].isascii() and after[:1].isascii()
    return f"{before}{' ' if is_latin else ''}{after}"
