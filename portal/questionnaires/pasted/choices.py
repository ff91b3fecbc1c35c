"""The answers on one line, behind their marks or before their boxes.

In: a line, and how many answers the question has already. Out: what stands before
them (a stem, or a row of a matrix), the answers, and what is wrong with their letters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.questionnaires.lettered import BOXES, pieces

_BOX = f"{BOXES} "  # a letter may have a box as well
_HAN = "\u3400-\u9fff"
_SPACED = (  # signs that divide answers even where nobody left a space
    (re.compile(rf"(?=[{BOXES}])"), " "),
    (re.compile(rf"(?<=[{_HAN}。；;])(?=[(（]?[A-ZＡ-Ｚ]\s*[.．、)）])"), " "),
    (re.compile(rf"(?<=[{_HAN}。；;])(?=[①-⑳])"), " "),
)
_BARE = re.compile(rf"(?:^|(?<=\s))([A-ZＡ-Ｚ])(?:\s+|(?=[{_HAN}]))")  # A 满意
_LEAD = re.compile(r"[(（]?([A-Za-zＡ-Ｚ])\s*(?:[.．、。:：,，]|[)）])|([①-⑳])")
_STRAY = re.compile(r"\s[(（]?[A-ZＡ-Ｚ]\s*(?:[.．、]|[)）])")
_FIRST = re.compile(
    rf"(?<=[\s:：?？。)）】\]_])(?:[(（]?[AＡ]\s*(?:[.．、:：]|[)）])|①|[{BOXES}])"
)
_BEHIND = re.compile(rf"\s*(?:[{BOXES}]|[(（]\s*[)）])[\s;；,，、。]*")
_SENTENCE = re.compile(r"^\s*$|[,，。]")  # nothing, or more than an answer
_LAST_LEAD = re.compile(r"(.*[:：?？\s])(.+)")

AGAIN = "这里又从 {mark} 开始，像是另一道题的选项，上面缺了题目。请补上题号和题目。"
TWICE = "选项 {mark} 前面已经有了。请改成下一个字母。"
GAP = "选项到 {before} 之后跳到了 {mark}，中间缺了。请补上，或把字母改连续。"
LATE = "选项从 {mark} 开始，前面缺了。请补上，或从 A 写起。"
TANGLED = "这一行里选项的字母不连着。请按 A、B、C 的次序写，一个选项一行也可以。"


@dataclass(frozen=True)
class Cut:
    """A line cut into answers; `lead` stands before them, `wrong` says what to mend.

    `turn`: the place of the first in the alphabet, from 0. `is_again`: the answers
    begin anew under a question that has some.
    """

    lead: str
    labels: Sequence[str] = ()
    wrong: str = ""
    turn: int = 0
    is_again: bool = False


def cut(text: str, taken: int) -> Cut:
    """The answers on the line, the first of them number `taken` from 0."""
    for sign, space in _SPACED:
        text = sign.sub(space, text)
    text = text.strip()
    found = _from_start(text, taken) or _behind_lead(text) or _before_boxes(text)
    if found is None:
        return Cut(text)
    return replace(found, labels=[label.strip(_BOX) for label in found.labels])


def _from_start(text: str, taken: int) -> Cut | None:
    lead = _LEAD.match(text)
    if lead is None:
        labels = pieces(text, 0) or _bare(text, taken)
        return Cut("", labels, turn=taken) if labels else None
    mark = (lead[1] or lead[2]).upper()
    first = "A" if lead[1] else "①"
    place = _place(mark)
    labels = pieces(text, place)
    if not labels:
        return None
    wrong = _out_of_turn(mark, place, taken, first)
    if not wrong and any(_STRAY.search(label) for label in labels):
        wrong = TANGLED
    return Cut("", labels, wrong, place, is_again=place == 0 and taken > 1)


def _out_of_turn(mark: str, place: int, taken: int, first: str) -> str:
    if place == taken:
        return ""
    if place == 0 and taken > 1:
        return AGAIN.format(mark=mark)
    if place < taken:
        return TWICE.format(mark=mark)
    before = chr(ord(first) + taken - 1)
    return GAP.format(mark=mark, before=before) if taken else LATE.format(mark=mark)


def _place(mark: str) -> int:
    for first in ("A", "Ａ", "①"):
        if 0 <= ord(mark) - ord(first) < 26:
            return ord(mark) - ord(first)
    return 0


def _bare(text: str, taken: int) -> list[str]:
    """Answers behind letters alone, if the first is in its turn."""
    first = _BARE.match(text)
    if first is None or _place(first[1]) != taken:
        return []
    return pieces(_BARE.sub(r"\1.", text), taken)


def _behind_lead(text: str) -> Cut | None:
    first = _FIRST.search(text)
    if first is None:
        return None
    labels = pieces(text[first.start() :], 0)
    if len(labels) < 2 or text.endswith(tuple(BOXES)):
        return None
    return Cut(text[: first.start()].strip(), labels)


def _before_boxes(text: str) -> Cut | None:
    """Answers each before its box, as 男□ 女□; before the first may stand a stem."""
    *labels, rest = _BEHIND.split(text)
    if rest or len(labels) < 2 or any(_SENTENCE.search(label) for label in labels):
        return None
    lead = _LAST_LEAD.fullmatch(labels[0].strip())
    if lead:
        return Cut(lead[1].strip(), [lead[2], *labels[1:]])
    return Cut("", labels)
