"""What a round asks: chosen while it is prepared, frozen when it is announced.

In: a version, or the document that comes with the program. Out: the definition to
show, for ever: answers keep the revision they were given under.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column, relationship

from portal.kernel import audit
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, NotFoundError
from portal.kernel.versions import VersionState
from portal.questionnaires import shipped
from portal.questionnaires.changes import differences
from portal.questionnaires.conditions import Facts
from portal.questionnaires.definition import Definition, parse, revision
from portal.questionnaires.versions import (
    Questionnaire,
    add_version,
    parsed,
    specialised,
)
from portal.rounds import Phase, Round
from portal.rounds.round import PlanFrozenError

SECOND = "这一轮的问卷已经定稿，不能再换。要改的话，请在下一轮用新的问卷。"
CHANGED = "定稿的问卷不能改动。要改的话，请在下一轮用新的问卷。"


class NotInUseError(ConflictError):
    """A draft, or a version out of use, is chosen."""

    sentence = "这一版没有发布或者已经停用，不能给轮次用。请选一份在用的问卷。"


class NotTypoError(ConflictError):
    """More than words is different."""

    sentence = (
        "公告以后只能更正文字：这一版的题目、选项、次序或者给谁看也改了。"
        "这些改动请留到下一轮。"
    )


class TooLateError(ConflictError):
    """Nobody answers any more, or yet."""

    sentence = "征集已经结束，问卷不用再更正。"


class RoundQuestionnaire(Base):
    """Which version a round asks; not yet for good while `frozen_on` is None."""

    __tablename__ = "round_questionnaire"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey("questionnaire.id"), index=True, active_history=True
    )
    frozen_on: Mapped[date | None] = mapped_column(active_history=True)
    questionnaire: Mapped[Questionnaire] = relationship()


_read: dict[str, str] = {}  # a document a revision, by the SHA-256 that names it


def definition_of(session: Session, key: str | None, *, facts: Facts) -> Definition:
    """What a revision asks under these facts; its document is read once a process.

    Raises NotFoundError; ConflictError where it is not what was frozen.
    """
    if key is None:
        raise NotFoundError
    return specialised(key, _document(session, key), facts)


def _document(session: Session, key: str) -> str:
    if key not in _read:
        wanted = select(Questionnaire).where(Questionnaire.revision == key)
        found = session.scalars(wanted).first()
        if found is None:
            raise NotFoundError
        parsed(key, found.document)  # refuses what is not what was frozen
        _read[key] = found.document
    return _read[key]


def questionnaire_of(session: Session, round_id: int) -> Questionnaire:
    """The frozen questionnaire of a round.

    Raises NotFoundError.
    """
    wanted = (
        select(Questionnaire)
        .join(RoundQuestionnaire)
        .where(
            RoundQuestionnaire.round_id == round_id,
            RoundQuestionnaire.frozen_on.is_not(None),
        )
    )
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFoundError
    return found


def chosen_for(session: Session, round_id: int) -> Questionnaire | None:
    """The version a round asks or will ask; None while it is the shipped one."""
    found = session.get(RoundQuestionnaire, round_id)
    return found.questionnaire if found else None


def asked_in(session: Session, round_id: int) -> dict[str, Any]:
    """The document a round asks, or will be announced with as things stand."""
    found = chosen_for(session, round_id)
    return found.content if found else shipped.compose()


def rounds_with(session: Session) -> dict[int, list[int]]:
    """Ids of the rounds that ask a version or have chosen it, by its id."""
    found: dict[int, list[int]] = {}
    for row in session.scalars(select(RoundQuestionnaire).order_by("round_id")):
        found.setdefault(row.questionnaire_id, []).append(row.round_id)
    return found


def choose(
    session: Session,
    round_: Round,
    questionnaire: Questionnaire | None,
    *,
    by: str,
    now: datetime,
) -> None:
    """Choose what a round will ask; None is the questionnaire that is shipped.

    Raises PlanFrozenError, NotInUseError.
    """
    if round_.phase is not Phase.PREPARING:
        raise PlanFrozenError
    if questionnaire and not questionnaire.is_in_use:
        raise NotInUseError
    before = session.get(RoundQuestionnaire, round_.id)
    if questionnaire:
        row = before or RoundQuestionnaire(round_id=round_.id)
        row.questionnaire = questionnaire
        session.add(row)
    elif before:
        session.delete(before)
    session.flush()
    named = f"{questionnaire.code} v{questionnaire.version}" if questionnaire else ""
    action = "questionnaire.choose"
    audit.record(session, by, action, subject=round_.code, reason=named, now=now)


def freeze(
    session: Session, round_id: int, document: Mapping[str, Any], *, today: date
) -> Questionnaire:
    """Fix the questionnaire of a round for good.

    Raises DefinitionError with all mistakes, ConflictError where the round has one.
    """
    parse(document)
    row = session.get(RoundQuestionnaire, round_id)
    if row and row.frozen_on:
        raise ConflictError(SECOND)
    row = row or RoundQuestionnaire(round_id=round_id)
    row.questionnaire = _standing(session, document, today=today)
    row.frozen_on = today
    session.add(row)
    session.flush()
    return row.questionnaire


def correct(
    session: Session,
    round_: Round,
    questionnaire: Questionnaire,
    *,
    by: str,
    now: datetime,
) -> None:
    """Mend words of the questionnaire of a round under way.

    A form that is open is told so and keeps its answers; those given before keep the
    revision they were given under, and count together with those given after.

    Raises NotFoundError, TooLateError, NotInUseError, NotTypoError.
    """
    before = questionnaire_of(session, round_.id)
    if not is_open_to_correction(round_):
        raise TooLateError
    if not questionnaire.is_in_use:
        raise NotInUseError
    if not differences(before.definition, questionnaire.definition).is_typo:
        raise NotTypoError
    session.get_one(RoundQuestionnaire, round_.id).questionnaire = questionnaire
    session.flush()
    named = f"{questionnaire.code} v{before.version} → v{questionnaire.version}"
    action = "questionnaire.correct"
    audit.record(session, by, action, subject=round_.code, reason=named, now=now)


def is_open_to_correction(round_: Round) -> bool:
    """Whether words may still be mended: it is announced, and answered."""
    return round_.phase in {Phase.ANNOUNCED, Phase.COLLECTING}


def frozen_on(session: Session, round_id: int) -> date | None:
    """The day a round's questionnaire was fixed; None while it is not."""
    found = session.get(RoundQuestionnaire, round_id)
    return found.frozen_on if found else None


