"""What two people type to draw a spot check."""

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length

from portal.rectification import Plan
from portal.rectification.drawing import LONGEST_WORD
from portal.web.desk.desk_form import DeskForm

LONGEST_REASON = 100  # characters; it is published

_WORD = (
    InputRequired("请写一句话。"),
    Length(max=LONGEST_WORD, message=f"最多 {LONGEST_WORD} 个字。"),
)


class ListForm(DeskForm):
    """How many, why, and the first person's word."""

    size = IntegerField("抽几个", [InputRequired("请写抽几个。")])
    reason = StringField(
        "为什么抽",
        [
            InputRequired("请写明为什么抽这一次，会一起公开。"),
            Length(max=LONGEST_REASON, message=f"最多 {LONGEST_REASON} 个字。"),
        ],
    )
    word = StringField("您的一句话", _WORD)

    def draft(self) -> Plan:
        """The plan."""
        return Plan(
            size=self.size.data or 0,
            reason=self.reason.data or "",
            word=self.word.data or "",
        )


class DrawForm(DeskForm):
    """The second person's word."""

    word = StringField("您的一句话", _WORD)

    def draft(self) -> str:
        """The word."""
        return self.word.data or ""
