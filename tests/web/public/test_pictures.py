"""Adding pictures: a second step under the receipt, that tells what became of each."""

import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.formparser import default_stream_factory
from werkzeug.test import TestResponse

from portal.intake import pictures
from portal.intake.additions import MOST_PICTURES, TooManyPicturesError
from portal.intake.pictures import (
    LARGEST_FILE,
    BrokenPictureError,
    ManyPicturesError,
    NotAPictureError,
    is_bare,
)
from portal.intake.records import AdditionKind, Letter
from portal.review.letters import read, read_picture
from portal.rounds import Phase
from portal.web.installation import Installation
from portal.web.public.pictures import LARGEST_FORM
from tests.house.test_promise_5_pages import WINDOW
from tests.house.walk import receipt_on
from tests.makers import Cast, make_complaint, make_reader
from tests.stages import picture_attacks as attacks
from tests.stages.picture_files import CANARY, exif, heic, jpeg, scene
from tests.visitor import Page, Visitor
from tests.web.public.scenes import move

URL = "/receipt/pictures"
HEAVY = "multipart/form-data; boundary=edge"
NAME = "IMG_20260302_张三家门口.jpg"


@pytest.fixture
def receipt(house: Installation, cast: Cast) -> str:
    return make_complaint(house, cast.yunxi)


@pytest.fixture
def letter(visitor: Visitor, receipt: str) -> Page:
    """The page of the letter, with its forms."""
    return visitor.sends("/receipt", receipt=receipt)


def form_on(page: Page) -> dict[str, str]:
    """Token and receipt of a page, as a browser without script sends them."""
    return {name: page.form[name][0] for name in ("csrf_token", "receipt")}


def body_of(fields: dict[str, str], files: list[tuple[str, bytes]]) -> bytes:
    """A multipart body by hand: the test client would write a large one to disk."""
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [
        f'name="picture"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
        + content
        for name, content in files
    ]
    disposition = b"--edge\r\nContent-Disposition: form-data; "
    return b"".join(disposition + part + b"\r\n" for part in parts) + b"--edge--\r\n"


def posts(
    visitor: Visitor, url: str, page: Page, *files: bytes, name: str = NAME
) -> TestResponse:
    body = body_of(form_on(page), [(name, file) for file in files])
    return visitor.client.post(url, data=body, content_type=HEAVY)


def adds(
    visitor: Visitor, page: Page, *files: bytes, status: int = 200, name: str = NAME
) -> Page:
    return visitor._checked(posts(visitor, URL, page, *files, name=name), URL, status)


def waiting(house: Installation) -> int:
    return house.door.box.waiting()


def kept(house: Installation, session: Session, cast: Cast) -> list[bytes]:
    """The pictures that the team's key opens after the opening."""
    house.open_letterbox(by="office", reason="test")
    reader = make_reader(session, house, cast.member)
    letter = session.scalars(select(Letter)).one()
    rows = read(session, letter, reader=reader).additions
    assert {row.kind for row, _ in rows} <= {AdditionKind.PICTURE}
    return [read_picture(session, letter, row.id, reader=reader) for row, _ in rows]


# Where the form is


def test_the_form_is_on_the_page_after_the_letter(
    visitor: Visitor, cast: Cast, house: Installation
) -> None:
    page = visitor.sends(f"/q/{cast.yunxi}/complaint", text="路灯坏了三盏。")
    assert "加照片（最多 3 张）" in page.words
    sent = adds(visitor, page, jpeg())
    assert "加上了 1 张" in sent.words
    assert sent.form["receipt"][0] == receipt_on(page)
    assert waiting(house) == 2


def test_the_form_is_on_the_page_of_the_letter(letter: Page) -> None:
    fields = [g for t, g in letter.reading.tags if t == "input" and g["type"] == "file"]
    assert [(f["name"], f["accept"], "multiple" in f) for f in fields] == [
        ("picture", "image/*", True)
    ]
    assert f'action="{URL}" enctype="multipart/form-data"' in letter.html


