"""The Word document that tells how far a round's findings are."""

from io import BytesIO

import pytest
from docx import Document
from sqlalchemy.orm import Session

from portal.handover import Route
from portal.kernel.word import Look
from portal.reports.account import account
from portal.rounds import get_round
from portal.web.installation import Installation
from tests.makers import TODAY, Cast
from tests.stages.review_scenes import CANARY, OWN_WORDS, Scene


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


def told(scene: Scene, *findings: object) -> list[tuple[str, str]]:
    """Style and text of each paragraph of the document."""
    round_ = get_round(scene.session, scene.cast.round_id)
    content = account(scene.session, round_, findings, today=TODAY)  # type: ignore[arg-type]
    paper = Document(BytesIO(content))
    return [
        (one.style.style_id if one.style else "", one.text) for one in paper.paragraphs
    ]


def test_it_says_how_many_where_and_how_far(scene: Scene) -> None:
    found = told(scene, scene.signed().finding)
    words = " ".join(text for _, text in found)
    assert found[0][0] == Look.TITLE
    assert "成立问题1个，涉及1个社区（村）" in words
    assert "按进展分：整改中1个。" in words
    assert "按类别分：为民服务1个。" in words
    assert f"（1）{OWN_WORDS.title}。{OWN_WORDS.statement}" in words
    assert "期限2026年4月1日；现在整改中。" in words
    assert CANARY not in words


def test_the_four_that_may_say_fixed_stand_side_by_side(scene: Scene) -> None:
    words = " ".join(text for _, text in told(scene, scene.signed().finding))
    assert (
        "责任单位自报：没有说；巡察组核查：没有说；反映人确认：没有说；回访抽查：没有说。"
    ) in words


def test_a_lead_is_not_in_it(scene: Scene) -> None:
    lead = scene.handed_over(route=Route.LEAD).finding
    words = " ".join(text for _, text in told(scene, lead))
    assert "成立问题0个" in words
    assert "按" not in words
    assert OWN_WORDS.title not in words
