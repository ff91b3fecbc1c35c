"""The place tree: district → street → community → grid.

In: nothing. Out: the one table of places, the words for what a place is, and the
reads other stages use.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict, Unpack

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel.database import Base
from portal.kernel.errors import InvalidError, NotFoundError

NAME_LENGTH = 60  # characters; the longest village name of the national list has 34
COUNT_LIMIT = 1_000_000  # households or residents of one place
TO_BE_NAMED = "（请改名）"  # ends the name of a place that only its code told us of


class Level(StrEnum):
    """Where in the tree a place stands."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"


class Kind(StrEnum):
    """社区类型: decides the questions (S2)."""

    RURAL = "rural"  # 涉农社区
    URBAN = "urban"  # 城市社区


class Trait(StrEnum):
    """What is particular within a kind (S2)."""

    COMMITTEE = "committee"  # 纯居委会
    EXCLAVE = "exclave"  # 飞地: territory elsewhere, administered here
    FACTORY = "factory"  # 厂居社区


class Attention(StrEnum):
    """关注等级: decides the mode, staff only, never on a public page (S1)."""

    FOCUS = "focus"  # 重点关注
    RISK = "risk"  # 风险隐患
    GENERAL = "general"  # 一般普通


class Place(Base):
    """One node of the tree; `code` is the 12-digit statistical code."""

    __tablename__ = "place"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    level: Mapped[Level]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    urban_rural: Mapped[str] = mapped_column(default="")  # 城乡分类代码, 3 digits
    kind: Mapped[Kind | None]
    trait: Mapped[Trait | None]
    attention: Mapped[Attention | None]
    households: Mapped[int | None]
    residents: Mapped[int | None]
    is_abolished: Mapped[bool] = mapped_column(default=False)
    parent: Mapped["Place | None"] = relationship(remote_side="Place.id")

    @property
    def needs_name(self) -> bool:
        """Whether the name is still the one made from the code."""
        return self.name.endswith(TO_BE_NAMED)


@dataclass(frozen=True)
class Branch:
    """A place and what stands under it, in the order of codes."""

    place: Place
    below: list["Branch"] = field(default_factory=list)


class PlaceChanges(TypedDict, total=False):
    """What staff may change on screen; what is left out stays as it is."""

    name: str
    kind: Kind | None
    trait: Trait | None
    attention: Attention | None
    households: int | None


def get_place(session: Session, code: str) -> Place:
    """The place with this statistical code.

    Raises NotFoundError.
    """
    found = session.scalars(select(Place).where(Place.code == code)).first()
    if found is None:
        raise NotFoundError
    return found


def communities(session: Session) -> list[Place]:
    """Communities that still exist, in the order of their codes."""
    wanted = (Place.level == Level.COMMUNITY) & ~Place.is_abolished
    return list(session.scalars(select(Place).where(wanted).order_by(Place.code)))


def streets(session: Session) -> list[Place]:
    """Streets and towns that still exist, in the order of their codes."""
    wanted = (Place.level == Level.STREET) & ~Place.is_abolished
    return list(session.scalars(select(Place).where(wanted).order_by(Place.code)))


def communities_under(session: Session, place: Place) -> list[Place]:
    """Existing communities of a district or street; of a community, itself."""
    streets_below = select(Place.id).where(Place.parent_id == place.id)
    wanted = (
        (Place.id == place.id)
        | (Place.parent_id == place.id)
        | Place.parent_id.in_(streets_below)
    )
    existing = (Place.level == Level.COMMUNITY) & ~Place.is_abolished
    rows = select(Place).where(existing, wanted).order_by(Place.code)
    return list(session.scalars(rows))


def abolished_places(session: Session) -> list[Place]:
    """Places kept for the record only, in the order of their codes."""
    rows = select(Place).where(Place.is_abolished).order_by(Place.code)
    return list(session.scalars(rows))


def place_tree(session: Session) -> list[Branch]:
    """Everything that still exists, from the districts down, in one query."""
    rows = select(Place).where(~Place.is_abolished).order_by(Place.code)
    branches = {place.id: Branch(place) for place in session.scalars(rows)}
    roots: list[Branch] = []
    for branch in branches.values():
        parent = branches.get(branch.place.parent_id or 0)
        (parent.below if parent else roots).append(branch)
    return roots


def edit_place(
    session: Session, place: Place, **changes: Unpack[PlaceChanges]
) -> Place:
    """Write what staff changed; importing again keeps a kind chosen here.

    Raises InvalidError, with nothing changed, for an empty or overlong name,
    negative households, and for a community left without a kind or another place
    given one.
    """
    name = " ".join(changes.get("name", place.name).split())
    households = changes.get("households", place.households)
    if not name or len(name) > NAME_LENGTH:
        message = f"名称要有 1 到 {NAME_LENGTH} 个字，请修改后再保存。"
        raise InvalidError(message)
    if households is not None and not 0 <= households <= COUNT_LIMIT:
        message = f"户数应为 0 到 {COUNT_LIMIT} 的整数，不清楚可以留空。"
        raise InvalidError(message)
    _require_kind(place, changes)
    for field_name, value in changes.items():
        setattr(place, field_name, value)
    place.name = name
    session.flush()
    return place


def _require_kind(place: Place, changes: PlaceChanges) -> None:
    is_community = place.level in {Level.COMMUNITY, Level.GRID}
    kind = changes.get("kind", place.kind)
    if place.level is Level.COMMUNITY and kind is None:
        message = "请选择社区类型：涉农社区或城市社区。问卷按类型出题。"
        raise InvalidError(message)
    if not is_community and (kind or changes.get("trait")):
        message = "只有社区才有社区类型，请到具体的社区里修改。"
        raise InvalidError(message)
