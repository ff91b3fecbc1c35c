"""Lists on the desk: read by the teams, linked both ways, changed by the office."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import checklists
from portal.checklists import Checklist, VersionState
from portal.checklists.reading import read_outline
from portal.kernel.audit import AuditEntry
from portal.questionnaires import drafting, frozen, publishing
from portal.review.findings import Finding
from tests.makers import MORNING, TODAY, Cast, make_round
from tests.stages.review_scenes import OWN_WORDS, draft
from tests.stages.test_questionnaires_drafts import FIRST
from tests.web.desk.scenes import Office

INDEX = "/desk/checklists"


@pytest.fixture
def office(office: Office, session: Session, cast: Cast) -> Office:
    """The default lists, kept by the cast's round."""
    checklists.install_samples(session)
    checklists.keep(session, cast.round_id)
    return office


def of(office: Office, code: str) -> Checklist:
    """The newest version of a list, draft or not."""
    found = select(Checklist).filter_by(code=code).order_by(Checklist.version.desc())
    return office.fresh().scalars(found).first()  # type: ignore[return-value]


def tagged(office: Office, *points: str, code: str = "", title: str = "") -> Finding:
    letter = office.scene.letter(code=code) if code else None
    said = draft(points=list(points), title=title or OWN_WORDS.title)
    return office.scene.approved(letter, draft=said)


# Reading


def test_the_lists_in_use_are_listed_with_what_the_round_keeps(office: Office) -> None:
    page = office.desk("member").opens(INDEX)
    assert "13 个方面 · 99 个要点" in page.words
    assert "个性 · 涉农社区" in page.words
    assert "这一轮用的是： 共性清单 第 1 版 、 涉农社区个性清单 第 1 版" in page.words


def test_a_member_reads_and_finds_nothing_to_change(office: Office) -> None:
    member, common = office.desk("member"), of(office, "common")
    page = member.opens(f"{INDEX}/{common.id}")
    assert "账目公开" in page.words
    assert "收入、支出、工程不公开，或只公开总数" in page.words
    for html in (page.html, member.opens(INDEX).html):
        for word in ("开草稿", "上传", "停用", "样例"):
            assert word not in html
    assert "清单" in [part.strip() for part in page.reading.words]


def test_a_draft_is_for_those_who_make_it(office: Office) -> None:
    office.desk("office").sends(f"{INDEX}/samples/village")
    village = of(office, "village")
    for url in (f"{INDEX}/{village.id}", f"{INDEX}/{village.id}/list.xlsx"):
        office.desk("member").opens(url, status=404)
    assert "巡察到村" not in office.desk("member").opens(INDEX).words
    assert "巡察到村" in office.desk("office").opens(INDEX).words


def test_who_reads_no_findings_reads_no_lists(office: Office) -> None:
    for name in ("unit", "discipline", "entry", "admin"):
        office.desk(name).opens(INDEX, status=403)


def test_a_version_can_be_downloaded_and_read_back(office: Office) -> None:
    common = of(office, "common")
    answer = office.desk("member").client.get(f"{INDEX}/{common.id}/list.xlsx")
    file = ("清单.xlsx", answer.data)
    assert read_outline(file, title=common.title, kind=None) == common.outline


def test_the_template_has_the_headers(office: Office) -> None:
    answer = office.desk("office").client.get(f"{INDEX}/template.xlsx")
    rows = load_workbook(BytesIO(answer.data)).worksheets[0]
    assert [cell.value for cell in rows[2]] == [
        "方面",
        "要点",
        "问题",
        "形式",
        "适用",
        "编号（勿改）",
    ]


def test_the_paper_has_a_box_for_every_answer(office: Office) -> None:
    office.desk("office").sends(f"{INDEX}/samples/general")
    general = of(office, "general")
    html = office.desk("office").opens(f"{INDEX}/{general.id}/paper").html
    assert html.count('class="tick"') == 2 * (19 + 9)


def test_optional_blocks_are_shown_by_unit_kind(office: Office) -> None:
    url = f"{INDEX}/samples/operating"
    shown = office.desk("office").opens(url).words
    mass = office.desk("office").opens(f"{url}?kind=mass").words
    for word in ("讲政治", "政府购买服务", "联系服务对象", "审批和执法"):
        assert word in shown
    assert "讲政治" in mass
    assert "联系服务对象" in mass
    assert "审批和执法" not in mass


