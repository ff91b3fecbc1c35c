"""后台任务: one's own long work, how far it is, and stopping it."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.kernel import jobs
from portal.kernel.errors import NotFoundError
from portal.kernel.jobs import Job, JobState
from portal.web import guards
from portal.web.desk.desk_form import OneButton
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db
from portal.web.staff import somebody

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

SHOWN = 50  # newest jobs

KINDS = {"open_letterbox": "开箱", "posters": "海报"}
FETCHED = {"posters": "desk.posters.archive"}

STATES = {
    JobState.WAITING: ("排队中", ""),
    JobState.RUNNING: ("正在做", "hint"),
    JobState.DONE: ("做完了", "jade"),
    JobState.FAILED: ("没做成", "seal"),
    JobState.CANCELLED: ("已取消", ""),
}


@bp.get("")
@desk(None)
def page() -> ResponseReturnValue:
    """One's own jobs, newest first."""
    mine = select(Job).where(Job.asked_by == somebody().username)
    newest = mine.order_by(Job.asked_at.desc(), Job.id).limit(SHOWN)
    found = list(db().scalars(newest))
    return render(
        "desk/jobs/page.html",
        jobs=[
            (job, KINDS.get(job.kind, job.kind), *STATES[job.state], _result(job))
            for job in found
        ],
        button=OneButton(),
    )


@bp.post("/<job_id>/cancel")
@desk(None)
def cancel(job_id: str) -> ResponseReturnValue:
    """Stop a job of one's own."""
    guards.nonce()
    job = db().get(Job, job_id)
    if job is None or job.asked_by != somebody().username:
        raise NotFoundError
    jobs.cancel(db(), job.id)
    return redirect(page_url("desk.jobs.page", done="cancelled"), 303)


def _result(job: Job) -> str:
    """Where what a finished job made can be fetched, if it made something."""
    if job.state is not JobState.DONE or job.kind not in FETCHED:
        return ""
    return page_url(FETCHED[job.kind], job_id=job.id)
