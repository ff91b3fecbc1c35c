"""One round as it is lived through screens, and what people carry from one to another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.screens import Desk, Phone
from tests.browser.town import Town
from tests.journeys.paper import PaperSlip

YUNXI, LIUTANG, CHANGDONG = "999001001001", "999001001201", "999001002001"
PLACES = f"""行政区划代码,行政区划名称,城乡分类,户数,社区类型
999001001000,云溪街道,,,
999001002000,厂前街道,,,
{YUNXI},云溪社区,111,412,
{LIUTANG},柳塘村委会,220,260,涉农社区
{CHANGDONG},厂东社区,111,38,城市社区、厂居社区
"""
LETTER = "三栋门口的电动车占道半年了，消防通道堵死，物业三次没人管。"
REPLY = "收到。组里周三下午去现场看过，正在督促物业清理。"
TITLE = "云溪社区三栋消防通道长期被占"
STATEMENT = "现场核查：通道两侧停放非机动车约二十辆，物业巡查无记录。"
PLAN = "月底前划线设桩，建充电棚，由街道办物业科负责。"
REPORT = "充电棚建成，通道清空，物业每日巡查有记录。"


@dataclass
class Journey:
    """Who holds which window, and what is written on whose paper."""

    town: Town
    browser: Browser
    script: bool
    papers: Path
    desks: dict[str, Desk] = field(default_factory=dict)
    entrance: str = ""  # the address on the decoded poster
    receipt: str = ""
    slips: dict[str, list[PaperSlip]] = field(default_factory=dict)
    digest: str = ""  # as it hangs on the notice board
    fingerprint: str = ""

    def desk(self, username: str) -> Desk:
        """The window of somebody of the staff, signed in."""
        if username not in self.desks:
            desk = Desk(self.town, self.browser, script=self.script)
            desk.signs_in(username)
            self.desks[username] = desk
        return self.desks[username]

    @contextmanager
    def phone(self) -> Iterator[Phone]:
        """A resident's phone, new to the portal."""
        phone = Phone(self.town, self.browser, script=self.script)
        yield phone
        phone.closes()

    def moves_on(self, phase: str) -> None:
        """The office moves the round on."""
        office = self.desk("office")
        office.opens(f"/desk/rounds/1/advance/{phase}")
        office.presses("推进到")
        assert "阶段已推进" in office.words

    def closes(self) -> None:
        """Everybody goes home."""
        for desk in self.desks.values():
            desk.closes()
