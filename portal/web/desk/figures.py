"""数字: questionnaire results, suppressed as everywhere, and their settlement."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.figures import settlement
from portal.people import Permission
from portal.web.desk import figures_page
from portal.web.desk.deeds import go_on, lock_for_reading, said
from portal.web.desk.downloads import file_to_keep
from portal.web.desk.nav import the_round
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, now, today
from portal.web.staff import somebody

bp = Blueprint("figures", __name__, url_prefix="/figures")

bp.before_request(lock_for_reading)  # what is shown is noted, so that it can wait

DONE = {"settled": "已结算。合计、分类型、分渠道的数字出来了，以后不会再变。"}


@bp.get("", endpoint="page")
@desk(Permission.READ_FIGURES)
def page() -> ResponseReturnValue:
    """Question by question: all together, a kind, a channel, or a community."""
    picture = figures_page.picture(the_round())
    return render("desk/figures/page.html", **picture, done=said(DONE))


@bp.get("/results.xlsx")
@desk(Permission.READ_FIGURES)
def workbook() -> ResponseReturnValue:
    """All that can be seen on the page, as a workbook."""
    round_ = the_round()
    name = f"{round_.name}-问卷结果.xlsx"
    return file_to_keep(figures_page.workbook(round_), name)


@bp.post("/settle")
@desk(Permission.MANAGE_ROUNDS)
def settle() -> ResponseReturnValue:
    """结算."""
    nonce()
    settlement.settle(
        db(), the_round(), by=somebody().username, now=now(), today=today()
    )
    return go_on("desk.figures.page", done="settled")
