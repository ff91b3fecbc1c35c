"""The life of codes on the desk, from buildings to posters that were replaced."""

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from portal.entrances import Code, CodeState, codes_of
from portal.web.installation import Installation
from tests.makers import Cast, signed_in
from tests.visitor import Visitor

PLACE = "/desk/codes/place/999001001001"


@pytest.fixture
def office(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.office)


def code(session: Session, typed: str) -> Code:
    session.rollback()
    return session.get_one(Code, typed, populate_existing=True)


def test_buildings_are_counted_then_issued_and_not_twice(
    office: Visitor, session: Session, cast: Cast
) -> None:
    before = len(codes_of(session, cast.round_id))
    form: dict[str, Any] = {"channel": "1", "labels": "1-3栋1-2单元电梯\n岗亭"}
    page = office.sends(f"{PLACE}/labels", at=PLACE, preview="1", **form)
    assert "7 个位置，其中新发 7 个码" in page.words
    page = office.sends(f"{PLACE}/labels", at=PLACE, **form)
    assert "新发 7 个码" in page.words
    assert "2栋1单元电梯" in page.words
    page = office.sends(f"{PLACE}/labels", at=PLACE, preview="1", **form)
    assert "7 个位置，其中新发 0 个码" in page.words
    session.rollback()
    assert len(codes_of(session, cast.round_id)) == before + 7


def test_a_label_that_does_not_fit_a_poster_is_said_and_kept(office: Visitor) -> None:
    long = "三期安置房南侧" * 6
    page = office.sends(
        f"{PLACE}/labels", at=PLACE, status=422, channel="1", labels=long
    )
    assert "每个最多 30 个字" in page.words
    assert long in page.form["labels"][0]


def test_a_range_without_end_is_refused(office: Visitor) -> None:
    page = office.sends(
        f"{PLACE}/labels", at=PLACE, status=422, channel="1", labels="1-999999栋电梯"
    )
    assert "一次最多 500 个位置" in page.words


def test_a_code_is_printed_posted_and_says_where_it_hangs(
    office: Visitor, session: Session, cast: Cast
) -> None:
    office.sends(f"{PLACE}/printed", at=PLACE)
    assert code(session, cast.yunxi).state is CodeState.PRINTED
    page = office.sends(
        f"/desk/codes/{cast.yunxi}/posted", at=PLACE, where="2栋大厅左墙"
    )
    assert code(session, cast.yunxi).state is CodeState.POSTED
    assert "2栋大厅左墙" in page.words


def test_a_photo_of_where_it_hangs_is_drawn_anew_and_shown(
    office: Visitor, cast: Cast
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "#a4271b").save(picture, "PNG")
    where = f"/desk/codes/{cast.yunxi}/posted"
    token = office.opens(PLACE).form["csrf_token"][0]
    sent = {"csrf_token": token, "where": "大厅"}
    file = (io.BytesIO(picture.getvalue()), "IMG_0001.png")
    assert office.client.post(where, data={**sent, "picture": file}).status_code == 303
    assert "看照片" in office.opens(PLACE).words
    shown = office.client.get(f"/desk/codes/{cast.yunxi}/hung.jpg")
    assert Image.open(io.BytesIO(shown.data)).format == "JPEG"
    file = (io.BytesIO(b"no picture"), "IMG_0002.png")
    answer = office.client.post(where, data={**sent, "picture": file})
    assert answer.status_code == 422
    assert "这不是照片" in answer.get_data(as_text=True)


def test_a_rotated_code_goes_on_apart_and_says_so(
    office: Visitor, visitor: Visitor, session: Session, cast: Cast
) -> None:
    page = office.sends(f"/desk/codes/{cast.yunxi}/rotate", at=PLACE)
    assert "新码发好了" in page.words
    old = code(session, cast.yunxi)
    assert old.state is CodeState.ROTATED
    assert code(session, old.replaced_by or "").is_live
    assert "这张也还能用" in visitor.opens(f"/q/{cast.yunxi}").words
    assert "这张也还能用" not in visitor.opens(f"/q/{old.replaced_by}").words


def test_what_comes_by_an_old_code_is_flagged(
    office: Visitor,
    visitor: Visitor,
    house: Installation,
    session: Session,
    cast: Cast,
) -> None:
    from portal.intake.records import Letter

    office.sends(f"/desk/codes/{cast.yunxi}/rotate", at=PLACE)
    where = f"/q/{cast.yunxi}/complaint"
    visitor.sends(where, at=where, text="路灯坏了。", category="other")
    fresh = code(session, cast.yunxi).replaced_by
    where = f"/q/{fresh}/complaint"
    visitor.sends(where, at=where, text="下水道堵了。", category="other")
    house.open_letterbox(by="office", reason="test")
    session.rollback()
    flags = sorted("old_code" in letter.flags for letter in session.query(Letter))
    assert flags == [False, True]


def test_a_withdrawn_code_can_be_issued_again(
    office: Visitor, session: Session, cast: Cast
) -> None:
    old = code(session, cast.yunxi)
    channel = str(old.channel_id)
    office.sends(f"/desk/codes/{cast.yunxi}/withdraw", at=PLACE)
    page = office.sends(
        "/desk/entrances/issue",
        at="/desk/entrances",
        places=str(old.place_id),
        channels=channel,
    )
    assert "新发 1 个码" in page.words


def test_a_dead_code_is_not_rotated(office: Visitor, cast: Cast) -> None:
    office.sends(f"/desk/codes/{cast.yunxi}/withdraw", at=PLACE)
    page = office.sends(f"/desk/codes/{cast.yunxi}/rotate", at=PLACE, status=409)
    assert "已经停用或换过了" in page.words


def test_each_group_has_words_with_its_own_link(office: Visitor, cast: Cast) -> None:
    page = office.opens(PLACE)
    assert f"http://127.0.0.1:8000/q/{cast.yunxi}" in page.html
    assert "云溪社区的邻居" in page.words
