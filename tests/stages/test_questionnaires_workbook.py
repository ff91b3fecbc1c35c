"""Questionnaires as workbooks: what people and WPS write, and that nothing is lost."""

import io
import json
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from portal.entrances import ChannelKind
from portal.kernel.workbooks import SIZE_LIMIT
from portal.questionnaires.definition import ItemType, canonical, parse
from portal.questionnaires.shipped import compose
from portal.questionnaires.words import CHANNELS, FACTS, PHASES
from portal.questionnaires.workbook import (
    TooLongError,
    WorkbookError,
    read_workbook,
    template_workbook,
    write_workbook,
)
from portal.questionnaires.workbook.columns import Column
from portal.questionnaires.workbook.template import NOTES_SHEET
from portal.rounds import Phase
from tests.stages import workbook_attacks as attacks
from tests.stages.definitions import documents
from tests.stages.sheets import HEADER, Row, book, row, saved, wps

SCALE = [["量表名称", "量表选项"], ["满意度", "满意＝100\n不满意＝0\n不了解（不计分）"]]
FIRST = row("单选题", "去办事顺不顺？", number=1, options="顺\n不顺\n没去过")
SECOND = row("多选题", "卡在哪里？", number=2, options="没人\n推来推去\n别的（填写）")


def read(*rows: Row, **sheets: Any) -> dict[str, Any]:
    return read_workbook("问卷.xlsx", saved(book(*rows, **sheets)))


def items(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in document["sections"] for item in section["items"]]


def options(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {k: v for k, v in option.items() if k != "id"} for option in item["options"]
    ]


def refused(content: bytes) -> list[tuple[str, str]]:
    """Cells and sentences."""
    with pytest.raises(WorkbookError) as refusal:
        read_workbook("问卷.xlsx", content)
    assert all(mistake.sentence.endswith("。") for mistake in refusal.value.mistakes)
    return [(mistake.cell, mistake.sentence) for mistake in refusal.value.mistakes]


def sentence(*rows: Row, **sheets: Any) -> str:
    ((_, only),) = refused(saved(book(*rows, **sheets)))
    return only


def rule(text: str, *before: Row) -> Any:
    """What a condition on a third question compiles to, ids replaced by numbers."""
    rows = before or (FIRST, SECOND)
    found = items(read(*rows, row("填空题", "为什么？", number=9, visible=text)))
    told = json.dumps(found[-1]["visible"], ensure_ascii=False)
    for number, item in enumerate(found[:-1], start=1):
        for place, option in enumerate(item.get("options", ()), start=1):
            told = told.replace(f'"{option["id"]}"', f'"{number}.{place}"')
        told = told.replace(f'"{item["id"]}"', f'"{number}"')
    return json.loads(told)


# There and back


@settings(max_examples=60, deadline=None)
@given(documents())
def test_what_is_exported_is_imported_whole(document: dict[str, Any]) -> None:
    back = read_workbook("x.xlsx", write_workbook(document))
    assert canonical(back) == canonical(document)


def test_the_shipped_questionnaire_comes_back_whole() -> None:
    back = read_workbook("x.xlsx", write_workbook(compose()))
    assert canonical(back) == canonical(compose())


HARD_TEXTS = (
    "满意＝100",
    "别的（填写）",
    "A. 甲",
    "『引号』",
    "其他____",
    " 前后有空 ",
    "第2项",
    "且、或（非）",
    "=1+1",
    "#N/A",
    "_x000D_",
    "ax005F_b",
    "1",
)


def hard(rule: dict[str, Any]) -> dict[str, Any]:
    """A document whose every text could be taken for something else."""
    listed = [{"id": f"o{n}", "label": text} for n, text in enumerate(HARD_TEXTS)]
    again = [*listed, {"id": "twin", "label": "满意", "score": 1e-7}]
    note = {"id": "n", "type": "note", "title": HARD_TEXTS[5], "help": ""}
    asked = {"id": "s", "type": "single", "title": HARD_TEXTS[9], "options": again}
    rows = {"id": "m", "type": "matrix", "title": "…", "scale": "k", "rows": listed}
    last = {"id": "l", "type": "number", "title": "=1", "min": None, "visible": rule}
    return {
        "format": "qdef/1",
        "id": "hard",
        "title": HARD_TEXTS[10],
        "intro": "『一』\n\n 二 ",
        "thanks": "",
        "scales": {"k": listed[:11], "unused": listed[2:4]},
        "sections": [
            {"id": "one", "items": [note, asked]},
            {"id": "two", "title": HARD_TEXTS[2], "items": [rows, last]},
        ],
    }


