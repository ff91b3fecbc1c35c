"""Where in the workbook each part of a document came from, and what is wrong there.

In: paths of a document with their cells, while sheets are read. Out: the mistakes of
the format's own checks by cell, beside those found on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from portal.kernel.errors import InvalidError
from portal.kernel.workbooks import LineReader, Mistake
from portal.questionnaires.reading import Mistake as PathMistake

C = TypeVar("C", bound=StrEnum)


class WorkbookError(InvalidError):
    """Some cells are wrong; `mistakes` has all of them, and nothing was taken."""

    sentence = "问卷表里有需要修改的地方，还没有导入。请按下面的清单改好，再重新上传。"

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__()


@dataclass(frozen=True)
class Spot:
    """A cell, and which of its lines is meant."""

    file: str
    row: int
    cell: str
    lead: str = ""


@dataclass
class Spots:
    """Cells by the path of what they hold, as in `sections[0].items[2].title`."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)
    by_path: dict[str, Spot] = field(default_factory=dict)

    def put(self, path: str, reader: LineReader[C], cell: str, lead: str = "") -> None:
        """Note that what is at `path` stands in this cell."""
        self.by_path[path] = Spot(reader.sheet.file, reader.line.number, cell, lead)

    def put_lines(
        self, path: str, cells: Sequence[tuple[LineReader[C], str, int]]
    ) -> None:
        """Note that the entries at `path` are lines of these cells, so many in each."""
        index = 0
        for reader, cell, count in cells:
            for _ in range(count):
                self.put(f"{path}[{index}]", reader, cell, f"第 {index + 1} 个选项：")
                index += 1

    def find(self, path: str) -> Spot:
        """The cell of a path, or of what it is part of."""
        while path:
            if path in self.by_path:
                return self.by_path[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return Spot(self.file, 0, "")

    def take(self, mistakes: Iterable[PathMistake]) -> None:
        """Add mistakes of the format, except in cells that are wrong already."""
        known = {(found.file, found.row, found.cell) for found in self.mistakes}
        for mistake in mistakes:
            spot = self.find(mistake.path)
            if (spot.file, spot.row, spot.cell) not in known:
                sentence = spot.lead + mistake.sentence
                self.mistakes.append(Mistake(spot.file, spot.row, spot.cell, sentence))

    def in_order(self) -> list[Mistake]:
        """All mistakes, from the top of each sheet."""
        return sorted(
            dict.fromkeys(self.mistakes),
            key=lambda mistake: (mistake.file, mistake.row, len(mistake.cell)),
        )
