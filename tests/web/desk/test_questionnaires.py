"""Questionnaires on the desk: listed, read, downloaded, taken out of use, chosen."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, update

from portal import people, rounds
from portal.entrances import entrance
from portal.figures.responses import refresh, snapshots
from portal.intake.records import Response
from portal.people import Duty, Team, TeamPlace
from portal.places import Place
from portal.questionnaires import drafting, frozen, publishing, shipped
from portal.questionnaires.versions import Questionnaire, get_questionnaire
from portal.questionnaires.workbook import read_workbook
from portal.rounds import Phase
from portal.web.desk.announcing import announce
from portal.web.installation import Installation
from tests.makers import (
    MORNING,
    TODAY,
    Cast,
    in_phase,
    make_answers,
    make_place,
    make_round,
)
from tests.stages.test_questionnaires_drafts import FIRST, LAMPS, NEXT, with_lamps
from tests.visitor import Visitor
from tests.web.desk.scenes import Office

INDEX = "/desk/questionnaires"
DEED: Any = {"by": "office", "now": MORNING}


def published(office: Office, document: Any = FIRST, *same: str) -> Questionnaire:
    session = office.fresh()
    made = drafting.keep_draft(session, document, code="village", **DEED)
    publishing.publish(session, made, same=same, today=TODAY, **DEED)
    session.commit()
    return made


def kept(office: Office) -> list[Questionnaire]:
    rows = select(Questionnaire).order_by(Questionnaire.id)
    return [one for one in office.fresh().scalars(rows) if not one.is_shipped]


def at(one: Questionnaire, step: str = "") -> str:
    return f"{INDEX}/{one.id}{step}"


# To be read


def test_the_table_says_what_there_is_and_which_rounds_ask_it(office: Office) -> None:
    published(office)
    page = office.desk("office").opens(INDEX)
    for word in ("村里的事 第 1 版 在用 2 —", "随系统带来", "示例区第一轮巡察"):
        assert word in page.words
    assert "可以拿来改的样例" in page.words


def test_a_version_is_read_with_numbers_types_and_rules(office: Office) -> None:
    frozen_now = frozen.questionnaire_of(office.fresh(), office.scene.cast.round_id)
    page = office.desk("office").opens(at(frozen_now))
    for word in ("随系统带来", "涉农社区", "条件：", "量表题", "问答题", "满意 100 分"):
        assert word in page.words
    assert "开草稿，在屏幕上改" not in page.words


def test_a_draft_stands_beside_the_version_in_use(office: Office) -> None:
    first = published(office)
    page = office.desk("office").sends(at(first, "/revise"), at=at(first))
    assert "草稿已存好" in page.words
    assert "第 2 版草稿等发布" in office.desk("office").opens(at(first)).words
    office.desk("office").sends(at(first, "/revise"), at=INDEX + "/new", status=409)


def test_the_sample_is_taken_on_as_a_draft_of_ones_own(office: Office) -> None:
    assert "说说您身边的事" in office.desk("office").opens(f"{INDEX}/sample").words
    page = office.desk("office").sends(f"{INDEX}/sample")
    assert "草稿已存好" in page.words
    (only,) = kept(office)
    assert only.content == {**shipped.compose(), "id": only.code}


def test_a_version_comes_back_from_its_workbook(office: Office) -> None:
    page = office.desk("office").opens(at(published(office), "/questionnaire.xlsx"))
    assert read_workbook("a.xlsx", page.response.get_data()) == FIRST
    template = office.desk("office").opens(f"{INDEX}/template.xlsx")
    book = openpyxl.load_workbook(BytesIO(template.response.get_data()))
    assert book.sheetnames == ["首页", "问卷", "量表", "填写说明"]


def test_another_questionnaire_begins_as_a_copy(office: Office) -> None:
    first = published(office)
    office.desk("office").sends(at(first, "/copy"), at=at(first))
    mine, copy = kept(office)
    assert mine.code != copy.code
    assert copy.content == {**FIRST, "id": copy.code}


def test_a_version_is_taken_out_of_use_and_in_again(office: Office) -> None:
    first = published(office)
    page = office.desk("office").sends(at(first, "/retire"), at=at(first))
    assert "已停用" in page.words
    page = office.desk("office").sends(at(first, "/restore"), at=at(first))
    assert "已恢复使用" in page.words


def test_what_changed_against_the_version_before_is_on_the_page(
    office: Office,
) -> None:
    published(office)
    second = published(office, with_lamps(title="路灯亮吗？"), "lamps")
    page = office.desk("office").opens(at(second))
    assert "和上一版比：新增 0，改说法、摆放 1，改意思 0，去掉 0" in page.words
    assert "原来： 路灯亮不亮？" in page.words


@pytest.mark.parametrize("name", ["member", "unit", "discipline"])
def test_questionnaires_are_for_those_who_prepare_rounds(
    office: Office, name: str
) -> None:
    first = published(office)
    for url in (INDEX, at(first), f"{INDEX}/new", f"{INDEX}/sample"):
        office.desk(name).opens(url, status=403)


# What a round asks


def test_a_round_is_announced_with_what_was_chosen_for_it(
    office: Office, house: Installation
) -> None:
    first = published(office)
    round_ = make_round(office.fresh())
    where = f"{INDEX}/choose?round={round_.id}"
    page = office.desk("office").opens(where)
    assert "随系统带来的样例，不改" in page.words
    assert "村里的事 第 1 版（2 道题）" in page.words
    office.desk("office").sends(where, questionnaire=str(first.id))
    assert frozen.asked_in(office.fresh(), round_.id) == FIRST
    page = office.desk("office").opens(f"/desk/rounds/{round_.id}")
    assert "问卷：公告时定下「村里的事」第 1 版，按社区类型出题" in page.words
    second = published(office, NEXT)
    assert "「村里的大事小事」第 2 版" in (
        office.desk("office").opens(f"/desk/rounds/{round_.id}").words
    )
    session = office.fresh()
    _announced(office, house, round_.id)
    assert frozen.questionnaire_of(session, round_.id).id == second.id
    office.desk("office").opens(where, status=409)
    page = office.desk("office").opens(f"/desk/rounds/{round_.id}")
    assert f'href="{at(second)}"' in page.html


def _announced(office: Office, house: Installation, round_id: int) -> None:

    session = office.fresh()
    round_, place = rounds.get_round(session, round_id), make_place(session)
    rounds.add_places(session, round_, [place])
    team = Team(round_id=round_.id, name="第九组")
    session.add(team)
    session.flush()
    session.add(TeamPlace(round_id=round_.id, place_id=place.id, team_id=team.id))
    member = office.scene.cast.member.staff(session)
    people.join(session, team, staff=member, duty=Duty.LEADER)
    announce(session, house.keystore, round_=round_, today=TODAY, **DEED)
    session.commit()


def test_the_choice_is_taken_back(office: Office) -> None:
    first = published(office)
    round_ = make_round(office.fresh())
    where = f"{INDEX}/choose?round={round_.id}"
    office.desk("office").sends(where, questionnaire=str(first.id))
    office.desk("office").sends(where, questionnaire="")
    assert frozen.asked_in(office.fresh(), round_.id) == shipped.compose()


def test_what_cannot_be_chosen_is_not_offered(office: Office) -> None:
    first = published(office)
    draft = drafting.begin(office.fresh(), with_lamps(), **DEED)
    publishing.retire(
        office.fresh(), get_questionnaire(office.fresh(), first.id), **DEED
    )
    round_ = make_round(office.fresh())
    where = f"{INDEX}/choose?round={round_.id}"
    page = office.desk("office").opens(where)
    assert "村里的事" not in page.words
    for other in (first.id, draft.id, 999):
        page = office.desk("office").sends(where, questionnaire=str(other), status=422)
        assert page.form["csrf_token"]
    assert frozen.chosen_for(office.fresh(), round_.id) is None


# Words mended while residents answer


def asks(office: Office, document: Any) -> Questionnaire:
    """Let the cast's round ask this, as if it had been announced with it."""
    session = office.fresh()
    made = published(office, document)

    session.execute(update(frozen.RoundQuestionnaire).values(questionnaire_id=made.id))
    session.commit()
    return made


