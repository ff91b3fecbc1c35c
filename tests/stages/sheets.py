"""Workbooks of questionnaires for the tests: rows as people type them, files as WPS writes them."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import openpyxl

from portal.kernel.workbooks import letter
from portal.questionnaires.workbook.columns import Column

HEADER = [column.value for column in Column]
Row = dict[Column, object]


def row(kind: str, title: object, **more: object) -> Row:
    """A row by the names of its columns."""
    given = {Column[name.upper()]: value for name, value in more.items()}
    return {Column.TYPE: kind, Column.TITLE: title, **given}


def book(*rows: Row, **sheets: Sequence[Sequence[object]]) -> openpyxl.Workbook:
    """A workbook with the sheet 问卷, and other sheets by their titles."""
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = "问卷"
    sheet.append(HEADER)
    for given in rows:
        sheet.append([given.get(column) for column in Column])
    for title, lines in sheets.items():
        other = made.create_sheet(title)
        for line in lines:
            other.append(list(line))
    return made


def saved(made: openpyxl.Workbook) -> bytes:
    """The file of a workbook."""
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
ROOT = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="/xl/workbook.xml"/></Relationships>"""
RELATIONS = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId2" Type="{OFFICE}/worksheet" Target="/xl/worksheets/sheet2.xml"/><Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="rId4" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="rId9" Type="{OFFICE}/customXml" Target="../customXml/item1.xml"/></Relationships>"""
WORKBOOK = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><fileVersion appName="xl" lastEdited="3" lowestEdited="5" rupBuild="9302"/><workbookPr/><bookViews><workbookView windowWidth="27945" windowHeight="12255"/></bookViews><sheets><sheet name="问卷" sheetId="1" r:id="rId1"/><sheet name="WpsReserved_CellImgList" sheetId="2" state="veryHidden" r:id="rId2"/></sheets><calcPr calcId="144525"/></workbook>"""
EMPTY = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'


def wps(*rows: Sequence[str], merged: Sequence[str] = ()) -> bytes:
    """A file the way WPS writes one.

    Every other text is inline; shared ones have a phonetic guide and two runs; paths in
    relations are absolute; there is customXml, and a hidden sheet with the same header;
    rows trail empty cells with a style.
    """
    shared: list[str] = []
    lines = "".join(
        _line(number, cells, shared) for number, cells in enumerate(rows, 1)
    )
    ranges = "".join(f'<mergeCell ref="{name}"/>' for name in merged)
    merges = f'<mergeCells count="{len(merged)}">{ranges}</mergeCells>' * bool(merged)
    sheet = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetPr/><dimension ref="A1:XFD{len(rows)}"/><sheetData>{lines}</sheetData>{merges}<pageMargins left="0.75" right="0.75" top="1" bottom="1" header="0.5" footer="0.5"/></worksheet>"""
    strings = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="{MAIN}" count="{len(shared)}" uniqueCount="{len(shared)}">{"".join(shared)}</sst>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", ROOT)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/worksheets/sheet2.xml", EMPTY)
        archive.writestr("xl/sharedStrings.xml", strings)
        archive.writestr("customXml/item1.xml", '<s:customData xmlns="x" xmlns:s="y"/>')
        archive.writestr("docProps/custom.xml", "<Properties/>")
    return file.getvalue()


def _line(number: int, cells: Sequence[str], shared: list[str]) -> str:
    made = "".join(
        _cell(
            f"{letter(index)}{number}",
            text,
            shared,
            is_inline=(index + number) % 2 == 0,
        )
        for index, text in enumerate(cells)
        if text
    )
    trail = "".join(
        f'<c r="{letter(index)}{number}" s="0"/>' for index in range(40, 80)
    )
    return f'<row r="{number}" ht="40" customHeight="1" spans="1:16384">{made}{trail}</row>'


def _cell(name: str, text: str, shared: list[str], *, is_inline: bool) -> str:
    told = escape(text).replace("\r", "_x000D_")
    if is_inline:
        return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{told}</t></is></c>'
    at = len(told) // 2 if "_x000D_" not in told and "&" not in told else 0
    shared.append(
        f'<si><r><t xml:space="preserve">{told[:at]}</t></r><r><rPr><sz val="11"/></rPr>'
        f'<t xml:space="preserve">{told[at:]}</t></r>'
        '<rPh sb="0" eb="1"><t>yī</t></rPh><phoneticPr fontId="1"/></si>'
    )
    return f'<c r="{name}" s="1" t="s"><v>{len(shared) - 1}</v></c>'
