"""What the public will read, and why an entry is taken back."""

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.web.desk.desk_form import DeskForm

LONGEST = 1000  # characters; nobody reads more on a phone

_most = Length(max=LONGEST, message=f"最多 {LONGEST} 个字，写得越短越有人看。")


class DisclosureForm(DeskForm):
    """Problem, measures, result."""

    problem = TextAreaField("问题", [InputRequired("请写问题。"), _most])
    measures = TextAreaField("措施", [InputRequired("请写措施。"), _most])
    result = TextAreaField("结果", [InputRequired("还没结果就写「正在办」。"), _most])

    def draft(self) -> tuple[str, str, str]:
        """The three texts."""
        return (
            self.problem.data or "",
            self.measures.data or "",
            self.result.data or "",
        )


class WithdrawForm(DeskForm):
    """Why an entry is taken back."""

    reason = StringField(
        "撤回的原因", [InputRequired("撤回要写原因，原因会一起公开。")]
    )

    def draft(self) -> str:
        """The reason."""
        return self.reason.data or ""
