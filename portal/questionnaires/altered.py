"""One question before and after: does it still ask the same?

In: a question as it stood and as it stands. Out: what changed, in words; first what
makes it another question, whose answers must not be counted with those from before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.questionnaires.conditions import Condition
from portal.questionnaires.shape import Item, ItemType, Option, Section
from portal.questionnaires.words import TYPES

Pair = tuple[str, str]


@dataclass(frozen=True)
class Placed:
    """A question where it stands: in which section, which rank among all from 1."""

    item: Item
    section: Section | None = None
    rank: int = 0

    @property
    def place(self) -> tuple[str, int]:
        """Its section's id, and its rank."""
        return self.section.id if self.section else "", self.rank

    @property
    def audience(self) -> tuple[Condition | None, Condition | None]:
        """When it is shown: its section's rule, and its own."""
        return self.section.visible if self.section else None, self.item.visible


@dataclass(frozen=True)
class ItemChange:
    """One question before and after, None where it was not or is no more."""

    before: Placed | None
    after: Placed | None

    @property
    def item(self) -> Item:
        """The question as it stands, or as it last stood."""
        found = self.after or self.before
        if found is None:
            message = "a change of nothing"
            raise ValueError(message)
        return found.item

    @property
    def is_change(self) -> bool:
        """Whether anything changed at all."""
        if self.before is None or self.after is None:
            return True
        return bool(self.meaning or self.said or self.explained or self.arranged)

    @property
    def meaning(self) -> tuple[str, ...]:
        """Why it is another question now, in words; empty where it is the same."""
        if self.before is None or self.after is None:
            return ()
        return tuple(_meaning(self.before.item, self.after.item))

    @property
    def said(self) -> tuple[Pair, ...]:
        """The words that decide what is asked and answered, as (was, is)."""
        if self.before is None or self.after is None:
            return ()
        was, is_ = self.before.item, self.after.item
        return (
            *differing([(was.title, is_.title)]),
            *differing(_labels(was.options, is_.options)),
            *differing(_labels(was.rows, is_.rows)),
        )

    @property
    def explained(self) -> tuple[Pair, ...]:
        """The help below the question, as (was, is)."""
        if self.before is None or self.after is None:
            return ()
        return tuple(differing([(self.before.item.help, self.after.item.help)]))

    @property
    def arranged(self) -> tuple[str, ...]:
        """What else is otherwise, in words: its place, to whom, how it is answered."""
        if self.before is None or self.after is None:
            return ()
        return tuple(_arranged(self.before, self.after))


def _meaning(was: Item, is_: Item) -> list[str]:
    if was.type is not is_.type:
        return [f"题型从{_type(was)}改成{_type(is_)}"]
    return [
        *_gone_and_new("选项", was.options, is_.options),
        *_gone_and_new("行", was.rows, is_.rows),
        *(
            sentence
            for old, new in _both(was.options, is_.options)
            for sentence in _counted_otherwise(old, new)
        ),
        *_most_otherwise(was, is_),
    ]


def _type(item: Item) -> str:
    return TYPES[item.type][0]


def _gone_and_new(word: str, was: Sequence[Option], is_: Sequence[Option]) -> list[str]:
    had, has = {one.id for one in was}, {one.id for one in is_}
    return [
        *(f"去掉{word}「{one.label}」" for one in was if one.id not in has),
        *(f"新增{word}「{one.label}」" for one in is_ if one.id not in had),
    ]


def _counted_otherwise(was: Option, is_: Option) -> list[str]:
    found = []
    if was.score != is_.score:
        scores = f"从 {_score(was.score)} 改成 {_score(is_.score)}"
        found.append(f"「{is_.label}」的分数{scores}")
    if was.exclusive != is_.exclusive:
        word = "只能单选这一项" if is_.exclusive else "可以和别的一起选"
        found.append(f"「{is_.label}」改成{word}")
    return found


def _score(score: float | None) -> str:
    return "不计分" if score is None else f"{score:g}"


def _most_otherwise(was: Item, is_: Item) -> list[str]:
    if was.type is not ItemType.MULTI or was.max == is_.max:
        return []
    return [f"最多选几项：{_bound(was.max)} → {_bound(is_.max)}"]


def _arranged(before: Placed, after: Placed) -> list[str]:
    was, is_ = before.item, after.item
    same = {
        "挪了位置": before.place == after.place,
        "改成必答" if is_.required else "改成选答": was.required == is_.required,
        "改了给谁看": before.audience == after.audience,
        "改了对应的清单要点": was.points == is_.points,
        **(_answered_alike(was, is_) if was.type is is_.type else {}),
    }
    return [word for word, is_same in same.items() if not is_same]


def _answered_alike(was: Item, is_: Item) -> dict[str, bool]:
    """How answers of one type are given, in words, and whether that is the same."""
    bounds = (was.min, was.max) == (is_.min, is_.max) or was.type is ItemType.MULTI
    return {
        "选项换了次序": _order(was.options, is_.options),
        "行换了次序": _order(was.rows, is_.rows),
        "选项后面填写的框有增减": _boxes(was, is_),
        f"范围改成 {_bound(is_.min)} 到 {_bound(is_.max)}": bounds,
        f"最多 {is_.max_chars} 字": was.max_chars == is_.max_chars,
        "换了一套量表，答案照旧": was.scale == is_.scale,
    }


def _bound(bound: float | None) -> str:
    return "不限" if bound is None else f"{bound:g}"


def _order(was: Sequence[Option], is_: Sequence[Option]) -> bool:
    """Whether those that stayed stand in the same order."""
    had, has = [one.id for one in was], [one.id for one in is_]
    return [i for i in had if i in has] == [i for i in has if i in had]


def _boxes(was: Item, is_: Item) -> bool:
    return all(old.text == new.text for old, new in _both(was.options, is_.options))


def _both(was: Sequence[Option], is_: Sequence[Option]) -> list[tuple[Option, Option]]:
    old = {one.id: one for one in was}
    return [(old[one.id], one) for one in is_ if one.id in old]


def _labels(was: Sequence[Option], is_: Sequence[Option]) -> list[Pair]:
    return [(old.label, new.label) for old, new in _both(was, is_)]


def differing(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs of texts that are not the same."""
    return [(was, is_) for was, is_ in pairs if was != is_]
