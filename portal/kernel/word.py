"""A Word file laid out as official documents are (GB/T 9704-2012, 公文格式).

In: paragraphs, each a look and a text. Out: DOCX for Word and WPS: A4, 仿宋 of 16 pt on
lines of 29 pt, a number under each page. Texts go through `kernel.exports`: no field,
no markup. The file tells neither who made it nor when.
"""

from collections.abc import Iterable
from enum import StrEnum
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from portal.kernel.exports import word_run


class Look(StrEnum):
    """How a paragraph looks; the name of its style in the file."""

    TITLE = "DocumentTitle"
    TO = "Addressee"
    HEAD = "Head"
    BODY = "Body"
    SIGN = "Signature"


# Style: face, half points, paragraph. Lengths in twips (1/1440 inch), or in hundredths
# of a sign.
_LOOKS = {
    Look.TITLE: (
        "方正小标宋简体",
        44,
        '<w:spacing w:after="580" w:line="640" w:lineRule="exact"/>'
        '<w:jc w:val="center"/>',
    ),
    Look.TO: ("仿宋", 32, ""),
    Look.HEAD: (
        "黑体",
        32,
        '<w:keepNext/><w:ind w:firstLineChars="200" w:firstLine="640"/>',
    ),
    Look.BODY: ("仿宋", 32, '<w:ind w:firstLineChars="200" w:firstLine="640"/>'),
    Look.SIGN: (
        "仿宋",
        32,
        '<w:keepLines/><w:ind w:rightChars="400" w:right="1280"/><w:jc w:val="right"/>',
    ),
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_LINE = '<w:spacing w:line="580" w:lineRule="exact"/>'
_PAGE = (  # 37 mm above, 28 mm to the left, 156 × 225 mm for the words
    '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588"'
    ' w:header="851" w:footer="1400" w:gutter="0"/></w:sectPr>'
)


def word_bytes(paragraphs: Iterable[tuple[Look, str]]) -> bytes:
    """The file of those paragraphs."""
    body = "".join(_paragraph(look, text) for look, text in paragraphs)
    parts = _FIXED | {
        "word/document.xml": f"<w:document {_W} {_R}><w:body>{body}{_PAGE}</w:body>"
        "</w:document>"
    }
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for name, xml in parts.items():
            packed.writestr(ZipInfo(name), _HEAD + xml, ZIP_DEFLATED)
    return file.getvalue()


def _paragraph(look: Look, text: str) -> str:
    style = f'<w:pPr><w:pStyle w:val="{look}"/></w:pPr>'
    return f"<w:p>{style}{word_run(text)}</w:p>"


def _style(look: Look) -> str:
    face, size, paragraph = _LOOKS[look]
    line = "" if "w:spacing" in paragraph else _LINE
    at = paragraph.find("<w:ind")  # the schema wants spacing before indents
    laid = paragraph[:at] + line + paragraph[at:] if at >= 0 else line + paragraph
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{look}">'
        f'<w:name w:val="{look}"/><w:pPr>{laid}</w:pPr><w:rPr>'
        f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"'
        f' w:eastAsia="{face}"/><w:sz w:val="{size}"/></w:rPr></w:style>'
    )


def _relations(*pairs: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(pairs, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


_FIXED = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/word/footer.xml" ContentType="{_TYPE}.footer+xml"/></Types>',
    "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
    "word/_rels/document.xml.rels": _relations(
        ("styles", "styles.xml"), ("footer", "footer.xml")
    ),
    "word/styles.xml": f"<w:styles {_W}>{''.join(map(_style, Look))}</w:styles>",
    "word/footer.xml": f'<w:ftr {_W}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
    '<w:r><w:t xml:space="preserve">— </w:t></w:r>'
    '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>',
}
