"""Questionnaire results on the desk: suppressed, and refreshed in tens."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.figures.responses import snapshots, units_in
from portal.intake.records import Response
from portal.places import Place, get_place
from portal.web.installation import Installation
from tests.makers import Cast
from tests.web.desk.scenes import Office

YUNXI, LIUTANG = "999001001001", "999001001201"


@pytest.fixture
def office(app: Flask, session: Session, house: Installation, cast: Cast) -> Office:
    return Office.of(app, session, house, cast)


def scale_item(office: Office) -> tuple[str, list[str]]:
    """A question with a scale, and its option ids."""
    units = units_in(office.fresh(), office.scene.cast.round_id)
    asked = next(unit.asked[0] for unit in units if unit.item.type == "scale")
    return asked.key, [option.id for option in asked.scale]


def came_in(office: Office, code: str, *numbers: int) -> Place:
    """Responses that chose the options of the scale that often, in its order."""
    session, (key, options) = office.fresh(), scale_item(office)
    place = get_place(session, code)
    for option, number in zip(options, numbers, strict=False):
        session.add_all(
            Response(
                round_id=office.scene.cast.round_id,
                place_id=place.id,
                channel_kind=ChannelKind.LIFT,
                revision="r",
                ticks={key: option},
                flags=[],
            )
            for _ in range(number)
        )
    session.commit()
    return place


def shown(office: Office, code: str = YUNXI) -> dict[str, int] | None:
    """The counts of the scale, after the office has looked."""
    office.desk("office").opens(f"/desk/figures?place={code}")
    key, _ = scale_item(office)
    place = get_place(office.scene.session, code)
    round_id = office.scene.cast.round_id
    (snapshot,) = snapshots(office.scene.session, round_id, places=[place])
    return dict(snapshot.tables[key]) if key in snapshot.tables else None


def test_nothing_is_shown_before_every_option_has_five(office: Office) -> None:
    came_in(office, YUNXI, 8, 8, 8, 8, 4)
    assert shown(office) is None
    came_in(office, YUNXI, 9, 0, 0, 0, 1)
    assert list((shown(office) or {}).values()) == [17, 8, 8, 8, 5]


def test_a_result_changes_only_after_ten_more_answers_of_every_kind(
    office: Office,
) -> None:
    came_in(office, YUNXI, 6, 6, 6, 6, 6)
    first = shown(office)
    assert first
    for number in range(1, 10):
        came_in(office, YUNXI, 1)
        assert shown(office) == first, number
    came_in(office, YUNXI, 1)
    assert shown(office) == first  # all of the ten chose the same
    came_in(office, YUNXI, 0, 5, 5, 5, 4)
    assert shown(office) == first
    came_in(office, YUNXI, 9, 0, 0, 0, 1)
    assert list((shown(office) or {}).values()) == [25, 11, 11, 11, 11]


def changes(show: Callable[[], object], add_one: Callable[[], object]) -> bool:
    """Whether one answer more can be watched coming in."""
    before = show()
    add_one()
    return show() != before


def test_one_answer_cannot_be_watched_but_a_leaking_twin_shows_it(
    office: Office,
) -> None:
    from portal.figures import responses

    came_in(office, YUNXI, 7, 7, 7, 7, 7)
    session, round_id = office.scene.session, office.scene.cast.round_id

    def one_more() -> None:
        came_in(office, YUNXI, 1)

    assert not changes(lambda: shown(office), one_more)
    assert changes(lambda: responses._how_many(session, round_id), one_more)


def test_the_page_shows_a_community_with_its_basis(office: Office) -> None:
    came_in(office, YUNXI, 6, 6, 6, 6, 6)
    page = office.desk("office").opens(f"/desk/figures?place={YUNXI}")
    assert "云溪社区" in page.words
    assert "收回 30 份" in page.words
    assert "自愿填写，不代表全体居民" in page.words


def test_before_ten_answers_the_page_is_empty(office: Office) -> None:
    came_in(office, YUNXI, 9)
    page = office.desk("office").opens(f"/desk/figures?place={YUNXI}")
    assert "还没有能看的数" in page.words
    assert "收回" not in page.words


def test_members_see_their_own_communities_only(office: Office) -> None:
    came_in(office, YUNXI, 6, 6, 6, 6, 6)
    assert "云溪社区" in office.desk("member").opens("/desk/figures").words
    stranger = office.desk("stranger").opens(f"/desk/figures?place={YUNXI}")
    assert "收回 30 份" not in stranger.words
    for name in ("unit", "discipline", "admin"):
        office.desk(name).opens("/desk/figures", status=403)
