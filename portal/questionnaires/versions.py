"""Questionnaires (问卷) as they are kept: the versions of each, drafts among them.

In: documents. Out: rows. A version, once published, stands: it is named by the
SHA-256 of its canonical form, which is kept byte for byte, and a change is the next
version. Drafts are whole questionnaires too, so that they can be looked at and tried.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint, event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, NotFoundError
from portal.questionnaires import shipped
from portal.questionnaires.conditions import Facts
from portal.questionnaires.definition import Definition, canonical, parse
from portal.questionnaires.walk import specialise

TAMPERED = "这份问卷的内容和定稿时不一样了，请立即告诉系统管理员核查。"


class StandsError(ConflictError):
    """A version, once published, stands."""

    sentence = "这一版已经发布，不能改动。请另开一份草稿，改好后发布成下一版。"


class QuestionnaireState(StrEnum):
    """How far a version is."""

    DRAFT = "draft"  # 草稿
    PUBLISHED = "published"  # 已发布
    RETIRED = "retired"  # 已停用: coming rounds cannot choose it


class Questionnaire(Base):
    """问卷: one version of one questionnaire; `document` is its canonical JSON.

    `code` is the id that every version's document carries.
    """

    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("code", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    state: Mapped[QuestionnaireState] = mapped_column(active_history=True)
    revision: Mapped[str] = mapped_column(String(64), index=True)
    document: Mapped[str] = mapped_column(Text)
    published_on: Mapped[date | None]

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state is QuestionnaireState.DRAFT

    @property
    def is_in_use(self) -> bool:
        """Whether rounds can choose it."""
        return self.state is QuestionnaireState.PUBLISHED

    @property
    def is_shipped(self) -> bool:
        """Whether it came with the program, which alone makes its next versions."""
        return self.code == SHIPPED

    @property
    def content(self) -> dict[str, Any]:
        """The document as JSON data, a fresh copy."""
        found: dict[str, Any] = json.loads(self.document)
        return found

    @property
    def definition(self) -> Definition:
        """The whole definition, for all kinds of communities.

        Raises ConflictError where the document is no longer what was kept.
        """
        return parsed(self.revision, self.document)

    def definition_for(self, facts: Facts) -> Definition:
        """The definition one community sees on one channel; conditions ask no fact."""
        return specialised(self.revision, self.document, facts)


SHIPPED: str = shipped.compose()["id"]


@lru_cache(maxsize=32)
def parsed(revision: str, document: str) -> Definition:
    """What the document defines.

    Raises ConflictError where it is not the one that `revision` names.
    """
    if hashlib.sha256(document.encode()).hexdigest() != revision:
        raise ConflictError(TAMPERED)
    return parse(json.loads(document))


def specialised(revision: str, document: str, facts: Facts) -> Definition:
    """What the document asks under these facts.

    Raises ConflictError where it is not the one that `revision` names.
    """
    asked = parsed(revision, document).facts
    known = tuple((k, facts[k]) for k in sorted(facts) if k in asked)
    return _specialised(revision, document, known)


@lru_cache(maxsize=256)
def _specialised(
    revision: str, document: str, facts: tuple[tuple[str, str], ...]
) -> Definition:
    return specialise(parsed(revision, document), dict(facts))


def get_questionnaire(session: Session, questionnaire_id: int) -> Questionnaire:
    """One version.

    Raises NotFoundError.
    """
    found = session.get(Questionnaire, questionnaire_id)
    if found is None:
        raise NotFoundError
    return found


def versions(session: Session) -> dict[str, list[Questionnaire]]:
    """The versions of each questionnaire by its code, newest first; shipped last."""
    found: dict[str, list[Questionnaire]] = {}
    order = (Questionnaire.code, Questionnaire.version.desc())
    for one in session.scalars(select(Questionnaire).order_by(*order)):
        found.setdefault(one.code, []).append(one)
    return dict(sorted(found.items(), key=lambda pair: pair[0] == SHIPPED))


def newest(session: Session, code: str) -> Questionnaire | None:
    """The newest version of a questionnaire that was published, in use or not."""
    found = select(Questionnaire).where(
        Questionnaire.code == code, Questionnaire.state != QuestionnaireState.DRAFT
    )
    return session.scalars(found.order_by(Questionnaire.version.desc())).first()


def draft_of(session: Session, code: str) -> Questionnaire | None:
    """The draft of a questionnaire."""
    wanted = select(Questionnaire).filter_by(code=code, state=QuestionnaireState.DRAFT)
    return session.scalars(wanted).first()


def add_version(
    session: Session, document: Mapping[str, Any], *, published_on: date | None
) -> Questionnaire:
    """The document as the next version of the questionnaire whose id it carries.

    Without a day it is a draft. Raises DefinitionError with all mistakes.
    """
    code = parse(document).id
    last = newest(session, code)
    made = Questionnaire(
        code=code,
        version=last.version + 1 if last else 1,
        state=QuestionnaireState.PUBLISHED
        if published_on
        else QuestionnaireState.DRAFT,
        published_on=published_on,
    )
    fill(made, document)
    session.add(made)
    session.flush()
    return made


def fill(row: Questionnaire, document: Mapping[str, Any]) -> None:
    """Put the document into the row.

    Raises DefinitionError with all mistakes.
    """
    parse(document)
    text = canonical(document)
    row.document, row.revision = text.decode(), hashlib.sha256(text).hexdigest()


@event.listens_for(Questionnaire, "before_update")
def _refuse_change(
    _mapper: Mapper[Questionnaire], _connection: Connection, row: Questionnaire
) -> None:
    """Of what stands, only whether it is in use may change."""
    changed = {one.key for one in inspect(row).attrs if one.history.has_changes()}
    if _stood(row) and changed - {"state"}:
        raise StandsError


@event.listens_for(Questionnaire, "before_delete")
def _refuse_deletion(
    _mapper: Mapper[Questionnaire], _connection: Connection, row: Questionnaire
) -> None:
    if _stood(row):
        raise StandsError


def _stood(row: Questionnaire) -> bool:
    was = inspect(row).attrs.state.load_history()
    return QuestionnaireState.DRAFT not in (was.deleted or was.unchanged or ())
