"""开箱: how much waits, when the box opens, and opening it now for a reason."""

from datetime import datetime, time, timedelta

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.intake.records import Opening
from portal.kernel.audit import AuditEntry
from portal.kernel.clock import BEIJING
from portal.people import Permission
from portal.web.desk.desk_form import DeskForm
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, forget, installation, now
from portal.web.staff import somebody

bp = Blueprint("letterbox", __name__, url_prefix="/letterbox")

SHOWN = 60  # past openings; three a day are twenty days
LONGEST_REASON = 100  # characters


class OpenForm(DeskForm):
    """Why the box is opened before its hour."""

    reason = StringField(
        "为什么现在开",
        [
            DataRequired("请写明为什么现在开箱，会记入日志。"),
            Length(max=LONGEST_REASON, message="请不要超过 100 个字。"),
        ],
    )


def next_opening(hours: tuple[time, ...], local_now: datetime) -> datetime:
    """When the box opens next, in local time."""
    today = [local_now.replace(hour=h.hour, minute=h.minute, second=0) for h in hours]
    later = [hour for hour in today if hour > local_now]
    return min(later) if later else min(today) + timedelta(days=1)


@bp.route("", methods=["GET", "POST"])
@desk(Permission.OPEN_LETTERBOX)
def page() -> ResponseReturnValue:
    """What waits and what was taken out; with a reason, open the box."""
    form = OpenForm()
    if form.validate_on_submit():
        count = _open((form.reason.data or "").strip())
        return redirect(page_url("desk.letterbox.page", done="opened", n=count), 303)
    house = installation()
    hours = house.settings.opening_hours
    body = render(
        "desk/letterbox/page.html",
        form=form,
        waiting=house.door.box.waiting(),
        hours=hours,
        next_opening=next_opening(hours, now().astimezone(BEIJING)),
        openings=_past(),
    )
    return (body, 422) if form.is_submitted() else body


def _open(reason: str) -> int:
    """Open the box in sessions of its own: this request gives its write lock back."""
    by = somebody().username
    forget()
    return installation().open_letterbox(by=by, reason=reason)


def _past() -> list[tuple[Opening, AuditEntry | None]]:
    """The newest openings with who opened and why."""
    newest = select(Opening).order_by(Opening.number.desc()).limit(SHOWN)
    openings = list(db().scalars(newest))
    noted = select(AuditEntry).where(
        AuditEntry.action == "letterbox.open",
        AuditEntry.subject.in_([str(opening.number) for opening in openings]),
    )
    entries = {entry.subject: entry for entry in db().scalars(noted)}
    return [(opening, entries.get(str(opening.number))) for opening in openings]
