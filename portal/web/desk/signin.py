"""Signing in and out, and one's own password."""

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from portal import people
from portal.kernel import audit, sealing
from portal.kernel.errors import InvalidError
from portal.people import Staff
from portal.people.staff import SignInError
from portal.web import guards, limits, staff
from portal.web.desk.nav import local
from portal.web.desk.signin_forms import PasswordForm, SignInForm
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, installation, now

bp = Blueprint("signin", __name__)


class WrongPasswordError(InvalidError):
    """The password now is not this one."""

    sentence = "现在的密码不对，请再试一次。"


@bp.route("/signin", methods=["GET", "POST"])
@limits.sign_in_tries
@limits.fuse
def form() -> ResponseReturnValue:
    """Name, password and code; then where one wanted to go."""
    typed = SignInForm()
    if not typed.is_submitted():
        return render("desk/signin/form.html", form=typed)
    if typed.validate():
        try:
            who, pair = people.sign_in(
                db(), installation().keystore, **vars(typed.draft()), now=now()
            )
        except SignInError as refusal:
            typed.refuse(refusal)
        else:
            _note(who, "staff.sign_in")
            home = page_url("desk.home.page")
            there = local(request.args.get("then", ""), default=home)
            return staff.start(_to(there), who, pair)
    return render("desk/signin/form.html", form=typed), 422


@bp.post("/signout")
@desk(None)
def out() -> ResponseReturnValue:
    """Sign out."""
    guards.nonce()
    return staff.finish(_to(page_url("desk.signin.form")))


@bp.route("/password", methods=["GET", "POST"])
@limits.sign_in_tries
@desk(None)
def password() -> ResponseReturnValue:
    """Change one's own password."""
    typed = PasswordForm()
    if not typed.is_submitted():
        return render("desk/signin/password.html", form=typed)
    if typed.validate():
        try:
            me = staff.reader()
            _require_password(me.staff, typed.password_now.data or "")
            people.set_password(me.staff, me.pair, typed.password.data or "")
            staff.finish_elsewhere()
            _note(me.staff, "staff.password")
        except InvalidError as refusal:
            typed.refuse(refusal)
        else:
            return redirect(page_url("desk.home.page", done="password"), 303)
    return render("desk/signin/password.html", form=typed), 422


def _to(address: str) -> Response:
    """A redirect that can carry a cookie."""
    return Response(status=303, headers={"Location": address})


def _require_password(who: Staff, given: str) -> None:
    """An open browser alone must not be enough to take an account over."""
    try:
        sealing.unlock(who.locked_seed, sealing.password_key(given, who.salt))
    except sealing.UnreadableError as error:
        raise WrongPasswordError from error


def _note(who: Staff, action: str) -> None:
    audit.record(db(), who.username, action, subject=who.username, now=now())
