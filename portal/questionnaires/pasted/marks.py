"""What stands in brackets beside a stem: 【多选】, （必答）, （最多选 3 项）.

In: a stem. Out: the stem without them, and what they say. Brackets that hold anything
else are part of the stem.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import SECTION, fold, type_of
from portal.questionnaires.workbook import numbers
from portal.questionnaires.workbook.options import MARKS

_BRACKETED = re.compile(
    r"\s*[【\[(（〔［]([^【】\[\]()（）〔〕［］]{1,30})[】\])）〕］]"
)
_BETWEEN = re.compile(r"[,，、;；/\s]+")
_LIMIT = re.compile(
    r"(?:可|请)?(?:限选?|最多(?:可?选择?)?|至多(?:可?选择?)?|不超过|不多于|任选|可?选择?)"
    r"(?:\d{1,2}[-~—至到])?(\d{1,2}|[一二三四五六七八九十两]{1,2})(?:项|个|样|种|条|件)?(?:以内)?"
)
_REQUIRED: Mapping[str, bool] = {
    **dict.fromkeys(("必答", "必答题", "必填", "必填题", "必选"), True),
    **dict.fromkeys(("选答", "选答题", "选填", "选填题", "非必答", "可不填"), False),
}
_WRITE = frozenset(MARKS["text", True])
_NO_MARKS = frozenset({SECTION, ItemType.NOTE})  # （说明） is a word of the stem
_TYPE = re.compile(r"[【\[［〔]\s*(\w{1,8}题)\s*[】\]］〕]")
_POLITE = re.compile(r"^(?:请|您的|您|留下|填写|的)+")
_HEAD = re.compile(r"[(（:：]")
_STAR = re.compile(r"\s*[*＊★]$")


@dataclass(frozen=True)
class Marks:
    """What is said of a question; None where nothing is."""

    kind: ItemType | None = None
    required: bool | None = None
    most: int | None = None
    unknown: str = ""  # 【排序题】 and other types that we have not

    def and_also(self, more: "Marks") -> "Marks":
        """Both together; the earlier word counts."""
        return Marks(
            self.kind or more.kind,
            more.required if self.required is None else self.required,
            self.most or more.most,
            self.unknown or more.unknown,
        )


NOTHING = Marks()
STARRED = Marks(required=True)


def read_marks(text: str) -> tuple[str, Marks]:
    """The stem without its marks, and what they say together."""
    found = NOTHING
    kept, end = "", 0
    for bracket in _BRACKETED.finditer(text):
        marks = _meaning(bracket[1]) or _unknown(bracket[0].strip())
        if marks is None:
            continue
        found = found.and_also(marks)
        kept += text[end : bracket.start()]
        end = bracket.end()
    kept = (kept + text[end:]).strip()
    if star := _STAR.search(kept):
        return kept[: star.start()], found.and_also(STARRED)
    return kept, found


def headed(text: str) -> Marks:
    """What a heading as 二、多选题（限选3项） says of all questions below it."""
    kind = type_of(_HEAD.split(text, maxsplit=1)[0])
    if kind is None or kind in _NO_MARKS:
        return NOTHING
    return read_marks(text)[1].and_also(Marks(kind=ItemType(kind)))


def asks_for_contact(title: str) -> bool:
    """Whether a question is 联系方式, which is kept apart from all other answers."""
    named = _HEAD.split(title, maxsplit=1)[0]
    return type_of(_POLITE.sub("", named)) == ItemType.CONTACT


def _unknown(bracket: str) -> Marks | None:
    found = _TYPE.fullmatch(bracket)
    return Marks(unknown=found[1]) if found else None


def _meaning(inside: str) -> Marks | None:
    found = NOTHING
    words = [fold(word) for word in _BETWEEN.split(inside)]
    parts = [_word(word) for word in words if word]
    if not parts:  # （ ） is where an answer is to be written
        return None
    if not all(parts):  # 最多 选 3 项, with spaces between
        parts = [_word(fold(inside))]
    for part in parts:
        if part is None:
            return None
        found = found.and_also(part)
    return found


def _word(word: str) -> Marks | None:
    if word in _REQUIRED:
        return Marks(required=_REQUIRED[word])
    if word in _WRITE:
        return Marks(kind=ItemType.TEXT)
    kind = type_of(word)
    if kind is not None and kind not in _NO_MARKS:
        return Marks(kind=ItemType(kind))
    limit = _LIMIT.fullmatch(word)
    if limit:
        return Marks(most=int(numbers.spelt(limit[1].replace("两", "二"))))
    return None
