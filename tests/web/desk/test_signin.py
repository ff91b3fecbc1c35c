from typing import Any

import pyotp
from flask import Flask

from portal.web.desk.nav import local
from portal.web.installation import Installation
from tests.makers import Cast, Clock, Player, signed_in
from tests.visitor import Page, Visitor


def code_of(player: Player, clock: Clock) -> str:
    return pyotp.TOTP(player.totp_secret).at(clock())


def signs_in(
    visitor: Visitor, player: Player, clock: Clock, *, at: str = "/desk/signin"
) -> Page:
    return visitor.sends(
        at,
        username=player.username,
        password=player.password,
        totp=code_of(player, clock),
    )


def test_name_password_and_code_open_the_desk(
    visitor: Visitor, cast: Cast, clock: Clock
) -> None:
    page = signs_in(visitor, cast.office, clock)
    assert "今天要办的" in page.words
    assert "示例·office" in page.words


def test_after_signing_in_one_is_where_one_wanted_to_go(
    visitor: Visitor, cast: Cast, clock: Clock
) -> None:
    address = visitor.client.get("/desk/rounds").headers["Location"]
    page = signs_in(visitor, cast.office, clock, at=address)
    assert page.url == "/desk/rounds"


def test_then_never_leads_to_another_host() -> None:
    assert local("/desk/rounds/3?round=2", default="home") == "/desk/rounds/3?round=2"
    for address in (
        "https://evil.example/desk",
        "//evil.example/desk",
        "/desk//evil.example",
        "/desk/\\evil.example",
        "/desk.evil.example",
        "/other",
        "/desk/\nLocation:x",
        "",
    ):
        assert local(address, default="home") == "home"


def test_a_wrong_password_keeps_the_name_and_says_one_sentence(
    visitor: Visitor, cast: Cast, clock: Clock
) -> None:
    page = visitor.sends(
        "/desk/signin",
        status=422,
        username="office",
        password="not the password",
        totp=code_of(cast.office, clock),
    )
    assert "用户名、密码或动态码不对" in page.words
    assert page.form["username"] == ["office"]
    assert page.form["password"] == [""]
    assert "not the password" not in page.html


def test_an_unknown_name_looks_the_same_as_a_wrong_password(visitor: Visitor) -> None:
    fields: dict[str, Any] = {"password": "x", "totp": "000000", "status": 422}
    known = visitor.sends("/desk/signin", username="office", **fields)
    unknown = visitor.sends("/desk/signin", username="nobody", **fields)
    assert known.words == unknown.words


def test_the_desk_is_closed_without_signing_in(visitor: Visitor) -> None:
    response = visitor.client.get("/desk/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/desk/signin?then=/desk/"


def test_what_was_typed_when_the_session_ended_is_given_back(
    visitor: Visitor,
) -> None:
    page = visitor.posts("/desk/findings/new", status=409, title="电动车占道")
    assert "登录到时间了，还没有存" in page.words
    assert page.form["title"] == ["\n电动车占道"]
    assert "/desk/signin" in page.links()


def test_signing_out_ends_the_session_and_not_only_the_cookie(
    app: Flask, house: Installation, cast: Cast
) -> None:
    visitor = signed_in(app, house, cast.office)
    cookie = visitor.client.get_cookie("desk", path="/desk")
    assert cookie is not None
    visitor.sends("/desk/signout", at="/desk/")
    visitor.client.set_cookie("desk", cookie.value, path="/desk")
    assert visitor.client.get("/desk/").status_code == 302


def test_signing_out_needs_the_token(
    app: Flask, house: Installation, cast: Cast
) -> None:
    visitor = signed_in(app, house, cast.office)
    visitor.posts("/desk/signout", status=422)
    visitor.opens("/desk/")


def test_a_new_password_opens_and_the_old_one_does_not(
    app: Flask, house: Installation, cast: Cast, clock: Clock
) -> None:
    visitor = signed_in(app, house, cast.mate)
    page = visitor.sends(
        "/desk/password",
        password_now=cast.mate.password,
        password="春天的柳塘有三只白鹅",
        password_again="春天的柳塘有三只白鹅",
    )
    assert "密码改好了" in page.words
    fresh = Visitor(app)
    old: dict[str, Any] = {"username": "mate", "password": cast.mate.password}
    fresh.sends("/desk/signin", status=422, totp=code_of(cast.mate, clock), **old)
    new: dict[str, Any] = {"username": "mate", "password": "春天的柳塘有三只白鹅"}
    page = fresh.sends("/desk/signin", totp=code_of(cast.mate, clock), **new)
    assert "今天要办的" in page.words


def test_a_short_or_unrepeated_password_and_a_wrong_present_one_are_refused(
    app: Flask, house: Installation, cast: Cast
) -> None:
    visitor = signed_in(app, house, cast.mate)
    long = "一句只有我知道的长长的话"
    for fields, sentence in (
        (("短", "短"), "密码太短"),
        ((long, "另一句话"), "两遍新密码不一样"),
        ((long, long), "现在的密码不对"),
    ):
        page = visitor.sends(
            "/desk/password",
            status=422,
            password_now="wrong",
            password=fields[0],
            password_again=fields[1],
        )
        assert sentence in page.words
        assert long not in page.html


def test_an_error_page_never_gives_a_password_back(
    app: Flask, house: Installation, cast: Cast
) -> None:
    visitor = signed_in(app, house, cast.mate)
    words = {"password": "secret-words-1", "password_now": "secret-words-2"}
    pages = [
        visitor.client.post("/desk/password", data={**words, "password_again": "x"})
        for _ in range(25)
    ]
    assert pages[-1].status_code == 429
    assert "再发一次" in pages[-1].get_data(as_text=True)
    assert "secret-words" not in pages[-1].get_data(as_text=True)
