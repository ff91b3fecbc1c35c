"""A workbook as an outline, or every mistake in it at once.

In: a file as people have it: one sheet, a row a problem, aspects and points merged or
written once above their rows. Out: an outline; or ChecklistFileError, which names
each wrong cell.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from portal.checklists.cells import code_of, form_in, kinds_of, problem_of, title_of
from portal.checklists.columns import HEADED, Column
from portal.checklists.outline import (
    MOST_PROBLEMS,
    AspectText,
    Form,
    Outline,
    PointText,
    ProblemText,
    form_of,
    key,
)
from portal.kernel.errors import InvalidError
from portal.kernel.workbooks import (
    LineReader,
    Merged,
    Mistake,
    Sheet,
    SheetError,
    open_sheets,
    short,
)

Reader = LineReader[Column]


class ChecklistFileError(InvalidError):
    """Some rows are wrong; `mistakes` has all of them, and nothing was kept."""

    sentence = "表格里有需要修改的地方，一行都没有存。请按下面的清单改好，再重新上传。"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__()


@dataclass
class _Point:
    """A point whose rows are being read."""

    title: str
    cell: str
    row: int
    code: str = ""
    problems: dict[str, ProblemText] = field(default_factory=dict)

    def finished(self) -> PointText:
        return PointText(self.code, self.title, tuple(self.problems.values()))


@dataclass
class _Aspect:
    """An aspect whose rows are being read."""

    title: str
    cell: str
    kinds: tuple[str, ...] | None = None
    points: dict[str, _Point] = field(default_factory=dict)

    def finished(self) -> AspectText:
        points = tuple(point.finished() for point in self.points.values())
        return AspectText(self.title, points, self.kinds or ())


Named = TypeVar("Named", _Aspect, _Point)
EMPTY = {
    Column.ASPECT: "第一行的方面是空的。请填写方面。",
    Column.POINT: "换了方面，要点却是空的。请填写要点。",
}
TWICE = {
    Column.ASPECT: "「{}」在 {} 已经写过。请把同一个方面的行放在一起。",
    Column.POINT: "「{}」和 {} 重复。请把同一个要点的行放在一起，或改一个名称。",
}


@dataclass
class _Reading:
    """What the rows so far have said; an empty cell means the same as above."""

    elsewhere: Collection[str]
    spans: Sequence[Merged]  # of the form's column, from the top
    forms: dict[int, Form | None] = field(default_factory=dict)  # by row
    aspects: dict[str, _Aspect] = field(default_factory=dict)
    codes: dict[str, _Point] = field(default_factory=dict)
    aspect: _Aspect | None = None
    point: _Point | None = None

    def take(self, reader: Reader) -> None:
        """Read one row."""
        reader.require_no_torn_cell()
        aspect = _named(reader, Column.ASPECT, self.aspect, self.aspects, _Aspect)
        if aspect is not self.aspect:
            self.aspect, self.point = aspect, None
        new = partial(_Point, row=reader.line.number)
        point = _named(reader, Column.POINT, self.point, aspect.points, new)
        self.point = point
        self._take_kinds(reader, aspect)
        self._take_code(reader, point)
        self._take_problem(reader, point)

    def _take_kinds(self, reader: Reader, aspect: _Aspect) -> None:
        kinds = reader.read(Column.KINDS, kinds_of, None)
        if kinds is None:
            return
        if aspect.kinds not in {None, kinds}:
            message = (
                f"同一个方面「{short(aspect.title)}」的适用对象前后不一样。请统一。"
            )
            reader.note(reader.cell_name(Column.KINDS), message)
        aspect.kinds = kinds

    def _take_code(self, reader: Reader, point: _Point) -> None:
        code = reader.read(Column.CODE, code_of, "")
        if not code or code == point.code:
            return
        owner, message = self.codes.get(code), ""
        if point.code:
            message = f"同一个要点「{short(point.title)}」写了两个编号。请只留一个。"
        elif owner:
            message = (
                f"编号 {code} 已经是 {owner.cell} 那个要点的。"
                "新的要点请把编号留空，会自动编一个。"
            )
        elif code in self.elsewhere:
            message = (
                f"编号 {code} 是另一份清单里的要点。"
                "一个编号只指一件事：请清空这一格；要改那份清单，请到它的页面上传。"
            )
        if message:
            reader.note(reader.cell_name(Column.CODE), message)
            return
        point.code, self.codes[code] = code, point

    def _take_problem(self, reader: Reader, point: _Point) -> None:
        before = len(reader.mistakes)
        text = reader.read(Column.PROBLEM, problem_of, "")
        form = reader.read(Column.FORM, form_in, None) or self._form_above(reader)
        self.forms[reader.line.number] = form
        if len(reader.mistakes) > before:
            return
        cell = self._cell(reader, Column.PROBLEM)
        if not text and reader.line.number != point.row:
            reader.note(cell, "这一行没有写问题。请填写，或删去这一行。")
        elif key(text) in point.problems:
            reader.note(cell, "这个问题在这个要点里已经写过。请删去一行。")
        elif text:
            point.problems[key(text)] = ProblemText(text, form or form_of(text))

    def _form_above(self, reader: Reader) -> Form | None:
        """What the first cell says where this one is merged with it.

        An empty cell alone says nothing: the form is the problem's, not the point's.
        """
        row = reader.line.number
        at = bisect_left(self.spans, row, key=lambda span: span.top) - 1
        if at < 0 or self.spans[at].bottom < row:
            return None
        return self.forms.get(self.spans[at].top)

    def _cell(self, reader: Reader, column: Column) -> str:
        """Where a column is, or where its row begins if the file has no such column."""
        there = column in reader.sheet.columns
        return reader.cell_name(column if there else Column.ASPECT)

    def finished(self) -> tuple[AspectText, ...]:
        """The aspects read."""
        return tuple(aspect.finished() for aspect in self.aspects.values())


def _named(
    reader: Reader,
    column: Column,
    current: Named | None,
    known: dict[str, Named],
    new: Callable[[str, str], Named],
) -> Named:
    """What the row belongs to: the same as above, or a new one with (title, cell)."""
    title, cell = reader.read(column, title_of, ""), reader.cell_name(column)
    if current and (not title or key(title) == key(current.title)):
        return current
    if not title:
        reader.note(cell, EMPTY[column])
    before = known.get(key(title))
    if before:
        reader.note(cell, TWICE[column].format(short(title), before.cell))
    return known.setdefault(key(title), new(title, cell))


def read_outline(
    file: tuple[str, bytes],
    *,
    title: str,
    kind: str | None,
    elsewhere: Collection[str] = (),
) -> Outline:
    """The outline of a workbook, given as (file name, content).

    `title` and `kind` are the list's; `elsewhere` are codes of other lists, which no
    row may carry. Raises ChecklistFileError with all mistakes.
    """
    mistakes: list[Mistake] = []
    sheet = _only_sheet(*file)
    reading = _Reading(elsewhere, _spans(sheet))
    for line in sheet.lines:
        reading.take(Reader(sheet, line, mistakes))
    outline = Outline(title, kind, reading.finished())
    if not reading.aspects:
        mistakes.append(Mistake(file[0], 0, "", "表头下面没有内容。请填写后再传。"))
    if len(list(outline.problems)) > MOST_PROBLEMS:
        message = f"一份清单最多 {MOST_PROBLEMS} 个问题。请拆成几份清单。"
        mistakes.append(Mistake(file[0], 0, "", message))
    if mistakes:
        raise ChecklistFileError(mistakes)
    return outline


def _only_sheet(file: str, content: bytes) -> Sheet[Column]:
    try:
        sheets = open_sheets(file, content, HEADED)
    except SheetError as error:
        mistake = Mistake(file, error.row, error.cell, error.sentence)
        raise ChecklistFileError([mistake]) from error
    if len(sheets) > 1:
        message = "这个文件里有几张清单。请只留一张工作表，其余的另存后分别上传。"
        raise ChecklistFileError([Mistake(file, 0, "", message)])
    return sheets[0]


def _spans(sheet: Sheet[Column]) -> list[Merged]:
    """The cells of 形式 that are merged downwards, from the top."""
    at = sheet.columns.get(Column.FORM, -1)
    found = (one for one in sheet.merged if one.left <= at <= one.right)
    return sorted(found, key=lambda one: one.top)
