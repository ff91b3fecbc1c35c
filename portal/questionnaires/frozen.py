"""The questionnaire of a round, frozen: written once, never changed, readable for ever.

In: a document, when a round is announced. Out: the definition to show, named by the
SHA-256 of its canonical form, which is kept byte for byte.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ForeignKey, String, Text, event, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, NotFoundError
from portal.questionnaires.conditions import Facts
from portal.questionnaires.definition import Definition, canonical, parse
from portal.questionnaires.walk import specialise

SECOND = "这一轮的问卷已经定稿，不能再换。要改的话，请在下一轮用新的问卷。"
CHANGED = "定稿的问卷不能改动。要改的话，请在下一轮用新的问卷。"
TAMPERED = "这份问卷的内容和定稿时不一样了，请立即告诉系统管理员核查。"


class Questionnaire(Base):
    """One frozen revision; `document` is its canonical JSON as text."""

    __tablename__ = "questionnaire"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), unique=True)
    revision: Mapped[str] = mapped_column(String(64), index=True)
    document: Mapped[str] = mapped_column(Text)
    frozen_on: Mapped[date]

    @property
    def content(self) -> dict[str, Any]:
        """The document as JSON data, a fresh copy."""
        found: dict[str, Any] = json.loads(self.document)
        return found

    @property
    def definition(self) -> Definition:
        """The whole definition, for all kinds of communities.

        Raises ConflictError where the document is no longer what was frozen.
        """
        return _parsed(self.revision, self.document)

    def definition_for(self, facts: Facts) -> Definition:
        """The definition one community sees on one channel; conditions ask no fact."""
        return _for(self.revision, self.document, facts)


_read: dict[str, str] = {}  # a document a round, by the SHA-256 that names it


@lru_cache(maxsize=32)
def _parsed(revision: str, document: str) -> Definition:
    if hashlib.sha256(document.encode()).hexdigest() != revision:
        raise ConflictError(TAMPERED)
    return parse(json.loads(document))


@lru_cache(maxsize=256)
def _specialised(
    revision: str, document: str, facts: tuple[tuple[str, str], ...]
) -> Definition:
    return specialise(_parsed(revision, document), dict(facts))


def _for(revision: str, document: str, facts: Facts) -> Definition:
    asked = _parsed(revision, document).facts
    known = tuple((k, facts[k]) for k in sorted(facts) if k in asked)
    return _specialised(revision, document, known)


def definition_of(
    session: Session, revision: str | None, *, facts: Facts
) -> Definition:
    """What a revision asks under these facts; its document is read once a process.

    Raises NotFoundError; ConflictError where it is not what was frozen.
    """
    if revision is None:
        raise NotFoundError
    return _for(revision, _document(session, revision), facts)


def _document(session: Session, revision: str) -> str:
    if revision not in _read:
        wanted = select(Questionnaire).where(Questionnaire.revision == revision)
        found = session.scalars(wanted).first()
        if found is None:
            raise NotFoundError
        _parsed(revision, found.document)  # refuses what is not what was frozen
        _read[revision] = found.document
    return _read[revision]


def questionnaire_of(session: Session, round_id: int) -> Questionnaire:
    """The frozen questionnaire of a round.

    Raises NotFoundError.
    """
    found = _find(session, round_id)
    if found is None:
        raise NotFoundError
    return found


def freeze(
    session: Session, round_id: int, document: Mapping[str, Any], *, today: date
) -> Questionnaire:
    """Fix the questionnaire of a round for good.

    Raises DefinitionError with all mistakes, ConflictError where the round has one.
    """
    parse(document)
    if _find(session, round_id) is not None:
        raise ConflictError(SECOND)
    text = canonical(document)
    frozen = Questionnaire(
        round_id=round_id,
        revision=hashlib.sha256(text).hexdigest(),
        document=text.decode(),
        frozen_on=today,
    )
    session.add(frozen)
    session.flush()
    return frozen


def _find(session: Session, round_id: int) -> Questionnaire | None:
    wanted = select(Questionnaire).where(Questionnaire.round_id == round_id)
    return session.scalars(wanted).first()


@event.listens_for(Questionnaire, "before_update")
@event.listens_for(Questionnaire, "before_delete")
def _refuse(
    _mapper: Mapper[Questionnaire], _connection: Connection, _row: Questionnaire
) -> None:
    raise ConflictError(CHANGED)
