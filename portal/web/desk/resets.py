"""忘记密码: what is lost is said first; then new keys and a first password, once."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import people, resets
from portal.kernel.errors import ConflictError
from portal.people import Permission, Staff
from portal.web.desk.accounts import first_keys
from portal.web.desk.desk_form import OneButton
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, installation, now
from portal.web.staff import somebody

bp = Blueprint("resets", __name__, url_prefix="/accounts")


class OwnPasswordError(ConflictError):
    """Who is signed in knows their password."""

    sentence = "自己的密码请到「改密码」改，不用重设；重设会丢钥匙。"


@bp.route("/<int:staff_id>/reset", methods=["GET", "POST"])
@desk(Permission.MANAGE_STAFF)
def page(staff_id: int) -> ResponseReturnValue:
    """Say what is lost; with the button, give new keys."""
    who = people.get_staff(db(), staff_id)
    if who.id == somebody().id:
        raise OwnPasswordError
    form = OneButton()
    if form.validate_on_submit():
        return _reset(who)
    loss = resets.loss(db(), installation().keystore, who)
    return render("desk/resets/page.html", form=form, who=who, loss=loss)


def _reset(who: Staff) -> str:
    by, keystore = somebody().username, installation().keystore
    password, totp_secret = resets.reset(db(), keystore, who, by=by, now=now())
    return first_keys(who, password, totp_secret, is_reset=True)
