"""Findings on the desk: own words, second person, own communities, the workbook."""

from io import BytesIO
from typing import Any

from docx import Document
from openpyxl import load_workbook
from sqlalchemy import select

from portal.kernel.audit import AuditEntry
from portal.review.findings import Finding, FindingState
from tests.stages.review_scenes import CANARY, OWN_WORDS, draft
from tests.web.desk.scenes import Office

TYPED: dict[str, Any] = {"title": OWN_WORDS.title, "statement": OWN_WORDS.statement}


def opened_letter(office: Office) -> str:
    letter = office.scene.letter()
    office.desk("member").sends(f"/desk/letters/{letter.id}")
    return letter.id


def test_a_letter_becomes_a_finding_with_its_text_beside_the_form(
    office: Office,
) -> None:
    member, letter = office.desk("member"), opened_letter(office)
    url = f"/desk/findings/new?letter={letter}"
    assert CANARY in member.opens(url).words
    page = member.sends(url, **TYPED, severity="serious")
    assert "已存为草稿" in page.words
    assert CANARY not in page.words
    finding = office.fresh().scalars(select(Finding)).one()
    assert finding.state is FindingState.DRAFT


def test_the_text_beside_the_form_is_a_logged_reading(office: Office) -> None:
    letter = opened_letter(office)
    office.desk("member").opens(f"/desk/findings/new?letter={letter}")
    read = select(AuditEntry).where(AuditEntry.action == "letter.read")
    assert len(office.fresh().scalars(read).all()) == 2


def test_an_unopened_letter_is_opened_first(office: Office) -> None:
    letter = office.scene.letter()
    page = office.desk("member").client.get(f"/desk/findings/new?letter={letter.id}")
    assert page.headers["Location"] == f"/desk/letters/{letter.id}"


def test_a_copied_sentence_is_refused_and_what_was_typed_stays(
    office: Office,
) -> None:
    member, letter = office.desk("member"), opened_letter(office)
    page = member.sends(
        f"/desk/findings/new?letter={letter}",
        title="消防栓",
        statement=f"反映：{CANARY}",
        severity="grave",
        status=422,
    )
    assert "和来信的原话一样" in page.words
    assert page.form["title"] == ["消防栓"]
    assert page.form["statement"] == [f"\n反映：{CANARY}"]
    assert page.form["severity"] == ["grave"]
    assert office.fresh().scalars(select(Finding)).all() == []


def test_what_the_team_saw_itself_is_written_without_a_letter(office: Office) -> None:
    place = office.scene.place_id("999001001201")
    page = office.desk("member").sends("/desk/findings/new", place=str(place), **TYPED)
    assert "柳塘村" in page.words
    assert "没有来信，是巡察组自己发现的" in page.words


def test_a_community_of_another_team_cannot_be_chosen(office: Office) -> None:
    other = office.scene.place_id("999001002001")
    page = office.desk("member").sends(
        "/desk/findings/new", place=str(other), **TYPED, status=422
    )
    assert page.form["title"] == [OWN_WORDS.title]
    assert office.fresh().scalars(select(Finding)).all() == []


def test_the_writer_is_told_who_can_approve_and_is_refused(office: Office) -> None:
    finding = office.scene.finding()
    url = f"/desk/findings/{finding.id}"
    page = office.desk("member").opens(url)
    assert "等另一位同事核定" in page.words
    assert "示例·mate" in page.words
    refused = office.desk("member").sends(
        f"{url}/approve", at=f"{url}/edit", status=403
    )
    assert "自己写的问题要请另一位同事核定" in refused.words


def test_a_second_person_approves_and_the_office_sees_it(office: Office) -> None:
    finding = office.scene.finding()
    url = f"/desk/findings/{finding.id}"
    office.desk("office").opens(url, status=404)
    assert "已核定" in office.desk("mate").sends(f"{url}/approve", at=url).words
    page = office.desk("office").opens(url)
    assert OWN_WORDS.statement in page.words
    assert "依据的来信" not in page.words


