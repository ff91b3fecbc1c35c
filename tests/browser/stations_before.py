"""Before residents come: accounts, communities, a round, its team, its codes."""

from tests.browser.journey import PLACES, YUNXI, Journey
from tests.browser.town import Person
from tests.journeys.paper import words_of


def an_account_is_opened(journey: Journey) -> None:
    """The administrator makes the unit's account; its secrets are shown once."""
    admin = journey.desk("admin")
    admin.opens("/desk/accounts")
    admin.follows("开账号")
    admin.writes(name="示例·街道办", username="street", unit="")
    admin.chooses(role="整改责任单位")
    admin.presses("开账号")
    assert admin.status == 422
    assert "请写单位名称" in admin.words
    assert admin.page.input_value("[name=name]") == "示例·街道办"
    admin.writes(unit="云溪街道办事处")
    admin.presses("开账号")
    shown = admin.page.locator(".secret").all_inner_texts()
    journey.town.people["street"] = Person(*shown)


def communities_are_imported(journey: Journey) -> None:
    """The office uploads a list; a wrong one first: told by cell, nothing kept."""
    office = journey.desk("office")
    wrong, right = journey.papers / "wrong.csv", journey.papers / "places.csv"
    wrong.write_text(PLACES.replace("260", "很多"), encoding="gb18030")
    right.write_text(PLACES, encoding="utf-8-sig")
    office.opens("/desk/places/import")
    office.page.set_input_files("#files", wrong)
    office.presses("导入")
    assert office.status == 422
    assert "D5" in office.words
    office.page.set_input_files("#files", right)
    office.presses("导入")
    assert "导入好了" in office.words
    assert "5 行" in office.words


def a_round_is_planned(journey: Journey) -> None:
    """A round over all three communities."""
    office = journey.desk("office")
    office.opens("/desk/rounds")
    office.follows("新建一轮")
    office.writes(name="示例区第一轮巡察", inspector="示例区委巡察组", closes_on="")
    office.presses("保存")
    assert "请填截止日期" in office.words
    assert office.page.input_value("[name=name]") == "示例区第一轮巡察"
    office.writes(closes_on="2026-04-02")
    office.presses("保存")
    office.follows("选社区")
    for street in ("云溪街道", "厂前街道"):
        sheet = office.page.locator("fieldset", has_text=street)
        assert sheet.locator("input[type=checkbox]").count() >= 1
    for box in office.page.locator("input[name=places]").all():
        box.check()
    office.presses("保存勾选")
    assert "这一轮共 3 个" in office.words


def a_team_is_composed(journey: Journey) -> None:
    """Three members; one of them has ties and stays away from a community."""
    office = journey.desk("office")
    office.opens("/desk/teams?round=1")
    office.writes(name="第一组")
    office.presses("建组")
    for username, duty in (("member", "组长"), ("mate", "成员"), ("cousin", "成员")):
        office.chooses(staff=f"（{username}）", duty=duty)
        office.presses("加入")
    for box in office.page.locator("input[name=places]").all():
        box.check()
    office.presses("保存勾选")
    assert "这个组共 3 个" in office.words
    office.opens("/desk/recusals?round=1")
    office.chooses(staff="（cousin）", place="云溪社区")
    office.writes(reason="亲属在居委会任职")
    office.presses("登记")
    assert "回避已登记" in office.words


def the_round_is_announced(journey: Journey) -> None:
    """The notice is public; the codes are issued and one is printed."""
    journey.moves_on("announced")
    with journey.phone() as phone:
        phone.opens("/")
        phone.follows("巡察公告")
        phone.follows("示例区第一轮巡察")
        assert "云溪社区、柳塘村委会、厂东社区" in phone.words
        assert "000-0000" in phone.words
    office = journey.desk("office")
    office.opens("/desk/entrances?round=1")
    office.presses("先算一算有多少")
    assert "27 个码，其中新发 27 个" in office.words
    office.presses("发码")
    assert "新发 27 个码" in office.words
    office.opens(f"/desk/codes/place/{YUNXI}?round=1")
    journey.entrance = words_of(office.saves("PNG"))
    assert journey.entrance.lower().startswith(f"{journey.town.base_url}/q/")
