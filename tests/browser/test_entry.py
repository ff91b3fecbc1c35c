"""Filling in for others, as it is done: a pile of paper by keyboard, a phone at a door."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from portal.questionnaires.definition import canonical, parse, revision, specialise
from portal.questionnaires.shipped import compose
from portal.web.installation import Installation
from portal.web.staff import COOKIE
from tests.browser.test_print import A4, pages_of, printed
from tests.browser.town import Server
from tests.makers import Cast, Player, signed_in
from tests.stages.definitions import EVERY_RULE

HERE = "/desk/entry/999001001001"
PRINTED_WIDTH = 665  # CSS pixels of 176 mm between the margins of A4
FINGER = 48  # pixels
Opens = Callable[..., Page]

# One sheet of the shipped questionnaire: an answer a question, 3 and 8 not asked.
KEYS = ("2", "1", "", "3", "1", "2", "1", "", "4", "1", "2", "2", "1", "2", "")


@pytest.fixture
def opens(browser: Browser, house: Installation, app: Flask) -> Iterator[Opens]:
    """A browser of one of the cast, signed in."""
    server, contexts = Server(), []
    house.settings = replace(house.settings, base_url=server.base_url)
    server.app = app

    def opened(player: Player, *, width: int = 1280, has_script: bool = True) -> Page:
        cookie = signed_in(app, house, player).client.get_cookie(COOKIE, path="/desk")
        assert cookie is not None
        context = browser.new_context(
            locale="zh-CN",
            base_url=server.base_url,
            viewport={"width": width, "height": 800},
            java_script_enabled=has_script,
        )
        url = f"{server.base_url}/desk"
        context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": url}])
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    server.stop()


# A pile of paper


def wait_for_cursor(page: Page) -> None:
    """A browser sets it a little after the page is there; what comes sooner is lost."""
    page.locator(".keyed :focus").wait_for()


def type_sheet(page: Page, *, on: str) -> int:
    """Type a sheet in, `on` leading to the next box; how many keys were pressed."""
    pressed = 0
    for answer in KEYS:
        page.keyboard.type(answer)
        page.keyboard.press(on)
        pressed += len(answer) + 1
    page.keyboard.press("Enter")  # the button is reached by now
    page.wait_for_url("**/paper?*")
    return pressed + 1


@pytest.mark.parametrize(("has_script", "on"), [(True, "Enter"), (False, "Tab")])
def test_a_pile_is_typed_in_without_touching_the_mouse(
    opens: Opens, cast: Cast, house: Installation, has_script: bool, on: str
) -> None:
    page = opens(cast.entry, has_script=has_script)
    page.goto(f"{HERE}/paper")
    wait_for_cursor(page)
    for number in (1, 2, 3):
        assert type_sheet(page, on=on) == 28
        page.get_by_text(f"这一回录了 {number} 张").wait_for()
        wait_for_cursor(page)
    assert house.door.box.waiting() == 3


def test_control_and_enter_keep_a_sheet_from_any_box(
    opens: Opens, cast: Cast, house: Installation
) -> None:
    page = opens(cast.entry)
    page.goto(f"{HERE}/paper")
    wait_for_cursor(page)
    for answer in KEYS[:-1]:
        page.keyboard.type(answer)
        page.keyboard.press("Enter")
    page.keyboard.type("路灯不亮")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("三个月了")
    page.keyboard.press("Control+Enter")
    page.get_by_text("这一回录了 1 张").wait_for()
    assert house.door.box.waiting() == 1


def test_enter_too_soon_without_script_keeps_nothing_and_goes_on_where_it_was(
    opens: Opens, cast: Cast, house: Installation
) -> None:
    page = opens(cast.entry, has_script=False)
    page.goto(f"{HERE}/paper")
    wait_for_cursor(page)
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.get_by_text("从第 2 题起都空着").first.wait_for()
    assert house.door.box.waiting() == 0
    wait_for_cursor(page)
    page.keyboard.type("1")  # the cursor stands in question 2
    assert page.input_value("#overall") == "2"
    assert page.input_value("#errand") == "1"


# At the door


@pytest.mark.parametrize("has_script", [True, False])
def test_a_questionnaire_is_tapped_in_on_a_phone(
    opens: Opens, cast: Cast, house: Installation, has_script: bool
) -> None:
    page = opens(cast.member, width=360, has_script=has_script)
    for form in ("letter", "survey"):
        page.goto(f"{HERE}/{form}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        for target in page.locator(".o, .in, .go, .act:visible").all():
            if target.is_visible():
                box = target.bounding_box()
                assert box is not None
                assert box["height"] >= FINGER
    page.locator("label.o", has_text="基本满意").click()
    page.get_by_text("封好，投进意见箱").click()
    page.get_by_text("投进意见箱了").first.wait_for()
    assert house.door.box.waiting() == 1


def test_what_one_household_began_is_not_on_the_phone_at_the_next_door(
    opens: Opens, cast: Cast
) -> None:
    page = opens(cast.member, width=360)
    for leaves in ("不填了", "封好，投进意见箱"):
        page.goto(f"{HERE}/survey")
        page.fill("#more", "三栋的路灯")
        page.reload()
        assert page.input_value("#more") == "三栋的路灯"  # a draft, so far
        page.get_by_text(leaves).click()
        page.wait_for_url(lambda url: not url.endswith("/survey"))
        page.goto(f"{HERE}/survey")
        assert page.input_value("#more") == ""


# The sheet


@pytest.mark.parametrize(
    "asked", ["kind=urban", "kind=rural", "kind=urban&trait=factory"]
)
def test_the_shipped_sheet_is_one_leaf_of_a4(
    opens: Opens, cast: Cast, asked: str
) -> None:
    content = printed(opens(cast.office), f"/desk/entry/sheet?{asked}")
    assert pages_of(content) == [A4, A4]
    facts = dict(part.split("=") for part in asked.split("&"))
    shown = specialise(
        parse(compose()), {f"community_{name}": value for name, value in facts.items()}
    )
    words = words_of(content)
    for item in shown.questions:
        assert "".join(item.title.split()) in words
        assert all(option.label in words for option in item.options)


def test_every_type_of_question_fits_between_the_margins(
    opens: Opens, cast: Cast, house: Installation
) -> None:
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE questionnaire SET revision = :r, document = :d"),
            {"r": revision(EVERY_RULE), "d": canonical(EVERY_RULE).decode()},
        )
    page = opens(cast.office, width=PRINTED_WIDTH)
    page.emulate_media(media="print")
    page.goto(f"{HERE}/sheet")
    assert page.evaluate("document.documentElement.scrollWidth") <= PRINTED_WIDTH
    assert set(pages_of(printed(page, f"{HERE}/sheet"))) == {A4}


def words_of(content: bytes) -> str:
    """The text of a printed document, white space left out."""
    document = pypdfium2.PdfDocument(content)
    found = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return "".join(found.split())
