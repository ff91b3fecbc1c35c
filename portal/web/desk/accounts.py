"""人员: accounts, made with a first password shown once, and never deleted."""

from base64 import b64encode

import pyotp
from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import people
from portal.kernel import audit
from portal.kernel.errors import ConflictError, InvalidError
from portal.people import Permission, Staff, sessions
from portal.posters import qr
from portal.rounds.key_holders import take_away_what_others_hold
from portal.web import guards
from portal.web.desk.accounts_forms import AccountForm, NewAccount
from portal.web.desk.desk_form import OneButton
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, forget, installation, now
from portal.web.staff import somebody

bp = Blueprint("accounts", __name__, url_prefix="/accounts")

ISSUER = "码上巡"  # what the authenticator shows above the code


class OwnAccountError(ConflictError):
    """Nobody locks themselves out."""

    sentence = "不能停用自己的账号，请让另一位管理员来办。"


@bp.get("")
@desk(Permission.MANAGE_STAFF)
def index() -> ResponseReturnValue:
    """Everybody, by role and name."""
    everybody = select(Staff).order_by(Staff.is_active.desc(), Staff.role, Staff.id)
    return render(
        "desk/accounts/index.html",
        accounts=list(db().scalars(everybody)),
        me=somebody().id,
        button=OneButton(),
    )


@bp.route("/new", methods=["GET", "POST"])
@desk(Permission.MANAGE_STAFF)
def new() -> ResponseReturnValue:
    """Make an account; its password and second factor are shown this once."""
    form = AccountForm()
    if not form.is_submitted():
        return render("desk/accounts/new.html", form=form)
    if form.validate():
        try:
            return _register(form.draft())
        except InvalidError as refusal:
            forget()
            form.refuse(refusal)
    return render("desk/accounts/new.html", form=form), 422


@bp.post("/<int:staff_id>/deactivate")
@desk(Permission.MANAGE_STAFF)
def deactivate(staff_id: int) -> ResponseReturnValue:
    """Stop an account and take the keys that others hold too; it can come back."""
    guards.nonce()
    who = people.get_staff(db(), staff_id)
    if who.id == somebody().id:
        raise OwnAccountError
    who.is_active = False
    db().flush()
    kept = take_away_what_others_hold(db(), installation().keystore, who)
    sessions.end_all(db(), who.id)
    _note(who, "staff.deactivate")
    done = "off_kept" if kept else "off"
    there = page_url("desk.accounts.index", done=done, n=len(kept))
    return redirect(there, 303)


@bp.post("/<int:staff_id>/activate")
@desk(Permission.MANAGE_STAFF)
def activate(staff_id: int) -> ResponseReturnValue:
    """Let an account in again."""
    guards.nonce()
    who = people.get_staff(db(), staff_id)
    who.is_active = True
    _note(who, "staff.activate")
    return redirect(page_url("desk.accounts.index", done="on"), 303)


def _register(draft: NewAccount) -> ResponseReturnValue:
    who, password, totp_secret = people.register(
        db(),
        installation().keystore,
        username=draft.username,
        name=draft.name,
        role=draft.role,
    )
    who.unit = draft.unit
    _note(who, "staff.register")
    return first_keys(who, password, totp_secret, is_reset=False)


def first_keys(who: Staff, password: str, totp_secret: str, *, is_reset: bool) -> str:
    """What somebody signs in with the first time; it is shown this once."""
    totp = pyotp.TOTP(totp_secret)
    uri = totp.provisioning_uri(name=who.username, issuer_name=ISSUER)
    return render(
        "desk/accounts/made.html",
        who=who,
        password=password,
        totp_secret=totp_secret,
        picture=b64encode(qr.svg(uri)).decode(),
        is_reset=is_reset,
    )


def _note(who: Staff, action: str) -> None:
    by, reason = somebody().username, str(who.role)
    audit.record(db(), by, action, subject=who.username, reason=reason, now=now())
