"""问卷结果 as a workbook: what the pages show, and not a number more.

In: results as the pages have them. Out: XLSX, a line an option; codes and names are
texts, counts and shares are numbers, and what is hidden says so in the same word
everywhere: a word for small cells alone would tell which of the hidden are small.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from portal.figures.cards import FigureCard, Mode, Share
from portal.figures.comparison import NOT_THE_SAME, Comparison
from portal.figures.results import DEFINITION, Result
from portal.kernel.exports import Value, workbook_bytes, write_table

HIDDEN = "不公开"
ANSWERS = ("题目编号", "题目", "选项", "选的份数", "占比", "收回份数", "平均分")
REACH = ("含几个社区", "没算进来的社区")
CHANGES = (
    *("题目编号", "题目", "选项", "这一轮占比", "这一轮份数"),
    *("上一轮占比", "上一轮份数", "变化（百分点）", "上一轮是哪一轮"),
)
WIDTHS = {"题目": 40, "选项": 24, "社区": 20, "社区代码": 16, "上一轮是哪一轮": 28}
LOOKS = {  # of numbers; what is hidden stays a word
    **dict.fromkeys(("占比", "这一轮占比", "上一轮占比"), "0.0%"),
    "平均分": "0.0",
    "变化（百分点）": "+0.0;-0.0;0.0",
}
SIGNS = str.maketrans("−", "-", "±")
NOTES = (
    DEFINITION,
    "占比：选这一项的份数，除以这一题收回的份数。几个可以一起选的，每个选项分别算。",
    "平均分：有看法的答案的平均分，只有一格都不藏的题才有。",
    "一个社区一道题不足 10 份答案，什么都不写。",
    "有的格子人太少（不足 5 份，一个没有也算），为免认出人来不公开；"
    "为免用减法算出来，有时多藏一两格。藏了的一律写「不公开」，看不出哪一格人少。",
    "合计、分类型、分渠道：藏起来的格子会被算出来的，就不含那个社区，或者整组不公开。",
    "征集期间，一道题每个选项都满 5 份才出数，每个选项再多 5 份才更新。"
    "结算以后数字不再变。",
    NOT_THE_SAME,
    Mode.QUESTIONNAIRE.label,
)


@dataclass(frozen=True)
class Part:
    """The results of a community, a kind, a channel or all; `named` fills its heads."""

    named: tuple[str, ...]
    results: Sequence[Result]
    past: Mapping[str, Comparison]


@dataclass(frozen=True)
class Sheet:
    """Parts of one sort; `heads` of the columns that name them."""

    title: str
    heads: tuple[str, ...]
    parts: Sequence[Part]


def results_workbook(
    sheets: Iterable[Sheet], *, round_name: str, day: date, settled: bool
) -> bytes:
    """A workbook of those sheets that have parts, the comparison, and the notes.

    `day`: of the settlement, or on which it was looked at.
    """
    book = Workbook()
    book.properties.creator = "码上巡"
    book.remove(book.worksheets[0])
    kept = [sheet for sheet in sheets if sheet.parts]
    for sheet in kept:
        rows = [row for part in sheet.parts for row in _answers(part)]
        _fill(book.create_sheet(sheet.title), (*sheet.heads, *ANSWERS, *REACH), rows)
    rows = [row for sheet in kept for part in sheet.parts for row in _changes(part)]
    _fill(book.create_sheet("与上一轮"), ("哪里", *CHANGES), rows)
    when = f"{day.isoformat()} 结算" if settled else f"截至 {day.isoformat()}，还没结算"
    _fill(
        book.create_sheet("说明"), ("说明",), [[t] for t in (round_name, when, *NOTES)]
    )
    book.worksheets[-1].column_dimensions["A"].width = 90
    return workbook_bytes(book)


def _answers(part: Part) -> Iterator[list[Value]]:
    for one in part.results:
        about = [*part.named, one.asked.key, one.asked.title]
        reach = [one.places, one.left_out]
        if one.card is None:
            yield [*about, *[HIDDEN] * (len(ANSWERS) - 2), *reach]
            continue
        for share in one.card.shares:
            yield [*about, *_share(share), *_basis(one.card), *reach]


def _share(share: Share) -> tuple[Value, ...]:
    hidden = share.count is None
    return share.name, HIDDEN if hidden else share.count or 0, _shown(share.percent)


def _basis(card: FigureCard) -> tuple[Value, ...]:
    return card.ballots, _shown(card.mean_text) if card.mean_text else ""


def _shown(text: str | None) -> Value:
    """The figure as the page shows it, not a digit more, as a number to sort by."""
    if not text:
        return HIDDEN
    if text.endswith("%"):
        return float(Decimal(text.removesuffix("%")) / 100)
    return float(text.removesuffix(" 分").translate(SIGNS))


def _changes(part: Part) -> Iterator[list[Value]]:
    for one in part.results:
        past = part.past.get(one.asked.key)
        for change in past.changes if past else ():
            now, then, points = change.now, change.then, change.points
            yield [
                part.named[-1],
                *(one.asked.key, one.asked.title, now.name),
                *(_shown(now.percent), past.now.ballots if past else ""),
                *(_shown(then.percent), past.then.ballots if past else ""),
                *(_shown(points), past.round_name if past else ""),
            ]


def _fill(
    sheet: Worksheet, heads: Iterable[str], rows: Iterable[Sequence[Value]]
) -> None:
    write_table(sheet, {head: WIDTHS.get(head, 14) for head in heads}, rows, LOOKS)
