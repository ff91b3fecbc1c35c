"""Small changes to a draft on screen."""

from typing import Any

import pytest

from portal.questionnaires import drafting, editing
from portal.questionnaires.versions import Questionnaire
from tests.stages.test_questionnaires_changes import EACH, HOW, LAMPS, WHERE, document
from tests.stages.test_questionnaires_editing import ASKED_IF
from tests.web.desk.scenes import Office
from tests.web.desk.test_questionnaires import DEED, at, kept, published

WHOLE = document(LAMPS, WHERE, HOW, EACH, {**ASKED_IF, "id": "wish"})


@pytest.fixture
def draft(office: Office) -> Questionnaire:
    session = office.fresh()
    made = drafting.begin(session, WHOLE, **DEED)
    session.commit()
    return made


def now(office: Office) -> dict[str, Any]:
    """The draft as it is kept now."""
    (only,) = kept(office)
    return only.content


def order(office: Office) -> list[str]:
    return [item["id"] for item in now(office)["sections"][0]["items"]]


def test_title_first_and_last_words_are_changed(
    office: Office, draft: Questionnaire
) -> None:
    where = at(draft, "/texts")
    page = office.desk("office").sends(where, title="灯", intro="您好\r\n请看")
    assert "改好了" in page.words
    assert (now(office)["title"], now(office)["intro"]) == ("灯", "您好\n请看")
    page = office.desk("office").sends(where, title="", intro="留着", status=422)
    assert "请填标题" in page.words
    assert page.form["intro"] == ["\n留着"]


def test_a_question_is_reworded_with_its_answers(
    office: Office, draft: Questionnaire
) -> None:
    where = at(draft, "/items/lamps")
    page = office.desk("office").opens(where)
    assert page.form["lines"] == ["\n亮＝100\n不亮＝0"]
    page = office.desk("office").sends(
        where, title="灯亮吗？", lines="亮着＝100\r\n不亮＝0", required="y"
    )
    assert "改好了" in page.words
    assert editing.item_of(now(office), "lamps") == {
        **LAMPS,
        "title": "灯亮吗？",
        "required": True,
        "options": [
            {"id": "yes", "label": "亮着", "score": 100},
            {"id": "no", "label": "不亮", "score": 0},
        ],
    }


@pytest.mark.parametrize("item_id", ["lamps", "where", "how", "each", "wish"])
def test_a_form_sent_as_it_was_shown_changes_nothing(
    office: Office, draft: Questionnaire, item_id: str
) -> None:
    before = now(office)
    office.desk("office").sends(at(draft, f"/items/{item_id}"))
    assert now(office) == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "请填题目"),
        ({"lines": "只有一个"}, "要有 2 到 60 项，现在有 1 项"),
        ({"title": "看 www.example"}, "不能有网页代码或网址"),
        ({"lines": "长" * 4000 + "\n短"}, "最多 120 字，现在有 4000 字"),
        ({"help": "去\u202e看"}, "看不见的控制字符"),
    ],
)
def test_what_cannot_stand_is_told_and_what_was_typed_is_kept(
    office: Office, draft: Questionnaire, fields: dict[str, str], words: str
) -> None:
    before = now(office)
    typed = {"title": "别的题？", "help": "想想", **fields}
    page = office.desk("office").sends(at(draft, "/items/lamps"), status=422, **typed)
    assert words in page.words
    for name, value in typed.items():
        assert page.form[name] == [f"\n{value}"]
    assert now(office) == before


def test_a_question_goes_up_and_down(office: Office, draft: Questionnaire) -> None:
    office.desk("office").sends(at(draft, "/items/how/move/up"), at=at(draft))
    assert order(office) == ["lamps", "how", "where", "each", "wish"]
    office.desk("office").sends(at(draft, "/items/how/move/down"), at=at(draft))
    assert order(office) == ["lamps", "where", "how", "each", "wish"]


def test_a_question_does_not_go_before_one_it_hangs_on(
    office: Office, draft: Questionnaire
) -> None:
    office.desk("office").sends(at(draft, "/items/lamps/move/down"), at=at(draft))
    for _ in range(2):
        office.desk("office").sends(at(draft, "/items/lamps/move/down"), at=at(draft))
    page = office.desk("office").sends(
        at(draft, "/items/lamps/move/down"), at=at(draft), status=422
    )
    assert "没有挪动" in page.words
    assert "条件只能看前面的题" in page.words
    assert order(office) == ["where", "how", "each", "lamps", "wish"]


def test_a_question_is_taken_out_after_a_question(
    office: Office, draft: Questionnaire
) -> None:
    where = at(draft, "/items/each/remove")
    assert "只从草稿里去掉" in office.desk("office").opens(where).words
    assert len(order(office)) == 5
    office.desk("office").sends(where)
    assert order(office) == ["lamps", "where", "how", "wish"]
    page = office.desk("office").sends(at(draft, "/items/lamps/remove"), status=422)
    assert "「还想说什么？」的显示条件" in page.words


def test_a_question_is_added_where_it_was_said(
    office: Office, draft: Questionnaire
) -> None:
    where = at(draft, "/add?after=lamps")
    page = office.desk("office").opens(where)
    assert page.form["after"] == ["lamps"]
    page = office.desk("office").sends(
        where, type="single", title="装不装？", lines="装\n不装\n说不好（不计分）"
    )
    assert "改好了" in page.words
    new = now(office)["sections"][0]["items"][1]
    assert (new["type"], new["title"]) == ("single", "装不装？")
    assert [option["label"] for option in new["options"]] == ["装", "不装", "说不好"]


def test_a_scale_question_uses_a_scale_there_is_or_satisfaction(
    office: Office, draft: Questionnaire
) -> None:
    where = at(draft, "/add")
    for scale, labels in (("s", 2), ("", 5)):
        office.desk("office").sends(where, type="scale", title="怎么样？", scale=scale)
        last = kept(office)[0].definition.questions[-1]
        assert len(last.options) == labels


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"type": "single", "title": "选？", "lines": ""}, "的选项：要有 2 到 60 项"),
        ({"type": "date", "title": ""}, "请填题目"),
        ({"type": "scale", "title": "评？", "scale": "nosuch"}, "没有这套量表"),
        ({"type": "contact", "title": "电话？"}, "有效"),
    ],
)
def test_a_new_question_that_cannot_stand_is_told(
    office: Office, draft: Questionnaire, fields: dict[str, str], words: str
) -> None:
    page = office.desk("office").sends(at(draft, "/add"), status=422, **fields)
    assert words in page.words
    assert page.form["title"] == [f"\n{fields['title']}"]
    assert len(order(office)) == 5


def test_what_stands_has_no_pages_to_change_it(office: Office) -> None:
    first = published(office)
    for step in ("/texts", "/items/lamps", "/add", "/items/lamps/remove"):
        office.desk("office").opens(at(first, step), status=404)
    office.desk("office").sends(
        at(first, "/items/lamps/move/up"), at="/desk/questionnaires/new", status=404
    )


def test_a_question_that_is_not_there_is_not_found(
    office: Office, draft: Questionnaire
) -> None:
    for step in ("/items/nobody", "/items/nobody/remove"):
        office.desk("office").opens(at(draft, step), status=404)
    for step in ("/items/nobody/move/up", "/items/lamps/move/sideways"):
        office.desk("office").sends(at(draft, step), at=at(draft), status=404)
