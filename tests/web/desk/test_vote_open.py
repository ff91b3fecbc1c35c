"""开放评价 on the desk: chosen instead of slips, opened, closed by two, never a score."""

import pytest

from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, VoteMode
from tests.makers import in_phase
from tests.stages.test_vote_open import STEPS, Square
from tests.visitor import Page
from tests.web.desk.scenes import Office
from tests.web.desk.test_vote import (
    YUNXI,
    closers,
    election,
    manifest_of,
    prepared,
    slips_of,
    step,
    upload,
)

NAMES = [o.name for o in DEFAULT_TERMS.scale if len(o.name) > 2]  # 满意 is in 满意度


def choose(office: Office, mode: str, *, status: int = 200, at: str = "") -> Page:
    desk = office.desk("office")
    return desk.sends(
        f"/desk/vote/mode/{mode}{at}", at=f"/desk/vote{at}", status=status
    )


def opened(office: Office) -> Page:
    prepared(office)
    choose(office, "open")
    return office.desk("office").sends(
        "/desk/vote/open", at="/desk/vote", closers=closers(office)
    )


def test_a_vote_is_prepared_for_slips_and_can_be_opened_to_all_instead(
    office: Office,
) -> None:
    assert "改成开放评价" in prepared(office).words
    page = choose(office, "open")
    assert "改成开放评价了：不发票，谁扫了社区的码都能评。" in page.words
    assert "上传票根清单" not in page.words
    assert election(office).mode is VoteMode.OPEN
    page = choose(office, "slips")
    assert "改回入户票了" in page.words
    assert "上传票根清单" in page.words


def test_it_opens_without_slips_and_stays_as_it_is(office: Office) -> None:
    assert "投票已经开始。" in opened(office).words
    page = choose(office, "slips", status=409)
    assert "不能再改" in page.words
    assert election(office).mode is VoteMode.OPEN


def test_two_closers_are_named(office: Office) -> None:
    prepared(office)
    choose(office, "open")
    desk = office.desk("office")
    page = desk.sends("/desk/vote/open", at="/desk/vote", status=422)
    assert "请选 2 至 4 位关票人。" in page.words
    page = desk.sends(
        "/desk/vote/open", at="/desk/vote", status=422, closers=closers(office)[:1]
    )
    assert "请指定 2 至 4 位不同的、在岗的关票人。" in page.words


def test_where_slips_are_made_there_is_no_other_mode(office: Office) -> None:
    page = upload(office, manifest_of(YUNXI, slips_of(YUNXI, 3)).to_json())
    assert "改成开放评价" not in page.words
    assert "不能再改" in choose(office, "open", status=409).words


def test_slips_for_an_open_vote_are_refused(office: Office) -> None:
    upload(office, manifest_of(YUNXI, slips_of(YUNXI, 3)).to_json()[:10], status=422)
    choose(office, "open")
    file = manifest_of(YUNXI, slips_of(YUNXI, 3)).to_json()
    page = upload(office, file, status=409)
    assert "这次是开放评价，不发票" in page.words


def test_cadres_are_never_asked_this_way(office: Office) -> None:
    page = prepared(office, "cadres")
    assert "改成开放评价" not in page.words
    page = choose(office, "open", status=422, at="?electorate=cadres")
    assert "只能发票" in page.words


def test_another_mode_is_not_found(office: Office) -> None:
    prepared(office)
    choose(office, "lottery", status=404)


def test_it_is_closed_by_two_people_and_shows_numbers_alone(office: Office) -> None:
    opened(office)
    scene = office.scene
    in_phase(scene.house, scene.cast.round_id, Phase.VOTING)
    square = Square(scene.house, scene.cast, office.fresh())
    square.rate_all(dict.fromkeys(STEPS, 3))
    page = office.desk("office").opens("/desk/vote")
    assert "云溪社区 15" in page.words
    assert not any(name in page.words for name in NAMES)
    step(office, "chief", "agree")
    assert "请停票的那一位会签" in step(office, "office", "count").words
    assert scene.house.ratings.turnout(1) == {}
    page = step(office, "chief", "countersign")
    assert "把那时的销毁" in page.words
    assert "云溪社区 15 0 各选项的份数" in page.words
    assert "柳塘村 0 0 不足 10 份，只公布份数" in page.words
    assert not any(name in page.words for name in NAMES)


def test_whoever_ended_it_does_not_open_it(office: Office) -> None:
    opened(office)
    step(office, "chief", "agree")
    assert "关票要两个人" in step(office, "chief", "count", status=403).words


@pytest.mark.parametrize("name", ["member", "unit", "admin", "entry"])
def test_nobody_else_chooses(office: Office, name: str) -> None:
    prepared(office)
    token = office.desk(name).opens("/desk/").form["csrf_token"][0]
    office.desk(name).posts("/desk/vote/mode/open", status=403, csrf_token=token)
