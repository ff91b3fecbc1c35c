"""Excel out: the problem list and the entrance list, as Chinese offices expect them.

In: rows. Out: a workbook's bytes with Chinese heads, the head row kept in view; what
was typed is a text (`kernel.exports`), numbers and days are what they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from portal import checklists
from portal.entrances import Code
from portal.handover import Route, handover_of
from portal.kernel.exports import workbook_bytes, write_text
from portal.questionnaires.shipped import categories
from portal.rectification import Outcome, Source, confirmations
from portal.review.findings import Finding, FindingState, Severity

Value = str | int | date | None

SEVERITIES: Mapping[str, str] = {
    Severity.MINOR: "一般",
    Severity.SERIOUS: "较重",
    Severity.GRAVE: "严重",
}
STATES: Mapping[str, str] = {
    FindingState.DRAFT: "起草",
    FindingState.APPROVED: "已核定",
    FindingState.HANDED_OVER: "待签收",
    FindingState.SIGNED: "整改中",
    FindingState.REPORTED: "待核查",
    FindingState.FIXED: "核查通过",
    FindingState.DISPUTED: "待复查",
}
ROUTES: Mapping[str, str] = {
    Route.IMMEDIATE: "立行立改",
    Route.PROPOSAL: "分类交办",
    Route.BULLETIN: "通报",
}
OUTCOMES: Mapping[str, str] = {
    Outcome.FIXED: "改好了",
    Outcome.PARTLY: "改了一部分",
    Outcome.NOT_FIXED: "没改",
}
SOURCES: Mapping[str, str] = {
    Source.UNIT: "责任单位自报",
    Source.TEAM: "巡察组核查",
    Source.REPORTER: "反映人确认",
    Source.REVISIT: "回访抽查",
}


@dataclass(frozen=True)
class Column:
    """One column: its head and its width in characters of Latin text."""

    head: str
    width: int


FINDING_COLUMNS = (
    Column("序号", 6),
    Column("社区代码", 16),
    Column("社区", 16),
    Column("类别", 12),
    Column("问题", 30),
    Column("问题表述", 60),
    Column("要点", 24),
    Column("轻重", 8),
    Column("成立日期", 12),
    Column("状态", 12),
    Column("交办方式", 12),
    Column("接收单位", 18),
    Column("整改期限", 12),
    Column("是否超期", 10),
    Column("签收日期", 12),
    *(Column(words, 14) for words in SOURCES.values()),
)

ENTRANCE_COLUMNS = (
    Column("社区代码", 16),
    Column("社区", 16),
    Column("渠道", 20),
    Column("码", 12),
    Column("网址", 48),
    Column("发码日期", 12),
    Column("停用日期", 12),
)


def findings_workbook(
    session: Session, findings: Iterable[Finding], *, today: date
) -> bytes:
    """问题清单: one row a finding. Leads are left out: a file travels."""
    tellable = [finding for finding in findings if not finding.is_lead]
    rounds = {finding.round_id for finding in tellable}
    titles = {id_: checklists.titles(session, id_) for id_ in rounds}
    rows = [
        [number, *_finding(session, finding, today, titles[finding.round_id])]
        for number, finding in enumerate(tellable, start=1)
    ]
    return _workbook("问题清单", FINDING_COLUMNS, rows)


def entrances_workbook(codes: Iterable[Code], *, base_url: str) -> bytes:
    """入口清单: one row a code, with the address it opens."""
    rows: list[list[Value]] = [
        [
            code.place.code,
            code.place.name,
            code.channel.name,
            code.code,
            f"{base_url}/q/{code.code}",
            code.issued_on,
            code.withdrawn_on,
        ]
        for code in codes
    ]
    return _workbook("入口清单", ENTRANCE_COLUMNS, rows)


def _finding(
    session: Session, finding: Finding, today: date, titles: Mapping[str, str]
) -> list[Value]:
    row = handover_of(session, finding.id)
    said = confirmations(session, finding.id)
    went: list[Value] = (
        [
            _word(ROUTES, row.route),
            row.receiver.unit or row.receiver.name,
            row.due_on,
            "是" if row.is_overdue(today) else "否",
            row.signed_on,
        ]
        if row
        else [""] * 5
    )
    return [
        finding.place.code,
        finding.place.name,
        _category(finding.category),
        finding.title,
        finding.statement,
        "、".join(titles.get(code, code) for code in finding.points),
        _word(SEVERITIES, finding.severity),
        finding.found_on,
        _word(STATES, finding.state),
        *went,
        *(_word(OUTCOMES, said.get(Source(source))) for source in SOURCES),
    ]


def _category(category_id: str) -> str:
    formal = {one.id: one.formal for one in categories()}
    return formal.get(category_id, category_id)


def _word(words: Mapping[str, str], value: StrEnum | None) -> str:
    return words.get(value, "") if value else ""


def _workbook(
    title: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]]
) -> bytes:
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        message = "a new workbook has a sheet"
        raise TypeError(message)
    sheet.title = title
    book.properties.creator = "码上巡"
    _fill(sheet, columns, rows)
    return workbook_bytes(book)


def _cell(sheet: Worksheet, y: int, x: int, value: Value) -> Cell:
    cell = write_text(sheet, y, x, value if isinstance(value, str) else "")
    if not isinstance(value, str):
        cell.value = value
        cell.number_format = "yyyy-mm-dd" if isinstance(value, date) else "0"
    return cell


def _fill(
    sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[Value]]
) -> None:
    heads = [column.head for column in columns]
    for y, row in enumerate([heads, *rows], start=1):
        for x, value in enumerate(row, start=1):
            cell = _cell(sheet, y, x, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for x, column in enumerate(columns, start=1):
        head = sheet.cell(1, x)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="EFE6D6")
        sheet.column_dimensions[get_column_letter(x)].width = column.width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
