"""Which versions are in use, and which a round was published with.

In: a round. Out: the lists it keeps, and the points that its findings are tagged with.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from portal.checklists.lists import Aspect, Checklist, Point, order
from portal.kernel.database import Base
from portal.kernel.versions import VersionState


class RoundChecklist(Base):
    """Which version a round was published with."""

    __tablename__ = "round_checklist"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    checklist_id: Mapped[int] = mapped_column(
        ForeignKey("checklist.id"), primary_key=True
    )


def latest(session: Session) -> list[Checklist]:
    """The newest published version of each list in use, common ones first."""
    newest = select(Checklist.code, func.max(Checklist.version).label("version"))
    newest = newest.where(Checklist.state != VersionState.DRAFT)
    top = newest.group_by(Checklist.code).subquery()
    wanted = (Checklist.code == top.c.code) & (Checklist.version == top.c.version)
    found = session.scalars(
        select(Checklist).join(top, wanted).filter_by(state=VersionState.PUBLISHED)
    )
    return sorted(found, key=order)


def kept(session: Session, round_id: int) -> list[Checklist]:
    """The versions a round was published with, the latest where it was not yet."""
    found = session.scalars(
        select(Checklist).join(RoundChecklist).filter_by(round_id=round_id)
    ).all()
    return sorted(found, key=order) if found else latest(session)


def rounds_with(session: Session) -> dict[int, list[int]]:
    """Ids of the rounds that keep a version, by its id."""
    found: dict[int, list[int]] = {}
    for row in session.scalars(select(RoundChecklist).order_by("round_id")):
        found.setdefault(row.checklist_id, []).append(row.round_id)
    return found


def points(session: Session, checklists: Iterable[Checklist]) -> list[Point]:
    """The points of these lists in their order, each with its aspect loaded."""
    place = {checklist.id: rank for rank, checklist in enumerate(checklists)}
    found = session.scalars(
        select(Point)
        .join(Point.aspect)
        .where(Aspect.checklist_id.in_(place))
        .options(joinedload(Point.aspect).joinedload(Aspect.checklist))
    )
    return sorted(
        found,
        key=lambda p: (place[p.aspect.checklist_id], p.aspect.number, p.number),
    )


def points_for(
    session: Session, round_id: int, *, kinds: Collection[str]
) -> list[Point]:
    """What findings of a round can be tagged with in communities of these kinds."""
    fitting = [one for one in kept(session, round_id) if one.fits(kinds)]
    return [one for one in points(session, fitting) if one.aspect.fits(kinds)]


def titles(session: Session, round_id: int) -> Mapping[str, str]:
    """What the points of a round's lists are called, by code."""
    found = points(session, kept(session, round_id))
    return {point.code: point.title for point in reversed(found)}


def keep(session: Session, round_id: int) -> list[Checklist]:
    """Tie a round to the latest versions; a round that has its versions keeps them."""
    known = select(RoundChecklist).where(RoundChecklist.round_id == round_id)
    if session.scalars(known).first() is None:
        ids = [checklist.id for checklist in latest(session)]
        rows = [RoundChecklist(round_id=round_id, checklist_id=id_) for id_ in ids]
        session.add_all(rows)
        session.flush()
    return kept(session, round_id)
