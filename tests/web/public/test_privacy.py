"""「我们记录了什么」: what the tables are, word by word."""

import pytest

from portal.intake.records import RESIDENT_TABLES
from portal.kernel import audit
from portal.web.installation import Installation
from portal.web.public.privacy import VOTE_TABLES
from tests.makers import MORNING, Cast, make_complaint
from tests.visitor import Visitor
from tests.web.public.scenes import FROM_WECHAT


def test_every_column_is_read_out(visitor: Visitor) -> None:
    words = visitor.opens("/privacy").words
    missing = [
        f"{table.__tablename__}.{column.name}"
        for table in RESIDENT_TABLES
        for column in table.__table__.columns
        if not column.doc or column.doc not in words
    ]
    assert missing == []


def test_of_a_vote_too_every_column_is_read_out(
    visitor: Visitor, house: Installation
) -> None:
    box = house.ratings.file.connection()  # with it the ballots' tables are there
    names = [n for (n,) in box.execute("SELECT name FROM sqlite_master")]
    there = {
        name: {row[1] for row in box.execute(f"PRAGMA table_info({name})")}
        for name in names
        if not name.startswith("sqlite_")
    }
    assert {name: {*said} for name, (_, said) in VOTE_TABLES.items()} == there
    words = visitor.opens("/privacy").words
    for name, said in VOTE_TABLES.values():
        assert [one for one in (name, *said.values()) if one not in words] == []


def test_every_table_has_a_name_of_its_own(visitor: Visitor) -> None:
    page = visitor.opens("/privacy")
    headings = [part.split("</h2>")[0] for part in page.html.split("<h2>")[1:]]
    assert len(set(headings)) == len(headings) >= len(RESIDENT_TABLES) + 4


def test_what_cannot_be_helped_is_said_too(visitor: Visitor) -> None:
    words = visitor.opens("/privacy").words
    for said in ("没有记的", "我们防不住的", "每天 8、12、18 点", "微信和您的手机知道"):
        assert said in words


def test_the_head_of_the_log_is_published_and_moves(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    def shown() -> str:
        return visitor.opens("/privacy").html.split("<code>")[1].split("</code>")[0]

    before = shown()
    make_complaint(house, cast.yunxi)
    assert shown() == before  # what residents do is in no log
    with house.sessions() as session, session.begin():
        audit.record(session, "office", "test", subject="x", now=MORNING)
        head = audit.head(session)
        assert head is not None
        expected = f"{head.number} · {head.hash[:32]}"
    assert before != shown() == expected


@pytest.mark.parametrize("url", ["/privacy?lang=en&big=1", "/help?lang=en&big=1"])
def test_in_large_english(visitor: Visitor, url: str) -> None:
    page = visitor.opens(url)
    assert ("html", "en", "big") in [
        (t, g.get("lang"), g.get("class")) for t, g in page.reading.tags
    ]


def test_what_wechat_appends_changes_nothing(visitor: Visitor) -> None:
    page = visitor.opens(f"/privacy{FROM_WECHAT}")
    assert page.html == visitor.opens("/privacy").html
