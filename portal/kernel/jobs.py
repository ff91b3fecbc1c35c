"""Long work: a table and a thread; progress, cancelling, survival of a restart.

A job kind is a function `run(job: Progress, arguments)` that can be started again
from the beginning or pick up where its own data says. The server's worker thread
claims one waiting job at a time; a job that was running when the process died is
claimed again at the next start. Chosen over a task queue because one machine must
need nothing but itself; with several processes the claim is one conditional UPDATE.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.codes import random_id
from portal.kernel.database import Base, SessionFactory
from portal.kernel.errors import Refusal

ABANDONED_AFTER = timedelta(minutes=2)  # a beat is written with every progress step


class JobState(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """One piece of long work somebody asked for."""

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(primary_key=True, default=random_id)
    kind: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    beat_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in {JobState.WAITING, JobState.RUNNING}


class CancelledError(Exception):
    """Somebody cancelled the job that is running."""


@dataclass(frozen=True)
class Progress:
    """What a running job uses to say how far it is."""

    sessions: SessionFactory
    job_id: str
    clock: Callable[[], datetime]

    def step(self, done: int, total: int) -> None:
        """Write how far the work is.

        Raises CancelledError where somebody cancelled it.
        """
        with self.sessions() as session, session.begin():
            job = session.get_one(Job, self.job_id)
            if job.state is JobState.CANCELLED:
                raise CancelledError
            job.done, job.total, job.beat_at = done, total, self.clock()


Kinds = Mapping[str, Callable[[Progress, dict[str, Any]], str]]


def ask_for(
    session: Session, kind: str, *, by: str, now: datetime, **arguments: Any
) -> Job:
    """Put a job in line."""
    job = Job(kind=kind, arguments=arguments, asked_by=by, asked_at=now)
    session.add(job)
    session.flush()
    return job


def cancel(session: Session, job_id: str) -> None:
    """Stop a job at its next step; one that is over stays as it is."""
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state.in_([JobState.WAITING, JobState.RUNNING]))
        .values(state=JobState.CANCELLED)
    )


def claim(session: Session, *, now: datetime) -> str | None:
    """Take the oldest job that waits or was abandoned by a process that died."""
    stale = (Job.state == JobState.RUNNING) & (Job.beat_at < now - ABANDONED_AFTER)
    free = (Job.state == JobState.WAITING) | stale
    candidate = session.scalars(
        select(Job.id).where(free).order_by(Job.asked_at).limit(1)
    ).first()
    if candidate is None:
        return None
    taken = session.execute(
        update(Job)
        .where(Job.id == candidate, free)
        .values(state=JobState.RUNNING, beat_at=now)
        .returning(Job.id)
    ).scalar()
    return candidate if taken else None


def run_next(
    sessions: SessionFactory, kinds: Kinds, *, clock: Callable[[], datetime]
) -> bool:
    """Claim and run one job; whether there was one."""
    with sessions() as session, session.begin():
        job_id = claim(session, now=clock())
    if job_id is None:
        return False
    with sessions() as session:
        job = session.get_one(Job, job_id)
        kind, arguments = job.kind, dict(job.arguments)
    state, outcome = _outcome(kinds, kind, Progress(sessions, job_id, clock), arguments)
    with sessions() as session, session.begin():
        job = session.get_one(Job, job_id)
        job.state, job.outcome, job.beat_at = state, outcome, clock()
    return True


def _outcome(
    kinds: Kinds, kind: str, progress: Progress, arguments: dict[str, Any]
) -> tuple[JobState, str]:
    try:
        return JobState.DONE, kinds[kind](progress, arguments)
    except CancelledError:
        return JobState.CANCELLED, ""
    except Refusal as refusal:
        return JobState.FAILED, refusal.sentence
    except Exception as error:  # noqa: BLE001 -- a job's failure is shown, and the thread lives on
        return JobState.FAILED, f"{type(error).__name__}: {error}"
