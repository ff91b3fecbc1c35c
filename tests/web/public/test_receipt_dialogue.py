"""After the letter: adding, answering, taking back, and the slip to copy from."""

import re
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.additions import MOST_WAITING, enclosed_picture
from portal.intake.records import Addition, Letter, LetterState
from portal.kernel.codes import in_fours, with_check_digits
from portal.review import letters
from portal.rounds import Phase
from portal.web.installation import Installation
from portal.web.limits import MOST_FAILURES
from portal.web.public.receipt_picture import CELL, ROWS, corner
from portal.web.puzzles import STATUS
from tests.makers import (
    Cast,
    Clock,
    in_phase,
    make_addition,
    make_complaint,
    make_reader,
)
from tests.visitor import Page, Visitor
from tests.web.public.scenes import told_at
from tests.web.public.test_limits import total

TEXT = "电动车占道半年了，物业三次没人管。"
MORE = "昨晚又堵了，\n<消防车>进不来。"


@pytest.fixture
def receipt(house: Installation, cast: Cast) -> str:
    """Of a letter that waits in the box."""
    return make_complaint(house, cast.yunxi, text=TEXT, contact="000-1111")


def opened(house: Installation) -> None:
    house.open_letterbox(by="timetable", reason="set hour")


def answered(house: Installation, cast: Cast, text: str, *, ask: bool = False) -> None:
    with house.sessions() as session, session.begin():
        letter = session.scalars(select(Letter)).one()
        reader = make_reader(session, house, cast.member)
        letters.read(session, letter, reader=reader)
        letters.reply(session, letter, reader=reader, text=text)
        if ask:
            letter.state = LetterState.ASKED


def shown(visitor: Visitor, receipt: str) -> Page:
    return visitor.sends("/receipt", receipt=receipt)


def posts(
    visitor: Visitor,
    view: str,
    receipt: str,
    *,
    on: Page | None = None,
    status: int = 200,
    **fields: Any,
) -> Page:
    """Send one of the forms of the letter's page."""
    page = on or shown(visitor, receipt)
    form = page.html.split(f'action="/receipt/{view}"')[1].split("</form>")[0]
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form)[0]
    fields = {"receipt": receipt, "csrf_token": token, **fields}
    return visitor.posts(f"/receipt/{view}", status=status, **fields)


