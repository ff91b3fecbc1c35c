"""抽查: fix a list, let a second person draw from it, and see how visits go."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import rectification
from portal.figures import spot_check_figures
from portal.handover import handover_of
from portal.people import Permission
from portal.rectification import SpotCheck
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.desk_form import OneButton
from portal.web.desk.nav import about, the_round
from portal.web.desk.spotchecks_forms import DrawForm, ListForm
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, now, today

bp = Blueprint("spotchecks", __name__, url_prefix="/spotchecks")

DONE = {
    "listed": "名单已定。请另一位同事登录来抽。",
    "discarded": "名单已撤掉，可以重新定。",
    "drawn": "抽好了。请安排人去看，看完一个记一个。",
}


@bp.get("", endpoint="list")
@desk(Permission.REVIEW_RECTIFICATION)
def index() -> ResponseReturnValue:
    """What can be drawn, what was, and what comes next."""
    return _page(listing=ListForm(formdata=None), drawing=DrawForm(formdata=None))


@bp.post("")
@desk(Permission.REVIEW_RECTIFICATION)
def freeze() -> ResponseReturnValue:
    """定名单."""
    form, round_, who = ListForm(), the_round(), staff.somebody()
    if attempt(
        form,
        lambda: rectification.freeze_list(
            db(), round_, plan=form.draft(), by=who, now=now(), today=today()
        ),
    ):
        return go_on("desk.spotchecks.list", done="listed", round=round_.id)
    return _page(listing=form, drawing=DrawForm(formdata=None))


@bp.post("/<int:spot_check_id>/discard")
@desk(Permission.REVIEW_RECTIFICATION)
def discard(spot_check_id: int) -> ResponseReturnValue:
    """撤掉名单, while nothing is drawn."""
    nonce()
    check = _about(spot_check_id)
    round_id = check.round_id
    rectification.discard_list(db(), check, by=staff.somebody(), now=now())
    return go_on("desk.spotchecks.list", done="discarded", round=round_id)


@bp.post("/<int:spot_check_id>/draw")
@desk(Permission.REVIEW_RECTIFICATION)
def draw(spot_check_id: int) -> ResponseReturnValue:
    """抽签, by the second person."""
    form, check, who = DrawForm(), _about(spot_check_id), staff.somebody()
    if attempt(
        form,
        lambda: rectification.draw(
            db(), check, word=form.draft(), by=who, now=now(), today=today()
        ),
    ):
        return go_on("desk.spotchecks.show", done="drawn", spot_check_id=check.id)
    return _page(listing=ListForm(formdata=None), drawing=form)


@bp.get("/<int:spot_check_id>")
@desk(Permission.REVIEW_RECTIFICATION)
def show(spot_check_id: int) -> ResponseReturnValue:
    """One draw: what to visit, what was seen, and how to draw it again."""
    check = _about(spot_check_id)
    figures = spot_check_figures(db(), check.round_id)
    return render(
        "desk/spotchecks/show.html",
        figure=next(one for one in figures if one.check is check),
        receivers={
            one.finding_id: row.receiver
            for one in check.drawn
            if (row := handover_of(db(), one.finding_id))
        },
        can_visit={
            one.finding_id
            for one in rectification.drawn_for(
                db(), check.round_id, staff=staff.somebody()
            )
            if one.is_waiting
        },
        terms=terms,
        said=said(DONE),
    )


def _about(spot_check_id: int) -> SpotCheck:
    check = rectification.get_spot_check(db(), spot_check_id)
    about(check.round_id)
    return check


def _page(*, listing: ListForm, drawing: DrawForm) -> ResponseReturnValue:
    round_ = the_round()
    checks = rectification.spot_checks(db(), round_.id)
    page = render(
        "desk/spotchecks/list.html",
        the_round=round_,
        checks=checks[::-1],
        newest=checks[-1] if checks else None,
        drawable=rectification.drawable(db(), round_.id),
        listing=listing,
        drawing=drawing,
        me=staff.somebody(),
        button=OneButton(formdata=None),
        terms=terms,
        said=said(DONE),
    )
    return page, 422 if listing.errors or drawing.errors else 200
