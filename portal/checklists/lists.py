"""Checklists (清单): aspects → points → problems, common and individual, versioned.

In: JSON of the shipped samples; later the office's workbooks. Out: the taxonomy that
questions are linked to and findings are tagged with. A list is never edited: a change
is a new version, and a round keeps the versions it was published with.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, NotFoundError

SHIPPED = ("common", "rural")


class VersionTakenError(ConflictError):
    """A version, once installed, stands."""

    sentence = "这个版本的清单已经有了，不能改动。请把版本号加一再导入。"


class Scope(StrEnum):
    """共性 or 个性."""

    COMMON = "common"
    INDIVIDUAL = "individual"


class Checklist(Base):
    """清单: one version of one list; `kind` is a kind or trait of communities."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("code", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    scope: Mapped[Scope]
    kind: Mapped[str | None]
    aspects: Mapped[list["Aspect"]] = relationship(
        back_populates="checklist", order_by="Aspect.number"
    )

    def fits(self, kinds: Collection[str]) -> bool:
        """Whether it is for a community of these kinds and traits."""
        return self.kind is None or self.kind in kinds


class Aspect(Base):
    """方面."""

    __tablename__ = "aspect"
    __table_args__ = (UniqueConstraint("checklist_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    number: Mapped[int]
    title: Mapped[str]
    checklist: Mapped[Checklist] = relationship(back_populates="aspects")
    points: Mapped[list["Point"]] = relationship(
        back_populates="aspect", order_by="Point.number"
    )


class Point(Base):
    """要点; `code` (as in `assets.disclosure`) means the same in every version."""

    __tablename__ = "point"
    __table_args__ = (UniqueConstraint("aspect_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    aspect_id: Mapped[int] = mapped_column(ForeignKey("aspect.id"))
    number: Mapped[int]
    code: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    aspect: Mapped[Aspect] = relationship(back_populates="points")
    problems: Mapped[list["Problem"]] = relationship(
        back_populates="point", order_by="Problem.number"
    )


class Problem(Base):
    """问题: one concrete thing to look for."""

    __tablename__ = "problem"
    __table_args__ = (UniqueConstraint("point_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"))
    number: Mapped[int]
    text: Mapped[str]
    point: Mapped[Point] = relationship(back_populates="problems")


class RoundChecklist(Base):
    """Which version a round was published with."""

    __tablename__ = "round_checklist"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    checklist_id: Mapped[int] = mapped_column(
        ForeignKey("checklist.id"), primary_key=True
    )


def latest(session: Session) -> list[Checklist]:
    """The newest version of each list, common ones first, then by code."""
    newest = select(Checklist.code, func.max(Checklist.version).label("version"))
    top = newest.group_by(Checklist.code).subquery()
    wanted = (Checklist.code == top.c.code) & (Checklist.version == top.c.version)
    found = session.scalars(select(Checklist).join(top, wanted))
    return sorted(found, key=_order)


def kept(session: Session, round_id: int) -> list[Checklist]:
    """The versions a round was published with, the latest where it was not yet."""
    found = session.scalars(
        select(Checklist).join(RoundChecklist).filter_by(round_id=round_id)
    ).all()
    return sorted(found, key=_order) if found else latest(session)


def points(session: Session, checklists: Iterable[Checklist]) -> list[Point]:
    """The points of these lists in their order, each with its aspect loaded."""
    place = {checklist.id: rank for rank, checklist in enumerate(checklists)}
    found = session.scalars(
        select(Point)
        .join(Point.aspect)
        .where(Aspect.checklist_id.in_(place))
        .options(joinedload(Point.aspect))
    )
    return sorted(
        found,
        key=lambda p: (place[p.aspect.checklist_id], p.aspect.number, p.number),
    )


def point_of(session: Session, checklists: Iterable[Checklist], code: str) -> Point:
    """The point of this code in one of the lists.

    Raises NotFoundError.
    """
    for point in points(session, checklists):
        if point.code == code:
            return point
    raise NotFoundError


def keep(session: Session, round_id: int) -> list[Checklist]:
    """Tie a round to the latest versions; a round that has its versions keeps them."""
    known = select(RoundChecklist).where(RoundChecklist.round_id == round_id)
    if session.scalars(known).first() is None:
        ids = [checklist.id for checklist in latest(session)]
        rows = [RoundChecklist(round_id=round_id, checklist_id=id_) for id_ in ids]
        session.add_all(rows)
        session.flush()
    return kept(session, round_id)


def install(session: Session, document: Mapping[str, Any]) -> Checklist:
    """Add one version of a list.

    Raises VersionTakenError.
    """
    if _has(session, document):
        raise VersionTakenError
    checklist = Checklist(
        code=document["code"],
        version=document["version"],
        title=document["title"],
        scope=Scope(document["scope"]),
        kind=document.get("kind"),
        aspects=[_aspect(*pair) for pair in enumerate(document["aspects"], 1)],
    )
    session.add(checklist)
    session.flush()
    return checklist


def install_shipped(session: Session) -> list[Checklist]:
    """Add the shipped samples that are not there yet; gives those it added."""
    documents = [shipped(name) for name in SHIPPED]
    missing = [found for found in documents if not _has(session, found)]
    return [install(session, document) for document in missing]


def shipped(name: str) -> dict[str, Any]:
    """One shipped sample as JSON data."""
    file = files("portal.checklists") / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _has(session: Session, document: Mapping[str, Any]) -> bool:
    code, version = document["code"], document["version"]
    wanted = select(Checklist.id).filter_by(code=code, version=version)
    return session.scalars(wanted).first() is not None


def _aspect(number: int, entry: Mapping[str, Any]) -> Aspect:
    pairs = enumerate(entry["points"], 1)
    own = [_point(rank, entry["code"], point) for rank, point in pairs]
    return Aspect(number=number, title=entry["title"], points=own)


def _point(number: int, aspect: str, entry: Mapping[str, Any]) -> Point:
    texts = enumerate(entry["problems"], 1)
    return Point(
        number=number,
        code=f"{aspect}.{entry['code']}",
        title=entry["title"],
        problems=[Problem(number=rank, text=text) for rank, text in texts],
    )


def _order(checklist: Checklist) -> tuple[bool, str]:
    return checklist.scope is not Scope.COMMON, checklist.code
