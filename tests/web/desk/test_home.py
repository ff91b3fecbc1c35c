from datetime import UTC, datetime, time

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.people import Role
from portal.rounds import Phase
from portal.web.desk.letterbox import next_opening
from portal.web.desk.nav import ENTRIES
from portal.web.installation import Installation
from tests.makers import ROLES, Cast, in_phase, make_complaint, signed_in
from tests.stages.spotcheck_scenes import call_fixed, drawn
from tests.web.desk.scenes import Office
from tests.web.desk.test_spotchecks import PLAN


def test_a_member_sees_the_letters_of_their_own_communities_only(
    app: Flask, house: Installation, cast: Cast
) -> None:
    for code in (cast.yunxi, cast.liutang, cast.changdong):
        make_complaint(house, code)
    house.open_letterbox(by="timetable", reason="set hour")
    assert "2 封来信没拆" in signed_in(app, house, cast.member).opens("/desk/").words
    assert "1 封来信没拆" in signed_in(app, house, cast.recused).opens("/desk/").words
    assert "1 封来信没拆" in signed_in(app, house, cast.stranger).opens("/desk/").words


def test_the_office_sees_the_next_step_and_nobody_else(
    app: Flask, house: Installation, cast: Cast
) -> None:
    assert "下一步：研判" in signed_in(app, house, cast.office).opens("/desk/").words
    assert "下一步" not in signed_in(app, house, cast.member).opens("/desk/").words


def test_what_takes_a_second_person_waits_on_the_desk_of_the_others(
    app: Flask, session: Session, house: Installation, cast: Cast
) -> None:
    office = Office.of(app, session, house, cast)
    call_fixed(office.scene, 3)
    office.desk("office").sends("/desk/spotchecks", **PLAN)
    office.desk("office").sends("/desk/letterbox", reason="有人报有急事")
    for told in ("1 份抽查名单定了，等您抽签", "1 个提前开箱的请求等您同意"):
        assert told in office.desk("chief").opens("/desk/").words
        assert told not in office.desk("office").opens("/desk/").words
        assert told not in office.desk("member").opens("/desk/").words


def test_what_was_drawn_waits_for_those_who_go_and_look(
    app: Flask, session: Session, house: Installation, cast: Cast
) -> None:
    office = Office.of(app, session, house, cast)
    drawn(office.scene, of=3, size=2)
    told = "2 个抽中的问题等着去看"
    assert told in office.desk("member").opens("/desk/").words
    assert "抽中" not in office.desk("unit").opens("/desk/").words


def test_after_collecting_the_office_is_told_to_settle(
    app: Flask, house: Installation, cast: Cast
) -> None:
    office = signed_in(app, house, cast.office)
    assert "等结算" not in office.opens("/desk/").words
    in_phase(house, cast.round_id, Phase.REVIEWING)
    assert "1 轮问卷等结算" in office.opens("/desk/").words
    assert "等结算" not in signed_in(app, house, cast.member).opens("/desk/").words
    office.sends("/desk/figures/settle", at="/desk/figures")
    assert "等结算" not in office.opens("/desk/").words


@pytest.mark.parametrize("name", ROLES)
def test_every_entry_shown_can_be_opened(
    app: Flask, house: Installation, cast: Cast, name: str
) -> None:
    visitor = signed_in(app, house, cast.players[name])
    links = {link for link in visitor.opens("/desk/").links() if "/desk/" in link}
    assert len(links) >= 3
    for link in sorted(links):
        assert visitor.client.get(link).status_code == 200, link


def test_the_navigation_hides_what_the_guard_refuses(
    app: Flask, house: Installation, cast: Cast
) -> None:
    words = signed_in(app, house, cast.unit).opens("/desk/").words
    for hidden in ("来信", "轮次", "人员", "日志", "渠道与二维码"):
        assert hidden not in words
    assert {entry.endpoint for entry in ENTRIES} >= {"desk.rounds.index"}


def test_how_much_waits_in_the_box_is_not_told_to_a_responsible_unit(
    app: Flask, house: Installation, cast: Cast
) -> None:
    make_complaint(house, cast.yunxi)
    assert "箱里 1 件" in signed_in(app, house, cast.office).opens("/desk/").words
    assert "箱里" not in signed_in(app, house, cast.unit).opens("/desk/").words


def test_an_archived_round_is_still_shown_when_there_is_no_other(
    app: Flask, house: Installation, cast: Cast
) -> None:
    in_phase(house, cast.round_id, Phase.ARCHIVED)
    page = signed_in(app, house, cast.office).opens("/desk/")
    assert "示例区第一轮巡察 · 归档" in page.words


def test_the_next_opening_is_today_or_tomorrow_morning() -> None:
    hours = (time(8), time(12), time(18))
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert next_opening(hours, noon) == noon.replace(hour=18)
    night = noon.replace(hour=23)
    assert next_opening(hours, night) == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_every_role_is_in_the_cast_but_the_supervisor() -> None:
    assert set(Role) - set(ROLES.values()) == {Role.SUPERVISOR}
