"""The desk of those who fill in for residents: where, when, and the sheet of paper."""

import re

import pytest
from flask import Flask

from portal.places import get_place
from portal.questionnaires.definition import parse, specialise
from portal.questionnaires.shipped import compose
from portal.rounds import Phase, get_round
from portal.web.installation import Installation
from tests.makers import Cast, make_place, make_round, signed_in
from tests.visitor import Page, Visitor

YUNXI, LIUTANG = "999001001001", "999001001201"
HOME = "/desk/entry"


@pytest.fixture
def member(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.member)


@pytest.fixture
def clerk(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.entry)


def offered(page: Page) -> set[str]:
    """Which forms the page leads to."""
    return {
        link.partition("?")[0].rpartition("/")[2]
        for link in page.links()
        if link.startswith(f"{HOME}/999")
    }


def test_a_member_finds_their_own_communities_with_everything_to_do(
    member: Visitor,
) -> None:
    page = member.opens(HOME)
    assert "云溪社区" in page.words
    assert "柳塘村" in page.words
    assert "厂东社区" not in page.words
    assert offered(page) == {"survey", "letter", "paper", "sheet"}


def test_a_clerk_types_paper_in_for_the_whole_round_and_visits_nobody(
    clerk: Visitor,
) -> None:
    page = clerk.opens(HOME)
    assert "厂东社区" in page.words
    assert offered(page) == {"paper", "sheet"}
    assert "代填与录入" in clerk.opens("/desk/").words


OPEN = {
    Phase.ANNOUNCED: set[str](),
    Phase.COLLECTING: {"survey", "letter", "paper"},
    Phase.REVIEWING: {"letter", "paper"},
    Phase.RECTIFYING: set[str](),
}


@pytest.mark.parametrize("phase", OPEN)
def test_each_phase_offers_what_it_takes_and_opens_nothing_else(
    member: Visitor, house: Installation, cast: Cast, phase: Phase
) -> None:
    with house.sessions() as session, session.begin():
        get_round(session, cast.round_id).phase = phase
    assert offered(member.opens(HOME)) == OPEN[phase] | {"sheet"}
    for form in ("survey", "letter", "paper"):
        status = 200 if form in OPEN[phase] else 409
        page = member.opens(f"{HOME}/{YUNXI}/{form}", status=status)
        if status == 409:
            assert "代填收到征集结束，代写信和录纸卷收到研判结束" in page.words
    member.opens(f"{HOME}/{YUNXI}/sheet")


def test_a_clerk_with_ties_is_recused_by_the_office_like_anybody(
    app: Flask, house: Installation, cast: Cast, clerk: Visitor
) -> None:
    with house.sessions() as session:
        place_id = get_place(session, LIUTANG).id
    office = signed_in(app, house, cast.office)
    page = office.sends(
        "/desk/recusals",
        staff=str(cast.entry.staff_id),
        place=str(place_id),
        reason="亲属在村委会任职",
    )
    assert "示例·entry 柳塘村 亲属在村委会任职" in page.words
    assert "柳塘村" not in clerk.opens(HOME).words
    clerk.opens(f"{HOME}/{LIUTANG}/paper", status=404)
    clerk.opens(f"{HOME}/{YUNXI}/paper")


# The sheet of paper


def asked_on(page: Page) -> list[str]:
    """The questions printed on a sheet, in their order."""
    return re.findall(r'<div class="q"><p><b>\d+\.</b> ([^<]+?) <', page.html)


@pytest.mark.parametrize(
    ("place", "kind"), [(YUNXI, "urban"), (LIUTANG, "rural")], ids=["urban", "rural"]
)
def test_the_sheet_asks_what_a_phone_asks_in_that_community(
    member: Visitor, place: str, kind: str
) -> None:
    shown = specialise(parse(compose()), {"community_kind": kind})
    for url in (f"{HOME}/{place}/sheet", f"{HOME}/sheet?kind={kind}"):
        page = member.opens(url)
        assert asked_on(page) == [item.title for item in shown.questions]
        for item in shown.questions:
            assert item.title in page.words
            assert all(option.label in page.words for option in item.options)


def test_the_sheet_promises_numbers_and_leads(member: Visitor) -> None:
    words = member.opens(f"{HOME}/{YUNXI}/sheet").words
    assert "示例区第一轮巡察 · 云溪社区" in words
    assert "不署名，请不要写姓名、电话和门牌号。" in words
    assert (
        "3. 卡在哪里？（可以多选） （第 2 题选了“多跑了几趟”或“没办成”的请答）" in words
    )
    assert "（最多选 3 样） 最多选 3 项" in words
    assert "收到 4 月 1 日。问事打 000-0000-0000。" in words


def test_nothing_on_the_sheet_looks_like_a_number_of_the_sheet(
    member: Visitor,
) -> None:
    """It says that there is none: a question's id would be taken for one."""
    shown = specialise(parse(compose()), {"community_kind": "urban"})
    words = member.opens(f"{HOME}/{YUNXI}/sheet").words.split()
    assert not {item.id for item in shown.questions} & set(words)


def test_no_sheet_can_be_told_from_another(
    app: Flask, house: Installation, cast: Cast
) -> None:
    sheets = {
        signed_in(app, house, player).opens(f"{HOME}/{YUNXI}/sheet").html
        for player in (cast.member, cast.mate, cast.entry, cast.office)
    }
    assert len(sheets) == 1


def test_before_the_round_is_announced_the_office_prints_what_it_would_ask(
    app: Flask, house: Installation, cast: Cast
) -> None:
    with house.sessions() as session, session.begin():
        round_id = make_round(session, name="示例区第二轮巡察").id
    office = signed_in(app, house, cast.office)
    page = office.opens(f"{HOME}/sheet?kind=urban&trait=factory&round={round_id}")
    assert "示例区第二轮巡察 · 城市社区、厂居社区" in page.words
    shown = specialise(
        parse(compose()), {"community_kind": "urban", "community_trait": "factory"}
    )
    assert asked_on(page) == [item.title for item in shown.questions]


@pytest.mark.parametrize("asked", ["", "kind=", "kind=moon", "kind=urban&trait=moon"])
def test_a_kind_there_is_not_is_not_found(member: Visitor, asked: str) -> None:
    member.opens(f"{HOME}/sheet?{asked}", status=404)


def test_a_community_of_no_round_of_theirs_is_not_found(
    member: Visitor, house: Installation
) -> None:
    with house.sessions() as session, session.begin():
        code = make_place(session).code
    for form in ("survey", "letter", "paper", "sheet", "done"):
        member.opens(f"{HOME}/{code}/{form}", status=404)
