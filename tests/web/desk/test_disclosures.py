"""Publishing from the desk."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.disclosure import Disclosure
from portal.rectification import Outcome
from tests.stages.review_scenes import CANARY, OWN_WORDS, draft
from tests.stages.test_rectification import check, reported
from tests.web.desk.scenes import Office

WORDS: dict[str, Any] = {
    "problem": "消防栓被占用",
    "measures": "物业清理，每周巡查",
    "result": "三月二日已清理",
}


def entry_of(office: Office) -> Disclosure:
    return office.fresh().scalars(select(Disclosure)).one()


def test_an_entry_begins_with_title_and_accepted_words(office: Office) -> None:
    row = reported(office.scene)
    url = f"/desk/disclosures/new/{row.finding_id}"
    form = office.desk("office").opens(url).form
    assert form["problem"] == [f"\n{OWN_WORDS.title}"]
    assert form["measures"] == ["\n三日内清理。"]
    assert form["result"] == ["\n三日内清理。"]


def test_what_is_not_reported_yet_is_being_worked_on(office: Office) -> None:
    finding = office.scene.approved()
    page = office.desk("office").opens(f"/desk/disclosures/new/{finding.id}")
    assert page.form["result"] == ["\n正在办"]


def test_an_entry_is_published_and_shows_all_four_sources(office: Office) -> None:
    row = reported(office.scene)
    check(office.scene, row, Outcome.NOT_FIXED)
    desk = office.desk("office")
    page = desk.sends(f"/desk/disclosures/new/{row.finding_id}", **WORDS)
    for words in (
        "已公示。",
        "责任单位自报",
        "巡察组核查",
        "反映人确认",
        "回访抽查",
        "改好了",
        "没改",
        "说法不一",
    ):
        assert words in page.words
    assert CANARY not in page.words
    assert entry_of(office).result == WORDS["result"]


def test_a_missing_part_is_refused_and_the_rest_stays(office: Office) -> None:
    finding = office.scene.approved()
    page = office.desk("office").sends(
        f"/desk/disclosures/new/{finding.id}",
        **{**WORDS, "measures": ""},
        status=422,
    )
    assert "请写措施" in page.words
    assert page.form["problem"] == [f"\n{WORDS['problem']}"]


def test_a_withdrawn_entry_stays_in_the_list_with_its_reason(office: Office) -> None:
    finding = office.scene.approved()
    desk = office.desk("office")
    desk.sends(f"/desk/disclosures/new/{finding.id}", **WORDS)
    url = f"/desk/disclosures/{entry_of(office).id}/withdraw"
    desk.sends(url, reason="", status=422)
    page = desk.sends(url, reason="日期写错")
    assert "日期写错" in page.words
    assert "已撤回" in page.words
    desk.sends(url, reason="再来", status=409)


def test_drafts_and_leads_cannot_be_published(office: Office) -> None:
    of_draft = office.scene.finding()
    lead = office.scene.approved(draft=draft(is_lead=True))
    for finding in (of_draft, lead):
        office.desk("office").opens(f"/desk/disclosures/new/{finding.id}", status=404)
    page = office.desk("chief").sends(
        f"/desk/disclosures/new/{lead.id}", **WORDS, status=409
    )
    assert "不能公示" in page.words


@pytest.mark.parametrize("name", ["member", "unit", "discipline", "admin"])
def test_nobody_else_publishes(office: Office, name: str) -> None:
    finding = office.scene.approved()
    office.desk(name).opens("/desk/disclosures", status=403)
    office.desk(name).opens(f"/desk/disclosures/new/{finding.id}", status=403)
