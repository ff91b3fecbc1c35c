"""回访 on the desk: whoever is sent sees the problem, and says what is there now."""

import pytest

from portal.rectification import Outcome, Source, confirmations
from portal.review.findings import FindingState
from tests.stages.review_scenes import CANARY, OWN_WORDS
from tests.stages.spotcheck_scenes import call_fixed, drawn, listed, visit
from tests.stages.test_handover import carries
from tests.web.desk.scenes import Office

INDEX = "/desk/visits"


def test_what_waits_comes_first(office: Office) -> None:
    check = drawn(office.scene, of=3, size=2)
    done, waiting = check.drawn
    visit(office.scene, done)
    page = office.desk("member").opens(INDEX)
    assert "等去看的 1 个在前" in page.words
    assert page.words.index(str(waiting.number)) < page.words.index(str(done.number))
    assert f"{INDEX}/{waiting.finding_id}" in page.links()
    assert f"{INDEX}/{done.finding_id}" not in page.links()


def test_a_visit_shows_the_problem_and_what_its_unit_reported(office: Office) -> None:
    one = drawn(office.scene, of=1, size=1).drawn[0]
    page = office.desk("mate").opens(f"{INDEX}/{one.finding_id}")
    assert OWN_WORDS.statement in page.words
    assert "责任单位报的结果 已清理。" in page.words
    assert not carries(CANARY, page.html)
    assert "outcome" not in page.form  # nothing is chosen beforehand


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Outcome.FIXED, FindingState.REPORTED),
        (Outcome.PARTLY, FindingState.SIGNED),
        (Outcome.NOT_FIXED, FindingState.SIGNED),
    ],
)
def test_what_was_seen_is_the_fourth_fact_and_the_unfixed_goes_back(
    office: Office, seen: Outcome, state: FindingState
) -> None:
    one = drawn(office.scene, of=1, size=1).drawn[0]
    page = office.desk("member").sends(f"{INDEX}/{one.finding_id}", outcome=seen)
    assert page.response.request.path == INDEX
    assert "看到的结果已记下。" in page.words
    said = confirmations(office.fresh(), one.finding_id)
    assert said == {Source.UNIT: Outcome.FIXED, Source.REVISIT: seen}
    assert one.finding.state is state


@pytest.mark.parametrize("chosen", [{}, {"outcome": "splendid"}])
def test_one_of_three_must_be_chosen(office: Office, chosen: dict[str, str]) -> None:
    one = drawn(office.scene, of=1, size=1).drawn[0]
    url = f"{INDEX}/{one.finding_id}"
    page = office.desk("member").sends(url, status=422, **chosen)
    assert page.reading.form["csrf_token"]
    office.fresh()
    assert one.is_waiting


def test_an_outcome_stands(office: Office) -> None:
    one = drawn(office.scene, of=1, size=1).drawn[0]
    url = f"{INDEX}/{one.finding_id}"
    token = office.desk("mate").opens(url).form["csrf_token"][0]
    visit(office.scene, one, Outcome.NOT_FIXED)
    assert "outcome" not in office.desk("member").opens(url).html
    page = office.desk("mate").posts(url, status=409, outcome="fixed", csrf_token=token)
    assert "记下了结果，不能改" in page.words
    office.fresh()
    assert one.outcome is Outcome.NOT_FIXED


def test_what_was_not_drawn_and_what_is_not_theirs_is_not_found(
    office: Office,
) -> None:
    check = drawn(office.scene, of=2, size=1)
    (other,) = (one for one in check.listed if not one.is_drawn)
    office.desk("member").opens(f"{INDEX}/{other.finding_id}", status=404)
    office.desk("stranger").opens(f"{INDEX}/{check.drawn[0].finding_id}", status=404)
    assert "没有要您去看的" in office.desk("stranger").opens(INDEX).words


def test_a_list_that_is_not_drawn_sends_nobody(office: Office) -> None:
    call_fixed(office.scene, 2)
    listed(office.scene)
    assert "没有要您去看的" in office.desk("member").opens(INDEX).words


@pytest.mark.parametrize("name", ["unit", "discipline", "admin", "entry"])
def test_nobody_else_learns_what_was_drawn(office: Office, name: str) -> None:
    one = drawn(office.scene, of=1, size=1).drawn[0]
    office.desk(name).opens(INDEX, status=403)
    office.desk(name).opens(f"{INDEX}/{one.finding_id}", status=403)
