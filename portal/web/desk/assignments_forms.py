"""What a unit reports."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.rectification import Filing, Outcome
from portal.web.desk import terms
from portal.web.desk.desk_form import DeskForm

LONGEST_FILING = 5000  # characters


class FilingForm(DeskForm):
    """The next step: plan, meeting or report."""

    text = TextAreaField(
        "做了什么，什么时候，谁负责",
        [
            InputRequired("请写明做了什么、什么时候、谁负责，再上报。"),
            Length(max=LONGEST_FILING, message=f"最多 {LONGEST_FILING} 个字。"),
        ],
    )
    outcome = RadioField("改好了没有", default=Outcome.FIXED.value)

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self.outcome.choices = terms.options(Outcome)

    def draft(self) -> Filing:
        """What is filed."""
        return Filing(text=self.text.data or "", outcome=Outcome(self.outcome.data))
