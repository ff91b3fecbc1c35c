"""Files of the national code list as rows, or every mistake in them at once.

In: files as people have them. Out: rows whose every cell is understood and whose
codes are unique over all files; or PlacesFileError, which names each wrong cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.kernel.errors import InvalidError
from portal.kernel.workbooks import LineReader, Mistake, Sheet, SheetError, open_sheets
from portal.places.cells import (
    attention_of,
    class_of,
    code_of,
    count_of,
    kind_of,
    name_of,
)
from portal.places.columns import HEADED, Column
from portal.places.tree import Attention, Kind, Level, Trait

FILE_LIMIT = 100
EXAMPLE_NAME = "示例：云溪社区（不会被导入）"  # the template's own row is passed over

Reader = LineReader[Column]


class PlacesFileError(InvalidError):
    """Some rows are wrong; `mistakes` has all of them, and nothing was imported."""

    sentence = (
        "文件里有需要修改的地方，一行都没有导入。请按下面的清单改好，再重新上传。"
    )

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__()


@dataclass(frozen=True)
class Row:
    """One place as its file tells it; None where the file says nothing."""

    file: str
    number: int
    cell: str  # where its code stands
    code: str
    name: str
    urban_rural: str
    is_abolished: bool
    kind: Kind | None
    trait: Trait | None
    attention: Attention | None
    households: int | None
    residents: int | None

    @property
    def level(self) -> Level:
        """District, street or community, by the zeros at the end of the code."""
        return level_of(self.code)


def level_of(code: str) -> Level:
    """What a 12-digit code stands for."""
    if code.endswith("000000"):
        return Level.DISTRICT
    return Level.STREET if code.endswith("000") else Level.COMMUNITY


def read_files(files: Sequence[tuple[str, bytes]]) -> list[Row]:
    """The rows of all files, given as (file name, content), in their order.

    Raises PlacesFileError with the mistakes of all files together.
    """
    mistakes: list[Mistake] = []
    rows: list[Row] = []
    if not files or len(files) > FILE_LIMIT:
        message = f"请一次上传 1 到 {FILE_LIMIT} 个文件。"
        raise PlacesFileError([Mistake("", 0, "", message)])
    for file, content in files:
        try:
            sheets = open_sheets(file, content, HEADED)
        except SheetError as error:
            mistakes.append(Mistake(file, error.row, error.cell, error.sentence))
            continue
        before = len(rows) + len(mistakes)
        for sheet in sheets:
            rows.extend(_rows_of(sheet, mistakes))
        if len(rows) + len(mistakes) == before:
            message = "表头下面没有内容。请填写后再传。"
            mistakes.append(Mistake(file, 0, "", message))
    mistakes.extend(_repetitions(rows))
    if mistakes:
        raise PlacesFileError(mistakes)
    return rows


def _rows_of(sheet: Sheet[Column], mistakes: list[Mistake]) -> list[Row]:
    rows = [_row_of(Reader(sheet, line, mistakes)) for line in sheet.lines]
    return [row for row in rows if row]


def _row_of(reader: Reader) -> Row | None:
    """The row; None where the template's example stands or any cell is wrong."""
    before = len(reader.mistakes)
    name, is_abolished = reader.read(Column.NAME, name_of, ("", False))
    if name == EXAMPLE_NAME:
        return None
    reader.require_no_torn_cell()
    code = reader.read(Column.CODE, code_of, "")
    urban_rural = reader.read(Column.URBAN_RURAL, class_of, "")
    untold: tuple[Kind | None, Trait | None] = (None, None)
    kind, trait = reader.read(Column.KIND, kind_of, untold)
    row = Row(
        file=reader.sheet.file,
        number=reader.line.number,
        cell=reader.cell_name(Column.CODE),
        code=code,
        name=name,
        urban_rural=urban_rural,
        is_abolished=is_abolished,
        kind=kind,
        trait=trait,
        attention=reader.read(Column.ATTENTION, attention_of, None),
        households=reader.read(Column.HOUSEHOLDS, count_of, None),
        residents=reader.read(Column.RESIDENTS, count_of, None),
    )
    if code and len(reader.mistakes) == before:
        _require_fit(row, reader)
    # a row with a sound code stays, so that its repetition is found in the same pass
    return row if code else None


def _require_fit(row: Row, reader: Reader) -> None:
    is_community = row.level is Level.COMMUNITY
    if is_community and not row.urban_rural:
        message = "城乡分类是空的。请填写，例如 111(主城区) 或 220(村庄)。"
        reader.note(reader.cell_name(Column.URBAN_RURAL), message)
    if not is_community and (row.kind or row.trait):
        message = "这是街道或区县，没有社区类型。请清空这一格。"
        reader.note(reader.cell_name(Column.KIND), message)


def _repetitions(rows: Sequence[Row]) -> list[Mistake]:
    first: dict[str, Row] = {}
    found: list[Mistake] = []
    for row in rows:
        other = first.setdefault(row.code, row)
        if other is row:
            continue
        where = (
            other.cell if other.file == row.file else f"{other.file} 的 {other.cell}"
        )
        message = f"代码 {row.code} 和 {where} 重复。请只留一行。"
        found.append(Mistake(row.file, row.number, row.cell, message))
    return found
