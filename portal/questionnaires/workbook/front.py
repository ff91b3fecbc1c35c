"""Title, first and last words of a questionnaire: the sheet 首页, or what stands above.

In: the sheets. Out: those keys of a document; without 首页 the first row over the
header is the title and the rest its introduction, and else the file's name is.
"""

from pathlib import PurePath
from typing import Any

from portal.kernel.workbooks import Line, LineReader, Sheet, letter, text_of
from portal.questionnaires.naming import Names
from portal.questionnaires.words import tidy
from portal.questionnaires.workbook import cells
from portal.questionnaires.workbook.blocks import is_blank
from portal.questionnaires.workbook.columns import (
    FIELDS,
    Column,
    Field,
    FrontColumn,
    field_of,
)
from portal.questionnaires.workbook.spots import Spot, Spots

READ = {
    Field.TITLE: ("title", cells.title_of),
    Field.INTRO: ("intro", cells.help_of),
    Field.THANKS: ("thanks", cells.help_of),
    Field.ID: ("id", cells.id_of),
}


def read_front(sheet: Sheet[FrontColumn], spots: Spots) -> dict[str, Any]:
    """What the sheet says."""
    found: dict[str, Any] = {}
    for line in sheet.lines:
        reader = LineReader(sheet, line, spots.mistakes)
        name = reader.read(FrontColumn.FIELD, text_of, "")
        cell = reader.cell_name(FrontColumn.FIELD)
        field = field_of(name)
        key, parse = READ[field] if field else ("", cells.help_of)
        text = reader.read(FrontColumn.TEXT, parse, None)
        if text is not None and (not field or key in found):
            what = "这一项写了两遍" if field else "没有这一项"
            reader.note(cell, f"{what}。这张表写：{'、'.join(FIELDS)}，各一行。")
        elif text is not None:
            found[key] = text
            spots.put(key, reader, reader.cell_name(FrontColumn.TEXT))
    return found


def with_defaults(
    front: dict[str, Any], asked: Sheet[Column], spots: Spots
) -> dict[str, Any]:
    """The same with a title and an id, wherever they have to come from."""
    found = dict(front)
    if "title" not in found:
        found |= _above(asked, spots)
    found.setdefault("title", PurePath(spots.file).stem)
    found.setdefault("id", Names(set()).fresh(found["title"]))
    return found


def _above(sheet: Sheet[Column], spots: Spots) -> dict[str, Any]:
    texts: list[str] = []
    for line in sheet.above:
        index, text = _text_of(line)
        key = "intro" if texts else "title"
        spot = Spot(sheet.file, line.number, f"{letter(index)}{line.number}")
        spots.by_path.setdefault(key, spot)
        texts.append(text)
    found = {"title": " ".join(texts[0].split("\n"))} if texts else {}
    return found | ({"intro": "\n".join(texts[1:])} if texts[1:] else {})


def _text_of(line: Line) -> tuple[int, str]:
    """Where the row begins, and what stands in it."""
    filled = [(i, str(cell)) for i, cell in enumerate(line.cells) if not is_blank(cell)]
    return filled[0][0], tidy(" ".join(text.strip() for _, text in filled))
