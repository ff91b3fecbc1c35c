from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.kernel import jobs
from portal.kernel.jobs import Job, JobState
from portal.web.installation import Installation
from tests.makers import Cast, signed_in


def asks(house: Installation, by: str) -> str:
    with house.sessions() as session, session.begin():
        job = jobs.ask_for(session, "open_letterbox", by=by, now=house.clock())
        return job.id


def test_one_sees_ones_own_jobs_with_their_progress(
    app: Flask, house: Installation, cast: Cast
) -> None:
    job_id = asks(house, "office")
    with house.sessions() as session, session.begin():
        session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(state=JobState.RUNNING, done=3, total=8)
        )
    page = signed_in(app, house, cast.office).opens("/desk/jobs")
    assert "正在做" in page.words
    assert "3 / 8" in page.words
    other = signed_in(app, house, cast.chief).opens("/desk/jobs")
    assert "没有任务" in other.words


def test_one_cancels_ones_own_job(
    app: Flask, house: Installation, session: Session, cast: Cast
) -> None:
    job_id = asks(house, "office")
    visitor = signed_in(app, house, cast.office)
    page = visitor.sends(f"/desk/jobs/{job_id}/cancel", at="/desk/jobs")
    assert "已取消" in page.words
    assert session.get_one(Job, job_id).state is JobState.CANCELLED


def test_nobody_cancels_the_job_of_another(
    app: Flask, house: Installation, session: Session, cast: Cast
) -> None:
    job_id = asks(house, "office")
    visitor = signed_in(app, house, cast.chief)
    visitor.sends(f"/desk/jobs/{job_id}/cancel", at="/desk/jobs", status=404)
    assert session.get_one(Job, job_id).state is JobState.WAITING
