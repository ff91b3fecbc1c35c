"""A rule as people type it, compiled to the structured form; no text of it is kept.

In: 第3题＝不满意 或 第4题包含（A、B）, in any width and spacing, and the questions
before it. Out: a `visible` rule as JSON, or a CellError that says from where on it
was not understood and how to write it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from portal.kernel.workbooks import CellError
from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import fold
from portal.questionnaires.workbook import numbers, values
from portal.questionnaires.workbook.saying import ALL, ANY, Question
from portal.questionnaires.workbook.scanning import Scan

Rule = dict[str, Any]

DEEPEST = 30  # brackets in brackets; the format itself allows five levels
_AND = re.compile(r"且|并且|而且|同时|and|&&?", re.IGNORECASE)
_OR = re.compile(r"或者|或是|或|or|\|\|?", re.IGNORECASE)
_NOT = re.compile(r"(?:并?非|not|!|不是)(?=[(\[{【〔])", re.IGNORECASE)
_ALONE = {"all": re.compile(rf"{ALL}(?=\()"), "any": re.compile(rf"{ANY}(?=\()")}
_QUESTION = re.compile(rf"(?:第|题|q)?({numbers.PATTERN})题?", re.IGNORECASE)
_FACTS = {
    "community_kind": re.compile("社区类型|社区类别|适用类型"),
    "community_trait": re.compile("社区特点"),
    "channel_kind": re.compile("渠道"),
    "phase": re.compile("轮次阶段|阶段"),
}
_IS = re.compile("==|[=:]|等于|属于|包含|是|为")
_OPERATORS: Mapping[str, re.Pattern[str]] = {  # in this order: the longer ones first
    "no": re.compile("≠|!=|<>|不等于|不是|不为(?!空)|不包含|不属于|没有?选|未选|不选"),
    "blank": re.compile("未作?答|没有?答|未填|没有?填|为空"),
    "answered": re.compile("已作?答|已回答|已填写?|答了|填了|不为空|有回答|有答案"),
    "has_all": re.compile("(?:同时|全部|都|全)(?:包含|选了?)"),
    "has_any": re.compile("包含|含有?|选择了?|选了?"),
    "in": re.compile("属于"),
    "ge": re.compile("≥|≧|>=|=>|大于或?等于|不小于|不少于|不早于|至少"),
    "le": re.compile("≤|≦|<=|=<|小于或?等于|不大于|不超过|不多于|不晚于|至多"),
    "gt": re.compile(">|大于|超过|多于|晚于"),
    "lt": re.compile("<|小于|少于|早于"),
    "eq": re.compile("==?|等于|是|为|:"),
}
_ORDERED = frozenset({"eq", "lt", "le", "gt", "ge"})
_CHOSEN = frozenset({"eq", "in", "has_any"})  # on one choice they say the same
_MIXED = (
    "“且”和“或”混在一起，分不出先后。请加括号，"
    "例如：（第1题已答 或 第2题已答） 且 第3题已答。"
)
_UNEQUAL = (
    "“不等于”“不包含”不能直接写：看不出没答第{0}题的人算不算。"
    "没答的人也算，写“非（第{0}题……）”；不算，写“第{0}题已答 且 非（第{0}题……）”。"
)
_ONLY = {
    ItemType.SINGLE: "第{0}题＝不满意，或者 第{0}题属于（不满意、一般）",
    ItemType.MULTI: "第{0}题包含（没人管、别的），或者 第{0}题同时包含（…、…）",
    ItemType.NUMBER: "第{0}题＞3，也可以用 ＝ ＜ ≤ ≥",
    ItemType.DATE: "第{0}题≥2026-3-15，也可以用 ＝ ＜ ≤ ＞",
}


@dataclass(frozen=True)
class Known:
    """What a rule may ask.

    `earlier`: questions by number, None for one with mistakes of its own. `later`:
    the numbers from this row on.
    """

    earlier: Mapping[str, Question | None]
    later: Collection[str] = ()

    def question(self, number: str) -> Question:
        """The question called so.

        Raises CellError; UncheckedError where it has mistakes of its own.
        """
        if number in self.earlier:
            found = self.earlier[number]
            if found is None:
                raise UncheckedError
            return found
        if number in self.later:
            message = (
                f"第{number}题就是这一题，或者在这一题后面。条件只能看前面的题："
                f"请把这一题移到第{number}题后面，或者换一个条件。"
            )
            raise CellError(message)
        message = f"没有题号是 {number} 的题。条件里写前面题目的题号。"
        raise CellError(message)


class UncheckedError(Exception):
    """The rule asks a question with mistakes: it can be read once they are mended."""


def understood(text: str, known: Known) -> Rule:
    """The rule that the text says.

    Raises CellError; UncheckedError where that cannot be told yet.
    """
    scan = Scan(fold(text))
    rule = _chain(scan, known, DEEPEST)
    if not scan.is_done:
        raise scan.lost()
    return rule


def _chain(scan: Scan, known: Known, depth: int) -> Rule:
    """Parts with one and the same word between them; a part alone is itself."""
    if depth == 0:
        message = "括号套得太深。请少套几层，或者分成几题来问。"
        raise CellError(message)
    parts, words = [_part(scan, known, depth)], set()
    while word := _word(scan):
        words.add(word)
        parts.append(_part(scan, known, depth))
    if len(words) > 1:
        raise CellError(_MIXED)
    return {words.pop(): parts} if words else parts[0]


def _word(scan: Scan) -> str:
    if scan.takes(_AND):
        return "all"
    return "any" if scan.takes(_OR) else ""


def _part(scan: Scan, known: Known, depth: int) -> Rule:
    for key, alone in _ALONE.items():
        if scan.takes(alone):
            return {key: [_bracketed(scan, known, depth)]}
    if scan.takes(_NOT):
        return {"not": _bracketed(scan, known, depth)}
    if scan.sees_bracket():
        return _bracketed(scan, known, depth)
    for name, label in _FACTS.items():
        if scan.takes(label):
            return _fact(scan, name)
    return _compared(scan, known)


def _bracketed(scan: Scan, known: Known, depth: int) -> Rule:
    scan.open()
    rule = _chain(scan, known, depth - 1)
    scan.close()
    return rule


def _fact(scan: Scan, name: str) -> Rule:
    if not scan.takes(_IS):
        raise scan.lost("例如：社区类型＝涉农社区")
    return values.fact(scan, name)


def _compared(scan: Scan, known: Known) -> Rule:
    number = scan.take(_QUESTION)
    if number is None:
        raise scan.lost()
    question = known.question(numbers.spelt(number))
    if question.type is ItemType.NOTE:
        message = f"第{question.number}题是说明文字，没有答案可以看。请换一题。"
        raise CellError(message)
    op = next((o for o, sign in _OPERATORS.items() if scan.takes(sign)), None)
    if op is None:
        raise scan.lost()
    if op == "answered":
        return {"q": question.id, "op": op}
    if op == "blank":
        return {"not": {"q": question.id, "op": "answered"}}
    if op == "no":
        raise CellError(_UNEQUAL.format(question.number))
    return _rule(scan, question, op)


def _rule(scan: Scan, question: Question, op: str) -> Rule:
    """The comparison, in the operator that the type of the question takes."""
    kind = ItemType.SINGLE if question.type is ItemType.SCALE else question.type
    fits = {
        ItemType.SINGLE: _CHOSEN,
        ItemType.MULTI: _CHOSEN | {"has_all"},
        ItemType.NUMBER: _ORDERED,
        ItemType.DATE: _ORDERED,
    }
    if op not in fits.get(kind, ()):
        example = _ONLY.get(kind, "第{0}题已答，这种题不能比较别的")
        message = "第{0}题不能这样比。可以写：" + example + "。"
        raise CellError(message.format(question.number))
    found, is_list = values.values(scan, lambda here: values.answer(here, question))
    if kind is ItemType.MULTI:
        return {
            "q": question.id,
            "op": "has_all" if op == "has_all" else "has_any",
            "v": found,
        }
    is_one = len(found) == 1 and not is_list
    if kind is ItemType.SINGLE:
        if is_one and op != "in":
            return {"q": question.id, "op": "eq", "v": found[0]}
        return {"q": question.id, "op": "in", "v": found}
    if not is_one:
        raise scan.lost("这里只能写一个数或一个日期")
    return {"q": question.id, "op": op, "v": found[0]}
