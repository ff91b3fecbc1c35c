"""The frozen questionnaire: once, for good, and provably the same."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError, NotFoundError
from portal.questionnaires.definition import DefinitionError, parse, revision
from portal.questionnaires.frozen import (
    RoundQuestionnaire,
    freeze,
    frozen_on,
    questionnaire_of,
)
from portal.questionnaires.shipped import compose
from portal.questionnaires.versions import Questionnaire
from portal.questionnaires.walk import specialise
from tests.makers import in_memory, make_round

TODAY = date(2026, 3, 2)
LATER = date(2026, 3, 9)


@pytest.fixture
def session() -> Iterator[Session]:
    with in_memory("round", "questionnaire", "round_questionnaire") as session:
        yield session


@pytest.fixture
def round_id(session: Session) -> int:
    return make_round(session).id


def other() -> dict[str, Any]:
    shorter = compose()["sections"][:2]
    return {**compose(), "title": "另一份问卷", "sections": shorter}


def test_a_frozen_questionnaire_reads_back_equal(
    session: Session, round_id: int
) -> None:
    freeze(session, round_id, compose(), today=TODAY)
    session.expire_all()
    found = questionnaire_of(session, round_id)
    assert found.definition == parse(compose())
    assert frozen_on(session, round_id) == TODAY


def test_the_revision_can_be_computed_again_by_anybody(
    session: Session, round_id: int
) -> None:
    frozen = freeze(session, round_id, compose(), today=TODAY)
    session.expire_all()
    assert frozen.revision == revision(compose()) == revision(frozen.content)


def test_a_round_is_frozen_once(session: Session, round_id: int) -> None:
    freeze(session, round_id, compose(), today=TODAY)
    with pytest.raises(ConflictError) as refusal:
        freeze(session, round_id, other(), today=LATER)
    assert refusal.value.sentence == (
        "这一轮的问卷已经定稿，不能再换。要改的话，请在下一轮用新的问卷。"
    )
    assert questionnaire_of(session, round_id).definition.title == "说说您身边的事"


def test_two_rounds_may_have_the_same_revision(session: Session, round_id: int) -> None:
    first = freeze(session, round_id, compose(), today=TODAY)
    second = freeze(session, make_round(session).id, compose(), today=LATER)
    assert first is second
    assert (second.version, second.published_on) == (1, TODAY)


def test_a_round_goes_to_no_other_questionnaire_once_it_is_frozen(
    session: Session, round_id: int
) -> None:
    freeze(session, round_id, compose(), today=TODAY)
    later = freeze(session, make_round(session).id, other(), today=LATER)
    session.expire_all()
    row = session.get_one(RoundQuestionnaire, round_id)
    row.questionnaire_id = later.id
    with pytest.raises(ConflictError):
        session.flush()


@pytest.mark.parametrize("day", [None, LATER])
def test_a_round_is_not_thawed(
    session: Session, round_id: int, day: date | None
) -> None:
    freeze(session, round_id, compose(), today=TODAY)
    session.expire_all()
    session.get_one(RoundQuestionnaire, round_id).frozen_on = day
    with pytest.raises(ConflictError):
        session.flush()


def test_that_a_round_asks_something_is_not_deleted(
    session: Session, round_id: int
) -> None:
    freeze(session, round_id, compose(), today=TODAY)
    session.expire_all()
    session.delete(session.get_one(RoundQuestionnaire, round_id))
    with pytest.raises(ConflictError):
        session.flush()


def test_a_broken_document_is_not_frozen(session: Session, round_id: int) -> None:
    with pytest.raises(DefinitionError):
        freeze(session, round_id, {"format": "qdef/1"}, today=TODAY)
    with pytest.raises(NotFoundError):
        questionnaire_of(session, round_id)


def test_a_frozen_document_cannot_be_changed(session: Session, round_id: int) -> None:
    frozen = freeze(session, round_id, compose(), today=TODAY)
    frozen.document = "{}"
    with pytest.raises(ConflictError):
        session.flush()


def test_a_frozen_document_cannot_be_deleted(session: Session, round_id: int) -> None:
    session.delete(freeze(session, round_id, compose(), today=TODAY))
    with pytest.raises(ConflictError):
        session.flush()


def test_a_change_behind_the_guards_back_is_noticed(
    session: Session, round_id: int
) -> None:
    """The leaking twin of the guard: a statement that goes round it."""
    frozen = freeze(session, round_id, compose(), today=TODAY)
    assert frozen.definition.title == "说说您身边的事"
    changed = frozen.document.replace("不满意", "很满意")
    session.execute(update(Questionnaire).values(document=changed))
    session.expire_all()
    with pytest.raises(ConflictError) as refusal:
        _ = questionnaire_of(session, round_id).definition
    assert refusal.value.sentence == (
        "这份问卷的内容和定稿时不一样了，请立即告诉系统管理员核查。"
    )


def test_a_community_gets_its_own_definition(session: Session, round_id: int) -> None:
    frozen = freeze(session, round_id, compose(), today=TODAY)
    facts = {"community_kind": "rural", "community_trait": "", "channel_kind": "lift"}
    found = frozen.definition_for(facts)
    assert found == specialise(parse(compose()), facts)
    assert "rural_land" in found.items
    assert frozen.definition_for({**facts, "channel_kind": "paper"}) is found
