"""整改: order of steps, the office's review, the team's check, four sources."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import handover, rectification
from portal.handover import Handover, NotReceiverError, Route
from portal.kernel.audit import AuditEntry
from portal.rectification import (
    EmptyStepError,
    Filing,
    NoRemarkError,
    Outcome,
    Source,
    Step,
    StepKind,
    StepOrderError,
    Verdict,
)
from portal.review.findings import FindingState, WrongFindingMoveError
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast
from tests.stages.review_scenes import Scene


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


def file(
    scene: Scene,
    row: Handover,
    text: str = "三日内清理。",
    *,
    outcome: Outcome = Outcome.FIXED,
) -> Step:
    return rectification.file_step(
        scene.session,
        row,
        filing=Filing(text=text, outcome=outcome),
        by=scene.cast.unit.staff(scene.session),
        now=MORNING,
        today=TODAY,
    )


def review(
    scene: Scene, step: Step, verdict: Verdict = Verdict.ACCEPTED, remark: str = ""
) -> None:
    rectification.review_step(
        scene.session,
        step,
        verdict=verdict,
        remark=remark,
        by=scene.cast.office.staff(scene.session),
        now=MORNING,
    )


def check(scene: Scene, row: Handover, outcome: Outcome) -> None:
    rectification.check(
        scene.session,
        row.finding,
        outcome=outcome,
        by=scene.cast.member.staff(scene.session),
        now=MORNING,
        today=TODAY,
    )


def reported(scene: Scene, *, outcome: Outcome = Outcome.FIXED) -> Handover:
    row = scene.signed()
    for _ in StepKind:
        review(scene, file(scene, row, outcome=outcome))
    return row


def test_steps_come_in_order_each_after_the_acceptance_of_the_one_before(
    scene: Scene,
) -> None:
    row = scene.signed()
    kinds = []
    for _ in StepKind:
        step = file(scene, row)
        kinds.append(step.kind)
        with pytest.raises(StepOrderError):
            file(scene, row)
        review(scene, step)
    assert kinds == [StepKind.PLAN, StepKind.MEETING, StepKind.REPORT]
    with pytest.raises(StepOrderError):
        file(scene, row)


def test_nothing_is_filed_before_the_receiver_signed(scene: Scene) -> None:
    with pytest.raises(StepOrderError):
        file(scene, scene.handed_over())


def test_only_the_receiver_files(scene: Scene) -> None:
    row = scene.signed()
    with pytest.raises(NotReceiverError):
        rectification.file_step(
            scene.session,
            row,
            filing=Filing(text="x"),
            by=scene.cast.office.staff(scene.session),
            now=MORNING,
            today=TODAY,
        )


def test_a_step_needs_words_and_a_return_needs_a_remark(scene: Scene) -> None:
    row = scene.signed()
    with pytest.raises(EmptyStepError):
        file(scene, row, " \n")
    step = file(scene, row)
    with pytest.raises(NoRemarkError):
        review(scene, step, Verdict.RETURNED, " ")
    assert step.verdict is None


def test_a_returned_step_is_filed_again(scene: Scene) -> None:
    row = scene.signed()
    first = file(scene, row)
    review(scene, first, Verdict.RETURNED, "没写责任人")
    second = file(scene, row)
    assert (second.kind, first.remark) == (StepKind.PLAN, "没写责任人")
    with pytest.raises(StepOrderError):
        review(scene, first)


def test_an_accepted_report_is_the_units_word_and_not_yet_a_fix(scene: Scene) -> None:
    row = reported(scene)
    assert row.finding.state is FindingState.REPORTED
    said = rectification.confirmations(scene.session, row.finding_id)
    assert said == {Source.UNIT: Outcome.FIXED}


def test_a_unit_may_say_that_it_is_only_partly_fixed(scene: Scene) -> None:
    row = reported(scene, outcome=Outcome.PARTLY)
    said = rectification.confirmations(scene.session, row.finding_id)
    assert said == {Source.UNIT: Outcome.PARTLY}


def test_the_team_finds_it_fixed(scene: Scene) -> None:
    row = reported(scene)
    check(scene, row, Outcome.FIXED)
    assert row.finding.state is FindingState.FIXED
    assert (
        rectification.next_kind(row, rectification.steps(scene.session, row.id)) is None
    )


@pytest.mark.parametrize("outcome", [Outcome.PARTLY, Outcome.NOT_FIXED])
def test_what_is_not_fixed_goes_back_and_is_reported_again(
    scene: Scene, outcome: Outcome
) -> None:
    row = reported(scene)
    check(scene, row, outcome)
    states = [row.finding.state]
    again = file(scene, row, "已再次清理。")
    assert again.kind is StepKind.REPORT
    review(scene, again)
    states.append(row.finding.state)
    check(scene, row, Outcome.FIXED)
    states.append(row.finding.state)
    assert states == [FindingState.SIGNED, FindingState.REPORTED, FindingState.FIXED]


def test_the_team_does_not_check_before_the_report(scene: Scene) -> None:
    with pytest.raises(WrongFindingMoveError):
        check(scene, scene.signed(), Outcome.FIXED)


def test_sources_stand_side_by_side_and_show_that_they_disagree(scene: Scene) -> None:
    row = reported(scene)
    check(scene, row, Outcome.NOT_FIXED)
    said = rectification.confirmations(scene.session, row.finding_id)
    assert said == {Source.UNIT: Outcome.FIXED, Source.TEAM: Outcome.NOT_FIXED}
    assert rectification.is_disputed(said)
    assert rectification.confirmations_in(scene.session, scene.cast.round_id) == {
        row.finding_id: said
    }
    assert not rectification.is_disputed({Source.UNIT: Outcome.FIXED})


def test_a_lead_is_signed_for_and_not_rectified(scene: Scene) -> None:
    row = scene.handed_over(route=Route.LEAD)
    discipline = scene.cast.discipline.staff(scene.session)
    handover.sign_for(scene.session, row, by=discipline, now=MORNING, today=TODAY)
    assert rectification.next_kind(row, []) is None


def test_the_newest_accepted_words_are_what_is_told(scene: Scene) -> None:
    row = scene.signed()
    review(scene, file(scene, row, "第一稿"), Verdict.RETURNED, "太空")
    review(scene, file(scene, row, "第二稿"))
    said = rectification.accepted_text(scene.session, row.id, StepKind.PLAN)
    nothing = rectification.accepted_text(scene.session, row.id, StepKind.REPORT)
    assert (said, nothing) == ("第二稿", "")


def test_filing_and_reviewing_are_in_the_log(scene: Scene) -> None:
    row = scene.signed()
    review(scene, file(scene, row), Verdict.RETURNED, "太空")
    found = scene.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action.startswith("rectification"))
        .order_by(AuditEntry.number)
    )
    assert [(e.actor, e.action, e.subject) for e in found] == [
        ("unit", "rectification.plan.filed", str(row.id)),
        ("office", "rectification.plan.returned", str(row.id)),
    ]
