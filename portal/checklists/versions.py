"""Which version of a list is in use: published, taken out of use, taken in again.

In: a draft. Out: the version that coming rounds are published with; it stands. Every
verb is in the audit log.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.checklists.differences import Difference, differences
from portal.checklists.lists import (
    WHOLE,
    Aspect,
    Checklist,
    ListState,
    Point,
    StandsError,
)
from portal.kernel import audit
from portal.kernel.errors import ConflictError, InvalidError


class EmptyListError(InvalidError):
    """A list without points."""

    sentence = "这份清单还没有要点，不能发布。请先上传表格。"


class UnchangedError(InvalidError):
    """A version that says what the one before says."""

    sentence = "草稿和上一版一字不差，不用发布。请先修改，或者删去这份草稿。"


class MeaningError(InvalidError):
    """A code under which something else may stand now."""

    sentence = (
        "有的要点改了名称，还没有确认说的仍是同一件事。是同一件事的请逐条勾上；"
        "不是的，请在表格里清空它的编号再上传，它会当成新要点。"
    )


class WrongStateError(ConflictError):
    """The version is not one for which this is done."""

    sentence = "这一步和清单现在的状态不合，请回到清单页再看。"


NEXT: Mapping[ListState, ListState] = {
    ListState.DRAFT: ListState.PUBLISHED,
    ListState.PUBLISHED: ListState.RETIRED,
    ListState.RETIRED: ListState.PUBLISHED,
}


def newest(session: Session, code: str) -> Checklist | None:
    """The newest published version of a list, in use or not."""
    found = select(Checklist).where(
        Checklist.code == code, Checklist.state != ListState.DRAFT
    )
    found = found.options(WHOLE)
    return session.scalars(found.order_by(Checklist.version.desc())).first()


def require_draft(checklist: Checklist) -> None:
    """Refuse to change what stands.

    Raises StandsError.
    """
    if not checklist.is_draft:
        raise StandsError


def changes_of(session: Session, checklist: Checklist) -> Difference:
    """What a version changed against the one published before it."""
    before = session.scalars(
        select(Checklist)
        .where(
            Checklist.code == checklist.code,
            Checklist.version < checklist.version,
            Checklist.state != ListState.DRAFT,
        )
        .order_by(Checklist.version.desc())
    ).first()
    return differences(before.outline if before else None, checklist.outline)


def renamed(session: Session, draft: Checklist) -> dict[str, tuple[str, str]]:
    """Points of a draft whose code last stood for another title: (then, now)."""
    said = _meanings(session, draft.code)
    pairs = {p.code: (said.get(p.code, p.title), p.title) for p in draft.outline.points}
    return {code: pair for code, pair in pairs.items() if pair[0] != pair[1]}


def _meanings(session: Session, code: str) -> Mapping[str, str]:
    """What the codes of a list last stood for, in whatever version that was."""
    rows = session.execute(
        select(Point.code, Point.title)
        .join(Point.aspect)
        .join(Aspect.checklist)
        .where(Checklist.code == code, Checklist.state != ListState.DRAFT)
        .order_by(Checklist.version)
    )
    return {row.code: row.title for row in rows}


def publish(
    session: Session,
    draft: Checklist,
    *,
    same: Collection[str],
    by: str,
    now: datetime,
    today: date,
) -> None:
    """Make a draft the version in use; `same` are the codes said to mean the same.

    Raises StandsError, EmptyListError, UnchangedError, MeaningError.
    """
    require_draft(draft)
    outline, last = draft.outline, newest(session, draft.code)
    if not list(outline.points):
        raise EmptyListError
    if last is not None and last.outline == outline:
        raise UnchangedError
    if not renamed(session, draft).keys() <= set(same):
        raise MeaningError
    draft.published_on = today
    _move(session, draft, "checklist.publish", by=by, now=now)


def retire(session: Session, checklist: Checklist, *, by: str, now: datetime) -> None:
    """停用: coming rounds do without the list; rounds that keep it still do.

    Raises WrongStateError.
    """
    _require(session, checklist, ListState.PUBLISHED)
    _move(session, checklist, "checklist.retire", by=by, now=now)


def restore(session: Session, checklist: Checklist, *, by: str, now: datetime) -> None:
    """Take a retired list into use again.

    Raises WrongStateError.
    """
    _require(session, checklist, ListState.RETIRED)
    _move(session, checklist, "checklist.restore", by=by, now=now)


def _require(session: Session, checklist: Checklist, state: ListState) -> None:
    is_newest = newest(session, checklist.code) is checklist
    if not is_newest or checklist.state is not state:
        raise WrongStateError


def _move(
    session: Session, checklist: Checklist, action: str, *, by: str, now: datetime
) -> None:
    """The only place where the state of a version that people made is changed."""
    checklist.state = NEXT[checklist.state]
    session.flush()
    record(session, checklist, action, by=by, now=now)


def record(
    session: Session, checklist: Checklist, action: str, *, by: str, now: datetime
) -> None:
    """Note in the audit log what was done to a version."""
    subject = f"{checklist.code} v{checklist.version}"
    audit.record(session, by, action, subject=subject, now=now)
