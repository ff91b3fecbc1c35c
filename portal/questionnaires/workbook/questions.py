"""The rows of the sheet 问卷 as sections and items of a document.

In: blocks of rows, and the scales. Out: the `sections`, with every cell noted for the
mistakes that the format finds; what cannot be read at all is noted here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from portal.kernel.workbooks import Cell, CellError, text_of
from portal.questionnaires.naming import Names
from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import SECTION
from portal.questionnaires.workbook import cells
from portal.questionnaires.workbook.blocks import (
    Block,
    Reader,
    cell_at,
    is_blank,
    name_at,
)
from portal.questionnaires.workbook.columns import Column
from portal.questionnaires.workbook.options import (
    lines_of,
    option_of,
    row_of,
    with_ids,
)
from portal.questionnaires.workbook.saying import Question
from portal.questionnaires.workbook.scales import Scales
from portal.questionnaires.workbook.spots import Spots
from portal.questionnaires.workbook.understanding import (
    Known,
    UncheckedError,
    understood,
)
from portal.questionnaires.workbook.visibility import places_of, together

Item = dict[str, Any]

TYPED = frozenset({ItemType.TEXT, ItemType.LONGTEXT})
CHOICES = frozenset({ItemType.SINGLE, ItemType.MULTI})
SCALED = frozenset({ItemType.SCALE, ItemType.MATRIX})
KEYS: Mapping[str, Column] = {  # where each key of an item stands
    "id": Column.ID,
    "type": Column.TYPE,
    "title": Column.TITLE,
    "help": Column.HELP,
    "required": Column.REQUIRED,
    "visible": Column.VISIBLE,
    "points": Column.POINTS,
    "options": Column.OPTIONS,
    "rows": Column.OPTIONS,
    "scale": Column.SCALE,
    "min": Column.LEAST,
    "max": Column.MOST,
    "max_chars": Column.MOST,
}
OF_SECTIONS = frozenset(
    {Column.NUMBER, Column.TYPE, Column.TITLE, Column.PLACES, Column.VISIBLE, Column.ID}
)
UNTITLED = "part"  # what the id of a section without a title is made of


@dataclass
class Sections:
    """What has been read so far; `number` of a row tells whether it comes later."""

    scales: Scales
    spots: Spots
    names: Names
    numbers: dict[str, Reader]
    earlier: dict[str, Question | None] = field(default_factory=dict)
    ids: dict[tuple[bool, str], str] = field(default_factory=dict)
    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, block: Block) -> None:
        """Read one block, whatever is wrong with it."""
        first = block.first
        kind = first.read(Column.TYPE, cells.kind_of, None)
        if kind == SECTION:
            self._open(first)
            return
        if not self.found:
            self.found.append({"id": self.names.fresh(UNTITLED), "items": []})
        items = self.found[-1]["items"]
        path = f"sections[{len(self.found) - 1}].items[{len(items)}]"
        self._place(first, path)
        items.append(self._item(block, ItemType(kind) if kind else None, path))

    def _open(self, reader: Reader) -> None:
        path = f"sections[{len(self.found)}]"
        self._place(reader, path)
        for column in reader.sheet.columns:
            if column not in OF_SECTIONS and not is_blank(cell_at(reader, column)):
                message = "分节这一行只写题目、适用类型和显示条件。请清空这一格。"
                reader.note(reader.cell_name(column), message)
        cell = name_at(reader, Column.TITLE)
        self.spots.put(f"{path}.items", reader, cell, "这一节的题：")
        title = reader.read(Column.TITLE, cells.title_of, None)
        section = _present(title=title, visible=self._visible(reader))
        own = self._own_id(reader, is_section=True)
        section["id"] = own or self.names.fresh(title or UNTITLED, SECTION)
        self.found.append({**section, "items": []})

    def _place(self, reader: Reader, path: str) -> None:
        self.spots.put(path, reader, name_at(reader, Column.TITLE))
        for key, column in KEYS.items():
            self.spots.put(f"{path}.{key}", reader, name_at(reader, column))

    def _own_id(self, reader: Reader, *, is_section: bool) -> str | None:
        own = reader.read(Column.ID, cells.id_of, None)
        if own is None:
            return None
        cell = name_at(reader, Column.ID)
        other = self.ids.setdefault((is_section, own), cell)
        if other == cell:
            return own
        message = f"编号 {own} 和 {other} 重复。复制来的行，请清空这一格，会另编一个。"
        reader.note(cell, message)
        return None

    # One question

    def _item(self, block: Block, kind: ItemType | None, path: str) -> Item:
        first = block.first
        item = _present(
            title=first.read(Column.TITLE, cells.title_of, None) or "",
            help=first.read(Column.HELP, cells.help_of, None),
            visible=self._visible(first),
        )
        if kind is None:
            item["type"] = ItemType.NOTE  # a stand-in, so that the rest is checked
        else:
            item |= {"type": kind, **self._asked(block, kind, path)}
        own = self._own_id(first, is_section=False)
        item["id"] = own or self.names.fresh(
            item["title"], item["type"], *_labels(item, self.scales)
        )
        self._remember(first, item, kind)
        return item

    def _asked(self, block: Block, kind: ItemType, path: str) -> Item:
        first = block.first
        found = _present(
            required=first.read(Column.REQUIRED, cells.flag_of, None),
            points=first.read(Column.POINTS, cells.points_of, None),
        )
        most = "max_chars" if kind in TYPED else "max"
        for key, column in (("min", Column.LEAST), (most, Column.MOST)):
            for bound in first.read(column, cells.bound_of, cells.NO_BOUND):
                if bound is not None or kind is ItemType.NUMBER:
                    found[key] = bound
        return found | self._answers(block, kind, path)

    def _answers(self, block: Block, kind: ItemType, path: str) -> Item:
        """Options, rows and scale; a list that does not fit the type stays empty."""
        found: Item = {}
        if kind in CHOICES:
            found["options"] = self._listed(block, f"{path}.options", option_of)
        elif kind is ItemType.MATRIX:
            found["rows"] = self._listed(block, f"{path}.rows", _row)
        elif kind is not ItemType.SCALE:
            found |= self._misplaced(block, path)
        scale = block.first.read(Column.SCALE, text_of, "")
        if kind in SCALED:
            found["scale"] = self._scale(block, kind)
        elif scale:
            found["scale"] = scale
        return found

    def _misplaced(self, block: Block, path: str) -> Item:
        """A list where none belongs: empty, for the format to refuse it."""
        for reader in block.readers:
            if not is_blank(cell_at(reader, Column.OPTIONS)):
                cell = name_at(reader, Column.OPTIONS)
                self.spots.put(f"{path}.options", reader, cell)
                return {"options": []}
        return {}

    def _listed(
        self, block: Block, path: str, parse: Callable[[str], Item]
    ) -> list[Item]:
        read = [
            (r, lines_of(r.read(Column.OPTIONS, text_of, ""))) for r in block.readers
        ]
        counts = [(r, name_at(r, Column.OPTIONS), len(lines)) for r, lines in read]
        self.spots.put_lines(path, counts)
        options = [parse(line) for _, lines in read for line in lines]
        ids = (r.read(Column.OPTION_IDS, text_of, "") for r in block.readers)
        return with_ids(options, "\n".join(ids), Names(set()))

    def _scale(self, block: Block, kind: ItemType) -> str:
        first = block.first
        name = first.read(Column.SCALE, text_of, "")
        lines = _all_lines(block) if kind is ItemType.SCALE else []
        if name and lines:
            message = "这一题用的是量表，选项写在「量表」那张表里。请清空这一格。"
            first.note(name_at(first, Column.OPTIONS), message)
        if lines and not name:
            return self.scales.of([option_of(line) for line in lines])
        try:
            return self.scales.named(name)
        except CellError as error:
            first.note(name_at(first, Column.SCALE), error.sentence)
            return ""

    def _remember(self, reader: Reader, item: Item, kind: ItemType | None) -> None:
        number = reader.read(Column.NUMBER, cells.number_of, None)
        if number is None:
            return
        options = item.get("options") or self.scales.by_id.get(
            item.get("scale", ""), []
        )
        known = tuple((option["id"], option["label"]) for option in options)
        is_sound = kind is not None and (known or kind not in CHOICES | SCALED)
        if number in self.earlier:
            other = name_at(self.numbers[number], Column.NUMBER)
            message = f"题号 {number} 和 {other} 重复。请改成不一样的题号。"
            reader.note(name_at(reader, Column.NUMBER), message)
            is_sound = False
        asked = Question(number, item["id"], ItemType(item["type"]), known)
        self.earlier[number] = asked if is_sound else None

    # Who is asked

    def _visible(self, reader: Reader) -> Mapping[str, Any] | None:
        places = reader.read(Column.PLACES, places_of, None)
        later = frozenset(self.numbers) - self.earlier.keys()
        compiled = partial(_compiled, known=Known(self.earlier, later))
        return together(places, reader.read(Column.VISIBLE, compiled, None))


def read_sections(blocks: Sequence[Block], scales: Scales, spots: Spots) -> Sections:
    """The sections of the sheet."""
    numbers: dict[str, Reader] = {}
    taken: set[str] = set()
    for block in blocks:
        quiet = Reader(block.first.sheet, block.first.line, [])
        number = quiet.read(Column.NUMBER, cells.number_of, None)
        if number and quiet.read(Column.TYPE, cells.kind_of, None) != SECTION:
            numbers.setdefault(number, block.first)
        taken |= {quiet.read(Column.ID, cells.id_of, None) or ""}
    sections = Sections(scales, spots, Names(taken), numbers)
    for block in blocks:
        sections.add(block)
    return sections


def _compiled(cell: Cell, *, known: Known) -> Mapping[str, Any] | None:
    text = text_of(cell)
    if not text:
        return None
    try:
        return understood(text, known)
    except UncheckedError:
        return None


def _present(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _row(line: str) -> Item:
    return {"label": row_of(line)}


def _all_lines(block: Block) -> list[str]:
    texts = (reader.read(Column.OPTIONS, text_of, "") for reader in block.readers)
    return [line for text in texts for line in lines_of(text)]


def _labels(item: Item, scales: Scales) -> list[str]:
    listed = item.get("options") or item.get("rows") or []
    scale = scales.by_id.get(item.get("scale", ""), [])
    return [option["label"] for option in (*listed, *scale)]
