"""「逐条问」 on the desk: chosen when voting opens, shown, printed and typed in."""

from typing import Any

import pytest

from portal import vote
from portal.vote import ElectionState
from tests.house.walk import parts_of
from tests.makers import make_disclosure
from tests.visitor import Page
from tests.web.desk.scenes import Office
from tests.web.desk.test_vote import (
    CHANGDONG,
    YUNXI,
    closers,
    election,
    manifest_of,
    slips_of,
    upload,
)

PROBLEM = "电动车占道"
ENTRY = "/desk/vote/entry"
SCORES = {d.id: "fair" for d in vote.DEFAULT_TERMS.dimensions}


@pytest.fixture
def slips(office: Office) -> list[vote.Slip]:
    """Of a vote that is prepared in two communities."""
    slips = slips_of(YUNXI, 12)
    others = manifest_of(CHANGDONG, slips_of(CHANGDONG, 3))
    upload(office, manifest_of(YUNXI, slips).to_json(), others.to_json())
    return slips


def opens(office: Office, *, status: int = 200, **fields: str) -> Page:
    desk = office.desk("office")
    token = desk.opens("/desk/vote").form["csrf_token"][-1]
    sent = {"csrf_token": token, "posted": "y", **fields}
    return desk.posts("/desk/vote/open", status=status, closers=closers(office), **sent)


def disclose(office: Office) -> None:
    make_disclosure(office.scene.house, office.scene.cast, office.scene.cast.yunxi)


def test_nothing_is_asked_unless_it_is_ticked(
    office: Office, slips: list[vote.Slip]
) -> None:
    disclose(office)
    page = opens(office)
    assert "逐条问的" not in page.words
    assert election(office).items == {}


def test_what_is_asked_is_shown_once_voting_is_open(
    office: Office, slips: list[vote.Slip]
) -> None:
    disclose(office)
    page = opens(office, asks="y")
    assert f"逐条问的 云溪社区：{PROBLEM}" in page.words
    assert [item.words for item in election(office).items[YUNXI]] == [PROBLEM]


def test_where_nothing_is_disclosed_voting_does_not_open_and_the_tick_stays(
    office: Office, slips: list[vote.Slip]
) -> None:
    page = opens(office, status=422, asks="y")
    assert "这一轮还没有公示的问题，没有可以逐条问的" in page.words
    assert page.form["asks"] == ["y"]
    assert election(office).state is ElectionState.PREPARED


def test_a_sheet_is_printed_and_typed_in_with_what_its_community_is_asked(
    office: Office, slips: list[vote.Slip]
) -> None:
    disclose(office)
    opens(office, asks="y")
    desk, name = office.desk("entry"), election(office).items[YUNXI][0].id
    assert f"{PROBLEM} 改好了 改了一些" in desk.opens(f"{ENTRY}/{YUNXI}").words
    assert PROBLEM not in desk.opens(f"{ENTRY}/{CHANGDONG}").words
    assert PROBLEM in desk.opens(f"{ENTRY}?place={YUNXI}").words
    assert PROBLEM not in desk.opens(f"{ENTRY}?place={CHANGDONG}").words
    sent: dict[str, Any] = {**parts_of(slips[0].secret), **SCORES, name: "partly"}
    for who, said in (("entry", "第一遍录好了"), ("office", "这张票投进去了")):
        page = office.desk(who).sends(f"{ENTRY}?place={YUNXI}", **sent)
        assert said in page.words
    left_out: dict[str, Any] = {**sent, **parts_of(slips[1].secret)}
    office.desk("entry").sends(f"{ENTRY}?place={YUNXI}", **left_out)
    del left_out[name]
    page = office.desk("office").sends(f"{ENTRY}?place={YUNXI}", **left_out)
    assert "两次录入不一样" in page.words


def test_a_sheet_in_the_wrong_pile_is_told_where_it_belongs(
    office: Office, slips: list[vote.Slip]
) -> None:
    opens(office)
    sent: dict[str, Any] = {**parts_of(slips[0].secret), **SCORES}
    page = office.desk("entry").sends(f"{ENTRY}?place={CHANGDONG}", status=422, **sent)
    assert "这张选票是云溪社区的" in page.words
    assert page.form["effect"] == ["fair"]
    office.desk("entry").opens(f"{ENTRY}?place=999009009009", status=404)
