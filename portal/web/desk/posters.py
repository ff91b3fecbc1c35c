"""海报: artefacts of a round, proven before they go out, singly or in one ZIP."""

from flask import Blueprint, abort, redirect, request, send_file
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import DataRequired

from portal import entrances
from portal.entrances import Code
from portal.kernel import jobs
from portal.kernel.errors import NotFoundError
from portal.kernel.jobs import Job, JobState
from portal.people import Permission
from portal.posters.formats import FORMATS, LOOKS, SHARE
from portal.posters.proof import made, share_picture
from portal.posters.typeset import Cut, Type
from portal.rounds import get_round
from portal.web.desk import nav
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.downloads import file_to_keep
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, installation, now
from portal.web.staff import somebody

bp = Blueprint("posters", __name__, url_prefix="/posters")


class NotReadyError(NotFoundError):
    """The archive is not made yet, or not any more."""

    sentence = "这包海报还没做好，或已经清掉了。请到「后台任务」看进度，或重新做一包。"


class BatchForm(DeskForm):
    """Which sizes, in which style."""

    formats = SelectMultipleField(
        "尺寸",
        [DataRequired("请至少选一种尺寸。")],
        choices=lambda: [(one.name, one.label) for one in FORMATS.values()],
    )
    style = RadioField(
        "样式",
        choices=lambda: [(one.name, one.label) for one in LOOKS.values()],
        default="formal",
    )


@bp.get("")
@desk(Permission.MANAGE_ENTRANCES)
def page() -> ResponseReturnValue:
    """What can be made, and how many there would be."""
    return _page(BatchForm(formdata=None, formats=["a4"]))


@bp.post("")
@desk(Permission.MANAGE_ENTRANCES)
def make() -> ResponseReturnValue:
    """Put the batch in line; it is fetched from the jobs' page when done."""
    round_, form = nav.the_round(), BatchForm()
    if not form.validate():
        return _page(form), 422
    jobs.ask_for(
        db(),
        "posters",
        by=somebody().username,
        now=now(),
        round_id=round_.id,
        formats=form.formats.data,
        look_name=form.style.data,
    )
    return redirect(page_url("desk.jobs.page"), 303)


@bp.get("/<job_id>.zip")
@desk(Permission.MANAGE_ENTRANCES)
def archive(job_id: str) -> ResponseReturnValue:
    """The finished batch."""
    job = db().get(Job, job_id)
    file = installation().posters_file(job_id)
    if job is None or job.state is not JobState.DONE or not file.exists():
        raise NotReadyError
    name = f"海报-{get_round(db(), job.arguments['round_id']).code}.zip"
    return send_file(file, "application/zip", as_attachment=True, download_name=name)


@bp.get("/<code>/<format_name>")
@desk(Permission.MANAGE_ENTRANCES)
def single(code: str, format_name: str) -> ResponseReturnValue:
    """One artefact: a PDF, or a picture for chat groups."""
    found, format_ = db().get(Code, code), FORMATS.get(format_name)
    look = LOOKS.get(request.args.get("style", "formal"))
    if found is None or format_ is None or look is None:
        abort(404)
    house = installation()
    notice = house.notice(found, get_round(db(), found.round_id))
    type_ = Type(Cut.of(notice.signs, house.settings.font))
    content = made(notice, format_, look, type_).content
    stem = f"{notice.place}-{notice.label}-{format_.label}-{code}"
    if format_ is SHARE:
        return file_to_keep(share_picture(content, format_), f"{stem}.png")
    return file_to_keep(content, f"{stem}.pdf")


def _page(form: BatchForm) -> str:
    codes = entrances.codes_of(db(), nav.the_round().id)
    valid = sum(code.is_live for code in codes)
    return render("desk/posters/page.html", form=form, valid=valid)
