"""Before residents come: accounts, communities, a round, its team, its codes."""

import io
import re

from tests.journeys import story
from tests.journeys.hands import Desk
from tests.journeys.life import BASE_URL, Life
from tests.journeys.paper import words_of
from tests.journeys.town import Person


def prepared(life: Life) -> None:
    _account_opened(life)
    office = life.desk("office")
    office.opens("/desk/places/import")
    right, wrong = story.PLACES, story.PLACES.replace("260", "很多")
    office.presses("导入", status=422, files=_file("wrong.csv", wrong, "gb18030"))
    assert "D5" in office.words
    office.presses("导入", files=_file("places.csv", right, "utf-8-sig"))
    assert "导入好了" in office.words
    office.opens("/desk/rounds/new")
    plan = {"name": "示例区第一轮巡察", "inspector": "示例区委巡察组"}
    office.presses("保存", status=422, **plan, closes_on="")
    assert "请填截止日期" in office.words
    assert office.held("name") == plan["name"]
    office.presses("保存", closes_on="2026-04-02")
    office.opens("/desk/rounds/1/places")
    office.presses("保存勾选", places=office.boxes("places"))
    assert "这一轮共 3 个" in office.words
    _team_composed(office)


def _account_opened(life: Life) -> None:
    admin = life.desk("admin")
    admin.opens("/desk/accounts/new")
    who = {"name": "示例·街道办", "username": "street"}
    admin.presses("开账号", status=422, **who, role="unit", unit="")
    assert "请写单位名称" in admin.words
    admin.presses("开账号", unit="云溪街道办事处")
    shown = re.findall(r'<span class="secret">([^<]+)</span>', admin.page.html)
    life.town.people["street"] = Person(*shown)


def _team_composed(office: Desk) -> None:
    office.opens("/desk/teams?round=1")
    office.presses("建组", name="第一组")
    for username, duty in (
        ("member", "leader"),
        ("mate", "member"),
        ("cousin", "member"),
    ):
        who = office.option("staff", f"（{username}）")
        office.presses("加入", staff=who, duty=duty)
    office.presses("保存勾选", places=office.boxes("places"))
    assert "这个组共 3 个" in office.words
    office.opens("/desk/recusals?round=1")
    cousin = office.option("staff", "（cousin）")
    place = office.option("place", "云溪社区")
    office.presses("登记", staff=cousin, place=place, reason="亲属在居委会任职")
    assert "回避已登记" in office.words


def announced(life: Life) -> None:
    life.moves_on("announced")
    phone = life.phone()
    phone.opens("/")
    phone.follows("巡察公告")
    phone.follows("示例区第一轮巡察")
    life.told["notice"] = phone.words
    office = life.desk("office")
    office.opens("/desk/entrances?round=1")
    office.presses("先算一算有多少")
    assert "27 个码，其中新发 27 个" in office.words
    office.presses("发码")
    assert "新发 27 个码" in office.words
    office.follows("看码")
    (png, *_) = re.findall(r'href="([^"]+\.png)', office.page.html)
    life.entrance = words_of(office.visitor.client.get(png).data)
    assert life.entrance.lower().startswith(f"{BASE_URL}/q/"), life.entrance


def _file(name: str, text: str, encoding: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode(encoding)), name
