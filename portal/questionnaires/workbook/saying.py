"""A rule of a document as people read and type it: 第3题＝不满意 或 第4题包含（A、B）.

In: a `visible` rule and the questions before it. Out: a text that `understanding`
reads back to the same rule, whatever the rule. Nothing of it is ever stored.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import FACTS, fold
from portal.questionnaires.workbook.verbatim import CLOSE, OPEN

Rule = Mapping[str, Any]

ALL, ANY = "都成立", "任一成立"  # for one part alone; two and more have a word between
AND, OR, NOT = "且", "或", "非"
SIGNS = {"eq": "＝", "lt": "＜", "le": "≤", "gt": "＞", "ge": "≥"}
LISTED = {"in": "属于", "has_any": "包含", "has_all": "同时包含"}
GIVEN = "已答"
_SAFE = re.compile(r"[\w％%]+")
_WORDS = re.compile(r"且|或|并|和|及|非|and|or|第\w+项", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """A question that rules can ask: what people call it, and its answers.

    `options` are (id, label) in the order of the cell.
    """

    number: str
    id: str
    type: ItemType
    options: tuple[tuple[str, str], ...] = ()

    def positions(self, label: str) -> list[int]:
        """Where this label stands among the answers, from 0."""
        wanted = fold(label)
        return [i for i, (_, known) in enumerate(self.options) if fold(known) == wanted]


def said(rule: Rule, questions: Mapping[str, Question]) -> str:
    """The rule in words; `questions` by id."""
    if "all" in rule:
        return _joined(rule["all"], questions, AND, ALL)
    if "any" in rule:
        return _joined(rule["any"], questions, OR, ANY)
    if "not" in rule:
        return f"{NOT}（{said(rule['not'], questions)}）"
    if "fact" in rule:
        return said_fact(rule["fact"], rule["in"])
    return _compared(rule, questions[rule["q"]])


def said_fact(name: str, values: Sequence[str]) -> str:
    """What the server has to know, in words."""
    word, table = FACTS[name]
    known = [table[value][0] if value in table else value for value in values]
    return _set_to(word, known)


def _set_to(word: str, values: Sequence[str]) -> str:
    return f"{word}＝{values[0]}" if len(values) == 1 else f"{word}属于{_list(values)}"


def _joined(
    parts: Sequence[Rule], questions: Mapping[str, Question], word: str, alone: str
) -> str:
    texts = [
        f"（{said(part, questions)}）" if _is_chain(part) else said(part, questions)
        for part in parts
    ]
    if len(texts) > 1:
        return f" {word} ".join(texts)
    return f"{alone}（{said(parts[0], questions)}）"


def _is_chain(rule: Rule) -> bool:
    return any(len(rule.get(key, ())) > 1 for key in ("all", "any"))


def _compared(rule: Rule, question: Question) -> str:
    name, op = f"第{question.number}题", rule["op"]
    if op == "answered":
        return name + GIVEN
    if op in LISTED:
        values = [_answer(value, question) for value in rule["v"]]
        return f"{name}{LISTED[op]}{_list(values)}"
    return f"{name}{SIGNS[op]}{_answer(rule['v'], question)}"


def _list(values: Sequence[str]) -> str:
    return f"（{'、'.join(values)}）"


def _answer(value: Any, question: Question) -> str:
    """An answer by its label; by its place where the label would be taken wrongly."""
    if question.type in {ItemType.NUMBER, ItemType.DATE}:
        return value if isinstance(value, str) else repr(value)
    place, label = next(
        (i, label)
        for i, (known, label) in enumerate(question.options)
        if known == value
    )
    is_alone = question.positions(label) == [place]
    folded = fold(label)
    if not is_alone or CLOSE in folded:
        return f"第{place + 1}项"
    is_safe = _SAFE.fullmatch(folded) and not _WORDS.search(folded)
    return label if is_safe else f"{OPEN}{label}{CLOSE}"
