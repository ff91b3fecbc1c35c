"""Kept pages: the same for everybody, and nothing of anybody in them."""

import gzip
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from portal.kernel.codes import in_fours
from portal.rounds import Phase
from portal.web.installation import Installation
from portal.web.rendering import KEEP_SECONDS, TOKEN, KeptPage, kept_page
from tests.house.walk import receipt_on
from tests.makers import Cast
from tests.visitor import Page, Visitor
from tests.web.public.scenes import (
    FROM_WECHAT,
    filled,
    kept,
    move,
    pages_wait,
    time_passes,
    withdraw,
)

LETTER = "电动车占道半年了，物业三次没人管。"
CONTACT = "老王 000-1111"
REMARK = "路灯坏了三个月，晚上不敢出门。"
ZIPPED = {"Accept-Encoding": "gzip"}


def token_on(page: Page) -> str:
    (token,) = page.form["csrf_token"]
    return str(token)


def zipped(app: Flask, url: str) -> str:
    """A page as a browser gets it."""
    answer = app.test_client().get(url, headers=ZIPPED)
    return gzip.decompress(answer.data).decode()


# What is in them


def said_in(pages: dict[tuple[object, ...], KeptPage]) -> bytes:
    """Every byte that is kept, under which name, as it was and as it is sent."""
    return b"\n".join(
        repr(key).encode() + page.filled([b"|"]) + gzip.decompress(_sent(page))
        for key, page in pages.items()
    )


def _sent(page: KeptPage) -> bytes:
    return page.filled_and_zipped([b"|"])


def visit(visitor: Visitor, code: str) -> list[str]:
    """Do everything that makes and uses kept pages; what is the visitor's alone."""
    secrets = [LETTER, CONTACT, REMARK]
    for _ in range(2):
        for path in ("", "/survey", "/complaint"):
            page = visitor.opens(f"/q/{code}{path}{FROM_WECHAT}")
            secrets += page.form.get("csrf_token", [])
    visitor.sends(f"/q/{code}/survey", status=422, overall="sideways", more=REMARK)
    visitor.sends(f"/q/{code}/survey", overall="good", more=REMARK)
    visitor.sends(f"/q/{code}/complaint", status=422, contact=CONTACT)
    for _ in range(2):
        page = visitor.sends(f"/q/{code}/complaint", text=LETTER, contact=CONTACT)
        secrets += [receipt_on(page), in_fours(receipt_on(page))]
    return secrets


def found_in_kept(app: Flask, secrets: list[str]) -> list[str]:
    said = said_in(kept(app))
    return [secret for secret in secrets if secret.encode() in said]


def test_nothing_of_anybody_is_kept(visitor: Visitor, app: Flask, cast: Cast) -> None:
    secrets = visit(visitor, cast.yunxi)
    assert len(set(secrets)) == 3 + 4 + 4
    assert {key[0] for key in kept(app)} == {
        "hub",
        "survey",
        "complaint",
        "thanks",
        "receipt",
    }
    assert found_in_kept(app, secrets) == []
    assert b"groupmessage" not in said_in(kept(app))


@pytest.mark.parametrize("leak", ["words", "token", "name"])
def test_a_page_that_keeps_something_is_found_out(
    visitor: Visitor, app: Flask, cast: Cast, leak: str
) -> None:
    """The leaking twin: a page built with what the visitor sent."""
    secrets = visit(visitor, cast.yunxi)
    with app.test_request_context("/twin"):
        words = {"words": LETTER, "token": secrets[3], "name": ""}[leak]
        name = secrets[-1] if leak == "name" else "twin"
        kept_page(name, lambda: f"<p>{words}{TOKEN}</p>")
    assert len(found_in_kept(app, secrets)) == 1


# What visitors see of each other


@pytest.mark.parametrize("path", ["/survey", "/complaint"])
def test_everybody_gets_a_token_of_their_own(
    visitor: Visitor, app: Flask, cast: Cast, path: str
) -> None:
    url = f"/q/{cast.yunxi}{path}"
    pages = [visitor.opens(url) for _ in range(3)]
    assert len(kept(app)) == 1
    assert len({token_on(page) for page in pages}) == 3
    bare = {page.html.replace(token_on(page), "") for page in pages}
    assert len(bare) == 1
    unzipped = [zipped(app, url) for _ in range(2)]
    assert unzipped[0] != unzipped[1]
    assert TOKEN not in "".join(unzipped)


def test_everybody_gets_a_receipt_of_their_own(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast
) -> None:
    url = f"/q/{cast.yunxi}/complaint"
    pages = [visitor.sends(url, text=f"{LETTER}{n}") for n in range(3)]
    receipts = [receipt_on(page) for page in pages]
    assert len(set(receipts)) == 3
    for page, receipt in zip(pages, receipts, strict=True):
        assert page.html.count(in_fours(receipt)) == 1  # the button that copies it
        others = [r for r in receipts if r != receipt]
        assert not any(r[:8] in page.html.replace(" ", "") for r in others)
        shown = visitor.sends("/receipt", receipt=receipt)
        assert "信在意见箱里" in shown.words
    assert house.door.box.waiting() == 3


def test_a_page_with_errors_is_shown_to_nobody_else(
    visitor: Visitor, cast: Cast
) -> None:
    url = f"/q/{cast.yunxi}/complaint"
    refused = visitor.sends(url, status=422, contact=CONTACT, category="money")
    assert CONTACT in refused.html
    fresh = visitor.opens(url)
    assert CONTACT not in fresh.html
    assert "category" not in fresh.form


