"""Two cells decide who is asked: 适用类型 and 显示条件; the format has one rule.

In: a `visible` rule. Out: the two cells, such that read back they give that rule. What
适用类型 can say stands there; everything else is in 显示条件.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.kernel.workbooks import Cell, CellError, short, text_of
from portal.questionnaires.words import KINDS, TRAITS, fold, value_of
from portal.questionnaires.workbook.saying import Question, said
from portal.questionnaires.workbook.values import one_of

Rule = Mapping[str, Any]

EVERYBODY = ("全部", "所有", "全部社区", "所有社区", "通用", "不限", "都适用")
CHOICES = ("全部", *(words[0] for table in (KINDS, TRAITS) for words in table.values()))
_BETWEEN = re.compile(r"[、,;/+|()]|或者?|和|及")
_PLACES = frozenset({"community_kind", "community_trait"})


def places_of(cell: Cell) -> Rule | None:
    """The rule of 适用类型, None for all communities.

    Raises CellError.
    """
    words = [word for word in _BETWEEN.split(fold(text_of(cell))) if word]
    if all(word in EVERYBODY or word in {"-", "—"} for word in words):
        return None
    found = [value_of(word, {**KINDS, **TRAITS}) for word in words]
    values = [value for value in found if value]
    if len(values) < len(words):
        unknown = words[found.index(None)]
        message = (
            f"没有「{short(unknown)}」这一种社区类型。可以填：{'、'.join(CHOICES)}。"
        )
        raise CellError(message)
    return one_of("community_kind", values)


def together(places: Rule | None, rule: Rule | None) -> Rule | None:
    """What both cells say at once."""
    if places is None or rule is None:
        return rule if places is None else places
    parts = rule["all"] if len(rule.get("all", ())) > 1 else [rule]
    return {"all": [places, *parts]}


def cells_for(
    visible: Rule | None, questions: Mapping[str, Question]
) -> tuple[str, str]:
    """What stands in 适用类型 and in 显示条件."""
    if visible is None:
        return "", ""
    if (text := _said_places(visible)) is not None:
        return text, ""
    parts: Sequence[Rule] = visible.get("all", ())
    places = _said_places(parts[0]) if len(parts) > 1 else None
    if places is not None:
        rest = parts[1] if len(parts) == 2 else {"all": parts[1:]}
        if together(parts[0], rest) == visible:
            return places, said(rest, questions)
    return "", said(visible, questions)


def _said_places(rule: Rule) -> str | None:
    """The words of 适用类型 for this rule; None where it says anything else."""
    facts = rule.get("any", [rule])
    if any(fact.get("fact") not in _PLACES for fact in facts):
        return None
    values = [value for fact in facts for value in fact["in"]]
    if one_of("community_kind", values) != rule:
        return None
    return "、".join({**KINDS, **TRAITS}[value][0] for value in values)
