"""The columns of a questionnaire's sheets, and the headers people write over them.

In: a header as it stands in a cell. Out: which column it heads. Policy as data.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from portal.kernel.workbooks import Headings, Synonyms, by_heading, heading, plain


class Column(StrEnum):
    """The sheet 问卷: one question a row; the value is the header we print."""

    NUMBER = "题号"
    TYPE = "题型"
    TITLE = "题目"
    OPTIONS = "选项"
    REQUIRED = "必答"
    PLACES = "适用类型"
    VISIBLE = "显示条件"
    HELP = "说明"
    SCALE = "量表"
    LEAST = "最小"
    MOST = "最大"
    POINTS = "要点"
    ID = "编号（勿改）"
    OPTION_IDS = "选项编号（勿改）"


class ScaleColumn(StrEnum):
    """The sheet 量表: one scale a row, for all questions that use it."""

    NAME = "量表名称"
    OPTIONS = "量表选项"
    ID = "编号（勿改）"
    OPTION_IDS = "选项编号（勿改）"


class FrontColumn(StrEnum):
    """The sheet 首页: one text a row."""

    FIELD = "项目"
    TEXT = "内容"


class Field(StrEnum):
    """The rows of 首页."""

    TITLE = "标题"
    INTRO = "开头的话"
    THANKS = "结束的话"
    ID = "编号（勿改）"


FRONT, QUESTIONS, SCALES = "首页", "问卷", "量表"  # the sheets, in their order
OWN = "勿改"  # in the headers of columns that only the program fills
REMARKS = ("备注", "批注", "修改意见")  # columns of people's own, passed over

SYNONYMS: Synonyms = {
    Column.NUMBER: ("序号", "编号", "题目编号", "题目序号", "No", "NO."),
    Column.TYPE: ("类型", "题目类型", "问题类型", "题型类型"),
    Column.TITLE: ("题干", "问题", "标题", "题目标题", "题目内容", "题目名称"),
    Column.OPTIONS: ("选项内容", "答案", "答案选项", "备选项", "备选答案", "矩阵行"),
    Column.REQUIRED: ("是否必答", "必填", "是否必填", "必答题"),
    Column.PLACES: ("适用社区", "适用社区类型", "社区类型", "适用范围", "适用对象"),
    Column.VISIBLE: ("条件", "显示逻辑", "跳转", "跳题", "跳转逻辑", "出现条件"),
    Column.HELP: ("题目说明", "填写说明", "提示", "补充说明"),
    Column.SCALE: ("所用量表", "评分量表"),
    Column.LEAST: ("最小值", "最少", "下限"),
    Column.MOST: ("最大值", "最多", "上限", "最多选", "字数", "字数上限", "最多字数"),
    Column.POINTS: ("清单要点", "对应要点", "关联要点"),
    ScaleColumn.NAME: ("量表名",),
    ScaleColumn.OPTIONS: ("量表答案", "量表内容"),
    FrontColumn.FIELD: ("项",),
    FrontColumn.TEXT: ("文字", "正文"),
}
FIELDS: Mapping[Field, Sequence[str]] = {
    Field.TITLE: ("问卷标题", "问卷名称", "名称", "题目"),
    Field.INTRO: ("开头", "开头语", "卷首语", "引言", "前言", "说明"),
    Field.THANKS: ("结束语", "结尾", "感谢语", "致谢", "结束"),
    Field.ID: (),
}

C = TypeVar("C", bound=StrEnum)


def _heads(columns: type[C]) -> Callable[[str], C | None]:
    own = [column for column in columns if OWN in column]
    known = by_heading((c for c in columns if c not in own), SYNONYMS)

    def heads(text: str) -> C | None:
        if OWN in plain(text):
            fitting = [
                column for column in own if ("选项" in text) == ("选项" in column)
            ]
            return fitting[0] if fitting else None
        return known.get(heading(text))

    return heads


ASKED = Headings(_heads(Column), (Column.TITLE, Column.TYPE))
SCALED = Headings(_heads(ScaleColumn), (ScaleColumn.NAME, ScaleColumn.OPTIONS))
FRONTED = Headings(_heads(FrontColumn), (FrontColumn.FIELD, FrontColumn.TEXT))


def field_of(text: str) -> Field | None:
    """Which text of the first sheet this row holds."""
    if OWN in plain(text):
        return Field.ID
    word = heading(text)
    fields = (f for f, words in FIELDS.items() if word in (f.value, *words))
    return next(fields, None)