@pytest.mark.parametrize(
    "visible",
    [
        {"q": "s", "op": "eq", "v": "twin"},
        {"q": "s", "op": "in", "v": ["o0", "twin", "o6", "o7", "o3", "o12"]},
        {"all": [{"any": [{"not": {"all": [{"q": "m", "op": "answered"}]}}]}]},
        {"fact": "channel_kind", "in": ["lift", "not_known_here"]},
        {"all": [{"fact": "community_trait", "in": ["exclave"]}, {"all": [{"q": "s", "op": "answered"}, {"q": "m", "op": "answered"}]}]},
        {"any": [{"fact": "community_trait", "in": ["exclave"]}, {"fact": "community_kind", "in": ["rural"]}]},
    ],
)  # fmt: skip
def test_texts_and_rules_that_could_be_taken_for_others_come_back(
    visible: dict[str, Any],
) -> None:
    document = hard(visible)
    back = read_workbook("x.xlsx", write_workbook(document))
    assert canonical(back) == canonical(document)


def test_what_fits_in_no_cell_is_refused_and_not_cut() -> None:
    label = "长" * 119
    listed = [{"id": f"o{n}", "label": f"{label}{n % 10}"} for n in range(60)]
    listed = [
        {**o, "label": f"、{n:02d}{o['label'][3:]}"} for n, o in enumerate(listed)
    ]
    every = {"q": "s", "op": "in", "v": [option["id"] for option in listed]}
    document = hard({"any": [every] * 5})
    document["sections"][0]["items"][1]["options"] = listed
    with pytest.raises(TooLongError):
        write_workbook(document)


def test_the_words_for_channels_and_phases_are_whole() -> None:
    assert list(CHANNELS) == list(ChannelKind)
    assert list(PHASES) == list(Phase)
    assert all(
        len(set(map(tuple, table.values()))) == len(table)
        for _, table in FACTS.values()
    )


# As people type


def test_a_sheet_typed_by_hand_becomes_a_questionnaire() -> None:
    document = read(
        row("分节", "平时办事"),
        FIRST,
        {**SECOND, Column.VISIBLE: "第１题＝不顺", Column.MOST: 2},
        row("量表题", "总的来说？", number=3, scale="满意度", required="是"),
        row("分节", "村里的家底", places="涉农社区、飞地"),
        row(
            "数字",
            "家里几口人？",
            number=4,
            least="0",
            most="２０人",
            help="算上您自己",
        ),
        量表=SCALE,
    )
    assert [section["title"] for section in document["sections"]] == [
        "平时办事",
        "村里的家底",
    ]
    first, second, third, fourth = items(document)
    assert options(second) == [
        {"label": "没人"},
        {"label": "推来推去"},
        {"label": "别的", "text": True},
    ]
    assert second["visible"] == {
        "q": first["id"],
        "op": "eq",
        "v": first["options"][1]["id"],
    }
    assert (second["max"], third["required"]) == (2, True)
    assert options({"options": document["scales"][third["scale"]]}) == [
        {"label": "满意", "score": 100},
        {"label": "不满意", "score": 0},
        {"label": "不了解", "score": None},
    ]
    assert document["sections"][1]["visible"] == {
        "any": [
            {"fact": "community_kind", "in": ["rural"]},
            {"fact": "community_trait", "in": ["exclave"]},
        ]
    }
    assert (fourth["min"], fourth["max"], fourth["help"]) == (0, 20, "算上您自己")
    assert document["title"] == "问卷"


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        *((word, ItemType.SINGLE) for word in ("单选题", "单选", "单选框", " 单 选 ", "【单选】", "(单选题)")),
        *((word, ItemType.MULTI) for word in ("多选题", "复选框", "多项选择题", "［多选题］")),
        *((word, ItemType.TEXT) for word in ("填空题", "填空", "单行文本")),
        *((word, ItemType.LONGTEXT) for word in ("问答", "简答题", "开放题")),
        *((word, ItemType.DATE) for word in ("日期", "日期题")),
        *((word, ItemType.NOTE) for word in ("说明", "说明文字", "提示")),
    ],
)  # fmt: skip
def test_a_type_is_known_by_every_word_people_use(kind: str, meant: ItemType) -> None:
    has_options = meant in {ItemType.SINGLE, ItemType.MULTI}
    (found,) = items(
        read(row(kind, "怎么样？", options="好\n坏" if has_options else None))
    )
    assert found["type"] == meant


