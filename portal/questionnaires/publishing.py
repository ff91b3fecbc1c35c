"""Which versions of a questionnaire are in use: published, taken out, taken in again.

In: a draft. Out: a version that rounds can choose; it stands. Every verb is in the
audit log.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError, InvalidError
from portal.questionnaires.drafting import record, require_draft
from portal.questionnaires.frozen import RoundQuestionnaire
from portal.questionnaires.versions import Questionnaire, QuestionnaireState, newest


class UnchangedError(InvalidError):
    """A version that says what the one before says."""

    sentence = "草稿和上一版一字不差，不用发布。请先修改，或者删去这份草稿。"


class WrongStateError(ConflictError):
    """The version is not one for which this is done."""

    sentence = "这一步和问卷现在的状态不合，请回到问卷页再看。"


class ChosenError(ConflictError):
    """A round that is being prepared has chosen what is to be taken out of use."""

    sentence = "还没公告的轮次选了这份问卷。请先给那一轮换一份，再停用。"


NEXT: Mapping[QuestionnaireState, QuestionnaireState] = {
    QuestionnaireState.DRAFT: QuestionnaireState.PUBLISHED,
    QuestionnaireState.PUBLISHED: QuestionnaireState.RETIRED,
    QuestionnaireState.RETIRED: QuestionnaireState.PUBLISHED,
}


def publish(
    session: Session, draft: Questionnaire, *, by: str, now: datetime, today: date
) -> None:
    """Make a draft the version in use; rounds not announced yet go over to it.

    Raises StandsError, UnchangedError.
    """
    require_draft(draft)
    last = newest(session, draft.code)
    if last is not None and last.revision == draft.revision:
        raise UnchangedError
    draft.published_on = today
    _move(session, draft, "questionnaire.publish", by=by, now=now)
    for choice in _open_choices(session, draft.code):
        choice.questionnaire = draft
    session.flush()


def retire(
    session: Session, questionnaire: Questionnaire, *, by: str, now: datetime
) -> None:
    """停用: coming rounds cannot choose it; rounds that ask it still do.

    Raises WrongStateError, ChosenError.
    """
    _require(session, questionnaire, QuestionnaireState.PUBLISHED)
    if _open_choices(session, questionnaire.code):
        raise ChosenError
    _move(session, questionnaire, "questionnaire.retire", by=by, now=now)


def restore(
    session: Session, questionnaire: Questionnaire, *, by: str, now: datetime
) -> None:
    """Take a retired questionnaire into use again.

    Raises WrongStateError.
    """
    _require(session, questionnaire, QuestionnaireState.RETIRED)
    _move(session, questionnaire, "questionnaire.restore", by=by, now=now)


def _require(
    session: Session, questionnaire: Questionnaire, state: QuestionnaireState
) -> None:
    is_newest = newest(session, questionnaire.code) is questionnaire
    if not is_newest or questionnaire.state is not state:
        raise WrongStateError


def _open_choices(session: Session, code: str) -> list[RoundQuestionnaire]:
    """The choices of this questionnaire that are not frozen yet."""
    wanted = (
        select(RoundQuestionnaire)
        .join(RoundQuestionnaire.questionnaire)
        .where(Questionnaire.code == code, RoundQuestionnaire.frozen_on.is_(None))
    )
    return list(session.scalars(wanted))


def _move(
    session: Session,
    questionnaire: Questionnaire,
    action: str,
    *,
    by: str,
    now: datetime,
) -> None:
    """The only place where the state of a version that people made is changed."""
    questionnaire.state = NEXT[questionnaire.state]
    session.flush()
    record(session, questionnaire, action, by=by, now=now)
