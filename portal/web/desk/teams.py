"""巡察组: teams of a round, their members and their communities."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select

from portal import people
from portal.kernel import audit
from portal.kernel.database import fetch
from portal.kernel.errors import NotFoundError
from portal.people import Duty, Membership, Permission, Role, Staff, Team, TeamPlace
from portal.places import Place
from portal.rounds import Phase, places_in, round_place
from portal.rounds.key_holders import take_away
from portal.rounds.round import PlanFrozenError
from portal.web import guards
from portal.web.desk import nav, streets
from portal.web.desk.announcing import unassigned
from portal.web.desk.desk_form import OneButton
from portal.web.desk.rounds_forms import TicksForm
from portal.web.desk.teams_forms import JoinForm, TeamForm
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, installation, now
from portal.web.staff import somebody

bp = Blueprint("teams", __name__, url_prefix="/teams")


@bp.route("", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def index() -> ResponseReturnValue:
    """The teams of the current round; with a name, one more."""
    round_, form = nav.the_round(), TeamForm()
    if form.validate_on_submit():
        team = Team(round_id=round_.id, name=(form.name.data or "").strip())
        db().add(team)
        db().flush()
        note("team.form", team.name)
        return redirect(page_url("desk.teams.show", team_id=team.id, done="made"), 303)
    body = render(
        "desk/teams/index.html",
        form=form,
        teams=[(t, members(t), places_of_team(t)) for t in teams_of(round_.id)],
        without=unassigned(db(), round_.id),
    )
    return (body, 422) if form.is_submitted() else body


@bp.get("/<int:team_id>")
@desk(Permission.MANAGE_ROUNDS)
def show(team_id: int) -> ResponseReturnValue:
    """One team: its members and communities."""
    team = fetch(db(), Team, team_id)
    round_ = nav.about(team.round_id)
    held = {place.id for place in places_of_team(team)}
    return render(
        "desk/teams/show.html",
        team=team,
        members=members(team),
        join=JoinForm(formdata=None).offer(_not_in(team)),
        ticks=TicksForm(formdata=None),
        streets=streets.by_street(places_in(db(), round_.id), held),
        others=_held_by_others(team),
        button=OneButton(),
    )


@bp.post("/<int:team_id>/join")
@desk(Permission.MANAGE_ROUNDS)
def join(team_id: int) -> ResponseReturnValue:
    """Put somebody into a team."""
    team = fetch(db(), Team, team_id)
    guards.nonce()
    form = JoinForm().offer(_not_in(team))
    if not form.validate():
        raise NotFoundError
    who = people.get_staff(db(), form.staff.data)
    people.join(db(), team, staff=who, duty=Duty(form.duty.data))
    note("team.join", team.name, who.username)
    return _back(team, "joined")


@bp.post("/<int:team_id>/leave/<int:staff_id>")
@desk(Permission.MANAGE_ROUNDS)
def leave(team_id: int, staff_id: int) -> ResponseReturnValue:
    """Take somebody out of a team, with their keys."""
    team = fetch(db(), Team, team_id)
    guards.nonce()
    membership = fetch(db(), Membership, (team.id, staff_id))
    held = [round_place(db(), team.round_id, p.id) for p in places_of_team(team)]
    take_away(db(), installation().keystore, staff_id=staff_id, places=held)
    db().delete(membership)
    note("team.leave", team.name, people.get_staff(db(), staff_id).username)
    return _back(team, "left")


@bp.post("/<int:team_id>/places")
@desk(Permission.MANAGE_ROUNDS)
def give(team_id: int) -> ResponseReturnValue:
    """Give communities to a team; what is ticked moves here from other teams."""
    team = fetch(db(), Team, team_id)
    guards.nonce()
    if nav.about(team.round_id).phase is not Phase.PREPARING:
        raise PlanFrozenError
    everywhere = places_in(db(), team.round_id)
    wanted = streets.wanted(everywhere, TicksForm().places.data or [])
    of_round = TeamPlace.round_id == team.round_id
    kept = TeamPlace.place_id.in_([place.id for place in wanted])
    db().execute(
        delete(TeamPlace).where(of_round, kept | (TeamPlace.team_id == team.id))
    )
    db().add_all(
        TeamPlace(round_id=team.round_id, place_id=place.id, team_id=team.id)
        for place in wanted
    )
    note("team.places", team.name, str(len(wanted)))
    return _back(team, "given", len(wanted))


def teams_of(round_id: int) -> list[Team]:
    """The teams of a round, in the order they were formed."""
    wanted = select(Team).where(Team.round_id == round_id).order_by(Team.id)
    return list(db().scalars(wanted))


def members(team: Team) -> list[tuple[Staff, Duty]]:
    """Who is in a team, the leader first."""
    rows = db().execute(
        select(Staff, Membership.duty)
        .join(Membership, Membership.staff_id == Staff.id)
        .where(Membership.team_id == team.id)
        .order_by(Staff.id)
    )
    order = list(Duty)
    found = [(who, duty) for who, duty in rows]
    return sorted(found, key=lambda row: order.index(row[1]))


def places_of_team(team: Team) -> list[Place]:
    """The communities of a team, by code."""
    wanted = (
        select(Place)
        .join(TeamPlace, TeamPlace.place_id == Place.id)
        .where(TeamPlace.team_id == team.id)
        .order_by(Place.code)
    )
    return list(db().scalars(wanted))


def note(action: str, subject: str, reason: str = "") -> None:
    """Write what the office did to the teams into the log."""
    by = somebody().username
    audit.record(db(), by, action, subject=subject, reason=reason, now=now())


def _not_in(team: Team) -> list[Staff]:
    inside = select(Membership.staff_id).where(Membership.team_id == team.id)
    wanted = select(Staff).where(
        Staff.role == Role.MEMBER, Staff.is_active, Staff.id.not_in(inside)
    )
    return list(db().scalars(wanted.order_by(Staff.name, Staff.id)))


def _held_by_others(team: Team) -> dict[int, str]:
    """The team's name by community, for those another team has."""
    rows = db().execute(
        select(TeamPlace.place_id, Team.name)
        .join(Team, Team.id == TeamPlace.team_id)
        .where(TeamPlace.round_id == team.round_id, TeamPlace.team_id != team.id)
    )
    return {row.place_id: row.name for row in rows}


def _back(team: Team, said: str, count: int = 0) -> ResponseReturnValue:
    here = page_url("desk.teams.show", team_id=team.id, done=said, n=count)
    return redirect(here, 303)
