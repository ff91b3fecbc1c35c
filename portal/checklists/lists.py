"""Checklists (清单) as they are kept: the versions of each list, and what is in them.

In: outlines. Out: rows. A version, once published, is never edited: a change is the
next version.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Enum, ForeignKey, UniqueConstraint, event, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import (
    Mapped,
    Mapper,
    Session,
    mapped_column,
    relationship,
    selectinload,
)

from portal.checklists.outline import (
    AspectText,
    Form,
    Outline,
    PointText,
    ProblemText,
    Scope,
    fits,
)
from portal.kernel.database import Base
from portal.kernel.errors import NotFoundError
from portal.kernel.versions import (
    StandsError,
    Version,
    VersionState,
    by_code,
    published,
)

PARTS = "all, delete-orphan"


class Checklist(Version, Base):
    """清单: one version of one list; `kind` is a kind or trait of communities."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("code", "version"),)
    called = "清单"
    title: Mapped[str]
    kind: Mapped[str | None]
    state: Mapped[VersionState] = mapped_column(
        Enum(VersionState, name="liststate"), active_history=True
    )
    aspects: Mapped[list["Aspect"]] = relationship(
        back_populates="checklist", order_by="Aspect.number", cascade=PARTS
    )

    @property
    def scope(self) -> Scope:
        """For all communities, or for those of its kind."""
        return Scope.COMMON if self.kind is None else Scope.INDIVIDUAL

    def fits(self, kinds: Collection[str]) -> bool:
        """Whether it is for a community of these kinds and traits."""
        return self.kind is None or self.kind in kinds

    @property
    def outline(self) -> Outline:
        """What it says, as plain values."""
        return Outline(
            self.title, self.kind, tuple(one.outline for one in self.aspects)
        )


class Aspect(Base):
    """方面; `kinds` are whom it is for as an optional block, none: everybody (S4)."""

    __tablename__ = "aspect"
    __table_args__ = (UniqueConstraint("checklist_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    number: Mapped[int]
    title: Mapped[str]
    kinds: Mapped[list[str]]
    checklist: Mapped[Checklist] = relationship(back_populates="aspects")
    points: Mapped[list["Point"]] = relationship(
        back_populates="aspect", order_by="Point.number", cascade=PARTS
    )

    @property
    def outline(self) -> AspectText:
        """What it says, as plain values."""
        points = tuple(point.outline for point in self.points)
        return AspectText(self.title, points, tuple(self.kinds))

    def fits(self, kinds: Collection[str]) -> bool:
        """Whether it is for a community or unit of these kinds and traits."""
        return fits(self.kinds, kinds)


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
        back_populates="point", order_by="Problem.number", cascade=PARTS
    )

    @property
    def outline(self) -> PointText:
        """What it says, as plain values."""
        problems = tuple(ProblemText(one.text, one.form) for one in self.problems)
        return PointText(self.code, self.title, problems)


class Problem(Base):
    """问题: one concrete thing to look for."""

    __tablename__ = "problem"
    __table_args__ = (UniqueConstraint("point_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"))
    number: Mapped[int]
    text: Mapped[str]
    form: Mapped[Form]
    point: Mapped[Point] = relationship(back_populates="problems")


Row = Aspect | Point | Problem


@event.listens_for(Aspect, "before_update")
@event.listens_for(Aspect, "before_delete")
@event.listens_for(Point, "before_update")
@event.listens_for(Point, "before_delete")
@event.listens_for(Problem, "before_update")
@event.listens_for(Problem, "before_delete")
def _refuse(_mapper: Mapper[Row], _connection: Connection, row: Row) -> None:
    if not _list_of(row).is_draft:
        raise StandsError


def _list_of(row: Row) -> Checklist:
    if isinstance(row, Problem):
        row = row.point
    return row.aspect.checklist if isinstance(row, Point) else row.checklist


WHOLE = (
    selectinload(Checklist.aspects)
    .selectinload(Aspect.points)
    .selectinload(Point.problems)
)


def versions(session: Session) -> dict[str, list[Checklist]]:
    """Every list's versions by its code, newest first; common lists first."""
    found = by_code(session, Checklist).items()
    return dict(sorted(found, key=lambda pair: order(pair[1][0])))


def newest(session: Session, code: str) -> Checklist | None:
    """The newest published version of a list, in use or not, its parts with it."""
    return session.scalars(published(Checklist, code).options(WHOLE)).first()


def get_checklist(session: Session, checklist_id: int) -> Checklist:
    """One version, its parts loaded at once.

    Raises NotFoundError.
    """
    wanted = select(Checklist).filter_by(id=checklist_id).options(WHOLE)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def get_point(session: Session, checklist: Checklist, point_id: int) -> Point:
    """One point of a version.

    Raises NotFoundError.
    """
    found = session.get(Point, point_id)
    if found is None or found.aspect.checklist is not checklist:
        raise NotFoundError
    return found


def sizes(session: Session) -> dict[int, tuple[int, int, int]]:
    """How many aspects, points and problems each version has, by its id."""
    rows = session.execute(
        select(
            Aspect.checklist_id,
            func.count(Aspect.id.distinct()),
            func.count(Point.id.distinct()),
            func.count(Problem.id.distinct()),
        )
        .outerjoin(Aspect.points)
        .outerjoin(Point.problems)
        .group_by(Aspect.checklist_id)
    )
    return {id_: (aspects, points, problems) for id_, aspects, points, problems in rows}


def rows_of(aspects: Iterable[AspectText]) -> list[Aspect]:
    """Aspects with all below them as rows, numbered from 1."""
    return [
        Aspect(
            number=number,
            title=text.title,
            kinds=list(text.kinds),
            points=[_point(*pair) for pair in enumerate(text.points, 1)],
        )
        for number, text in enumerate(aspects, 1)
    ]


def problems_of(texts: Iterable[ProblemText]) -> list[Problem]:
    """Problems as rows, numbered from 1."""
    pairs = enumerate(texts, 1)
    return [Problem(number=n, text=one.text, form=one.form) for n, one in pairs]


def _point(number: int, text: PointText) -> Point:
    rows = problems_of(text.problems)
    return Point(number=number, code=text.code, title=text.title, problems=rows)


def order(checklist: Checklist) -> tuple[bool, str]:
    """Common lists first, then by code."""
    return checklist.scope is not Scope.COMMON, checklist.code
