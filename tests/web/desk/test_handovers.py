"""Handing over and reviewing; leads and their only readers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.handover import Handover, Route
from portal.rectification import Step
from tests.makers import TODAY
from tests.stages.review_scenes import CANARY, OWN_WORDS, draft
from tests.stages.test_rectification import file
from tests.web.desk.scenes import Office

DUE = (TODAY + timedelta(days=20)).isoformat()


def test_the_office_hands_over_what_was_approved(office: Office) -> None:
    finding = office.scene.approved()
    desk = office.desk("office")
    assert "核定好了，等交办：1 个" in desk.opens("/desk/handovers").words
    url = f"/desk/handovers/new/{finding.id}"
    form = desk.opens(url)
    assert OWN_WORDS.statement in form.words
    assert CANARY not in form.words
    page = desk.sends(
        url, route="proposal", receiver=str(office.scene.cast.unit.staff_id), due_on=DUE
    )
    assert "已交办：1 个" in page.words
    row = office.fresh().scalars(select(Handover)).one()
    assert (row.route, row.due_on.isoformat()) == (Route.PROPOSAL, DUE)


def test_office_and_unit_take_the_same_document_home_and_nobody_else(
    office: Office,
) -> None:
    row = office.scene.handed_over()
    files = []
    for name, url in (("office", "handovers"), ("unit", "assignments")):
        page = office.desk(name).opens(f"/desk/{url}/{row.id}")
        where = f"/desk/{url}/{row.id}/document.docx"
        assert where in page.html
        files.append(office.desk(name).client.get(where))
    assert files[0].data == files[1].data
    assert files[0].data.startswith(b"PK")
    assert "wordprocessingml" in str(files[0].mimetype)
    for name, url in (("member", "handovers"), ("office", "assignments")):
        where = f"/desk/{url}/{row.id}/document.docx"
        assert office.desk(name).client.get(where).status_code == 403


def test_a_lead_has_no_document(office: Office) -> None:
    row = office.scene.handed_over(route=Route.LEAD)
    office.desk("office").opens(f"/desk/handovers/{row.id}/document.docx", status=404)


def test_a_past_deadline_is_refused_and_what_was_chosen_stays(office: Office) -> None:
    finding = office.scene.approved()
    page = office.desk("office").sends(
        f"/desk/handovers/new/{finding.id}",
        route="bulletin",
        receiver=str(office.scene.cast.unit.staff_id),
        due_on="2020-01-01",
        status=422,
    )
    assert "整改期限要晚于今天" in page.words
    assert page.form["route"] == ["bulletin"]
    assert page.form["due_on"] == ["2020-01-01"]


def test_nonsense_for_a_date_or_a_receiver_is_refused(office: Office) -> None:
    finding = office.scene.approved()
    for given in ({"due_on": "哪天"}, {"receiver": "999"}, {"receiver": "x"}):
        values = {
            "route": "proposal",
            "receiver": str(office.scene.cast.unit.staff_id),
            "due_on": DUE,
        }
        office.desk("office").sends(
            f"/desk/handovers/new/{finding.id}", **{**values, **given}, status=422
        )


@pytest.mark.parametrize("name", ["member", "unit", "discipline", "admin"])
def test_nobody_else_hands_over(office: Office, name: str) -> None:
    finding = office.scene.approved()
    office.desk(name).opens(f"/desk/handovers/new/{finding.id}", status=403)
    office.desk(name).opens("/desk/handovers", status=403)


def test_a_draft_cannot_even_be_addressed(office: Office) -> None:
    finding = office.scene.finding()
    office.desk("office").opens(f"/desk/handovers/new/{finding.id}", status=404)


def test_the_office_reviews_a_step(office: Office) -> None:
    row = office.scene.signed()
    step = file(office.scene, row)
    url = f"/desk/handovers/{row.id}"
    desk = office.desk("office")
    assert "等审核" in desk.opens("/desk/rectification").words
    refused = desk.sends(
        f"{url}/steps/{step.id}", at=url, verdict="returned", status=422
    )
    assert "退回要写明缺什么" in refused.words
    page = desk.sends(
        f"{url}/steps/{step.id}", at=url, verdict="returned", remark="没写责任人"
    )
    assert "没写责任人" in page.words
    desk.posts(
        f"{url}/steps/{step.id}",
        status=422,
        csrf_token="stale",
        verdict="accepted",
    )
    assert [s.remark for s in office.fresh().scalars(select(Step))] == ["没写责任人"]


def test_a_step_is_reviewed_under_its_own_handover_only(office: Office) -> None:
    step = file(office.scene, office.scene.signed())
    other = office.scene.signed()
    url = f"/desk/handovers/{other.id}"
    office.desk("office").sends(
        f"{url}/steps/{step.id}", at="/desk/findings", verdict="accepted", status=404
    )


def test_a_lead_is_offered_its_one_route_and_the_chief_only(office: Office) -> None:
    finding = office.scene.approved(draft=draft(is_lead=True))
    url = f"/desk/handovers/new/{finding.id}"
    office.desk("office").opens(url, status=404)
    page = office.desk("chief").sends(
        url,
        route="lead",
        receiver=str(office.scene.cast.discipline.staff_id),
        due_on=DUE,
    )
    assert OWN_WORDS.title not in page.words
    assert OWN_WORDS.title in office.desk("chief").opens("/desk/leads").words


def test_the_office_is_not_offered_the_route_of_leads(office: Office) -> None:
    finding = office.scene.approved()
    url = f"/desk/handovers/new/{finding.id}"
    assert "lead" not in office.desk("office").opens(url).html.partition("<form")[2]
    office.desk("office").sends(
        url,
        route="lead",
        receiver=str(office.scene.cast.discipline.staff_id),
        due_on=DUE,
        status=422,
    )


def test_discipline_inspection_signs_for_a_lead_nobody_else_finds(
    office: Office,
) -> None:
    row = office.scene.handed_over(route=Route.LEAD)
    url = f"/desk/leads/{row.id}"
    for name, status in (("office", 403), ("unit", 403), ("member", 403)):
        office.desk(name).opens(url, status=status)
    for name in ("office", "chief"):
        office.desk(name).opens(f"/desk/handovers/{row.id}", status=404)
    page = office.desk("discipline").sends(f"{url}/sign", at=url)
    assert "已签收" in page.words
    assert OWN_WORDS.statement in page.words
    assert CANARY not in page.words


def test_the_chief_sees_a_lead_but_does_not_sign(office: Office) -> None:
    row = office.scene.handed_over(route=Route.LEAD)
    url = f"/desk/leads/{row.id}"
    assert OWN_WORDS.title in office.desk("chief").opens(url).words
    office.desk("chief").sends(f"{url}/sign", at="/desk/findings", status=404)


def test_a_handover_that_is_no_lead_is_not_on_the_page_of_leads(
    office: Office,
) -> None:
    row = office.scene.handed_over()
    office.desk("chief").opens(f"/desk/leads/{row.id}", status=404)
