"""Versions that stand: drafted, published, taken out of use, taken in again.

In: a mapped class whose rows are versions of what goes by a code. Out: the newest that
was published, and verbs that change nothing but whether it is in use. A change is the
next version. Every verb is in the audit log, as `table.verb`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, TypeVar

from sqlalchemy import Select, event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from portal.kernel import audit
from portal.kernel.errors import ConflictError, InvalidError


class VersionState(StrEnum):
    """How far a version is."""

    DRAFT = "draft"  # 草稿
    PUBLISHED = "published"  # 已发布
    RETIRED = "retired"  # 已停用: coming rounds do without it


NEXT: Mapping[VersionState, VersionState] = {
    VersionState.DRAFT: VersionState.PUBLISHED,
    VersionState.PUBLISHED: VersionState.RETIRED,
    VersionState.RETIRED: VersionState.PUBLISHED,
}


class Version:
    """One version; `called` is what a refusal calls it.

    `published_on` is None for drafts and for what an installation began with. `state`
    needs its history, and the name its type has in databases that exist.
    """

    __tablename__: str
    called: ClassVar[str]
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    state: Mapped[VersionState]
    published_on: Mapped[date | None]

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state is VersionState.DRAFT

    @property
    def is_in_use(self) -> bool:
        """Whether coming rounds can have it."""
        return self.state is VersionState.PUBLISHED


V = TypeVar("V", bound=Version)


class StandsError(ConflictError):
    """A version, once published, stands."""

    sentence = "这一版已经发布，不能改动。请另开一份草稿，改好后发布成下一版。"


class DraftThereError(ConflictError):
    """There is one draft of a thing at a time."""

    def __init__(self, called: str) -> None:
        super().__init__(
            f"这份{called}已经有一份草稿。请先把它发布，或者删去，再开新的。"
        )


class UnchangedError(InvalidError):
    """A version that says what the one before says."""

    sentence = "草稿和上一版一字不差，不用发布。请先修改，或者删去这份草稿。"


class WrongStateError(ConflictError):
    """The version is not one for which this is done."""

    def __init__(self, called: str) -> None:
        super().__init__(f"这一步和{called}现在的状态不合，请回到{called}页再看。")


@event.listens_for(Version, "before_update", propagate=True)
def _refuse_change(
    _mapper: Mapper[Version], _connection: Connection, row: Version
) -> None:
    """Of what stands, only whether it is in use may change."""
    changed = {one.key for one in inspect(row).attrs if one.history.has_changes()}
    if _stood(row) and changed - {"state"}:
        raise StandsError


@event.listens_for(Version, "before_delete", propagate=True)
def _refuse_deletion(
    _mapper: Mapper[Version], _connection: Connection, row: Version
) -> None:
    if _stood(row):
        raise StandsError


def _stood(row: Version) -> bool:
    was = inspect(row).attrs.state.load_history()
    return VersionState.DRAFT not in (was.deleted or was.unchanged or ())


def published(kind: type[V], code: str) -> Select[V]:
    """The versions of a code that were published, in use or not, newest first."""
    found = select(kind).where(kind.code == code, kind.state != VersionState.DRAFT)
    return found.order_by(kind.version.desc())


def before(session: Session, version: V) -> V | None:
    """The version published before this one."""
    kind = type(version)
    earlier = published(kind, version.code).where(kind.version < version.version)
    return session.scalars(earlier).first()


def draft_of(session: Session, kind: type[V], code: str) -> V | None:
    """The draft of a code."""
    wanted = select(kind).filter_by(code=code, state=VersionState.DRAFT)
    return session.scalars(wanted).first()


def by_code(session: Session, kind: type[V]) -> dict[str, list[V]]:
    """The versions of every code, newest first."""
    found: dict[str, list[V]] = {}
    wanted = select(kind).order_by(kind.code, kind.version.desc())
    for version in session.scalars(wanted):
        found.setdefault(version.code, []).append(version)
    return found


def require_draft(version: Version) -> None:
    """Refuse to change what stands.

    Raises StandsError.
    """
    if not version.is_draft:
        raise StandsError


def require_no_draft(session: Session, kind: type[Version], code: str) -> None:
    """Refuse a second draft.

    Raises DraftThereError.
    """
    if draft_of(session, kind, code) is not None:
        raise DraftThereError(kind.called)


def require_newest(session: Session, version: Version, state: VersionState) -> None:
    """Refuse what is for the newest published version alone, in this state.

    Raises WrongStateError.
    """
    newest = session.scalars(published(type(version), version.code)).first()
    if newest is not version or version.state is not state:
        raise WrongStateError(version.called)


def retire(session: Session, version: Version, *, by: str, now: datetime) -> None:
    """停用: coming rounds do without it; rounds that have it keep it.

    Raises WrongStateError.
    """
    require_newest(session, version, VersionState.PUBLISHED)
    move(session, version, "retire", by=by, now=now)


def restore(session: Session, version: Version, *, by: str, now: datetime) -> None:
    """Take a retired version into use again.

    Raises WrongStateError.
    """
    require_newest(session, version, VersionState.RETIRED)
    move(session, version, "restore", by=by, now=now)


def discard(session: Session, draft: Version, *, by: str, now: datetime) -> None:
    """Delete a draft.

    Raises StandsError.
    """
    require_draft(draft)
    record(session, draft, "discard", by=by, now=now)
    session.delete(draft)
    session.flush()


def move(
    session: Session, version: Version, verb: str, *, by: str, now: datetime
) -> None:
    """The only place where the state of a version that people made is changed."""
    version.state = NEXT[version.state]
    session.flush()
    record(session, version, verb, by=by, now=now)


def record(
    session: Session, version: Version, verb: str, *, by: str, now: datetime
) -> None:
    """Note in the audit log what was done to a version."""
    subject = f"{version.code} v{version.version}"
    action = f"{version.__tablename__}.{verb}"
    audit.record(session, by, action, subject=subject, now=now)