def test_an_open_form_is_told_that_words_were_mended_and_keeps_its_answers(
    office: Office, app: Flask, house: Installation, cast: Cast
) -> None:

    first = asks(office, FIRST)
    resident, url = Visitor(app), f"/q/{cast.yunxi}/survey"
    before = resident.opens(url)
    assert "路灯亮不亮？" in before.words
    resident.posts(url, **{**before.form, "lamps": "yes"})
    second = published(office, with_lamps(title="路灯亮吗？"), "lamps")
    page = office.desk("office").opens(at(second))
    assert "正在问以前的一版，和这一版只差文字" in page.words
    step = f"/correct/{cast.round_id}"
    page = office.desk("office").sends(at(second, step), at=at(second))
    assert "文字已更正" in page.words
    told = resident.posts(
        url, status=409, **{**before.form, "lamps": "no", "wish": "多装几盏灯"}
    )
    assert "问卷已更新，您勾过的都还在" in told.words
    assert "路灯亮吗？" in told.words
    assert told.form["lamps"] == ["no"]
    assert [text.strip() for text in told.form["wish"]] == ["多装几盏灯"]
    resident.posts(url, **told.form)
    house.open_letterbox(by="office", reason="测试")
    rows = office.fresh().scalars(select(Response)).all()
    assert {(row.revision, row.ticks["lamps"]) for row in rows} == {
        (first.revision, "yes"),
        (second.revision, "no"),
    }