# Links


def test_a_point_shows_what_asks_about_it_and_how_often_it_was_found(
    office: Office,
) -> None:
    tagged(office, "assets.disclosure")
    tagged(office, "assets.disclosure", "assets.income")
    common = of(office, "common")
    page = office.desk("member").opens(f"{INDEX}/{common.id}")
    disclosure = page.html.split('id="assets.disclosure"')[1].split("</li>\n<li")[0]
    assert "社区的账目（收入、支出、工程）公开得怎么样？" in disclosure
    assert "本轮问题 2 个" in disclosure
    income = page.html.split('id="assets.income"')[1].split("</li>\n<li")[0]
    assert "本轮问题 1 个" in income
    assert page.html.count("本轮问题") == 2


def test_members_count_the_findings_of_their_own_communities_alone(
    office: Office,
) -> None:
    tagged(office, "assets.disclosure", code=office.scene.cast.liutang)
    tagged(office, "assets.disclosure")
    common = of(office, "common")
    url = f"{INDEX}/{common.id}"
    assert "本轮问题 2 个" in office.desk("mate").opens(url).words
    assert "本轮问题 1 个" in office.desk("recused").opens(url).words
    assert "本轮问题" not in office.desk("stranger").opens(url).words


def test_leads_are_not_counted_for_those_who_may_not_read_them(
    office: Office,
) -> None:
    office.scene.approved(draft=draft(is_lead=True, points=["assets.income"]))
    url = f"{INDEX}/{of(office, 'common').id}"
    assert "本轮问题 1 个" in office.desk("chief").opens(url).words
    assert "本轮问题" not in office.desk("office").opens(url).words


def test_the_count_leads_to_the_findings_that_carry_the_point(office: Office) -> None:
    tagged(office, "assets.disclosure", title="账目没有公开")
    tagged(office, "assets.income", title="租金没有入账")
    page = office.desk("member").opens("/desk/findings?point=assets.disclosure")
    assert "要点：账目公开" in page.words
    assert "账目没有公开" in page.words
    assert "租金没有入账" not in page.words


def test_a_question_about_a_point_no_list_has_is_named(office: Office) -> None:
    office.desk("office").sends(f"{INDEX}/samples/village")
    assert (
        "连到的要点，这一轮的清单里没有" not in office.desk("office").opens(INDEX).words
    )
    with office.scene.house.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE point SET code = 'gone.away' WHERE code = 'service.errand'"
        )
    page = office.desk("office").opens(INDEX)
    assert "问卷里有 2 道题连到的要点" in page.words
    assert "去社区（村里）办事，顺不顺？" in page.words


def test_a_round_not_announced_yet_asks_what_was_chosen_for_it(office: Office) -> None:
    asked = {**FIRST, "sections": [{"id": "all", "items": [LINKED]}]}
    session, by, now = office.fresh(), "office", MORNING
    made = drafting.begin(session, asked, by=by, now=now)
    publishing.publish(session, made, same=(), by=by, now=now, today=TODAY)
    round_ = make_round(session)
    frozen.choose(session, round_, made, by=by, now=now)
    session.commit()
    url = f"{INDEX}/{of(office, 'common').id}"
    page = office.desk("office").opens(f"{url}?round={round_.id}")
    assert page.words.count("问卷：") == 1
    assert "问卷：还盼什么？" in page.words


LINKED: dict[str, Any] = {
    "id": "wish",
    "type": "longtext",
    "title": "还盼什么？",
    "points": ["service.errand"],
}


# In and out of use


def test_a_list_is_taken_out_of_use_and_in_again(office: Office) -> None:
    rural = of(office, "rural")
    url = f"{INDEX}/{rural.id}"
    page = office.desk("office").sends(f"{url}/retire", at=url)
    assert "已停用" in page.words
    assert [one.code for one in checklists.latest(office.fresh())] == ["common"]
    assert "涉农社区个性清单" in office.desk("member").opens(INDEX).words
    page = office.desk("office").sends(f"{url}/restore", at=url)
    assert "已恢复使用" in page.words
    assert of(office, "rural").state is VersionState.PUBLISHED


