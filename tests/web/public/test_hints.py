"""Before a letter goes: what may give its writer away, and two ways on."""

import json
from pathlib import Path

import pytest
from flask import Flask

from portal.intake.hints import COVERS
from portal.web import hints
from portal.web.hints import LABELS
from portal.web.installation import Installation
from tests.makers import Cast
from tests.visitor import Page, Visitor

TELLING = "我叫王小明，住3栋2单元501，电话13812340001。西门的路灯坏了三个月。"
COVERED = "我叫某某某，住〔门牌〕，电话〔电话〕。西门的路灯坏了三个月。"
PLAIN = "西门的路灯坏了三个月。"


@pytest.fixture
def url(cast: Cast) -> str:
    return f"/q/{cast.yunxi}/complaint"


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def marks(page: Page) -> list[str]:
    parts = page.html.split("<mark>")[1:]
    return [part.partition("</mark>")[0] for part in parts]


def digits(page: Page) -> str:
    code = page.html.partition("<code>")[2].partition("</code>")[0]
    return "".join(sign for sign in code if sign.isdigit())


def waiting(house: Installation) -> int:
    return house.door.box.waiting()


def test_a_letter_that_tells_nothing_goes_at_once(visitor: Visitor, url: str) -> None:
    assert len(digits(visitor.sends(url, text=[PLAIN]))) == 20


def test_a_telling_letter_comes_back_whole_with_its_spots_named(
    visitor: Visitor, url: str, house: Installation
) -> None:
    page = visitor.sends(url, text=[TELLING], contact=["000-0000"], status=422)
    assert "这几处可能让人认出您" in page.words
    assert marks(page) == ["王小明 · 名字", "3栋2单元501 · 门牌", "13812340001 · 电话"]
    assert page.form["text"] == ["\n" + TELLING]  # a browser drops the line break
    assert page.form["contact"] == ["000-0000"]
    assert waiting(house) == 0


@pytest.mark.parametrize(("choice", "kept"), [("mask", COVERED), ("keep", TELLING)])
def test_one_tap_sends_it_covered_or_as_it_is(
    visitor: Visitor, url: str, house: Installation, choice: str, kept: str
) -> None:
    page = visitor.sends(url, text=[TELLING], status=422)
    sent = visitor.posts(url, **page.form, hint=choice)
    assert len(digits(sent)) == 20
    assert waiting(house) == 1
    again = visitor.posts(url, **page.form | {"text": [kept]}, hint="keep")
    assert digits(again) == digits(sent)  # the same form with the same words
    assert waiting(house) == 1


def test_a_letter_that_was_changed_by_hand_is_looked_at_again(
    visitor: Visitor, url: str
) -> None:
    page = visitor.sends(url, text=[TELLING], status=422)
    again = visitor.posts(url, **page.form | {"text": ["打13812340001"]}, status=422)
    assert marks(again) == ["13812340001 · 电话"]
    assert len(digits(visitor.posts(url, **again.form | {"text": [PLAIN]}))) == 20


def test_the_contact_field_is_meant_for_a_number(visitor: Visitor, url: str) -> None:
    page = visitor.sends(url, text=[PLAIN], contact=["王小明 13812340001"])
    assert len(digits(page)) == 20


def test_a_letter_beyond_the_limit_hears_of_the_limit_first(
    visitor: Visitor, url: str
) -> None:
    page = visitor.sends(url, text=[TELLING + "灯" * 5000], status=422)
    assert "写多了" in page.words
    assert marks(page) == []


def test_what_is_hidden_between_the_digits_hides_nothing(
    visitor: Visitor, url: str
) -> None:
    page = visitor.sends(url, text=["打138\u200b1234\u200b0001"], status=422)
    assert marks(page) == ["13812340001 · 电话"]


def test_markup_in_a_spot_is_text(visitor: Visitor, url: str) -> None:
    page = visitor.sends(url, text=["打<i13812340001>"], status=422)
    assert marks(page) == ["13812340001 · 电话"]
    assert "<i1381" not in page.html


def test_an_english_reader_is_told_in_english(visitor: Visitor, url: str) -> None:
    page = visitor.posts(
        f"{url}?lang=en", **visitor.opens(f"{url}?lang=en").form | {"text": [TELLING]}, status=422
    )  # fmt: skip
    assert "These words may show who you are" in page.words
    assert marks(page)[2] == "13812340001 · telephone"


def test_the_script_is_told_what_the_server_would_say(
    visitor: Visitor, url: str
) -> None:
    page = visitor.opens(url)
    (box,) = [g["data-hints"] for _, g in page.reading.tags if "data-hints" in g]
    said = json.loads(box)
    covers = {kind.value: cover for kind, cover in COVERS.items() if cover != "某"}
    assert {kind: f"〔{said[kind]}〕" for kind in covers} == covers
    assert {kind.value for kind in LABELS} | {"title", "mask"} == set(said)
    script = Path("static/hints.js").read_text("utf-8")
    assert script.strip() in page.html


def test_a_letter_beyond_the_limit_is_refused_without_a_long_look(
    visitor: Visitor, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(hints, "masked", looked.append)
    token = visitor.opens(url).form["csrf_token"]
    sent = {"text": "1 3 " * 2000, "hint": "mask", "csrf_token": token}
    assert visitor.client.post(url, data=sent).status_code == 422
    assert looked == []