def test_answers_under_both_wordings_are_counted_together(
    office: Office, house: Installation, cast: Cast
) -> None:

    asks(office, FIRST)
    for _ in range(12):
        make_answers(house, cast.yunxi, lamps="yes")
    second = published(office, with_lamps(title="路灯亮吗？"), "lamps")
    session = office.fresh()
    round_ = rounds.get_round(session, cast.round_id)
    frozen.correct(session, round_, get_questionnaire(session, second.id), **DEED)
    session.commit()
    for _ in range(13):
        make_answers(house, cast.yunxi, lamps="no")
    house.open_letterbox(by="office", reason="测试")
    session = office.fresh()
    place = session.get_one(Place, entrance(session, cast.yunxi).place_id)
    refresh(session, cast.round_id, places=[place], today=TODAY)
    (shown,) = snapshots(session, cast.round_id, places=[place])
    assert shown.tables["lamps"] == {"yes": 12, "no": 13}


def test_more_than_words_is_not_mended_in_a_round_under_way(
    office: Office, cast: Cast
) -> None:
    first = asks(office, FIRST)
    second = published(office, with_lamps(options=LAMPS["options"][::-1]))
    assert "只差文字" not in office.desk("office").opens(at(second)).words
    step = f"/correct/{cast.round_id}"
    page = office.desk("office").sends(at(second, step), at=at(first), status=409)
    assert "公告以后只能更正文字" in page.words


def test_nobody_mends_what_nobody_answers_any_more(
    office: Office, house: Installation, cast: Cast
) -> None:

    first = asks(office, FIRST)
    second = published(office, with_lamps(help="看晚上。"))
    in_phase(house, cast.round_id, Phase.REVIEWING)
    assert "只差文字" not in office.desk("office").opens(at(second)).words
    step = f"/correct/{cast.round_id}"
    office.desk("office").sends(at(second, step), at=at(first), status=409)
