"""A Word file laid out as official documents are (GB/T 9704-2012, 公文格式).

In: paragraphs, each a look and a text. Out: DOCX for Word and WPS: A4, 仿宋 of 16 pt on
lines of 29 pt, a number under each page. The file tells neither who made it nor when.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from portal.kernel.exports import legal

SIZE, LINE = 16, 29  # points: 三号, 22 lines on a page
NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)  # the first day a ZIP file knows


class Look(StrEnum):
    """How a paragraph looks; the name of its style in the file."""

    TITLE = "DocumentTitle"
    TO = "Addressee"
    HEAD = "Head"
    BODY = "Body"
    SIGN = "Signed"


@dataclass(frozen=True, kw_only=True)
class Style:
    """A face with its size, and how the paragraph stands; all lengths in points."""

    face: str = "仿宋"
    size: int = SIZE
    line: int = LINE
    after: int = 0
    first: int = 0  # indent of the first line
    right: int = 0  # indent of the right side
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY


STYLES = {
    Look.TITLE: Style(
        face="方正小标宋简体",
        size=22,
        line=32,
        after=LINE,
        align=WD_ALIGN_PARAGRAPH.CENTER,
    ),
    Look.TO: Style(),
    Look.HEAD: Style(face="黑体", first=2 * SIZE),
    Look.BODY: Style(first=2 * SIZE),
    Look.SIGN: Style(right=4 * SIZE, align=WD_ALIGN_PARAGRAPH.RIGHT),
}


def word_bytes(paragraphs: Iterable[tuple[Look, str]]) -> bytes:
    """The file of those paragraphs; every text is one, no field and no markup."""
    paper = Document()
    _lay_out(paper)
    for look, style in STYLES.items():
        _add_style(paper, look, style)
    for look, text in paragraphs:
        paper.add_paragraph(legal(text), str(look))
    about = paper.core_properties
    about.author = about.last_modified_by = about.comments = about.title = ""
    about.created = about.modified = NO_TIME
    file = BytesIO()
    paper.save(file)
    return _undated(file)


def _undated(file: BytesIO) -> bytes:
    """The same file, none of whose parts says when it was made."""
    made = BytesIO()
    with ZipFile(file) as parts, ZipFile(made, "w") as packed:
        for name in parts.namelist():
            packed.writestr(ZipInfo(name), parts.read(name), ZIP_DEFLATED)
    return made.getvalue()


def _lay_out(paper: Paper) -> None:
    """A4 with 156 × 225 mm for the words, and a number under each page."""
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("— ")
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    foot._p.append(number)  # noqa: SLF001 -- the library has no fields
    foot.add_run(" —")


def _add_style(paper: Paper, look: Look, style: Style) -> None:
    made = paper.styles.add_style(look, WD_STYLE_TYPE.PARAGRAPH)
    made.font.name, made.font.size = "Times New Roman", Pt(style.size)
    fonts = made.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), style.face)
    shape = made.paragraph_format
    shape.line_spacing, shape.space_after = Pt(style.line), Pt(style.after)
    shape.first_line_indent, shape.right_indent = Pt(style.first), Pt(style.right)
    shape.alignment = style.align
    shape.keep_with_next = look is Look.HEAD