def _standing(
    session: Session, document: Mapping[str, Any], *, today: date
) -> Questionnaire:
    """The published version that says this, which is made where there is none."""
    wanted = select(Questionnaire).where(
        Questionnaire.revision == revision(document),
        Questionnaire.state != VersionState.DRAFT,
    )
    found = session.scalars(wanted).first()
    if found is None:
        return add_version(session, document, published_on=today)
    return found


@event.listens_for(RoundQuestionnaire, "before_update")
def _refuse_change(
    _mapper: Mapper[RoundQuestionnaire],
    connection: Connection,
    row: RoundQuestionnaire,
) -> None:
    """Of what is frozen, only words may be mended."""
    before = _was(row, "frozen_on")
    if before is None:
        return
    was = _kept(connection, _was(row, "questionnaire_id"))
    is_ = _kept(connection, row.questionnaire_id)
    if row.frozen_on != before or not differences(was, is_).is_typo:
        raise ConflictError(CHANGED)


@event.listens_for(RoundQuestionnaire, "before_delete")
def _refuse_deletion(
    _mapper: Mapper[RoundQuestionnaire],
    _connection: Connection,
    row: RoundQuestionnaire,
) -> None:
    if _was(row, "frozen_on") is not None:
        raise ConflictError(CHANGED)


def _was(row: RoundQuestionnaire, name: str) -> Any:
    """What a column holds in the database."""
    history = inspect(row).attrs[name].load_history()
    return (history.deleted or history.unchanged or (None,))[0]


def _kept(connection: Connection, questionnaire_id: int) -> Definition:
    columns = select(Questionnaire.revision, Questionnaire.document)
    found = connection.execute(columns.where(Questionnaire.id == questionnaire_id))
    return parsed(*found.one())
