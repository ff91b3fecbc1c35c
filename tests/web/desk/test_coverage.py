"""覆盖: where posters are scanned and where not, for one's own communities."""

from datetime import timedelta

from flask import Flask

from portal import entrances
from portal.web.installation import Installation
from tests.makers import Cast, make_answers, signed_in


def scanned(house: Installation, code: str, *, opens: int, days_ago: int) -> None:
    with house.sessions() as session, session.begin():
        day = house.today() - timedelta(days=days_ago)
        entrances.count(session, {(code, day): (opens, opens // 2)})


def test_openings_stand_by_street_and_channel_and_per_hundred_households(
    app: Flask, house: Installation, cast: Cast
) -> None:
    scanned(house, cast.yunxi, opens=41, days_ago=1)
    page = signed_in(app, house, cast.office).opens("/desk/coverage")
    assert "街道 × 渠道" in page.words
    assert " 41 " in page.words


def test_a_code_nobody_scans_is_on_the_list_with_where_it_hangs(
    app: Flask, house: Installation, cast: Cast
) -> None:
    with house.sessions() as session, session.begin():
        codes = entrances.codes_of(session, cast.round_id)
        for code in codes:
            code.issued_on = house.today() - timedelta(days=9)
        session.flush()
        lift = session.get_one(entrances.Code, cast.yunxi)
        lift.posted_at = "12栋电梯"
    scanned(house, cast.liutang, opens=3, days_ago=2)
    words = signed_in(app, house, cast.office).opens("/desk/coverage").words
    quiet = words.partition("7 天没人扫的码")[2].partition("忽然")[0]
    assert cast.yunxi in quiet
    assert f"云溪社区 2 12栋电梯 {cast.yunxi} · 从没有" in quiet
    assert cast.liutang not in quiet


def test_what_staff_filled_in_has_a_column_though_nobody_scanned_a_code(
    app: Flask, house: Installation, cast: Cast
) -> None:
    here = "/desk/entry/999001001001"
    signed_in(app, house, cast.member).sends(f"{here}/survey", overall="good")
    clerk = signed_in(app, house, cast.entry)
    for _ in range(2):
        clerk.sends(f"{here}/paper", overall="1", step="keep")
    house.open_letterbox(by="office", reason="测试")
    words = signed_in(app, house, cast.office).opens("/desk/coverage").words
    assert "入户走访 — — — 1" in words
    assert "纸质问卷 — — — 2" in words
    assert "社区 小区业主群 楼栋电梯口 入户走访 纸质问卷 云溪社区 0 0 1 2" in words
    assert "街道 小区业主群 楼栋电梯口" in words


def test_a_burst_is_shown_with_its_day(
    app: Flask, house: Installation, cast: Cast
) -> None:
    for days_ago in range(2, 6):
        scanned(house, cast.yunxi, opens=4, days_ago=days_ago)
    scanned(house, cast.yunxi, opens=90, days_ago=1)
    words = signed_in(app, house, cast.office).opens("/desk/coverage").words
    assert "90" in words.partition("忽然很多人扫的码")[2]


def test_a_member_sees_only_their_own_communities(
    app: Flask, house: Installation, cast: Cast
) -> None:
    with house.sessions() as session, session.begin():
        for code in entrances.codes_of(session, cast.round_id):
            code.issued_on = house.today() - timedelta(days=9)
    office = signed_in(app, house, cast.office).opens("/desk/coverage").words
    member = signed_in(app, house, cast.member).opens("/desk/coverage").words
    assert cast.changdong in office
    assert cast.yunxi in member
    assert cast.changdong not in member


def test_a_unit_sees_no_coverage(app: Flask, house: Installation, cast: Cast) -> None:
    signed_in(app, house, cast.unit).opens("/desk/coverage", status=403)


def test_questionnaires_stand_by_community_and_kind_of_channel_after_an_opening(
    app: Flask, house: Installation, cast: Cast
) -> None:
    office = signed_in(app, house, cast.office)
    for _ in range(3):
        make_answers(house, cast.yunxi)
    assert "云溪社区 0 0" in office.opens("/desk/coverage").words
    house.open_letterbox(by="office", reason="test")
    assert "云溪社区 3 0" in office.opens("/desk/coverage").words
