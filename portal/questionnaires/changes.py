"""What changed between two versions of a questionnaire, question by question.

In: two definitions. Out: questions that are new, gone, or otherwise than they were. A
question is known by its permanent id, under which the answers of all rounds are
counted together: so its wording may be mended, but it must go on asking the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.questionnaires.altered import ItemChange, Pair, Placed, differing
from portal.questionnaires.definition import Definition
from portal.questionnaires.shape import Item, Option


@dataclass(frozen=True)
class Difference:
    """Everything that changed; `texts` are title, first and last words, headings.

    `is_typo` where nothing but words changed.
    """

    changes: tuple[ItemChange, ...] = ()
    texts: tuple[Pair, ...] = ()
    is_typo: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether both say the same in every respect."""
        return self.is_typo and not (self.changes or self.texts)

    @property
    def added(self) -> list[ItemChange]:
        """Questions that are new."""
        return [one for one in self.changes if one.before is None]

    @property
    def removed(self) -> list[ItemChange]:
        """Questions that are gone."""
        return [one for one in self.changes if one.after is None]

    @property
    def turned(self) -> list[ItemChange]:
        """Questions that ask something else under the id they had."""
        return [one for one in self.changes if one.meaning]

    @property
    def mended(self) -> list[ItemChange]:
        """Questions that ask the same otherwise."""
        both = (one for one in self.changes if one.before and one.after)
        return [one for one in both if not one.meaning]


def differences(before: Definition | None, after: Definition) -> Difference:
    """What is to be known before `after` replaces `before`, in the order of `after`."""
    was, is_ = placed(before) if before else {}, placed(after)
    moved = _moved(list(was), list(is_))
    pairs = [ItemChange(was.get(key), now) for key, now in is_.items()]
    gone = [ItemChange(old, None) for key, old in was.items() if key not in is_]
    found = [_settled(one, moved) for one in (*pairs, *gone)]
    changes = tuple(one for one in found if one.is_change)
    texts = tuple(differing(_texts(before, after))) if before else ()
    is_typo = before is not None and _unworded(before) == _unworded(after)
    return Difference(changes, texts, is_typo)


def change_of(before: Item, after: Item) -> ItemChange:
    """What changed about one question, wherever it stands."""
    return ItemChange(Placed(before), Placed(after))


def placed(definition: Definition) -> Mapping[str, Placed]:
    """Every question and note where it stands, by its id."""
    pairs = [(one, item) for one in definition.sections for item in one.items]
    return {
        item.id: Placed(item, section, rank)
        for rank, (section, item) in enumerate(pairs, 1)
    }


def _moved(was: Sequence[str], is_: Sequence[str]) -> set[str]:
    """Which of those that stayed stand before or behind others than they did.

    The most that can be said to have stayed put are the longest run in order.
    """
    kept = [one for one in is_ if one in set(was)]
    rank = {key: number for number, key in enumerate(was)}
    runs: list[list[str]] = [[]]
    for key in kept:
        fitting = [run for run in runs if not run or rank[run[-1]] < rank[key]]
        runs.append([*max(fitting, key=len), key])
    stayed = max(runs, key=len)
    return set(kept).difference(stayed)


def _settled(change: ItemChange, moved: set[str]) -> ItemChange:
    """The change with ranks that differ only where it moved among the others."""
    if change.before is None or change.after is None or change.item.id in moved:
        return change
    return replace(change, after=replace(change.after, rank=change.before.rank))


def _texts(before: Definition, after: Definition) -> list[Pair]:
    """Title, first and last words, and the headings of sections that stayed."""
    headed = {section.id: section.title for section in before.sections}
    kept = [section for section in after.sections if section.id in headed]
    return [
        (before.title, after.title),
        (before.intro, after.intro),
        (before.thanks, after.thanks),
        *((headed[section.id], section.title) for section in kept),
    ]


def _unworded(definition: Definition) -> Definition:
    """The definition without a word that a resident reads."""
    scales = {name: _unlabelled(one) for name, one in definition.scales.items()}
    sections = tuple(
        replace(section, title="", items=tuple(map(_silent, section.items)))
        for section in definition.sections
    )
    return Definition(definition.id, "", "", "", scales, sections)


def _silent(item: Item) -> Item:
    options, rows = _unlabelled(item.options), _unlabelled(item.rows)
    return replace(item, title="", help="", options=options, rows=rows)


def _unlabelled(options: Sequence[Option]) -> tuple[Option, ...]:
    return tuple(replace(option, label="") for option in options)
