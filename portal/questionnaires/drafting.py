"""Drafts of a questionnaire's next version: from a workbook, a sample, another version.

In: documents. Out: one draft a questionnaire, itself a whole document, which changes
nothing until it is published.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError
from portal.kernel.versions import record, require_draft, require_no_draft
from portal.questionnaires import shipped
from portal.questionnaires.definition import parse
from portal.questionnaires.editing import renewed, require_sound
from portal.questionnaires.naming import Names
from portal.questionnaires.versions import (
    SHIPPED,
    Questionnaire,
    add_version,
    draft_of,
    fill,
)

Document = Mapping[str, Any]


class ShippedError(ConflictError):
    """The shipped questionnaire is changed by new versions of the program alone."""

    sentence = "随系统带来的问卷不能直接改。请按「用这份样例」，另起一份来改。"


def begin(
    session: Session, document: Document, *, by: str, now: datetime
) -> Questionnaire:
    """The document as the draft of a new questionnaire's first version.

    It keeps its id where no questionnaire has it. Raises DefinitionError.
    """
    taken = {SHIPPED, *session.scalars(select(Questionnaire.code))}
    code = str(document["id"])
    if code in taken:
        code = Names(taken).fresh(document["title"])
    return keep_draft(session, document, code=code, by=by, now=now)


def keep_draft(
    session: Session, document: Document, *, code: str, by: str, now: datetime
) -> Questionnaire:
    """The document as the draft of the next version, in place of a draft there.

    Raises DefinitionError, ShippedError.
    """
    if code == SHIPPED:
        raise ShippedError
    named = {**document, "id": code}
    draft = draft_of(session, code)
    if draft is None:
        draft = add_version(session, named, published_on=None)
    fill(draft, named)
    session.flush()
    record(session, draft, "draft", by=by, now=now)
    return draft


def revise(
    session: Session, questionnaire: Questionnaire, *, by: str, now: datetime
) -> Questionnaire:
    """A draft that says what a version says, to be changed on screen.

    Raises DraftThereError, ShippedError.
    """
    code = questionnaire.code
    require_no_draft(session, Questionnaire, code)
    return keep_draft(session, questionnaire.content, code=code, by=by, now=now)


def amend(
    session: Session,
    draft: Questionnaire,
    document: Document,
    *,
    by: str,
    now: datetime,
) -> None:
    """Put a changed document into a draft.

    Raises StandsError, EditError.
    """
    require_draft(draft)
    require_sound(document)
    fill(draft, {**document, "id": draft.code})
    session.flush()
    record(session, draft, "edit", by=by, now=now)


def renew(
    session: Session,
    draft: Questionnaire,
    item_ids: Collection[str],
    *,
    by: str,
    now: datetime,
) -> None:
    """当作新题: give questions of a draft ids that no question of ours ever had.

    Raises StandsError.
    """
    changed = renewed(draft.content, item_ids, taken=ids_known(session))
    amend(session, draft, changed, by=by, now=now)


def ids_known(session: Session) -> set[str]:
    """The ids of every question there is in any version, drafts included."""
    found = set(parse(shipped.compose()).items)
    for version in session.scalars(select(Questionnaire)):
        found |= set(version.definition.items)
    return found
