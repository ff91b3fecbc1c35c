"""The form of a new account."""

from dataclasses import dataclass

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from portal.people import Role
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.words import ROLES, choices

LONGEST_NAME = 30  # characters
LONGEST_UNIT = 60


@dataclass(frozen=True)
class NewAccount:
    """Who gets an account."""

    username: str
    name: str
    role: Role
    unit: str


class AccountForm(DeskForm):
    """Who, as what."""

    username = StringField(
        "用户名",
        [
            DataRequired("请填用户名。"),
            Regexp(
                r"^[a-z0-9][a-z0-9_.-]{1,29}$",
                message="用户名用 2 到 30 个小写字母、数字，比如 zhangsan。",
            ),
        ],
    )
    name = StringField(
        "姓名",
        [
            DataRequired("请填姓名。"),
            Length(max=LONGEST_NAME, message="姓名请不要超过 30 个字。"),
        ],
    )
    role = SelectField(
        "角色", choices=lambda: choices(ROLES), default=Role.MEMBER.value
    )
    unit = StringField(
        "单位", [Length(max=LONGEST_UNIT, message="单位请不要超过 60 个字。")]
    )

    def validate_unit(self, field: StringField) -> None:
        """A responsible unit is known by its name."""
        if self.role.data == Role.UNIT and not (field.data or "").strip():
            message = "整改责任单位请写单位名称，交办时按它找。"
            raise ValidationError(message)

    def draft(self) -> NewAccount:
        """What was typed."""
        return NewAccount(
            username=self.username.data or "",
            name=(self.name.data or "").strip(),
            role=Role(self.role.data),
            unit=(self.unit.data or "").strip(),
        )
