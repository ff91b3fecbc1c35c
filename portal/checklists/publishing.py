"""Publishing a draft as the next version of its list.

In: a draft. Out: the version that coming rounds are published with; it stands.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.checklists.differences import Difference, differences
from portal.checklists.lists import Aspect, Checklist, Point, newest
from portal.kernel.errors import InvalidError
from portal.kernel.versions import (
    UnchangedError,
    VersionState,
    before,
    move,
    require_draft,
)


class EmptyListError(InvalidError):
    """A list without points."""

    sentence = "这份清单还没有要点，不能发布。请先上传表格。"


class MeaningError(InvalidError):
    """A code under which something else may stand now."""

    sentence = (
        "有的要点改了名称，还没有确认说的仍是同一件事。是同一件事的请逐条勾上；"
        "不是的，请在表格里清空它的编号再上传，它会当成新要点。"
    )


def changes_of(session: Session, checklist: Checklist) -> Difference:
    """What a version changed against the one published before it."""
    was = before(session, checklist)
    return differences(was.outline if was else None, checklist.outline)


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
        .where(Checklist.code == code, Checklist.state != VersionState.DRAFT)
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
    move(session, draft, "publish", by=by, now=now)
