"""Questionnaires as anybody might compose them: Hypothesis strategies for `qdef/1`.

`documents()` gives JSON documents that the schema and the parser accept, of every
type of question, with conditions over earlier questions and over facts; small, so
that many are tried. `facts()` gives what a server might know of a community.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import normalize

from hypothesis import strategies as st

from portal.entrances import ChannelKind
from portal.places import Kind, Trait
from portal.questionnaires.definition import ItemType
from portal.questionnaires.rules import OPERATORS
from portal.rounds import Phase

Document = dict[str, Any]
Strategy = st.SearchStrategy

# What people write, and what has broken pages and workbooks: markup, templates,
# formulas, quotes, signs beyond the BMP, one emoji of several, wide spaces.
SIGNS = "甲乙丙好不满意了吗？，。、（）「」 　ab1<>&\"'{}%=+-@#/\\;:é́🙂👨\u200d👩"
MARKUP = re.compile(r"<[/!]?[a-zA-Z]|https?://|www\.", re.IGNORECASE)
FACTS: Mapping[str, Sequence[str]] = {
    "community_kind": list(Kind),
    "community_trait": list(Trait),
    "channel_kind": list(ChannelKind),
    "phase": list(Phase),
}


def ids() -> Strategy[str]:
    """Permanent ids: plain ones, ones with figures, the longest there may be."""
    first = st.sampled_from("aqz")
    rest = st.text("ab_09", max_size=4) | st.text("a_0", min_size=31, max_size=31)
    return st.builds(str.__add__, first, rest)


def words(most: int = 12) -> Strategy[str]:
    """One line of plain text that is not blank."""
    return st.text(SIGNS, min_size=1, max_size=most).filter(
        lambda text: bool(text.strip()) and not MARKUP.search(text)
    )


def prose(most: int = 12) -> Strategy[str]:
    """Plain text of any number of lines, none included."""
    lines = st.lists(words(most), max_size=2)
    return lines.map("\n".join).filter(lambda text: not MARKUP.search(text))


def scores() -> Strategy[float | None]:
    """A score, or none for 不了解."""
    return st.none() | st.integers(-100, 100) | st.sampled_from([0.5, 12.25])


@st.composite
def some(
    draw: st.DrawFn, entries: Strategy[Document], *, min_size: int, max_size: int
) -> list[Document]:
    """Several entries, each with an id and a label of its own."""
    found = draw(
        st.lists(
            entries,
            min_size=min_size,
            max_size=max_size,
            unique_by=lambda entry: _words_of(entry) or object(),
        )
    )
    names = draw(st.lists(ids(), min_size=len(found), max_size=len(found), unique=True))
    return [{"id": name, **entry} for name, entry in zip(names, found, strict=True)]


def _words_of(entry: Document) -> str:
    return normalize("NFC", str(entry.get("label", ""))).strip()


def labelled(**more: Strategy[Any]) -> Strategy[Document]:
    """An option or a row without its id."""
    return st.fixed_dictionaries({"label": words()}, optional=more)


def options(**more: Strategy[Any]) -> Strategy[list[Document]]:
    """Two options or a few more."""
    entries = labelled(score=scores(), text=st.booleans(), **more)
    return some(entries, min_size=2, max_size=4)


def scales() -> Strategy[dict[str, list[Document]]]:
    """Shared scales by name; at least one, for questions to use."""
    levels = some(labelled(score=scores()), min_size=2, max_size=4)
    return st.dictionaries(ids(), levels, min_size=1, max_size=2)


@st.composite
def items(draw: st.DrawFn, scale_names: Sequence[str]) -> Document:
    """One question or note of any type, without its id and its condition."""
    kind = draw(st.sampled_from(list(ItemType)))
    own = {key: draw(made) for key, made in _own(kind, scale_names).items()}
    usual = {"help": prose(), "required": st.booleans(), "points": POINTS}
    if kind is ItemType.NOTE:
        del usual["required"]
    more = {key: draw(made) for key, made in usual.items() if draw(st.booleans())}
    return {"type": kind.value, "title": draw(words(30)), **own, **more}


POINTS = st.lists(
    st.sampled_from(["finance.books", "service.doors"]), min_size=1, max_size=3
)


def _own(kind: ItemType, scale_names: Sequence[str]) -> dict[str, Strategy[Any]]:
    """The keys a type has for itself."""
    scale = st.sampled_from(scale_names)
    rows = some(labelled(), min_size=1, max_size=3)
    own: dict[ItemType, dict[str, Strategy[Any]]] = {
        ItemType.SINGLE: {"options": options()},
        ItemType.MULTI: {
            "options": options(exclusive=st.booleans()),
            "max": st.integers(1, 60),
        },
        ItemType.SCALE: {"scale": scale},
        ItemType.MATRIX: {"scale": scale, "rows": rows},
        ItemType.TEXT: {"max_chars": st.integers(1, 5000)},
        ItemType.LONGTEXT: {"max_chars": st.integers(1, 5000)},
        ItemType.NUMBER: {
            "min": st.none() | st.integers(-5, 0),
            "max": st.none() | st.integers(0, 5) | st.just(7.5),
        },
    }
    return own.get(kind, {})


def conditions(earlier: Sequence[Document], scales: Mapping[str, Any]) -> Strategy[Any]:
    """A rule over earlier questions and over facts, two levels deep at most."""
    leaves: list[Strategy[Any]] = [fact_rules()]
    leaves += [comparisons(item, scales) for item in earlier if item["type"] != "note"]
    leaf = st.one_of(leaves)
    parts = st.lists(leaf, min_size=1, max_size=3)
    return (
        leaf
        | st.builds(lambda part: {"not": part}, leaf)
        | st.builds(lambda found: {"all": found}, parts)
        | st.builds(lambda found: {"any": [{"not": found[0]}, *found]}, parts)
    )


@st.composite
def fact_rules(draw: st.DrawFn) -> Document:
    """Something the server knows."""
    name = draw(st.sampled_from(sorted(FACTS)))
    values = st.lists(st.sampled_from(FACTS[name]), min_size=1, max_size=3)
    return {"fact": name, "in": [str(value) for value in draw(values)]}


@st.composite
def comparisons(draw: st.DrawFn, item: Document, scales: Mapping[str, Any]) -> Document:
    """What an earlier question was answered."""
    op = draw(st.sampled_from(sorted(OPERATORS[ItemType(item["type"])])))
    if op == "answered":
        return {"q": item["id"], "op": op}
    value = _values(item, scales)
    if op in {"in", "has_any", "has_all"}:
        value = st.lists(value, min_size=1, max_size=3)
    return {"q": item["id"], "op": op, "v": draw(value)}


def _values(item: Document, scales: Mapping[str, Any]) -> Strategy[Any]:
    if item["type"] == "number":
        return st.integers(-5, 5) | st.just(2.5)
    if item["type"] == "date":
        return st.dates().map(lambda day: day.isoformat())
    offered = item.get("options") or scales[item["scale"]]
    return st.sampled_from([option["id"] for option in offered])


@st.composite
def documents(draw: st.DrawFn, most_items: int = 6) -> Document:
    """A whole document that is accepted."""
    shared = draw(scales())
    found = draw(some(items(sorted(shared)), min_size=1, max_size=most_items))
    parts = draw(some(st.just({}), min_size=1, max_size=min(3, len(found))))
    for number, item in enumerate(found):
        rules = conditions(found[:number], shared)
        if draw(st.booleans()):
            item["visible"] = draw(rules)
        place = min(number, len(parts) - 1)
        if "items" not in parts[place]:
            own = {"title": words(), "visible": rules}
            parts[place] |= {k: draw(v) for k, v in own.items() if draw(st.booleans())}
        parts[place].setdefault("items", []).append(item)
    whole = {"format": "qdef/1", "id": draw(ids()), "title": draw(words(30))}
    more = {key: draw(prose()) for key in ("intro", "thanks") if draw(st.booleans())}
    return {**whole, **more, "scales": shared, "sections": parts}


def facts() -> Strategy[dict[str, str]]:
    """What the server knows, or does not, of a community, its channel and round."""
    known = {name: st.sampled_from([*FACTS[name], ""]) for name in FACTS}
    return st.fixed_dictionaries({}, optional=known)


YES_NO = [{"id": "yes", "label": "是"}, {"id": "no", "label": "不是"}]


def asked_if(rule: Document, number: int) -> Document:
    """A question that hangs on a rule."""
    return {"id": f"if{number}", "type": "text", "title": "问", "visible": rule}


def compared(q: str, op: str, *v: Any) -> Document:
    """A comparison with what an earlier question was answered."""
    return {"q": q, "op": op, **({"v": v[0]} if v else {})}


RULES: list[Document] = [
    *(compared("n", op, 2) for op in ("eq", "lt", "le", "gt", "ge")),
    *(compared("d", op, "2026-03-15") for op in ("eq", "lt", "le", "gt", "ge")),
    *(compared("m", op, ["yes", "no"]) for op in ("has_any", "has_all")),
    *(compared("s", op, v) for op, v in (("eq", "no"), ("in", ["no"]))),
    *(compared(q, "answered") for q in ("s", "m", "c", "x", "t", "l", "n", "d", "w")),
    {"not": compared("x", "answered")},
    {"all": [compared("s", "eq", "yes"), {"not": compared("n", "ge", 2)}]},
    {"any": [compared("s", "eq", "no"), compared("c", "eq", "g")]},
    compared("if3", "answered"),  # which hangs itself on an answer
    {"not": compared("if3", "answered")},
]
EVERY_RULE: Document = {
    "format": "qdef/1",
    "id": "rules",
    "title": "样样都问",
    "scales": {"sat": [{"id": "g", "label": "好", "score": 1}, *YES_NO]},
    "sections": [
        {
            "id": "first",
            "items": [
                {"id": "s", "type": "single", "title": "选", "options": YES_NO},
                {"id": "m", "type": "multi", "title": "选", "options": YES_NO},
                {"id": "c", "type": "scale", "title": "评", "scale": "sat"},
                {
                    "id": "x",
                    "type": "matrix",
                    "title": "评",
                    "scale": "sat",
                    "rows": YES_NO,
                },
                {"id": "t", "type": "text", "title": "写"},
                {"id": "l", "type": "longtext", "title": "写"},
                {"id": "n", "type": "number", "title": "数"},
                {"id": "d", "type": "date", "title": "哪天"},
                {"id": "w", "type": "contact", "title": "电话"},
            ],
        },
        {
            "id": "then",
            "title": "再问",
            "items": [asked_if(rule, number) for number, rule in enumerate(RULES)],
        },
        {
            "id": "last",
            "title": "最后",
            "visible": compared("if3", "answered"),
            "items": [asked_if(compared("if4", "answered"), len(RULES))],
        },
    ],
}
