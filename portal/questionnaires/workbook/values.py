"""What stands after the sign in a rule: answers of a question, or words for a fact.

In: a scan that has come to the value. Out: ids, numbers and days as the format has
them; a CellError that lists what could stand there.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from portal.kernel.workbooks import CellError, short
from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import FACTS, KINDS, TRAITS, fold
from portal.questionnaires.workbook.options import number_of
from portal.questionnaires.workbook.saying import Question
from portal.questionnaires.workbook.scanning import Scan

SHOWN = 8  # answers listed back to somebody who wrote another one
_END = re.compile(r"$|[)\]}】〕,、;/]|且|或|并|而|和|及|and|or|&|\|", re.IGNORECASE)
_UNTIL = re.compile(rf"(.*?)(?={_END.pattern})", re.IGNORECASE)
_COMMA = re.compile(r"[、,;/]")
_AMONG = re.compile(r"[、,;/]|或者?|和|及", re.IGNORECASE)  # between brackets only
_QUOTED = re.compile("『([^』]*)』")
_PLACE = re.compile("第([0-9]{1,2})项")
_LETTER = re.compile("选?项?([a-z])项?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,3})?")
_DATE = re.compile("([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_ID = re.compile("([a-z][a-z0-9_]{0,31})")

Rule = dict[str, Any]


def values(scan: Scan, one: Callable[[Scan], Any]) -> tuple[list[Any], bool]:
    """One value or several, and whether they stand in brackets."""
    is_list = scan.open()
    comma = _AMONG if is_list else _COMMA
    found = [one(scan)]
    while scan.takes(comma):
        found.append(one(scan))
    if is_list:
        scan.close()
    return found, is_list


def answer(scan: Scan, question: Question) -> Any:
    """An answer that this question can have.

    Raises CellError.
    """
    if question.type is ItemType.NUMBER:
        return number_of(_taken(scan, _NUMBER, "3"))
    if question.type is ItemType.DATE:
        return _day(scan)
    start = scan.at
    places = _places(scan, question)
    if not places or not scan.sees(_END):
        scan.at = start
        raise _unknown(scan, question)
    if len(places) > 1:
        label = question.options[places[0]][1]
        message = (
            f"第{question.number}题有 {len(places)} 个答案都叫“{short(label)}”，"
            f"分不清是哪一个。请写第几项，例如“第{places[0] + 1}项”。"
        )
        raise CellError(message)
    return question.options[places[0]][0]


def _places(scan: Scan, question: Question) -> Sequence[int]:
    """Which answers stand here: by words in quotes, by place, in words, by letter."""
    label = scan.take(_QUOTED)
    if label is not None:
        return question.positions(label)
    if place := scan.take(_PLACE):
        return _within(question, int(place) - 1)
    for label in sorted({fold(label) for _, label in question.options}, key=len)[::-1]:
        if label and scan.text.startswith(label, scan.at):
            before, scan.at = scan.at, scan.at + len(label)
            if scan.sees(_END):
                return question.positions(label)
            scan.at = before
    if mark := scan.take(_LETTER):
        return _within(question, ord(mark.upper()) - ord("A"))
    return ()


def _within(question: Question, place: int) -> Sequence[int]:
    return [place] if 0 <= place < len(question.options) else []


def _unknown(scan: Scan, question: Question) -> CellError:
    written = scan.take(_UNTIL) or ""
    labels = [label for _, label in question.options[:SHOWN]]
    more = "……" if len(question.options) > SHOWN else ""
    known = f"可以写：{'、'.join(map(short, labels))}{more}。"
    if not written:
        return CellError(f"第{question.number}题后面没有写答案。{known}")
    return CellError(f"第{question.number}题没有“{short(written)}”这个答案。{known}")


def _taken(scan: Scan, pattern: re.Pattern[str], example: str) -> str:
    start = scan.at
    found = scan.take(pattern)
    if found is None or not scan.sees(_END):
        scan.at = start
        raise scan.lost(f"这里写一个数或日期，例如：{example}")
    return found


def _day(scan: Scan) -> str:
    written = _taken(
        scan, re.compile(f"({_DATE.pattern.replace('(', '(?:')})"), "2026-3-15"
    )
    found = _DATE.fullmatch(written)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        pass
    message = f"没有“{written}”这一天。请写成 2026-3-15 这样。"
    raise CellError(message)


def fact(scan: Scan, name: str) -> Rule:
    """What the server has to know for the rule to hold.

    社区类型 may name traits as well: then either is enough. Raises CellError.
    """
    tables = [KINDS, TRAITS] if name == "community_kind" else [FACTS[name][1]]
    found, _ = values(scan, lambda here: _word(here, name, tables))
    return one_of(name, found)


def one_of(name: str, found: Sequence[str]) -> Rule:
    """A rule that holds for each of these values, kinds and traits told apart."""
    if name != "community_kind":
        return {"fact": name, "in": list(found)}
    named = {
        "community_kind": [value for value in found if value in KINDS],
        "community_trait": [value for value in found if value in TRAITS],
    }
    parts = [{"fact": key, "in": listed} for key, listed in named.items() if listed]
    return parts[0] if len(parts) == 1 else {"any": parts}


def _word(scan: Scan, name: str, tables: Sequence[Mapping[str, Sequence[str]]]) -> str:
    by_word = {
        fold(word): value
        for table in tables
        for value, words in table.items()
        for word in words
    }
    for word in sorted(by_word, key=len, reverse=True):
        if scan.text.startswith(word, scan.at):
            before, scan.at = scan.at, scan.at + len(word)
            if scan.sees(_END):
                return by_word[word]
            scan.at = before
    own = scan.take(_ID) if name == "channel_kind" else None
    if own:
        return own
    written = scan.take(_UNTIL) or ""
    known = "、".join(words[0] for table in tables for words in table.values())
    label = FACTS[name][0]
    message = f"{label}没有“{short(written)}”这一种。可以写：{known}。"
    raise CellError(message)
