"""What was pasted, question by question, before it becomes a document.

In: lines, answers and marks, as `outline` finds them. Out: parts with what was asked.
"""

from dataclasses import dataclass, field

from portal.questionnaires.pasted import choices, lines
from portal.questionnaires.pasted.lines import Style
from portal.questionnaires.pasted.marks import NOTHING, Marks, read_marks


@dataclass
class Asked:
    """One question as it was pasted, or a note where `is_note`.

    `options`: the answers with their lines. `blanks`: places to write on.
    """

    line: int
    style: Style
    title: str
    number: int = 0
    marks: Marks = NOTHING
    help: list[str] = field(default_factory=list)
    options: list[tuple[int, str]] = field(default_factory=list)
    rows: list["Asked"] = field(default_factory=list)
    jumps: dict[int, int] = field(default_factory=dict)  # place of answer → number
    turn: int = 0  # the place in the alphabet of the next answer
    blanks: int = 0
    is_note: bool = False

    def says(self, text: str) -> None:
        """Take another line of the stem: marks and blanks are no part of it."""
        bare, marks = read_marks(text)
        bare, has_blank = lines.without_blank(bare)
        self.title = lines.joined(self.title, bare)
        self.marks = self.marks.and_also(marks)
        self.blanks += has_blank

    def answers(self, line: int, found: choices.Cut) -> None:
        """Take the answers of a line."""
        self.options += [(line, label) for label in found.labels]
        self.turn = found.turn + len(found.labels)

    @property
    def is_open(self) -> bool:
        """Whether a line below may still belong to the stem."""
        return not (self.options or self.blanks or self.is_note)


@dataclass
class Part:
    """One section; the first may have no heading."""

    line: int
    title: str = ""
    level: int = -1
    marks: Marks = NOTHING
    asked: list[Asked] = field(default_factory=list)
