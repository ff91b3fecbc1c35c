"""What a phone shows, in a real browser: sizes, what is kept, what comes and goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.entrances import entrance
from portal.questionnaires.definition import Definition
from portal.questionnaires.frozen import questionnaire_of
from portal.questionnaires.walk import walk
from portal.rounds import Phase
from portal.web.app import create_app
from portal.web.installation import Installation
from tests.asking import Offered, Posted, asks, mended
from tests.browser.screens import PHONE
from tests.browser.town import Server
from tests.makers import Cast, in_phase, make_disclosure, make_result, make_vote
from tests.stages.definitions import EVERY_RULE, Document, documents
from tests.web.public.scenes import YUNXI
from tests.web.public.test_any_survey import Village, kept_from

LEAST = 48  # pixels, either way, of whatever can be pressed
BASE = 18  # pixels of the text
BIG = 24  # the vote's page: six dimensions in big print, unless a voter says otherwise
SMALL = """least => [...document.querySelectorAll("a,button,summary,input,textarea,select")]
  .filter(x => x.type != "hidden" && !x.closest(".vh,.skip,[hidden]"))
  .map(x => [x.closest("label") || x, (x.closest("label") || x).getClientRects()[0]])
  .filter(([x, r]) => r && (r.width < least || r.height < least))
  .map(([x, r]) => `${x.textContent.trim() || x.name}: ${r.width} × ${r.height}`)"""
WIDE = "document.documentElement.scrollWidth"
BESIDE = """() => [...document.querySelectorAll("form .q")].filter((x, i, all) => {
  const a = x.getBoundingClientRect(), b = all[i + 1] && all[i + 1].getBoundingClientRect();
  return b && b.height && a.height && b.top < a.bottom - 1}).map(x => x.id)"""


@dataclass
class Street:
    """The cast's installation, served, and phones that open it."""

    house: Installation
    cast: Cast
    app: Flask
    base_url: str
    browser: Browser

    def phone(self, *, script: bool = True) -> BrowserContext:
        return self.browser.new_context(
            viewport=PHONE,  # type: ignore[arg-type]  # a plain dict to readers
            is_mobile=True,
            has_touch=True,
            locale="zh-CN",
            base_url=self.base_url,
            java_script_enabled=script,
        )

    def opens(self, path: str, *, script: bool = True) -> Page:
        page = self.phone(script=script).new_page()
        page.set_default_timeout(10_000)
        page.goto(path)
        return page


@pytest.fixture
def street(
    browser: Browser, house: Installation, cast: Cast, app: Flask
) -> Iterator[Street]:
    server = Server()
    house.settings = replace(house.settings, base_url=server.base_url)
    server.app = create_app(house)
    street = Street(house, cast, server.app, server.base_url, browser)
    yield street
    for context in browser.contexts:
        context.close()
    server.stop()


def places(street: Street, *, script: bool) -> Iterator[tuple[str, Page]]:
    """The pages residents hold in hand, from the hub to the results."""
    here = f"/q/{street.cast.yunxi}"
    for name in ("", "/survey", "/complaint"):
        yield name or "hub", street.opens(here + name, script=script)
    page = street.opens(f"{here}/survey", script=script)
    for wish in ("clean", "roads", "water", "safety"):
        page.check(f"[name=first][value={wish}]", force=True)
    sends(page)
    yield "survey with errors", page
    page = street.opens(f"{here}/complaint", script=script)
    page.fill("[name=text]", "路灯坏了三个月")
    sends(page)
    yield "receipt", page
    receipt = "".join(page.inner_text(".slip code").split())
    page = street.opens("/receipt", script=script)
    yield "receipt typed in", page
    page.fill("[name=receipt]", receipt)
    sends(page, "看看办到哪一步了")
    yield "letter by receipt", page
    in_phase(street.house, street.cast.round_id, Phase.VOTING)
    make_vote(street.house, street.cast)
    street.app.extensions["kept_pages"].clear()
    yield "hub while voting", street.opens(here, script=script)
    yield "vote", street.opens(f"{here}/vote", script=script)
    make_disclosure(street.house, street.cast, street.cast.yunxi)
    publishes(street)
    for path in (
        "/results",
        f"/results/{street.cast.round_id}",
        f"/results/{street.cast.round_id}/{YUNXI}",
        "/disclosures",
        f"/disclosures/{street.cast.round_id}/{YUNXI}",
    ):
        yield path, street.opens(path, script=script)


