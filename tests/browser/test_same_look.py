"""What a phone shows to whoever picks it up or watches its line, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.makers import Cast

CLASSES = [2048 * 2**n for n in range(6)]
STORED = "() => [localStorage.length, sessionStorage.length, document.cookie]"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    yield context.new_page()
    context.close()


def body_of(page: Page, words: str = "封好，投进意见箱") -> bytes:
    """What goes over the line when the button is pressed."""
    with page.expect_request(lambda request: request.method == "POST") as found:
        page.get_by_role("button", name=words).click()
    page.wait_for_load_state()
    return found.value.post_data_buffer or b""


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("路灯坏了", 2048),
        ("路灯坏了三个月，晚上老人不敢出门。" * 6, 2048),
        ("路灯坏了三个月，晚上老人不敢出门。" * 20, 4096),
        ("a b\nc!'()~*-_.&=+%\r\n😀é" * 60, 4096),
        ("路灯坏了三个月，晚上老人不敢出门。" * 100, 16384),
    ],
)
def test_letters_of_many_lengths_are_of_few_on_the_line(
    base_url: str, page: Page, cast: Cast, text: str, size: int
) -> None:
    page.goto(f"{base_url}/q/{cast.yunxi}/complaint")
    page.fill("[name=text]", text)
    body = body_of(page)
    assert len(body) == size
    assert "收好这张回执" in page.inner_text("main")


def test_answers_and_receipts_are_padded_too(
    base_url: str, page: Page, cast: Cast
) -> None:
    page.goto(f"{base_url}/q/{cast.yunxi}/survey")
    page.check("[name=overall][value=good]", force=True)
    page.fill("[name=more]", "物业电话没人接")
    assert len(body_of(page)) in CLASSES
    assert "投进意见箱了" in page.inner_text("main")
    page.goto(f"{base_url}/receipt")
    page.fill("[name=receipt]", "1234 5678")
    assert len(body_of(page, "看看办到哪一步了")) == 2048


def test_without_the_script_the_length_shows(
    base_url: str, browser: Browser, cast: Cast
) -> None:
    """The leaking twin: this is what padding is for."""
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    sizes = set()
    for text in ("短", "长一些的信"):
        page = context.new_page()
        page.goto(f"{base_url}/q/{cast.yunxi}/complaint")
        page.fill("[name=text]", text)
        sizes.add(len(body_of(page)))
    context.close()
    assert len(sizes) == 2
    assert sizes & set(CLASSES) == set()


def test_nothing_is_left_on_the_phone_after_sending(
    base_url: str, page: Page, cast: Cast
) -> None:
    page.goto(f"{base_url}/q/{cast.yunxi}/complaint")
    page.fill("[name=text]", "路灯坏了三个月")
    assert page.evaluate(STORED) == [0, 1, ""]  # the draft, for a reload
    page.reload()
    assert page.input_value("[name=text]") == "路灯坏了三个月"
    body_of(page)
    assert page.evaluate(STORED) == [0, 0, ""]


def test_leaving_at_once_leaves_no_words_and_no_way_back(
    base_url: str, page: Page, cast: Cast
) -> None:
    for what in ("complaint", "survey"):
        where = f"{base_url}/q/{cast.yunxi}/{what}"
        page.goto(f"{base_url}/q/{cast.yunxi}")
        page.goto(where)
        page.fill(f"[name={'text' if what == 'complaint' else 'more'}]", "路灯坏了")
        page.click("[data-exit]")
        page.wait_for_url("about:blank")
        page.go_back()
        assert page.url != where
        assert page.title() == "社区巡察 · 听您说"
        assert page.evaluate(STORED) == [0, 0, ""]
        page.go_forward()
        assert page.url == "about:blank"


def test_the_history_is_the_same_for_everybody(
    base_url: str, page: Page, cast: Cast
) -> None:
    titles = set()
    for path in ("survey", "complaint"):
        for code in (cast.yunxi, cast.liutang):
            page.goto(f"{base_url}/q/{code}/{path}")
            titles.add(page.title())
    page.goto(f"{base_url}/receipt")
    assert {*titles, page.title()} == {"码上巡"}
