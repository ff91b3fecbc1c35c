"""From the first answer to the disclosure."""

import re
from typing import Any

from tests.journeys import story
from tests.journeys.life import Life
from tests.journeys.story import LETTER, REPLY, STATEMENT, TITLE, YUNXI

REMARK = "路灯坏了三个月，晚上老人不敢出门。"
QUESTION = "请问是哪个单元的门口？"


def answered(life: Life) -> None:
    phone = life.phone()
    phone.opens(life.entrance)
    phone.follows("填一份问卷")
    wishes = ["clean", "roads", "water", "safety"]
    answers = {"overall": "bad", "errand": "failed", "more": REMARK}
    phone.presses("投进意见箱", status=422, **answers, first=wishes)
    assert phone.page.form["first"] == wishes
    assert phone.held("more") == REMARK
    phone.presses("投进意见箱", first=wishes[:3])
    assert "投进意见箱了" in phone.words


def written(life: Life) -> None:
    phone = life.phone()
    phone.opens(life.entrance)
    phone.follows("写一封信")
    phone.presses("投进意见箱", status=422, contact="000-1111", category="property")
    assert "还没有写内容" in phone.words
    phone.presses("投进意见箱", text=LETTER)
    assert "收好这张回执" in phone.words
    life.receipt = re.sub(
        r"\D", "", phone.page.html.split("<code>")[1].split("</code>")[0]
    )
    phone.follows("查一次")
    life.looks_up("waiting")
    assert "信在意见箱里" in life.told["receipt waiting"]


def helped(life: Life) -> None:
    """Somebody without a phone at the door, and a sheet out of the iron box."""
    member, office = life.desk("member"), life.desk("office")
    member.opens("/desk/entry")
    member.follows("代填问卷")
    member.presses("投进意见箱", overall="fair")
    assert "投进意见箱了" in member.words
    office.opens("/desk/entry")
    office.follows("录纸卷")
    office.presses("存这一张", status=422, overall="4", errand="9")
    office.presses("存这一张", status=422, errand="1")
    assert "从第 4 题起都空着" in office.words
    office.presses("就这样存")
    assert "这一回录了 1 张" in office.words


def opened(life: Life) -> None:
    """At its hour: four things come out of the box, in no order."""
    life.town.clock.goes_on(hours=3)
    assert life.town.house.door.box.waiting() == 4
    assert life.town.house.open_letterbox(by="timetable", reason="set hour") == 4
    office = life.desk("office")
    office.opens("/desk/coverage")
    life.told["coverage"] = office.words


def read_and_replied(life: Life) -> None:
    member, cousin = life.desk("member"), life.desk("cousin")
    cousin.opens("/desk/letters")
    assert "物业、环境、停车" not in cousin.words
    member.opens("/desk/letters")
    member.follows("物业、环境、停车")
    assert LETTER not in member.words
    member.presses("拆信")
    assert LETTER in member.words
    member.presses("发出回话", reply=QUESTION, ask="y")
    life.looks_up("asked")
    assert QUESTION in life.told["receipt asked"]
    member.presses("发出回话", reply=REPLY)
    life.looks_up("replied")
    assert REPLY in life.told["receipt replied"]


def established(life: Life) -> None:
    member, mate = life.desk("member"), life.desk("mate")
    member.follows("成立问题")
    given = {"title": TITLE, "severity": "serious"}
    member.presses("存为草稿", status=422, **given, statement=LETTER)
    assert "和来信的原话一样" in member.words
    assert member.held("title") == TITLE
    member.presses("存为草稿", statement=STATEMENT)
    assert "请另一位同事核定" in member.words
    assert not member.can_press("核定")
    mate.opens("/desk/findings")
    mate.follows(TITLE)
    mate.presses("核定")
    assert "已核定" in mate.words


def handed_over(life: Life) -> None:
    office = life.desk("office")
    office.opens("/desk/handovers")
    office.follows("交办", after="<table")
    unit = office.option("receiver", "云溪街道办事处")
    office.presses("交办", route="immediate", receiver=unit)
    assert "已交办" in office.words
    street = life.desk("street")
    street.opens("/desk/letters", status=403)
    street.opens("/desk/assignments")
    street.follows(TITLE)
    assert STATEMENT in street.words
    assert LETTER not in street.page.html
    street.presses("签收")
    assert "已签收" in street.words


def rectified(life: Life) -> None:
    """The plan comes back once; then plan, meeting and report are accepted."""
    meeting = "三月五日开了专题会，街道办、物业参加，逐条认领。"
    _files(life, "尽快处理。")
    _judges(life, verdict="returned", remark="请写明谁、何时、怎么改。")
    for text in (story.PLAN, meeting, story.REPORT):
        _files(life, text)
        _judges(life, verdict="accepted")
    life.told["rectification"] = life.desk("office").words
    member = life.desk("member")
    member.opens("/desk/findings")
    member.follows(TITLE)
    member.presses("记下核查结果", outcome="fixed")
    assert "核查结果已记下" in member.words


def _files(life: Life, text: str) -> None:
    street = life.desk("street")
    street.opens("/desk/assignments")
    street.follows(TITLE)
    street.presses("上报", text=text)
    assert "已上报" in street.words


def _judges(life: Life, **said: Any) -> None:
    office = life.desk("office")
    office.opens("/desk/rectification")
    office.follows(TITLE)
    office.presses("发出审核意见", **said)
    assert "审核意见已发" in office.words


def disclosed(life: Life) -> None:
    office = life.desk("office")
    office.opens("/desk/disclosures")
    office.follows("写公示")
    assert office.held("measures") == story.PLAN
    office.presses("公示", problem="三栋的消防通道长期停满电动车。")
    assert "已公示" in office.words
    phone = life.phone()
    phone.opens(f"/disclosures/1/{YUNXI}", status=404)  # not yet its phase
    life.moves_on("disclosing")
    phone.opens(life.entrance)
    phone.follows("看看改了什么")
    assert LETTER not in phone.page.html
    life.told["disclosure"] = phone.words
