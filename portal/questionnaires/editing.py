"""Small changes to a document on screen: one question reworded, moved, added, removed.

In: a document and what was typed. Out: the changed document, a fresh copy. Whether it
can be used is for `parse` to say; `require_sound` tells its mistakes in words.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import InvalidError, NotFoundError
from portal.questionnaires.definition import DefinitionError, parse
from portal.questionnaires.naming import Names
from portal.questionnaires.renaming import (
    Called,
    Document,
    Given,
    fresh_copy,
    items_in,
    renamed,
)
from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import SATISFACTION, tidy
from portal.questionnaires.workbook.options import (
    cell_for,
    ids_cell_for,
    lines_of,
    option_of,
    row_of,
    rows_cell_for,
    with_ids,
)

ADDED = (  # what can be put in on screen; the others come by workbook
    *(ItemType.SINGLE, ItemType.MULTI, ItemType.SCALE, ItemType.TEXT),
    *(ItemType.LONGTEXT, ItemType.NUMBER, ItemType.DATE, ItemType.NOTE),
)
LISTED = frozenset({ItemType.SINGLE, ItemType.MULTI})
_STEP = re.compile(r"(sections|items|options|rows)\[(\d+)\]")
_WORDS = {
    "title": "",  # of a question or of what is around it
    "help": "说明",
    "options": "选项",
    "rows": "行",
    "visible": "显示条件",
    "intro": "开头的话",
    "thanks": "结束的话",
    "scale": "量表",
}


class EditError(InvalidError):
    """A change after which the questionnaire could not be used, and why."""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A question as typed; `lines` are its answers, or the rows of a matrix."""

    title: str
    help: str = ""
    required: bool = False
    lines: str = ""


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """A new question as typed: after which one it comes, "" for the very front.

    `scale` is the id of the scale it uses, "" for 满意度.
    """

    type: ItemType
    wording: Wording
    after: str = ""
    scale: str = ""


def retitled(document: Given, *, title: str, intro: str, thanks: str) -> Document:
    """With another title, other first and last words."""
    found = fresh_copy(document)
    _put(found, "title", tidy(title).strip())
    _put(found, "intro", tidy(intro).strip())
    _put(found, "thanks", tidy(thanks).strip())
    return found


def lines_for(item: Given) -> str:
    """The answers of a question, or the rows of a matrix, one a line, to be changed."""
    if "rows" in item:
        return rows_cell_for([row["label"] for row in item["rows"]])
    return cell_for(item["options"]) if "options" in item else ""


def reworded(document: Given, item_id: str, wording: Wording) -> Document:
    """With one question in other words; an answer keeps its id by label or place.

    Raises NotFoundError.
    """
    found = fresh_copy(document)
    section, at = _find(found, item_id)
    _word(section["items"][at], wording)
    return found


def moved(document: Given, item_id: str, step: int) -> Document:
    """With one question further down by `step`, up where it is negative.

    Over the edge of its section it goes into the next one; a section it was alone
    in goes. Raises NotFoundError.
    """
    found = fresh_copy(document)
    section, at = _find(found, item_id)
    if 0 <= at + step < len(section["items"]):
        section["items"].insert(at + step, section["items"].pop(at))
        return found
    sections = found["sections"]
    to = sections.index(section) + (1 if step > 0 else -1)
    if 0 <= to < len(sections):
        there = sections[to]["items"]
        there.insert(0 if step > 0 else len(there), section["items"].pop(at))
    return _without_empty(found)


def removed(document: Given, item_id: str) -> Document:
    """Without one question; a section it was alone in goes too.

    Raises NotFoundError.
    """
    found = fresh_copy(document)
    section, at = _find(found, item_id)
    del section["items"][at]
    return _without_empty(found)


def added(document: Given, fresh: Fresh, *, taken: Collection[str]) -> Document:
    """With a new question, whose id is none of those in the document or `taken`.

    Raises NotFoundError where there is no question to come after.
    """
    found = fresh_copy(document)
    names = Names({*taken, *_ids(found)})
    title = tidy(fresh.wording.title).strip()
    item: Document = {"id": names.fresh(title), "type": fresh.type.value}
    if fresh.type in LISTED:
        item["options"] = []
    if fresh.type is ItemType.SCALE:
        item["scale"] = fresh.scale or _satisfaction(found)
    _word(item, fresh.wording)
    if fresh.after:
        section, at = _find(found, fresh.after)
        section["items"].insert(at + 1, item)
    else:
        found["sections"][0]["items"].insert(0, item)
    return found


