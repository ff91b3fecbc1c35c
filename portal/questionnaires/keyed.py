"""Sheets of paper as they are typed in: one short text a question, keys for answers.

In: a specialised definition, and what was typed by item id: 「2」, 「B」, 「134」,
「1 11」, 「1 6=没人接电话」, one key a row for a matrix, 「2130」. Out: the values a
phone would have posted, sentences where something cannot be meant, and what looks
odd. Nothing raises, and nothing is guessed: whoever types is told what to do.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.kernel.errors import InvalidError
from portal.questionnaires.printed import numbers
from portal.questionnaires.shape import Definition, Item, ItemType, Option
from portal.questionnaires.walk import script_rules, walk

ONE_DIGIT = 9  # up to so many answers, digits in a row are one key each
LONGEST_KEY = 3  # digits; no question has a thousand answers
BARE_TAIL = 3  # so many questions for everybody, bare at the end: sent too soon?
BARE_ROW = frozenset({"0", "-"})

NO_KEY = "没看懂「{piece}」：这一题填 1 到 {most} 的数字，或者对应的字母。"
FAR_KEY = "没有第 {key} 项，这一题只有 {most} 项。"
FAR_KEYS = "没有第 {key} 项，这一题只有 {most} 项。两项之间请空一格，例如「1 3」。"
NO_BOX = "第 {key} 项后面不能写字，请去掉等号和后面的话。"
ROWS = "这一题有 {rows} 行，每行一个数，空着的行填 0。您填了 {count} 个，请对一对。"
ALL_BARE = "这张卷子一题也没填。"
TAIL = "从第 {number} 题起都空着。"
UNASKED = "照前面的答案，这一题用不着答，存的时候不算它。"

_GAPS = re.compile(r"[\s,，、.。/+]+")
_NEXT_BOX = re.compile(r"[;；](?=[^;；=]{1,12}=)")
_KEY = re.compile(r"[A-Z]|\d+|-")
_EIGHT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
Posted = dict[str, list[str]]


class OddSheetError(InvalidError):
    """The sheet may be kept once somebody has looked again; `errors` say at what."""

    sentence = "请对着纸再看一眼。"

    def __init__(self, doubts: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = doubts


class _SlipError(Exception):
    """What was typed for one question cannot be meant."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as it was typed.

    `posted`: values by field name, as a phone posts them. `errors`: by item id, what
    to do. `doubts`: by item id, what may be so on paper, and may be a slip.
    """

    posted: Mapping[str, Sequence[str]]
    errors: Mapping[str, str]
    doubts: Mapping[str, str]


def read(definition: Definition, typed: Mapping[str, str]) -> Sheet:
    """The sheet that was typed; `typed` by item id, other names are somebody else's."""
    posted: Posted = {}
    errors: dict[str, str] = {}
    for item in definition.questions:
        text = typed.get(item.id, "").strip()
        if not text:
            continue
        try:
            posted |= _READERS.get(item.type, _written)(item, text)
        except _SlipError as slip:
            errors[item.id] = str(slip)
    return Sheet(posted, errors, dict(_doubts(definition, posted)))


def said(definition: Definition, sheet: Sheet) -> Mapping[str, str]:
    """What the keys of each question stand for, in words, by item id."""
    found = {item.id: _said(item, sheet.posted) for item in definition.questions}
    return {item_id: words for item_id, words in found.items() if words}


def _said(item: Item, posted: Mapping[str, Sequence[str]]) -> str:
    labels = {option.id: option.label for option in item.options}
    if item.rows:
        rows = [(row.label, posted.get(name)) for row, name in item.row_fields]
        return "，".join(f"{row}：{labels[ids[0]]}" for row, ids in rows if ids)
    boxes = {o.id: posted[name][0] for o, name in item.companions if name in posted}
    return "，".join(
        f"{labels[one]}（{boxes[one]}）" if one in boxes else labels[one]
        for one in posted.get(item.id, ())
        if one in labels
    )


def _doubts(definition: Definition, posted: Posted) -> Iterator[tuple[str, str]]:
    everything = definition.questions
    if not posted:
        yield from ((one.id, ALL_BARE) for one in everything[:1])
        return
    order, asked = numbers(definition), walk(definition, posted, {}).shown
    filled = [item for item in everything if item.fields & posted.keys()]
    for item in filled:
        if item.id not in asked:
            yield item.id, UNASKED
    conditional = script_rules(definition).questions
    last = order[filled[-1].id]
    bare = [one for one in everything[last:] if one.id not in conditional]
    if len(bare) >= BARE_TAIL:
        yield bare[0].id, TAIL.format(number=order[bare[0].id])


def _choices(item: Item, text: str) -> Posted:
    """Keys, and behind 「=」 what is written beside the last of them."""
    found: Posted = {item.id: []}
    boxes = {option.id: name for option, name in item.companions}
    for part in _NEXT_BOX.split(text.replace("＝", "=")):
        keys, _, words = part.partition("=")
        chosen = [_option(item, key) for key in _keys(keys, item.options)]
        found[item.id] += [option.id for option in chosen]
        if not words.strip():
            continue
        if not chosen:
            raise _SlipError(NO_KEY.format(piece=part[:20], most=len(item.options)))
        if chosen[-1].id not in boxes:
            key = item.options.index(chosen[-1]) + 1
            raise _SlipError(NO_BOX.format(key=key))
        found[boxes[chosen[-1].id]] = [words.strip()]
    return found


def _matrix(item: Item, text: str) -> Posted:
    """One key a row, in the order of the rows."""
    given = _keys(text, item.options)
    if len(given) != len(item.rows):
        raise _SlipError(ROWS.format(rows=len(item.rows), count=len(given)))
    return {
        name: [_option(item, key).id]
        for (_, name), key in zip(item.row_fields, given, strict=True)
        if key not in BARE_ROW
    }


def _date(item: Item, text: str) -> Posted:
    """A day, or its eight digits in a row."""
    found = _EIGHT.fullmatch(unicodedata.normalize("NFKC", text))
    return {item.id: ["-".join(found.groups()) if found else text]}


def _written(item: Item, text: str) -> Posted:
    return {item.id: [text]}


def _keys(text: str, options: Sequence[Option]) -> list[str]:
    """Letters and numbers as they stand; a digit each where no number has two."""
    found: list[str] = []
    for piece in _GAPS.split(unicodedata.normalize("NFKC", text).upper()):
        keys = _KEY.findall(piece)
        if "".join(keys) != piece:
            raise _SlipError(NO_KEY.format(piece=piece[:20], most=len(options)))
        for key in keys:
            found += key if len(options) <= ONE_DIGIT else [key]
    return found


def _option(item: Item, key: str) -> Option:
    is_far = len(key) > LONGEST_KEY
    index = len(item.options) if is_far else _index(key)
    if 0 <= index < len(item.options):
        return item.options[index]
    sentence = FAR_KEYS if len(item.options) > ONE_DIGIT else FAR_KEY
    raise _SlipError(sentence.format(key=key[:20], most=len(item.options)))


def _index(key: str) -> int:
    return int(key) - 1 if key.isdecimal() else ord(key) - ord("A")


_READERS: Mapping[ItemType, Callable[[Item, str], Posted]] = {
    ItemType.SINGLE: _choices,
    ItemType.SCALE: _choices,
    ItemType.MULTI: _choices,
    ItemType.MATRIX: _matrix,
    ItemType.DATE: _date,
}
