"""Forms of a round: its plan and notice, its communities, its next step."""

from typing import Any

from wtforms import (
    DateField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from portal.rounds import Mode, Notice, Round
from portal.rounds.hours import typed_hours
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.words import MODES, choices

LONGEST_LINE = 100  # characters
LONGEST_TEXT = 1000

ACCEPTED = (
    "村（社区）党组织和干部的作风、纪律和办事公道；集体资金、资产、资源；"
    "低保、救助、补贴等惠民政策；小工程、物业、停车、环境等身边的事。"
)
PASSED_ON = (
    "已经进入诉讼、仲裁、行政复议的，个人之间的民事纠纷，以及紧急求助"
    "（请打 110、119、120），不在这次受理范围，会转有关部门或告诉您找谁。"
)
HOURS = "工作日 8:30–17:30"

_line = Length(max=LONGEST_LINE, message=f"请不要超过 {LONGEST_LINE} 个字。")
_text = Length(max=LONGEST_TEXT, message=f"请不要超过 {LONGEST_TEXT} 个字。")


class RoundForm(DeskForm):
    """The plan and what the notice says."""

    name = StringField("轮次名称", [DataRequired("请给这一轮起个名字。"), _line])
    mode = SelectField(
        "巡察模式", choices=lambda: choices(MODES), default=Mode.DIRECT.value
    )
    opens_on = DateField("开始日期", [DataRequired("请填开始日期。")])
    closes_on = DateField("截止日期", [DataRequired("请填截止日期。")])
    inspector = StringField("谁来巡", [DataRequired("请写明谁来巡。"), _line])
    accepted = TextAreaField("受理范围", [_text])
    passed_on = TextAreaField("不受理、转有关部门的", [_text])
    hotline = StringField("电话", [_line])
    hours = StringField("接听时间", [_line])
    opening_hours = StringField("开箱时间", [_line])
    letter_box = StringField("信箱", [_line])
    mail = StringField("邮寄地址或邮箱", [_line])

    @classmethod
    def of(cls, round_: Round) -> "RoundForm":
        """The form of a round as it stands; what was just typed goes before it."""
        return cls(obj=round_)

    def fill(self, round_: Round) -> Round:
        """Write the plan into a new or an old round.

        Raises HoursError.
        """
        values: dict[str, Any] = {
            "name": self._said("name"),
            "mode": Mode(self.mode.data),
            "inspector": self._said("inspector"),
            "opens_on": self.opens_on.data,
            "closes_on": self.closes_on.data,
            "opening_hours": typed_hours(self._said("opening_hours")),
        }
        for field, value in values.items():
            setattr(round_, field, value)
        return round_

    def notice(self) -> Notice:
        """What the notice says."""
        fields = ("accepted", "passed_on", "hotline", "hours", "letter_box", "mail")
        return Notice(**{field: self._said(field) for field in fields})

    def _said(self, field: str) -> str:
        return (self[field].data or "").strip()


class TicksForm(DeskForm):
    """Ticked communities, by id."""

    places = SelectMultipleField("社区", coerce=int, validate_choice=False)
