"""公示: what was found, what was done, and who says so, side by side."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import rectification
from portal.disclosure import Disclosure, withdraw
from portal.rectification import Outcome, Source
from portal.review.findings import Finding
from portal.rounds import Phase
from portal.rounds.phases import ALLOWED, PublicAct
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast, make_disclosure
from tests.visitor import Page, Visitor
from tests.web.public.scenes import LIUTANG, YUNXI, put_in

WORDS = ("电动车占道", "划出停车棚，物业每天巡查", "楼道已清空")
DRAFTED = "三栋门口长期停放电动车"  # the finding's own words, for the unit alone


@pytest.fixture
def disclosed(app: Flask, house: Installation, cast: Cast) -> str:
    """The page of 云溪 with one entry."""
    make_disclosure(house, cast, cast.yunxi)
    put_in(app, house, cast, Phase.DISCLOSING)
    return f"/disclosures/{cast.round_id}/{YUNXI}"


def says(session: Session, source: Source, outcome: Outcome) -> None:
    rectification.confirm(
        session,
        session.scalars(select(Finding)).one(),
        source=source,
        outcome=outcome,
        today=TODAY,
    )
    session.commit()


def sayings(page: Page) -> list[str]:
    """Who says that it is fixed, line by line."""
    facts = page.html.split('<ul class="facts">')[1].split("</ul>")[0]
    return [
        " ".join(line.split(">")[1].split("<")[0] for line in row.split("<span")[1:])
        for row in facts.split("<li>")[1:]
    ]


@pytest.mark.parametrize("phase", list(Phase))
def test_entries_are_public_in_the_phases_that_disclose(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast, phase: Phase
) -> None:
    make_disclosure(house, cast, cast.yunxi)
    put_in(app, house, cast, phase)
    is_open = phase in ALLOWED[PublicAct.READ_DISCLOSURES]
    index = visitor.opens("/disclosures")
    assert ("公示了 1 个问题" in index.words) == is_open
    status = 200 if is_open else 404
    page = visitor.opens(f"/disclosures/{cast.round_id}/{YUNXI}", status=status)
    assert (WORDS[0] in page.words) == is_open


def test_problem_measures_and_result_are_told(visitor: Visitor, disclosed: str) -> None:
    page = visitor.opens(disclosed)
    for said in ("云溪社区", *WORDS, "怎么改", "改得怎么样", "3 月 2 日公示"):
        assert said in page.words
    assert DRAFTED not in page.html


def test_four_sources_stand_side_by_side(
    visitor: Visitor, session: Session, disclosed: str
) -> None:
    assert sayings(visitor.opens(disclosed)) == [
        "责任单位自己说 还没说",
        "巡察组去看了 还没说",
        "反映的人说 还没说",
        "回访抽查 还没说",
    ]
    says(session, Source.TEAM, Outcome.FIXED)
    page = visitor.opens(disclosed)
    assert sayings(page)[1] == "巡察组去看了 改好了"
    assert "说法不一样" not in page.words


def test_where_they_disagree_that_is_said(
    visitor: Visitor, session: Session, disclosed: str
) -> None:
    says(session, Source.TEAM, Outcome.FIXED)
    says(session, Source.REVISIT, Outcome.NOT_FIXED)
    page = visitor.opens(disclosed)
    assert sayings(page)[1::2] == ["巡察组去看了 改好了", "回访抽查 没改"]
    assert "说法不一样，以后还会再查。" in page.words


def test_a_withdrawn_entry_stays_with_its_reason(
    visitor: Visitor, session: Session, cast: Cast, disclosed: str
) -> None:
    withdraw(
        session,
        session.scalars(select(Disclosure)).one(),
        reason="停车棚<尚未>验收",
        by=cast.office.staff(session),
        now=MORNING,
        today=TODAY,
    )
    session.commit()
    page = visitor.opens(disclosed)
    for said in ("已撤回", "3 月 2 日 · 停车棚<尚未>验收", WORDS[0]):
        assert said in page.words


def test_a_community_without_entries_says_so(
    visitor: Visitor, cast: Cast, disclosed: str
) -> None:
    del disclosed
    page = visitor.opens(f"/disclosures/{cast.round_id}/{LIUTANG}")
    assert "这个社区还没有公示的内容。" in page.words
    assert WORDS[0] not in page.words


@pytest.mark.parametrize("place", ["nowhere", "999", "%3Cb%3E", "9" * 400])
def test_an_unknown_community_is_not_found(
    visitor: Visitor, cast: Cast, disclosed: str, place: str
) -> None:
    del disclosed
    visitor.opens(f"/disclosures/{cast.round_id}/{place}", status=404)


@pytest.mark.parametrize("number", ["999", "-1", "9" * 30])
def test_an_unknown_round_is_not_found(
    visitor: Visitor, disclosed: str, number: str
) -> None:
    del disclosed
    visitor.opens(f"/disclosures/{number}/{YUNXI}", status=404)


def test_nothing_yet_is_told_where_it_will_stand(visitor: Visitor) -> None:
    assert "还没有公示。整改有了结果" in visitor.opens("/disclosures").words


def test_the_index_leads_to_each_community_in_large_english(
    visitor: Visitor, cast: Cast, disclosed: str
) -> None:
    page = visitor.opens("/disclosures?lang=en&big=1")
    assert f"{disclosed}?big=1&lang=en" in page.links()
    assert f"/disclosures/{cast.round_id}/{LIUTANG}?big=1&lang=en" not in page.links()
    assert "Put up on 2 March" in visitor.opens(f"{disclosed}?lang=en").words