def renewed(
    document: Given, item_ids: Collection[str], *, taken: Collection[str]
) -> Document:
    """当作新题: with new ids for these questions, and rules that ask them told so."""
    names = Names({*taken, *_ids(document)})
    became = {
        item["id"]: Called(names.fresh(item["title"], *_labels(item)))
        for item in items_in(document)
        if item["id"] in item_ids
    }
    return renamed(document, became)


def require_sound(document: Given) -> None:
    """Refuse what cannot be used, saying where in words.

    Raises EditError.
    """
    try:
        parse(document)
    except DefinitionError as error:
        told = (f"{spoken(document, m.path)}：{m.sentence}" for m in error.mistakes[:5])
        raise EditError("".join(dict.fromkeys(told))) from error


def spoken(document: Given, path: str) -> str:
    """Where a mistake is: 「路灯亮不亮？」的选项 for `sections[0].items[2].options`."""
    where: Any = document
    name, title = "问卷", "标题"
    for kind, number in _STEP.findall(path):
        where = where[kind][int(number)]
        if kind == "sections":
            name = f"第 {int(number) + 1} 节"
        elif kind == "items":
            name, title = f"「{str(where.get('title', ''))[:20]}」", "题目"
    keys = (part.partition("[")[0] for part in path.split("."))
    part = next((_WORDS[key] or title for key in keys if key in _WORDS), "")
    return f"{name}的{part}" if part else name


def _word(item: Document, wording: Wording) -> None:
    _put(item, "title", " ".join(tidy(wording.title).split("\n")).strip())
    _put(item, "help", tidy(wording.help).strip())
    if item["type"] != ItemType.NOTE and wording.required != item.get(
        "required", False
    ):
        item["required"] = wording.required
    key, read = _lines(item)
    if key and wording.lines.replace("\r\n", "\n") != lines_for(item):
        told = [read(line) for line in lines_of(wording.lines)]
        item[key] = with_ids(told, ids_cell_for(item[key]), Names(set()))


def _lines(item: Given) -> tuple[str, Callable[[str], Document]]:
    """Which of its keys a question has lines for, and how one is read."""
    if "rows" in item:
        return "rows", lambda line: {"label": row_of(line)}
    return ("options" if "options" in item else ""), option_of


def _put(owner: Document, key: str, text: str) -> None:
    """Set a text; one that is not there and empty stays away."""
    if text or key in owner or key == "title":
        owner[key] = text


def _find(document: Document, item_id: str) -> tuple[Document, int]:
    """The section a question is in, and its place there."""
    for section in document["sections"]:
        for at, item in enumerate(section["items"]):
            if item["id"] == item_id:
                return section, at
    raise NotFoundError


def item_of(document: Given, item_id: str) -> Document:
    """One question of a document.

    Raises NotFoundError.
    """
    section, at = _find(fresh_copy(document), item_id)
    found: Document = section["items"][at]
    return found


def _ids(document: Given) -> set[str]:
    return {item["id"] for item in items_in(document)}


def _labels(item: Given) -> list[str]:
    answers: Sequence[Given] = item.get("options") or item.get("rows") or ()
    return [answer["label"] for answer in answers]


def _satisfaction(document: Document) -> str:
    """The id of the scale 满意度, which is put in where there is none."""
    scales: dict[str, list[Document]] = document.setdefault("scales", {})
    for name, options in scales.items():
        if {o["label"]: o.get("score") for o in options} == dict(SATISFACTION):
            return name
    name = Names(set(scales)).fresh("满意度")
    told = [{"label": word, "score": score} for word, score in SATISFACTION.items()]
    scales[name] = with_ids(told, "", Names(set()))
    return name


def _without_empty(document: Document) -> Document:
    sections = [section for section in document["sections"] if section["items"]]
    return {**document, "sections": sections}