@pytest.mark.parametrize(
    "cell",
    [
        "好\n坏",
        "好\r\n坏\r\n\r\n",
        "A. 好\nB. 坏",
        "Ａ．好　Ｂ．坏",
        "A、好 B、坏",
        "（A）好\n（B）坏",
        "①好\n②坏",
        "□好  □坏",
        "好；坏",
        "好|坏",
        "\u200b好\u00ad\n坏\ufeff",
    ],
)
def test_answers_are_found_however_they_are_listed(cell: str) -> None:
    (found,) = items(read(row("单选", "怎么样？", options=cell)))
    assert options(found) == [{"label": "好"}, {"label": "坏"}]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("满意＝100", {"label": "满意", "score": 100}),
        ("满意 = 100分", {"label": "满意", "score": 100}),
        ("满意（100分）", {"label": "满意", "score": 100}),
        ("满意=－２．５", {"label": "满意", "score": -2.5}),
        ("不了解（不计分）", {"label": "不了解", "score": None}),
        ("其他（请注明）", {"label": "其他", "text": True}),
        ("其他：____", {"label": "其他", "text": True}),
        ("其他____（请注明）", {"label": "其他", "text": True}),
        ("都没有(互斥)", {"label": "都没有", "exclusive": True}),
        ("别的＝0（填写）（只能单选这一项）", {"label": "别的", "score": 0, "text": True, "exclusive": True}),
        ("『满意＝100』", {"label": "满意＝100"}),
        ("3.5 折（打折）", {"label": "3.5 折（打折）"}),
        ("B. 二", {"label": "B. 二"}),
    ],
)  # fmt: skip
def test_an_answer_says_its_score_its_box_and_its_company(
    line: str, meant: dict[str, Any]
) -> None:
    (found,) = items(read(row("多选", "怎么样？", options=f"{line}\n另一个")))
    assert options(found)[0] == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("第1题＝不顺", {"q": "1", "op": "eq", "v": "1.2"}),
        ("１＝不顺", {"q": "1", "op": "eq", "v": "1.2"}),
        ("Q1 == B", {"q": "1", "op": "eq", "v": "1.2"}),
        ("第一题选了不顺", {"q": "1", "op": "eq", "v": "1.2"}),
        ("第1题 是 『不顺』", {"q": "1", "op": "eq", "v": "1.2"}),
        ("第1题=第2项", {"q": "1", "op": "eq", "v": "1.2"}),
        ("第1题＝（不顺、没去过）", {"q": "1", "op": "in", "v": ["1.2", "1.3"]}),
        ("第1题属于(不顺 或 没去过)", {"q": "1", "op": "in", "v": ["1.2", "1.3"]}),
        ("第1题＝不顺、没去过", {"q": "1", "op": "in", "v": ["1.2", "1.3"]}),
        ("第2题＝没人", {"q": "2", "op": "has_any", "v": ["2.1"]}),
        ("第2题包含（没人，别的）", {"q": "2", "op": "has_any", "v": ["2.1", "2.3"]}),
        ("第2题同时包含【没人】且第1题已答", {"all": [{"q": "2", "op": "has_all", "v": ["2.1"]}, {"q": "1", "op": "answered"}]}),
        ("第2题同时包含［没人、别的］", {"q": "2", "op": "has_all", "v": ["2.1", "2.3"]}),
        ("第2题已答", {"q": "2", "op": "answered"}),
        ("第2题没答", {"not": {"q": "2", "op": "answered"}}),
        ("非（第1题＝顺）", {"not": {"q": "1", "op": "eq", "v": "1.1"}}),
        ("第1题＝顺 并且 第2题已答", {"all": [{"q": "1", "op": "eq", "v": "1.1"}, {"q": "2", "op": "answered"}]}),
        ("第1题＝顺 or 第1题＝不顺 ｜｜ 第2题已答", {"any": [{"q": "1", "op": "eq", "v": "1.1"}, {"q": "1", "op": "eq", "v": "1.2"}, {"q": "2", "op": "answered"}]}),
        ("（第1题＝顺 或 第2题已答） 且 渠道＝入户走访", {"all": [{"any": [{"q": "1", "op": "eq", "v": "1.1"}, {"q": "2", "op": "answered"}]}, {"fact": "channel_kind", "in": ["visit"]}]}),
        ("社区类型＝涉农社区、城市社区", {"fact": "community_kind", "in": ["rural", "urban"]}),
        ("社区类型属于（城市社区、飞地）", {"any": [{"fact": "community_kind", "in": ["urban"]}, {"fact": "community_trait", "in": ["exclave"]}]}),
        ("阶段是征集", {"fact": "phase", "in": ["collecting"]}),
    ],
)  # fmt: skip
def test_a_condition_is_understood_in_many_words(text: str, meant: Any) -> None:
    assert rule(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("第1题＞３", {"q": "1", "op": "gt", "v": 3}),
        ("第1题大于等于2.5", {"q": "1", "op": "ge", "v": 2.5}),
        ("第1题＜＝－1", {"q": "1", "op": "le", "v": -1}),
        ("第1题不超过3 且 第2题早于2026年3月1日", {"all": [{"q": "1", "op": "le", "v": 3}, {"q": "2", "op": "lt", "v": "2026-03-01"}]}),
        ("第2题＝2026/3/1", {"q": "2", "op": "eq", "v": "2026-03-01"}),
    ],
)  # fmt: skip
def test_numbers_and_days_are_compared(text: str, meant: Any) -> None:
    before = (row("数字", "几口人？", number=1), row("日期", "哪天？", number=2))
    assert rule(text, *before) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("第8题＝好", "没有题号是 8 的题"),
        ("第9题已答", "第9题就是这一题，或者在这一题后面"),
        ("第1题＝很顺", "第1题没有“很顺”这个答案。可以写：顺、不顺、没去过。"),
        ("第1题≠顺", "没答的人也算，写“非（第1题……）”"),
        ("第1题＞3", "第1题不能这样比"),
        ("第1题＝", "后面没有写答案"),
        ("第1题", "没有写完"),
        ("第1题＝顺 且 第2题已答 或 第1题＝不顺", "请加括号"),
        ("（第1题＝顺", "少了一个右括号"),
        ("第1题＝顺）", "从“)”起没有看懂"),
        ("如果不顺就问", "从“如果不顺就问”起没有看懂"),
        ("渠道＝飞鸽", "渠道没有“飞鸽”这一种。可以写：小区业主群、"),
        ("天气＝雨", "从“天气=雨”起没有看懂"),
        ("（" * 40 + "第1题已答" + "）" * 40, "括号套得太深"),
        ("非（" * 6 + "第1题已答" + "）" * 6, "条件套得太深，最多 5 层"),
    ],
)
def test_a_condition_that_is_not_understood_says_where(text: str, said: str) -> None:
    asked = row("填空题", "为什么？", number=9, visible=text)
    ((cell, found),) = refused(saved(book(FIRST, SECOND, asked)))
    assert cell == "G4"
    assert said in found