def said(page: Page) -> list[str]:
    """The turns of the dialogue as they are shown."""
    turns = re.findall(r'<div class="say(?: mine)?">.*?</div>', page.html, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", turn).split()) for turn in turns]


# Adding


def test_what_is_added_shows_at_once_as_waiting_and_then_in_order(
    visitor: Visitor, house: Installation, cast: Cast, receipt: str
) -> None:
    page = posts(visitor, "add", receipt, text=MORE)
    assert "您补充的话已经封好，投进意见箱了" in page.words
    assert said(page) == ["您 · 还在意见箱里 昨晚又堵了， &lt;消防车&gt;进不来。"]
    opened(house)
    answered(house, cast, "哪个门口？", ask=True)
    page = shown(visitor, receipt)
    assert "回巡察组的话" in page.words
    posts(visitor, "add", receipt, on=page, text="三栋门口。")
    opened(house)
    answered(house, cast, "已通知物业。")
    assert said(shown(visitor, receipt)) == [
        "您 · 3 月 2 日 昨晚又堵了， &lt;消防车&gt;进不来。",
        "巡察组 · 3 月 2 日 哪个门口？",
        "您 · 3 月 2 日 三栋门口。",
        "巡察组 · 3 月 2 日 已通知物业。",
    ]


def test_what_the_team_asked_is_answered_first(
    visitor: Visitor, house: Installation, cast: Cast, receipt: str
) -> None:
    opened(house)
    answered(house, cast, "已通知物业。")
    for ask, first, then in (
        (False, "解决了吗？", "还想补充"),
        (True, "回巡察组的话", "解决了吗？"),
    ):
        answered(house, cast, "哪个门口？", ask=ask)
        html = shown(visitor, receipt).html
        assert html.index(f"<h2>{first}") < html.index(f"<h2>{then}")


def test_the_same_form_twice_is_added_once(
    visitor: Visitor, house: Installation, receipt: str
) -> None:
    page = shown(visitor, receipt)
    for _ in range(2):
        told = posts(visitor, "add", receipt, on=page, text="一次")
        assert len(said(told)) == 1
    assert house.door.box.waiting() == 2


def test_an_empty_addition_is_told_in_place(visitor: Visitor, receipt: str) -> None:
    page = posts(visitor, "add", receipt, text=" \n", status=422)
    assert told_at(page, "text").startswith("还没有写内容")


def test_a_long_one_and_an_expired_form_keep_every_word(
    visitor: Visitor, house: Installation, clock: Clock, receipt: str
) -> None:
    long = "灯" * 5001
    page = posts(visitor, "add", receipt, text=long, status=422)
    assert told_at(page, "text").startswith("写多了 1 个字")
    assert page.form["text"] == ["\n" + long]
    page = shown(visitor, receipt)
    clock.goes_on(hours=30)
    late = posts(visitor, "add", receipt, on=page, text=MORE, status=422)
    assert "已经过期" in late.words
    assert late.form["text"][0].strip() == MORE
    posts(visitor, "add", receipt, on=late, text=MORE)
    assert house.door.box.waiting() == 2


def test_a_flood_is_told_to_wait_with_the_words_kept(
    visitor: Visitor, receipt: str
) -> None:
    page = shown(visitor, receipt)
    for number in range(MOST_WAITING):
        posts(visitor, "add", receipt, on=page, text=f"第 {number} 句")
    told = posts(visitor, "add", receipt, on=page, text=MORE, status=409)
    assert "等下次开箱以后再来" in told.words
    assert MORE in told.form["text"][0]


def test_a_letter_withdrawn_meanwhile_keeps_the_words_too(
    visitor: Visitor, receipt: str
) -> None:
    page = shown(visitor, receipt)
    confirmed(visitor, receipt)
    told = posts(visitor, "add", receipt, on=page, text=MORE, status=404)
    assert MORE in told.form["text"][0]


def test_an_archived_round_takes_nothing_more(
    visitor: Visitor, house: Installation, cast: Cast, receipt: str
) -> None:
    page = shown(visitor, receipt)
    opened(house)
    in_phase(house, cast.round_id, Phase.ARCHIVED)
    told = posts(visitor, "add", receipt, on=page, text=MORE, status=409)
    assert MORE in told.form["text"][0]
    later = shown(visitor, receipt)
    assert "不能再补充了" in later.words
    assert 'action="/receipt/add"' not in later.html
    assert 'action="/receipt/withdraw"' in later.html


def test_a_picture_is_shown_as_one(
    visitor: Visitor, house: Installation, receipt: str
) -> None:
    make_addition(house, receipt, enclosed_picture(b"\xff\xd8"))
    assert said(shown(visitor, receipt)) == ["您 · 还在意见箱里 （一张图片）"]


# 「解决了吗」


def test_solved_or_not_is_asked_once_somebody_works_on_it(
    visitor: Visitor, house: Installation, cast: Cast, receipt: str
) -> None:
    assert 'action="/receipt/outcome"' not in shown(visitor, receipt).html
    opened(house)
    assert 'action="/receipt/outcome"' not in shown(visitor, receipt).html
    answered(house, cast, "修好了吗？")
    page = posts(visitor, "outcome", receipt, outcome="partly", words="好了一半")
    assert "您的回答已经封好" in page.words
    assert said(page)[-1] == "您 · 还在意见箱里 解决了吗？部分解决 好了一半"
    page = posts(visitor, "outcome", receipt, outcome="resolved")
    assert said(page)[1:] == ["您 · 还在意见箱里 解决了吗？已解决"]


def test_no_choice_is_told_in_place_with_the_words_kept(
    visitor: Visitor, house: Installation, cast: Cast, receipt: str
) -> None:
    opened(house)
    answered(house, cast, "修好了吗？")
    page = posts(visitor, "outcome", receipt, words=MORE, status=422)
    assert told_at(page, "outcome") == "请在四个里面选一个。"
    assert page.form["words"][0].strip() == MORE
    assert page.form["text"][0].strip() == ""
    page = posts(
        visitor, "outcome", receipt, outcome="unclear", words="灯" * 5001, status=422
    )
    assert told_at(page, "words").startswith("写多了")
    assert page.form["outcome"] == ["unclear"]


# Taking back


def confirmed(visitor: Visitor, receipt: str) -> Page:
    """Ask for it, then say yes."""
    asked = posts(visitor, "withdraw", receipt)
    assert "真的要撤回这封信吗" in asked.words
    return visitor.posts("/receipt/withdraw", **asked.form)


@pytest.mark.parametrize("is_opened", [False, True])
def test_a_letter_is_taken_back_after_a_question(
    visitor: Visitor,
    house: Installation,
    session: Session,
    receipt: str,
    is_opened: bool,
) -> None:
    if is_opened:
        opened(house)
    page = confirmed(visitor, receipt)
    assert "已经撤回、销毁了" in page.words
    opened(house)
    assert session.scalars(select(Letter)).all() == []
    told = shown(visitor, receipt)
    assert "这封信已经撤回、销毁了" in told.words
    assert "<form" not in told.html


def test_asking_alone_takes_nothing_back(
    visitor: Visitor, house: Installation, receipt: str
) -> None:
    asked = posts(visitor, "withdraw", receipt)
    assert house.door.box.waiting() == 1
    stale = {**asked.form, "csrf_token": ["no token"]}
    visitor.posts("/receipt/withdraw", status=422, **stale)
    assert house.door.box.waiting() == 1


# The slip


@pytest.fixture
def slip(visitor: Visitor, cast: Cast) -> Page:
    """The page a letter ends on."""
    return visitor.sends(f"/q/{cast.yunxi}/complaint", text=TEXT)


def test_the_slip_says_the_same_everywhere(slip: Page) -> None:
    (receipt,) = set(slip.form["receipt"])
    assert in_fours(receipt) in slip.words
    assert f'data-copy="{in_fours(receipt)}"' in slip.html
    assert "data-print" in slip.html


def picture_at(source: str) -> Image.Image:
    """The picture of a `data:` address, as a phone opens it."""
    head, _, body = source.partition(",")
    assert head == "data:image/png;base64"
    image = Image.open(BytesIO(b64decode(body)))
    image.load()
    return image


def digits_on(image: Image.Image) -> list[bytes]:
    """The drawn digits in order, as bitmaps."""
    boxes = [(x, y, x + CELL, y + ROWS) for x, y in map(corner, range(20))]
    return [image.crop(box).tobytes() for box in boxes]


def test_the_picture_shows_the_digits_and_no_others(
    visitor: Visitor, slip: Page
) -> None:
    """Equal digits look equal, different ones different; nothing stands beside."""
    fields = {name: slip.form[name][0] for name in ("receipt", "csrf_token")}
    page = visitor.posts("/receipt/picture", **fields)
    receipt = fields["receipt"]
    (source,) = [g["src"] for t, g in page.reading.tags if t == "img"]
    image = picture_at(source)
    drawn = digits_on(image)
    for one in range(20):
        for other in range(20):
            same = receipt[one] == receipt[other]
            assert (drawn[one] == drawn[other]) == same
    for x, y in map(corner, range(20)):
        image.paste(255, (x, y, x + CELL, y + ROWS))
    assert image.getextrema() == (255, 255)  # white


def test_the_picture_is_asked_for_and_drawn_then(slip: Page) -> None:
    """The slip itself stays light: most take a screenshot."""
    assert "data:image" not in slip.html


def test_two_visitors_get_their_own_slips(visitor: Visitor, cast: Cast) -> None:
    """The page is kept for everybody; what is filled in is not."""
    pages = [visitor.sends(f"/q/{cast.yunxi}/complaint", text=f"{n}") for n in range(2)]
    receipts = [page.form["receipt"][0] for page in pages]
    assert receipts[0] != receipts[1]
    for page, other in zip(pages, reversed(receipts), strict=True):
        assert other not in page.html
        assert in_fours(other) not in page.html


def test_the_last_four_typed_back_are_compared(visitor: Visitor, slip: Page) -> None:
    (receipt,) = set(slip.form["receipt"])
    fields = {"receipt": receipt, "csrf_token": slip.form["csrf_token"][0]}
    wide = receipt[-4:].translate({48 + i: 0xFF10 + i for i in range(10)})
    for typed in (receipt[-4:], wide, " ".join(receipt[-4:])):
        page = visitor.posts("/receipt/check", last=typed, **fields)
        assert "抄对了" in page.words
        assert in_fours(receipt) in page.words
    wrong = str((int(receipt[-1]) + 1) % 10)
    for typed in ("", receipt[-3:], receipt[-4:-1] + wrong):
        page = visitor.posts("/receipt/check", last=typed, status=422, **fields)
        assert "最后四位对不上" in page.words
        assert in_fours(receipt) in page.words
        assert page.form["last"] == [typed]


def test_the_slip_leads_on_to_the_letter_without_typing(
    visitor: Visitor, slip: Page
) -> None:
    fields = {"receipt": slip.form["receipt"][0], "csrf_token": "x"}
    last = fields["receipt"][-4:]
    page = visitor.posts("/receipt/check", last=last, **fields)
    shown_page = visitor.posts("/receipt", **page.form)
    assert "信在意见箱里" in shown_page.words


# Guessing


def unknown(number: int) -> str:
    return with_check_digits(f"{number:018d}")


def test_many_unknown_receipts_raise_a_puzzle_and_never_a_lock(
    visitor: Visitor, clock: Clock, receipt: str
) -> None:
    for number in range(MOST_FAILURES + 1):
        visitor.sends("/receipt", receipt=unknown(number), status=404)
    page = visitor.sends("/receipt", receipt=receipt, status=STATUS)
    assert "答一道小题就给您看" in page.words
    clock.goes_on(seconds=10)
    answer = {**page.form, "total": [total(page)]}
    told = visitor.posts("/receipt", **answer)
    assert "信在意见箱里" in told.words
    visitor.sends("/receipt", receipt=receipt, status=STATUS)
    clock.goes_on(minutes=1)
    assert "信在意见箱里" in shown(visitor, receipt).words


def test_mistyped_receipts_never_raise_one(visitor: Visitor, receipt: str) -> None:
    wrong = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)
    for _ in range(MOST_FAILURES + 5):
        visitor.sends("/receipt", receipt=wrong, status=422)
    assert "信在意见箱里" in shown(visitor, receipt).words


def test_neighbours_of_another_block_are_not_asked(
    app: Flask, visitor: Visitor, receipt: str
) -> None:
    for number in range(MOST_FAILURES + 1):
        visitor.sends("/receipt", receipt=unknown(number), status=404)
    other = Visitor(app)
    other.client.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    assert "信在意见箱里" in shown(other, receipt).words


def test_nothing_of_the_dialogue_stands_in_an_address_or_in_the_database(
    visitor: Visitor, house: Installation, session: Session, receipt: str
) -> None:
    page = posts(visitor, "add", receipt, text=MORE)
    assert [link for link in page.links() if receipt in link] == []
    for path in ("add", "outcome", "withdraw", "check"):
        visitor.opens(f"/receipt/{path}?receipt={receipt}", status=405)
    opened(house)
    (row,) = session.scalars(select(Addition))
    held = b"".join([row.sealed, row.echo])
    assert "消防车".encode() not in held
    assert "消防车".encode() in MORE.encode()
