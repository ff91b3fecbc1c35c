"""The Word document that goes with a handover."""

import xml.etree.ElementTree as ET
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from sqlalchemy.orm import Session

from portal.handover import Route
from portal.kernel.errors import NotFoundError
from portal.kernel.word import NO_TIME, Look
from portal.reports.proposal import TITLES, file_name, proposal
from portal.rounds import get_round
from portal.web.installation import Installation
from tests.makers import Cast
from tests.stages.review_scenes import CANARY, OWN_WORDS, Scene

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


def paragraphs(content: bytes) -> list[tuple[str, str]]:
    """Style and text of each paragraph."""
    body = ET.fromstring(ZipFile(BytesIO(content)).read("word/document.xml"))  # noqa: S314
    found = []
    for one in body.iter(f"{W}p"):
        style = one.find(f"{W}pPr/{W}pStyle")
        words = "".join(part.text or "" for part in one.iter(f"{W}t"))
        found.append(("" if style is None else style.attrib[f"{W}val"], words))
    return found


def document(scene: Scene, route: Route = Route.PROPOSAL) -> bytes:
    row = scene.handed_over(route=route)
    return proposal(row, get_round(scene.session, row.finding.round_id))


def test_it_says_to_whom_what_and_until_when(scene: Scene) -> None:
    found = paragraphs(document(scene))
    assert found[0] == (Look.TITLE, "巡察建议书")
    unit = scene.cast.unit.staff(scene.session)
    assert found[1] == (Look.TO, f"{unit.unit or unit.name}：")
    assert (Look.BODY, OWN_WORDS.statement) in found
    assert any(words.startswith("（一）2026年4月1日前整改到位") for _, words in found)
    assert [words for look, words in found if look == Look.SIGN] == [
        "示例区委巡察组",
        "2026年3月2日",
    ]
    assert CANARY not in str(found)


@pytest.mark.parametrize("route", TITLES)
def test_every_route_but_a_lead_has_its_title(scene: Scene, route: Route) -> None:
    assert paragraphs(document(scene, route))[0] == (Look.TITLE, TITLES[route])


def test_a_lead_is_no_file(scene: Scene) -> None:
    with pytest.raises(NotFoundError):
        document(scene, Route.LEAD)


def test_what_was_typed_is_text_and_every_line_a_paragraph(scene: Scene) -> None:
    row = scene.handed_over()
    row.finding.statement = "第一行<w:b/>\n{ PAGE } & 第二行\x07"
    content = proposal(row, get_round(scene.session, row.finding.round_id))
    texts = [words for _, words in paragraphs(content)]
    assert {"第一行<w:b/>", "{ PAGE } & 第二行"} <= set(texts)
    assert file_name(row) == f"巡察建议书-{OWN_WORDS.title}.docx"


def test_the_file_is_whole_and_tells_neither_who_nor_when(scene: Scene) -> None:
    content = document(scene)
    packed = ZipFile(BytesIO(content))
    assert packed.testzip() is None
    assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    styles = packed.read("word/styles.xml").decode()
    assert all(f'w:styleId="{look}"' in styles for look in Look)
    about = Document(BytesIO(content)).core_properties
    assert {about.author, about.last_modified_by, about.comments} == {""}
    assert about.created == about.modified == NO_TIME
