import io

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.places import Attention, Kind, Place, Trait, get_place
from portal.web.desk.places import LARGEST_UPLOAD
from portal.web.installation import Installation
from tests.makers import Cast, signed_in
from tests.visitor import Visitor

HEADER = "行政区划代码,行政区划名称,城乡分类,户数\n"
GOOD = HEADER + "999002001000,示例二街道,111,\n999002001001,甲社区,111,860\n"
MORE = HEADER + "999002001201,乙村,220,300\n"
BAD = HEADER + "99900200100,丙社区,111,\n999002001003,,111,many\n"


@pytest.fixture
def office(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.office)


def file(text: str, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), name


def test_several_files_come_in_at_once_and_the_report_adds_up(
    office: Visitor, session: Session
) -> None:
    page = office.sends(
        "/desk/places/import", files=[file(GOOD, "甲.csv"), file(MORE, "乙.csv")]
    )
    assert "新增 3" in page.words
    assert "3 行" in page.words
    assert get_place(session, "999002001201").kind is Kind.RURAL
    assert "甲社区" in office.opens("/desk/places").words


def test_mistakes_are_named_by_file_row_and_cell_and_nothing_is_written(
    office: Visitor, session: Session
) -> None:
    before = len(session.scalars(select(Place)).all())
    session.rollback()
    page = office.sends(
        "/desk/places/import",
        status=422,
        files=[file(GOOD, "好.csv"), file(BAD, "坏.csv")],
    )
    for word in ("坏.csv", "A2", "B3", "D3", "一行都没有导入"):
        assert word in page.words
    assert len(session.scalars(select(Place)).all()) == before


def test_no_file_is_said_and_not_a_crash(office: Visitor) -> None:
    page = office.sends("/desk/places/import", status=422)
    assert "请一次上传 1 到" in page.words


def uploads(office: Visitor, content: str) -> TestResponse:
    """Send one large file; the body is made here, the test client would spool it."""
    token = office.opens("/desk/places/import").form["csrf_token"][0]
    head = 'Content-Disposition: form-data; name="'
    body = (
        f'--cut\r\n{head}csrf_token"\r\n\r\n{token}\r\n--cut\r\n'
        f'{head}files"; filename="large.csv"\r\n\r\n{content}\r\n--cut--\r\n'
    )
    return office.client.post(
        "/desk/places/import",
        input_stream=io.BytesIO(body.encode()),
        content_type="multipart/form-data; boundary=cut",
        content_length=len(body.encode()),
    )


def test_a_list_beyond_the_usual_limit_still_comes_in(office: Visitor) -> None:
    rows = "".join(f"999003001{n:03d},第{n}社区,111,10\n" for n in range(1, 200))
    response = uploads(office, HEADER + rows + "\n" * 700_000)
    assert response.status_code == 200
    assert "四个数加起来就是文件里的行数：199 行" in response.get_data(as_text=True)


def test_more_than_eight_megabytes_are_refused(office: Visitor) -> None:
    response = uploads(office, "x" * LARGEST_UPLOAD)
    assert response.status_code == 413
    assert "内容太大" in response.get_data(as_text=True)


def test_other_pages_keep_the_usual_limit(office: Visitor) -> None:
    office.sends("/desk/places/999001001001", status=413, name="长" * 600_000)


def test_the_template_is_a_workbook_that_comes_back_in(office: Visitor) -> None:
    response = office.client.get("/desk/places/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    assert book.worksheets[0]["A1"].value == "行政区划代码"
    book.worksheets[0].append(["999002001009", "丁社区", "111", 12])
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    page = office.sends("/desk/places/import", files=[(target, "填好.xlsx")])
    assert "新增 1" in page.words


def test_a_place_is_changed_by_hand(office: Visitor, session: Session) -> None:
    page = office.sends(
        "/desk/places/999001001001",
        name="云溪新社区",
        kind="rural",
        trait="exclave",
        attention="focus",
        households="500",
    )
    assert "已保存" in page.words
    place = get_place(session, "999001001001")
    assert (place.name, place.kind, place.trait) == (
        "云溪新社区",
        Kind.RURAL,
        Trait.EXCLAVE,
    )
    assert (place.attention, place.households) == (Attention.FOCUS, 500)


def test_bad_values_keep_what_was_typed(office: Visitor, session: Session) -> None:
    page = office.sends(
        "/desk/places/999001001001", status=422, name="云溪新社区", households="很多户"
    )
    assert page.form["name"] == ["云溪新社区"]
    assert page.form["households"] == ["很多户"]
    page = office.sends("/desk/places/999001001001", status=422, kind="")
    assert "请选择社区类型" in page.words
    assert get_place(session, "999001001001").name == "云溪社区"


def test_attention_never_leaves_the_desk(
    office: Visitor, visitor: Visitor, cast: Cast
) -> None:
    office.sends("/desk/places/999001001001", attention="risk")
    assert "风险隐患" in office.opens("/desk/places").words
    for url in (f"/q/{cast.yunxi}", "/notices", f"/notices/{cast.round_id}"):
        page = visitor.opens(url)
        assert "风险隐患" not in page.html
        assert "risk" not in page.html


def test_strangers_are_refused(app: Flask, house: Installation, cast: Cast) -> None:
    for name in ("member", "unit", "admin"):
        visitor = signed_in(app, house, cast.players[name])
        for url in ("/desk/places", "/desk/places/import", "/desk/places/999001001001"):
            visitor.opens(url, status=403)
    signed_in(app, house, cast.office).opens("/desk/places/999999999999", status=404)
