"""轮次: planning a round, choosing its communities, moving it on."""

from datetime import date, time, timedelta

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select
from werkzeug.wrappers import Response

from portal import rounds
from portal.kernel import audit
from portal.kernel.errors import InvalidError
from portal.people import Permission, Team, TeamPlace
from portal.places import Place, communities
from portal.questionnaires import frozen
from portal.rounds import NEXT, Phase, Round, RoundPlace, places_in
from portal.rounds.round import PlanFrozenError, WrongMoveError
from portal.web.desk import nav, rounds_forms, streets
from portal.web.desk.announcing import (
    WHAT_HAPPENS,
    Check,
    announce,
    checks,
    is_ready,
    require_ready,
)
from portal.web.desk.desk_form import OneButton
from portal.web.desk.rounds_forms import RoundForm, TicksForm
from portal.web.desk.words import word
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, forget, installation, now, today
from portal.web.staff import somebody

bp = Blueprint("rounds", __name__, url_prefix="/rounds")

USUAL_PERIOD = timedelta(days=30)


@bp.get("")
@desk(Permission.MANAGE_ROUNDS)
def index() -> ResponseReturnValue:
    """Every round, newest first."""
    return render("desk/rounds/index.html", rounds=nav.rounds_for(db(), somebody()))


@bp.route("/new", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def new() -> ResponseReturnValue:
    """Plan a round."""
    form = RoundForm(data=_usual(today()))
    return _kept(form, Round(code=_next_code(today().year)))


@bp.route("/<int:round_id>/edit", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def edit(round_id: int) -> ResponseReturnValue:
    """Change the plan and the notice; the number stays."""
    round_ = nav.about(round_id)
    return _kept(RoundForm.of(round_), round_)


@bp.get("/<int:round_id>")
@desk(Permission.MANAGE_ROUNDS)
def show(round_id: int) -> ResponseReturnValue:
    """A round with its phases, what is missing, and the steps it may take."""
    round_ = nav.about(round_id)
    steps = [step for step in Phase if step in NEXT[round_.phase]]
    teams = db().execute(
        select(TeamPlace.place_id, Team.name)
        .join(Team, Team.id == TeamPlace.team_id)
        .where(TeamPlace.round_id == round_id)
    )
    return render(
        "desk/rounds/show.html",
        round_=round_,
        line=_line(round_),
        hours=installation().hours_of(round_.opening_hours),
        steps=[(step, _linked(round_, step)) for step in steps],
        streets=streets.by_street(places_in(db(), round_id), ()),
        teams={row.place_id: row.name for row in teams},
        asked=frozen.chosen_for(db(), round_id),
    )


@bp.get("/<int:round_id>/notice")
@desk(Permission.MANAGE_ROUNDS)
def notice(round_id: int) -> ResponseReturnValue:
    """The notice as it will hang on the board."""
    return render(
        "desk/rounds/notice.html",
        round_=nav.about(round_id),
        places=places_in(db(), round_id),
        host=installation().settings.base_url.partition("://")[2],
    )


@bp.route("/<int:round_id>/places", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def places(round_id: int) -> ResponseReturnValue:
    """Choose the communities, by street."""
    round_ = nav.about(round_id)
    if round_.phase is not Phase.PREPARING:
        raise PlanFrozenError
    form, everywhere = TicksForm(), communities(db())
    if form.validate_on_submit():
        _choose(round_, streets.wanted(everywhere, form.places.data or []))
        count = len(places_in(db(), round_id))
        here = page_url("desk.rounds.places", round_id=round_id, done="places", n=count)
        return redirect(here, 303)
    chosen = {place.id for place in places_in(db(), round_id)}
    found = streets.by_street(everywhere, chosen)
    return render("desk/rounds/places.html", form=form, round_=round_, streets=found)


@bp.route("/<int:round_id>/advance/<phase>", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def advance(round_id: int, phase: str) -> ResponseReturnValue:
    """Show what a step does; with the button, take it."""
    round_ = nav.about(round_id)
    to = next((step for step in NEXT[round_.phase] if step.value == phase), None)
    if to is None:
        raise WrongMoveError
    form = OneButton()
    if form.validate_on_submit():
        _advance(round_, to)
        done = page_url("desk.rounds.show", round_id=round_id, done="moved")
        return redirect(done, 303)
    return render(
        "desk/rounds/advance.html",
        form=form,
        to=to,
        checks=_linked(round_, to),
        is_ready=is_ready(db(), round_, to),
        happens=WHAT_HAPPENS[to],
    )


def _linked(round_: Round, to: Phase) -> list[tuple[Check, str | None]]:
    """The checks before a step, each with the page that mends it."""
    found = []
    for check in checks(db(), round_, to):
        is_round_page = check.page.startswith("desk.rounds.")
        where = {"round_id" if is_round_page else "round": round_.id}
        found.append((check, nav.link(check.page, **where)))
    return found


def _advance(round_: Round, to: Phase) -> None:
    require_ready(db(), round_, to)
    by = somebody().username
    if to is Phase.ANNOUNCED:
        announce(
            db(),
            installation().keystore,
            round_=round_,
            by=by,
            now=now(),
            today=today(),
        )
    else:
        rounds.advance(db(), round_, to=to, by=by, now=now())


def _kept(form: RoundForm, round_: Round) -> ResponseReturnValue:
    """Keep the plan, or show the form with what was typed."""
    page = "desk/rounds/form.html"
    if not form.is_submitted():
        return render(page, form=form, planned=round_, usual_hours=_usual_hours())
    if form.validate():
        try:
            return _planned(form, round_)
        except InvalidError as refusal:
            forget()
            form.refuse(refusal)
    found = render(page, form=form, planned=round_, usual_hours=_usual_hours())
    return found, 422


def _usual_hours() -> tuple[time, ...]:
    return installation().settings.opening_hours


def _planned(form: RoundForm, round_: Round) -> Response:
    rounds.plan(db(), form.fill(round_), form.notice())
    _note(round_, "round.plan")
    there = page_url("desk.rounds.show", round_id=round_.id, done="saved")
    return redirect(there, 303)


def _choose(round_: Round, wanted: list[Place]) -> None:
    """Take the wanted communities in and the others out, with their teams."""
    kept = [place.id for place in wanted]
    for table in (TeamPlace, RoundPlace):
        others = table.round_id == round_.id, table.place_id.not_in(kept)
        db().execute(delete(table).where(*others))
    rounds.add_places(db(), round_, wanted)
    _note(round_, "round.places", str(len(kept)))


def _note(round_: Round, action: str, reason: str = "") -> None:
    by = somebody().username
    audit.record(db(), by, action, subject=round_.code, reason=reason, now=now())


def _next_code(year: int) -> str:
    taken = set(db().scalars(select(Round.code)))
    number = 1
    while f"{year}-{number}" in taken:
        number += 1
    return f"{year}-{number}"


def _usual(day: date) -> dict[str, object]:
    """What most rounds begin with."""
    settings = installation().settings
    return {
        "name": f"{day.year} 年第{_next_code(day.year).rpartition('-')[2]}轮巡察",
        "opens_on": day,
        "closes_on": day + USUAL_PERIOD,
        "inspector": settings.office,
        "hotline": settings.hotline,
        "hours": rounds_forms.HOURS,
        "accepted": rounds_forms.ACCEPTED,
        "passed_on": rounds_forms.PASSED_ON,
    }


def _line(round_: Round) -> list[dict[str, str]]:
    """The ten phases for the timeline."""
    order = list(Phase)
    at = order.index(round_.phase)
    states = ["done"] * at + ["now"] + ["todo"] * (len(order) - at - 1)
    return [
        {"label": word(phase), "note": "", "state": state}
        for phase, state in zip(order, states, strict=True)
    ]
