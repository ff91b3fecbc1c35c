"""Forms of signing in and of one's own password."""

from dataclasses import dataclass

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from portal.people.staff import MINIMUM_PASSWORD, WeakPasswordError
from portal.web.desk.desk_form import DeskForm


@dataclass(frozen=True)
class SignIn:
    """What somebody typed to sign in."""

    username: str
    password: str
    totp: str


class SignInForm(DeskForm):
    """Name, password, code."""

    username = StringField("用户名", [InputRequired("请填用户名。")])
    password = PasswordField("密码", [InputRequired("请填密码。")])
    totp = StringField("动态码", [InputRequired("请填手机上的 6 位动态码。")])

    def draft(self) -> SignIn:
        """What was typed; gaps in the code do not matter."""
        return SignIn(
            username=(self.username.data or "").strip(),
            password=self.password.data or "",
            totp="".join((self.totp.data or "").split()),
        )


class PasswordForm(DeskForm):
    """The password now and the one to come; names hidden from error pages."""

    password_now = PasswordField("现在的密码", [InputRequired("请填现在的密码。")])
    password = PasswordField(
        "新密码", [Length(min=MINIMUM_PASSWORD, message=WeakPasswordError.sentence)]
    )
    password_again = PasswordField(
        "再写一遍新密码", [EqualTo("password", "两遍新密码不一样，请再写一遍。")]
    )
