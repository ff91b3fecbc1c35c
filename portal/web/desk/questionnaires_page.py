"""What the pages of questionnaires show: the table of all, one version to be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.questionnaires import frozen, publishing, shipped
from portal.questionnaires.changes import differences
from portal.questionnaires.definition import parse
from portal.questionnaires.shape import Definition, Item
from portal.questionnaires.versions import (
    Questionnaire,
    draft_of,
    get_questionnaire,
    newest,
    versions,
)
from portal.questionnaires.words import TYPES
from portal.questionnaires.workbook.columns import Column
from portal.questionnaires.workbook.writing import Row, question_rows, scale_names
from portal.rounds import Round, get_round
from portal.web.desk import words
from portal.web.rendering import gettext, page_url
from portal.web.request import db


@dataclass(frozen=True)
class Line:
    """One question as it is read: its number, type, and who sees it when."""

    item: Item
    number: str
    type: str
    places: str
    rule: str


@dataclass(frozen=True)
class Block:
    """One section as it is read."""

    title: str
    places: str
    rule: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Listed:
    """One questionnaire in the table: the version that counts, and a draft beside."""

    head: Questionnaire
    draft: Questionnaire | None
    rounds: tuple[Round, ...]


def table() -> dict[str, Any]:
    """Every questionnaire, and the sample."""
    return {
        "listed": list(_listed()),
        "sample": parse(shipped.compose()),
        "words": words,
    }


def picture(found: Questionnaire) -> dict[str, Any]:
    """One version with everything around it."""
    others = versions(db())[found.code]
    is_first = found is others[-1]
    return {
        "questionnaire": found,
        "definition": found.definition,
        "versions": [_pill(one, one is found) for one in others],
        "blocks": blocks(found.content),
        "rounds": _rounds_of([found]),
        "change": None if is_first else publishing.changes_of(db(), found),
        "draft": draft_of(db(), found.code),
        "is_newest": newest(db(), found.code) is found,
        "correctable": _correctable(found),
        "words": words,
    }


def blocks(document: dict[str, Any]) -> list[Block]:
    """A document as it is read: sections with their questions, rules in words."""
    names = scale_names(document.get("scales", {}))
    rows, items = iter(question_rows(document, names)), parse(document).items
    found = []
    for section in document["sections"]:
        head = next(rows)
        lines = tuple(_line(items[one["id"]], next(rows)) for one in section["items"])
        title = section.get("title", "")
        found.append(Block(title, head[Column.PLACES], head[Column.VISIBLE], lines))
    return found


def numbered(definition: Definition) -> list[tuple[str, str]]:
    """Every question and note by its id, as one can choose among them."""
    found, number = [], 0
    for item in definition.items.values():
        number += item.is_question
        lead = gettext("第 %(n)d 题", n=number) if item.is_question else gettext("说明")
        found.append((item.id, f"{lead} {item.title[:30]}"))
    return found


def visible(questionnaire_id: int) -> Questionnaire:
    """One version.

    Raises NotFoundError.
    """
    return get_questionnaire(db(), questionnaire_id)


def _line(item: Item, row: Row) -> Line:
    number = row[Column.NUMBER]
    return Line(
        item,
        "" if number is None else str(number),
        TYPES[item.type][0],
        row[Column.PLACES],
        row[Column.VISIBLE],
    )


def _listed() -> Iterator[Listed]:
    for found in versions(db()).values():
        head = next((one for one in found if not one.is_draft), found[0])
        draft = found[0] if found[0].is_draft else None
        yield Listed(head, draft, tuple(_rounds_of(found)))


def _rounds_of(found: list[Questionnaire]) -> list[Round]:
    asking = frozen.rounds_with(db())
    ids = {round_id for one in found for round_id in asking.get(one.id, ())}
    return [get_round(db(), round_id) for round_id in sorted(ids)]


def _correctable(found: Questionnaire) -> list[Round]:
    """Rounds under way that ask the same in other words."""
    if not found.is_in_use:
        return []
    rounds = _rounds_of(versions(db())[found.code])
    return [one for one in rounds if _differs_in_words(one, found)]


def _differs_in_words(round_: Round, found: Questionnaire) -> bool:
    asked = frozen.chosen_for(db(), round_.id)
    if not asked or asked is found or not frozen.is_open_to_correction(round_):
        return False
    return differences(asked.definition, found.definition).is_typo


def _pill(one: Questionnaire, active: bool) -> dict[str, Any]:  # noqa: FBT001
    label = gettext("第 %(n)d 版", n=one.version)
    if one.is_draft:
        label = f"{label}（{words.word(one.state)}）"
    url = page_url("desk.questionnaires.show", questionnaire_id=one.id)
    return {"label": label, "url": url, "count": None, "active": active}