def test_a_press_that_came_too_late_is_told(office: Office) -> None:
    rural = of(office, "rural")
    url = f"{INDEX}/{rural.id}"
    office.desk("office").sends(f"{url}/restore", at=url, status=409)


def test_a_sample_is_looked_at_then_adopted(office: Office) -> None:
    url = f"{INDEX}/samples/village"
    page = office.desk("office").opens(url)
    assert "3 个方面 · 16 个要点 · 72 个问题" in page.words
    page = office.desk("office").sends(url)
    assert "草稿已存好" in page.words
    assert of(office, "village").state is VersionState.DRAFT
    office.desk("office").sends(url, status=409)
    office.desk("office").opens(f"{INDEX}/samples/nowhere", status=404)


def test_every_step_is_in_the_log(office: Office) -> None:
    desk = office.desk("office")
    desk.sends(f"{INDEX}/samples/village")
    url = f"{INDEX}/{of(office, 'village').id}"
    desk.sends(f"{url}/publish")
    desk.sends(f"{url}/retire", at=url)
    wanted = select(AuditEntry).where(AuditEntry.action.startswith("checklist."))
    found = office.fresh().scalars(wanted.order_by(AuditEntry.number)).all()
    assert [(one.actor, one.action, one.subject) for one in found] == [
        ("office", "checklist.draft", "village v1"),
        ("office", "checklist.publish", "village v1"),
        ("office", "checklist.retire", "village v1"),
    ]


# Findings


def test_a_problem_is_tagged_with_points_by_aspect(office: Office) -> None:
    place = office.scene.place_id("999001001201")
    member, url = office.desk("member"), "/desk/findings/new"
    page = member.opens(url)
    assert page.html.count("<details") - 1 == 13 + 3  # and the menu of phones
    refused = member.sends(
        url,
        place=str(place),
        title="",
        statement="账目贴在屋里。",
        points=["assets.disclosure", "rural_assets.contracts"],
        status=422,
    )
    assert refused.form["points"] == ["assets.disclosure", "rural_assets.contracts"]
    assert refused.html.count("<details open") == 2
    page = member.sends(
        url,
        place=str(place),
        title="账目没有公开",
        statement="账目贴在屋里。",
        points=["assets.disclosure", "rural_assets.contracts", "no.such"],
    )
    assert "账目公开、承包与租赁" in page.words
    (finding,) = office.fresh().scalars(select(Finding))
    assert finding.points == ["assets.disclosure", "rural_assets.contracts"]


def test_the_points_of_a_draft_are_changed_and_fit_its_community(
    office: Office,
) -> None:
    finding = office.scene.finding(draft=draft(points=["assets.income"]))
    url = f"/desk/findings/{finding.id}/edit"
    page = office.desk("member").opens(url)
    assert page.form["points"] == ["assets.income"]
    assert "rural_assets.contracts" not in page.html  # 云溪 is no village
    office.desk("member").sends(url, points=["assets.cash", "rural_assets.contracts"])
    assert office.fresh().get_one(Finding, finding.id).points == ["assets.cash"]


def test_a_tag_keeps_the_name_its_round_knows(office: Office) -> None:
    """A later version renames the point; the round keeps its own."""
    finding = tagged(office, "assets.disclosure")
    session = office.fresh()
    made = checklists.revise(session, of(office, "common"), by="office", now=MORNING)
    point = next(
        p for a in made.aspects for p in a.points if p.code == "assets.disclosure"
    )
    checklists.reword(
        session, point, title="账目公示", lines=["不贴"], by="office", now=MORNING
    )
    checklists.publish(
        session,
        made,
        same=["assets.disclosure"],
        by="office",
        now=MORNING,
        today=office.scene.house.today(),
    )
    page = office.desk("member").opens(f"/desk/findings/{finding.id}")
    assert "账目公开" in page.words
    assert "账目公示" not in page.words


def test_the_workbook_of_findings_names_the_points(office: Office) -> None:
    tagged(office, "assets.disclosure", "assets.income")
    answer = office.desk("office").client.get("/desk/findings/list.xlsx")
    head, row = (
        load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True)
    )
    assert dict(zip(head, row, strict=True))["要点"] == "账目公开、收入与出租"
