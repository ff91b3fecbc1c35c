"""What was posted for one question, read as its type says.

In: an item and the posted form values. Out: a `Given`: the value that counts, or
nothing, and a sentence where the resident has to change something. Nothing raises:
whatever a browser or an attacker posts is either a proper answer or such a sentence.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.questionnaires.shape import COMPANION_CHARS, Item, ItemType

Posted = Mapping[str, Sequence[str]]

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")

ONE_ONLY = "这一题只能选一项，请重新选一次。"
UNKNOWN = "这个选项不在问卷里，请在下面重新选。"
ALONE = "“{label}”不能和别的一起选，请只留一样。"
TOO_MANY = "最多选 {most} 项，您选了 {count} 项，请去掉几项。"
ROW_ONE_ONLY = "“{label}”这一行只能选一项，请重新选。"
ROW_MISSING = "“{label}”这一行还没选，请选一项。"
NO_NUMBER = "这里请填数字，例如 3 或 2.5。"
TOO_SMALL = "这个数太小了，请填 {bound} 或更大的数。"
TOO_LARGE = "这个数太大了，请填 {bound} 或更小的数。"
NO_DATE = "没看懂这个日期，请写成 2026-3-15 这样。"
TOO_LONG = "最多 {most} 字，您写了 {count} 字，请删掉一些。"
NOT_TICKED = "您在“{label}”后面写了字，请把它也选上，或者把字删掉。"
STRAY = "这一题收到了认不出的内容，请重新选一次。"


@dataclass(frozen=True)
class Given:
    """A value that counts, or None; and what is wrong, or nothing."""

    value: Any = None
    error: str = ""


NOTHING = Given()


def read(item: Item, posted: Posted) -> Given:
    """The answer to `item` among the posted values.

    The value is an option id (single, scale), a list of ids in the order of the
    definition (multi), {row: option} (matrix), a number, an ISO date, or the text
    as it was typed; a text that is too long comes with its error.
    """
    return _READERS[item.type](item, posted)


def companions(
    item: Item, posted: Posted, chosen: object
) -> tuple[dict[str, str], str]:
    """What was typed behind chosen options, by field name, and what is wrong."""
    texts: dict[str, str] = {}
    error = ""
    for option, name in item.companions:
        text = typed(posted, name)
        if not text:
            continue
        texts[name] = text
        if option.id != chosen and option.id not in _list(chosen):
            error = NOT_TICKED.format(label=option.label)
            del texts[name]
        elif length(text) > COMPANION_CHARS:
            error = TOO_LONG.format(most=COMPANION_CHARS, count=length(text))
    return texts, error


def typed(posted: Posted, name: str) -> str:
    """The text under a field name, nothing where it is only white space."""
    for text in posted.get(name, ()):
        if text and not text.isspace():
            return text
    return ""


def length(text: str) -> int:
    """Characters, a line end counted once however the browser sends it."""
    return len(text) - text.count("\r\n")


def _list(chosen: object) -> list[str]:
    return chosen if isinstance(chosen, list) else []


def _picked(posted: Posted, name: str) -> list[str]:
    values = posted.get(name)
    return list(dict.fromkeys(value for value in values if value)) if values else []


def _note(_item: Item, _posted: Posted) -> Given:
    return NOTHING


def _single(item: Item, posted: Posted) -> Given:
    picked = _picked(posted, item.id)
    if not picked:
        return NOTHING
    if len(picked) > 1:
        return Given(error=ONE_ONLY)
    if picked[0] not in item.option_ids:
        return Given(error=UNKNOWN)
    return Given(picked[0])


def _multi(item: Item, posted: Posted) -> Given:
    picked = _picked(posted, item.id)
    if not picked:
        return NOTHING
    if not item.option_ids.issuperset(picked):
        return Given(error=UNKNOWN)
    chosen = [option for option in item.options if option.id in picked]
    if len(chosen) > 1:
        for option in chosen:
            if option.exclusive:
                return Given(error=ALONE.format(label=option.label))
    if item.max is not None and len(chosen) > item.max:
        return Given(error=TOO_MANY.format(most=item.max, count=len(chosen)))
    return Given([option.id for option in chosen])


def _matrix(item: Item, posted: Posted) -> Given:
    rows: dict[str, str] = {}
    for row, name in item.row_fields:
        picked = _picked(posted, name)
        if len(picked) > 1:
            return Given(error=ROW_ONE_ONLY.format(label=row.label))
        if picked and picked[0] not in item.option_ids:
            return Given(error=UNKNOWN)
        if picked:
            rows[row.id] = picked[0]
        elif item.required:
            return Given(error=ROW_MISSING.format(label=row.label))
    return Given(rows or None)


def _text(item: Item, posted: Posted) -> Given:
    text = typed(posted, item.id)
    if not text:
        return NOTHING
    if length(text) > item.max_chars:
        count = length(text)
        return Given(text, TOO_LONG.format(most=item.max_chars, count=count))
    return Given(text)


def _number(item: Item, posted: Posted) -> Given:
    text = typed(posted, item.id)
    if not text:
        return NOTHING
    folded = unicodedata.normalize("NFKC", text[:40]).strip()
    if len(text) > 40 or not _NUMBER.fullmatch(folded):
        return Given(error=NO_NUMBER)
    value = float(folded) if "." in folded else int(folded)
    if item.min is not None and value < item.min:
        return Given(error=TOO_SMALL.format(bound=item.min))
    if item.max is not None and value > item.max:
        return Given(error=TOO_LARGE.format(bound=item.max))
    return Given(value)


def _date(item: Item, posted: Posted) -> Given:
    text = typed(posted, item.id)
    if not text:
        return NOTHING
    folded = unicodedata.normalize("NFKC", text[:40]).replace(" ", "")
    found = _DATE.fullmatch(folded)
    if len(text) > 40 or not found:
        return Given(error=NO_DATE)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return Given(error=NO_DATE)
    return Given(day.isoformat())


_READERS: Mapping[ItemType, Callable[[Item, Posted], Given]] = {
    ItemType.NOTE: _note,
    ItemType.SINGLE: _single,
    ItemType.SCALE: _single,
    ItemType.MULTI: _multi,
    ItemType.MATRIX: _matrix,
    ItemType.TEXT: _text,
    ItemType.LONGTEXT: _text,
    ItemType.NUMBER: _number,
    ItemType.DATE: _date,
    ItemType.CONTACT: _text,
}