def publishes(street: Street) -> None:
    """The vote is counted."""
    make_result(street.house, street.cast)
    in_phase(street.house, street.cast.round_id, Phase.PUBLISHED)
    street.app.extensions.get("kept_pages", {}).clear()


def sends(page: Page, words: str = "封好，投进意见箱") -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_whatever_is_pressed_is_large_and_nothing_lies_beside_or_outside(
    street: Street, script: bool
) -> None:
    for name, page in places(street, script=script):
        print_ = BIG if name == "vote" else BASE
        size = page.evaluate("getComputedStyle(document.body).fontSize")
        assert (name, size) == (name, f"{print_}px")
        assert (name, page.evaluate(SMALL, LEAST)) == (name, [])
        assert (name, page.evaluate(BESIDE)) == (name, [])
        for percent in (100, 200):
            size = f"{1.125 * percent}%"
            page.evaluate(
                "size => document.documentElement.style.fontSize = size", size
            )
            assert (name, percent, page.evaluate(WIDE)) == (
                name,
                percent,
                PHONE["width"],
            )


def test_what_is_too_small_or_too_wide_is_found(street: Street) -> None:
    """The twins of the three measures."""
    page = street.opens(f"/q/{street.cast.yunxi}/survey")
    page.evaluate(
        "document.querySelector('.go').style.cssText = 'min-height:0;padding:0'"
    )
    page.evaluate("document.querySelector('h1').style.width = '500px'")
    page.evaluate(
        "document.querySelectorAll('.q').forEach(x => x.style.float = 'left')"
    )
    page.evaluate("document.querySelectorAll('.q').forEach(x => x.style.width = '40%')")
    (small,) = page.evaluate(SMALL, LEAST)
    assert small.startswith("封好，投进意见箱")
    assert page.evaluate(WIDE) > PHONE["width"]
    assert "overall" in page.evaluate(BESIDE)


@pytest.mark.parametrize("big", ["0", "1"])
def test_a_receipt_is_seen_whole_while_it_is_typed(street: Street, big: str) -> None:
    page = street.opens(f"/receipt?big={big}")
    for typed in ("1234 5678 9012 3456 7890", "1234 5678 9012 3456 7891"):
        page.fill("[name=receipt]", typed)
        box = page.locator("[name=receipt]")
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
        sends(page, "看看办到哪一步了")  # and beside the line of what is wrong


def test_a_sheet_of_paper_is_seen_whole(street: Street) -> None:
    in_phase(street.house, street.cast.round_id, Phase.VOTING)
    make_vote(street.house, street.cast)
    publishes(street)
    for below in ("", f"/{YUNXI}"):
        page = street.opens(f"/results/{street.cast.round_id}{below}/notice")
        assert page.evaluate(f"{WIDE} <= innerWidth")
        assert page.evaluate("innerWidth") > PHONE["width"]


# What is kept, and what goes


REMARK = "路灯坏了三个月，\n晚上老人不敢出门。"


def fills(page: Page) -> None:
    page.check("[name=overall][value=good]", force=True)
    page.check("[name=first][value=roads]", force=True)
    page.fill("[name=more]", REMARK)


def held(page: Page) -> tuple[list[str], str]:
    ticked = page.locator(":checked").evaluate_all("all => all.map(x => x.value)")
    return ticked, page.input_value("[name=more]")


Held = tuple[list[str], str]
KEPT: Held = (["good", "roads"], REMARK)
BLANK: Held = ([], "")


