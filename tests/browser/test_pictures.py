"""Adding pictures in a real browser: made smaller by script, whole without it."""

import io

import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Page,
    Request,
    expect,
)
from sqlalchemy import select

from portal.intake.records import Letter
from portal.review.letters import read, read_picture
from portal.web.installation import Installation
from tests.makers import Cast, make_reader
from tests.stages.picture_files import exif, heic, jpeg, scene
from tests.stages.test_pictures import is_scene


@pytest.fixture
def held_sideways() -> bytes:
    """A large photo as a phone stores it: lying, and EXIF says how."""
    grain = Image.effect_noise((2400, 3200), 60).convert("RGB")
    upright = Image.blend(scene(2400, 3200), grain, 0.2)
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    return jpeg(stored, quality=95, exif=exif(6))


def opened(context: BrowserContext, base_url: str, cast: Cast) -> Page:
    """The page after a letter; what its console says fails the test at the end."""
    page = context.new_page()
    page.goto(f"{base_url}/q/{cast.yunxi}/complaint")
    page.fill("[name=text]", "三号楼门口的路灯坏了。")
    page.get_by_role("button", name="封好，投进意见箱").click()
    expect(page.locator(".slip code")).to_be_visible()
    return page


def adds(page: Page, *files: bytes) -> int:
    """Choose and send; how many bytes went out."""
    weights = list[int]()

    def weigh(request: Request) -> None:
        if request.method == "POST":
            weights.append(int(request.all_headers()["content-length"]))

    page.on("requestfinished", weigh)
    chosen: list[FilePayload] = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": file}
        for n, file in enumerate(files)
    ]
    page.set_input_files("[name=picture]", chosen)
    page.get_by_role("button", name="加上照片").click()
    page.get_by_text(f"加上了 {len(files)} 张").wait_for()
    return weights[0]


def kept(house: Installation, cast: Cast) -> list[Image.Image]:
    house.open_letterbox(by="office", reason="test")
    with house.sessions() as session:
        reader = make_reader(session, house, cast.member)
        letter = session.scalars(select(Letter)).one()
        rows = [row.id for row, _ in read(session, letter, reader=reader).additions]
        found = [read_picture(session, letter, row, reader=reader) for row in rows]
    return [Image.open(io.BytesIO(file)) for file in found]


def test_with_script_a_picture_travels_light_and_arrives_upright(
    base_url: str,
    browser: Browser,
    cast: Cast,
    house: Installation,
    held_sideways: bytes,
) -> None:
    context = browser.new_context(locale="zh-CN")
    complaints = list[str]()
    context.on("console", lambda said: complaints.append(said.text))
    page = opened(context, base_url, cast)
    assert adds(page, held_sideways) < len(held_sideways) / 3
    context.close()
    assert complaints == []
    (image,) = kept(house, cast)
    assert image.size == (1200, 1600)
    assert is_scene(image)


def test_what_the_browser_cannot_draw_is_sent_as_it_is(
    base_url: str, browser: Browser, cast: Cast, house: Installation
) -> None:
    context = browser.new_context(locale="zh-CN")
    file = heic(scene(300, 200), exif=exif())
    assert adds(opened(context, base_url, cast), file, jpeg()) > len(file)
    context.close()
    assert [is_scene(image) for image in kept(house, cast)] == [True, True]


def test_without_script_a_picture_is_made_small_at_the_door(
    base_url: str,
    browser: Browser,
    cast: Cast,
    house: Installation,
    held_sideways: bytes,
) -> None:
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = opened(context, base_url, cast)
    assert adds(page, held_sideways) > len(held_sideways)
    context.close()
    (image,) = kept(house, cast)
    assert image.size == (1200, 1600)
    assert is_scene(image)
