"""Questionnaire results on the desk: suppressed, and refreshed in tens."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.figures.responses import questions_of, shown_counts
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
    asked = next(
        a
        for a in questions_of(office.fresh(), office.scene.cast.round_id)
        if a.item.type == "scale"
    )
    return asked.key, [option.id for option in asked.scale]


def came_in(office: Office, code: str, *, chosen: dict[str, int]) -> Place:
    """Responses that chose these options of the scale that often."""
    session, (key, _) = office.fresh(), scale_item(office)
    place = get_place(session, code)
    for option, number in chosen.items():
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


def shown(office: Office, place: Place) -> dict[str, int] | None:
    key, _ = scale_item(office)
    counts = shown_counts(office.scene.session, office.scene.cast.round_id, place)
    return counts.get(key)


def test_nine_answers_are_not_shown_and_ten_are(office: Office) -> None:
    _, (good, mostly, *_) = scale_item(office)
    place = came_in(office, YUNXI, chosen={good: 5, mostly: 4})
    assert shown(office, place) is None
    came_in(office, YUNXI, chosen={mostly: 1})
    counts = shown(office, place)
    assert counts is not None
    assert (counts[good], counts[mostly]) == (5, 5)


def test_a_result_changes_only_after_ten_more_answers(office: Office) -> None:
    _, (good, mostly, *_) = scale_item(office)
    place = came_in(office, YUNXI, chosen={good: 6, mostly: 6})
    first = shown(office, place)
    for _ in range(9):
        came_in(office, YUNXI, chosen={good: 1})
        assert shown(office, place) == first
    came_in(office, YUNXI, chosen={good: 1})
    assert shown(office, place) != first


def changes(show: Callable[[], object], add_one: Callable[[], object]) -> bool:
    """Whether one answer more can be watched coming in."""
    before = show()
    add_one()
    return show() != before


def test_one_answer_cannot_be_watched_but_a_leaking_twin_shows_it(
    office: Office,
) -> None:
    from portal.figures import responses

    _, (good, mostly, *_) = scale_item(office)
    place = came_in(office, YUNXI, chosen={good: 7, mostly: 7})
    session, round_id = office.scene.session, office.scene.cast.round_id

    def one_more() -> None:
        came_in(office, YUNXI, chosen={good: 1})

    assert not changes(lambda: shown(office, place), one_more)
    assert changes(lambda: responses._counted(session, round_id, place), one_more)


def test_the_page_shows_a_community_with_its_basis(office: Office) -> None:
    _, (good, mostly, *_) = scale_item(office)
    came_in(office, YUNXI, chosen={good: 6, mostly: 6})
    page = office.desk("office").opens(f"/desk/figures?place={YUNXI}")
    assert "云溪社区" in page.words
    assert "收回 12 份" in page.words
    assert "自愿填写，不代表全体居民" in page.words


def test_small_cells_are_not_on_the_page(office: Office) -> None:
    _, (good, mostly, fair, *_) = scale_item(office)
    came_in(office, YUNXI, chosen={good: 8, mostly: 8, fair: 1})
    page = office.desk("office").opens(f"/desk/figures?place={YUNXI}")
    assert "有的选项人数太少" in page.words
    assert "不显示" in page.words


def test_before_ten_answers_the_page_is_empty(office: Office) -> None:
    _, (good, *_) = scale_item(office)
    came_in(office, YUNXI, chosen={good: 9})
    page = office.desk("office").opens(f"/desk/figures?place={YUNXI}")
    assert "还没有能看的数" in page.words
    assert "收回" not in page.words


def test_members_see_their_own_communities_only(office: Office) -> None:
    _, (good, mostly, *_) = scale_item(office)
    came_in(office, YUNXI, chosen={good: 6, mostly: 6})
    assert "云溪社区" in office.desk("member").opens("/desk/figures").words
    stranger = office.desk("stranger").opens(f"/desk/figures?place={YUNXI}")
    assert "收回 12 份" not in stranger.words
    for name in ("unit", "discipline", "admin"):
        office.desk(name).opens("/desk/figures", status=403)