def test_back_and_a_reload_keep_what_was_typed_until_it_is_sent(street: Street) -> None:
    page = street.opens(f"/q/{street.cast.yunxi}/survey")
    fills(page)
    page.reload()
    assert held(page) == KEPT
    page.goto("/help")
    page.go_back()
    assert held(page) == KEPT
    sends(page)
    assert "投进意见箱了" in page.inner_text("main")
    page.go_back()
    assert held(page) == BLANK
    expect(page.locator("[data-of]")).to_have_text("已答 0 / 13")
    page.goto(f"/q/{street.cast.yunxi}/survey")
    assert held(page) == BLANK


def test_a_refused_form_keeps_it_and_so_does_the_way_back(street: Street) -> None:
    page = street.opens(f"/q/{street.cast.yunxi}/survey")
    fills(page)
    for wish in ("clean", "water", "safety"):
        page.check(f"[name=first][value={wish}]", force=True)
    sends(page)
    assert page.locator("#first-error").count() == 1
    page.uncheck("[name=first][value=safety]", force=True)
    for turn in (page.reload, page.go_back):
        turn()
        ticked, remark = held(page)
        assert (remark, "good" in ticked) == (REMARK, True)


def test_without_script_the_way_back_keeps_it_too(street: Street) -> None:
    page = street.opens(f"/q/{street.cast.yunxi}/survey", script=False)
    fills(page)
    page.goto("/help")
    page.go_back()
    assert held(page) == KEPT


# What comes and goes


def test_a_question_comes_and_goes_and_a_screen_reader_is_told(street: Street) -> None:
    page = street.opens(f"/q/{street.cast.yunxi}/survey")
    asked, told = page.locator("#errand_why"), page.locator(".live[role=status]")
    expect(asked).to_be_hidden()
    expect(told).to_have_text("")
    page.check("[name=errand][value=failed]", force=True)
    expect(asked).to_be_visible()
    expect(told).to_have_text("下面多了一道题。")
    assert page.evaluate("document.activeElement.name") == "errand"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "errand_why"
    page.check("[name=errand_why][value=papers]", force=True)
    page.check("[name=errand][value=smooth]", force=True)
    expect(asked).to_be_hidden()
    expect(told).to_have_text("下面少了一道题。")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") != "errand_why"


def test_without_script_it_is_there_and_says_when_it_applies(street: Street) -> None:
    page = street.opens(f"/q/{street.cast.yunxi}/survey", script=False)
    expect(page.locator("#errand_why legend")).to_contain_text("（有这种情况的话）")
    with_script = street.opens(f"/q/{street.cast.yunxi}/survey")
    with_script.check("[name=errand][value=failed]", force=True)
    expect(with_script.locator("#errand_why .iff")).to_be_hidden()


def test_one_tap_leads_to_what_is_not_answered(street: Street) -> None:
    page = street.opens(f"/q/{street.cast.yunxi}/survey")
    jump = page.get_by_role("button", name="去没答的题")
    fills(page)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    jump.click()
    assert page.evaluate("document.activeElement.name") == "errand"
    box, bar = (
        page.locator("#errand").bounding_box(),
        page.locator(".prog").bounding_box(),
    )
    assert box is not None
    assert bar is not None
    assert bar["y"] + bar["height"] <= box["y"] < PHONE["height"] / 2
    for name in unanswered(page):
        page.locator(f"[name='{name}']").first.check(force=True)
    expect(jump).to_be_hidden()
    assert page.inner_text("[data-of]") == "已答 13 / 13"


def unanswered(page: Page) -> Iterator[str]:
    while page.locator("[data-next]").is_visible():
        page.locator("[data-next]").click()
        yield str(page.evaluate("document.activeElement.name"))


# The script and the server agree about any questionnaire

VISIBLE = """() => [...new Set([...document.querySelectorAll("form [name]")]
  .filter(x => x.type != "hidden" && !x.closest(".vh,[hidden]")).map(x => x.name))]"""
HEADINGS = """() => [...document.querySelectorAll("h2")].map(x => !x.hidden)"""
OFFERED = """() => [...document.querySelectorAll("form [name]")]
  .filter(x => x.type != "hidden" && !x.closest(".vh"))
  .map(x => [x.name, x.type, x.value])"""
