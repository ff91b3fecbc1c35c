"""A document as a workbook that the office can change and send back.

In: a document. Out: the bytes of an XLSX with 首页, 问卷 and 量表, from which
`read_workbook` makes the same document, to the last key.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from portal.kernel.errors import InvalidError
from portal.kernel.exports import LONGEST_CELL, workbook_bytes, write_text
from portal.questionnaires.definition import canonical, parse
from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import FLAGS, SATISFACTION, SECTION, TYPES
from portal.questionnaires.workbook import layout, options
from portal.questionnaires.workbook.cells import bound_for
from portal.questionnaires.workbook.columns import (
    FRONT,
    QUESTIONS,
    SCALES,
    Column,
    Field,
    FrontColumn,
    ScaleColumn,
)
from portal.questionnaires.workbook.saying import Question
from portal.questionnaires.workbook.verbatim import cell_of
from portal.questionnaires.workbook.visibility import cells_for

Row = dict[StrEnum, Any]

KNOWN_SCALE, OTHER_SCALE = "满意度", "量表"


class TooLongError(InvalidError):
    """Something of the questionnaire is longer than a cell can hold."""

    sentence = "这份问卷有一个条件或选项长得放不进一格，导不出表格。请先在网页上拆短。"


def write_workbook(document: Mapping[str, Any]) -> bytes:
    """The workbook of a document.

    Raises DefinitionError where it is none, TooLongError where a cell cannot hold it.
    """
    parse(document)
    plain: dict[str, Any] = json.loads(canonical(document))
    book = Workbook()
    write_sheet(book.worksheets[0], FRONT, FrontColumn, front_rows(plain))
    names = scale_names(plain.get("scales", {}))
    sheet = book.create_sheet()
    rows = question_rows(plain, names)
    write_sheet(sheet, QUESTIONS, Column, rows)
    for number, row in enumerate(rows, start=2):
        if row[Column.TYPE] == TYPES[SECTION][0]:
            layout.mark_section(sheet, number)
    if "scales" in plain:
        listed = scale_rows(plain["scales"], names)
        write_sheet(book.create_sheet(), SCALES, ScaleColumn, listed)
    book.active = 1
    return workbook_bytes(book)


def write_sheet(
    sheet: Worksheet, title: str, columns: type[StrEnum], rows: Sequence[Row]
) -> None:
    """A header and rows by column: texts as texts, numbers as numbers.

    Raises TooLongError.
    """
    sheet.title = title
    header: Row = {column: column.value for column in columns}
    for number, row in enumerate([header, *rows], start=1):
        for index, column in enumerate(columns, start=1):
            value = row.get(column)
            if isinstance(value, str):
                _write_text(sheet, number, index, value)
            elif value is not None:
                sheet.cell(number, index, value)
    layout.dress(sheet, columns)


def _write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    if len(text.encode("utf-16-le")) > 2 * LONGEST_CELL:
        raise TooLongError
    if text:
        write_text(sheet, row, column, text)


def front_rows(document: Mapping[str, Any]) -> list[Row]:
    """The rows of 首页; one that a document does not have stays empty."""
    texts = {
        Field.TITLE: document.get("title"),
        Field.INTRO: document.get("intro"),
        Field.THANKS: document.get("thanks"),
        Field.ID: document.get("id"),
    }
    return [
        {FrontColumn.FIELD: field.value, FrontColumn.TEXT: _text(text)}
        for field, text in texts.items()
    ]


def _text(text: str | None) -> str | None:
    return None if text is None else cell_of(text)


def scale_names(scales: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """What people call each scale: 满意度 where it is that one, else by number."""
    found: dict[str, str] = {}
    for number, (identifier, listed) in enumerate(scales.items(), start=1):
        is_known = [option["label"] for option in listed] == list(SATISFACTION)
        is_free = KNOWN_SCALE not in found.values()
        name = KNOWN_SCALE if is_known and is_free else f"{OTHER_SCALE}{number}"
        found[identifier] = name
    return found


def scale_rows(
    scales: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[str, str]
) -> list[Row]:
    """The rows of 量表."""
    return [
        {
            ScaleColumn.NAME: names[identifier],
            ScaleColumn.OPTIONS: options.cell_for(listed),
            ScaleColumn.ID: identifier,
            ScaleColumn.OPTION_IDS: options.ids_cell_for(listed),
        }
        for identifier, listed in scales.items()
    ]


def question_rows(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Row]:
    """The rows of 问卷: a heading for each section, then its questions."""
    rows: list[Row] = []
    questions: dict[str, Question] = {}
    for section in document["sections"]:
        rows.append(_section_row(section, questions))
        for item in section["items"]:
            asked = _question(item, document, len(questions) + 1)
            rows.append(_item_row(item, asked, questions, names))
            if asked:
                questions[asked.id] = asked
    return rows


def _question(
    item: Mapping[str, Any], document: Mapping[str, Any], number: int
) -> Question | None:
    """What rules further down may ask; a note is no question and has no number."""
    if item["type"] == ItemType.NOTE:
        return None
    scale = document.get("scales", {}).get(item.get("scale"), [])
    listed = tuple((o["id"], o["label"]) for o in item.get("options", scale))
    return Question(str(number), item["id"], ItemType(item["type"]), listed)


def _section_row(section: Mapping[str, Any], questions: Mapping[str, Question]) -> Row:
    places, rule = cells_for(section.get("visible"), questions)
    return {
        Column.TYPE: TYPES[SECTION][0],
        Column.TITLE: _text(section.get("title")),
        Column.PLACES: places,
        Column.VISIBLE: rule,
        Column.ID: section["id"],
    }


def _item_row(
    item: Mapping[str, Any],
    asked: Question | None,
    questions: Mapping[str, Question],
    names: Mapping[str, str],
) -> Row:
    places, rule = cells_for(item.get("visible"), questions)
    required = item.get("required")
    return {
        Column.NUMBER: int(asked.number) if asked else None,
        Column.TYPE: TYPES[item["type"]][0],
        Column.TITLE: cell_of(item["title"]),
        Column.OPTIONS: _answers(item),
        Column.REQUIRED: None if required is None else FLAGS[required][0],
        Column.PLACES: places,
        Column.VISIBLE: rule,
        Column.HELP: _text(item.get("help")),
        Column.SCALE: names.get(item.get("scale", "")),
        Column.LEAST: _limit(item, "min"),
        Column.MOST: _limit(item, "max_chars" if "max_chars" in item else "max"),
        Column.POINTS: "\n".join(item.get("points", ())),
        Column.ID: item["id"],
        Column.OPTION_IDS: options.ids_cell_for(_listed(item)),
    }


def _listed(item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = item.get("options") or item.get("rows") or ()
    return found


def _answers(item: Mapping[str, Any]) -> str:
    if "rows" in item:
        return options.rows_cell_for([row["label"] for row in item["rows"]])
    return options.cell_for(item["options"]) if "options" in item else ""


def _limit(item: Mapping[str, Any], key: str) -> object:
    return bound_for(item[key]) if key in item else None
