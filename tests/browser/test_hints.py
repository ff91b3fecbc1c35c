"""While somebody writes: what may give them away is marked, and covered by one tap."""

from playwright.sync_api import Browser, expect

from tests.makers import Cast


def test_one_tap_covers_what_was_marked_and_the_letter_goes_at_once(
    browser: Browser, base_url: str, cast: Cast
) -> None:
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 360, "height": 800}
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{base_url}/q/{cast.yunxi}/complaint")
    box = page.locator("[data-hints]")
    expect(box).to_be_hidden()
    page.fill("[name=text]", "我叫王小明，住3栋2单元501。打138 1234 0001。")
    expect(box.locator("mark")).to_have_text(
        ["王小明 · 名字", "3栋2单元501 · 门牌", "138 1234 0001 · 电话"]
    )
    box.get_by_role("button", name="遮住").click()
    expect(page.locator("[name=text]")).to_have_value(
        "我叫某某某，住〔门牌〕。打〔电话〕。"
    )
    expect(box).to_be_hidden()
    page.reload()  # the covered words are what the phone kept
    expect(page.locator("[name=text]")).to_have_value(
        "我叫某某某，住〔门牌〕。打〔电话〕。"
    )
    page.get_by_role("button", name="封好，投进意见箱").click()
    expect(page.locator(".slip code")).to_be_visible()
    assert faults == []
    context.close()


def test_whoever_sends_without_looking_is_asked_once_and_may_keep_every_word(
    browser: Browser, base_url: str, cast: Cast
) -> None:
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 360, "height": 800}
    )
    page = context.new_page()
    page.goto(f"{base_url}/q/{cast.yunxi}/complaint")
    page.fill("[name=text]", "打13812340001找我。")
    page.get_by_role("button", name="封好，投进意见箱").click()
    expect(page.get_by_text("这几处可能让人认出您")).to_be_visible()
    page.get_by_role("button", name="不用遮，就这样寄").click()
    expect(page.locator(".slip code")).to_be_visible()
    context.close()
