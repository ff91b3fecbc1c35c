"""Reading a `visible` rule: only earlier questions, only operators that fit them.

In: the object that carries the rule, and the items before it. Out: a condition of
`conditions`, or None and the mistakes noted. Since a rule looks only backwards,
there are no cycles, and one pass decides what is shown.
"""

from collections.abc import Mapping
from datetime import date

from portal.places import Kind, Trait
from portal.questionnaires.conditions import All, Compare, Condition, Fact, Not, Some
from portal.questionnaires.reading import ID, Node, is_number
from portal.questionnaires.shape import Item, ItemType
from portal.rounds import Phase

MOST_PARTS, MOST_VALUES, DEEPEST = 10, 60, 5

FACTS: Mapping[str, frozenset[str] | None] = {  # None: any id; entrances name them
    "community_kind": frozenset(Kind),
    "community_trait": frozenset(Trait),
    "channel_kind": None,
    "phase": frozenset(Phase),
}

_CHOICE = frozenset({"answered", "eq", "in"})
_ORDERED = frozenset({"answered", "eq", "lt", "le", "gt", "ge"})
_GIVEN = frozenset({"answered"})
OPERATORS: Mapping[ItemType, frozenset[str]] = {
    ItemType.NOTE: frozenset(),
    ItemType.SINGLE: _CHOICE,
    ItemType.SCALE: _CHOICE,
    ItemType.MULTI: frozenset({"answered", "has_any", "has_all"}),
    ItemType.MATRIX: _GIVEN,
    ItemType.TEXT: _GIVEN,
    ItemType.LONGTEXT: _GIVEN,
    ItemType.NUMBER: _ORDERED,
    ItemType.DATE: _ORDERED,
    ItemType.CONTACT: _GIVEN,
}
_LISTS = frozenset({"in", "has_any", "has_all"})

Earlier = Mapping[str, Item]


def read_condition(owner: Node, earlier: Earlier) -> Condition | None:
    """The rule under `visible`, None where there is none or it has mistakes."""
    if "visible" not in owner.value:
        return None
    return _condition(owner.child("visible"), earlier, DEEPEST)


def _condition(node: Node, earlier: Earlier, depth: int) -> Condition | None:
    forms = [form for form in _FORMS if form in node.value]
    if len(forms) != 1:
        node.wrong("", "条件要是 all、any、not、q、fact 五种写法之一。")
        return None
    if depth == 0:
        node.wrong("", f"条件套得太深，最多 {DEEPEST} 层。")
        return None
    return _FORMS[forms[0]](node, earlier, depth - 1)


def _parts(node: Node, key: str, earlier: Earlier, depth: int) -> tuple[Condition, ...]:
    node.only({key})
    nodes = node.children(key, 1, MOST_PARTS)
    parts = [_condition(child, earlier, depth) for child in nodes]
    return tuple(part for part in parts if part is not None)


def _all(node: Node, earlier: Earlier, depth: int) -> Condition:
    return All(_parts(node, "all", earlier, depth))


def _any(node: Node, earlier: Earlier, depth: int) -> Condition:
    return Some(_parts(node, "any", earlier, depth))


def _not(node: Node, earlier: Earlier, depth: int) -> Condition | None:
    node.only({"not"})
    part = _condition(node.child("not"), earlier, depth)
    return part and Not(part)


def _fact(node: Node, _earlier: Earlier, _depth: int) -> Condition | None:
    node.only({"fact", "in"})
    name = node.value["fact"]
    if not isinstance(name, str) or name not in FACTS:
        node.wrong("fact", f"只能问这几样：{'、'.join(FACTS)}。")
        return None
    known = FACTS[name]
    values = node.entries("in", 1, MOST_VALUES)
    for value in values:
        fits = isinstance(value, str) and ID.fullmatch(value) is not None
        if not fits or (known is not None and value not in known):
            choice = f"，只有：{'、'.join(sorted(known))}" if known else ""
            node.wrong("in", f"没有“{value!s:.40}”这个值{choice}。")
    return Fact(name, tuple(str(value) for value in values))


def _compare(node: Node, earlier: Earlier, _depth: int) -> Condition | None:
    node.only({"q", "op", "v"})
    name, op = node.value["q"], node.value.get("op")
    item = earlier.get(name) if isinstance(name, str) else None
    if item is None:
        node.wrong("q", f"前面没有编号是“{name!s:.40}”的题；条件只能看前面的题。")
        return None
    allowed = OPERATORS[item.type]
    if not isinstance(op, str) or op not in allowed:
        choice = "、".join(sorted(allowed)) or "没有可用的比较"
        node.wrong("op", f"“{item.id}”这种题只能用：{choice}。")
        return None
    return Compare(item.id, op, _value(node, item, op))


def _value(node: Node, item: Item, op: str) -> object:
    """What the answer is compared with, checked against the question's own answers."""
    if op == "answered":
        node.only({"q", "op"})
        return None
    if op in _LISTS:
        values = node.entries("v", 1, MOST_VALUES)
    else:
        values = [node.value.get("v")]
    for value in values:
        if not _fits(value, item):
            node.wrong("v", f"“{value!s:.40}”不是“{item.id}”这道题会有的答案。")
    return tuple(values) if op in _LISTS else values[0]


def _fits(value: object, item: Item) -> bool:
    if item.type is ItemType.NUMBER:
        return is_number(value)
    if not isinstance(value, str):
        return False
    return _is_day(value) if item.type is ItemType.DATE else value in item.option_ids


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_FORMS = {"all": _all, "any": _any, "not": _not, "fact": _fact, "q": _compare}
