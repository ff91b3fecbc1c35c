"""The office tries a questionnaire in a real browser, as a resident would fill it in."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from portal.questionnaires import drafting, shipped
from tests.browser.screens import PHONE, Desk
from tests.browser.town import Town


@dataclass
class Office:
    """A desk with a draft on it."""

    desk: Desk
    draft: str

    def opens(self, step: str) -> None:
        self.desk.opens(f"{self.draft}/{step}")


@pytest.fixture
def office(town: Town, browser: Browser) -> Iterator[Office]:
    with town.house.sessions() as session, session.begin():
        made = drafting.keep_draft(
            session, shipped.compose(), code="own", by="office", now=town.clock()
        )
        draft = f"/desk/questionnaires/{made.id}"
    desk = Desk(town, browser, script=True)
    desk.signs_in("office")
    yield Office(desk, draft)
    desk.closes()


def test_a_draft_is_looked_at_and_tried_with_its_script(office: Office) -> None:
    """No page is wider than its window, and nothing is refused by its policy."""
    office.opens("audiences")
    office.desk.follows("涉农社区 · 飞地")
    page = office.desk.page
    assert "两个区交界的事" in office.desk.words
    assert page.locator("#errand_why").is_hidden()
    office.desk.ticks(errand="failed")
    assert page.locator("#errand_why").is_visible()
    office.desk.ticks(errand_why="papers")
    office.desk.writes(more="路灯坏了")
    office.desk.presses("试填：看看会存下什么")
    for words in ("没办成", "材料要了一样又一样", "路灯坏了", "没有存，也不算数"):
        assert words in office.desk.words
    office.desk.follows("再试一份")
    assert page.input_value("[name=more]") == ""  # the script keeps none of it


def test_a_preview_fits_a_phone(office: Office) -> None:
    office.desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict
    office.desk.width = PHONE["width"]
    office.opens("preview?kind=urban")
    office.opens("audiences")
