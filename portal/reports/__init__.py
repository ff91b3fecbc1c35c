"""Excel out: the problem list and the entrance list, as Chinese offices expect them.

In: rows. Out: a workbook's bytes with Chinese heads, the head row kept in view; what
was typed is a text (`kernel.exports`), numbers and days are what they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from openpyxl import Workbook
from sqlalchemy.orm import Session

from portal import checklists
from portal.entrances import Code
from portal.handover import Route, handover_of
from portal.kernel.exports import Value, workbook_bytes, write_table
from portal.questionnaires.shipped import categories
from portal.rectification import Outcome, Source, confirmations
from portal.review.findings import Finding, FindingState, Severity

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


FINDING_COLUMNS = {
    "序号": 6,
    "社区代码": 16,
    "社区": 16,
    "类别": 12,
    "问题": 30,
    "问题表述": 60,
    "要点": 24,
    "轻重": 8,
    "成立日期": 12,
    "状态": 12,
    "交办方式": 12,
    "接收单位": 18,
    "整改期限": 12,
    "是否超期": 10,
    "签收日期": 12,
    **dict.fromkeys(SOURCES.values(), 14),
}

ENTRANCE_COLUMNS = {
    "社区代码": 16,
    "社区": 16,
    "渠道": 20,
    "码": 12,
    "网址": 48,
    "发码日期": 12,
    "停用日期": 12,
}


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
            word_of(ROUTES, row.route),
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
        category_word(finding.category),
        finding.title,
        finding.statement,
        "、".join(titles.get(code, code) for code in finding.points),
        word_of(SEVERITIES, finding.severity),
        finding.found_on,
        word_of(STATES, finding.state),
        *went,
        *(word_of(OUTCOMES, said.get(Source(source))) for source in SOURCES),
    ]


def category_word(category_id: str) -> str:
    """What the office calls a category."""
    formal = {one.id: one.formal for one in categories()}
    return formal.get(category_id, category_id)


def word_of(words: Mapping[str, str], value: StrEnum | None) -> str:
    """The word of a value; nothing where there is none."""
    return words.get(value, "") if value else ""


def _workbook(
    title: str, columns: Mapping[str, int], rows: Iterable[Sequence[Value]]
) -> bytes:
    book = Workbook()
    book.properties.creator = "码上巡"
    sheet = book.worksheets[0]
    sheet.title = title
    write_table(sheet, columns, rows)
    return workbook_bytes(book)
