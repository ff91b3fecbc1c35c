"""Questionnaires of the office's own: drafts change nothing, versions stand."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.audit import AuditEntry
from portal.kernel.errors import ConflictError, NotFoundError
from portal.kernel.versions import (
    DraftThereError,
    StandsError,
    UnchangedError,
    VersionState,
    WrongStateError,
    discard,
    restore,
)
from portal.questionnaires import drafting, frozen, publishing, shipped
from portal.questionnaires.definition import DefinitionError, revision
from portal.questionnaires.drafting import ShippedError
from portal.questionnaires.editing import EditError
from portal.questionnaires.frozen import NotInUseError, NotTypoError, TooLateError
from portal.questionnaires.publishing import (
    ChosenError,
    MeaningError,
    SameError,
)
from portal.questionnaires.versions import (
    Questionnaire,
    draft_of,
    get_questionnaire,
    newest,
    versions,
)
from portal.rounds import Phase, Round
from portal.rounds.round import PlanFrozenError
from tests.makers import MORNING, TODAY, in_memory, make_round

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
                {"id": "wish", "type": "longtext", "title": "还盼什么？"},
            ],
        }
    ],
}
NEXT: dict[str, Any] = {**FIRST, "title": "村里的大事小事"}


@pytest.fixture
def session() -> Iterator[Session]:
    with in_memory(*TABLES) as session:
        yield session


@pytest.fixture
def round_(session: Session) -> Round:
    return make_round(session, code="2026-1")


def published(session: Session, document: Any = FIRST) -> Questionnaire:
    made = drafting.keep_draft(session, document, code="village", **DEED)
    publishing.publish(session, made, same=(), today=TODAY, **DEED)
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
        VersionState.DRAFT,
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
    with pytest.raises(EditError):
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
    discard(session, drafting.revise(session, stands, **DEED), **DEED)
    assert draft_of(session, "village") is None
    with pytest.raises(StandsError):
        discard(session, stands, **DEED)
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
        publishing.publish(session, first, same=(), today=TODAY, **DEED)


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
    stands.state, stands.document = VersionState.DRAFT, "{}"
    with pytest.raises(StandsError):
        session.flush()


def test_a_version_is_not_deleted(session: Session) -> None:
    session.delete(published(session))
    with pytest.raises(StandsError):
        session.flush()


def test_what_is_unchanged_is_not_published(session: Session) -> None:
    draft = drafting.revise(session, published(session), **DEED)
    with pytest.raises(UnchangedError):
        publishing.publish(session, draft, same=(), today=TODAY, **DEED)


def test_a_version_is_taken_out_of_use_and_in_again(session: Session) -> None:
    first, second = published(session), published(session, NEXT)
    publishing.retire(session, second, **DEED)
    assert [one.is_in_use for one in (first, second)] == [True, False]
    with pytest.raises(WrongStateError):
        publishing.retire(session, second, **DEED)
    restore(session, second, **DEED)
    assert [one.is_in_use for one in (first, second)] == [True, True]
    with pytest.raises(WrongStateError):
        publishing.retire(session, first, **DEED)


# The same question, or another


LAMPS: dict[str, Any] = FIRST["sections"][0]["items"][0]


def with_lamps(**changes: Any) -> dict[str, Any]:
    items = [{**LAMPS, **changes}, FIRST["sections"][0]["items"][1]]
    return {**FIRST, "sections": [{"id": "all", "items": items}]}


def test_a_reworded_question_is_published_when_it_is_said_to_be_the_same(
    session: Session,
) -> None:
    published(session)
    draft = drafting.keep_draft(
        session, with_lamps(title="路灯亮吗？"), code="village", **DEED
    )
    with pytest.raises(SameError):
        publishing.publish(session, draft, same=["wish"], today=TODAY, **DEED)
    publishing.publish(session, draft, same=["lamps"], today=TODAY, **DEED)
    assert newest(session, "village") is draft


def test_help_and_order_are_published_without_a_word(session: Session) -> None:
    published(session)
    published(session, with_lamps(help="看看晚上。", required=True))


def test_another_question_under_the_same_id_is_refused_with_its_reason(
    session: Session,
) -> None:
    published(session)
    draft = drafting.keep_draft(
        session, with_lamps(options=LAMPS["options"] + [OFTEN]), code="village", **DEED
    )
    with pytest.raises(MeaningError) as refusal:
        publishing.publish(session, draft, same=["lamps"], today=TODAY, **DEED)
    assert refusal.value.sentence == (
        "有 1 道题编号没换，问的却不一样了：「路灯亮不亮？」新增选项「时亮时不亮」。"
        "以前的回答会对不上。请按「当作新题」给它们新的编号，或者改回原样，再发布。"
    )
    drafting.renew(session, draft, ["lamps"], **DEED)
    publishing.publish(session, draft, same=(), today=TODAY, **DEED)
    assert "lamps" not in draft.definition.items


OFTEN = {"id": "often", "label": "时亮时不亮", "score": 50}


def test_an_id_means_the_same_after_it_was_gone_for_a_version(
    session: Session,
) -> None:
    published(session)
    published(session, {**FIRST, "sections": [{"id": "all", "items": [WISH]}]})
    draft = drafting.keep_draft(
        session, with_lamps(type="multi"), code="village", **DEED
    )
    with pytest.raises(MeaningError):
        publishing.publish(session, draft, same=(), today=TODAY, **DEED)


WISH = FIRST["sections"][0]["items"][1]


def test_an_id_means_the_same_in_every_questionnaire(session: Session) -> None:
    """Results are compared over rounds by these ids, whatever questionnaire it was."""
    published(session)
    other = drafting.begin(session, with_lamps(type="multi"), **DEED)
    with pytest.raises(MeaningError):
        publishing.publish(session, other, same=(), today=TODAY, **DEED)
    sample = shipped.compose()
    sample["sections"][0]["items"][0] |= {"type": "date"}
    for key in ("options", "scale", "points"):
        sample["sections"][0]["items"][0].pop(key, None)
    drawn = drafting.begin(session, _without_rules(sample), **DEED)
    with pytest.raises(MeaningError):
        publishing.publish(session, drawn, same=(), today=TODAY, **DEED)


def _without_rules(document: dict[str, Any]) -> dict[str, Any]:
    for section in document["sections"]:
        for one in (section, *section["items"]):
            one.pop("visible", None)
    return document


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
    publishing.publish(session, draft, same=(), today=TODAY, **DEED)
    publishing.retire(session, draft, **DEED)
    with pytest.raises(NotInUseError):
        frozen.choose(session, round_, draft, **DEED)


def test_a_choice_goes_over_to_the_next_version_and_a_frozen_round_does_not(
    session: Session, round_: Round
) -> None:
    first = published(session)
    frozen.choose(session, round_, first, **DEED)
    frozen.freeze(session, round_.id, FIRST, today=TODAY)
    later = make_round(session, code="2026-2")
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


# Words mended while a round is under way


def running(session: Session, round_: Round) -> Questionnaire:
    """The version a round under way asks."""
    made = frozen.freeze(session, round_.id, published(session).content, today=TODAY)
    round_.phase = Phase.COLLECTING
    return made


def test_words_are_mended_in_a_round_under_way(session: Session, round_: Round) -> None:
    first = running(session, round_)
    draft = drafting.keep_draft(
        session, with_lamps(title="路灯亮吗？"), code="village", **DEED
    )
    publishing.publish(session, draft, same=["lamps"], today=TODAY, **DEED)
    assert frozen.questionnaire_of(session, round_.id) is first
    frozen.correct(session, round_, draft, **DEED)
    assert frozen.questionnaire_of(session, round_.id) is draft
    assert frozen.frozen_on(session, round_.id) == TODAY
    before = frozen.definition_of(session, first.revision, facts={})
    assert before.items["lamps"].title == "路灯亮不亮？"
    assert deeds(session)[-1] == (
        "questionnaire.correct",
        "2026-1",
        "village v1 → v2",
    )


@pytest.mark.parametrize(
    "document",
    [
        with_lamps(required=True),
        with_lamps(options=LAMPS["options"][::-1]),
        {**FIRST, "sections": [{"id": "all", "items": [WISH, LAMPS]}]},
        {**FIRST, "sections": [{"id": "all", "items": [WISH]}]},
    ],
)
def test_anything_but_words_is_left_to_the_next_round(
    session: Session, round_: Round, document: dict[str, Any]
) -> None:
    running(session, round_)
    later = published(session, document)
    with pytest.raises(NotTypoError):
        frozen.correct(session, round_, later, **DEED)
    row = session.get_one(frozen.RoundQuestionnaire, round_.id)
    row.questionnaire = later
    with pytest.raises(ConflictError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("phase", [Phase.REVIEWING, Phase.ARCHIVED])
def test_words_are_mended_only_while_somebody_answers(
    session: Session, round_: Round, phase: Phase
) -> None:
    running(session, round_)
    later = published(session, with_lamps(help="看晚上。"))
    round_.phase = phase
    with pytest.raises(TooLateError):
        frozen.correct(session, round_, later, **DEED)


def test_no_draft_gets_into_a_round_under_way(session: Session, round_: Round) -> None:
    running(session, round_)
    draft = drafting.keep_draft(
        session, with_lamps(help="看晚上。"), code="village", **DEED
    )
    with pytest.raises(NotInUseError):
        frozen.correct(session, round_, draft, **DEED)


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
    later = frozen.freeze(session, make_round(session).id, other, today=TODAY)
    assert [one.version for one in versions(session)["survey"]] == [2, 1]
    assert frozen.questionnaire_of(session, round_.id) is not later


def test_every_deed_is_in_the_audit_log(session: Session, round_: Round) -> None:
    stands = published(session)
    discard(session, drafting.revise(session, stands, **DEED), **DEED)
    draft = drafting.revise(session, stands, **DEED)
    drafting.amend(session, draft, NEXT, **DEED)
    publishing.retire(session, stands, **DEED)
    restore(session, stands, **DEED)
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