# Mistakes


def broken() -> bytes:
    """One mistake of every kind, each in a cell of its own."""
    rows = (
        FIRST,  # 2
        row("选这个", "题型不认识？"),
        row("单选", None, options="好\n坏"),
        row("单选", "只有一个选项？", options="好"),
        row("单选", "选项太长？", options="好\n" + "长" * 4000),
        row("单选", "里面有\u202e反向？", options="好\n坏"),  # 7
        row("多选", "必答写错？", options="好\n坏", required="随便"),
        row("多选", "类型写错？", options="好\n坏", places="渔村"),
        row("填空", "条件看后面？", number=3, visible="第4题已答"),
        row("填空", "条件看前面？", number=4, visible="第3题已答 且 第1题＝很好"),  # 11
        row("填空", "题号重复？", number=1),
        row("填空", "编号重复？", id="same"),
        row("填空", "编号重复？", id="same"),
        row("填空", "编号不对？", id="第3题"),
        row("量表题", "没有这套？", scale="新量表"),  # 16
        row("填空", "有选项？", options="好\n坏"),
        row("数字", "反了？", least=9, most=3),
        row("数字", "不是数？", least="很多"),
        row("填空", "要点不对？", points="乱写"),
        row("填空", "=A1"),  # 21
        row("填空", "<b>网页</b>？"),
        row("单选", "互斥用错？", options="好\n坏（互斥）"),
        row("填空", "题号不对？", number="甲"),
        row("单选", "选项写了两次？", options="好\n坏\n好"),  # 25
        row("分节", "分节不填别的", required="是"),
    )
    made = book(
        *rows,
        首页=[["项目", "内容"], ["标题", "甲"], ["标题", "乙"], ["封面图", "x"]],
        量表=[
            ["量表名称", "量表选项", "编号（勿改）"],
            ["甲", "好\n坏"],
            ["甲", "好"],
            [None, "只有选项"],
            ["丙", "好\n坏\n" + "坏" * 200, "bad id"],
        ],
    )
    made["问卷"]["O1"] = "显示条建"
    made["问卷"]["O2"] = "第1题已答"
    return saved(made)


