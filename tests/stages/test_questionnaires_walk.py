"""The walk: one pass decides what is shown and what is accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.questionnaires.definition import Definition, Option, parse
from portal.questionnaires.shipped import compose
from portal.questionnaires.walk import (
    Walk,
    script_rules,
    specialise,
    walk,
)
from tests.stages.rules_anew import holds

YES_NO = [
    {"id": "yes", "label": "是"},
    {"id": "no", "label": "不是"},
    {"id": "else", "label": "别的", "text": True},
]
WANTED = [
    {"id": "none", "label": "都没有", "exclusive": True},
    {"id": "road", "label": "路"},
    {"id": "lamp", "label": "灯"},
    {"id": "else", "label": "别的", "text": True},
]
SOME: dict[str, Any] = {"title": "问一句"}
ITEMS: list[dict[str, Any]] = [
    {"id": "s", "type": "single", "options": YES_NO, "required": True},
    {"id": "m", "type": "multi", "options": WANTED, "max": 2},
    {"id": "sc", "type": "scale", "scale": "sat"},
    {"id": "n", "type": "number", "min": 0, "max": 20},
    {"id": "d", "type": "date"},
    {"id": "t", "type": "text", "max_chars": 10},
    {"id": "note", "type": "note", "visible": {"q": "s", "op": "eq", "v": "no"}},
    {
        "id": "why",
        "type": "longtext",
        "visible": {"q": "s", "op": "in", "v": ["no", "else"]},
    },
    {
        "id": "mx",
        "type": "matrix",
        "scale": "sat",
        "required": True,
        "rows": [{"id": "a", "label": "甲"}, {"id": "b", "label": "乙"}],
        "visible": {"q": "m", "op": "has_any", "v": ["road", "lamp"]},
    },
    {
        "id": "deep",
        "type": "single",
        "options": YES_NO,
        "visible": {
            "all": [
                {"q": "n", "op": "ge", "v": 3},
                {"not": {"q": "why", "op": "answered"}},
                {"any": [{"q": "d", "op": "lt", "v": "2026-01-01"}]},
                {"q": "m", "op": "has_all", "v": ["road", "lamp"]},
            ]
        },
    },
    {"id": "c", "type": "contact", "visible": {"q": "deep", "op": "answered"}},
    {
        "id": "farm",
        "type": "single",
        "options": YES_NO,
        "visible": {"fact": "community_kind", "in": ["rural"]},
    },
    {
        "id": "after",
        "type": "text",
        "visible": {
            "any": [
                {"q": "farm", "op": "eq", "v": "no"},
                {"fact": "channel_kind", "in": ["lift"]},
            ]
        },
    },
]
SCALE = [
    {"id": "good", "label": "满意", "score": 100},
    {"id": "bad", "label": "不满意", "score": 0},
    {"id": "unknown", "label": "不了解", "score": None},
]
DOCUMENT: dict[str, Any] = {
    "format": "qdef/1",
    "id": "walk",
    "title": "走一遍",
    "scales": {"sat": SCALE},
    "sections": [
        {"id": "first", "items": [SOME | item for item in ITEMS]},
        {
            "id": "second",
            "visible": {"q": "sc", "op": "eq", "v": "bad"},
            "items": [SOME | {"id": "last", "type": "single", "options": YES_NO}],
        },
    ],
}
RULES: dict[str, dict[str, Any]] = {
    item["id"]: item["visible"] for item in ITEMS if "visible" in item
} | {"last": DOCUMENT["sections"][1]["visible"]}
WHOLE = parse(DOCUMENT)
RURAL = {"community_kind": "rural", "channel_kind": "paper"}
Posted = Mapping[str, Sequence[str]]


def errors(**posted: str | list[str]) -> dict[str, str]:
    return answer(**posted).errors


def answer(**posted: str | list[str]) -> Walk:
    fields = {"s": "yes", **posted}
    lists = {
        name.replace("__", "."): [value] if isinstance(value, str) else value
        for name, value in fields.items()
    }
    return walk(WHOLE, lists, RURAL)


def test_answers_come_out_by_their_nature() -> None:
    found = answer(
        s="else",
        s__else=" 说不好 ",
        m=["lamp", "road"],
        mx__a="good",
        mx__b="unknown",
        n="１２",
        d="2025年3月5日",
        t="一句",
        why="一\r\n二",
        farm="yes",
    )
    assert found == Walk(
        shown=("s", "m", "sc", "n", "d", "t", "why", "mx", "farm"),
        ticks={
            "s": "else",
            "m": ["road", "lamp"],
            "n": 12,
            "d": "2025-03-05",
            "mx": {"a": "good", "b": "unknown"},
            "farm": "yes",
        },
        texts={"s.else": " 说不好 ", "t": "一句", "why": "一\r\n二"},
        contact={},
        errors={},
        answered=8,
    )


def test_a_contact_is_kept_apart() -> None:
    found = answer(
        m=["road", "lamp"],
        mx__a="good",
        mx__b="bad",
        n="3",
        d="2025-12-31",
        deep="yes",
        c="13800000000",
    )
    assert found.contact == {"c": "13800000000"}
    assert (found.texts, found.errors) == ({}, {})


@pytest.mark.parametrize(
    ("field", "values", "sentence"),
    [
        ("s", ["yes", "no"], "这一题只能选一项，请重新选一次。"),
        ("s", ["maybe"], "这个选项不在问卷里，请在下面重新选。"),
        ("s", [], "这一题还没选，请选一项。"),
        ("s", [""], "这一题还没选，请选一项。"),
        ("m", ["road", "none"], "“都没有”不能和别的一起选，请只留一样。"),
        ("m", ["road", "lamp", "else"], "最多选 2 项，您选了 3 项，请去掉几项。"),
        ("m", ["road", "sea"], "这个选项不在问卷里，请在下面重新选。"),
        ("m.sea", ["好"], "这一题收到了认不出的内容，请重新选一次。"),
        ("n", ["三"], "这里请填数字，例如 3 或 2.5。"),
        ("n", ["nan"], "这里请填数字，例如 3 或 2.5。"),
        ("n", ["9" * 5000], "这里请填数字，例如 3 或 2.5。"),
        ("n", ["-1"], "这个数太小了，请填 0 或更大的数。"),
        ("n", ["21"], "这个数太大了，请填 20 或更小的数。"),
        ("d", ["2026-02-30"], "没看懂这个日期，请写成 2026-3-15 这样。"),
        ("d", ["明天"], "没看懂这个日期，请写成 2026-3-15 这样。"),
        ("t", ["字" * 11], "最多 10 字，您写了 11 字，请删掉一些。"),
        ("m.else", ["树"], "您在“别的”后面写了字，请把它也选上，或者把字删掉。"),
    ],
)
def test_a_wrong_answer_is_told_what_to_do(
    field: str, values: list[str], sentence: str
) -> None:
    found = walk(WHOLE, {"s": ["yes"], field: values}, {})
    assert found.errors == {field.partition(".")[0]: sentence}


def test_a_matrix_asks_for_the_row_that_is_missing() -> None:
    assert errors(m="road", mx__a="good") == {"mx": "“乙”这一行还没选，请选一项。"}
    assert errors(m="road", mx__a=["good", "bad"], mx__b="bad") == {
        "mx": "“甲”这一行只能选一项，请重新选。"
    }


def test_rows_that_do_not_exist_are_refused() -> None:
    found = answer(m="road", mx__a="good", mx__b="good", mx__z="good")
    assert found.errors == {"mx": "这一题收到了认不出的内容，请重新选一次。"}


def test_what_was_typed_too_long_is_kept() -> None:
    long = "很" * 11
    assert answer(t=long).texts == {"t": long}
    assert answer(t="一\r\n" * 4 + "二三").errors == {}


def test_white_space_is_no_answer() -> None:
    found = answer(t=" 　\n", n=" ", s="yes")
    assert (found.texts, found.errors, found.answered) == ({}, {}, 1)


def test_fields_of_nobody_are_left_alone() -> None:
    assert errors(csrf_token="x", website="y", other__row="z") == {}


def test_an_answer_to_a_question_that_went_away_is_dropped() -> None:
    """Somebody chose 不是, wrote why, then changed to 是."""
    found = answer(s="yes", why="写过的理由")
    assert (found.texts, found.errors) == ({}, {})
    assert "why" not in found.shown


def test_an_answer_that_hung_on_a_dropped_one_is_dropped_too() -> None:
    kept = {"m": ["road", "lamp"], "mx.a": ["bad"], "mx.b": ["bad"]}
    posted = {"s": ["no"], "n": ["5"], "d": ["2020-01-01"], "deep": ["yes"], **kept}
    assert "deep" in walk(WHOLE, posted, {}).ticks
    assert walk(WHOLE, posted | {"c": ["我"]}, {}).contact == {"c": "我"}
    hidden = walk(WHOLE, posted | {"c": ["我"], "why": ["有"]}, {})
    assert (hidden.contact, "deep" in hidden.ticks) == ({}, False)


def test_unanswered_makes_every_comparison_false() -> None:
    found = walk(WHOLE, {}, {})
    assert found.shown == ("s", "m", "sc", "n", "d", "t")


def test_facts_decide_on_the_server() -> None:
    assert "farm" not in walk(WHOLE, {}, {"community_kind": "urban"}).shown
    assert "farm" in walk(WHOLE, {}, RURAL).shown
    assert "after" in walk(WHOLE, {}, {"channel_kind": "lift"}).shown


def test_a_specialised_definition_asks_no_fact() -> None:
    urban = specialise(WHOLE, {"community_kind": "urban", "channel_kind": "paper"})
    assert urban.facts == frozenset()
    assert {"farm", "after"}.isdisjoint(urban.items)
    assert specialise(WHOLE, RURAL).items["farm"].visible is None
    lift = specialise(WHOLE, {"channel_kind": "lift"})
    assert lift.items["after"].visible is None
    assert urban.sections[1] == WHOLE.sections[1]


def test_only_what_hangs_on_answers_has_a_rule() -> None:
    expected = {"note", "why", "mx", "deep", "c", "after", "last"}
    rules = script_rules(specialise(WHOLE, RURAL))
    assert set(rules.questions) == expected
    assert set(rules.headings) == {"second"}
    lift = script_rules(specialise(WHOLE, {"channel_kind": "lift"}))
    assert set(lift.questions) == expected - {"after"}


def test_the_script_gets_the_same_rules_as_the_server() -> None:
    rules = script_rules(specialise(WHOLE, RURAL))
    expected = dict(RULES)
    del expected["farm"]
    expected["after"] = {"any": [{"q": "farm", "op": "eq", "v": "no"}]}
    assert rules.questions == expected


def test_a_heading_goes_with_the_last_question_under_it() -> None:
    rules = script_rules(WHOLE)
    assert rules.headings == {"second": {"any": [RULES["last"]]}}
    first, second = WHOLE.sections
    second = replace(second, visible=None, items=(first.items[7],))
    rules = script_rules(replace(WHOLE, sections=(first, second)))
    assert rules.headings == {"second": {"any": [RULES["why"]]}}


def test_that_a_matrix_was_answered_the_script_sees_at_its_rows() -> None:
    asks = {"not": {"q": "mx", "op": "answered"}}
    later = {**SOME, "id": "later", "type": "text", "visible": asks}
    section = DOCUMENT["sections"][0]
    longer = {**section, "items": [*section["items"], later]}
    rules = script_rules(parse({**DOCUMENT, "sections": [longer]}))
    rows = [{"q": f"mx.{row}", "op": "answered"} for row in ("a", "b")]
    assert rules.questions["later"] == {"not": {"any": rows}}


# Properties, held to the rules as they stand in the JSON.


def faults(found: Walk, facts: Mapping[str, str]) -> set[str]:
    """Items for which something was accepted that must not be."""
    taken = {**found.ticks, **found.texts, **found.contact}
    owners = {name.partition(".")[0] for name in taken} | set(found.errors)
    hidden = {i for i, rule in RULES.items() if not holds(rule, taken, facts)}
    unknown = {i for i, value in found.ticks.items() if not proper(i, value)}
    return (owners & hidden) | unknown | (set(found.shown) & hidden)


def proper(item_id: str, value: Any) -> bool:
    item = WHOLE.items[item_id]
    if item.rows:
        known = {row.id for row in item.rows}
        return set(value) <= known and set(value.values()) <= item.option_ids
    if not item.options:
        return isinstance(value, int | float | str)
    return set(value if isinstance(value, list) else [value]) <= item.option_ids


NAMES = [*sorted(WHOLE.fields), "mx", "mx.z", "m.sea", "s.", ".s", "note", "csrf_token"]
OPTIONS = ["yes", "no", "else", "none", "road", "lamp", "good", "bad", "unknown"]
VALUES = st.sampled_from(
    [*OPTIONS, "sea", "3", "21", "2020-01-01", "", " ", "字", "['yes']", "\x00"]
)
POSTED = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=3),
    st.lists(VALUES | st.text(max_size=12), max_size=3),
    max_size=12,
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "community_kind": st.sampled_from(["rural", "urban", ""]),
        "channel_kind": st.sampled_from(["lift", "paper"]),
    },
)


@settings(max_examples=200, deadline=None)
@given(POSTED, FACTS)
def test_nothing_hidden_and_nothing_unknown_is_ever_accepted(
    posted: Posted, facts: dict[str, str]
) -> None:
    assert faults(walk(WHOLE, posted, facts), facts) == set()


def without_rules(definition: Definition) -> Definition:
    """The leaking twin: it shows and takes everything."""
    sections = tuple(
        replace(
            section,
            visible=None,
            items=tuple(replace(item, visible=None) for item in section.items),
        )
        for section in definition.sections
    )
    return replace(definition, sections=sections)


def with_one_more_option(definition: Definition) -> Definition:
    """The other leaking twin: it takes an option that is not in the questionnaire."""
    head, *rest = definition.sections
    wide = replace(head.items[0], options=(*head.items[0].options, Option("sea", "海")))
    head = replace(head, items=(wide, *head.items[1:]))
    return replace(definition, sections=(head, *rest))


def test_the_property_sees_a_walk_that_takes_hidden_answers() -> None:
    posted = {"s": ["yes"], "why": ["写过的理由"]}
    assert faults(walk(WHOLE, posted, {}), {}) == set()
    assert "why" in faults(walk(without_rules(WHOLE), posted, {}), {})


def test_the_property_sees_a_walk_that_takes_unknown_options() -> None:
    posted = {"s": ["sea"]}
    assert faults(walk(WHOLE, posted, {}), {}) == set()
    assert faults(walk(with_one_more_option(WHOLE), posted, {}), {}) == {"s"}


@settings(max_examples=100, deadline=None)
@given(POSTED, FACTS)
def test_a_specialised_definition_walks_like_the_whole(
    posted: Posted, facts: dict[str, str]
) -> None:
    whole = walk(WHOLE, posted, facts)
    special = walk(specialise(WHOLE, facts), posted, {})
    assert special == whole


def test_the_shipped_questionnaire_takes_what_its_form_offers() -> None:
    shown = specialise(parse(compose()), {"community_kind": "urban"})
    posted = {item.id: [item.options[0].id] for item in shown.questions if item.options}
    found = walk(shown, posted, {})
    assert found.errors == {}
    assert found.answered == 12
