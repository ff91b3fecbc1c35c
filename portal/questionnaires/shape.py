"""What a definition consists of, once it has been checked; all of it immutable.

In: nothing. Out: `Definition` → `Section` → `Item` → `Option`, with what the walk
looks up worked out once per object.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from portal.questionnaires.conditions import Condition


class ItemType(StrEnum):
    """What kind of answer a question takes."""

    NOTE = "note"
    SINGLE = "single"
    MULTI = "multi"
    SCALE = "scale"
    MATRIX = "matrix"
    TEXT = "text"
    LONGTEXT = "longtext"
    NUMBER = "number"
    DATE = "date"
    CONTACT = "contact"


CHARS = {  # most characters, where the definition does not say
    ItemType.TEXT: 100,
    ItemType.LONGTEXT: 1000,
    ItemType.CONTACT: 100,
}
COMPANION_CHARS = 200  # the box behind 「别的」


@dataclass(frozen=True)
class Option:
    """One answer to choose, or one row of a matrix.

    `score` is None where the answer has no value to average (不了解). `exclusive`
    goes with no other option. `text` has a box behind it.
    """

    id: str
    label: str
    score: float | None = None
    exclusive: bool = False
    text: bool = False


@dataclass(frozen=True)
class Item:
    """One question or note; `options` are those of its scale where it has one.

    `min` and `max` bound a number; `max` on a multi is how many may be ticked.
    """

    id: str
    type: ItemType
    title: str
    help: str = ""
    required: bool = False
    visible: Condition | None = None
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    scale: str = ""
    min: float | None = None
    max: float | None = None
    max_chars: int = 0
    points: tuple[str, ...] = ()

    @property
    def is_question(self) -> bool:
        """Whether it takes an answer."""
        return self.type is not ItemType.NOTE

    @cached_property
    def option_ids(self) -> frozenset[str]:
        """What may be chosen."""
        return frozenset(option.id for option in self.options)

    @cached_property
    def exclusive_ids(self) -> frozenset[str]:
        """What may only be chosen alone."""
        return frozenset(option.id for option in self.options if option.exclusive)

    @cached_property
    def row_fields(self) -> tuple[tuple[Option, str], ...]:
        """Each row of a matrix with its field name."""
        return tuple((row, f"{self.id}.{row.id}") for row in self.rows)

    @cached_property
    def companions(self) -> tuple[tuple[Option, str], ...]:
        """Each option with a text box, with the box's field name."""
        return tuple((o, f"{self.id}.{o.id}") for o in self.options if o.text)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names under which a form may post something for this item."""
        own = {self.id} if self.is_question and not self.rows else set()
        boxes = (*self.row_fields, *self.companions)
        return frozenset(own | {name for _, name in boxes})


@dataclass(frozen=True)
class Section:
    """Questions that belong together."""

    id: str
    items: tuple[Item, ...]
    title: str = ""
    visible: Condition | None = None


@dataclass(frozen=True)
class Definition:
    """One questionnaire."""

    id: str
    title: str
    intro: str
    thanks: str
    scales: Mapping[str, tuple[Option, ...]] = field(hash=False)
    sections: tuple[Section, ...]

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Every item by its id, in order."""
        return {item.id: item for section in self.sections for item in section.items}

    @cached_property
    def questions(self) -> tuple[Item, ...]:
        """The items that take an answer, in order."""
        return tuple(item for item in self.items.values() if item.is_question)

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field name a form of this definition may post."""
        return frozenset[str]().union(*(item.fields for item in self.items.values()))

    @cached_property
    def on_paper(self) -> "Definition":
        """The same with nothing required: nobody can be asked back about a sheet.

        Else whoever types it in would have to leave it out, or make an answer up.
        """
        return replace(
            self,
            sections=tuple(
                replace(
                    section,
                    items=tuple(replace(i, required=False) for i in section.items),
                )
                for section in self.sections
            ),
        )

    @cached_property
    def facts(self) -> frozenset[str]:
        """The facts that decide what is asked."""
        owners: list[Section | Item] = [*self.sections, *self.items.values()]
        found = (owner.visible.facts() for owner in owners if owner.visible)
        return frozenset[str]().union(*found)
