"""Handing over: routes, receivers, deadlines, leads; never a resident's words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal import handover, rectification
from portal.handover import (
    DueDateError,
    Handover,
    LeadRouteError,
    NotReceiverError,
    Route,
    Terms,
)
from portal.kernel.errors import ForbiddenError, NotFoundError
from portal.people import Staff
from portal.rectification import Filing
from portal.review import findings
from portal.review.findings import Finding, FindingState, WrongFindingMoveError
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast
from tests.stages.review_scenes import CANARY, OWN_WORDS, Scene, draft

LATER = TODAY + timedelta(days=10)


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


def hand_over(
    scene: Scene, finding: Finding, *, by: str = "office", **given: object
) -> Handover:
    values: dict[str, object] = {
        "route": Route.PROPOSAL,
        "receiver": scene.cast.unit.staff(scene.session),
        "due_on": LATER,
    }
    return handover.hand_over(
        scene.session,
        finding,
        terms=Terms(**{**values, **given}),  # type: ignore[arg-type]
        by=getattr(scene.cast, by).staff(scene.session),
        now=MORNING,
        today=TODAY,
    )


def test_an_approved_finding_reaches_its_receiver(scene: Scene) -> None:
    row = hand_over(scene, scene.approved())
    unit = scene.cast.unit.staff_id
    assert row.finding.state is FindingState.HANDED_OVER
    assert handover.received_by(scene.session, unit) == [row]
    assert handover.assignment(scene.session, row.id, staff_id=unit) is row


def test_a_draft_is_not_handed_over(scene: Scene) -> None:
    with pytest.raises(WrongFindingMoveError):
        hand_over(scene, scene.finding())


@pytest.mark.parametrize("days", [0, -1])
def test_the_deadline_lies_ahead(scene: Scene, days: int) -> None:
    with pytest.raises(DueDateError):
        hand_over(scene, scene.approved(), due_on=TODAY + timedelta(days=days))


@pytest.mark.parametrize("name", ["office", "member", "discipline", "chief"])
def test_only_a_unit_receives_what_is_no_lead(scene: Scene, name: str) -> None:
    receiver = getattr(scene.cast, name).staff(scene.session)
    with pytest.raises(NotReceiverError):
        hand_over(scene, scene.approved(), receiver=receiver)


def test_somebody_elses_assignment_is_not_found(scene: Scene) -> None:
    row = hand_over(scene, scene.approved())
    with pytest.raises(NotFoundError):
        handover.assignment(
            scene.session, row.id, staff_id=scene.cast.discipline.staff_id
        )


def test_only_the_receiver_signs_and_once(scene: Scene) -> None:
    row = hand_over(scene, scene.approved())
    office = scene.cast.office.staff(scene.session)
    unit = scene.cast.unit.staff(scene.session)
    with pytest.raises(NotReceiverError):
        handover.sign_for(scene.session, row, by=office, now=MORNING, today=TODAY)
    handover.sign_for(scene.session, row, by=unit, now=MORNING, today=TODAY)
    assert (row.signed_on, row.finding.state) == (TODAY, FindingState.SIGNED)
    with pytest.raises(WrongFindingMoveError):
        handover.sign_for(scene.session, row, by=unit, now=MORNING, today=TODAY)


def test_a_lead_goes_to_discipline_inspection_by_the_chief_only(scene: Scene) -> None:
    finding = scene.approved(draft=draft(is_lead=True))
    to = scene.cast.discipline.staff(scene.session)
    with pytest.raises(ForbiddenError):
        hand_over(scene, finding, route=Route.LEAD, receiver=to)
    with pytest.raises(NotReceiverError):
        hand_over(
            scene,
            finding,
            by="chief",
            route=Route.LEAD,
            receiver=scene.cast.unit.staff(scene.session),
        )
    row = hand_over(scene, finding, by="chief", route=Route.LEAD, receiver=to)
    assert handover.leads(scene.session, scene.cast.round_id) == [row]
    assert handover.handovers(scene.session, scene.cast.round_id) == []


@pytest.mark.parametrize("route", [Route.IMMEDIATE, Route.PROPOSAL, Route.BULLETIN])
def test_a_lead_takes_no_other_route(scene: Scene, route: Route) -> None:
    finding = scene.approved(draft=draft(is_lead=True))
    with pytest.raises(LeadRouteError):
        hand_over(scene, finding, by="chief", route=route)


def test_a_finding_handed_over_as_a_lead_is_hidden_from_then_on(scene: Scene) -> None:
    finding = scene.approved()
    office = scene.cast.office.staff(scene.session)
    seen = findings.findings_for(scene.session, scene.cast.round_id, staff=office)
    assert seen == [finding]
    scene.handed_over(finding, route=Route.LEAD)
    assert findings.findings_for(scene.session, scene.cast.round_id, staff=office) == []


def test_overdue_means_past_the_deadline_and_not_fixed(scene: Scene) -> None:
    row = hand_over(scene, scene.approved())
    assert row.is_overdue(LATER) is False
    assert row.is_overdue(LATER + timedelta(days=1)) is True
    row.finding.state = FindingState.FIXED
    assert row.is_overdue(LATER + timedelta(days=1)) is False


def test_a_lead_is_overdue_until_it_is_signed_for(scene: Scene) -> None:
    row = scene.handed_over(route=Route.LEAD)
    late = row.due_on + timedelta(days=1)
    assert row.is_overdue(late) is True
    row.signed_on = TODAY
    assert row.is_overdue(late) is False


def everything_a_unit_can_reach(row: Handover) -> str:
    """All texts in the handover, its finding, and what hangs on both but people."""
    things = (row, row.finding, row.finding.place)
    return " ".join(str(value) for thing in things for value in vars(thing).values())


def carries(words: str, text: str) -> bool:
    """Whether any six characters in a row of `words` stand in `text`."""
    return any(words[i : i + 6] in text for i in range(len(words) - 5))


def test_what_is_handed_over_carries_nothing_of_the_letter(scene: Scene) -> None:
    row = scene.signed()
    unit = scene.cast.unit.staff(scene.session)
    rectification.file_step(
        scene.session,
        row,
        filing=Filing(text="三日内清理。"),
        by=unit,
        now=MORNING,
        today=TODAY,
    )
    assert not carries(CANARY, everything_a_unit_can_reach(row))


def test_the_leaking_twin_of_a_handover_is_caught(scene: Scene) -> None:
    """A finding written past `establish` does carry the letter, and the check sees it."""

    def leaky(write: Callable[..., Finding], by: Staff) -> Finding:
        finding = Finding(
            round_id=scene.cast.round_id,
            place_id=scene.place_id("999001001001"),
            found_on=TODAY,
            **{**vars(OWN_WORDS), "statement": CANARY},
        )
        return write(scene.session, finding, by=by, now=MORNING)

    finding = leaky(findings.write, scene.cast.member.staff(scene.session))
    mate = scene.cast.mate.staff(scene.session)
    findings.approve(scene.session, finding, by=mate, now=MORNING)
    row = hand_over(scene, finding)
    assert row.finding.statement == CANARY
    assert carries(CANARY, everything_a_unit_can_reach(row))
