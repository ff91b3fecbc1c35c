"""Posters from the desk: one at a time, or a round's as long work."""

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from portal.entrances import Code
from portal.kernel import jobs
from portal.posters import fonts, proof
from portal.posters.fonts import NoFontError, Style
from portal.rounds import get_round
from portal.web.installation import Installation
from tests.makers import Cast, signed_in
from tests.visitor import Visitor

try:
    fonts.faces(Style.TEXT)
    HAS_FONT = True
except NoFontError:
    HAS_FONT = False
needs_font = pytest.mark.skipif(not HAS_FONT, reason="no Chinese font on this machine")


@pytest.fixture
def office(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.office)


@needs_font
def test_a_single_poster_is_a_pdf_that_a_phone_reads(
    office: Visitor, cast: Cast
) -> None:
    answer = office.client.get(f"/desk/posters/{cast.yunxi}/a4?style=plain")
    assert answer.mimetype == "application/pdf"
    picture = proof.raster(answer.data, 2)
    assert proof.scans(picture) == [f"http://127.0.0.1:8000/Q/{cast.yunxi}"]


@needs_font
def test_the_share_card_is_a_picture(office: Visitor, cast: Cast) -> None:
    answer = office.client.get(f"/desk/posters/{cast.yunxi}/share")
    assert answer.mimetype == "image/png"
    picture = Image.open(io.BytesIO(answer.data))
    assert proof.scans(picture) == [f"http://127.0.0.1:8000/Q/{cast.yunxi}"]


def test_a_notice_says_the_hours_of_its_round_or_the_usual_ones(
    house: Installation, cast: Cast
) -> None:
    with house.sessions() as session:
        round_ = get_round(session, cast.round_id)
        code = session.get_one(Code, cast.yunxi)
        usual = house.notice(code, round_).opening_hours
        round_.opening_hours = "07:00,20:30"
        own = house.notice(code, round_).opening_hours
    assert (usual, own) == ("8、12、18 点", "7、20:30 点")


@pytest.mark.parametrize("path", ["NOSUCHQR/a4", "{code}/a9", "{code}/a4?style=neon"])
def test_what_is_not_made_is_not_found(office: Visitor, cast: Cast, path: str) -> None:
    office.opens(f"/desk/posters/{path.format(code=cast.yunxi)}", status=404)


@needs_font
def test_a_rounds_posters_are_made_as_long_work_and_fetched(
    office: Visitor, house: Installation
) -> None:
    page = office.opens("/desk/posters")
    assert "每个有效的码一张" in page.words
    office.sends("/desk/posters", at="/desk/posters", formats="card", style="plain")
    assert "排队中" in office.opens("/desk/jobs").words
    assert jobs.run_next(house.sessions, house.job_kinds(), clock=house.clock)
    page = office.opens("/desk/jobs")
    assert "张海报，逐张扫过" in page.words
    (link,) = [link for link in page.links() if link.endswith(".zip")]
    with office.client.get(link) as answer:
        content = answer.data
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "二维码清单.xlsx" in archive.namelist()


def test_no_size_chosen_is_said(office: Visitor) -> None:
    page = office.sends("/desk/posters", at="/desk/posters", status=422, formats=[])
    assert "请至少选一种尺寸。" in page.words


def test_an_archive_that_is_not_there_says_where_to_look(office: Visitor) -> None:
    page = office.opens("/desk/posters/nothing.zip", status=404)
    assert "请到「后台任务」看进度" in page.words


def test_a_machine_without_fonts_gets_a_sentence_and_the_page_to_print(
    office: Visitor, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    page = office.opens(f"/desk/posters/{cast.yunxi}/a4", status=409)
    assert "没有中文字体" in page.words
    assert "也可以先用网页版打印" in page.words


def test_a_member_makes_no_posters(app: Flask, house: Installation, cast: Cast) -> None:
    signed_in(app, house, cast.member).opens("/desk/posters", status=403)
