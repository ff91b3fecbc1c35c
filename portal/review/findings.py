"""问题: what the team established, in its own words, and the states it goes through.

A finding never carries a resident's text (`evidence` compares it with its letters).
It leaves the team only after a second person has approved it, and a lead is seen by
nobody but team, chief and discipline inspection (design promise 12).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import audit
from portal.kernel.database import Base, fetch
from portal.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from portal.people import Permission, Staff, permits, places_of
from portal.places import Place


class FindingState(StrEnum):
    """How far a finding is."""

    DRAFT = "draft"  # 起草
    APPROVED = "approved"  # 已核
    HANDED_OVER = "handed_over"  # 已交办
    SIGNED = "signed"  # 已签收
    REPORTED = "reported"  # 已报整改
    FIXED = "fixed"  # 核查通过
    DISPUTED = "disputed"  # 边改边犯: signed off and reported again


class Severity(StrEnum):
    """轻重."""

    MINOR = "minor"  # 一般
    SERIOUS = "serious"  # 较重
    GRAVE = "grave"  # 严重


NEXT: Mapping[FindingState, frozenset[FindingState]] = {
    FindingState.DRAFT: frozenset({FindingState.APPROVED}),
    FindingState.APPROVED: frozenset({FindingState.HANDED_OVER, FindingState.DRAFT}),
    FindingState.HANDED_OVER: frozenset({FindingState.SIGNED}),
    FindingState.SIGNED: frozenset({FindingState.REPORTED}),
    FindingState.REPORTED: frozenset({FindingState.FIXED, FindingState.SIGNED}),
    FindingState.FIXED: frozenset({FindingState.DISPUTED}),
    FindingState.DISPUTED: frozenset({FindingState.SIGNED, FindingState.FIXED}),
}


class WrongFindingMoveError(ConflictError):
    """The transition table has no such move."""

    sentence = "这个问题还没走到这一步，请按「起草→核定→交办→签收→整改→核查」办。"


class SamePersonError(ForbiddenError):
    """Whoever wrote it cannot approve it."""

    sentence = "自己写的问题要请另一位同事核定。"


class EmptyFindingError(InvalidError):
    """A finding without title or statement."""

    sentence = "请写上标题和问题表述，再保存。"


class NoReasonError(InvalidError):
    """Sent back without saying why."""

    sentence = "请写明要改什么，再退回。"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a member writes down of a problem, as typed."""

    title: str
    statement: str
    category: str
    severity: Severity
    is_lead: bool = False
    points: list[str] = field(default_factory=list)


class Finding(Base):
    """One established problem of one community.

    `is_lead`: 涉嫌违纪违法线索, hidden from everybody outside the team but the chief
    and discipline inspection, from the first draft on. `points` are codes of the
    round's checklists, which mean the same in every version.
    """

    __tablename__ = "finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    category: Mapped[str]
    title: Mapped[str]
    statement: Mapped[str]
    severity: Mapped[Severity]
    is_lead: Mapped[bool] = mapped_column(default=False)
    points: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[FindingState] = mapped_column(default=FindingState.DRAFT)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    returned_because: Mapped[str] = mapped_column(default="")
    found_on: Mapped[date]
    place: Mapped[Place] = relationship()


class Evidence(Base):
    """Which letters a finding stands on; never leaves the team."""

    __tablename__ = "evidence"
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    letter_id: Mapped[str] = mapped_column(ForeignKey("letter.id"), primary_key=True)


def findings(session: Session, round_id: int) -> list[Finding]:
    """All findings of a round, by community."""
    return list(
        session.scalars(
            select(Finding)
            .where(Finding.round_id == round_id)
            .order_by(Finding.place_id, Finding.id)
        )
    )


def findings_for(session: Session, round_id: int, *, staff: Staff) -> list[Finding]:
    """The findings of a round that somebody may see, by community.

    The team sees what it wrote of its own communities; whoever approves sees drafts;
    everybody else with `READ_FINDINGS` sees what was approved, without the leads.
    """
    found = findings(session, round_id)
    if permits(staff.role, Permission.WRITE_FINDINGS):
        mine = places_of(session, round_id, staff.id)
        return [one for one in found if one.place_id in mine]
    if not permits(staff.role, Permission.READ_FINDINGS):
        return []
    if not permits(staff.role, Permission.APPROVE_FINDINGS):
        found = [one for one in found if one.state is not FindingState.DRAFT]
    if not permits(staff.role, Permission.READ_LEADS):
        found = [one for one in found if not one.is_lead]
    return found


def counts_by_point(findings: Iterable[Finding]) -> Counter[str]:
    """How many of these findings carry each point, by its code."""
    return Counter(code for one in findings for code in one.points)


def get_finding(session: Session, finding_id: int) -> Finding:
    """One finding.

    Raises NotFoundError.
    """
    return fetch(session, Finding, finding_id)


def finding_for(session: Session, finding_id: int, *, staff: Staff) -> Finding:
    """A finding that somebody may see.

    Raises NotFoundError, for one they may not see too.
    """
    found = get_finding(session, finding_id)
    if found not in findings_for(session, found.round_id, staff=staff):
        raise NotFoundError
    return found


def write(session: Session, finding: Finding, *, by: Staff, now: datetime) -> Finding:
    """Keep a new finding as a draft.

    Raises EmptyFindingError.
    """
    finding.title, finding.statement = finding.title.strip(), finding.statement.strip()
    if not finding.title or not finding.statement:
        raise EmptyFindingError
    finding.written_by = by.id
    session.add(finding)
    session.flush()
    record(session, finding, "finding.write", by=by.username, now=now)
    return finding


def approve(session: Session, finding: Finding, *, by: Staff, now: datetime) -> None:
    """The second person's consent.

    Raises SamePersonError, WrongFindingMoveError.
    """
    if finding.written_by == by.id:
        raise SamePersonError
    move(session, finding, to=FindingState.APPROVED, by=by.username, now=now)
    finding.approved_by, finding.returned_because = by.id, ""
    session.flush()


def send_back(
    session: Session, finding: Finding, *, reason: str, by: Staff, now: datetime
) -> None:
    """退回修改: an approved finding that nobody outside has yet is a draft again.

    Raises NoReasonError, WrongFindingMoveError.
    """
    if not reason.strip():
        raise NoReasonError
    if finding.state is not FindingState.APPROVED:
        raise WrongFindingMoveError
    move(session, finding, to=FindingState.DRAFT, by=by.username, now=now)
    finding.approved_by, finding.returned_because = None, reason.strip()
    session.flush()


def move(
    session: Session, finding: Finding, *, to: FindingState, by: str, now: datetime
) -> None:
    """The only place where a finding's state is assigned.

    Raises WrongFindingMoveError.
    """
    if to not in NEXT[finding.state]:
        raise WrongFindingMoveError
    finding.state = to
    session.flush()
    record(session, finding, f"finding.{to}", by=by, now=now)


def record(
    session: Session, finding: Finding, action: str, *, by: str, now: datetime
) -> None:
    """Note in the audit log what was done to a finding."""
    audit.record(session, by, action, subject=str(finding.id), now=now)
