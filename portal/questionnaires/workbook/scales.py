"""The scales of a questionnaire: from the sheet 量表, or from a question's own cell.

In: the sheet, and lines of answers. Out: the `scales` of a document, and which of
them a name means.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.kernel.workbooks import CellError, LineReader, Sheet, short, text_of
from portal.questionnaires.naming import Names
from portal.questionnaires.words import SATISFACTION, fold
from portal.questionnaires.workbook import cells
from portal.questionnaires.workbook.columns import ScaleColumn
from portal.questionnaires.workbook.options import lines_of, option_of, with_ids
from portal.questionnaires.workbook.spots import Spots

Options = list[dict[str, Any]]
Reader = LineReader[ScaleColumn]


@dataclass
class Scales:
    """Scales by id, and the names people call them by."""

    by_id: dict[str, Options] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """The id of the scale with this name.

        Raises CellError.
        """
        found = self.by_name.get(fold(name))
        if found is None:
            known = "、".join(self.by_name) or "（还没有写好的量表）"
            message = (
                f"「量表」那张表里没有「{short(name)}」。可以填：{known}；"
                "或者先在那张表里加上这一套。"
            )
            raise CellError(message)
        return found

    def of(self, options: Options) -> str:
        """The id of the scale with just these answers, which is made if there is none.

        Where no score is written, the words of satisfaction have their usual ones.
        """
        options = _scored(options)
        for identifier, known in self.by_id.items():
            if [_without_id(option) for option in known] == options:
                return identifier
        identifier = Names(set(self.by_id)).fresh(*_labels(options))
        self.by_id[identifier] = with_ids(options, "", Names(set()))
        return identifier


def read_scales(sheet: Sheet[ScaleColumn], spots: Spots) -> Scales:
    """The scales of the sheet; a row without a name adds answers to the one above."""
    rows: list[list[Reader]] = []
    for line in sheet.lines:
        reader = LineReader(sheet, line, spots.mistakes)
        if rows and not reader.read(ScaleColumn.NAME, text_of, ""):
            rows[-1].append(reader)
        else:
            rows.append([reader])
    known = {row[0].read(ScaleColumn.ID, cells.id_of, None) for row in rows}
    names = Names({identifier for identifier in known if identifier})
    found = Scales()
    for row in rows:
        _read_scale(row, found, names, spots)
    return found


def _read_scale(
    readers: Sequence[Reader], found: Scales, names: Names, spots: Spots
) -> None:
    first = readers[0]
    name = first.read(ScaleColumn.NAME, text_of, "")
    lines = [line for reader in readers for line in _lines(reader)]
    options = [option_of(line) for line in lines]
    identifier = first.read(ScaleColumn.ID, cells.id_of, None)
    identifier = identifier or names.fresh(name, *_labels(options))
    _note_repetition(first, name, identifier, found)
    ids = "\n".join(r.read(ScaleColumn.OPTION_IDS, text_of, "") for r in readers)
    found.by_id[identifier] = with_ids(options, ids, Names(set()))
    found.by_name[fold(name)] = identifier
    path = f"scales.{identifier}"
    spots.put(path, first, first.cell_name(ScaleColumn.OPTIONS))
    spots.put_lines(
        path, [(r, r.cell_name(ScaleColumn.OPTIONS), len(_lines(r))) for r in readers]
    )


def _lines(reader: Reader) -> Sequence[str]:
    return lines_of(reader.read(ScaleColumn.OPTIONS, text_of, ""))


def _note_repetition(reader: Reader, name: str, identifier: str, found: Scales) -> None:
    if not name:
        message = "量表名称是空的。请起个名字，例如“满意度”。"
        reader.note(reader.cell_name(ScaleColumn.NAME), message)
    elif fold(name) in found.by_name:
        message = f"前面已经有叫「{short(name)}」的量表。请换一个名字。"
        reader.note(reader.cell_name(ScaleColumn.NAME), message)
    if identifier in found.by_id:
        message = f"编号 {identifier} 前面已经用过。复制来的行，请清空这一格。"
        reader.note(reader.cell_name(ScaleColumn.ID), message)


def _labels(options: Options) -> list[str]:
    return [option["label"] for option in options] or [""]


def _scored(options: Options) -> Options:
    is_plain = all(set(option) == {"label"} for option in options)
    if is_plain and all(option["label"] in SATISFACTION for option in options):
        return [{**o, "score": SATISFACTION[o["label"]]} for o in options]
    return options


def _without_id(option: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in option.items() if key != "id"}
