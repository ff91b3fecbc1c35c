"""Whatever the format allows is read, named, and stays what it was."""

import json
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.questionnaires.definition import (
    DOCUMENT_KEYS,
    ITEM_KEYS,
    OPTION_KEYS,
    SECTION_KEYS,
    DefinitionError,
    canonical,
    parse,
    revision,
)
from portal.questionnaires.walk import specialise, walk
from tests.stages.definitions import Document, documents, facts
from tests.stages.rules_anew import holds, rules_of
from tests.stages.schema import fits
from tests.stages.test_questionnaires_definition import JSON, spots

# Schema and parser: what the parser refuses beyond the schema, and why a schema of
# JSON cannot say it. Everything else one of them refuses, the other refuses too.

BEYOND_A_SCHEMA = re.compile(
    "|".join(
        (
            "前面已经用过",  # ids once in a list, items once in the document
            "写了两次",  # words once in a list
            "没有这套量表",  # a scale that is not among the scales
            "前面没有编号是",  # a condition looks back
            "这种题只能用",  # an operator that fits the type of another item
            "道题会有的答案",  # a value that fits the answers of another item
            "没有“.*”这个值",  # a value of a fact that other stages know
            "套得太深",
            "最大值比最小值还小",
            "不能空着",  # spaces alone
            "不能换行",
            "看不见的控制字符",
            "不能有网页代码或网址",
            "留给系统用",
        )
    )
)
EDGES: list[Any] = [
    *(None, True, False, 0, 1, 2.0, 60, 61, 61.0, 0.5, -1, 5000, 5001, 10**12 + 1),
    *("", " ", "a", "A", "a\n", "1a", "a" * 32, "a" * 33, "a.b", "a.b.c", "qdef/1"),
    *("长" * n for n in (80, 81, 120, 121, 300, 301, 500, 501, 2000, 2001)),
    *([], {}, ["a"], [["a"]], [None]),
    *({"q": "s", "op": "answered"}, {"not": {"fact": "phase", "in": ["voting"]}}),
    {"fact": "phase", "in": "voting"},
]
KEYS = {key for keys in ITEM_KEYS.values() for key in keys} | {
    *(DOCUMENT_KEYS | SECTION_KEYS | OPTION_KEYS),
    *("q", "op", "v", "fact", "in", "all", "any", "not", "colour"),
}
SIZES = (1, 2, 3, 10, 11, 12, 15, 16, 20, 21, 60, 61)
TWO = [{"id": "x", "label": "甲"}, {"id": "y", "label": "乙"}]
RICH: Document = {
    "format": "qdef/1",
    "id": "rich",
    "title": "样样都有",
    "intro": "开头",
    "thanks": "谢谢",
    "scales": {"sat": [{"id": "g", "label": "好", "score": 1}, *TWO]},
    "sections": [
        {
            "id": "part",
            "title": "一",
            "visible": {"fact": "phase", "in": ["voting"]},
            "items": [
                {
                    "id": "t",
                    "type": "note",
                    "title": "说",
                    "help": "帮",
                    "points": ["a.b"],
                },
                {"id": "s", "type": "single", "title": "选", "options": [*TWO]},
                {
                    "id": "m",
                    "type": "multi",
                    "title": "选",
                    "options": [*TWO],
                    "max": 2,
                },
                {"id": "c", "type": "scale", "title": "评", "scale": "sat"},
                {
                    "id": "x",
                    "type": "matrix",
                    "title": "评",
                    "scale": "sat",
                    "rows": TWO,
                },
                {"id": "l", "type": "longtext", "title": "写", "max_chars": 9},
                {"id": "n", "type": "number", "title": "数", "min": 0, "max": 9},
                {"id": "d", "type": "date", "title": "哪天", "required": True},
                {"id": "w", "type": "contact", "title": "电话", "help": "选填"},
            ],
        },
        {
            "id": "more",
            "items": [
                {
                    "id": "last",
                    "type": "text",
                    "title": "还有",
                    "visible": {
                        "all": [
                            {"not": {"q": "s", "op": "in", "v": ["x"]}},
                            {"any": [{"q": "n", "op": "ge", "v": 3}]},
                        ]
                    },
                }
            ],
        },
    ],
}


RICH_TEXT = json.dumps(RICH)


def spoilt(spot: tuple[Any, ...]) -> Iterator[Any]:
    """Copies of the rich document, each with another thing at or beside this spot."""
    *path, last = spot
    for value in EDGES:
        found, place = _copy(path)
        place[last] = deepcopy(value)
        yield found
    found, place = _copy(path)
    del place[last]
    yield found
    if isinstance(place, dict):
        for key, value in product(KEYS - place.keys(), (True, "x")):
            found, place = _copy(path)
            place[key] = value
            yield found
    else:
        for size in SIZES:
            found, place = _copy(path)
            place[:] = [_named(place[0], number) for number in range(size)]
            yield found


