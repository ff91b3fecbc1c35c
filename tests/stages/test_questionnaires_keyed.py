"""Sheets typed in by keys come to what a phone would have posted; nothing is guessed."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.questionnaires import keyed
from portal.questionnaires.definition import parse, specialise
from portal.questionnaires.printed import Lead, leads, numbers
from portal.questionnaires.shape import Definition, Item, ItemType
from portal.questionnaires.shipped import compose
from portal.questionnaires.walk import walk
from tests.stages.definitions import documents, facts
from tests.stages.test_questionnaires_properties import RICH

URBAN = {"community_kind": "urban", "channel_kind": "paper"}
SHIPPED = specialise(parse(compose()), URBAN).on_paper
EVERY_TYPE = specialise(parse(RICH), {"phase": "voting"}).on_paper


def read(definition: Definition = SHIPPED, /, **typed: str) -> keyed.Sheet:
    return keyed.read(definition, typed)


def posted(definition: Definition = SHIPPED, /, **typed: str) -> Mapping[str, Any]:
    sheet = read(definition, **typed)
    assert sheet.errors == {}
    return sheet.posted


@pytest.mark.parametrize("key", ["2", "B", "b", "２", "Ｂ", " 2 ", "2.", "b、"])
def test_a_number_or_a_letter_is_the_answer_at_that_place(key: str) -> None:
    assert posted(overall=key) == {"overall": ["mostly"]}


@pytest.mark.parametrize(
    "keys", ["134", "ACD", "a c d", "1 3 4", "1，3，4", "１、３、４"]
)
def test_several_answers_stand_in_a_row_or_apart(keys: str) -> None:
    assert posted(errand="2", errand_why=keys)["errand_why"] == [
        "papers",
        "pushed",
        "attitude",
    ]


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ("11", ["else"]),
        ("1 11", ["none", "else"]),
        ("3 10", ["roads", "quarrels"]),
        ("CJ", ["roads", "quarrels"]),
        ("3", ["roads"]),
    ],
)
def test_among_more_than_nine_answers_a_number_is_one_key(
    keys: str, meant: list[str]
) -> None:
    assert posted(first=keys) == {"first": meant}


def test_three_answers_run_together_among_more_than_nine_are_not_guessed() -> None:
    assert read(first="234").errors == {
        "first": "没有第 234 项，这一题只有 11 项。两项之间请空一格，例如「1 3」。"
    }


def test_what_is_written_behind_an_answer_follows_an_equals_sign() -> None:
    assert posted(errand="3", errand_why="2 6＝没人接电话，打了 3 回") == {
        "errand": ["failed"],
        "errand_why": ["nobody", "else"],
        "errand_why.else": ["没人接电话，打了 3 回"],
    }


def test_behind_an_answer_without_a_box_nothing_is_written() -> None:
    assert read(errand="2=排队").errors == {
        "errand": "第 2 项后面不能写字，请去掉等号和后面的话。"
    }


def test_a_matrix_takes_one_key_a_row_and_0_for_a_bare_one() -> None:
    for keys in ("21", "2 1", "BA"):
        assert posted(EVERY_TYPE, x=keys) == {"x.x": ["x"], "x.y": ["g"]}
    assert posted(EVERY_TYPE, x="03") == {"x.y": ["y"]}
    assert posted(EVERY_TYPE, x="- 3") == {"x.y": ["y"]}
    assert read(EVERY_TYPE, x="213").errors == {
        "x": "这一题有 2 行，每行一个数，空着的行填 0。您填了 3 个，请对一对。"
    }


def test_words_numbers_and_days_are_typed_as_they_are() -> None:
    assert posted(EVERY_TYPE, l="路灯不亮", n="7", w="0000") == {
        "l": ["路灯不亮"],
        "n": ["7"],
        "w": ["0000"],
    }
    for day in ("20260315", "2026-03-15", "２０２６０３１５"):
        found = posted(EVERY_TYPE, d=day)
        assert walk(EVERY_TYPE, found, {}).ticks == {"d": "2026-03-15"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("6", "没有第 6 项，这一题只有 5 项。"),
        ("0", "没有第 0 项，这一题只有 5 项。"),
        ("Z", "没有第 Z 项，这一题只有 5 项。"),
        ("满意", "没看懂「满意」：这一题填 1 到 5 的数字，或者对应的字母。"),
        ("1?", "没看懂「1?」：这一题填 1 到 5 的数字，或者对应的字母。"),
        ("=好", "没看懂「=好」：这一题填 1 到 5 的数字，或者对应的字母。"),
    ],
)
def test_what_cannot_be_meant_is_told_with_what_to_type(
    typed: str, sentence: str
) -> None:
    assert read(overall=typed).errors == {"overall": sentence}


def test_an_endless_number_is_told_not_reckoned_with() -> None:
    assert "没有第 99999" in read(first="9" * 5000).errors["first"]


def test_two_ticks_where_one_counts_are_left_to_the_door_to_refuse() -> None:
    sheet = read(overall="12")
    assert sheet.posted == {"overall": ["good", "mostly"]}
    assert walk(SHIPPED, sheet.posted, {}).errors.keys() == {"overall"}


# What looks odd


WHOLE = dict.fromkeys((q.id for q in SHIPPED.questions if q.options), "1")
WHOLE |= {"errand_why": "", "welfare_why": "", "first": "2"}


def test_a_sheet_like_any_other_raises_no_doubt() -> None:
    assert read(**WHOLE).doubts == {}
    assert read(**{**WHOLE, "errand": "2", "errand_why": "1"}).doubts == {}


def test_a_bare_sheet_is_asked_about() -> None:
    assert read().doubts == {"overall": "这张卷子一题也没填。"}


def test_an_answer_nobody_asked_for_is_told_where_it_stands() -> None:
    sheet = read(**{**WHOLE, "errand_why": "2"})
    assert sheet.doubts == {
        "errand_why": "照前面的答案，这一题用不着答，存的时候不算它。"
    }
    assert "errand_why" not in walk(SHIPPED, sheet.posted, {}).ticks


def test_a_sheet_sent_too_soon_is_asked_about() -> None:
    assert read(overall="1", errand="1").doubts == {"reply": "从第 4 题起都空着。"}
    assert read(**{**WHOLE, "first": ""}).doubts == {}


def test_the_keys_are_said_in_words() -> None:
    sheet = read(overall="2", errand="3", errand_why="16=催了 3 回", more="别的话")
    assert keyed.said(SHIPPED, sheet) == {
        "overall": "基本满意",
        "errand": "没办成",
        "errand_why": "材料要了一样又一样，别的（催了 3 回）",
    }
    assert keyed.said(EVERY_TYPE, read(EVERY_TYPE, x="02")) == {"x": "乙：甲"}


# Whatever the questionnaire


@st.composite
def filled(draw: st.DrawFn) -> tuple[Definition, dict[str, str], dict[str, list[str]]]:
    """A questionnaire, one sheet of it as typed, and the same as a phone posts it."""
    definition = specialise(parse(draw(documents())), draw(facts())).on_paper
    typed, sent = dict[str, str](), dict[str, list[str]]()
    for item in definition.questions:
        if draw(st.booleans()):
            text, values = draw(answers_to(item))
            typed[item.id] = text
            sent |= values
    return definition, typed, sent


WRITTEN = st.sampled_from(["路灯", "3", "a b", "2026-03-15", "=", "；"])


@st.composite
def answers_to(draw: st.DrawFn, item: Item) -> tuple[str, dict[str, list[str]]]:
    if not item.options:
        text = draw(WRITTEN)
        return text, {item.id: [text]}
    places = st.integers(0, len(item.options) - 1)
    gap = draw(st.sampled_from(["", " ", "，"]))

    def key(place: int) -> str:
        return draw(st.sampled_from([str(place + 1), chr(ord("A") + place)]))

    if item.type is ItemType.MATRIX:
        rows = [draw(st.none() | places) for _ in item.rows]
        keys = ["0" if row is None else key(row) for row in rows]
        return gap.join(keys), {
            name: [item.options[place].id]
            for (_, name), place in zip(item.row_fields, rows, strict=True)
            if place is not None
        }
    chosen = draw(st.lists(places, min_size=1, max_size=3, unique=True))
    sent = {item.id: [item.options[place].id for place in chosen]}
    text, last = gap.join(map(key, chosen)), item.options[chosen[-1]]
    if last.text and draw(st.booleans()):
        text += "=路灯，不亮"
        sent[f"{item.id}.{last.id}"] = ["路灯，不亮"]
    return text, sent


@given(filled())
@settings(max_examples=40, deadline=None)
def test_a_typed_sheet_is_the_same_as_a_posted_one(
    case: tuple[Definition, dict[str, str], dict[str, list[str]]],
) -> None:
    definition, typed, sent = case
    sheet = keyed.read(definition, typed)
    assert sheet.errors == {}
    assert walk(definition, sheet.posted, {}) == walk(definition, sent, {})


@given(documents(), facts(), st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_is_typed_is_an_answer_or_a_sentence(
    document: dict[str, Any], known: dict[str, str], data: st.DataObject
) -> None:
    definition = specialise(parse(document), known).on_paper
    signs = st.text("1290-=＝；;, ABZ①½²满\x00\n9", max_size=9) | st.text(max_size=9)
    typed = {item.id: data.draw(signs) for item in definition.questions}
    sheet = keyed.read(definition, typed)
    keyed.said(definition, sheet)
    walk(definition, sheet.posted, {})
    for item in definition.questions:
        is_read = bool(item.fields & sheet.posted.keys())
        assert not (is_read and item.id in sheet.errors)
        assert set(sheet.posted) <= definition.fields


@given(documents(), facts())
@settings(max_examples=20, deadline=None)
def test_on_paper_nothing_has_to_be_answered(
    document: dict[str, Any], known: dict[str, str]
) -> None:
    definition = specialise(parse(document), known).on_paper
    assert walk(definition, {}, {}).errors == {}


# Numbers, and who is to answer


def test_every_question_on_paper_has_a_number_in_order() -> None:
    found = numbers(SHIPPED)
    assert list(found) == [item.id for item in SHIPPED.questions]
    assert list(found.values()) == list(range(1, len(found) + 1))


def test_who_is_to_answer_is_told_by_number_and_words() -> None:
    assert leads(SHIPPED) == {
        "errand_why": Lead(2, ("多跑了几趟", "没办成")),
        "welfare_why": Lead(7, ("个别不公道", "不公道")),
        "clean_letter": Lead(10, ("听人说过", "自己遇到过")),
    }


def test_a_rule_beyond_ticks_of_one_question_names_nobody() -> None:
    assert leads(EVERY_TYPE) == {"last": None}


KEYSTROKES = 45  # for the shipped sheet of 15 questions, words not counted


def test_a_sheet_is_typed_in_with_few_keys() -> None:
    """A key and Enter a question, one more Enter at the button."""
    typed = "".join(WHOLE.values())
    boxes = len(SHIPPED.questions)
    assert len(typed) + boxes + 1 <= KEYSTROKES
