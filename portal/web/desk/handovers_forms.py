"""Where a problem goes, and what the office says to what comes back."""

from wtforms import DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired

from portal.handover import Route, Terms
from portal.kernel.errors import InvalidError
from portal.people import Staff
from portal.rectification import Verdict
from portal.web.desk import terms
from portal.web.desk.desk_form import DeskForm


class HandOverForm(DeskForm):
    """Route, receiver, deadline."""

    route = RadioField("方式", [InputRequired("请选交办方式。")])
    receiver = SelectField("接收单位", [InputRequired("请选接收单位。")], coerce=int)
    due_on = DateField("整改期限", [InputRequired("请填整改期限。")])

    def offer(self, routes: list[Route], receivers: list[Staff]) -> "HandOverForm":
        """Offer what this finding can go by, and to whom."""
        self.route.choices = terms.options(routes)
        self.receiver.choices = [
            (one.id, f"{one.unit} {one.name}".strip()) for one in receivers
        ]
        self._receivers = {one.id: one for one in receivers}
        return self

    def draft(self) -> Terms:
        """The terms.

        Raises InvalidError.
        """
        receiver = self._receivers.get(self.receiver.data)
        if receiver is None or self.due_on.data is None:
            raise InvalidError
        return Terms(
            route=Route(self.route.data), receiver=receiver, due_on=self.due_on.data
        )


class VerdictForm(DeskForm):
    """What the office says to a filed step."""

    verdict = RadioField("审核结果", [InputRequired("请选通过还是退回。")])
    remark = TextAreaField("意见")

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self.verdict.choices = terms.options(Verdict)

    def draft(self) -> tuple[Verdict, str]:
        """The verdict and the remark."""
        return Verdict(self.verdict.data), self.remark.data or ""
