"""Questions that come without ids are known again by their words.

In: a document from a file or from pasted text, and what known ids stand for. Out: the
document in which a question that says what a known one says, type and answers
included, has the known one's ids, so that its answers go on being counted together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from portal.questionnaires.changes import change_of
from portal.questionnaires.definition import parse
from portal.questionnaires.renaming import Called, Document, Given, renamed
from portal.questionnaires.shape import Item, Option
from portal.questionnaires.words import fold


def recognised(document: Given, known: Mapping[str, Item]) -> Document:
    """The document with known ids where the words are known.

    A question that has a known id keeps it, whatever it says. Raises DefinitionError.
    """
    items = parse(document).items
    free = {_words(one): one for one in known.values() if one.id not in items}
    names: dict[str, Called] = {}
    for item in items.values():
        twin = free.get(_words(item)) if item.id not in known else None
        called = _called(item, twin) if twin else None
        if called:
            names[item.id] = called
            del free[_words(item)]
    return renamed(document, names)


def _words(item: Item) -> tuple[str, str]:
    return fold(item.title), item.type


def _called(item: Item, twin: Item) -> Called | None:
    """The ids of the twin, if it is one to the last answer."""
    answers = {} if item.scale else _pairs(item.options, twin.options)
    answers |= _pairs(item.rows, twin.rows)
    options = item.options if item.scale else _with(item.options, answers)
    same = replace(item, options=options, rows=_with(item.rows, answers))
    return None if change_of(twin, same).meaning else Called(twin.id, answers)


def _pairs(here: Sequence[Option], there: Sequence[Option]) -> dict[str, str]:
    ids = {fold(one.label): one.id for one in there}
    return {o.id: ids[fold(o.label)] for o in here if fold(o.label) in ids}


def _with(options: Sequence[Option], ids: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(replace(one, id=ids.get(one.id, one.id)) for one in options)
