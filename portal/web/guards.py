"""What stands before a view: form tokens, origin, and the desk's door."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, ParamSpec, cast
from urllib.parse import urlsplit

from flask import Flask, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import Field, FileField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from portal.kernel import codes, sealing
from portal.kernel.errors import ConflictError, ForbiddenError, InvalidError
from portal.people import Permission, permits, require
from portal.web import staff
from portal.web.rendering import page_url
from portal.web.request import installation, now

P = ParamSpec("P")

RECEIPT = "/receipt"  # a form shown at one of its addresses is sent to another
TOKEN_HOURS = 24  # a form may lie open for a day before it has to be sent again
LATEST_HOURS = 72  # the letterbox knows for three days what fell into it
TICK = 4  # seconds; how finely a form tells how long it was looked at
NONCE_BYTES = 16
UNREAD = object()  # no token, and none looked for yet


class ExpiredFormError(InvalidError):
    """The token of the form is too old or not ours."""

    sentence = "这一页开得太久，已经过期。您填的都还在，请再点一次提交。"


class ForeignOriginError(ForbiddenError):
    """Another site sent this form."""

    sentence = "这次提交不是从本站页面发出的，没有收下。请从二维码重新打开。"


class SignedOutError(ConflictError):
    """A form of the desk was sent after its session had ended."""

    sentence = (
        "登录到时间了，还没有存。您写的都还在下面："
        "请先在新标签页登录，再回这一页点「再发一次」。"
    )


@dataclass(frozen=True)
class Token:
    """What a form carries: hour, tick within it, nonce, and a mac over them.

    The mac also covers the page (for residents its path, which names the entrance,
    and the questionnaire's revision; for staff their session). The tick tells how
    long a page was looked at; an answer to a POST has none. Neither is stored.
    """

    hour: str
    tick: str
    nonce: str

    def __str__(self) -> str:
        return f"{self.hour}.{self.tick}.{self.nonce}.{self.mac(_revision_shown())}"

    def mac(self, revision: str) -> str:
        """What only this installation can write, for this page."""
        key = sealing.derive(installation().door.pepper, "form token")
        parts = (_page(), revision, self.hour, self.tick, self.nonce)
        return codes.base32(codes.mac(key, *(part.encode() for part in parts)), 26)

    @property
    def hours(self) -> int:
        """How many hours ago the page was shown."""
        return _second() // 3600 - int(self.hour, 16)

    @property
    def seconds(self) -> int | None:
        """How long the page was looked at, up to a tick more; None where unknown."""
        if not self.tick:
            return None
        shown = int(self.hour, 16) * 3600 + int(self.tick, 16) * TICK
        return _second() - shown


def _page() -> str:
    """What a token is good for: a session of the desk, a path, all about receipts."""
    path = request.path.lower()
    if path.startswith("/desk"):
        return request.cookies.get(staff.COOKIE, "desk")
    return str(g.get("token_page") or (RECEIPT if path.startswith(RECEIPT) else path))


def form_token() -> str:
    """A token for a form of this page; one that came too late keeps its nonce.

    So a form sent again days later is still known for the same.
    """
    hour, second = divmod(_second(), 3600)
    tick = "" if request.method == "POST" else f"{second // TICK:x}"
    fresh = urlsafe_b64encode(secrets.token_bytes(NONCE_BYTES)).decode().rstrip("=")
    return str(Token(f"{hour:x}", tick, _late_nonce() or fresh))


def _late_nonce() -> str:
    """The nonce of a form that was ours but came too late; else nothing."""
    sent = _sent()
    if sent is None or not TOKEN_HOURS < sent.hours <= LATEST_HOURS:
        return ""
    return sent.nonce


def token() -> Token:
    """The token of the form that was sent.

    Raises ExpiredFormError.
    """
    found = _sent()
    if found is None or not 0 <= found.hours <= TOKEN_HOURS:
        g.fresh_token = form_token()  # for the page that asks to press once more
        raise ExpiredFormError
    return found


def _sent() -> Token | None:
    """The token of the form, however old; None where it is not ours or of this page.

    Read and verified once a request.
    """
    found = g.get("sent_token", UNREAD)
    if found is UNREAD:
        found = g.sent_token = _verified(request.form.get("csrf_token", ""))
    return cast(Token | None, found)


def _verified(sent: str) -> Token | None:
    parts = sent.split(".")
    if len(parts) != 4 or not sent.isascii():
        return None
    found = Token(*parts[:3])
    is_desk = request.path.startswith("/desk")
    revision = "" if is_desk else request.form.get("revision", "")
    return found if hmac.compare_digest(parts[3], found.mac(revision)) else None


def is_of_this_page() -> bool:
    """Whether the form that was sent was made here for this page, however long ago."""
    return _sent() is not None


def nonce() -> str:
    """The nonce of the form that was sent.

    Raises ExpiredFormError.
    """
    return token().nonce


def _revision_shown() -> str:
    return str(g.get("revision_shown", ""))


def _second() -> int:
    return int(now().timestamp())


class TokenField(CSRFTokenField):
    """Makes its token when a page shows it: most answers have no form."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Leave out what WTForms' own does besides: making the token."""
        super(CSRFTokenField, self).process(*args, **kwargs)

    @cached_property
    def current_token(self) -> str:  # type: ignore[override]  # nobody sets it
        """A fresh token, the same wherever it is shown."""
        return str(self.csrf_impl.generate_csrf_token(self))


class FormToken(CSRF):
    """Flask-WTF's token without a session: no cookie is set for residents."""

    field_class = TokenField

    def setup_form(self, form: BaseForm) -> Any:
        """Add the field."""
        self.form = form
        return super().setup_form(form)

    def generate_csrf_token(self, _: Field) -> str:
        """A fresh token, or its place in a page that is kept for everybody."""
        return str(g.get("token_place") or form_token())

    def validate_csrf_token(self, _: BaseForm, __: Field) -> None:
        """Check the token that was sent."""
        try:
            nonce()
        except InvalidError as error:
            raise ValidationError(error.sentence) from error


class Form(FlaskForm):
    """Every form of the product; `csrf_token` is a `FormToken`."""

    class Meta(FlaskForm.Meta):
        """No cookie, no session, Chinese messages."""

        csrf = True
        csrf_class = FormToken
        csrf_field_name = "csrf_token"
        locales = ("zh",)

        def get_translations(self, form: BaseForm) -> Any:
            """WTForms' own catalogue."""
            return super(FlaskForm.Meta, self).get_translations(form)

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            """What a form sent; a file only where one is asked for, and never JSON."""
            if request.is_json:
                return None
            found = super().wrap_formdata(form, formdata)
            if not isinstance(found, CombinedMultiDict):
                return found
            asked = {field.name for field in form if isinstance(field, FileField)}
            files = request.files.items(multi=True)
            wanted = MultiDict[str, Any]((n, f) for n, f in files if n in asked)
            return CombinedMultiDict([wanted, request.form])


def refuse_foreign_origin() -> None:
    """Refuse writes another site sends; absent headers pass, the token decides.

    Raises ForeignOriginError.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise ForeignOriginError
    origin = request.headers.get("Origin")
    if origin is not None and _host_of(origin) != request.host:
        raise ForeignOriginError


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # half an IPv6 address
        return ""


def desk(
    permission: Permission | None,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let in whoever is signed in and has `permission` (None: anybody signed in)."""

    def guard(
        view: Callable[P, ResponseReturnValue],
    ) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            who = staff.signed_in()
            if who is None and request.method == "POST" and request.form:
                raise SignedOutError
            if who is None:
                return redirect(page_url("desk.signin.form", then=request.path))
            if permission is not None:
                require(who.role, permission)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by tests
        return guarded

    return guard


def may(permission: Permission) -> bool:
    """Whether the signed-in person has the permission; for templates."""
    who = staff.signed_in()
    return who is not None and permits(who.role, permission)


def arm(app: Flask) -> None:
    """Put the guards before every view."""
    app.before_request(refuse_foreign_origin)
