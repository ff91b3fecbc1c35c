"""Looking a letter up: by the receipt alone, however it is typed."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.records import Letter, LetterState
from portal.kernel.codes import in_fours, with_check_digits
from portal.review import letters
from portal.web.installation import Installation
from tests.makers import Cast, make_complaint, make_reader
from tests.visitor import Page, Visitor
from tests.web.public.scenes import told_at

TEXT = "电动车占道半年了，物业三次没人管。"
REPLY = "收到。<周三>下午去现场看，\n请留意楼道公示。"
STATES = {
    LetterState.UNREAD: "箱已经开了，信还没拆",
    LetterState.WORKING: "巡察组正在办",
    LetterState.ASKED: "巡察组在等您回话",
    LetterState.PASSED_ON: "已转给有关部门",
    LetterState.CLOSED: "办结了",
}


@pytest.fixture
def receipt(house: Installation, cast: Cast) -> str:
    """Of a letter that waits in the box."""
    return make_complaint(house, cast.yunxi, text=TEXT, contact="000-1111")


@pytest.fixture
def letter(house: Installation, session: Session, receipt: str) -> Letter:
    """The same letter, out of the box."""
    house.open_letterbox(by="office", reason="test")
    found = session.scalars(select(Letter)).one()
    session.commit()
    return found


def looks_up(visitor: Visitor, typed: str, *, status: int = 200) -> Page:
    return visitor.sends("/receipt", status=status, receipt=typed)


def replies(house: Installation, cast: Cast, letter: Letter, text: str) -> None:
    """The member reads and answers."""
    with house.sessions() as session, session.begin():
        found = session.get_one(Letter, letter.id)
        reader = make_reader(session, house, cast.member)
        letters.read(session, found, reader=reader)
        letters.reply(session, found, reader=reader, text=text)


def test_the_form_asks_for_the_digits(visitor: Visitor) -> None:
    page = visitor.opens("/receipt")
    assert page.form["receipt"] == [""]
    assert "回执码，20 个数字" in page.words
    assert "回执码丢了没人能补" in page.words


def test_in_the_box_nobody_has_seen_it(visitor: Visitor, receipt: str) -> None:
    page = looks_up(visitor, receipt)
    assert "信在意见箱里" in page.words
    assert "每天 8、12、18 点开箱，开箱前谁也看不到" in page.words


@pytest.mark.parametrize(
    ("state", "said"), STATES.items(), ids=[s.value for s in STATES]
)
def test_every_state_is_told_in_plain_words(
    visitor: Visitor,
    session: Session,
    letter: Letter,
    receipt: str,
    state: LetterState,
    said: str,
) -> None:
    letter.state = state
    session.commit()
    page = looks_up(visitor, receipt)
    assert said in page.words
    assert [other for other in STATES.values() if other in page.words] == [said]
    assert "云溪社区 · 物业、环境、停车 · 3 月 2 日开的箱" in page.words
    passed_on = "这件事不归巡察管，已经转给管的部门"
    assert (passed_on in page.words) == (state is LetterState.PASSED_ON)


def test_the_table_of_states_is_whole() -> None:
    assert set(STATES) == set(LetterState)


def ways_to_type(receipt: str) -> dict[str, str]:
    wide = receipt.translate({ord("0") + i: ord("０") + i for i in range(10)})
    chinese = "".join("〇一二三四五六七八九"[int(d)] for d in receipt)
    return {
        "bare": receipt,
        "fours": in_fours(receipt),
        "dashes": in_fours(receipt).replace(" ", "-"),
        "wide": wide,
        "chinese": chinese,
        "copied": f"回执码：{in_fours(receipt)}。\n",
    }


@pytest.mark.parametrize("way", ways_to_type("0" * 20))
def test_it_is_understood_however_it_is_typed(
    visitor: Visitor, receipt: str, way: str
) -> None:
    page = looks_up(visitor, ways_to_type(receipt)[way])
    assert "信在意见箱里" in page.words


@pytest.mark.parametrize("typed", ["", "1234 5678", "abc", "<b>", "1" * 21, "9" * 400])
def test_a_mistyped_one_is_told_in_place_and_kept(visitor: Visitor, typed: str) -> None:
    page = looks_up(visitor, typed, status=422)
    assert told_at(page, "receipt").startswith("回执码有一位抄错了")
    assert page.form["receipt"] == [typed]


def test_each_mistaken_digit_is_noticed(visitor: Visitor, receipt: str) -> None:
    for place in (0, 7, 17, 18, 19):
        digit = str((int(receipt[place]) + 1) % 10)
        wrong = receipt[:place] + digit + receipt[place + 1 :]
        page = looks_up(visitor, wrong, status=422)
        assert page.form["receipt"] == [wrong]
    swapped = receipt[1] + receipt[0] + receipt[2:]
    if swapped != receipt:
        looks_up(visitor, swapped, status=422)


def test_an_unknown_one_is_told_in_place_and_kept(
    visitor: Visitor, receipt: str
) -> None:
    unknown = with_check_digits("123456789012345678")
    page = looks_up(visitor, unknown, status=404)
    assert told_at(page, "receipt").startswith("没有找到这个回执码对应的信")
    assert page.form["receipt"] == [unknown]


def test_a_reply_is_shown_to_its_receipt_and_to_no_other(
    visitor: Visitor, house: Installation, cast: Cast, letter: Letter, receipt: str
) -> None:
    other = make_complaint(house, cast.yunxi, text="另一件事。")
    replies(house, cast, letter, REPLY)
    page = looks_up(visitor, receipt)
    assert "给您的回话" in page.words
    assert "巡察组 · 3 月 2 日" in page.words
    assert " ".join(REPLY.split()) in page.words
    assert "&lt;周三&gt;" in page.html
    assert REPLY[:2] not in looks_up(visitor, other).words


def test_neither_letter_nor_contact_is_shown(
    visitor: Visitor, house: Installation, cast: Cast, letter: Letter, receipt: str
) -> None:
    replies(house, cast, letter, REPLY)
    page = looks_up(visitor, receipt)
    assert TEXT not in page.html
    assert "000-1111" not in page.html


def test_the_receipt_stands_in_no_address_and_is_kept_by_no_browser(
    visitor: Visitor, receipt: str
) -> None:
    page = looks_up(visitor, receipt)
    assert page.url == "/receipt"
    assert [link for link in page.links() if receipt in link] == []
    assert page.response.headers["Cache-Control"] == "no-store"
    asked = visitor.opens(f"/receipt?receipt={receipt}")
    assert asked.form["receipt"] == [""]
    assert "信在意见箱里" not in asked.words


def test_a_look_changes_nothing(
    visitor: Visitor, session: Session, letter: Letter, receipt: str
) -> None:
    for _ in range(2):
        looks_up(visitor, receipt)
    session.expire_all()
    assert session.get_one(Letter, letter.id).state is LetterState.UNREAD


def test_a_destroyed_letter_is_said_to_be_perhaps_destroyed(
    visitor: Visitor, house: Installation, cast: Cast, session: Session
) -> None:
    receipt = make_complaint(house, cast.yunxi, text=TEXT)
    house.open_letterbox(by="office", reason="test")
    session.delete(session.scalars(select(Letter)).one())
    session.commit()
    page = looks_up(visitor, receipt, status=404)
    assert "也可能已过保存期限、信已销毁" in page.words


def test_in_english_and_large(visitor: Visitor, receipt: str) -> None:
    page = visitor.opens("/receipt?lang=en&big=1")
    (action,) = [g["action"] for t, g in page.reading.tags if t == "form"]
    assert action == "/receipt?big=1&lang=en"
    told = visitor.sends(action, receipt=receipt)
    assert ("html", "en", "big") in [
        (t, g.get("lang"), g.get("class")) for t, g in told.reading.tags
    ]
    assert "意见箱" not in told.words