def test_a_letter_with_three_pictures_has_no_form_for_more(
    visitor: Visitor, letter: Page, receipt: str
) -> None:
    page = adds(visitor, letter, *(jpeg(scene(n, n)) for n in (30, 40, 50)))
    assert "这封信的照片已经满了" in page.words
    assert URL not in page.html
    assert URL not in visitor.sends("/receipt", receipt=receipt).html


def test_every_page_with_the_form_is_whole_in_one_window(
    visitor: Visitor, letter: Page, cast: Cast
) -> None:
    sent = visitor.sends(f"/q/{cast.yunxi}/complaint", text="路灯坏了三盏。")
    refused = adds(visitor, letter, b"%PDF", jpeg(), b"%PDF", jpeg(), status=422)
    for page in (letter, sent, refused):
        body = len(gzip.compress(page.response.get_data(), 6))
        assert body + len(str(page.response.headers)) <= WINDOW


# What becomes of the pictures


def test_a_picture_reaches_the_team_without_what_the_phone_wrote_into_it(
    visitor: Visitor, letter: Page, house: Installation, session: Session, cast: Cast
) -> None:
    page = adds(visitor, letter, jpeg(exif=exif()), heic(exif=exif(6)))
    assert "照片加上了" in page.words
    assert "还能加 1 张" in page.words
    found = kept(house, session, cast)
    assert [is_bare(file) for file in found] == [True, True]
    sizes = [Image.open(io.BytesIO(file)).size for file in found]
    assert sorted(sizes) == [(80, 120), (120, 80)]


def test_the_name_of_a_file_is_kept_nowhere(
    visitor: Visitor, letter: Page, house: Installation
) -> None:
    adds(visitor, letter, jpeg(comment=CANARY))
    house.open_letterbox(by="office", reason="test")
    planted = (NAME.encode(), "张三".encode(), CANARY, b"IMG_2026")
    for file in house.settings.instance.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert [word for word in planted if word in content] == []
        assert "IMG" not in file.name


def test_a_file_on_disk_would_be_found(house: Installation) -> None:
    """The look through the instance folder sees what lies in it."""
    (house.settings.instance / "x").write_bytes(b"." + CANARY)
    found = [f for f in house.settings.instance.rglob("*") if f.is_file()]
    assert any(CANARY in file.read_bytes() for file in found)


def test_the_same_form_sent_twice_adds_once(
    visitor: Visitor, letter: Page, house: Installation
) -> None:
    before = waiting(house)
    for _ in range(2):
        page = adds(visitor, letter, jpeg(), heic())
        assert "加上了 2 张" in page.words
    assert waiting(house) == before + 2


def test_a_full_letter_still_knows_a_form_that_is_sent_again(
    visitor: Visitor, letter: Page
) -> None:
    three = [jpeg(scene(n, n)) for n in (30, 40, 50)]
    assert "加上了 3 张" in adds(visitor, letter, *three).words
    assert "加上了 3 张" in adds(visitor, letter, *three).words


def test_what_was_refused_is_told_by_its_place(
    visitor: Visitor, letter: Page, house: Installation
) -> None:
    page = adds(visitor, letter, b"%PDF-1.4", jpeg(), jpeg()[:300], status=422)
    assert f"第 1 张：{NotAPictureError.sentence}" in page.words
    assert f"第 3 张：{BrokenPictureError.sentence}" in page.words
    assert "第 2 张" not in page.words
    assert "加上了 1 张" in page.words
    assert "还能加 2 张" in page.words
    assert waiting(house) == 2


def test_a_fourth_picture_does_not_fit(
    visitor: Visitor, letter: Page, house: Installation
) -> None:
    three = [jpeg(scene(n, n)) for n in (30, 40, 50)]
    page = adds(visitor, letter, *three, b"never looked at", status=422)
    assert f"第 4 张：{TooManyPicturesError.sentence}" in page.words
    assert "加上了 3 张" in page.words
    assert waiting(house) == 1 + MOST_PICTURES


def test_one_after_the_other_come_to_three_and_no_more(
    visitor: Visitor, letter: Page
) -> None:
    for n, left in ((30, "还能加 2 张"), (40, "还能加 1 张"), (50, "已经满了")):
        assert left in adds(visitor, letter, jpeg(scene(n, n))).words
    page = adds(visitor, letter, jpeg(scene(60, 60)), status=422)
    assert "第 1 张：" in page.words


