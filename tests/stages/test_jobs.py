"""Long work: progress, cancelling, and what a process leaves that died."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.kernel import jobs
from portal.kernel.database import Base, engine_for
from portal.kernel.errors import ConflictError
from portal.kernel.jobs import CancelledError, Job, JobState, Progress
from tests.makers import MORNING, Clock

Sessions = sessionmaker[Session]


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    engine = engine_for(f"sqlite:///{tmp_path / 'jobs.db'}")
    Base.metadata.create_all(engine, tables=[Base.metadata.tables["job"]])
    yield sessionmaker(engine)
    engine.dispose()


def ask(sessions: Sessions, kind: str = "work", **arguments: Any) -> str:
    with sessions() as session, session.begin():
        return jobs.ask_for(session, kind, by="office", now=MORNING, **arguments).id


def look(sessions: Sessions, job_id: str) -> Job:
    with sessions() as session:
        return session.get_one(Job, job_id)


def test_a_job_is_run_with_its_arguments_and_tells_its_outcome(
    sessions: Sessions, clock: Clock
) -> None:
    seen: list[dict[str, Any]] = []

    def work(_: Progress, arguments: dict[str, Any]) -> str:
        seen.append(arguments)
        return "3 张"

    job_id = ask(sessions, place="云溪")
    assert jobs.run_next(sessions, {"work": work}, clock=clock)
    job = look(sessions, job_id)
    assert (job.state, job.outcome, job.is_over) == (JobState.DONE, "3 张", True)
    assert seen == [{"place": "云溪"}]
    assert not jobs.run_next(sessions, {"work": work}, clock=clock)


def test_progress_is_seen_while_the_job_runs(sessions: Sessions, clock: Clock) -> None:
    seen: list[tuple[int, int, JobState]] = []

    def work(progress: Progress, _: dict[str, Any]) -> str:
        for done in (1, 2):
            progress.step(done, 2)
            job = look(sessions, progress.job_id)
            seen.append((job.done, job.total, job.state))
        return ""

    ask(sessions)
    jobs.run_next(sessions, {"work": work}, clock=clock)
    assert seen == [(1, 2, JobState.RUNNING), (2, 2, JobState.RUNNING)]


def test_jobs_are_taken_in_the_order_they_were_asked_for(
    sessions: Sessions, clock: Clock
) -> None:
    with sessions() as session, session.begin():
        for minutes in (2, 0, 1):
            now = MORNING + timedelta(minutes=minutes)
            jobs.ask_for(session, "work", by="office", now=now, number=minutes)
    seen: list[int] = []

    def work(_: Progress, arguments: dict[str, Any]) -> str:
        seen.append(arguments["number"])
        return ""

    while jobs.run_next(sessions, {"work": work}, clock=clock):
        pass
    assert seen == [0, 1, 2]


def test_a_cancelled_job_stops_at_its_next_step(
    sessions: Sessions, clock: Clock
) -> None:
    steps: list[int] = []

    def work(progress: Progress, _: dict[str, Any]) -> str:
        for done in range(5):
            progress.step(done, 5)
            steps.append(done)
            if done == 1:
                with sessions() as session, session.begin():
                    jobs.cancel(session, progress.job_id)
        return "all"

    job_id = ask(sessions)
    jobs.run_next(sessions, {"work": work}, clock=clock)
    assert steps == [0, 1]
    assert look(sessions, job_id).state is JobState.CANCELLED


def test_a_job_cancelled_while_it_waits_is_never_run(
    sessions: Sessions, clock: Clock
) -> None:
    job_id = ask(sessions)
    with sessions() as session, session.begin():
        jobs.cancel(session, job_id)
    assert not jobs.run_next(sessions, {}, clock=clock)


def test_a_job_that_is_over_cannot_be_cancelled(
    sessions: Sessions, clock: Clock
) -> None:
    job_id = ask(sessions)
    jobs.run_next(sessions, {"work": lambda *_: "done"}, clock=clock)
    with sessions() as session, session.begin():
        jobs.cancel(session, job_id)
    assert look(sessions, job_id).state is JobState.DONE


def test_a_refusal_is_told_in_its_own_words(sessions: Sessions, clock: Clock) -> None:
    def work(_: Progress, __: dict[str, Any]) -> str:
        raise ConflictError

    job_id = ask(sessions)
    jobs.run_next(sessions, {"work": work}, clock=clock)
    job = look(sessions, job_id)
    assert (job.state, job.outcome) == (JobState.FAILED, ConflictError.sentence)


@pytest.mark.parametrize("kind", ["work", "nobody knows this kind"])
def test_a_fault_ends_the_job_and_not_the_worker(
    sessions: Sessions, clock: Clock, kind: str
) -> None:
    def work(_: Progress, __: dict[str, Any]) -> str:
        return str(1 // 0)

    job_id = ask(sessions, kind)
    assert jobs.run_next(sessions, {"work": work}, clock=clock)
    job = look(sessions, job_id)
    assert job.state is JobState.FAILED
    assert job.outcome.partition(":")[0] in {"ZeroDivisionError", "KeyError"}


def test_what_a_dead_process_was_running_is_claimed_again(
    sessions: Sessions, clock: Clock
) -> None:
    job_id = ask(sessions)
    with sessions() as session, session.begin():
        assert jobs.claim(session, now=clock()) == job_id
    clock.goes_on(seconds=jobs.ABANDONED_AFTER.total_seconds() - 1)
    with sessions() as session, session.begin():
        assert jobs.claim(session, now=clock()) is None
    clock.goes_on(seconds=2)
    with sessions() as session, session.begin():
        assert jobs.claim(session, now=clock()) == job_id


def test_a_job_that_still_beats_is_nobody_elses(
    sessions: Sessions, clock: Clock
) -> None:
    job_id = ask(sessions)
    with sessions() as session, session.begin():
        jobs.claim(session, now=clock())
    clock.goes_on(minutes=1, seconds=50)
    Progress(sessions, job_id, clock).step(1, 2)
    clock.goes_on(minutes=1, seconds=50)
    with sessions() as session, session.begin():
        assert jobs.claim(session, now=clock()) is None


def test_a_cancelled_job_of_a_dead_process_stays_cancelled(
    sessions: Sessions, clock: Clock
) -> None:
    job_id = ask(sessions)
    with sessions() as session, session.begin():
        jobs.claim(session, now=clock())
        jobs.cancel(session, job_id)
    clock.goes_on(hours=1)
    with sessions() as session, session.begin():
        assert jobs.claim(session, now=clock()) is None
    with pytest.raises(CancelledError):
        Progress(sessions, job_id, clock).step(1, 2)
