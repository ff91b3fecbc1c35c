"""What is shipped: quick to answer, for every kind, and as the schema says."""

from itertools import product
from typing import Any

import pytest

from portal.checklists import lists
from portal.kernel.errors import Refusal
from portal.places import Kind, Trait
from portal.questionnaires.definition import (
    ITEM_KEYS,
    ItemType,
    parse,
    specialise,
)
from portal.questionnaires.shipped import INDIVIDUAL, categories, compose
from portal.questionnaires.walk import walk
from tests.stages.schema import SCHEMA, fits

COMMUNITIES = [
    {"community_kind": kind, "community_trait": trait}
    for kind, trait in product(Kind, [*Trait, ""])
]


def content_answers(facts: dict[str, str]) -> dict[str, list[str]]:
    """Somebody with nothing to complain about: the first, best answer each time."""
    shown = specialise(parse(compose()), facts)
    return {item.id: [item.options[0].id] for item in shown.questions if item.options}


@pytest.mark.parametrize("facts", COMMUNITIES)
def test_a_content_resident_needs_fifteen_taps_and_no_typing(
    facts: dict[str, str],
) -> None:
    posted = content_answers(facts)
    found = walk(parse(compose()), posted, facts)
    taps = sum(len(posted.get(item_id, [])) for item_id in found.shown)
    assert found.errors == {}
    assert taps + 1 <= 15  # and one to send
    assert [item_id for item_id in found.shown if item_id not in posted] == ["more"]


@pytest.mark.parametrize("facts", COMMUNITIES)
def test_no_community_is_asked_more_than_twenty_questions(
    facts: dict[str, str],
) -> None:
    assert len(specialise(parse(compose()), facts).questions) <= 20


def test_every_kind_sees_its_own_section_and_no_other() -> None:
    whole = parse(compose())
    for facts in COMMUNITIES:
        shown = {section.id for section in specialise(whole, facts).sections}
        assert shown & set(INDIVIDUAL) == set(facts.values()) - {""}


def test_nothing_has_to_be_answered() -> None:
    assert not any(item.required for item in parse(compose()).questions)


def test_the_open_question_comes_last() -> None:
    assert list(parse(compose()).items)[-1] == "more"


def test_answers_that_say_nothing_have_no_score() -> None:
    for item in parse(compose()).questions:
        for option in item.options:
            if option.id in {"unknown", "never", "none"} and not option.exclusive:
                expected = 100 if (item.id, option.id) == ("clean", "none") else None
                expected = 0 if (item.id, option.id) == ("asked", "never") else expected
                assert option.score == expected, (item.id, option.id)


def test_questions_point_at_the_shipped_checklists() -> None:
    known = {
        f"{aspect['code']}.{point['code']}"
        for name in lists.SHIPPED
        for aspect in lists.shipped(name)["aspects"]
        for point in aspect["points"]
    }
    linked = {point for item in parse(compose()).questions for point in item.points}
    assert linked <= known
    assert [i.id for i in parse(compose()).questions if not i.points] == ["more"]


def test_each_composition_is_the_callers_own() -> None:
    compose()["sections"].clear()
    assert len(compose()["sections"]) == 3 + len(INDIVIDUAL)


def test_letters_have_eight_categories_and_another_one_last() -> None:
    assert [c.id for c in categories()][-1] == "other"
    assert len(categories()) == 8
    assert {c.formal for c in categories()} == {
        "组织建设",
        "意识形态",
        "三资管理",
        "为民服务",
        "其他",
    }


def test_the_shipped_questionnaire_satisfies_the_schema() -> None:
    assert fits(compose())


def test_schema_and_parser_know_the_same_keys_for_every_type() -> None:
    known: dict[str, set[str]] = {}
    for branch in SCHEMA["$defs"]["item"]["oneOf"]:
        kind = branch["properties"]["type"]
        for name in kind.get("enum", [kind.get("const")]):
            known[name] = set(branch["properties"])
    assert known == {str(kind): set(keys) for kind, keys in ITEM_KEYS.items()}
    assert set(known) == set(ItemType)


@pytest.mark.parametrize(
    ("spot", "value"),
    [
        (("format",), "qdef/2"),
        (("id",), "Survey"),
        (("title",), "长" * 81),
        (("colour",), "red"),
        (("sections",), []),
        (("sections", 0, "items", 0, "type"), "rank"),
        (("sections", 0, "items", 0, "options"), []),
        (("sections", 0, "items", 1, "options", 0, "exclusive"), True),
        (("sections", 0, "items", 1, "options", 0, "score"), "100"),
        (("sections", 0, "items", 2, "visible"), {"q": "errand", "op": "ne", "v": "x"}),
        (("sections", 0, "items", 2, "visible"), {"fact": "weather", "in": ["rain"]}),
        (("sections", 0, "items", 2, "points"), ["service"]),
        (("sections", -1, "items", -1, "max_chars"), 5001),
        (("sections", -1, "items", 0, "max"), 0),
    ],
)
def test_schema_and_parser_refuse_the_same(spot: tuple[Any, ...], value: Any) -> None:
    found: Any = compose()
    place = found
    for key in spot[:-1]:
        place = place[key]
    place[spot[-1]] = value
    assert not fits(found)
    with pytest.raises(Refusal):
        parse(found)
