"""What a responsible unit sees: its own problems, in the team's words."""

import pytest

from portal.handover import Route
from portal.review.findings import FindingState
from tests.stages.review_scenes import CANARY, OWN_WORDS
from tests.stages.test_handover import carries
from tests.stages.test_rectification import review
from tests.web.desk.scenes import Office


def test_a_unit_signs_and_files_step_by_step(office: Office) -> None:
    row = office.scene.handed_over()
    unit, url = office.desk("unit"), f"/desk/assignments/{row.id}"
    assert "请签收" in unit.opens("/desk/assignments").words
    page = unit.sends(f"{url}/sign", at=url)
    assert "下一步：报整改方案" in page.words
    page = unit.sends(f"{url}/file", at=url, text="三日内清理，张某负责。")
    assert "已上报，等巡察办审核" in page.words
    assert "三日内清理，张某负责。" in page.words
    assert "file" not in page.form
    unit.posts(f"{url}/file", status=422, text="再来一次")


def test_a_report_says_whether_it_is_fixed(office: Office) -> None:
    from tests.stages.test_rectification import file

    row = office.scene.signed()
    for _ in range(2):
        review(office.scene, file(office.scene, row))
    unit, url = office.desk("unit"), f"/desk/assignments/{row.id}"
    assert "改好了没有" in unit.opens(url).words
    unit.sends(f"{url}/file", at=url, text="清了一半。", outcome="partly")
    page = office.desk("office").opens(f"/desk/handovers/{row.id}")
    assert "自报： 改了一部分" in page.words


def test_an_empty_filing_is_refused_and_a_long_one_kept(office: Office) -> None:
    row = office.scene.signed()
    unit, url = office.desk("unit"), f"/desk/assignments/{row.id}"
    assert (
        "请写明做了什么"
        in unit.sends(f"{url}/file", at=url, text=" ", status=422).words
    )
    long = "长" * 5001
    page = unit.sends(f"{url}/file", at=url, text=long, status=422)
    assert page.form["text"] == [f"\n{long}"]


def test_filing_before_signing_is_refused(office: Office) -> None:
    row = office.scene.handed_over()
    unit, url = office.desk("unit"), f"/desk/assignments/{row.id}"
    unit.sends(f"{url}/file", at=url, text="方案", status=409)
    assert office.fresh().get_one(type(row), row.id).finding.state is (
        FindingState.HANDED_OVER
    )


@pytest.mark.parametrize("name", ["member", "office", "chief", "discipline", "admin"])
def test_nobody_else_opens_a_units_page(office: Office, name: str) -> None:
    row = office.scene.handed_over()
    office.desk(name).opens(f"/desk/assignments/{row.id}", status=403)


def test_another_receivers_problem_is_not_found(office: Office) -> None:
    row = office.scene.handed_over(route=Route.LEAD)
    office.desk("unit").opens(f"/desk/assignments/{row.id}", status=404)


def test_nothing_of_the_letter_reaches_the_unit(office: Office) -> None:
    letter = office.scene.letter(contact="老王 000-1111")
    row = office.scene.signed(office.scene.approved(letter))
    unit = office.desk("unit")
    pages = [
        unit.opens(url).html
        for url in ("/desk/", "/desk/assignments", f"/desk/assignments/{row.id}")
    ]
    everything = " ".join(pages)
    assert OWN_WORDS.statement in everything
    assert not carries(CANARY, everything)
    assert letter.id not in everything
    assert "老王" not in everything
    for url in (f"/desk/letters/{letter.id}", f"/desk/findings/{row.finding_id}"):
        assert not carries(CANARY, unit.opens(url, status=403).html)


def test_the_leaking_twin_of_a_units_page_is_caught(office: Office) -> None:
    row = office.scene.signed()
    row.finding.statement = CANARY
    page = office.desk("unit").opens(f"/desk/assignments/{row.id}")
    assert carries(CANARY, page.html)
