"""开箱: how much waits, when the box opens, and opening it before its hour by two."""

from datetime import datetime, time, timedelta

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.intake.records import Opening
from portal.kernel.audit import AuditEntry
from portal.kernel.clock import BEIJING
from portal.people import Permission
from portal.review import asking
from portal.rounds import get_round
from portal.rounds.hours import timetable
from portal.web import guards
from portal.web.desk.desk_form import DeskForm, OneButton
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, installation, now, today
from portal.web.staff import somebody

bp = Blueprint("letterbox", __name__, url_prefix="/letterbox")

SHOWN = 60  # past openings; three a day are twenty days
LONGEST_REASON = 100  # characters


class AskForm(DeskForm):
    """Why the box should be opened before its hour."""

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
    """What waits and what was taken out; with a reason, ask another to agree."""
    form = AskForm()
    if form.validate_on_submit():
        reason = (form.reason.data or "").strip()
        asking.ask(db(), by=somebody(), reason=reason, now=now(), today=today())
        return redirect(page_url("desk.letterbox.page", done="asked"), 303)
    house = installation()
    rounds = list(timetable(db(), house.settings.opening_hours).items())
    body = render(
        "desk/letterbox/page.html",
        form=form,
        button=OneButton(),
        asked=asking.standing(db(), today=today()),
        me=somebody().id,
        waiting=house.door.box.waiting(),
        rounds=[(get_round(db(), round_id), hours) for round_id, hours in rounds],
        next_opening=soonest(db()),
        openings=_past(),
    )
    return (body, 422) if form.is_submitted() else body


@bp.post("/agree")
@desk(Permission.OPEN_LETTERBOX)
def agree() -> ResponseReturnValue:
    """Open the box another asked to open."""
    guards.nonce()
    by = somebody().username
    reason = asking.agree(db(), by=somebody(), today=today())
    db().commit()  # the opening writes in other sessions
    count = installation().open_letterbox(by=by, reason=reason)
    return redirect(page_url("desk.letterbox.page", done="opened", n=count), 303)


@bp.post("/take-back")
@desk(Permission.OPEN_LETTERBOX)
def take_back() -> ResponseReturnValue:
    """Take one's own request back."""
    guards.nonce()
    asking.take_back(db(), by=somebody(), now=now(), today=today())
    return redirect(page_url("desk.letterbox.page", done="taken_back"), 303)


def soonest(session: Session) -> datetime:
    """When the box opens next for any round, in local time."""
    usual = installation().settings.opening_hours
    hours = timetable(session, usual).values()
    together = sorted({hour for one in hours for hour in one}) or usual
    return next_opening(tuple(together), now().astimezone(BEIJING))


def _past() -> list[tuple[Opening, AuditEntry | None]]:
    """The newest openings with who opened and why."""
    newest = (
        select(Opening)
        .where(Opening.number > 0)  # urgent ones count downwards, and say no more
        .order_by(Opening.number.desc())
        .limit(SHOWN)
    )
    openings = list(db().scalars(newest))
    noted = select(AuditEntry).where(
        AuditEntry.action == "letterbox.open",
        AuditEntry.subject.in_([str(opening.number) for opening in openings]),
    )
    entries = {entry.subject: entry for entry in db().scalars(noted)}
    return [(opening, entries.get(str(opening.number))) for opening in openings]
