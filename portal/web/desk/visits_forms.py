"""What somebody saw who went to look."""

from wtforms import RadioField
from wtforms.validators import InputRequired

from portal.rectification import Outcome
from portal.web.desk import terms
from portal.web.desk.desk_form import DeskForm


class VisitForm(DeskForm):
    """One of three outcomes; nothing is chosen beforehand."""

    outcome = RadioField("去看了，结果怎样", [InputRequired("请选看到的结果。")])

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self.outcome.choices = terms.options(Outcome)

    def draft(self) -> Outcome:
        """The outcome."""
        return Outcome(self.outcome.data)
