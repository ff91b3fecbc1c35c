import re
from base64 import b64decode
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.entrances import Code, codes_of
from portal.kernel.codes import in_fours
from portal.web.installation import Installation
from tests.makers import Cast, signed_in
from tests.scanning import scanned_png, scanned_svg
from tests.visitor import Page, Visitor

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def office(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.office)


def pictures(page: Page) -> list[str]:
    found = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", page.html)
    return [scanned_svg(b64decode(data)) for data in found]


def code_count(session: Session, cast: Cast) -> int:
    session.rollback()
    return len(codes_of(session, cast.round_id))


def test_a_channel_is_added_and_codes_are_counted_before_they_are_issued(
    office: Visitor, session: Session, cast: Cast
) -> None:
    office.sends(
        "/desk/entrances/channels", at="/desk/entrances", kind="market", name="赶场摆摊"
    )
    page = office.sends("/desk/entrances/issue", at="/desk/entrances", preview="1")
    assert "9 个码，其中新发 3 个" in page.words
    assert code_count(session, cast) == 6
    page = office.sends("/desk/entrances/issue", at="/desk/entrances")
    assert "新发 3 个码" in page.words
    assert code_count(session, cast) == 9
    page = office.sends("/desk/entrances/issue", at="/desk/entrances")
    assert "新发 0 个码" in page.words


def test_only_what_is_ticked_is_issued_and_ticks_stay_over_the_count(
    office: Visitor, session: Session, cast: Cast
) -> None:
    office.sends(
        "/desk/entrances/channels", at="/desk/entrances", kind="square", name="市民广场"
    )
    place = session.scalars(select(Code.place_id)).first()
    session.rollback()
    ticks: dict[str, Any] = {"places": [str(place)], "at": "/desk/entrances"}
    page = office.sends("/desk/entrances/issue", preview="1", **ticks)
    assert "3 个码，其中新发 1 个" in page.words
    assert page.form["places"] == [str(place)]
    office.sends("/desk/entrances/issue", **ticks)
    assert code_count(session, cast) == 7


def test_a_channel_without_a_name_is_refused(office: Visitor) -> None:
    page = office.sends(
        "/desk/entrances/channels",
        at="/desk/entrances",
        status=422,
        kind="lift",
        name="",
    )
    assert "请给渠道起个名字" in page.words
    assert page.form["kind"][-1] == "lift"


def test_svg_and_png_say_the_address_to_a_phone(office: Visitor, cast: Cast) -> None:
    address = f"{BASE}/Q/{cast.yunxi}"
    svg = office.client.get(f"/desk/entrances/{cast.yunxi}.svg")
    assert svg.mimetype == "image/svg+xml"
    assert scanned_svg(svg.data) == address
    png = office.client.get(f"/desk/entrances/{cast.yunxi}.png")
    assert png.mimetype == "image/png"
    assert scanned_png(png.data) == address
    assert "attachment" in png.headers["Content-Disposition"]


def test_the_sheet_has_a_card_for_every_valid_code(
    office: Visitor, session: Session, cast: Cast
) -> None:
    found = [
        code.code
        for code in codes_of(session, cast.round_id)
        if code.place.code == "999001001001"
    ]
    session.rollback()
    page = office.opens("/desk/entrances/sheet?place=999001001001")
    assert len(found) == 2
    assert pictures(page) == [f"{BASE}/Q/{code}" for code in found]
    for word in ("云溪社区", "小区业主群", in_fours(cast.yunxi), "000-0000-0000"):
        assert word in page.words
    assert "柳塘村" not in page.words


def test_the_cards_of_all_communities_are_a_pack_and_not_a_page(
    office: Visitor,
) -> None:
    """Six hundred codes on one page take longer than anybody waits."""
    office.opens("/desk/entrances/sheet", status=404)
    tags = office.opens("/desk/entrances").reading.tags
    hrefs = [given.get("href", "") for _, given in tags]
    assert all("place=" in href for href in hrefs if "/entrances/sheet" in href)
    assert [href for href in hrefs if href.startswith("/desk/posters?")]


def test_six_cards_stand_on_a_page(office: Visitor) -> None:
    for name in "甲乙丙丁戊己庚":
        office.sends(
            "/desk/entrances/channels", at="/desk/entrances", kind="market", name=name
        )
    office.sends("/desk/entrances/issue", at="/desk/entrances")
    page = office.opens("/desk/entrances/sheet?place=999001001001")
    parts = page.html.split('<div class="cards">')[1:]
    assert [part.count('<section class="card">') for part in parts] == [6, 3]


def test_the_poster_says_who_how_and_until_when(office: Visitor, cast: Cast) -> None:
    page = office.opens(f"/desk/entrances/poster/{cast.yunxi}")
    assert pictures(page) == [f"{BASE}/Q/{cast.yunxi}"]
    for word in (
        "示例区委巡察组 · 正在云溪社区巡察",
        "扫码说一说",
        in_fours(cast.yunxi),
        "127.0.0.1:8000",
        "我们不记录您是谁",
        "受理到 2026 年 4 月 1 日",
    ):
        assert word in page.words


def test_what_the_poster_says_to_type_leads_to_the_hub(
    office: Visitor, visitor: Visitor, cast: Cast
) -> None:
    typed = in_fours(cast.yunxi)
    assert typed in office.opens(f"/desk/entrances/poster/{cast.yunxi}").words
    response = visitor.client.get("/", query_string={"code": typed.lower()})
    assert response.headers["Location"].upper() == f"/Q/{cast.yunxi}"


def test_a_withdrawn_code_is_printed_no_more(
    office: Visitor, visitor: Visitor, cast: Cast
) -> None:
    where = "/desk/codes/place/999001001001"
    page = office.sends(f"/desk/codes/{cast.yunxi}/withdraw", at=where)
    assert "停用" in page.words
    sheet = office.opens("/desk/entrances/sheet?place=999001001001")
    assert f"{BASE}/Q/{cast.yunxi}" not in pictures(sheet)
    assert "已经停用" in visitor.opens(f"/q/{cast.yunxi}", status=404).words


def test_strangers_are_refused(app: Flask, house: Installation, cast: Cast) -> None:
    for name in ("member", "unit", "admin"):
        visitor = signed_in(app, house, cast.players[name])
        for path in ("", "/sheet", f"/poster/{cast.yunxi}", f"/{cast.yunxi}.svg"):
            visitor.opens(f"/desk/entrances{path}", status=403)
        where = f"/desk/codes/{cast.yunxi}/withdraw"
        visitor.sends(where, at="/desk/", status=403)
    office = signed_in(app, house, cast.office)
    office.opens("/desk/entrances/poster/AAAAAAAA", status=404)
    office.opens("/desk/codes/place/999999999999", status=404)


def test_a_channel_gets_another_name_and_its_codes_keep(
    office: Visitor, session: Session, cast: Cast
) -> None:
    before = [code.code for code in codes_of(session, cast.round_id)]
    page = office.sends(
        "/desk/entrances/channels/1",
        at="/desk/entrances",
        kind="building_group",
        name="翠园业主群",
    )
    assert "翠园业主群 · 楼栋群" in page.words
    session.rollback()
    assert [code.code for code in codes_of(session, cast.round_id)] == before


def test_two_channels_do_not_share_a_name(office: Visitor) -> None:
    page = office.sends(
        "/desk/entrances/channels/1",
        at="/desk/entrances",
        status=422,
        kind="lift",
        name="楼栋电梯口",
    )
    assert "已经有叫这个名字的渠道了" in page.words
