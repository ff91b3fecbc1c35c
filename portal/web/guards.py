"""What stands before a view: form tokens, origin, limits, and the desk's door."""

import hmac
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, wraps
from ipaddress import ip_address
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from flask import Flask, Response, after_this_request, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_wtf import FlaskForm
from limits import parse
from limits.storage import MemoryStorage
from werkzeug.exceptions import TooManyRequests
from wtforms import Field
from wtforms.csrf.core import CSRF
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from portal.kernel import codes, sealing
from portal.kernel.errors import ForbiddenError, InvalidError
from portal.people import Permission, permits, require
from portal.web import staff
from portal.web.rendering import page_url
from portal.web.request import installation, now

P = ParamSpec("P")

TOKEN_HOURS = 24  # a form may lie open for a day before it has to be sent again
NONCE_BYTES = 16

BLOCK_LIMIT = parse("1200 per hour")  # writes of one block: a whole estate's phones
SITE_FUSE = parse("6000 per minute")  # writes of everybody: what the machine can seal
SWEEP_SECONDS = 60  # how long a count that has run out may lie in memory
SIGN_IN_LIMIT = "20 per minute"  # tries to sign in from one address block


class ExpiredFormError(InvalidError):
    """The token of the form is too old or not ours."""

    sentence = "这一页开得太久，已经过期。您填的都还在，请再点一次提交。"


class ForeignOriginError(ForbiddenError):
    """Another site sent this form."""

    sentence = "这次提交不是从本站页面发出的，没有收下。请从二维码重新打开。"


def form_token() -> str:
    """A token for a form of this page: hour, nonce, mac over both and the page."""
    hour = f"{_hour():x}"
    nonce = urlsafe_b64encode(secrets.token_bytes(NONCE_BYTES)).decode().rstrip("=")
    return f"{hour}.{nonce}.{_mac(hour, nonce)}"


def nonce() -> str:
    """The nonce of the form that was sent.

    Raises ExpiredFormError.
    """
    hour, nonce, mac = _split(request.form.get("csrf_token", ""))
    if not hmac.compare_digest(mac, _mac(hour, nonce)):
        raise ExpiredFormError
    if not 0 <= _hour() - int(hour, 16) <= TOKEN_HOURS:
        raise ExpiredFormError
    return nonce


def _split(token: str) -> tuple[str, str, str]:
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise ExpiredFormError
    return parts[0], parts[1], parts[2]


def _hour() -> int:
    return int(now().timestamp()) // 3600


def _mac(hour: str, nonce: str) -> str:
    key = sealing.derive(installation().door.pepper, "form token")
    scope = (
        request.cookies.get(staff.COOKIE, "desk")
        if request.path.startswith("/desk")
        else request.path.lower()
    )
    mac = codes.mac(key, scope.encode(), hour.encode(), nonce.encode())
    return codes.base32(mac, 26)


class FormToken(CSRF):
    """Flask-WTF's token without a session: no cookie is set for residents."""

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


def refuse_foreign_origin() -> None:
    """Refuse writes another site sends; absent headers pass, the token decides.

    Raises ForeignOriginError.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise ForeignOriginError
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise ForeignOriginError


@dataclass
class BlockKeys:
    """Names for address blocks that mean nothing an hour later, kept in memory only."""

    hour: int = -1
    secret: bytes = field(default=b"", repr=False)

    def name(self) -> str:
        """The name of this request's /24 or /64 in this hour."""
        if self.hour != _hour():
            self.hour, self.secret = _hour(), secrets.token_bytes(32)
        return codes.mac(self.secret, _block().encode()).hex()[:32]


def _block() -> str:
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    size = 24 if address.version == 4 else 64
    return f"{address.version}/{int(address) >> (address.max_prefixlen - size)}"


class Counts(MemoryStorage):
    """Counts in memory; what has run out is dropped by a later hit.

    The library's own starts a thread to sweep at nearly every hit.
    """

    STORAGE_SCHEME = ["counts"]  # noqa: RUF012 -- the base declares it so
    _alone = threading.Lock()
    _swept = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """The count of `key` after adding to it; it begins anew after `expiry`."""
        with self._alone:
            if self.get(key) == 0:
                self._sweep()
                self.expirations[key] = time.time() + expiry
            self.storage[key] += amount
            return self.storage[key]

    def _sweep(self) -> None:
        if time.time() > self._swept + SWEEP_SECONDS:
            self._swept = time.time()
            for key in list(self.expirations):
                self.get(key)  # forgets it where it has run out


_blocks = BlockKeys()


class ViewLimiter(Limiter):
    """Limits stand on views here; before every request there is nothing to look for."""

    def _check_request_limit(
        self,
        callable_name: str | None = None,
        in_middleware: bool = True,  # noqa: FBT001, FBT002 -- Flask-Limiter's signature
    ) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = ViewLimiter(_blocks.name, headers_enabled=False)


def fuse(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Blow at more writes than the machine can take, whoever sends them.

    The limiter's window is asked directly: its decorators cost more than a seal.
    """

    @wraps(view)
    def fused(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if request.method == "POST" and not limiter.limiter.hit(SITE_FUSE, "site"):
            raise TooManyRequests
        return view(*args, **kwargs)

    return fused


def writes(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let an address block write as long as its budget lasts; refusals cost nothing."""

    @wraps(view)
    def budgeted(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if request.method == "POST":
            block = _blocks.name()
            if not limiter.limiter.test(BLOCK_LIMIT, block):
                raise TooManyRequests
            after_this_request(partial(_spend, block))
        return view(*args, **kwargs)

    return budgeted


def _spend(block: str, response: Response) -> Response:
    if response.status_code < 400:
        limiter.limiter.hit(BLOCK_LIMIT, block)
    return response


sign_in_tries = limiter.limit(SIGN_IN_LIMIT, methods=["POST"])


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
    redis = installation_redis(app)
    app.config["RATELIMIT_STORAGE_URI"] = redis or "counts://"
    limiter.init_app(app)


def installation_redis(app: Flask) -> str:
    """The Redis address of the settings, empty for memory."""
    return str(app.extensions["portal"].settings.redis_url)
