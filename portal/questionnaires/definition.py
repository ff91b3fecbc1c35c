"""The questionnaire format `qdef/1`: from a JSON document to a `Definition`.

In: a document as `qdef-1.schema.json` describes it. Out: a checked definition, or
one `DefinitionError` with every mistake; the canonical bytes of a document, and
their SHA-256, which is the name of a published revision for ever.
"""

import hashlib
import json
import unicodedata
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from portal.questionnaires.reading import (
    POINT,
    DefinitionError,
    Mistake,
    Node,
)
from portal.questionnaires.rules import FACTS, read_condition
from portal.questionnaires.shape import (
    CHARS,
    Definition,
    Item,
    ItemType,
    Option,
    Section,
)
from portal.questionnaires.walk import specialise

__all__ = [
    "FACTS",
    "FORMAT",
    "Definition",
    "DefinitionError",
    "Item",
    "ItemType",
    "Mistake",
    "Option",
    "Section",
    "canonical",
    "parse",
    "revision",
    "specialise",
]

FORMAT = "qdef/1"
RESERVED = frozenset(  # names that a page around the questions needs for itself
    {
        *("csrf_token", "revision", "homepage", "pad", "ticket", "work", "total"),
        *("step", "password", "totp"),  # what a refusal does not show again
        *("main", "errors"),  # places on the page
        *("dataset", "elements", "enctype", "fill"),  # what a script asks of a form
    }
)
MOST_SECTIONS, MOST_ITEMS, MOST_SCALES = 20, 60, 20
MOST_OPTIONS, MOST_SCALE_OPTIONS, MOST_ROWS = 60, 11, 15
MOST_POINTS = 20
TITLE, HEADING, LABEL, HELP, PROSE, TYPED = 300, 80, 120, 500, 2000, 5000

DOCUMENT_KEYS = frozenset(
    {"format", "id", "title", "intro", "thanks", "scales", "sections"}
)
SECTION_KEYS = frozenset({"id", "title", "visible", "items"})
OPTION_KEYS = frozenset({"id", "label", "score", "exclusive", "text"})
SCALE_KEYS = frozenset({"id", "label", "score"})
ROW_KEYS = frozenset({"id", "label"})
_NOTE = frozenset({"id", "type", "title", "help", "visible", "points"})
_ASKED = _NOTE | {"required"}
ITEM_KEYS: Mapping[ItemType, frozenset[str]] = {
    ItemType.NOTE: _NOTE,
    ItemType.SINGLE: _ASKED | {"options"},
    ItemType.MULTI: _ASKED | {"options", "max"},
    ItemType.SCALE: _ASKED | {"scale"},
    ItemType.MATRIX: _ASKED | {"scale", "rows"},
    ItemType.TEXT: _ASKED | {"max_chars"},
    ItemType.LONGTEXT: _ASKED | {"max_chars"},
    ItemType.NUMBER: _ASKED | {"min", "max"},
    ItemType.DATE: _ASKED,
    ItemType.CONTACT: _ASKED,
}

Scales = Mapping[str, tuple[Option, ...]]