def test_strangers_units_and_the_recused_do_not_find_it(office: Office) -> None:
    letter = office.scene.letter(code=office.scene.cast.liutang)
    finding = office.scene.approved(letter)
    url = f"/desk/findings/{finding.id}"
    for name, status in (
        ("stranger", 404),
        ("recused", 404),
        ("unit", 403),
        ("discipline", 403),
        ("admin", 403),
    ):
        assert OWN_WORDS.title not in office.desk(name).opens(url, status=status).words


def test_a_lead_stands_in_nobody_elses_list(office: Office) -> None:
    office.scene.approved(draft=draft(is_lead=True))
    assert OWN_WORDS.title not in office.desk("office").opens("/desk/findings").words
    assert OWN_WORDS.title in office.desk("chief").opens("/desk/findings").words


def test_the_list_is_filtered(office: Office) -> None:
    office.scene.finding()
    member = office.desk("member")
    assert "起草 1" in member.opens("/desk/findings").words
    assert OWN_WORDS.title in member.opens("/desk/findings?state=draft").words
    assert OWN_WORDS.title not in member.opens("/desk/findings?state=fixed").words
    elsewhere = member.opens("/desk/findings?place=999001001201")
    assert OWN_WORDS.title not in elsewhere.words


def test_a_draft_is_rewritten_and_sent_back(office: Office) -> None:
    finding = office.scene.finding()
    url = f"/desk/findings/{finding.id}"
    office.desk("member").sends(f"{url}/edit", title="消防栓被占用")
    office.desk("mate").sends(f"{url}/approve", at=url)
    office.desk("chief").sends(f"{url}/back", reason="", status=422)
    page = office.desk("chief").sends(f"{url}/back", reason="写明位置")
    assert "写明位置" in page.words
    assert "消防栓被占用" in office.desk("member").opens(url).words


def test_an_empty_title_is_refused_beside_its_field(office: Office) -> None:
    finding = office.scene.finding()
    url = f"/desk/findings/{finding.id}/edit"
    page = office.desk("member").sends(url, title="", statement="新的", status=422)
    assert "请写标题" in page.words
    assert page.form["statement"] == ["\n新的"]


def test_the_team_checks_what_was_reported(office: Office) -> None:
    from tests.stages.test_rectification import reported

    row = reported(office.scene)
    url = f"/desk/findings/{row.finding_id}"
    office.desk("member").sends(f"{url}/check", at=url, status=422)
    page = office.desk("member").sends(f"{url}/check", at=url, outcome="not_fixed")
    assert "几方说法不一样" in page.words
    assert "没改" in page.words


def test_the_workbook_has_what_one_may_see(office: Office) -> None:
    office.scene.approved()
    office.scene.approved(draft=draft(is_lead=True, title="涉嫌截留"))
    office.scene.finding(draft=draft(title="还在起草"))
    response = office.desk("office").client.get("/desk/findings/list.xlsx")
    assert response.status_code == 200
    assert "%E9%97%AE%E9%A2%98" in response.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(response.data)).active
    assert sheet is not None
    titles = [row[4] for row in sheet.iter_rows(values_only=True)]
    assert titles == ["问题", OWN_WORDS.title]
    refused = office.desk("unit").client.get("/desk/findings/list.xlsx")
    assert refused.status_code == 403


def test_the_report_has_what_one_may_see(office: Office) -> None:
    office.scene.approved()
    office.scene.approved(draft=draft(is_lead=True, title="涉嫌截留"))
    office.scene.finding(draft=draft(title="还在起草"))
    visitor = office.desk("office")
    assert "/desk/findings/report.docx" in visitor.opens("/desk/findings").html
    response = visitor.client.get("/desk/findings/report.docx")
    assert response.status_code == 200
    words = " ".join(one.text for one in Document(BytesIO(response.data)).paragraphs)
    assert OWN_WORDS.title in words
    assert "成立问题1个" in words
    assert "涉嫌截留" not in words
    refused = office.desk("unit").client.get("/desk/findings/report.docx")
    assert refused.status_code == 403
