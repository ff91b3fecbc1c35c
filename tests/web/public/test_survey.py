"""The questionnaire as residents meet it."""

from sqlalchemy import select

from portal.intake.records import Remark, Response
from portal.web.installation import Installation
from tests.makers import Cast
from tests.visitor import Visitor


def test_survey_is_taken_and_split_at_the_opening(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    page = visitor.sends(
        f"/q/{cast.yunxi}/survey", overall="good", more="路灯坏了<b>三个月</b>"
    )
    assert "投进意见箱了" in page.words
    assert house.door.box.waiting() == 1
    assert house.open_letterbox(by="office", reason="测试") == 1
    with house.sessions() as session:
        response = session.scalars(select(Response)).one()
        remark = session.scalars(select(Remark)).one()
    assert response.ticks == {"overall": "good"}
    assert remark.question == "more"
