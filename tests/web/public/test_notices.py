"""公告: who inspects whom, until when, and what may be told."""

import pytest
from flask import Flask

from portal.rounds import Phase, get_round
from portal.web.installation import Installation
from tests.makers import Cast
from tests.visitor import Visitor
from tests.web.public.scenes import FROM_WECHAT, put_in

NAME = "示例区第一轮巡察"


def amend(house: Installation, cast: Cast, **given: str) -> None:
    """The office writes something else into the notice."""
    with house.sessions() as session, session.begin():
        round_ = get_round(session, cast.round_id)
        for name, text in given.items():
            setattr(round_, name, text)


@pytest.mark.parametrize("phase", list(Phase))
def test_a_notice_is_public_from_its_announcement_on(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast, phase: Phase
) -> None:
    put_in(app, house, cast, phase)
    is_public = phase is not Phase.PREPARING
    index = visitor.opens("/notices")
    assert (NAME in index.words) == is_public
    assert ("还没有公告" in index.words) != is_public
    page = visitor.opens(f"/notices/{cast.round_id}", status=200 if is_public else 404)
    assert (NAME in page.words) == is_public


def test_a_notice_says_all_that_s2_asks_for(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    amend(house, cast, letter_box="示例区大院东门", mail="示例区 1 号信箱")
    words = visitor.opens(f"/notices/{cast.round_id}").words
    for said in (
        "示例区委巡察组从 3 月 2 日到 4 月 1 日，对 3 个村（社区）开展巡察",
        "村（社区）干部作风、账目、低保、工程、物业等问题",
        "已进入诉讼的事项，转有关部门",
        "打电话：000-0000-0000 · 8:00–18:00",
        "投信箱：示例区大院东门",
        "寄信：示例区 1 号信箱",
        "云溪社区、柳塘村、厂东社区",
    ):
        assert said in words


def test_what_a_notice_has_not_is_not_announced_empty(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    amend(house, cast, hotline="", passed_on="", accepted="")
    words = visitor.opens(f"/notices/{cast.round_id}").words
    for heading in ("打电话", "投信箱", "寄信", "这些事可以说", "转给别的部门"):
        assert heading not in words
    assert "怎么说" in words


def test_lines_become_points_and_markup_stays_words(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    amend(house, cast, accepted="作风\n账目<b>与</b>低保")
    page = visitor.opens(f"/notices/{cast.round_id}")
    assert page.html.count("<li>作风</li>") == 1
    assert "<li>账目&lt;b&gt;与&lt;/b&gt;低保</li>" in page.html


@pytest.mark.parametrize("number", ["999", "0", "-1", "x", "9" * 30])
def test_an_unknown_notice_is_not_found(visitor: Visitor, number: str) -> None:
    assert "没有找到" in visitor.opens(f"/notices/{number}", status=404).words


def test_attention_and_teams_are_nobodys_business(visitor: Visitor, cast: Cast) -> None:
    html = visitor.opens(f"/notices/{cast.round_id}").html
    assert "第一组" not in html
    for player in cast.players.values():
        assert f"示例·{player.username}" not in html


def test_the_index_leads_to_each_notice_in_the_reader_s_own_size(
    visitor: Visitor, cast: Cast
) -> None:
    page = visitor.opens("/notices?lang=en&big=1")
    assert f"/notices/{cast.round_id}?big=1&lang=en" in page.links()
    assert "示例区委巡察组 · 2 March–1 April" in page.words
    assert (
        visitor.opens(f"/notices{FROM_WECHAT}").html == visitor.opens("/notices").html
    )


def test_a_notice_reads_for_one_community(visitor: Visitor, cast: Cast) -> None:
    where = f"/notices/{cast.round_id}"
    here = visitor.opens(f"{where}?place=999001001001").words
    assert "在云溪社区开展巡察" in here
    assert "在云溪社区开展巡察" not in visitor.opens(where).words
    assert "个村（社区）开展巡察" in visitor.opens(f"{where}?place=0").words
