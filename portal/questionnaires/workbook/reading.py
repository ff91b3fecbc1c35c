"""A questionnaire's workbook as a document, or every mistake in it at once.

In: a file as the office has it. Out: a document that `parse` accepts; or a
WorkbookError that names each wrong cell. Nothing is stored: reading is the dry run.
"""

import json
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from portal.kernel.workbooks import (
    Book,
    Headings,
    Mistake,
    Sheet,
    SheetError,
    open_book,
)
from portal.questionnaires.definition import FORMAT, DefinitionError, canonical, parse
from portal.questionnaires.workbook.blocks import blocks_of
from portal.questionnaires.workbook.columns import ASKED, FRONTED, SCALED
from portal.questionnaires.workbook.front import read_front, with_defaults
from portal.questionnaires.workbook.questions import read_sections
from portal.questionnaires.workbook.scales import Scales, read_scales
from portal.questionnaires.workbook.spots import Spots, WorkbookError

C = TypeVar("C", bound=StrEnum)


def read_workbook(file: str, content: bytes) -> dict[str, Any]:
    """The document that the workbook holds.

    Raises WorkbookError with the mistakes of all sheets together.
    """
    spots = Spots(file)
    try:
        book = open_book(file, content)
        asked = _only(book, ASKED)
    except SheetError as error:
        raise WorkbookError([_mistake(file, error)]) from error
    first = _beside(book, FRONTED, spots)
    front = read_front(first, spots) if first else {}
    listed = _beside(book, SCALED, spots)
    scales = read_scales(listed, spots) if listed else Scales()
    blocks = blocks_of(asked, spots.mistakes)
    if not blocks:
        message = "表头下面没有题目。请填写后再传。"
        raise WorkbookError([*spots.mistakes, Mistake(asked.file, 0, "", message)])
    sections = read_sections(blocks, scales, spots).found
    document = {
        "format": FORMAT,
        **with_defaults(front, asked, spots),
        "sections": sections,
    }
    if listed or scales.by_id:
        document["scales"] = scales.by_id
    _require_sound(document, spots)
    plain: dict[str, Any] = json.loads(canonical(document))
    return plain


def _require_sound(document: dict[str, Any], spots: Spots) -> None:
    try:
        parse(document)
    except DefinitionError as error:
        spots.take(error.mistakes)
    if spots.mistakes:
        raise WorkbookError(spots.in_order())


def _only(book: Book, headings: Headings[C]) -> Sheet[C]:
    """The one sheet with this header.

    Raises SheetError.
    """
    sheets = book.sheets(headings)
    if len(sheets) > 1:
        titles = "」「".join(sheet.title for sheet in sheets)
        message = f"「{titles}」这几张表的表头一样。请只留一张，其余的删掉或隐藏。"
        raise SheetError(message)
    sheet = sheets[0]
    is_alone = len(book.tables) == 1
    return sheet if is_alone else replace(sheet, file=f"{book.file}（{sheet.title}）")


def _beside(book: Book, headings: Headings[C], spots: Spots) -> Sheet[C] | None:
    """A sheet that may be missing."""
    if not book.carries(headings):
        return None
    try:
        return _only(book, headings)
    except SheetError as error:
        spots.mistakes.append(_mistake(book.file, error))
        return None


def _mistake(file: str, error: SheetError) -> Mistake:
    return Mistake(file, error.row, error.cell, error.sentence)
