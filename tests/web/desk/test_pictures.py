"""Pictures on the desk: one request for each, for its readers' eyes, logged."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.additions import enclosed_picture
from portal.intake.pictures import clean_picture
from portal.intake.records import Addition, AdditionKind, Letter
from portal.kernel.audit import AuditEntry
from portal.people import Permission
from portal.web.installation import Installation
from tests.makers import Cast, make_addition, make_complaint, signed_in
from tests.stages.picture_files import exif, heic
from tests.visitor import Page, Visitor


@pytest.fixture(scope="module")
def picture() -> bytes:
    return clean_picture(heic(exif=exif(6)))


@pytest.fixture
def letter(house: Installation, cast: Cast, session: Session, picture: bytes) -> str:
    """An opened letter of 柳塘 with a picture and a few words."""
    receipt = make_complaint(house, cast.liutang)
    make_addition(house, receipt, enclosed_picture(picture))
    make_addition(house, receipt, "又坏了。")
    house.open_letterbox(by="office", reason="test")
    session.rollback()
    return session.scalars(select(Letter.id)).one()


@pytest.fixture
def member(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.member)


@pytest.fixture
def read_letter(member: Visitor, letter: str) -> str:
    opens(member, letter)
    return letter


@pytest.fixture
def visitor_of(app: Flask, house: Installation, cast: Cast) -> Callable[[str], Visitor]:
    return lambda who: signed_in(app, house, cast.players[who])


def addition(session: Session, kind: AdditionKind = AdditionKind.PICTURE) -> str:
    session.rollback()
    return session.scalars(select(Addition.id).where(Addition.kind == kind)).one()


def url_of(session: Session, letter: str) -> str:
    return f"/desk/letters/{letter}/pictures/{addition(session)}"


def looks(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    found = select(AuditEntry).where(AuditEntry.action == "picture.read")
    return [(entry.actor, entry.subject) for entry in session.scalars(found)]


def pictures_on(page: Page) -> list[str]:
    return [given["src"] for tag, given in page.reading.tags if tag == "img"]


def opens(visitor: Visitor, letter: str) -> Page:
    url = f"/desk/letters/{letter}"
    return visitor.sends(url, at=url)


def test_a_reader_sees_the_picture_of_an_opened_letter(
    member: Visitor, letter: str, session: Session, picture: bytes
) -> None:
    assert pictures_on(opens(member, letter)) == [url_of(session, letter)]
    answer = member.client.get(url_of(session, letter))
    assert answer.data == picture
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "img-src 'self'" in answer.headers["Content-Security-Policy"]


def test_every_look_is_logged_under_its_letter_and_the_letter_alone_is_none(
    member: Visitor, letter: str, session: Session
) -> None:
    opens(member, letter)
    assert looks(session) == []
    for n in (1, 2):
        member.client.get(url_of(session, letter))
        assert looks(session) == [("member", letter)] * n


def test_the_log_calls_it_by_name(
    visitor_of: Callable[[str], Visitor],
    member: Visitor,
    read_letter: str,
    session: Session,
) -> None:
    member.client.get(url_of(session, read_letter))
    assert "查看照片" in visitor_of("admin").opens("/desk/audit").words


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("mate", 200),
        ("recused", 404),
        ("stranger", 404),
        ("office", 403),
        ("unit", 403),
    ],
)
def test_only_its_readers_see_it(
    visitor_of: Callable[[str], Visitor],
    read_letter: str,
    session: Session,
    who: str,
    status: int,
) -> None:
    answer = visitor_of(who).client.get(url_of(session, read_letter))
    assert answer.status_code == status
    assert looks(session) == ([(who, read_letter)] if status == 200 else [])
    assert answer.data.startswith(b"\xff\xd8") is (status == 200)


def test_whoever_is_not_signed_in_is_asked_to(
    visitor: Visitor, letter: str, session: Session
) -> None:
    answer = visitor.client.get(url_of(session, letter))
    assert (answer.status_code, answer.location[:12]) == (302, "/desk/signin")
    assert looks(session) == []


def test_an_envelope_is_opened_before_its_pictures(
    member: Visitor, letter: str, session: Session
) -> None:
    page = member.opens(f"/desk/letters/{letter}")
    assert pictures_on(page) == []
    member.opens(url_of(session, letter), status=409)
    assert looks(session) == []


def test_a_picture_is_found_under_its_own_letter_alone(
    member: Visitor, house: Installation, cast: Cast, letter: str, session: Session
) -> None:
    make_complaint(house, cast.yunxi)
    house.open_letterbox(by="office", reason="test")
    session.rollback()
    other = session.scalars(select(Letter.id).where(Letter.id != letter)).one()
    for one in (letter, other):
        opens(member, one)
    name, words = addition(session), addition(session, AdditionKind.TEXT)
    for url in (f"{other}/pictures/{name}", f"{letter}/pictures/{words}"):
        member.opens(f"/desk/letters/{url}", status=404)
    member.opens(f"/desk/letters/{letter}/pictures/nothing", status=404)
    assert looks(session) == []


def test_the_route_asks_for_the_right_to_read_letters(app: Flask) -> None:
    view = app.view_functions["desk.pictures.show"]
    assert vars(view)["permission"] is Permission.READ_LETTERS
