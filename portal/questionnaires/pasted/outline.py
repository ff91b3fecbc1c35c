"""Lines put together: parts with their questions, in the words that were pasted.

In: lines. Out: an `Outline`; what fits nowhere is noted with its line, and none of it
stops the reading. Which lines of a question are rows of a table is told later, by
`rows`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from portal.questionnaires.lettered import BOXES
from portal.questionnaires.pasted import choices, lines
from portal.questionnaires.pasted.asked import Asked, Part
from portal.questionnaires.pasted.lines import Heading, Line, Stem, Style
from portal.questionnaires.pasted.marks import (
    NOTHING,
    STARRED,
    headed,
    read_marks,
)

Note = Callable[[int, str], None]  # the line, and what to mend there

NO_STEM = "选项上面没有题目。请在上面一行写上题号和题目。"
NO_TABLE_STEM = "表格上面没有题目。请在上面一行写上题号和题目。"
EMPTY_PART = "“{title}”这一节下面没有题目。请补上题目，或删掉这一行。"
LONGEST_LINE = 1000  # what is longer is no line of a questionnaire, and not searched
TOO_LONG = "这一行有 {count} 字，最多 {most} 字。请分成几行，或缩短。"
UNTITLED = "最上面没有问卷的名称。请在第一行写上名称，例如“群众满意度问卷”。"
_TICKED = frozenset(BOXES) | {""}
_NUMBERED = frozenset({"序号", "编号", "题号"})
_INSTRUCTIONS = ("说明", "须知", "要求", "提示", "注意事项", "如下")


@dataclass
class Outline:
    """All that was pasted; `front` is the title and the lines below it."""

    note: Note
    front: list[Line] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    thanks: list[str] = field(default_factory=list)
    loose: list[Line] = field(default_factory=list)  # belong to what comes next
    columns: tuple[int, Sequence[str]] | None = None  # of the table just read
    after_gap: bool = False

    def read(self, found: Iterable[Line]) -> None:
        """Read all lines."""
        for line in found:
            if len(line.raw) > LONGEST_LINE:
                count = len(line.raw)
                self.note(line.number, TOO_LONG.format(count=count, most=LONGEST_LINE))
            elif line.text:
                next(take for take in self._takes if take(line))
            self.after_gap = not line.text
        self._settle()
        self._close_part()

    @property
    def _takes(self) -> Sequence[Callable[[Line], bool]]:
        return (
            self._row,
            self._heading,
            self._stem,
            self._options,
            self._table,
            self._blank,
            self._thanks,
            self._text,
        )

    @property
    def asked(self) -> Asked | None:
        """The question being read."""
        last = self.parts[-1].asked if self.parts else []
        return last[-1] if last else None

    # One line each; true where the line was of that kind

    def _row(self, line: Line) -> bool:
        if self.columns is None:
            return False
        place, labels = self.columns
        cells = line.cells
        ticks = [cell for cell in cells[place + 1 :] if cell not in _TICKED]
        is_row = len(cells) > 1 and place < len(cells) and cells[place]
        if not is_row or (ticks and ticks != list(labels)):
            self.columns = None
            return False
        row = Asked(line.number, Style.ROW, cells[place])
        row.options = [(line.number, label) for label in labels]
        self.parts[-1].asked.append(row)
        return True

    def _heading(self, line: Line) -> bool:
        found = lines.heading_of(line.text)
        if found is None:
            return False
        if not self.parts and _is_about_filling_in(found.title):
            self.front.append(line)
            return True
        self._settle()
        of_all = headed(found.title)
        bare, marks = read_marks(found.title)
        asks = choices.cut(bare, 0).labels or lines.without_blank(bare)[1]
        if asks or (marks != NOTHING and of_all == NOTHING):
            self._ask(line.number, Style.PLAIN, found.title)
            return True
        before = self._close_part(found)
        title = f"{before}：{found.title}" if before else found.title
        self.parts.append(Part(line.number, title, found.level, of_all))
        return True

    def _stem(self, line: Line) -> bool:
        found = lines.stem_of(line.text)
        if found is None:
            return False
        if self._instructs(found):
            self.front.append(line)
            return True
        self._settle()
        asked = self._ask(line.number, found.style, found.text)
        asked.number = found.number
        if found.is_starred:
            asked.marks = asked.marks.and_also(STARRED)
        return True

    def _options(self, line: Line) -> bool:
        asked = None if self.loose else self.asked
        found = choices.cut(line.text, asked.turn if asked else 0)
        if not found.labels:
            return False
        if found.lead:
            is_row = asked and (asked.is_open or asked.style is Style.ROW)
            self._settle()
            style = Style.ROW if is_row else Style.PLAIN
            self._ask(line.number, style, line.text)
            return True
        if found.wrong and not found.is_again:
            self.note(line.number, found.wrong)
        owner = None if found.is_again else self._owner()
        if owner is None:
            self.note(line.number, found.wrong or NO_STEM)
            owner = self._ask(line.number, Style.PLAIN, "")
        owner.answers(line.number, found)
        return True

    def _table(self, line: Line) -> bool:
        cells = line.cells
        place = 1 if cells[0] in _NUMBERED else 0
        labels = [cell for cell in cells[place + 1 :] if cell]
        if len(labels) < 2 or not self.parts:
            return False
        if self._owner() is None:
            self.note(line.number, NO_TABLE_STEM)
            self._ask(line.number, Style.PLAIN, "")
        self.columns = (place, labels)
        return True

    def _blank(self, line: Line) -> bool:
        if not lines.is_place_to_write(line.text) or self.asked is None:
            return False
        if self.asked.options:
            number, label = self.asked.options[-1]
            self.asked.options[-1] = (number, f"{label}____")
        else:
            self.asked.blanks += 1
        return True

    def _thanks(self, line: Line) -> bool:
        is_last = self.asked is not None and lines.is_thanks(line.text)
        if is_last or self.thanks:
            self.thanks.append(line.text)
            return True
        return False

    def _text(self, line: Line) -> bool:
        asked = self.asked
        bare, marks = read_marks(line.text)
        if not self.parts:
            self.front.append(line)
        elif self.loose or asked is None or asked.is_note:
            self.loose.append(line)
        elif marks != NOTHING and not bare:
            asked.marks = asked.marks.and_also(marks)
        elif lines.is_aside(line.text) and not asked.options:
            asked.help.append(line.text)
        elif asked.is_open and not self.after_gap:
            asked.says(line.text)
        else:
            self.loose.append(line)
        return True

    # What the lines make up

    def _instructs(self, stem: Stem) -> bool:
        """Whether a numbered line before the first question tells how to fill in."""
        if self.parts or not self.front:
            return False
        last = lines.stem_of(self.front[-1].text)
        if last:
            return stem.number == last.number + 1
        return _is_about_filling_in(self.front[-1].text)

    def _ask(self, number: int, style: Style, text: str) -> Asked:
        """A new question, with the answers that stand on its own line."""
        if not self.parts:
            self.parts.append(Part(number))
        bare, marks = read_marks(text)
        found = choices.cut(bare, 0)
        asked = Asked(number, style, "", marks=marks)
        has_answers = found.lead and found.labels
        asked.says(found.lead if has_answers else bare)
        if has_answers:
            asked.answers(number, found)
            if found.wrong:
                self.note(number, found.wrong)
        asked.marks = asked.marks.and_also(self.parts[-1].marks)
        self.parts[-1].asked.append(asked)
        return asked

    def _owner(self) -> Asked | None:
        """Whose the answers on this line are: a question even without a number."""
        if not self.parts and len(self.front) > 1:
            self.loose = [self.front.pop()]
        if self.loose:
            line = self.loose.pop()
            self._settle()
            return self._ask(line.number, Style.PLAIN, line.text)
        part = self.parts[-1] if self.parts else None
        if part and not part.asked and part.title:  # it is no heading then
            self.parts.pop()
            return self._ask(part.line, Style.PLAIN, part.title)
        return self.asked

    def _settle(self) -> None:
        """Loose lines are questions without a number, or notes for what follows."""
        for line in self.loose:
            asked = self._ask(line.number, Style.PLAIN, line.text)
            asked.is_note = not lines.is_question(line.text) and asked.is_open
        self.loose = []
        self.columns = None

    def _close_part(self, heading: Heading | None = None) -> str:
        """End the section; one without questions is a question, or leads the next."""
        if not self.parts or self.parts[-1].asked:
            return ""
        part = self.parts.pop()
        if heading and heading.level > part.level:
            return part.title
        if lines.is_question(part.title):
            self._ask(part.line, Style.PLAIN, part.title)
        else:
            self.note(part.line, EMPTY_PART.format(title=part.title))
        return ""


def _is_about_filling_in(text: str) -> bool:
    return text.rstrip(":：").endswith(_INSTRUCTIONS)
