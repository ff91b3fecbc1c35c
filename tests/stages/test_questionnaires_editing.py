"""Small changes on screen: whatever is changed, the rest stays to the letter."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.errors import NotFoundError
from portal.questionnaires import editing
from portal.questionnaires.changes import differences
from portal.questionnaires.definition import parse
from portal.questionnaires.editing import EditError, Fresh, Wording
from portal.questionnaires.shape import ItemType
from portal.questionnaires.shipped import compose
from tests.stages.definitions import EVERY_RULE, Document, documents
from tests.stages.test_questionnaires_changes import (
    EACH,
    HOW,
    LAMPS,
    MORE,
    WHERE,
    document,
)

ASKED_IF = {**MORE, "visible": {"all": [{"q": "lamps", "op": "eq", "v": "no"}]}}
WHOLE = document(LAMPS, WHERE, HOW, EACH, ASKED_IF)


def ids(whole: Document) -> list[list[str]]:
    return [[item["id"] for item in section["items"]] for section in whole["sections"]]


def wording(whole: Document, item_id: str, **typed: Any) -> Wording:
    """What the form of a question holds as it stands, with what was typed over it."""
    item = editing.item_of(whole, item_id)
    stands: dict[str, Any] = {
        "title": item["title"],
        "help": item.get("help", ""),
        "required": item.get("required", False),
        "lines": editing.lines_for(item),
    }
    return Wording(**{**stands, **typed})


def test_the_document_given_is_left_alone() -> None:
    before = deepcopy(WHOLE)
    editing.reworded(WHOLE, "lamps", wording(WHOLE, "lamps", title="灯？"))
    editing.moved(WHOLE, "lamps", 1)
    editing.removed(WHOLE, "lamps")
    editing.renewed(WHOLE, ["lamps"], taken=())
    editing.retitled(WHOLE, title="灯", intro="好", thanks="")
    assert before == WHOLE


# Words


def test_title_first_and_last_words_are_changed() -> None:
    found = editing.retitled(WHOLE, title=" 大事 ", intro="您好\r\n请看", thanks="")
    assert (found["title"], found["intro"]) == ("大事", "您好\n请看")
    assert "thanks" not in found


def test_words_that_were_there_can_be_emptied() -> None:
    found = editing.retitled(
        {**WHOLE, "intro": "您好"}, title="大事", intro="", thanks=""
    )
    assert found["intro"] == ""


def test_a_question_is_reworded_and_its_answers_keep_their_ids() -> None:
    typed = wording(
        WHOLE, "lamps", title="灯亮吗？", help="看晚上", required=True,
        lines="亮着＝100\r\n不亮＝0",
    )  # fmt: skip
    found = editing.item_of(editing.reworded(WHOLE, "lamps", typed), "lamps")
    assert found == {
        **LAMPS,
        "title": "灯亮吗？",
        "help": "看晚上",
        "required": True,
        "options": [
            {"id": "yes", "label": "亮着", "score": 100},
            {"id": "no", "label": "不亮", "score": 0},
        ],
    }


def test_an_answer_put_between_gets_an_id_of_its_own() -> None:
    typed = wording(WHOLE, "where", lines="门口\n桥头（填写）\n巷子")
    found = editing.item_of(editing.reworded(WHOLE, "where", typed), "where")
    gate, bridge, lane = found["options"]
    assert (gate["id"], lane["id"]) == ("gate", "lane")
    assert (bridge["label"], bridge["text"]) == ("桥头", True)
    assert bridge["id"] not in {"gate", "lane"}


def test_the_rows_of_a_matrix_are_lines_too() -> None:
    typed = wording(WHOLE, "each", lines="扫地\n修路灯")
    found = editing.item_of(editing.reworded(WHOLE, "each", typed), "each")
    assert found["rows"] == [
        {"id": "a", "label": "扫地"},
        {"id": "b", "label": "修路灯"},
    ]


@pytest.mark.parametrize("whole", [EVERY_RULE, compose()])
def test_a_form_sent_as_it_was_shown_changes_nothing(whole: Document) -> None:
    for row in ids(whole):
        for item_id in row:
            sent = editing.reworded(whole, item_id, wording(whole, item_id))
            assert differences(parse(whole), parse(sent)).is_empty


@settings(deadline=None, max_examples=50)
@given(documents(most_items=4))
def test_any_form_sent_as_it_was_shown_changes_nothing_but_blanks(
    whole: Document,
) -> None:
    """Blanks at the ends of a line go; a rule, an id or a score never does."""
    for row in ids(whole):
        for item_id in row:
            sent = editing.reworded(whole, item_id, wording(whole, item_id))
            found = differences(parse(whole), parse(sent))
            pairs = [p for c in found.changes for p in (*c.said, *c.explained)]
            assert all(
                is_ == " ".join(was.split("\n")).strip() or is_ == was.strip()
                for was, is_ in pairs
            )
            assert found.is_typo


# Places


def test_a_question_goes_up_and_down_and_over_the_edge_of_its_section() -> None:
    whole = document(LAMPS, WHERE)
    whole["sections"].append({"id": "last", "items": [MORE]})
    assert ids(editing.moved(whole, "where", -1)) == [["where", "lamps"], ["more"]]
    assert ids(editing.moved(whole, "where", 1)) == [["lamps"], ["where", "more"]]
    assert ids(editing.moved(whole, "more", -1)) == [["lamps", "where", "more"]]
    assert ids(editing.moved(whole, "lamps", -1)) == [["lamps", "where"], ["more"]]
    assert ids(editing.moved(whole, "more", 1)) == [["lamps", "where"], ["more"]]


def test_a_question_does_not_go_before_one_it_hangs_on() -> None:
    found = WHOLE
    for _ in range(4):
        found = editing.moved(found, "more", -1)
    with pytest.raises(EditError) as refusal:
        editing.require_sound(found)
    assert refusal.value.sentence == (
        "「还想说什么？」的显示条件：前面没有编号是“lamps”的题；条件只能看前面的题。"
    )


def test_a_question_is_taken_out_and_the_section_it_was_alone_in() -> None:
    whole = document(LAMPS, WHERE)
    whole["sections"].append({"id": "last", "items": [MORE]})
    assert ids(editing.removed(whole, "more")) == [["lamps", "where"]]
    assert ids(editing.removed(whole, "lamps")) == [["where"], ["more"]]


def test_a_question_that_others_hang_on_is_not_taken_out() -> None:
    with pytest.raises(EditError, match="显示条件"):
        editing.require_sound(editing.removed(WHOLE, "lamps"))


def test_the_last_question_is_not_taken_out() -> None:
    with pytest.raises(EditError) as refusal:
        editing.require_sound(editing.removed(document(MORE), "more"))
    assert refusal.value.sentence == "问卷：要有 1 到 20 项，现在有 0 项。"


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        editing.item_of(WHOLE, "nobody")
    with pytest.raises(NotFoundError):
        editing.moved(WHOLE, "nobody", 1)


# New questions


@pytest.mark.parametrize("kind", editing.ADDED)
def test_a_question_of_every_simple_type_is_added_where_it_was_said(
    kind: ItemType,
) -> None:
    typed = Wording(title="新的一道题？", help="想一想", lines="有\n没有（不计分）")
    fresh = Fresh(type=kind, wording=typed, after="lamps")
    found = editing.added(WHOLE, fresh, taken=())
    editing.require_sound(found)
    assert ids(found)[0][:3:2] == ["lamps", "where"]
    item = parse(found).items[ids(found)[0][1]]
    assert (item.type, item.title, item.help) == (kind, "新的一道题？", "想一想")
    if kind in editing.LISTED:
        assert [option.label for option in item.options] == ["有", "没有"]


def test_a_question_is_added_at_the_very_front() -> None:
    fresh = Fresh(type=ItemType.DATE, wording=Wording(title="哪天？"))
    found = editing.added(WHOLE, fresh, taken=())
    assert ids(found)[0][1:] == ids(WHOLE)[0]


def test_a_scale_that_is_not_there_yet_is_the_one_of_satisfaction() -> None:
    fresh = Fresh(type=ItemType.SCALE, wording=Wording(title="满意吗？"), after="lamps")
    found = editing.added(document(LAMPS), fresh, taken=())
    item = parse(found).items[ids(found)[0][1]]
    assert [(o.label, o.score) for o in item.options] == [
        ("满意", 100), ("基本满意", 75), ("一般", 50), ("不满意", 0), ("不了解", None),
    ]  # fmt: skip
    again = editing.added(found, fresh, taken=())
    assert len(parse(again).scales) == len(parse(found).scales)


def test_a_scale_of_the_questionnaires_own_can_be_named() -> None:
    typed = Wording(title="怎么样？")
    fresh = Fresh(type=ItemType.SCALE, wording=typed, scale="s")
    found = editing.added(WHOLE, fresh, taken=())
    assert parse(found).scales.keys() == {"s", "t"}


def test_an_id_that_any_question_ever_had_is_not_given_again() -> None:
    fresh = Fresh(type=ItemType.DATE, wording=Wording(title="哪天？"))
    first = ids(editing.added(WHOLE, fresh, taken=()))[0][0]
    second = ids(editing.added(WHOLE, fresh, taken={first}))[0][0]
    assert first != second


@pytest.mark.parametrize(
    ("kind", "title", "lines", "words"),
    [
        (ItemType.SINGLE, "选哪个？", "只有一个", "「选哪个？」的选项：要有 2 到 60 项，现在有 1 项"),
        (ItemType.TEXT, "", "", "的题目：这里要有文字，不能空着"),
        (ItemType.TEXT, "长" * 301, "", "最多 300 字，现在有 301 字，请缩短"),
        (ItemType.MULTI, "选？", "长" * 4000 + "\n短", "最多 120 字，现在有 4000 字"),
        (ItemType.TEXT, "去\u202e看", "", "看不见的控制字符"),
        (ItemType.TEXT, "看 <b>这里</b>", "", "不能有网页代码或网址"),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_told_in_words(
    kind: ItemType, title: str, lines: str, words: str
) -> None:
    fresh = Fresh(type=kind, wording=Wording(title=title, lines=lines))
    with pytest.raises(EditError) as refusal:
        editing.require_sound(editing.added(WHOLE, fresh, taken=()))
    assert words in refusal.value.sentence
    assert "sections" not in refusal.value.sentence


def test_where_a_mistake_is_has_words_for_every_place() -> None:
    told = {
        "title": "问卷的标题",
        "intro": "问卷的开头的话",
        "sections[0].title": "第 1 节的标题",
        "sections[0].items[0].title": "「路灯亮不亮？」的题目",
        "sections[0].items[0].options[1].label": "「路灯亮不亮？」的选项",
        "sections[0].items[3].rows[0].label": "「各样怎么样？」的行",
        "sections[0].items[4].visible.all[0].q": "「还想说什么？」的显示条件",
        "": "问卷",
    }
    assert {path: editing.spoken(WHOLE, path) for path in told} == told


# 当作新题


def test_questions_get_new_ids_and_rules_follow_them() -> None:
    found = editing.renewed(WHOLE, ["lamps", "how"], taken={"x"})
    fresh = ids(found)[0]
    assert [fresh[i] == ids(WHOLE)[0][i] for i in range(5)] == [
        False, True, False, True, True,
    ]  # fmt: skip
    rule = editing.item_of(found, "more")["visible"]
    assert rule == {"all": [{"q": fresh[0], "op": "eq", "v": "no"}]}
    assert editing.renewed(WHOLE, ["lamps", "how"], taken={"x"}) == found


def test_every_rule_follows_the_questions_it_asks() -> None:
    names = [item_id for row in ids(EVERY_RULE) for item_id in row]
    found = editing.renewed(EVERY_RULE, names, taken=names)
    editing.require_sound(found)
    assert {item_id for row in ids(found) for item_id in row}.isdisjoint(names)


@settings(deadline=None, max_examples=50)
@given(documents(most_items=4), st.data())
def test_new_ids_change_nothing_else(whole: Document, data: st.DataObject) -> None:
    names = [item_id for row in ids(whole) for item_id in row]
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True))
    found = editing.renewed(whole, chosen, taken=names)
    change = differences(parse(whole), parse(found))
    assert {one.item.id for one in change.removed} == set(chosen)
    assert len(change.added) == len(chosen)
    assert change.turned == []