EXPECTED = [
    ("问卷.xlsx（量表）", "A3", "前面已经有叫「甲」的量表"),
    ("问卷.xlsx（量表）", "C5", "不是系统编的编号"),
    ("问卷.xlsx（量表）", "B5", "第 3 个选项：最多 120 字，现在有 200 字"),
    ("问卷.xlsx（问卷）", "O1", "不认识「显示条建」这个表头"),
    ("问卷.xlsx（问卷）", "B3", "没有「选这个」这种题型"),
    ("问卷.xlsx（问卷）", "C4", "这里要有文字"),
    ("问卷.xlsx（问卷）", "D5", "要有 2 到 60 项，现在有 1 项"),
    ("问卷.xlsx（问卷）", "D6", "第 2 个选项：最多 120 字，现在有 4000 字"),
    ("问卷.xlsx（问卷）", "C7", "看不见的控制字符"),
    ("问卷.xlsx（问卷）", "E8", "这里填“是”或“否”"),
    ("问卷.xlsx（问卷）", "F9", "没有「渔村」这一种社区类型"),
    ("问卷.xlsx（问卷）", "G10", "在这一题后面"),
    ("问卷.xlsx（问卷）", "G11", "没有“很好”这个答案"),
    ("问卷.xlsx（问卷）", "A12", "题号 1 和 A2 重复"),
    ("问卷.xlsx（问卷）", "M14", "编号 same 和 M13 重复"),
    ("问卷.xlsx（问卷）", "M15", "不是系统编的编号"),
    ("问卷.xlsx（问卷）", "I16", "没有「新量表」"),
    ("问卷.xlsx（问卷）", "D17", "不能用在这里"),
    ("问卷.xlsx（问卷）", "K18", "最大值比最小值还小"),
    ("问卷.xlsx（问卷）", "J19", "这里要填一个数"),
    ("问卷.xlsx（问卷）", "L20", "要点编号写成"),
    ("问卷.xlsx（问卷）", "C21", "没有计算结果的公式"),
    ("问卷.xlsx（问卷）", "C22", "不能有网页代码"),
    ("问卷.xlsx（问卷）", "D23", "第 2 个选项：这一项不能用在这里"),
    ("问卷.xlsx（问卷）", "A24", "这里是「甲」"),
    ("问卷.xlsx（问卷）", "D25", "第 3 个选项：“好”写了两次，请改一个"),
    ("问卷.xlsx（问卷）", "E26", "分节这一行只写"),
    ("问卷.xlsx（问卷）", "C26", "这一节的题：要有 1 到 60 项，现在有 0 项"),
    ("问卷.xlsx（首页）", "A3", "这一项写了两遍"),
    ("问卷.xlsx（首页）", "A4", "没有这一项"),
]


def test_every_mistake_is_named_by_its_cell_in_one_go() -> None:
    with pytest.raises(WorkbookError) as refusal:
        read_workbook("问卷.xlsx", broken())
    found = [(m.file, m.cell, m.sentence) for m in refusal.value.mistakes]
    assert [one[:2] for one in sorted(found)] == [one[:2] for one in sorted(EXPECTED)]
    for (file, cell, said), (_, _, told) in zip(
        sorted(EXPECTED), sorted(found), strict=True
    ):
        assert said in told, (file, cell)
    assert "还没有导入" in refusal.value.sentence


