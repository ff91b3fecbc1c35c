"""Chinese type: found on the machine, cut to what is printed, embedded as TrueType."""

import io
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as Embedded

from portal.posters import fonts
from portal.posters.fonts import Face, MissingSignsError, NoFontError, Style
from portal.posters.typeset import Cut, Type

TEXT = "云溪社区居委会，扫码说一说。㐀𠮷𰻝"


@pytest.fixture(scope="module")
def text_faces() -> list[Face]:
    try:
        return fonts.faces(Style.TEXT)
    except NoFontError:
        pytest.skip("no Chinese font on this machine")


def test_a_cut_font_is_truetype_and_has_the_signs_and_nothing_more(
    text_faces: list[Face],
) -> None:
    cut = fonts.cut(text_faces[0], TEXT[:8])
    with TTFont(io.BytesIO(cut)) as font:
        assert {"glyf", "loca"} <= set(font.keys())
        assert set(font.getBestCmap()) == {ord(sign) for sign in TEXT[:8]}
        assert all(font["glyf"][name].numberOfContours for name in font.getGlyphOrder())
    assert Embedded("cut", io.BytesIO(cut)).face.charToGlyph.keys() >= {ord("云")}


def test_second_print_of_a_process_has_the_signs_the_first_had_not(
    text_faces: list[Face],
) -> None:
    Type(Cut.of("云溪社区"))
    later = Type(Cut.of("柳塘村"))
    for style in Style:
        ((name, piece),) = later.runs("柳塘村", style)
        font: Any = pdfmetrics.getFont(name)
        assert {ord(sign) for sign in piece} <= set(font.face.charToGlyph)


def test_rare_characters_find_a_face(text_faces: list[Face]) -> None:
    found = fonts.spread(TEXT, text_faces)
    assert set().union(*found.values()) == set(TEXT)


def test_a_character_no_face_has_is_named(text_faces: list[Face]) -> None:
    with pytest.raises(MissingSignsError, match="U\\+E000"):
        fonts.spread("云溪\ue000", text_faces)


def test_blanks_need_no_face(text_faces: list[Face]) -> None:
    assert fonts.spread(" \n\u3000", text_faces) == {}


def test_a_face_of_ones_own_comes_first(text_faces: list[Face]) -> None:
    own = text_faces[-1].path
    assert fonts.faces(Style.TITLE, own)[0].path == own


def test_a_machine_without_fonts_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with pytest.raises(NoFontError, match="PORTAL_FONT"):
        fonts.faces(Style.TEXT)
