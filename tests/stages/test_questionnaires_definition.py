"""The format: what is refused, all at once and by path; what a revision is."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.entrances import ChannelKind
from portal.places import Kind, Trait
from portal.questionnaires.definition import (
    FACTS,
    DefinitionError,
    ItemType,
    canonical,
    parse,
    revision,
)
from portal.questionnaires.reading import ID
from portal.questionnaires.shipped import compose
from portal.rounds import Phase

YES_NO = [{"id": "yes", "label": "是"}, {"id": "no", "label": "不是"}]


def document(*items: dict[str, Any], **given: Any) -> dict[str, Any]:
    section = {"id": "part", "items": list(items)}
    return {
        "format": "qdef/1",
        "id": "test",
        "title": "试一试",
        "scales": {"sat": [{"id": "good", "label": "好", "score": 100}, *YES_NO]},
        "sections": [section],
        **given,
    }


def single(item_id: str, **given: Any) -> dict[str, Any]:
    item = {"id": item_id, "type": "single", "title": "好不好？", "options": YES_NO}
    return {**item, **given}


def mistakes(found: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(DefinitionError) as refusal:
        parse(found)
    return {mistake.path: mistake.sentence for mistake in refusal.value.mistakes}


def test_every_type_of_question_is_read() -> None:
    found = parse(
        document(
            {"id": "n", "type": "note", "title": "说明"},
            single("s"),
            {
                "id": "m",
                "type": "multi",
                "title": "几样？",
                "options": YES_NO,
                "max": 2,
            },
            {"id": "sc", "type": "scale", "title": "满意？", "scale": "sat"},
            {
                "id": "mx",
                "type": "matrix",
                "title": "逐项",
                "scale": "sat",
                "rows": [{"id": "a", "label": "甲"}],
            },
            {"id": "t", "type": "text", "title": "一句话"},
            {"id": "l", "type": "longtext", "title": "多说几句", "max_chars": 50},
            {"id": "nu", "type": "number", "title": "几口人？", "min": 0, "max": 20},
            {"id": "d", "type": "date", "title": "哪一天？"},
            {"id": "c", "type": "contact", "title": "怎么找您？"},
        )
    )
    assert [item.type for item in found.items.values()] == list(ItemType)
    assert found.items["mx"].fields == {"mx.a"}
    assert [option.id for option in found.items["sc"].options] == ["good", "yes", "no"]
    assert found.items["t"].max_chars == 100


def test_all_mistakes_are_named_at_once_with_their_paths() -> None:
    broken = document(
        {"id": "A.b", "type": "single", "title": " ", "options": YES_NO[:1]},
        {"id": "q", "type": "essay", "title": "写"},
        {"id": "r", "type": "scale", "title": "满意？", "scale": "none", "rows": []},
        {"id": "t", "type": "text", "title": "一\u202e句", "max_chars": 9000},
        colour="red",
    )
    assert set(mistakes(broken)) == {
        "colour",
        "sections[0].items[0].id",
        "sections[0].items[0].title",
        "sections[0].items[0].options",
        "sections[0].items[1].type",
        "sections[0].items[2].rows",
        "sections[0].items[2].scale",
        "sections[0].items[3].title",
        "sections[0].items[3].max_chars",
    }


def test_the_refusal_says_how_many_places_to_change() -> None:
    with pytest.raises(DefinitionError) as refusal:
        parse(document(single("csrf_token"), single("a"), single("a")))
    assert refusal.value.sentence == (
        "问卷有 2 处要改：\n"
        "sections[0].items[0].id：编号“csrf_token”留给系统用，请换一个。\n"
        "sections[0].items[2].id：编号“a”前面已经用过，请换一个。"
    )


def test_item_ids_are_unique_over_all_sections() -> None:
    twice = document(single("a"))
    twice["sections"].append({"id": "other", "items": [single("a")]})
    assert list(mistakes(twice)) == ["sections[1].items[0].id"]


def test_option_row_and_section_ids_are_unique() -> None:
    rows = [{"id": "x", "label": "甲"}, {"id": "x", "label": "乙"}]
    twice = document(
        single("a", options=[YES_NO[0], {**YES_NO[0], "label": "对"}]),
        {"id": "m", "type": "matrix", "title": "逐项", "scale": "sat", "rows": rows},
    )
    twice["sections"].append({"id": "part", "items": [single("b")]})
    assert set(mistakes(twice)) == {
        "sections[0].items[0].options[1].id",
        "sections[0].items[1].rows[1].id",
        "sections[1].id",
    }


def test_no_two_answers_of_a_question_have_the_same_words() -> None:
    rows = [{"id": "x", "label": "甲"}, {"id": "y", "label": " 甲"}]
    twice = document(
        single("a", options=[*YES_NO, {"id": "too", "label": "是"}]),
        {"id": "m", "type": "matrix", "title": "逐项", "scale": "sat", "rows": rows},
    )
    assert mistakes(twice) == {
        "sections[0].items[0].options[2].label": "“是”写了两次，请改一个。",
        "sections[0].items[1].rows[1].label": "“甲”写了两次，请改一个。",
    }


@pytest.mark.parametrize(
    ("visible", "key"),
    [
        ({"q": "later", "op": "answered"}, "q"),
        ({"q": "me", "op": "answered"}, "q"),
        ({"q": "nowhere", "op": "answered"}, "q"),
        ({"q": ["first"], "op": "answered"}, "q"),
        ({"q": "first", "op": "ne", "v": "yes"}, "op"),
        ({"q": "first", "op": "lt", "v": 3}, "op"),
        ({"q": "first", "op": "eq", "v": "maybe"}, "v"),
        ({"q": "first", "op": "in", "v": "yes"}, "v"),
        ({"q": "first", "op": "answered", "v": "yes"}, "v"),
        ({"fact": "weather", "in": ["rain"]}, "fact"),
        ({"fact": "community_kind", "in": ["urbn"]}, "in"),
        ({"all": []}, "all"),
        ({"not": {"q": "later", "op": "answered"}}, "not.q"),
    ],
)
def test_a_condition_that_cannot_work_is_refused(
    visible: dict[str, Any], key: str
) -> None:
    found = document(single("first"), single("me", visible=visible), single("later"))
    assert list(mistakes(found)) == [f"sections[0].items[1].visible.{key}"]


@pytest.mark.parametrize("visible", [{}, {"all": [], "any": []}, [], "first", None])
def test_a_condition_has_exactly_one_form(visible: Any) -> None:
    found = document(single("first"), single("me", visible=visible))
    assert list(mistakes(found)) == ["sections[0].items[1].visible"]


def test_conditions_nested_without_end_are_refused() -> None:
    rule: dict[str, Any] = {"q": "first", "op": "answered"}
    for _ in range(900):
        rule = {"not": rule}
    found = mistakes(document(single("first"), single("me", visible=rule)))
    assert list(found.values()) == ["条件套得太深，最多 5 层。"]


def test_ten_thousand_questions_are_one_mistake() -> None:
    found = mistakes(document(*(single(f"q{number}") for number in range(10_000))))
    assert found == {"sections[0].items": "要有 1 到 60 项，现在有 10000 项。"}


def test_an_option_of_four_thousand_characters_is_refused() -> None:
    options = [YES_NO[0], {"id": "long", "label": "长" * 4000}]
    found = mistakes(document(single("a", options=options)))
    assert found == {
        "sections[0].items[0].options[1].label": "最多 120 字，现在有 4000 字，请缩短。"
    }


@pytest.mark.parametrize(
    "title", ["<b>好</b>", "看 http://a.example", "看 WWW.a.example"]
)
def test_markup_and_addresses_are_refused(title: str) -> None:
    assert list(mistakes(document(single("a", title=title)))) == [
        "sections[0].items[0].title"
    ]


def test_less_than_in_a_sentence_is_plain_text() -> None:
    found = parse(document(single("a", title="收入 <3 万元，对吗？")))
    assert found.items["a"].title == "收入 <3 万元，对吗？"


def test_facts_are_those_the_other_stages_know() -> None:
    assert dict(FACTS) == {
        "community_kind": {str(kind) for kind in Kind},
        "community_trait": {str(trait) for trait in Trait},
        "channel_kind": None,
        "phase": {str(phase) for phase in Phase},
    }
    assert all(ID.fullmatch(kind) for kind in ChannelKind)


def test_a_revision_does_not_depend_on_spelling() -> None:
    first = document(single("a", title="e\u0301"))
    second = json.loads(json.dumps(dict(reversed(first.items()))))
    second["sections"][0]["items"][0]["title"] = "\u00e9"
    second["scales"]["sat"][0]["score"] = 100.0
    assert canonical(first) == canonical(second)
    assert parse(first) == parse(second)


def test_a_revision_changes_with_every_word() -> None:
    first, second = document(single("a")), document(single("a", title="好吗？"))
    assert revision(first) != revision(second)
    assert len(revision(first)) == 64


def test_the_canonical_form_is_the_same_document() -> None:
    again = json.loads(canonical(compose()))
    assert parse(again) == parse(compose())
    assert canonical(again) == canonical(compose())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    if isinstance(value, list):
        pairs = list(enumerate(value))
    below = [spot for key, entry in pairs for spot in spots(entry, (*path, key))]
    return [(*path, key) for key, _ in pairs] + below


SPOTS = spots(compose())


def spoilt(spot: tuple[Any, ...], value: Any) -> Any:
    found: Any = deepcopy(compose())
    place = found
    for key in spot[:-1]:
        place = place[key]
    place[spot[-1]] = value
    return found


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(SPOTS), JSON)
def test_a_document_is_read_or_refused_whatever_is_in_it(
    spot: tuple[Any, ...], value: Any
) -> None:
    found = spoilt(spot, value)
    try:
        definition = parse(found)
    except DefinitionError as refusal:
        assert refusal.mistakes  # noqa: PT017 -- either outcome is right
    else:
        assert parse(json.loads(canonical(found))) == definition


@given(JSON)
def test_what_is_no_document_at_all_is_refused(value: Any) -> None:
    with pytest.raises(DefinitionError):
        parse(value)