def test_a_choice_of_one_is_not_the_choice_of_the_next(
    visitor: Visitor, cast: Cast
) -> None:
    url = f"/q/{cast.yunxi}"
    pages = {
        choice: visitor.opens(f"{url}{choice}").html
        for choice in ("", "?big=1", "?lang=en", "?lang=en&big=1", "?big")
    }
    assert len(set(pages.values())) == 5  # a bare 「?big」 is not carried along
    assert visitor.opens(url).html == pages[""]


def test_what_others_append_makes_no_page_more(
    visitor: Visitor, app: Flask, cast: Cast
) -> None:
    for suffix in ("", FROM_WECHAT, "?nsukey=1", "?x=2", "#wechat_redirect"):
        visitor.opens(f"/q/{cast.yunxi}{suffix}")
    assert len(kept(app)) == 1


# Addresses made to spoil a page for the next visitor

LONG_S, KELVIN = "ſ", "K"  # capital S and K, says Unicode; only the latter is small k


@pytest.mark.parametrize(
    ("code", "spoilt"),
    [("S0B1V234", f"{LONG_S}0B1V234"), ("K0B1V234", f"{KELVIN}0B1V234")],
)
@pytest.mark.parametrize("path", ["survey", "complaint"])
def test_a_look_alike_address_does_not_spoil_the_form_of_the_next(
    visitor: Visitor,
    house: Installation,
    look_alike: str,
    code: str,
    spoilt: str,
    path: str,
) -> None:
    rename(house, look_alike, code)
    visitor.opens(f"/q/{quote(spoilt)}/{path}")
    page = visitor.opens(f"/q/{code}/{path}")
    (action,) = [g["action"] for t, g in page.reading.tags if t == "form"]
    visitor.posts(action, **filled(page, text=LETTER, overall="good"))
    assert house.door.box.waiting() == 1


def rename(house: Installation, code: str, to: str) -> None:
    with house.sessions() as session, session.begin():
        session.connection().exec_driver_sql(
            "UPDATE code SET code = ? WHERE code = ?", (to, code)
        )


def test_an_address_with_the_place_of_a_token_in_it_shuffles_no_receipt(
    visitor: Visitor, cast: Cast
) -> None:
    url = f"/q/{cast.yunxi}{TOKEN}/complaint"
    page = visitor.sends(url, text=LETTER)
    receipt = receipt_on(page)
    assert len(receipt) == 20
    assert "信在意见箱里" in visitor.sends("/receipt", receipt=receipt).words


# A round that closes


@pytest.mark.parametrize("path", ["/survey", "/complaint"])
def test_a_closed_round_shows_its_form_no_longer_than_promised(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast, path: str
) -> None:
    url = f"/q/{cast.yunxi}{path}"
    visitor.opens(url)
    assert all(
        page.until <= time.monotonic() + KEEP_SECONDS for page in kept(app).values()
    )
    move(house, cast, Phase.RECTIFYING)
    pages_wait(app)
    page = visitor.opens(url)  # late
    time_passes(app, 3600)
    assert "这会儿不收了" in visitor.opens(url, status=409).words
    typed = {"text": LETTER, "contact": CONTACT, "more": REMARK}
    refused = visitor.posts(url, status=409, **filled(page, **typed))
    assert "没有投进去。您写的字还在下面" in refused.words
    for words in typed.values():
        assert words in refused.words
    assert house.door.box.waiting() == 0


def test_the_hub_of_a_closed_round_has_no_door_to_its_form_after_that(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast
) -> None:
    url = f"/q/{cast.yunxi}"
    assert f"{url}/survey" in visitor.opens(url).links()
    move(house, cast, Phase.REVIEWING)
    time_passes(app)
    assert f"{url}/survey" not in visitor.opens(url).links()


def test_a_withdrawn_code_takes_nothing_from_the_moment_on(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast
) -> None:
    url = f"/q/{cast.yunxi}/complaint"
    page = visitor.opens(url)
    withdraw(house, cast.yunxi)
    refused = visitor.posts(url, status=404, **filled(page, text=LETTER))
    assert "已经停用" in refused.words
    assert LETTER in refused.words
    assert house.door.box.waiting() == 0
    time_passes(app)
    visitor.opens(url, status=404)


def test_nothing_is_kept_in_a_browser_or_on_disk(
    visitor: Visitor, cast: Cast, house: Installation
) -> None:
    before = files_of(house.settings.instance)
    for path in ("", "/survey", "/complaint"):
        page = visitor.opens(f"/q/{cast.yunxi}{path}")
        assert page.response.headers["Cache-Control"] == "no-store"
        assert page.response.headers["Vary"] == "Accept-Encoding, Accept-Language"
    assert files_of(house.settings.instance) == before


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "-" not in path.suffix}  # not db-wal


@pytest.mark.parametrize("choice", ["big", "lang"])
def test_no_link_moves_the_digits_of_a_receipt_or_takes_them_along(
    app: Flask, cast: Cast, choice: str
) -> None:
    visitor = Visitor(app)
    url = f"/q/{cast.yunxi}/complaint?{choice}={quote(TOKEN)}"
    token = visitor.client.get(f"/q/{cast.yunxi}/complaint").text
    token = token.partition('name="csrf_token"')[2].partition('value="')[2]
    sent = {"text": LETTER, "hint": "keep", "csrf_token": token.partition('"')[0]}
    answer = visitor.client.post(url, data=sent)
    assert answer.status_code == 200
    addresses = [part.partition('"')[0] for part in answer.text.split('href="')[1:]]
    groups = in_fours(receipt_on(Page(answer, url))).split()
    assert [a for a in addresses if any(group in a for group in groups)] == []
    forms = answer.text.count('name="receipt"')
    assert [len(page.parts) for page in kept(app).values() if len(page.parts) > 9] == [
        1 + len(groups) * 2 + forms * 2  # a token and the receipt in each form
    ]
