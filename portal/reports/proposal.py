"""巡察建议书 and what goes with the other routes, as a Word document to be sealed.

In: a handover, and its round. Out: DOCX. It holds the finding in the team's words, to
whom, and until when; nothing of a letter, and no name of anybody who works on it.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from portal.handover import Handover, Route
from portal.kernel.errors import NotFoundError
from portal.kernel.word import Look, word_bytes
from portal.rounds import Round

TITLES: Mapping[Route, str] = {  # a lead has none: it goes by hand
    Route.PROPOSAL: "巡察建议书",
    Route.IMMEDIATE: "立行立改通知书",
    Route.BULLETIN: "巡察通报",
}
WISHES: Mapping[Route, str] = {
    Route.PROPOSAL: "现提出建议，请认真研究，抓好整改。",
    Route.IMMEDIATE: "请马上办，能当天解决的当天解决。",
    Route.BULLETIN: "现予通报，请对照检查，抓好整改。",
}


def proposal(handover: Handover, round_: Round) -> bytes:
    """The document of one handover.

    Raises NotFoundError for a lead.
    """
    if handover.route not in TITLES:
        raise NotFoundError
    return word_bytes(_paragraphs(handover, round_))


def file_name(handover: Handover) -> str:
    """What the file is called."""
    return f"{TITLES[handover.route]}-{handover.finding.title}.docx"


def _paragraphs(row: Handover, round_: Round) -> Iterator[tuple[Look, str]]:
    finding, until = row.finding, in_words(row.due_on)
    yield Look.TITLE, TITLES[row.route]
    yield Look.TO, f"{row.receiver.unit or row.receiver.name}："
    yield (
        Look.BODY,
        f"{round_.inspector}在{round_.name}中，发现{finding.place.name}有下面的问题。"
        f"{WISHES[row.route]}",
    )
    yield Look.HEAD, "一、发现的问题"
    yield Look.BODY, f"{finding.title}。"
    for line in finding.statement.splitlines():
        yield Look.BODY, line
    yield Look.HEAD, "二、整改要求"
    yield Look.BODY, f"（一）{until}前整改到位。到期改不完的，提前说明原因和打算。"
    yield (
        Look.BODY,
        "（二）收到后签收，依次报整改方案、专题会情况和整改报告，由巡察办审核。",
    )
    yield Look.BODY, "（三）只改问题，不打听、不追查是谁反映的。"
    yield Look.BODY, ""
    yield Look.SIGN, round_.inspector
    yield Look.SIGN, in_words(row.handed_on)


def in_words(day: date) -> str:
    """A day as documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"
