"""What stands under a question without answers: rows of a matrix, answers, or more.

In: questions in order. Out: the same, with rows and answers put where they belong.
"""

from collections.abc import Iterator, Sequence

from portal.questionnaires.definition import MOST_OPTIONS, MOST_ROWS
from portal.questionnaires.pasted.asked import Asked
from portal.questionnaires.pasted.lines import Style, is_question
from portal.questionnaires.pasted.outline import Note

UNEQUAL = "这几行的选项不一样，排不成一张表。请让每行的选项相同，或分成几题。"


def gathered(asked: Sequence[Asked], note: Note) -> Iterator[Asked]:
    """Questions with what is nested under them."""
    at = 0
    while at < len(asked):
        one = asked[at]
        under = _nested(asked, at)
        at += 1
        if not under:
            yield one
        elif _is_table(under):
            one.rows, one.options = under, under[0].options
            for row in under:
                row.title = row.title.rstrip(":：")
            at += len(under)
            yield one
        elif under[0].style is Style.ROW:
            note(under[0].line, UNEQUAL)
            at += len(under)
            yield one
        elif len(under) > 1 and all(_is_answer(row) for row in under):
            one.options = [(row.line, row.title) for row in under]
            at += len(under)
            yield one
        else:  # it leads on to questions of their own
            one.is_note = True
            yield one


def _nested(asked: Sequence[Asked], at: int) -> list[Asked]:
    """Rows, or questions numbered from 1 in a narrower way, right below an open one."""
    one = asked[at]
    if not one.is_open:
        return []
    found: list[Asked] = []
    for number, row in enumerate(asked[at + 1 : at + 1 + MOST_OPTIONS], 1):
        is_next = row.style is Style.ROW or row.number == number
        if row.style <= one.style or not is_next or row.is_note:
            break
        if found and row.style is not found[0].style:
            break
        found.append(row)
    return found


def _is_table(rows: Sequence[Asked]) -> bool:
    """Whether all rows have the same answers."""
    kinds = {tuple(label for _, label in row.options) for row in rows}
    return len(kinds) == 1 and () not in kinds and len(rows) <= MOST_ROWS


def _is_answer(row: Asked) -> bool:
    return row.is_open and not is_question(row.title)