def _copy(path: Sequence[Any]) -> tuple[Any, Any]:
    found = json.loads(RICH_TEXT)  # quicker than a deep copy
    place = found
    for key in path:
        place = place[key]
    return found, place


def _named(entry: Any, number: int) -> Any:
    """One more of an entry, with an id of its own."""
    if not isinstance(entry, dict) or "id" not in entry:
        return deepcopy(entry)
    return {**deepcopy(entry), "id": f"{entry['id']}_{number}"}


def refusals(document: Any) -> list[str]:
    """What the parser has against a document."""
    try:
        parse(document)
    except DefinitionError as refusal:
        return [str(mistake) for mistake in refusal.mistakes]
    return []


def disagreement(document: Any) -> list[str]:
    """Where the schema and the parser differ about a document, and should not."""
    found = refusals(document)
    if fits(document):
        return [one for one in found if not BEYOND_A_SCHEMA.search(one)]
    return [] if found else ["the parser takes what the schema refuses"]


@pytest.mark.parametrize("spot", spots(RICH), ids=str)
def test_the_schema_and_the_parser_accept_the_same_documents(
    spot: tuple[Any, ...],
) -> None:
    assert refusals(RICH) == []
    for document in spoilt(spot):
        assert disagreement(document) == [], document


def test_they_agree_how_many_scales_there_may_be() -> None:
    for number, complaints in ((20, 0), (21, 1)):
        scales = {"sat": TWO} | {f"s{n}": TWO for n in range(1, number)}
        document = {**RICH, "scales": scales}
        assert fits(document) == (complaints == 0)
        assert len(refusals(document)) == complaints


@settings(max_examples=30, deadline=None)
@given(documents(), st.data())
def test_they_agree_about_any_document_with_anything_in_it(
    document: Document, data: st.DataObject
) -> None:
    *path, last = data.draw(st.sampled_from(spots(document)))
    place: Any = document
    for key in path:
        place = place[key]
    place[last] = data.draw(JSON | st.sampled_from(EDGES))
    assert disagreement(document) == []


@pytest.mark.parametrize(
    ("loose", "is_allowed", "complaints"),
    [
        ({"type": "text", "title": "问", "max_chars": 5001.0}, False, 1),
        ({"type": "text", "title": "问", "max_chars": 10.0}, True, 0),
        ({"type": "text", "title": "问", "help": "e\u0301" * 300}, True, 0),
        ({"type": "text", "title": "问\n"}, True, 1),
        ({"type": "note", "title": "说", "required": False}, False, 1),
    ],
)
def test_where_they_once_differed_they_agree(
    loose: Document, is_allowed: bool, complaints: int
) -> None:
    section = {"id": "part", "items": [{"id": "q", **loose}]}
    document = {"format": "qdef/1", "id": "d", "title": "卷", "sections": [section]}
    assert fits(json.loads(canonical(document))) == is_allowed
    assert len(refusals(document)) == complaints


@settings(max_examples=60, deadline=None)
@given(documents())
def test_every_document_is_read_and_reads_the_same_from_its_canonical_form(
    document: Document,
) -> None:
    again = json.loads(canonical(document))
    assert fits(document)
    assert parse(again) == parse(document)
    assert revision(again) == revision(document)


# The walk, over any document


WORDS = st.sampled_from(
    ["", " ", "字", "3", "2.5", "-1", "2026-03-15", "\x00", "a" * 70]
)


@st.composite
def posted(draw: st.DrawFn, document: Document) -> dict[str, list[str]]:
    """What a browser or somebody else might send for a document: fitting, or not."""
    found = {}
    for item in parse(document).items.values():
        offered = st.sampled_from(sorted(item.option_ids)) if item.options else WORDS
        for name in sorted({*item.fields, item.id, f"{item.id}.nosuch"}):
            if draw(st.integers(0, 2)):
                found[name] = draw(st.lists(offered | WORDS, max_size=2))
    return found


@settings(max_examples=70, deadline=None)
@given(documents(), facts(), st.data())
def test_no_answer_to_a_question_that_is_not_there_is_ever_taken(
    document: Document, known: dict[str, str], data: st.DataObject
) -> None:
    found = walk(parse(document), data.draw(posted(document)), known)
    seen = {**found.ticks, **found.texts, **found.contact}
    rules = rules_of(document)
    hidden = {i for i, rule in rules.items() if not holds(rule, seen, known)}
    assert hidden.isdisjoint(name.partition(".")[0] for name in seen)
    assert hidden.isdisjoint({*found.shown, *found.errors})


@settings(max_examples=30, deadline=None)
@given(documents(), facts(), st.data())
def test_what_a_community_is_shown_walks_like_the_whole(
    document: Document, known: dict[str, str], data: st.DataObject
) -> None:
    sent = data.draw(posted(document))
    whole = parse(document)
    assert walk(specialise(whole, known), sent, {}) == walk(whole, sent, known)
