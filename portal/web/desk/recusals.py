"""回避: who sees nothing of which community, because of ties (S3)."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import people
from portal.kernel.database import fetch
from portal.people import Membership, Permission, Recusal, Role, Staff, Team
from portal.places import Place
from portal.rounds import places_in
from portal.rounds.key_holders import living, take_away
from portal.web import guards
from portal.web.desk import nav
from portal.web.desk.desk_form import OneButton
from portal.web.desk.teams import note
from portal.web.desk.teams_forms import RecusalForm
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, installation

bp = Blueprint("recusals", __name__, url_prefix="/recusals")


@bp.route("", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def page() -> ResponseReturnValue:
    """The recusals of the current round; with a reason, one more."""
    round_ = nav.the_round()
    places = places_in(db(), round_.id)
    form = RecusalForm().offer(_concerned(round_.id), places)
    if form.validate_on_submit():
        _recuse(form)
        here = page_url("desk.recusals.page", round=round_.id, done="recused")
        return redirect(here, 303)
    found = _recusals(round_.id, [place.id for place in places])
    body = render(
        "desk/recusals/page.html", form=form, recusals=found, button=OneButton()
    )
    return (body, 422) if form.is_submitted() else body


@bp.post("/<int:staff_id>/<int:place_id>/lift")
@desk(Permission.MANAGE_ROUNDS)
def lift(staff_id: int, place_id: int) -> ResponseReturnValue:
    """Take a recusal back, for instance one noted by mistake; no key comes with it."""
    guards.nonce()
    db().delete(fetch(db(), Recusal, (staff_id, place_id)))
    who, place = people.get_staff(db(), staff_id), db().get_one(Place, place_id)
    note("recusal.lift", f"{who.username} × {place.code}")
    return redirect(page_url("desk.recusals.page", done="lifted"), 303)


def _recuse(form: RecusalForm) -> None:
    """Note a recusal and take the keys of the community away, in every round."""
    who = people.get_staff(db(), form.staff.data)
    place, reason = db().get_one(Place, form.place.data), form.reason.data or ""
    held = living(db(), place.id)
    take_away(db(), installation().keystore, staff_id=who.id, places=held)
    people.recuse(db(), who, place_id=place.id, reason=reason.strip())
    note("recusal.add", f"{who.username} × {place.code}", reason.strip())


def _concerned(round_id: int) -> list[Staff]:
    """Members of the round's teams, and whoever types paper in for all of it."""
    inside = (
        select(Membership.staff_id)
        .join(Team, Team.id == Membership.team_id)
        .where(Team.round_id == round_id)
    )
    wanted = select(Staff).where(Staff.id.in_(inside) | (Staff.role == Role.ENTRY))
    return list(db().scalars(wanted.order_by(Staff.name, Staff.id)))


def _recusals(round_id: int, place_ids: list[int]) -> list[tuple[Staff, Place, str]]:
    ids = [who.id for who in _concerned(round_id)]
    rows = db().execute(
        select(Staff, Place, Recusal.reason)
        .join(Recusal, Recusal.staff_id == Staff.id)
        .join(Place, Place.id == Recusal.place_id)
        .where(Recusal.staff_id.in_(ids), Recusal.place_id.in_(place_ids))
        .order_by(Staff.name, Place.code)
    )
    return [(who, place, reason) for who, place, reason in rows]
