"""Spot checks on the desk: a list by one, the draw by another, what came of it."""

from typing import Any

import pytest

from portal.rectification import Outcome, SpotCheck, spot_checks
from tests.stages.spotcheck_scenes import (
    FIRST,
    SECOND,
    WHY,
    call_fixed,
    draw,
    drawn,
    listed,
    visit,
    visit_all,
)
from tests.web.desk.scenes import Office

INDEX = "/desk/spotchecks"
PLAN: dict[str, Any] = {"size": "2", "reason": WHY, "word": FIRST}


def newest(office: Office) -> SpotCheck:
    return spot_checks(office.fresh(), office.scene.cast.round_id)[-1]


def test_one_fixes_the_list_another_draws_and_the_page_goes_on(office: Office) -> None:
    call_fixed(office.scene, 3)
    page = office.desk("office").sends(INDEX, **PLAN)
    assert "名单已定。请另一位同事登录来抽。" in page.words
    assert "等另一位同事来抽" in page.words
    check = newest(office)
    page = office.desk("chief").sends(f"{INDEX}/{check.id}/draw", at=INDEX, word=SECOND)
    assert page.response.request.path == f"{INDEX}/{check.id}"
    assert "抽好了。请安排人去看" in page.words
    assert len(newest(office).drawn) == 2


def test_a_list_without_anything_called_fixed_is_not_offered(office: Office) -> None:
    page = office.desk("office").opens(INDEX)
    assert "还没有能抽的" in page.words
    assert "size" not in page.form


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"size": "4"}, "能抽的有 3 个，请写 1 到 3 之间的数。"),
        ({"size": "0"}, "能抽的有 3 个，请写 1 到 3 之间的数。"),
        ({"size": ""}, "请写抽几个。"),
        ({"reason": ""}, "请写明为什么抽这一次，会一起公开。"),
        ({"reason": "长" * 101}, "最多 100 个字。"),
        ({"word": "一"}, "2 到 20 个汉字、字母或数字"),
        ({"word": "有 空格"}, "2 到 20 个汉字、字母或数字"),
        ({"word": "长" * 21}, "最多 20 个字。"),
    ],
)
def test_a_bad_plan_is_refused_and_what_was_typed_stays(
    office: Office, typed: dict[str, str], sentence: str
) -> None:
    call_fixed(office.scene, 3)
    page = office.desk("office").sends(INDEX, status=422, **{**PLAN, **typed})
    assert sentence in page.words
    for name, value in {**PLAN, **typed}.items():
        assert page.form[name] == [value]
    assert spot_checks(office.fresh(), office.scene.cast.round_id) == []


def test_a_bad_word_draws_nothing_and_stays(office: Office) -> None:
    call_fixed(office.scene, 2)
    check = listed(office.scene)
    url = f"{INDEX}/{check.id}/draw"
    page = office.desk("chief").sends(url, at=INDEX, status=422, word="好！")
    assert "2 到 20 个汉字、字母或数字" in page.words
    assert page.form["word"] == ["好！"]
    assert newest(office).seed is None


def test_whoever_fixed_the_list_is_asked_for_no_word_and_cannot_draw(
    office: Office,
) -> None:
    call_fixed(office.scene, 2)
    check = listed(office.scene)
    desk = office.desk("office")
    page = desk.opens(INDEX)
    assert "word" not in page.form
    token = page.form["csrf_token"][0]
    url = f"{INDEX}/{check.id}/draw"
    page = desk.posts(url, status=403, word=SECOND, csrf_token=token)
    assert "抽签要两个人" in page.words
    assert newest(office).seed is None


def test_a_list_is_discarded_before_the_draw_and_never_after(office: Office) -> None:
    call_fixed(office.scene, 2)
    url = f"{INDEX}/{listed(office.scene).id}/discard"
    page = office.desk("office").sends(url, at=INDEX)
    assert "名单已撤掉，可以重新定。" in page.words
    url = f"{INDEX}/{draw(office.scene, listed(office.scene)).id}/discard"
    token = office.desk("office").opens("/desk/").form["csrf_token"][:1]
    page = office.desk("office").posts(url, status=409, csrf_token=token)
    assert "不能重抽，也不能撤掉" in page.words
    assert len(newest(office).drawn) == 1


def test_there_is_one_draw_at_a_time(office: Office) -> None:
    drawn(office.scene, of=2, size=1)
    desk = office.desk("office")
    page = desk.opens(INDEX)
    assert "第 1 次抽查还有 1 个没去看" in page.words
    assert "size" not in page.form
    token = page.form["csrf_token"][0]
    page = desk.posts(INDEX, status=409, csrf_token=token, **PLAN)
    assert "上一次抽查还没完" in page.words


def test_the_card_has_no_result_before_everything_was_visited(office: Office) -> None:
    check = drawn(office.scene, of=12, size=10)
    url = f"{INDEX}/{check.id}"
    visit(office.scene, check.waiting[0], Outcome.NOT_FIXED)
    before = office.desk("office").opens(url)
    assert "%" not in before.words
    assert check.seed
    assert check.seed not in before.html
    visit_all(office.scene, check, Outcome.PARTLY)
    after = office.desk("office").opens(url)
    assert "80.0%" in after.words
    assert "责任单位说改好的 12 个里抽了 10 个，看了 10 个" in after.words
    assert check.seed in after.html


def test_visits_are_linked_for_whoever_may_go(office: Office) -> None:
    check = drawn(office.scene, of=2, size=1)
    waiting = f"/desk/visits/{check.drawn[0].finding_id}"
    assert waiting in office.desk("chief").opens(f"{INDEX}/{check.id}").links()
    visit_all(office.scene, check)
    assert waiting not in office.desk("chief").opens(f"{INDEX}/{check.id}").links()


def test_a_draw_that_does_not_exist_is_not_found(office: Office) -> None:
    office.desk("office").opens(f"{INDEX}/999", status=404)


@pytest.mark.parametrize("name", ["member", "unit", "discipline", "admin", "entry"])
def test_nobody_else_sees_lists_or_draws(office: Office, name: str) -> None:
    check = drawn(office.scene, of=1, size=1)
    for url in (INDEX, f"{INDEX}/{check.id}"):
        office.desk(name).opens(url, status=403)