def parse(document: Mapping[str, Any]) -> Definition:
    """The definition in `document`, its text in NFC.

    Raises DefinitionError, which lists all mistakes with their paths.
    """
    mistakes: list[Mistake] = []
    definition = _definition(Node.of(document, "", mistakes))
    if mistakes:
        raise DefinitionError(mistakes)
    return definition


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one byte form of a document: keys sorted, NFC, compact JSON in UTF-8.

    Numbers that are whole are written without a fraction, so that 100.0 is 100.
    """
    return json.dumps(
        _plain(document),
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def revision(document: Mapping[str, Any]) -> str:
    """The name of this revision: SHA-256 of the canonical form, 64 hex characters."""
    return hashlib.sha256(canonical(document)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _definition(root: Node) -> Definition:
    root.only(DOCUMENT_KEYS)
    if root.value.get("format") != FORMAT:
        root.wrong("format", f"这里要写 {FORMAT}。")
    scales = _scales(root)
    earlier: dict[str, Item] = {}
    nodes = root.children("sections", 1, MOST_SECTIONS)
    sections = [_section(node, scales, earlier) for node in nodes]
    _once(root, "sections", [section.id for section in sections])
    return Definition(
        id=root.identifier("id"),
        title=root.words("title", HEADING),
        intro=root.prose("intro", PROSE),
        thanks=root.prose("thanks", PROSE),
        scales=MappingProxyType(scales),
        sections=tuple(sections),
    )


def _scales(root: Node) -> dict[str, tuple[Option, ...]]:
    if "scales" not in root.value:
        return {}
    node = root.child("scales")
    names = [str(name) for name in node.value]
    if len(names) > MOST_SCALES:
        root.wrong("scales", f"最多 {MOST_SCALES} 套量表，现在有 {len(names)} 套。")
    found: dict[str, tuple[Option, ...]] = {}
    for name in names[:MOST_SCALES]:
        node.named(name)
        found[name] = _options(node, name, SCALE_KEYS, MOST_SCALE_OPTIONS)
    return found


def _section(node: Node, scales: Scales, earlier: dict[str, Item]) -> Section:
    node.only(SECTION_KEYS)
    visible = read_condition(node, earlier)
    items: list[Item] = []
    for child in node.children("items", 1, MOST_ITEMS):
        item = _item(child, scales, earlier)
        if item.id in earlier:
            child.wrong("id", f"编号“{item.id}”前面已经用过，请换一个。")
        elif item.id:
            earlier[item.id] = item
        items.append(item)
    return Section(
        id=node.identifier("id"),
        title=node.words("title", HEADING) if "title" in node.value else "",
        visible=visible,
        items=tuple(items),
    )


def _item(node: Node, scales: Scales, earlier: Mapping[str, Item]) -> Item:
    kind = _type(node)
    if kind is None:
        return Item(id=node.identifier("id"), type=ItemType.NOTE, title="")
    keys = ITEM_KEYS[kind]
    node.only(keys)
    identifier = node.identifier("id")
    if identifier in RESERVED:
        node.wrong("id", f"编号“{identifier}”留给系统用，请换一个。")
    least, most = _bounds(node, kind)
    return Item(
        id=identifier,
        type=kind,
        title=node.words("title", TITLE),
        help=node.prose("help", HELP),
        required="required" in keys and node.flag("required"),
        visible=read_condition(node, earlier),
        options=_choices(node, kind, scales),
        rows=_rows(node) if "rows" in keys else (),
        scale=str(node.value.get("scale", "")) if "scale" in keys else "",
        min=least,
        max=most,
        max_chars=_max_chars(node, kind),
        points=_points(node),
    )


def _type(node: Node) -> ItemType | None:
    found = node.value.get("type")
    if isinstance(found, str) and found in ItemType.__members__.values():
        return ItemType(found)
    node.wrong("type", f"题型要是其中之一：{'、'.join(ItemType)}。")
    return None


def _choices(node: Node, kind: ItemType, scales: Scales) -> tuple[Option, ...]:
    if "options" in ITEM_KEYS[kind]:
        keys = OPTION_KEYS if kind is ItemType.MULTI else OPTION_KEYS - {"exclusive"}
        return _options(node, "options", keys, MOST_OPTIONS)
    if "scale" not in ITEM_KEYS[kind]:
        return ()
    name = node.value.get("scale")
    if isinstance(name, str) and name in scales:
        return scales[name]
    node.wrong("scale", "没有这套量表，请在 scales 里先写好，或改用已有的。")
    return ()


def _options(
    node: Node, key: str, keys: Collection[str], most: int
) -> tuple[Option, ...]:
    found = []
    for child in node.children(key, 2, most):
        child.only(keys)
        found.append(
            Option(
                id=child.identifier("id"),
                label=child.words("label", LABEL),
                score=child.number("score"),
                exclusive=child.flag("exclusive"),
                text=child.flag("text"),
            )
        )
    _apart(node, key, found)
    return tuple(found)


def _rows(node: Node) -> tuple[Option, ...]:
    found = []
    for child in node.children("rows", 1, MOST_ROWS):
        child.only(ROW_KEYS)
        option = Option(child.identifier("id"), child.words("label", LABEL))
        found.append(option)
    _apart(node, "rows", found)
    return tuple(found)


def _apart(node: Node, key: str, options: list[Option]) -> None:
    """Each has an id of its own, and words of its own: nobody could choose else."""
    _once(node, key, [option.id for option in options])
    labels = [option.label.strip() for option in options]
    for index, label in enumerate(labels):
        if label and label in labels[:index]:
            node.wrong(f"{key}[{index}].label", f"“{label}”写了两次，请改一个。")


def _once(node: Node, key: str, ids: list[str]) -> None:
    for index, identifier in enumerate(ids):
        if identifier and identifier in ids[:index]:
            path = f"{key}[{index}].id"
            node.wrong(path, f"编号“{identifier}”前面已经用过，请换一个。")


def _bounds(node: Node, kind: ItemType) -> tuple[float | None, float | None]:
    if kind is ItemType.MULTI and "max" in node.value:
        return None, node.whole("max", most=MOST_OPTIONS, default=MOST_OPTIONS)
    if kind is not ItemType.NUMBER:
        return None, None
    least, most = node.number("min"), node.number("max")
    if least is not None and most is not None and least > most:
        node.wrong("max", "最大值比最小值还小，请对调。")
    return least, most


def _max_chars(node: Node, kind: ItemType) -> int:
    default = CHARS.get(kind, 0)
    if "max_chars" not in ITEM_KEYS[kind]:
        return default
    return node.whole("max_chars", most=TYPED, default=default)


def _points(node: Node) -> tuple[str, ...]:
    if "points" not in node.value:
        return ()
    found = node.entries("points", 1, MOST_POINTS)
    names = tuple(name for name in found if isinstance(name, str))
    if len(names) < len(found) or not all(POINT.fullmatch(name) for name in names):
        node.wrong("points", "要点编号写成“方面.要点”，例如 finance.books。")
    return names
