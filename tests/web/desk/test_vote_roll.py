"""干部人数 on the desk: at most as many slips as cadres, where the number is known."""

from typing import Any

import pytest

from portal import vote
from portal.vote import Electorate
from tests.visitor import Page
from tests.web.desk.scenes import Office
from tests.web.desk.test_vote import YUNXI, manifest_of, prepared, slips_of, upload

URL = "/desk/vote/roll?electorate=cadres"


@pytest.fixture
def office(office: Office) -> Office:
    prepared(office, "cadres")
    return office


def field(office: Office) -> str:
    return f"n{office.scene.place_id(YUNXI)}"


def sends(office: Office, number: str, *, status: int = 200) -> Page:
    typed: dict[str, Any] = {field(office): number}
    return office.desk("office").sends(URL, status=status, **typed)


def roll(office: Office) -> dict[int, int]:
    session = office.fresh()
    found = vote.find_election(session, office.scene.cast.round_id, Electorate.CADRES)
    assert found
    return vote.roll(session, found.id)


def test_numbers_are_kept_and_bound_the_slips(office: Office) -> None:
    page = sends(office, " １２ ")
    assert "人数记下了" in page.words
    assert page.form[field(office)] == ["12"]
    assert roll(office) == {office.scene.place_id(YUNXI): 12}
    many = manifest_of(YUNXI, slips_of(YUNXI, 13, "2026-1-G"), "2026-1-G").to_json()
    refused = upload(office, many, status=422, electorate="cadres")
    assert "选票多于登记的干部人数" in refused.words
    few = manifest_of(YUNXI, slips_of(YUNXI, 12, "2026-1-G"), "2026-1-G").to_json()
    assert "云溪社区 12 12" in upload(office, few, electorate="cadres").words


@pytest.mark.parametrize("typed", ["很多", "-1", "1.5", "1234567"])
def test_what_is_no_number_is_told_and_kept(office: Office, typed: str) -> None:
    page = sends(office, typed, status=422)
    assert "云溪社区的人数请写整数；不清楚的留空。" in page.words
    assert page.form[field(office)] == [typed]
    assert roll(office) == {}


def test_fewer_than_slips_made_is_refused(office: Office) -> None:
    made = manifest_of(YUNXI, slips_of(YUNXI, 12, "2026-1-G"), "2026-1-G").to_json()
    upload(office, made, electorate="cadres")
    page = sends(office, "11", status=422)
    assert "选票多于登记的干部人数" in page.words
    sends(office, "12")
    sends(office, "")
    assert roll(office) == {}


def test_residents_have_no_roll(office: Office) -> None:
    prepared(office)
    office.desk("office").opens("/desk/vote/roll", status=404)
    office.desk("member").opens(URL, status=403)
