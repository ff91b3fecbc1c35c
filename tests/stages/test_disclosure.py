"""公示: what may be told, what stays hidden, and that nothing vanishes."""

import pytest
from sqlalchemy.orm import Session

from portal import disclosure
from portal.disclosure import (
    Disclosure,
    IncompleteError,
    LeadError,
    NotTellableError,
    WithdrawnError,
)
from portal.kernel.errors import InvalidError
from portal.review.findings import Finding
from portal.rounds import Phase, get_round
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast, in_phase
from tests.stages.review_scenes import Scene, draft

WORDS = ("消防栓被占用", "物业清理，每周巡查", "三月二日已清理")


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


def publish(
    scene: Scene, finding: Finding, words: tuple[str, ...] = WORDS
) -> Disclosure:
    return disclosure.publish(
        scene.session,
        finding,
        words=words,
        by=scene.cast.office.staff(scene.session),
        now=MORNING,
        today=TODAY,
    )


def withdraw(scene: Scene, entry: Disclosure, reason: str) -> None:
    disclosure.withdraw(
        scene.session,
        entry,
        reason=reason,
        by=scene.cast.office.staff(scene.session),
        now=MORNING,
        today=TODAY,
    )


def test_an_entry_is_told_under_its_community(scene: Scene) -> None:
    entry = publish(scene, scene.approved())
    assert (entry.problem, entry.measures, entry.result) == WORDS
    assert entry.place.name == "云溪社区"
    assert disclosure.entries(scene.session, scene.cast.round_id) == [entry]


def test_the_public_reads_it_from_the_phase_of_disclosing_on(scene: Scene) -> None:
    entry = publish(scene, scene.approved())
    scene.session.commit()
    round_ = get_round(scene.session, scene.cast.round_id)
    assert disclosure.published(scene.session, round_) == []
    in_phase(scene.house, scene.cast.round_id, Phase.DISCLOSING)
    scene.session.commit()
    scene.session.refresh(round_)
    assert disclosure.published(scene.session, round_) == [entry]
    elsewhere = scene.place_id("999001001201")
    assert disclosure.published(scene.session, round_, place_id=elsewhere) == []


def test_a_draft_is_not_told(scene: Scene) -> None:
    finding = scene.finding()
    with pytest.raises(NotTellableError):
        publish(scene, finding)
    assert disclosure.tellable(scene.session, scene.cast.round_id) == []


def test_a_lead_is_never_told(scene: Scene) -> None:
    lead = scene.approved(draft=draft(is_lead=True))
    with pytest.raises(LeadError):
        publish(scene, lead)
    assert disclosure.tellable(scene.session, scene.cast.round_id) == []


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_problem_measures_and_result_must_all_be_said(
    scene: Scene, missing: int
) -> None:
    words = tuple(" " if i == missing else word for i, word in enumerate(WORDS))
    with pytest.raises(IncompleteError):
        publish(scene, scene.approved(), words)


def test_what_is_told_waits_no_more_until_it_is_withdrawn(scene: Scene) -> None:
    finding = scene.approved()
    assert disclosure.tellable(scene.session, scene.cast.round_id) == [finding]
    entry = publish(scene, finding)
    assert disclosure.tellable(scene.session, scene.cast.round_id) == []
    withdraw(scene, entry, "日期写错")
    assert disclosure.tellable(scene.session, scene.cast.round_id) == [finding]


def test_a_withdrawn_entry_stays_with_its_reason(scene: Scene) -> None:
    entry = publish(scene, scene.approved())
    with pytest.raises(InvalidError):
        withdraw(scene, entry, " ")
    withdraw(scene, entry, "日期写错")
    assert disclosure.entries(scene.session, scene.cast.round_id) == [entry]
    assert (entry.is_withdrawn, entry.withdrawn_reason) == (True, "日期写错")


def test_the_reason_of_a_withdrawal_is_not_changed_afterwards(scene: Scene) -> None:
    entry = publish(scene, scene.approved())
    withdraw(scene, entry, "日期写错")
    with pytest.raises(WithdrawnError):
        withdraw(scene, entry, "没有原因")
    assert entry.withdrawn_reason == "日期写错"