def test_without_a_picture_one_is_asked_for(visitor: Visitor, letter: Page) -> None:
    page = visitor.posts(URL, status=422, **form_on(letter))
    assert "还没有选照片" in page.words
    assert "还没有选照片" in adds(visitor, letter, b"", name="", status=422).words


def test_a_picture_can_be_chosen_again_where_the_form_is_too_old(
    visitor: Visitor, letter: Page, clock: Any, house: Installation
) -> None:
    clock.goes_on(hours=30)
    page = adds(visitor, letter, jpeg(), status=422)
    assert "请再选一次照片" in page.words
    assert "加上了 1 张" in adds(visitor, page, jpeg()).words


def test_a_wrong_receipt_is_told_so(visitor: Visitor, letter: Page) -> None:
    form = {**form_on(letter), "receipt": "1234"}
    page = visitor.posts(URL, status=422, picture=(io.BytesIO(jpeg()), NAME), **form)
    assert "抄错" in page.words


def test_an_archived_round_takes_none(
    visitor: Visitor, letter: Page, house: Installation, cast: Cast
) -> None:
    move(house, cast, Phase.ARCHIVED)
    before = waiting(house)
    assert "已经归档" in adds(visitor, letter, jpeg(), status=409).words
    assert waiting(house) == before


def test_the_answer_speaks_english(visitor: Visitor, letter: Page) -> None:
    answer = posts(visitor, f"{URL}?lang=en", letter, b"%PDF")
    assert "Picture 1: this is not a picture" in answer.text


# What wants to stop the door


@pytest.mark.parametrize(
    "name", ["png bomb", "jpeg bomb", "too many bytes in a segment"]
)
def test_after_a_bomb_the_next_letter_is_taken(
    visitor: Visitor, letter: Page, cast: Cast, house: Installation, name: str
) -> None:
    page = adds(visitor, letter, attacks.TOO_LARGE[name](), status=422)
    assert "太大" in page.words
    before = waiting(house)
    visitor.sends(f"/q/{cast.yunxi}/complaint", text=f"{name}以后")
    assert waiting(house) == before + 1


def test_while_pictures_queue_up_letters_are_taken(
    visitor: Visitor,
    letter: Page,
    cast: Cast,
    house: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = pictures.DARKROOM
    monkeypatch.setattr(room, "patience", 0.05)
    before = waiting(house)
    with room.seat(), room.seat():
        page = adds(visitor, letter, jpeg(), status=422)
        assert ManyPicturesError.sentence in page.words
        assert form_on(page)["receipt"] == form_on(letter)["receipt"]
        visitor.sends(f"/q/{cast.yunxi}/complaint", text="照片排队的时候写的信")
    assert waiting(house) == before + 1
    monkeypatch.undo()
    assert "加上了 1 张" in adds(visitor, page, jpeg()).words


def test_only_pictures_may_be_heavy(visitor: Visitor, letter: Page, cast: Cast) -> None:
    heavy = jpeg() + bytes(900_000)
    assert "加上了 1 张" in adds(visitor, letter, heavy).words
    for url in ("/receipt", "/receipt/add", f"/q/{cast.yunxi}/complaint"):
        assert posts(visitor, url, letter, heavy).status_code == 413


def test_even_pictures_have_an_end(visitor: Visitor, letter: Page) -> None:
    assert LARGEST_FORM > MOST_PICTURES * LARGEST_FILE
    adds(visitor, letter, bytes(LARGEST_FORM), status=413)


def test_pictures_are_parsed_in_memory(
    app: Flask, letter: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Werkzeug's own parser, the leaking twin, makes a temporary file of them."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    body = jpeg() + bytes(900_000)
    with (
        default_stream_factory(len(body), "image/jpeg", NAME) as twin,
        pytest.raises(FileNotFoundError),
    ):
        twin.write(body)
    sent = body_of(form_on(letter), [(NAME, body)])
    with app.test_request_context(URL, method="POST", data=sent, content_type=HEAVY):
        request.max_content_length = LARGEST_FORM
        assert isinstance(request.files["picture"].stream, io.BytesIO)
    assert "加上了 1 张" in adds(Visitor(app), letter, body).words
