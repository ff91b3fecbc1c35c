"""The workbook that people fill in: lists to choose from, examples, how it is done.

In: nothing. Out: the bytes of an XLSX that `read_workbook` takes back once questions
are in it; its examples are passed over.
"""

from openpyxl import Workbook

from portal.kernel.exports import workbook_bytes
from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import SATISFACTION, TYPES
from portal.questionnaires.workbook import layout, options
from portal.questionnaires.workbook.blocks import EXAMPLE
from portal.questionnaires.workbook.columns import (
    FRONT,
    QUESTIONS,
    SCALES,
    Column,
    Field,
    FrontColumn,
    ScaleColumn,
)
from portal.questionnaires.workbook.writing import KNOWN_SCALE, Row, write_sheet

EXAMPLES: tuple[Row, ...] = (
    {
        Column.NUMBER: f"{EXAMPLE}1",
        Column.TYPE: TYPES[ItemType.SINGLE][0],
        Column.TITLE: "去社区办事，顺不顺？（这一行是示例，不会被导入）",
        Column.OPTIONS: "一次就办成＝100\n多跑了几趟＝50\n没去办过（不计分）",
        Column.REQUIRED: "否",
        Column.PLACES: "全部",
    },
    {
        Column.NUMBER: f"{EXAMPLE}2",
        Column.TYPE: TYPES[ItemType.MULTI][0],
        Column.TITLE: "卡在哪里？（这一行是示例，不会被导入）",
        Column.OPTIONS: "找不到人\n别的（填写）\n都没有（只能单选这一项）",
        Column.PLACES: "城市社区、飞地",
        Column.VISIBLE: "第1题＝多跑了几趟",
        Column.HELP: "最多选两样。",
        Column.MOST: 2,
    },
)
NOTES = (
    "一行一题。题型和题目必填，其余可以空着。灰色的两行是示例，导入时自动跳过，也可以删去。",
    "分节：题型选“分节”，题目写这一节的标题；下面各行就属于这一节。",
    "题号：写 1、2、3……，给人看，也给显示条件用。题目挪了位置，题号要跟着改。",
    "选项：一行一个（格内换行：Alt+Enter）。也可以每个选项占一行，题目那格合并或空着。",
    "分数写在选项后面：满意＝100。不算分的写：不了解（不计分）。不写就没有分数。",
    "选了还要写字的：别的（填写）。多选题里不能和别的一起选的：都没有（只能单选这一项）。",
    "量表题、矩阵题：几道题共用的一套选项写在「量表」那张表里，「量表」这一列写它的名字。"
    "矩阵题的「选项」写每一行的名称。",
    "最小、最大：数字题的范围；多选题最多选几项；填空题、问答题最多几个字。",
    "必答：是或否，空着就是否。尽量不设必答，居民可以跳过不想答的题。",
    "适用类型：涉农社区、城市社区、纯居委会、飞地、厂居社区；写几种就是几种都问。空着或写“全部”，都问。",
    "显示条件：只看前面的题。第3题＝不满意；第3题属于（一般、不满意）；第4题包含（没人管、别的）；"
    "第4题同时包含（…、…）；第5题已答；第7题＞3；非（第3题＝满意）。",
    "条件用 且、或 连起来，混用要加括号：（第3题＝一般 或 第4题已答） 且 第7题＞3。",
    "还可以看：社区类型＝涉农社区；社区特点＝飞地；渠道＝入户走访；阶段＝征集。",
    "文字要原样保留（例如选项本身就叫“满意＝100”），前后加『』：『满意＝100』。",
    "编号（勿改）：系统编的，问卷改了以后靠它接上以前的统计。新加的题空着，会自动编。"
    "复制一行来改时，请清空编号。",
    "改了意思的题，请清空编号，当作新题；只改个别字、意思不变的，编号留着。",
    "要点：清单要点的编号，例如 service.overall，可以空着。",
)
NOTES_SHEET = "填写说明"


def template_workbook() -> bytes:
    """An empty questionnaire with two example rows, as XLSX."""
    book = Workbook()
    front: list[Row] = [{FrontColumn.FIELD: field.value} for field in Field]
    write_sheet(book.worksheets[0], FRONT, FrontColumn, front)
    sheet = book.create_sheet()
    write_sheet(sheet, QUESTIONS, Column, EXAMPLES)
    for number in range(len(EXAMPLES)):
        layout.mark_example(sheet, number + 2)
    scale = [{"label": label, "score": score} for label, score in SATISFACTION.items()]
    row: Row = {
        ScaleColumn.NAME: KNOWN_SCALE,
        ScaleColumn.OPTIONS: options.cell_for(scale),
    }
    write_sheet(book.create_sheet(), SCALES, ScaleColumn, [row])
    notes = book.create_sheet(NOTES_SHEET)
    notes.column_dimensions["A"].width = 110
    for note in NOTES:
        notes.append([note])
    layout.wrap(notes)
    book.active = 1
    return workbook_bytes(book)
