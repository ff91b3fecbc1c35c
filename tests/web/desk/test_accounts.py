import re
from base64 import b64decode

import pyotp
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people import Role, Staff
from portal.web.installation import Installation
from tests.makers import Cast, Clock, signed_in
from tests.scanning import scanned_svg
from tests.visitor import Page, Visitor


def opens_account(visitor: Visitor, status: int = 200, **given: str) -> Page:
    fields = {"username": "wangfang", "name": "示例·新人", "role": "member", "unit": ""}
    fields |= given
    return visitor.sends("/desk/accounts/new", status=status, **fields)


def secrets_on(page: Page) -> tuple[str, str, str]:
    found = re.findall(r'<span class="secret">([^<]+)</span>', page.html)
    assert len(found) == 3
    return found[0], found[1], found[2]


def test_a_new_account_signs_in_with_what_was_shown(
    app: Flask, house: Installation, cast: Cast, clock: Clock
) -> None:
    page = opens_account(signed_in(app, house, cast.admin))
    username, password, totp_secret = secrets_on(page)
    page = Visitor(app).sends(
        "/desk/signin",
        username=username,
        password=password,
        totp=pyotp.TOTP(totp_secret).at(clock()),
    )
    assert "示例·新人" in page.words


def test_the_picture_is_read_by_an_authenticator(
    app: Flask, house: Installation, cast: Cast
) -> None:
    page = opens_account(signed_in(app, house, cast.admin))
    data = re.search(r"data:image/svg\+xml;base64,([^\"]+)", page.html)
    assert data is not None
    uri = scanned_svg(b64decode(data[1]))
    assert uri.startswith("otpauth://totp/")
    assert f"secret={secrets_on(page)[2]}" in uri


def test_the_password_is_shown_once_and_kept_nowhere(
    app: Flask, house: Installation, cast: Cast
) -> None:
    visitor = signed_in(app, house, cast.admin)
    password = secrets_on(opens_account(visitor))[1]
    assert password not in visitor.opens("/desk/accounts").html
    files = [path for path in house.settings.instance.rglob("*") if path.is_file()]
    assert files
    assert not any(password.encode() in path.read_bytes() for path in files)


def test_a_responsible_unit_needs_its_name(
    app: Flask, house: Installation, cast: Cast, session: Session
) -> None:
    visitor = signed_in(app, house, cast.admin)
    page = opens_account(visitor, status=422, role="unit")
    assert "请写单位名称" in page.words
    assert page.form["name"] == ["示例·新人"]
    opens_account(visitor, role="unit", unit="示例街道办事处")
    made = session.scalars(select(Staff).where(Staff.username == "wangfang")).one()
    assert (made.role, made.unit) == (Role.UNIT, "示例街道办事处")


def test_a_taken_name_is_refused_and_what_was_typed_stays(
    app: Flask, house: Installation, cast: Cast
) -> None:
    visitor = signed_in(app, house, cast.admin)
    page = opens_account(visitor, status=422, username="office")
    assert "已经有人用了" in page.words
    assert page.form["name"] == ["示例·新人"]


def test_a_stopped_account_is_out_at_once_and_comes_back(
    app: Flask, house: Installation, cast: Cast
) -> None:
    admin, mate = signed_in(app, house, cast.admin), signed_in(app, house, cast.mate)
    where = f"/desk/accounts/{cast.mate.staff_id}"
    mate.opens("/desk/")
    admin.sends(f"{where}/deactivate", at="/desk/accounts")
    assert mate.client.get("/desk/").status_code == 302
    admin.sends(f"{where}/activate", at="/desk/accounts")
    assert mate.client.get("/desk/").status_code == 302  # the old cookie stays dead
    signed_in(app, house, cast.mate).opens("/desk/")


def test_nobody_stops_their_own_account(
    app: Flask, house: Installation, cast: Cast
) -> None:
    admin = signed_in(app, house, cast.admin)
    where = f"/desk/accounts/{cast.admin.staff_id}/deactivate"
    assert "不能停用自己" in admin.sends(where, at="/desk/accounts", status=409).words
    admin.opens("/desk/accounts")


def test_only_the_administrator_manages_accounts(
    app: Flask, house: Installation, cast: Cast
) -> None:
    for name in ("office", "chief", "member", "unit"):
        visitor = signed_in(app, house, cast.players[name])
        visitor.opens("/desk/accounts", status=403)
        visitor.opens("/desk/accounts/new", status=403)
        where = f"/desk/accounts/{cast.mate.staff_id}/deactivate"
        visitor.sends(where, at="/desk/", status=403)
