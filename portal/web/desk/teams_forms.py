"""Forms of teams: a team's name, a member with a duty, a recusal with its reason."""

from collections.abc import Iterable

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from portal.people import Duty, Staff
from portal.places import Place
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.words import DUTIES, choices

LONGEST_NAME = 30  # characters
LONGEST_REASON = 100


def _staff(people: Iterable[Staff]) -> list[tuple[int, str]]:
    return [(one.id, f"{one.name}（{one.username}）") for one in people]


class TeamForm(DeskForm):
    """A team's name."""

    name = StringField(
        "组名",
        [
            DataRequired("请写组名，比如「第一组」。"),
            Length(max=LONGEST_NAME, message="组名请不要超过 30 个字。"),
        ],
    )


class JoinForm(DeskForm):
    """Who joins, as what."""

    staff = SelectField("成员", coerce=int)
    duty = SelectField(
        "职责", choices=lambda: choices(DUTIES), default=Duty.MEMBER.value
    )

    def offer(self, people: Iterable[Staff]) -> "JoinForm":
        """The staff to choose from."""
        self.staff.choices = _staff(people)
        return self


class RecusalForm(DeskForm):
    """Who stays away from which community, and why."""

    staff = SelectField("谁", coerce=int)
    place = SelectField("回避哪个社区", coerce=int)
    reason = StringField(
        "原因",
        [
            DataRequired("请写明回避的原因，比如「亲属在村委会任职」。"),
            Length(max=LONGEST_REASON, message="原因请不要超过 100 个字。"),
        ],
    )

    def offer(self, people: Iterable[Staff], places: Iterable[Place]) -> "RecusalForm":
        """The staff and communities to choose from."""
        self.staff.choices = _staff(people)
        self.place.choices = [(place.id, place.name) for place in places]
        return self
