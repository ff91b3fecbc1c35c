"""What a unit files, plan → special meeting → report, and the office's review."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.handover import Handover, NotReceiverError, Route
from portal.kernel import audit
from portal.kernel.database import Base, fetch
from portal.kernel.errors import ConflictError, InvalidError
from portal.people import Staff
from portal.rectification.sources import Outcome, Source, confirm
from portal.review.findings import FindingState, move


class StepKind(StrEnum):
    """三审: what is filed, in this order (S2)."""

    PLAN = "plan"  # 整改方案
    MEETING = "meeting"  # 专题会
    REPORT = "report"  # 整改报告


class Verdict(StrEnum):
    """What the office says to a filed step."""

    ACCEPTED = "accepted"  # 通过
    RETURNED = "returned"  # 退回重做


class StepOrderError(ConflictError):
    """Steps are filed in order, one at a time."""

    sentence = "请按「方案→专题会→报告」的顺序报，上一步通过后再报下一步。"


class EmptyStepError(InvalidError):
    """A step without words."""

    sentence = "请写明做了什么、什么时候、谁负责，再上报。"


class NoRemarkError(InvalidError):
    """Returned without saying what is missing."""

    sentence = "退回要写明缺什么、怎么补，再点退回。"


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a unit files; `outcome` is what a report says of itself."""

    text: str
    outcome: Outcome = Outcome.FIXED


class Step(Base):
    """One filed step of a rectification."""

    __tablename__ = "rectification_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"), index=True)
    kind: Mapped[StepKind]
    text: Mapped[str]
    outcome: Mapped[Outcome | None]  # of a report: what the unit says
    filed_on: Mapped[date]
    verdict: Mapped[Verdict | None]
    remark: Mapped[str] = mapped_column(default="")


def steps(session: Session, handover_id: int) -> list[Step]:
    """What was filed, in order."""
    mine = select(Step).where(Step.handover_id == handover_id)
    return list(session.scalars(mine.order_by(Step.id)))


def get_step(session: Session, step_id: int) -> Step:
    """One filed step.

    Raises NotFoundError.
    """
    return fetch(session, Step, step_id)


def next_kind(handover: Handover, filed: list[Step]) -> StepKind | None:
    """What may be filed next; None while something waits for review or all is done.

    A problem the team found not fixed needs another report. Leads are not rectified.
    """
    is_waiting = bool(filed) and filed[-1].verdict is None
    is_open = handover.finding.state is FindingState.SIGNED
    if is_waiting or not is_open or handover.route is Route.LEAD:
        return None
    accepted = {step.kind for step in filed if step.verdict is Verdict.ACCEPTED}
    missing = (kind for kind in StepKind if kind not in accepted)
    return next(missing, StepKind.REPORT)


def file_step(
    session: Session,
    handover: Handover,
    *,
    filing: Filing,
    by: Staff,
    now: datetime,
    today: date,
) -> Step:
    """The unit files its next step.

    Raises NotReceiverError, StepOrderError, EmptyStepError.
    """
    if handover.receiver_id != by.id:
        raise NotReceiverError
    kind = next_kind(handover, steps(session, handover.id))
    if kind is None:
        raise StepOrderError
    if not filing.text.strip():
        raise EmptyStepError
    row = Step(
        handover_id=handover.id,
        kind=kind,
        text=filing.text.strip(),
        outcome=filing.outcome if kind is StepKind.REPORT else None,
        filed_on=today,
    )
    session.add(row)
    session.flush()
    _log(session, row, "filed", by=by, now=now)
    return row


def review_step(
    session: Session,
    step: Step,
    *,
    verdict: Verdict,
    remark: str,
    by: Staff,
    now: datetime,
) -> None:
    """The office accepts or returns a step.

    An accepted report moves the finding, and what it says of itself is the unit's
    word from then on.

    Raises StepOrderError, NoRemarkError.
    """
    if step.verdict is not None:
        raise StepOrderError
    if verdict is Verdict.RETURNED and not remark.strip():
        raise NoRemarkError
    step.verdict, step.remark = verdict, remark.strip()
    session.flush()
    _log(session, step, verdict, by=by, now=now)
    if step.kind is StepKind.REPORT and verdict is Verdict.ACCEPTED:
        finding = session.get_one(Handover, step.handover_id).finding
        move(session, finding, to=FindingState.REPORTED, by=by.username, now=now)
        confirm(
            session,
            finding,
            source=Source.UNIT,
            outcome=step.outcome or Outcome.FIXED,
            today=step.filed_on,
        )


def accepted_text(session: Session, handover_id: int, kind: StepKind) -> str:
    """The newest accepted words of a kind of step, empty where there are none."""
    found = session.scalars(
        select(Step.text)
        .where(
            Step.handover_id == handover_id,
            Step.kind == kind,
            Step.verdict == Verdict.ACCEPTED,
        )
        .order_by(Step.id.desc())
    )
    return found.first() or ""


def _log(
    session: Session, step: Step, action: str, *, by: Staff, now: datetime
) -> None:
    audit.record(
        session,
        by.username,
        f"rectification.{step.kind}.{action}",
        subject=str(step.handover_id),
        now=now,
    )