def test_a_cycle_is_a_condition_on_a_later_question() -> None:
    one = row("填空", "一？", number=1, visible="第2题已答")
    two = row("填空", "二？", number=2, visible="第1题已答")
    ((cell, said),) = refused(saved(book(one, two)))
    assert (cell, said[:8]) == ("G2", "第2题就是这一题")


def test_a_condition_on_a_question_with_mistakes_waits_for_it() -> None:
    wrong = row("怪题", "一？", number=1)
    asked = row("填空", "二？", number=2, visible="第1题＝好")
    assert [cell for cell, _ in refused(saved(book(wrong, asked)))] == ["B2"]


def test_ten_thousand_questions_are_refused_in_a_moment_with_one_sentence() -> None:
    rows = [row("填空", "写？", number=n) for n in range(1, 10_001)]
    content = saved(book(*rows))
    ((cell, said),) = refused(content)
    assert (cell, said[:12]) == ("", "这张表有 10000 题")


@pytest.mark.parametrize("signs", ["（", "第1题＝顺 且 ", " ", "A ", "_", "=", "1"])
def test_a_cell_longer_than_any_program_writes_keeps_nobody_busy(signs: str) -> None:
    long = f"甲{signs * 40_000}乙"
    asked = row("单选", "？", options=long, visible=long, points=long, option_ids=long)
    found = dict(
        refused(wps(HEADER, [str(asked.get(column, "")) for column in Column]))
    )
    assert all("放不下。请缩短。" in found[cell] for cell in ("D2", "G2", "L2", "N2"))


def test_two_answers_of_one_name_are_refused() -> None:
    twice = row("单选", "哪个？", number=1, options="好\n坏\n好")
    assert "“好”写了两次，请改一个" in sentence(twice)


