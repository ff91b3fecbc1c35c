"""The answers of a question in one cell, one on a line, and their permanent ids.

In: the options of a document, as `{"id", "label", "score"…}`. Out: lines as

    满意＝100    不了解（不计分）    别的（填写）    都没有（只能单选这一项）

and, for a cell further right, `id＝label`, by which an answer keeps its id when the
lines are sorted, or one is put between them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.questionnaires.lettered import unmarked
from portal.questionnaires.naming import Names
from portal.questionnaires.words import tidy
from portal.questionnaires.workbook.verbatim import CLOSE, OPEN

Option = dict[str, Any]

MARKS: Mapping[tuple[str, bool | None], Sequence[str]] = {  # the first is printed
    ("score", None): ("不计分", "不算分", "无分"),
    ("text", True): (
        "填写",
        *("请填写", "可填写", "请注明", "注明", "请说明", "请写明", "填空"),
    ),
    ("text", False): ("不用填写",),
    ("exclusive", True): (
        "只能单选这一项",
        *("只能选这一项", "只选这一项", "单独选", "互斥", "排他", "选了就不能选别的"),
    ),
    ("exclusive", False): ("可以和别的一起选",),
}
_MEANING = {word: meaning for meaning, words in MARKS.items() for word in words}
_NUMBER = r"[-+－＋]?[0-9０-９]+(?:[.．][0-9０-９]+)?(?:e[-+]?[0-9]+)?"
_SCORE = re.compile(
    rf"\s*(?:[=＝]\s*({_NUMBER})\s*分?|[(（]\s*({_NUMBER})\s*分\s*[)）])$"
)
_MARK = re.compile(r"\s*[(（]\s*([^()（）]+?)\s*[)）]$")
_BLANK = re.compile(r"\s*[:：]?\s*[_＿]{2,}\s*$")
_SEPARATOR = re.compile(r"[;；|｜]")
_LONGEST = 400  # what is longer is no answer, and not searched for marks
_HALF = {0xFF0D: "-", 0xFF0B: "+", 0xFF0E: "."}
_EQUALS = re.compile("[=＝]")


def number_of(text: str) -> float:
    """The number as JSON has it: whole where it is whole."""
    value = float(text.translate(_HALF))
    return int(value) if value.is_integer() else value


def lines_of(text: str) -> list[str]:
    """The lines of a cell, one for each answer, without A, B, C before them."""
    lines = [line.strip() for line in tidy(text).split("\n") if line.strip()]
    lettered = unmarked(lines)
    if lettered:
        return lettered
    if len(lines) == 1 and not lines[0].startswith(OPEN):
        return [part.strip() for part in _SEPARATOR.split(lines[0]) if part.strip()]
    return lines


def option_of(line: str) -> Option:
    """One answer as its line tells it, without an id."""
    quoted = line.rfind(CLOSE) if line.startswith(OPEN) else -1
    if quoted >= 0:
        found: Option = {}
        if not _strip_marks(line[quoted + 1 :], found):
            return {"label": line[len(OPEN) : quoted], **found}
    found = {}
    label = _strip_marks(line, found)
    return {"label": label, **found}


def _strip_marks(line: str, into: Option) -> str:
    """The line without what stands at its end about score, box and company."""
    while len(line) <= _LONGEST:
        rest = _without_mark(line, into)
        if rest == line:
            break
        line = rest
    return line.strip()


def _without_mark(line: str, into: Option) -> str:
    score, mark, blank = _SCORE.search(line), _MARK.search(line), _BLANK.search(line)
    if score and "score" not in into:
        into["score"] = number_of(score[1] or score[2])
        return line[: score.start()]
    if mark and mark[1] in _MEANING:
        key, value = _MEANING[mark[1]]
        if into.setdefault(key, value) is value:  # 其他（请填写）____ says it twice
            return line[: mark.start()]
    if blank and into.get("text", True):
        into["text"] = True
        return line[: blank.start()]
    return line


def line_for(option: Mapping[str, Any]) -> str:
    """The line of one answer."""
    return _told(option, option["label"])


def _told(option: Mapping[str, Any], label: str) -> str:
    line = label
    if option.get("score") is not None:
        line += f"＝{option['score']!r}"
    for (key, value), words in MARKS.items():
        if key in option and option[key] is value:
            line += f"（{words[0]}）"
    return line


def cell_for(options: Sequence[Mapping[str, Any]]) -> str:
    """The lines of all answers, in a cell that `lines_of` and `option_of` read back."""
    wanted = [{k: v for k, v in option.items() if k != "id"} for option in options]
    lines = [line_for(option) for option in options]
    read = [option_of(line) for line in lines]
    lines = [
        line if got == option else _quoted(option)
        for line, got, option in zip(lines, read, wanted, strict=True)
    ]
    text = "\n".join(lines)
    if [option_of(line) for line in lines_of(text)] != wanted:
        text = "\n".join(_quoted(option) for option in options)
    return text


def _quoted(option: Mapping[str, Any]) -> str:
    return _told(option, f"{OPEN}{option['label']}{CLOSE}")


def row_of(line: str) -> str:
    """One line of a matrix: its label, whatever it ends in."""
    is_quoted = line.startswith(OPEN) and line.endswith(CLOSE)
    return line[len(OPEN) : -len(CLOSE)] if is_quoted else line


def rows_cell_for(labels: Sequence[str]) -> str:
    """The lines of a matrix, in a cell that `lines_of` and `row_of` read back."""
    text = "\n".join(labels)
    if [row_of(line) for line in lines_of(text)] != list(labels):
        text = "\n".join(f"{OPEN}{label}{CLOSE}" for label in labels)
    return text


def ids_cell_for(options: Sequence[Mapping[str, Any]]) -> str:
    """The ids of all answers, each with the label it belongs to."""
    return "\n".join(f"{option['id']}＝{option['label']}" for option in options)


def with_ids(options: Sequence[Option], ids: str, names: Names) -> list[Option]:
    """The answers with the ids of the cell beside them, and fresh ones for new.

    An answer keeps the id whose label it has. Where one was reworded and all others
    are in their places, it keeps its own.
    """
    cut = [_EQUALS.split(line, maxsplit=1) for line in tidy(ids).split("\n")]
    pairs = [(pair[0].strip(), pair[1].strip()) for pair in cut if len(pair) == 2]
    given: list[str | None] = [None] * len(options)
    left = list(enumerate(pairs))
    for index, option in enumerate(options):
        own = next((p for p in left if p[1][1] == option["label"].strip()), None)
        if own:
            given[index] = own[1][0]
            left.remove(own)
    if len(pairs) == len(options):
        for index, (identifier, _) in left:
            given[index] = given[index] or identifier
    names.taken |= {identifier for identifier in given if identifier}
    return [
        {"id": identifier or names.fresh(option["label"]), **option}
        for identifier, option in zip(given, options, strict=True)
    ]
