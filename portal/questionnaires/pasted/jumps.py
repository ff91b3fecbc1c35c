"""（跳到第 5 题） behind an answer: how paper says that what lies between is skipped.

In: answers, and the questions in order. Out: the answers without it, and the rule on
every question between; whoever has not answered yet sees them all.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.questionnaires.pasted.asked import Asked
from portal.questionnaires.pasted.outline import Note
from portal.questionnaires.shape import ItemType

NOWHERE = "后面没有第 {number} 题，跳不过去。请改成后面的题号，或删掉这几个字。"
_JUMP = re.compile(
    r"\s*[(（【\[]?\s*(?:→|[-=]+>)?\s*(?:请|直接)*(?:跳转|跳|转)(?:到|至|答)*\s*"
    r"第?\s*(\d{1,3})\s*题\s*[)）】\]]?$"
)


@dataclass(frozen=True)
class Placed:
    """A question as it was pasted, and its item; `options`: ids of its answers."""

    asked: Asked
    item: dict[str, Any]
    options: Sequence[str]


def without_jump(label: str) -> tuple[str, int | None]:
    """The answer alone, and the number of the question it leads to, if to any."""
    found = _JUMP.search(label)
    if found is None or not label[: found.start()].strip():
        return label, None
    return label[: found.start()], int(found[1])


def skip(placed: Sequence[Placed], note: Note) -> None:
    """Give what is jumped over its rules."""
    for place, one in enumerate(placed):
        for number in dict.fromkeys(one.asked.jumps.values()):
            later = placed[place + 1 :]
            end = next((i for i, p in enumerate(later) if p.asked.number == number), -1)
            if end < 0:
                note(one.asked.line, NOWHERE.format(number=number))
            for between in later[: max(end, 0)]:
                _add_rule(between.item, {"not": _compared(one, number)})


def _compared(one: Placed, number: int) -> Mapping[str, Any]:
    chosen = [one.options[i] for i, to in one.asked.jumps.items() if to == number]
    if one.item["type"] == ItemType.MULTI:
        return {"q": one.item["id"], "op": "has_any", "v": chosen}
    return {"q": one.item["id"], "op": "in", "v": chosen}


def _add_rule(item: dict[str, Any], rule: Mapping[str, Any]) -> None:
    if "visible" not in item:
        item["visible"] = rule
    elif "all" in item["visible"]:
        item["visible"]["all"].append(rule)
    else:
        item["visible"] = {"all": [item["visible"], rule]}