# Files


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        ("题型,题目\n单选,好？\n".encode(), "不是 xlsx 工作簿"),
        (attacks.OLE + b"\x00" * 600, "旧版 xls 或 et"),
        (attacks.OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "取消密码"),
        (attacks.bomb(), "解开后太大"),
        (attacks.with_part(saved(book(FIRST)), "xl/vbaProject.bin", b"x"), "宏"),
        (attacks.with_part(saved(book(FIRST)), "xl/theme/x.xml", attacks.ENTITY), "打不开"),
        (b"x" * (SIZE_LIMIT + 1), "超过 5 MB"),
        (saved(openpyxl.Workbook()), "没有找到表头"),
        (saved(book()), "表头下面没有题目"),
        (saved(book(FIRST, 副本=[HEADER, ["", "单选", "？"]])), "「问卷」「副本」这几张表的表头一样"),
        (saved(book(*[{}] * 1, FIRST, 量表=[["量表名称", "量表选项", "量表选项"]])), "出现了两列"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_is_refused(content: bytes, said: str) -> None:
    ((_, found),) = refused(content)
    assert said in found


def test_formulas_are_not_computed() -> None:
    assert "没有计算结果的公式" in sentence(row("填空", '="几"&"口人？"'))


def test_the_title_is_over_the_table_or_on_a_page_of_its_own_or_the_file() -> None:
    made = book(FIRST)
    assert read_workbook("去年的问卷.xlsx", saved(made))["title"] == "去年的问卷"
    made["问卷"].insert_rows(1, 3)
    made["问卷"]["A1"], made["问卷"]["A2"] = "说说身边的事", "不署名。"
    found = read_workbook("x.xlsx", saved(made))
    assert (found["title"], found["intro"]) == ("说说身边的事", "不署名。")
    front = made.create_sheet("首页")
    for line in (
        ["项目", "内容"],
        ["标题", "另一个"],
        ["结束的话", "谢谢。\r\n再见。"],
    ):
        front.append(line)
    found = read_workbook("x.xlsx", saved(made))
    assert (found["title"], found["thanks"]) == ("另一个", "谢谢。\n再见。")
    assert "intro" not in found


def test_a_title_on_two_lines_is_one_line_again() -> None:
    (found,) = items(read(row("填空", "您觉得\n怎么样？ see \n below")))
    assert found["title"] == "您觉得怎么样？ see below"


def test_what_wps_writes_is_read() -> None:
    content = wps(
        ["题号", "题型*", "题 目", "选项（每行一个）", "必答", "备注"],
        ["１", "单选框", "去办事\r\n顺不顺？", "顺\r\n不顺", "√", "自己看的"],
        ["２．", "复选框", "卡在哪里？", "没人_x000D_\n推来推去\n其他＿＿＿", "×", ""],
        ["3", "问答", "A & B < C？", "", "", ""],
    )
    first, second, third = items(read_workbook("文件.xlsx", content))
    assert (first["title"], first["required"]) == ("去办事顺不顺？", True)
    assert [option["label"] for option in first["options"]] == ["顺", "不顺"]
    assert options(second) == [
        {"label": "没人"},
        {"label": "推来推去"},
        {"label": "其他", "text": True},
    ]
    assert (third["type"], third["title"]) == ("longtext", "A & B < C？")


def test_answers_on_rows_of_their_own_belong_to_the_merged_question() -> None:
    content = wps(
        ["题号", "题型", "题目", "选项", "必答"],
        ["一、平时办事", "", "", "", ""],
        ["1", "单选题", "去办事顺不顺？", "顺", "是"],
        ["", "", "", "不顺＝0", ""],
        ["2", "", "见得到干部吗？", "见得到", ""],
        ["", "", "", "见不到", ""],
        merged=("A2:E2", "A3:A4", "B3:B6", "C3:C4", "E3:E6", "C5:C6", "A5:A6"),
    )
    document = read_workbook("文件.xlsx", content)
    (section,) = document["sections"]
    assert section["title"] == "一、平时办事"
    first, second = section["items"]
    assert options(first) == [{"label": "顺"}, {"label": "不顺", "score": 0}]
    assert options(second) == [{"label": "见得到"}, {"label": "见不到"}]
    assert (second["type"], second["required"]) == ("single", True)


def test_cells_merged_across_columns_are_named_with_what_to_do() -> None:
    content = wps(
        ["题号", "题型", "题目", "选项", "必答"],
        ["1", "填空题", "一？", "", ""],
        ["2", "填空题", "二？", "", ""],
        ["", "", "", "多出来的", "是"],
        merged=("C2:D2", "D3:E3"),
    )
    found = refused(content)
    assert [cell for cell, _ in found] == ["C2", "D3", "E4", "D4"]
    assert found[0][1].startswith("C2:D2 合并成了一格")
    assert found[2][1].startswith("这一行只写了选项，算作第 3 行那道题的")


# Ids


def resaved(document: dict[str, Any], change: Any) -> dict[str, Any]:
    """The document after somebody changed its exported sheet and sent it back."""
    made = openpyxl.load_workbook(io.BytesIO(write_workbook(document)))
    change(made)
    return read_workbook("x.xlsx", saved(made))


def test_new_rows_have_fresh_ids_that_are_the_same_every_time() -> None:
    first, second = items(read(FIRST, SECOND))
    again = items(read(SECOND, FIRST))
    assert (first["id"], second["id"]) == ("qbssbs_ifmlq", "kznl_qwgxm")
    assert [item["id"] for item in again] == [second["id"], first["id"]]
    assert [option["id"] for option in first["options"]] == [
        "s_6to7l",
        "bs_nis3j",
        "mqg_jwqq3",
    ]
    assert parse(read(FIRST, FIRST | {Column.NUMBER: 3})).questions[1].id != first["id"]


def test_a_new_question_never_gets_the_id_of_a_deleted_one() -> None:
    before = read(FIRST)
    after = read({**FIRST, Column.TITLE: "去办事快不快？"})
    other = read({**FIRST, Column.OPTIONS: "顺\n不顺"})
    assert len({items(document)[0]["id"] for document in (before, after, other)}) == 3


def test_ids_stay_with_their_answers_when_lines_are_moved_and_put_between() -> None:
    before = read(FIRST, SECOND)

    def change(made: openpyxl.Workbook) -> None:
        made["问卷"]["D3"] = "不顺\n一般般\n顺\n没去过"

    ids = {o["label"]: o["id"] for o in items(before)[0]["options"]}
    found = items(resaved(before, change))[0]["options"]
    assert [option["label"] for option in found] == ["不顺", "一般般", "顺", "没去过"]
    assert {o["label"]: o["id"] for o in found if o["label"] in ids} == ids
    assert found[1]["id"] not in ids.values()


def test_an_answer_that_is_reworded_in_its_place_keeps_its_id() -> None:
    before = read(FIRST, SECOND)

    def change(made: openpyxl.Workbook) -> None:
        made["问卷"]["D3"] = "顺\n不太顺\n没去过"

    after = resaved(before, change)
    assert [o["id"] for o in items(after)[0]["options"]] == [
        option["id"] for option in items(before)[0]["options"]
    ]


def test_rows_that_are_sorted_take_their_ids_along() -> None:
    before = read(FIRST, SECOND)

    def change(made: openpyxl.Workbook) -> None:
        rows = [[cell.value for cell in row] for row in made["问卷"]["A3:N4"]]
        for line, values in zip(made["问卷"]["A3:N4"], reversed(rows), strict=True):
            for cell, value in zip(line, values, strict=True):
                cell.value = value

    assert items(resaved(before, change)) == items(before)[::-1]


# The template


def test_the_template_offers_choices_and_its_examples_are_passed_over() -> None:
    ((_, said),) = refused(template_workbook())
    assert "表头下面没有题目" in said
    made = openpyxl.load_workbook(io.BytesIO(template_workbook()))
    sheet = made["问卷"]
    assert [cell.value for cell in sheet[1]] == HEADER
    offered = {
        str(one.sqref)[0]: one.formula1 for one in sheet.data_validations.dataValidation
    }
    assert offered["E"] == '"是,否"'
    assert offered["F"] == '"全部,涉农社区,城市社区,纯居委会,飞地,厂居社区"'
    assert offered["B"].startswith('"分节,单选题,多选题,')
    assert all(len(list_) <= 255 for list_ in offered.values())
    assert "示例" in str(sheet["A2"].value)


def test_the_examples_of_the_template_are_understood_once_they_are_numbered() -> None:
    made = openpyxl.load_workbook(io.BytesIO(template_workbook()))
    made["问卷"]["A2"], made["问卷"]["A3"] = 1, 2
    made["首页"]["B2"] = "试一试"
    first, second = items(read_workbook("模板.xlsx", saved(made)))
    assert second["max"] == 2
    assert second["visible"]["all"][1] == {
        "q": first["id"],
        "op": "eq",
        "v": first["options"][1]["id"],
    }


def test_every_notation_in_the_notes_is_understood() -> None:
    """What people are told to write is what can be read."""
    notes = [
        str(row[0].value)
        for row in openpyxl.load_workbook(io.BytesIO(template_workbook()))[NOTES_SHEET]
    ]
    before = (
        row("单选", "一？", number=3, options="满意\n一般\n不满意"),
        row("多选", "二？", number=4, options="没人管\n别的"),
        row("填空", "三？", number=5),
        row("数字", "四？", number=7),
    )
    (line,) = [note for note in notes if note.startswith("显示条件")]
    told = (
        line.removeprefix("显示条件：只看前面的题。")
        .rstrip("。")
        .replace("…、…", "没人管、别的")
    )
    (joined,) = [note for note in notes if note.startswith("条件用")]
    (facts,) = [note for note in notes if note.startswith("还可以看")]
    rules = [
        *told.split("；"),
        joined.rstrip("。").split("：")[1],
        *facts[5:].rstrip("。").split("；"),
    ]
    assert len(rules) == 12
    assert all(rule(text, *before) for text in rules)


def test_a_condition_is_printed_as_it_is_typed() -> None:
    found = read(
        FIRST,
        SECOND,
        row(
            "填空",
            "为什么？",
            number=3,
            places="飞地",
            visible="第1题=不顺 or 第2题包含(没人,别的)",
        ),
    )
    made = openpyxl.load_workbook(io.BytesIO(write_workbook(found)))
    printed = [made["问卷"][name].value for name in ("F5", "G5", "D3", "D4")]
    assert printed == [
        "飞地",
        "第1题＝不顺 或 第2题包含（没人、别的）",
        "顺\n不顺\n没去过",
        "没人\n推来推去\n别的（填写）",
    ]
