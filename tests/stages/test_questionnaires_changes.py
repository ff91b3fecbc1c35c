"""What changed between two versions: the same question in other words, or another."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.questionnaires.changes import Difference, differences
from portal.questionnaires.definition import parse
from portal.questionnaires.shipped import compose
from tests.stages.definitions import EVERY_RULE, Document, documents

SCALE = [
    {"id": "good", "label": "满意", "score": 100},
    {"id": "bad", "label": "不满意", "score": 0},
]
OTHER_SCALE = [*SCALE, {"id": "none", "label": "不了解"}]


def option(key: str, label: str, **more: Any) -> Document:
    return {"id": key, "label": label, **more}


LAMPS: Document = {
    "id": "lamps",
    "type": "single",
    "title": "路灯亮不亮？",
    "options": [option("yes", "亮", score=100), option("no", "不亮", score=0)],
}
WHERE: Document = {
    "id": "where",
    "type": "multi",
    "title": "哪里不亮？",
    "max": 2,
    "options": [option("gate", "门口"), option("lane", "巷子")],
}
HOW: Document = {"id": "how", "type": "scale", "title": "总的怎么样？", "scale": "s"}
EACH: Document = {
    "id": "each",
    "type": "matrix",
    "title": "各样怎么样？",
    "scale": "s",
    "rows": [option("a", "扫地"), option("b", "修灯")],
}
COUNT: Document = {"id": "count", "type": "number", "title": "几盏？", "max": 10}
MORE: Document = {"id": "more", "type": "longtext", "title": "还想说什么？"}
ITEMS = {one["id"]: one for one in (LAMPS, WHERE, HOW, EACH, COUNT, MORE)}


def document(*items: Document, **more: Any) -> Document:
    return {
        "format": "qdef/1",
        "id": "village",
        "title": "村里的事",
        "scales": {"s": SCALE, "t": OTHER_SCALE},
        "sections": [{"id": "all", "title": "路灯", "items": list(items)}],
        **more,
    }


WHOLE = document(*ITEMS.values())


def with_item(item_id: str, **changes: Any) -> Document:
    items = [{**i, **changes} if i["id"] == item_id else i for i in ITEMS.values()]
    return document(*items)


def between(before: Document, after: Document) -> Difference:
    return differences(parse(before), parse(after))


def changed(item_id: str, **changes: Any) -> Difference:
    return between(WHOLE, with_item(item_id, **changes))


# The same question


@pytest.mark.parametrize("whole", [WHOLE, EVERY_RULE, compose()])
def test_nothing_differs_from_itself(whole: Document) -> None:
    assert between(whole, deepcopy(whole)) == Difference()
    assert between(whole, whole).is_empty


def test_a_title_in_other_words_is_told_as_it_was_and_is() -> None:
    found = changed("lamps", title="路灯亮吗？")
    (one,) = found.mended
    assert (one.said, one.meaning, one.arranged) == (
        (("路灯亮不亮？", "路灯亮吗？"),),
        (),
        (),
    )
    assert found.is_typo


def test_a_label_in_other_words_under_its_id_is_wording() -> None:
    found = changed(
        "lamps", options=[option("yes", "亮着", score=100), LAMPS["options"][1]]
    )
    assert found.mended[0].said == (("亮", "亮着"),)
    assert found.is_typo


def test_a_row_in_other_words_is_wording() -> None:
    found = changed("each", rows=[option("a", "扫街"), option("b", "修灯")])
    assert found.mended[0].said == (("扫地", "扫街"),)


def test_help_is_told_apart_from_what_is_asked() -> None:
    (one,) = changed("more", help="一句话也行。").mended
    assert (one.said, one.explained) == ((), (("", "一句话也行。"),))


def test_title_first_and_last_words_and_headings_are_texts() -> None:
    section = {**WHOLE["sections"][0], "title": "灯"}
    after = {**WHOLE, "title": "大事", "intro": "您好", "sections": [section]}
    found = between(WHOLE, after)
    assert found.texts == (("村里的事", "大事"), ("", "您好"), ("路灯", "灯"))
    assert found.is_typo
    assert found.changes == ()


@pytest.mark.parametrize(
    ("item_id", "changes", "word"),
    [
        ("lamps", {"required": True}, "改成必答"),
        ("lamps", {"options": LAMPS["options"][::-1]}, "选项换了次序"),
        ("each", {"rows": EACH["rows"][::-1]}, "行换了次序"),
        (
            "where",
            {"visible": {"q": "lamps", "op": "eq", "v": "no"}},
            "改了给谁看",
        ),
        (
            "where",
            {"options": [option("gate", "门口"), option("lane", "巷子", text=True)]},
            "选项后面填写的框有增减",
        ),
        ("count", {"max": 20}, "范围改成 不限 到 20"),
        ("more", {"max_chars": 200}, "最多 200 字"),
        ("more", {"points": ["service.doors"]}, "改了对应的清单要点"),
    ],
)
def test_another_arrangement_is_told_and_is_no_typo(
    item_id: str, changes: Document, word: str
) -> None:
    found = changed(item_id, **changes)
    assert [one.arranged for one in found.changes] == [(word,)]
    assert found.turned == []
    assert not found.is_typo


def test_who_sees_a_section_is_told_at_each_question() -> None:
    rule = {"fact": "community_kind", "in": ["rural"]}
    section = {**WHOLE["sections"][0], "visible": rule}
    found = between(WHOLE, {**WHOLE, "sections": [section]})
    assert {one.arranged for one in found.changes} == {("改了给谁看",)}
    assert len(found.changes) == 6


def test_only_what_moved_is_said_to_have_moved() -> None:
    items = list(ITEMS.values())
    found = between(WHOLE, document(*items[1:], items[0]))
    assert [(c.item.id, c.arranged) for c in found.changes] == [
        ("lamps", ("挪了位置",))
    ]


def test_a_question_before_moves_nothing() -> None:
    new = {**MORE, "id": "first"}
    found = between(WHOLE, document(new, *ITEMS.values()))
    assert [c.item.id for c in found.changes] == ["first"]
    assert [c.item.id for c in found.added] == ["first"]


def test_a_question_in_another_section_moved() -> None:
    items = list(ITEMS.values())
    parts = [{"id": "all", "title": "路灯", "items": items[:-1]}]
    after = {**WHOLE, "sections": [*parts, {"id": "last", "items": items[-1:]}]}
    found = between(WHOLE, after)
    assert [(c.item.id, c.arranged) for c in found.changes] == [("more", ("挪了位置",))]


# Another question under the same id


@pytest.mark.parametrize(
    ("item_id", "changes", "words"),
    [
        ("lamps", {"type": "multi"}, "题型从单选题改成多选题"),
        (
            "lamps",
            {"options": [*LAMPS["options"], option("x", "一半")]},
            "新增选项「一半」",
        ),
        (
            "lamps",
            {"options": [LAMPS["options"][0], option("off", "不亮", score=0)]},
            "去掉选项「不亮」",
        ),
        (
            "lamps",
            {"options": [option("yes", "亮", score=90), LAMPS["options"][1]]},
            "「亮」的分数从 100 改成 90",
        ),
        (
            "lamps",
            {"options": [option("yes", "亮"), LAMPS["options"][1]]},
            "「亮」的分数从 100 改成 不计分",
        ),
        ("how", {"scale": "t"}, "新增选项「不了解」"),
        ("each", {"rows": EACH["rows"][:1]}, "去掉行「修灯」"),
        ("each", {"rows": [*EACH["rows"], option("c", "停车")]}, "新增行「停车」"),
        (
            "where",
            {"options": [option("gate", "门口", exclusive=True), WHERE["options"][1]]},
            "「门口」改成只能单选这一项",
        ),
        ("where", {"max": 1}, "最多选几项：2 → 1"),
    ],
)
def test_another_meaning_is_told_why(
    item_id: str, changes: Document, words: str
) -> None:
    found = changed(item_id, **changes)
    (one,) = found.turned
    assert words in one.meaning
    assert found.mended == []
    assert not found.is_typo


def test_a_score_of_a_shared_scale_changes_every_question_that_uses_it() -> None:
    worse = [{**SCALE[0], "score": 90}, SCALE[1]]
    found = between(WHOLE, {**WHOLE, "scales": {"s": worse, "t": OTHER_SCALE}})
    assert [one.item.id for one in found.turned] == ["how", "each"]


def test_another_scale_of_the_same_answers_is_the_same_question() -> None:
    scales = {"s": SCALE, "t": SCALE}
    after = {**with_item("how", scale="t"), "scales": scales}
    found = between({**WHOLE, "scales": scales}, after)
    assert found.turned == []
    assert found.mended[0].arranged == ("换了一套量表，答案照旧",)


def test_what_came_and_went_is_listed() -> None:
    found = between(WHOLE, document(LAMPS, {**MORE, "id": "else"}))
    assert [one.item.id for one in found.added] == ["else"]
    assert [one.item.id for one in found.removed] == [
        "where", "how", "each", "count", "more",
    ]  # fmt: skip
    assert not found.is_typo


def test_the_first_version_is_new_throughout() -> None:
    found = differences(None, parse(WHOLE))
    assert [one.item.id for one in found.added] == list(ITEMS)
    assert not found.is_empty


def test_what_no_resident_sees_is_still_a_change() -> None:
    found = between(WHOLE, {**WHOLE, "scales": {**WHOLE["scales"], "u": SCALE}})
    assert (found.changes, found.texts) == ((), ())
    assert not found.is_empty
    assert not found.is_typo


# Any questionnaire


def _items(whole: Document) -> list[Document]:
    return [item for section in whole["sections"] for item in section["items"]]


def _answers(whole: Document) -> list[Document]:
    lists = [item.get(k, []) for item in _items(whole) for k in ("options", "rows")]
    return [one for found in (*lists, *whole["scales"].values()) for one in found]


def reword_everything(whole: Document) -> None:
    for one in (whole, *whole["sections"], *_items(whole)):
        one["title"] = "新的说法"
    for number, one in enumerate(_answers(whole)):
        one["label"] = f"说法{number}"


def require_everything(whole: Document) -> None:
    for item in _items(whole):
        if item["type"] != "note":
            item["required"] = not item.get("required", False)


def explain_everything(whole: Document) -> None:
    for item in _items(whole):
        item["help"] = "请想一想再答。"
    whole["intro"] = whole["thanks"] = "谢谢。"


def turn_types(whole: Document) -> None:
    """Of those that no rule asks, and that any type may follow."""
    for item in _items(whole):
        for key in set(item) - {"id", "visible", "title"}:
            del item[key]
        item["type"] = "note"


def add_answers(whole: Document) -> None:
    for item in _items(whole):
        for key in {"options", "rows"} & set(item):
            item[key].append({"id": "brand_new", "label": "新的"})


COSMETIC: list[Callable[[Document], None]] = [
    reword_everything,
    require_everything,
    explain_everything,
]


@settings(deadline=None, max_examples=50)
@given(documents(most_items=4))
def test_no_questionnaire_differs_from_itself(whole: Document) -> None:
    assert between(whole, deepcopy(whole)).is_empty


@settings(deadline=None, max_examples=50)
@given(
    documents(most_items=4),
    st.lists(st.sampled_from(COSMETIC), min_size=1, unique=True),
)
def test_cosmetics_are_never_taken_for_another_meaning(
    whole: Document, mutations: list[Callable[[Document], None]]
) -> None:
    after = deepcopy(whole)
    for mutate in mutations:
        mutate(after)
    found = between(whole, after)
    assert found.changes == tuple(found.mended)
    assert found.is_typo == (require_everything not in mutations or not _asks(whole))


def _asks(whole: Document) -> bool:
    return any(item["type"] != "note" for item in _items(whole))


def _without_rules(whole: Document) -> Document:
    for one in (*whole["sections"], *_items(whole)):
        one.pop("visible", None)
    return whole


def _has(whole: Document, *keys: str) -> set[str]:
    return {item["id"] for item in _items(whole) if set(keys) & set(item)}


@settings(deadline=None, max_examples=50)
@given(documents(most_items=4))
def test_another_type_is_never_taken_for_cosmetics(whole: Document) -> None:
    before = _without_rules(whole)
    after = deepcopy(before)
    turn_types(after)
    asked = {item["id"] for item in _items(before) if item["type"] != "note"}
    assert {one.item.id for one in between(before, after).turned} == asked


@settings(deadline=None, max_examples=50)
@given(documents(most_items=4))
def test_other_answers_are_never_taken_for_cosmetics(whole: Document) -> None:
    after = deepcopy(whole)
    add_answers(after)
    found = between(whole, after)
    assert {one.item.id for one in found.turned} == _has(whole, "options", "rows")


@settings(deadline=None, max_examples=50)
@given(documents(most_items=4))
def test_other_scores_are_never_taken_for_cosmetics(whole: Document) -> None:
    after = deepcopy(whole)
    lists = [item.get("options", []) for item in _items(after)]
    for one in [o for found in (*lists, *after["scales"].values()) for o in found]:
        one["score"] = 101  # more than any there was
    found = between(whole, after)
    assert {one.item.id for one in found.turned} == _has(whole, "options", "scale")


@settings(deadline=None, max_examples=50)
@given(documents(most_items=2), documents(most_items=2))
def test_every_difference_is_seen(one: Document, two: Document) -> None:
    assert between(one, two).is_empty == (parse(one) == parse(two))


def moved_about(whole: Document) -> Mapping[str, int]:
    return {item["id"]: rank for rank, item in enumerate(_items(whole))}


@settings(deadline=None, max_examples=50)
@given(documents(most_items=4), st.randoms(use_true_random=False))
def test_putting_questions_in_another_order_changes_no_meaning(
    whole: Document, chance: Any
) -> None:
    before = _without_rules(whole)
    after = deepcopy(before)
    for section in after["sections"]:
        chance.shuffle(section["items"])
    found = between(before, after)
    assert {one.arranged for one in found.changes} <= {("挪了位置",)}
    assert found.is_empty == (moved_about(before) == moved_about(after))
