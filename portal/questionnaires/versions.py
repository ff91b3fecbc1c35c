"""Questionnaires (问卷) as they are kept: the versions of each, drafts among them.

In: documents. Out: rows. A version, once published, stands: it is named by the
SHA-256 of its canonical form, which is kept byte for byte, and a change is the next
version. Drafts are whole questionnaires too, so that they can be looked at and tried.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Enum, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel import versions as kept
from portal.kernel.database import Base, fetch
from portal.kernel.errors import ConflictError
from portal.kernel.versions import Version, VersionState, by_code, published
from portal.questionnaires import shipped
from portal.questionnaires.conditions import Facts
from portal.questionnaires.definition import Definition, canonical, parse
from portal.questionnaires.walk import specialise

TAMPERED = "这份问卷的内容和定稿时不一样了，请立即告诉系统管理员核查。"


class Questionnaire(Version, Base):
    """问卷: one version of one questionnaire; `document` is its canonical JSON.

    `code` is the id that every version's document carries.
    """

    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("code", "version"),)
    called = "问卷"
    state: Mapped[VersionState] = mapped_column(
        Enum(VersionState, name="questionnairestate"), active_history=True
    )
    revision: Mapped[str] = mapped_column(String(64), index=True)
    document: Mapped[str] = mapped_column(Text)

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
    return fetch(session, Questionnaire, questionnaire_id)


def versions(session: Session) -> dict[str, list[Questionnaire]]:
    """The versions of each questionnaire by its code, newest first; shipped last."""
    found = by_code(session, Questionnaire).items()
    return dict(sorted(found, key=lambda pair: pair[0] == SHIPPED))


def newest(session: Session, code: str) -> Questionnaire | None:
    """The newest version of a questionnaire that was published, in use or not."""
    return session.scalars(published(Questionnaire, code)).first()


def draft_of(session: Session, code: str) -> Questionnaire | None:
    """The draft of a questionnaire."""
    return kept.draft_of(session, Questionnaire, code)


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
        state=VersionState.PUBLISHED if published_on else VersionState.DRAFT,
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
