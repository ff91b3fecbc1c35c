"""回访: somebody goes to see what a spot check drew, and says what they saw."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError, NotFoundError
from portal.people import Permission, Staff, permits, places_of
from portal.rectification.sources import Outcome, Source, confirm
from portal.rectification.spotchecks import ListedFinding, spot_checks
from portal.review.findings import FindingState, get_finding, move, record

_BACK: Mapping[FindingState, tuple[FindingState, ...]] = {  # to the unit again
    FindingState.REPORTED: (FindingState.SIGNED,),
    FindingState.FIXED: (FindingState.DISPUTED, FindingState.SIGNED),
    FindingState.DISPUTED: (FindingState.SIGNED,),
}


class AlreadyVisitedError(ConflictError):
    """An outcome of a draw stands."""

    sentence = "这个问题已经有人去看过、记下了结果，不能改。"


def drawn_for(session: Session, round_id: int, *, staff: Staff) -> list[ListedFinding]:
    """What the newest draw of a round gave somebody to visit, visited or not.

    A member sees their own communities, whoever reviews rectification sees all.
    """
    newest = spot_checks(session, round_id)[-1:]
    drawn = [one for check in newest for one in check.drawn]
    if permits(staff.role, Permission.REVIEW_RECTIFICATION):
        return drawn
    mine = places_of(session, round_id, staff.id)
    return [one for one in drawn if one.finding.place_id in mine]


def drawn_finding(session: Session, finding_id: int, *, staff: Staff) -> ListedFinding:
    """A finding that the newest draw of its round gave somebody to visit.

    Raises NotFoundError, for one they may not see too.
    """
    finding = get_finding(session, finding_id)
    for one in drawn_for(session, finding.round_id, staff=staff):
        if one.finding_id == finding_id:
            return one
    raise NotFoundError


def visit(
    session: Session,
    listed: ListedFinding,
    *,
    outcome: Outcome,
    by: Staff,
    now: datetime,
    today: date,
) -> None:
    """Somebody was there; what is not fixed goes back to the unit.

    The draw keeps what was seen for good; the finding's 回访抽查 is the newest visit.

    Raises NotFoundError for what was not drawn, AlreadyVisitedError.
    """
    session.refresh(listed, with_for_update=True)
    if not listed.is_drawn:
        raise NotFoundError
    if listed.outcome is not None:
        raise AlreadyVisitedError
    listed.outcome, listed.visited_on, listed.visited_by = outcome, today, by.id
    session.flush()
    finding = listed.finding
    record(session, finding, f"spotcheck.{outcome}", by=by.username, now=now)
    confirm(session, finding, source=Source.REVISIT, outcome=outcome, today=today)
    back = () if outcome is Outcome.FIXED else _BACK.get(finding.state, ())
    for state in back:
        move(session, finding, to=state, by=by.username, now=now)
