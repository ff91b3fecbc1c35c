"""Publishing a draft of a questionnaire, and taking a version out of use.

In: a draft. Out: a version that rounds can choose; it stands.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError, InvalidError
from portal.kernel.versions import (
    UnchangedError,
    VersionState,
    before,
    move,
    require_draft,
    require_newest,
)
from portal.questionnaires import shipped
from portal.questionnaires.altered import ItemChange
from portal.questionnaires.changes import Difference, change_of, differences
from portal.questionnaires.definition import parse
from portal.questionnaires.frozen import RoundQuestionnaire
from portal.questionnaires.shape import Item
from portal.questionnaires.versions import Questionnaire, newest


class MeaningError(InvalidError):
    """Questions that ask something else under the id they had."""

    def __init__(self, turned: Sequence[ItemChange]) -> None:
        told = "；".join(f"「{c.item.title}」{'、'.join(c.meaning)}" for c in turned)
        super().__init__(
            f"有 {len(turned)} 道题编号没换，问的却不一样了：{told}。"
            "以前的回答会对不上。请按「当作新题」给它们新的编号，或者改回原样，再发布。"
        )


class SameError(InvalidError):
    """Questions in other words that nobody has said to be the same."""

    sentence = (
        "有的题改了说法，还没有确认问的仍是同一件事。是同一道题的请逐条勾上；"
        "不是的，请按「当作新题」。"
    )


class ChosenError(ConflictError):
    """A round that is being prepared has chosen what is to be taken out of use."""

    sentence = "还没公告的轮次选了这份问卷。请先给那一轮换一份，再停用。"


def changes_of(session: Session, questionnaire: Questionnaire) -> Difference:
    """What a version changed against the one published before it."""
    was = before(session, questionnaire)
    return differences(was.definition if was else None, questionnaire.definition)


def known_items(session: Session, code: str) -> dict[str, Item]:
    """What ids of questions last stood for, in this questionnaire or else in any."""
    found = dict(parse(shipped.compose()).items)
    published = select(Questionnaire).where(Questionnaire.state != VersionState.DRAFT)
    order = (Questionnaire.code == code, Questionnaire.id)
    for version in session.scalars(published.order_by(*order)):
        found |= version.definition.items
    return found


def judged(session: Session, draft: Questionnaire) -> list[ItemChange]:
    """Questions of a draft that are not, to the word, what their id last stood for."""
    known = known_items(session, draft.code)
    here = draft.definition.items
    both = (change_of(known[i], item) for i, item in here.items() if i in known)
    return [one for one in both if one.meaning or one.said]


def publish(
    session: Session,
    draft: Questionnaire,
    *,
    same: Collection[str],
    by: str,
    now: datetime,
    today: date,
) -> None:
    """Make a draft the version in use; rounds not announced yet go over to it.

    `same` are the ids of reworded questions that are said to ask the same. Raises
    StandsError, UnchangedError, MeaningError, SameError.
    """
    require_draft(draft)
    last = newest(session, draft.code)
    if last is not None and last.revision == draft.revision:
        raise UnchangedError
    found = judged(session, draft)
    turned = [one for one in found if one.meaning]
    if turned:
        raise MeaningError(turned)
    if not {one.item.id for one in found if one.item.is_question} <= set(same):
        raise SameError
    draft.published_on = today
    move(session, draft, "publish", by=by, now=now)
    for choice in _open_choices(session, draft.code):
        choice.questionnaire = draft
    session.flush()


def retire(
    session: Session, questionnaire: Questionnaire, *, by: str, now: datetime
) -> None:
    """停用: coming rounds cannot choose it; rounds that ask it still do.

    Raises WrongStateError, ChosenError.
    """
    require_newest(session, questionnaire, VersionState.PUBLISHED)
    if _open_choices(session, questionnaire.code):
        raise ChosenError
    move(session, questionnaire, "retire", by=by, now=now)


def _open_choices(session: Session, code: str) -> list[RoundQuestionnaire]:
    """The choices of this questionnaire that are not frozen yet."""
    wanted = (
        select(RoundQuestionnaire)
        .join(RoundQuestionnaire.questionnaire)
        .where(Questionnaire.code == code, RoundQuestionnaire.frozen_on.is_(None))
    )
    return list(session.scalars(wanted))