FILL = """given => {
  for (const x of document.querySelectorAll("form [name]")) {
    if (x.type == "hidden" || !(x.name in given)) continue;
    if (/radio|checkbox/.test(x.type)) x.checked = given[x.name].includes(x.value);
    else x.value = given[x.name][0];
  }
  document.querySelector("form textarea, form input:not([type=hidden])")
    .dispatchEvent(new Event("change", {bubbles: true}))}"""


def asked(street: Street) -> Definition:
    with street.house.sessions() as session:
        found = entrance(session, street.cast.liutang)
        return questionnaire_of(session, found.round_id).definition_for(found.facts)


def fields_on(page: Page) -> Mapping[str, Offered]:
    found: dict[str, Offered] = {}
    for name, kind, value in page.evaluate(OFFERED):
        one = found.setdefault(name, Offered(kind))
        if kind in {"radio", "checkbox"}:
            one.choices.append(value)
    return found


def disagree(page: Page, definition: Definition, given: Posted) -> list[str]:
    """What the script shows of a form filled in so, and the walk does not, or hides."""
    page.evaluate(FILL, given)
    shown = walk(definition, holding(page, definition), {}).shown
    wanted = {name for i in shown for name in definition.items[i].fields}
    found = sorted(wanted ^ set(page.evaluate(VISIBLE)))
    headings = [
        any(item.id in shown for item in part.items)
        for part in definition.sections
        if part.title
    ]
    return [*found, *(["headings"] if page.evaluate(HEADINGS) != headings else [])]


def somehow(fields: Mapping[str, Offered]) -> st.SearchStrategy[dict[str, list[str]]]:
    return st.fixed_dictionaries({n: one.filled() for n, one in fields.items()})


ONCE = settings(
    deadline=None,
    derandomize=True,
    phases=[Stage.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def form(street: Street) -> Page:
    """A form that asks by every rule there is."""
    asks(street.house, street.app, EVERY_RULE)
    return street.opens(f"/q/{street.cast.liutang}/survey")


@settings(ONCE, max_examples=60)
@given(st.data())
def test_the_script_shows_what_the_walk_shows(
    street: Street, form: Page, data: st.DataObject
) -> None:
    definition = asked(street)
    given = data.draw(somehow(fields_on(form)))
    assert disagree(form, definition, mended(definition, given)) == []


@settings(ONCE, max_examples=8)
@given(documents(10), st.data())
def test_it_does_for_whatever_is_asked(
    street: Street, document: Document, data: st.DataObject
) -> None:
    asks(street.house, street.app, document)
    definition = asked(street)
    page = street.opens(f"/q/{street.cast.liutang}/survey")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    given = data.draw(somehow(fields_on(page)))
    assert disagree(page, definition, mended(definition, given)) == []
    assert faults == []
    page.context.close()


@settings(ONCE, max_examples=24)
@given(documents(), st.data())
def test_what_is_sent_with_script_is_stored_as_the_walk_has_it(
    street: Street, form: Page, document: Document, data: st.DataObject
) -> None:
    """One phone, one page, a new questionnaire each time."""
    village = Village(street.house, street.cast, street.app)
    village.forgets()
    asks(street.house, street.app, document)
    form.goto(f"/q/{street.cast.liutang}/survey")
    definition = asked(street)
    form.evaluate(FILL, data.draw(somehow(fields_on(form))))
    form.evaluate(FILL, mended(definition, holding(form, definition)))
    walked = walk(definition, holding(form, definition), {})
    sends(form)
    assert "投进意见箱了" in form.inner_text("h1")
    assert village.stored() == ([walked.ticks], kept_from(walked))


def holding(page: Page, definition: Definition) -> dict[str, list[str]]:
    """What the fields of a form hold, hidden ones too."""
    return {name: page_values(page, name) for name in definition.fields}


def page_values(page: Page, name: str) -> list[str]:
    """What a field holds, hidden or not."""
    found: list[str] = page.evaluate(
        """name => [...document.getElementsByName(name)]
          .filter(x => !/radio|checkbox/.test(x.type) || x.checked).map(x => x.value)""",
        name,
    )
    return found
