"""A question without its id is known again by its words, or is a new one."""

from typing import Any

import pytest
from hypothesis import given, settings

from portal.questionnaires.changes import differences
from portal.questionnaires.definition import parse
from portal.questionnaires.pasted import read_pasted
from portal.questionnaires.recognising import recognised
from portal.questionnaires.renaming import Called, items_in, renamed
from portal.questionnaires.shipped import compose
from portal.questionnaires.workbook import read_workbook
from tests.stages.definitions import EVERY_RULE, Document, documents
from tests.stages.sheets import book, row, saved
from tests.stages.test_questionnaires_changes import (
    LAMPS,
    WHERE,
    WHOLE,
    document,
    option,
)


def without_ids(whole: Document) -> Document:
    """As it comes from a table in which nobody kept the columns of ids."""
    names = {
        item["id"]: Called(
            f"fresh{number}",
            {
                one["id"]: f"answer{place}"
                for place, one in enumerate(
                    item.get("options") or item.get("rows") or []
                )
            },
        )
        for number, item in enumerate(items_in(whole))
    }
    return renamed(whole, names)


@pytest.mark.parametrize("whole", [WHOLE, compose()])
def test_a_questionnaire_that_lost_its_ids_is_known_again(whole: Document) -> None:
    bare = without_ids(whole)
    assert parse(bare).items.keys().isdisjoint(parse(whole).items)
    found = recognised(bare, parse(whole).items)
    assert differences(parse(whole), parse(found)).is_empty


def test_rules_ask_about_the_answers_by_the_ids_they_have_again() -> None:
    asked: Document = {
        "id": "why",
        "type": "text",
        "title": "为什么？",
        "visible": {"any": [{"q": "lamps", "op": "in", "v": ["no"]}]},
    }
    whole = document(LAMPS, asked)
    found = recognised(without_ids(whole), parse(whole).items)
    assert items_in(found)[1]["visible"] == asked["visible"]


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "multi"},
        {"title": "路灯亮吗？"},
        {"options": [*LAMPS["options"], option("often", "时亮时不亮")]},
        {"options": [option("yes", "亮", score=1), LAMPS["options"][1]]},
        {"options": [option("yes", "亮堂", score=100), LAMPS["options"][1]]},
    ],
)
def test_what_says_anything_else_is_a_new_question(changes: dict[str, Any]) -> None:
    bare = without_ids(document({**LAMPS, **changes}, WHERE))
    found = items_in(recognised(bare, parse(WHOLE).items))
    assert [item["id"] for item in found] == ["fresh0", "where"]


def test_what_has_a_known_id_keeps_it_whatever_it_says() -> None:
    swapped = document(
        {**LAMPS, "title": WHERE["title"]}, {**WHERE, "title": LAMPS["title"]}
    )
    assert recognised(swapped, parse(WHOLE).items) == recognised(swapped, {})


def test_an_id_is_given_once() -> None:
    twice = document({**LAMPS, "id": "one"}, {**LAMPS, "id": "two"})
    found = items_in(recognised(twice, parse(WHOLE).items))
    assert [item["id"] for item in found] == ["lamps", "two"]
    there = document(LAMPS, {**LAMPS, "id": "two"})
    found = items_in(recognised(there, parse(WHOLE).items))
    assert [item["id"] for item in found] == ["lamps", "two"]


def test_a_table_and_pasted_text_are_known_again() -> None:
    known = parse(document(WHERE)).items
    typed = read_workbook(
        "灯.xlsx",
        saved(book(row("多选题", " 哪里不亮? ", options="门口\n巷子", most=2))),
    )
    pasted = read_pasted("灯\n1. 哪里不亮？（限选2项）\nA. 门口\nB. 巷子")
    for found in (recognised(typed, known), recognised(pasted, known)):
        (item,) = items_in(found)
        assert item["id"] == "where"
        assert [one["id"] for one in item["options"]] == ["gate", "lane"]


def test_every_rule_is_still_the_same_rule() -> None:
    found = recognised(without_ids(EVERY_RULE), {})
    assert [bool(item.get("visible")) for item in items_in(found)] == [
        bool(item.get("visible")) for item in items_in(EVERY_RULE)
    ]
    parse(found)


@settings(deadline=None, max_examples=50)
@given(documents(most_items=4))
def test_whatever_is_recognised_means_what_it_meant(whole: Document) -> None:
    known = parse(whole).items
    found = recognised(without_ids(whole), known)
    change = differences(parse(whole), parse(found))
    assert change.turned == []
    assert len(change.added) == len(change.removed)
