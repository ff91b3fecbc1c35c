"""Questionnaires of the office's own: drafts change nothing, versions stand."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.audit import AuditEntry
from portal.kernel.database import Base, engine_for
from portal.kernel.errors import ConflictError, NotFoundError
from portal.questionnaires import drafting, frozen, publishing, shipped
from portal.questionnaires.definition import DefinitionError, revision
from portal.questionnaires.drafting import DraftThereError, ShippedError
from portal.questionnaires.frozen import NotInUseError
from portal.questionnaires.publishing import (
    ChosenError,
    UnchangedError,
    WrongStateError,
)
from portal.questionnaires.versions import (
    Questionnaire,
    QuestionnaireState,
    StandsError,
    draft_of,
    get_questionnaire,
    newest,
    versions,
)
from portal.rounds import Mode, Phase, Round
from portal.rounds.round import PlanFrozenError
from tests.makers import MORNING, TODAY

TABLES = ("round", "questionnaire", "round_questionnaire", "audit_entry")
DEED: Any = {"by": "office", "now": MORNING}
FIRST: dict[str, Any] = {
    "format": "qdef/1",
    "id": "village",
    "title": "村里的事",
    "sections": [
        {
            "id": "all",
            "items": [
                {
                    "id": "lamps",
                    "type": "single",
                    "title": "路灯亮不亮？",
                    "options": [
                        {"id": "yes", "label": "亮", "score": 100},
                        {"id": "no", "label": "不亮", "score": 0},
                    ],
                },
                {"id": "more", "type": "longtext", "title": "还想说什么？"},
            ],
        }
    ],
}
NEXT: dict[str, Any] = {**FIRST, "title": "村里的大事小事"}


@pytest.fixture
def session() -> Iterator[Session]:
    engine = engine_for("sqlite://")
    tables = [Base.metadata.tables[name] for name in TABLES]
    Base.metadata.create_all(engine, tables=tables)
    with Session(engine) as session:
        yield session
    engine.dispose()


def add_round(session: Session, code: str = "2026-1") -> Round:
    found = Round(
        code=code,
        name="示例轮次",
        mode=Mode.DIRECT,
        phase=Phase.PREPARING,
        inspector="示例巡察组",
        opens_on=TODAY,
        closes_on=date(2026, 4, 2),
    )
    session.add(found)
    session.flush()
    return found


@pytest.fixture
def round_(session: Session) -> Round:
    return add_round(session)


def published(session: Session, document: Any = FIRST) -> Questionnaire:
    made = drafting.keep_draft(session, document, code="village", **DEED)
    publishing.publish(session, made, today=TODAY, **DEED)
    return made


def deeds(session: Session) -> list[tuple[str, str, str]]:
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
    return [(row.action, row.subject, row.reason) for row in rows]


# Drafts


def test_a_new_questionnaire_begins_as_a_draft(session: Session) -> None:
    made = drafting.begin(session, FIRST, **DEED)
    assert (made.code, made.version, made.state) == (
        "village",
        1,
        QuestionnaireState.DRAFT,
    )
    assert made.content == FIRST
    assert made.revision == revision(FIRST)
    assert newest(session, "village") is None


def test_an_id_that_is_taken_gives_way_to_a_new_one(session: Session) -> None:
    first = drafting.begin(session, FIRST, **DEED)
    second = drafting.begin(session, FIRST, **DEED)
    assert first.code != second.code
    assert second.content == {**FIRST, "id": second.code}


def test_the_sample_becomes_a_questionnaire_of_ones_own(session: Session) -> None:
    made = drafting.begin(session, shipped.compose(), **DEED)
    assert not made.is_shipped
    assert made.content == {**shipped.compose(), "id": made.code}


def test_a_broken_document_is_no_draft(session: Session) -> None:
    with pytest.raises(DefinitionError):
        drafting.begin(session, {**FIRST, "sections": []}, **DEED)
    assert versions(session) == {}


def test_a_draft_there_is_replaced(session: Session) -> None:
    first = drafting.begin(session, FIRST, **DEED)
    second = drafting.keep_draft(session, NEXT, code="village", **DEED)
    assert first is second
    assert second.content == NEXT


def test_a_draft_is_amended_and_keeps_its_code(session: Session) -> None:
    made = drafting.begin(session, FIRST, **DEED)
    drafting.amend(session, made, {**NEXT, "id": "else"}, **DEED)
    session.expire_all()
    assert made.content == NEXT
    assert made.definition.title == "村里的大事小事"


def test_a_draft_that_would_break_stays_as_it_was(session: Session) -> None:
    made = drafting.begin(session, FIRST, **DEED)
    with pytest.raises(DefinitionError):
        drafting.amend(session, made, {**FIRST, "title": ""}, **DEED)
    assert made.content == FIRST


def test_a_version_is_revised_in_one_draft_beside_it(session: Session) -> None:
    stands = published(session)
    draft = drafting.revise(session, stands, **DEED)
    assert (draft.version, draft.content) == (2, FIRST)
    assert newest(session, "village") is stands
    with pytest.raises(DraftThereError):
        drafting.revise(session, stands, **DEED)


def test_a_draft_is_discarded_and_a_version_is_not(session: Session) -> None:
    stands = published(session)
    drafting.discard(session, drafting.revise(session, stands, **DEED), **DEED)
    assert draft_of(session, "village") is None
    with pytest.raises(StandsError):
        drafting.discard(session, stands, **DEED)
    with pytest.raises(NotFoundError):
        get_questionnaire(session, stands.id + 1)


# Versions


def test_versions_are_numbered_and_stand(session: Session) -> None:
    first, second = published(session), published(session, NEXT)
    assert versions(session) == {"village": [second, first]}
    assert [first.version, second.version] == [1, 2]
    assert [first.content, second.content] == [FIRST, NEXT]
    with pytest.raises(StandsError):
        drafting.amend(session, first, NEXT, **DEED)
    with pytest.raises(StandsError):
        publishing.publish(session, first, today=TODAY, **DEED)


@pytest.mark.parametrize(
    ("name", "value"),
    [("document", "{}"), ("revision", "0" * 64), ("code", "else"), ("version", 7)],
)
def test_nothing_of_a_version_is_changed_behind_the_verbs(
    session: Session, name: str, value: object
) -> None:
    stands = published(session)
    session.expire_all()
    setattr(stands, name, value)
    with pytest.raises(StandsError):
        session.flush()


def test_a_version_does_not_turn_into_a_draft_to_be_changed(session: Session) -> None:
    stands = published(session)
    session.expire_all()
    stands.state, stands.document = QuestionnaireState.DRAFT, "{}"
    with pytest.raises(StandsError):
        session.flush()


def test_a_version_is_not_deleted(session: Session) -> None:
    session.delete(published(session))
    with pytest.raises(StandsError):
        session.flush()


def test_what_is_unchanged_is_not_published(session: Session) -> None:
    draft = drafting.revise(session, published(session), **DEED)
    with pytest.raises(UnchangedError):
        publishing.publish(session, draft, today=TODAY, **DEED)


def test_a_version_is_taken_out_of_use_and_in_again(session: Session) -> None:
    first, second = published(session), published(session, NEXT)
    publishing.retire(session, second, **DEED)
    assert [one.is_in_use for one in (first, second)] == [True, False]
    with pytest.raises(WrongStateError):
        publishing.retire(session, second, **DEED)
    publishing.restore(session, second, **DEED)
    assert [one.is_in_use for one in (first, second)] == [True, True]
    with pytest.raises(WrongStateError):
        publishing.retire(session, first, **DEED)


# What a round asks


def test_a_round_asks_the_shipped_one_where_nothing_was_chosen(
    session: Session, round_: Round
) -> None:
    assert frozen.asked_in(session, round_.id) == shipped.compose()
    made = frozen.freeze(
        session, round_.id, frozen.asked_in(session, round_.id), today=TODAY
    )
    assert made.is_shipped
    assert frozen.questionnaire_of(session, round_.id) is made


def test_a_round_is_frozen_with_what_was_chosen(
    session: Session, round_: Round
) -> None:
    stands = published(session)
    frozen.choose(session, round_, stands, **DEED)
    assert frozen.asked_in(session, round_.id) == FIRST
    with pytest.raises(NotFoundError):
        frozen.questionnaire_of(session, round_.id)
    frozen.freeze(session, round_.id, FIRST, today=TODAY)
    assert frozen.questionnaire_of(session, round_.id) is stands
    assert frozen.rounds_with(session) == {stands.id: [round_.id]}


def test_the_choice_can_be_taken_back_until_the_announcement(
    session: Session, round_: Round
) -> None:
    frozen.choose(session, round_, published(session), **DEED)
    frozen.choose(session, round_, None, **DEED)
    assert frozen.chosen_for(session, round_.id) is None
    round_.phase = Phase.ANNOUNCED
    with pytest.raises(PlanFrozenError):
        frozen.choose(session, round_, None, **DEED)


def test_drafts_and_retired_versions_cannot_be_chosen(
    session: Session, round_: Round
) -> None:
    draft = drafting.begin(session, FIRST, **DEED)
    with pytest.raises(NotInUseError):
        frozen.choose(session, round_, draft, **DEED)
    publishing.publish(session, draft, today=TODAY, **DEED)
    publishing.retire(session, draft, **DEED)
    with pytest.raises(NotInUseError):
        frozen.choose(session, round_, draft, **DEED)


def test_a_choice_goes_over_to_the_next_version_and_a_frozen_round_does_not(
    session: Session, round_: Round
) -> None:
    first = published(session)
    frozen.choose(session, round_, first, **DEED)
    frozen.freeze(session, round_.id, FIRST, today=TODAY)
    later = add_round(session, "2026-2")
    frozen.choose(session, later, first, **DEED)
    second = published(session, NEXT)
    assert frozen.chosen_for(session, later.id) is second
    assert frozen.chosen_for(session, round_.id) is first


def test_what_a_round_has_chosen_stays_in_use(session: Session, round_: Round) -> None:
    stands = published(session)
    frozen.choose(session, round_, stands, **DEED)
    with pytest.raises(ChosenError):
        publishing.retire(session, stands, **DEED)
    frozen.freeze(session, round_.id, FIRST, today=TODAY)
    publishing.retire(session, stands, **DEED)
    assert frozen.questionnaire_of(session, round_.id) is stands


def test_every_version_can_be_read_by_its_revision_for_ever(
    session: Session,
) -> None:
    for document in (FIRST, NEXT):
        published(session, document)
    titles = {
        frozen.definition_of(session, revision(document), facts={}).title
        for document in (FIRST, NEXT)
    }
    assert titles == {"村里的事", "村里的大事小事"}


def test_the_shipped_one_is_changed_by_the_program_alone(
    session: Session, round_: Round
) -> None:
    made = frozen.freeze(session, round_.id, shipped.compose(), today=TODAY)
    with pytest.raises(ShippedError):
        drafting.revise(session, made, **DEED)
    other = {**shipped.compose(), "title": "新的一版"}
    later = frozen.freeze(session, add_round(session, "2").id, other, today=TODAY)
    assert [one.version for one in versions(session)["survey"]] == [2, 1]
    assert frozen.questionnaire_of(session, round_.id) is not later


def test_every_deed_is_in_the_audit_log(session: Session, round_: Round) -> None:
    stands = published(session)
    drafting.discard(session, drafting.revise(session, stands, **DEED), **DEED)
    draft = drafting.revise(session, stands, **DEED)
    drafting.amend(session, draft, NEXT, **DEED)
    publishing.retire(session, stands, **DEED)
    publishing.restore(session, stands, **DEED)
    frozen.choose(session, round_, stands, **DEED)
    frozen.choose(session, round_, None, **DEED)
    assert deeds(session) == [
        ("questionnaire.draft", "village v1", ""),
        ("questionnaire.publish", "village v1", ""),
        ("questionnaire.draft", "village v2", ""),
        ("questionnaire.discard", "village v2", ""),
        ("questionnaire.draft", "village v2", ""),
        ("questionnaire.edit", "village v2", ""),
        ("questionnaire.retire", "village v1", ""),
        ("questionnaire.restore", "village v1", ""),
        ("questionnaire.choose", "2026-1", "village v1"),
        ("questionnaire.choose", "2026-1", ""),
    ]


def test_a_frozen_round_takes_no_choice_behind_the_verbs(
    session: Session, round_: Round
) -> None:
    frozen.freeze(session, round_.id, FIRST, today=TODAY)
    with pytest.raises(ConflictError):
        frozen.choose(session, round_, None, **DEED)
