"""What a poster says: one notice per code, told by whoever knows the round."""

from dataclasses import dataclass
from datetime import date, time
from urllib.parse import urlsplit

from portal.entrances import Code
from portal.kernel.codes import in_fours
from portal.posters.formats import Part
from portal.rounds import Round

TITLE = ("身边的事，", "扫码说一说")
STEPS = (
    ("微信扫一扫", "不下载、不登录、不留手机号"),
    ("填问卷，或写一封信", "物业、账目、低保、工程、作风……"),
    ("收好回执码", "凭它看办到哪一步、看回复"),
)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Everything that differs between two posters."""

    address: str  # what the code says
    host: str  # what is typed, without scheme
    letters: str  # the code in groups of four
    place: str
    label: str  # the channel, or the building's name for it
    inspector: str
    round_name: str
    hotline: str
    hours: str
    letter_box: str
    opening_hours: str
    closes_on: date

    def words(self, part: Part) -> str:
        """The sentence of a part; lines are kept apart by line breaks."""
        return {
            Part.WHO: f"{self.inspector} · 正在{self.place}巡察",
            Part.TITLE: "\n".join(TITLE),
            Part.PLACE: f"{self.place} · {self.label}" if self.label else self.place,
            Part.TYPED: "扫不了？手机浏览器打开下面的网址，输入右边的码",
            Part.HOST: self.host,
            Part.LETTERS: self.letters,
            Part.LEAD: "我们不记录您是谁，也不记几点来的。",
            Part.PROMISE: (
                "记下的只有：哪个社区、哪类渠道、您勾的和写的。"
                "信投进去就封上，只有巡察组能拆；"
                f"每天 {self.opening_hours}开箱，次序打乱，社区和物业看不到。"
            ),
            Part.SHORT_PROMISE: "不登录，不留号，不记您是谁",
            Part.CONTACT: self._contact(),
            Part.HOTLINE: f"电话 {self.hotline}" if self.hotline else "",
            Part.DEADLINE: (
                f"{self.round_name}\n"
                f"受理到{self.closes_on.year}年{self.closes_on.month}月"
                f"{self.closes_on.day}日"
            ),
            Part.PRESS: "长按图片，识别二维码",
        }[part]

    @property
    def chat_text(self) -> str:
        """What is pasted into a chat group, with the link of its own code."""
        scheme = self.address.partition("://")[0]
        link = f"{scheme}://{self.host}/q/{self.letters.replace(' ', '')}"
        lines = [
            f"{self.place}的邻居：{self.inspector}正在我们这里巡察，想听您说说身边的事。",
            "点开就能填，十几下，不登录、不留手机号，不记您是谁：",
            link,
            *self.words(Part.CONTACT).splitlines(),
            self.words(Part.DEADLINE).splitlines()[-1],
        ]
        return "\n".join(lines)

    def _contact(self) -> str:
        lines = []
        if self.hotline:
            lines.append(f"电话 {self.hotline}")
        if self.hours:
            lines.append(self.hours)
        if self.letter_box:
            lines.append(f"信箱 {self.letter_box}")
        return "\n".join(lines)

    @property
    def signs(self) -> set[str]:
        """Every character a poster of this notice may need."""
        told = [self.words(part) for part in Part if part not in DRAWN] + ["声"]
        told += [word for step in STEPS for word in step] + ["一二三"]
        return set("".join(told))


def address_of(base_url: str, code: str) -> str:
    """What a code says to a phone: host and path in capitals.

    Capitals are in QR's alphanumeric set (ISO/IEC 18004 §7.4.4), which saves a
    version; the scheme stays lower case, because some Androids match it exactly.
    """
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc.upper()}{parts.path}/Q/{code}"


def notice_of(
    code: Code, round_: Round, *, base_url: str, opening_hours: tuple[time, ...]
) -> Notice:
    """What the poster of a code says."""
    hours = "、".join(
        f"{hour.hour}:{hour.minute:02d}" if hour.minute else str(hour.hour)
        for hour in opening_hours
    )
    return Notice(
        address=address_of(base_url, code.code),
        host=urlsplit(base_url).netloc,
        letters=in_fours(code.code),
        place=code.place.name,
        label=code.name,
        inspector=round_.inspector,
        round_name=round_.name,
        hotline=round_.hotline,
        hours=round_.hours,
        letter_box=round_.letter_box,
        opening_hours=f"{hours} 点",
        closes_on=round_.closes_on,
    )


DRAWN = {Part.BAND, Part.SEAL, Part.CODE, Part.RULE, Part.BAR, Part.STEPS}
