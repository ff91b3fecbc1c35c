"""What is pasted from Word becomes a questionnaire, or a list of lines to mend."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.questionnaires import shipped
from portal.questionnaires.definition import ItemType, canonical, parse
from portal.questionnaires.pasted import PastedError, read_pasted
from portal.questionnaires.pasted.outline import LONGEST_LINE
from portal.questionnaires.pasted.reading import LONGEST
from portal.questionnaires.walk import walk
from portal.questionnaires.words import SATISFACTION
from portal.questionnaires.workbook import read_workbook, write_workbook
from tests.stages.pasted_texts import SURVEY

Document = dict[str, Any]
FIVE = list(SATISFACTION)


def items(document: Document) -> list[Document]:
    return [item for section in document["sections"] for item in section["items"]]


def choices(item: Document, document: Document) -> list[Document]:
    found = item.get("options") or document.get("scales", {}).get(item.get("scale"))
    found = found or []
    return [{k: v for k, v in option.items() if k != "id"} for option in found]


def labels(item: Document, document: Document) -> list[str]:
    return [option["label"] for option in choices(item, document)]


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(PastedError) as caught:
        read_pasted(text)
    return [(mistake.row, mistake.sentence) for mistake in caught.value.mistakes]


def outcome(text: str) -> list[int]:
    """The lines that are wrong; none, and the document is one that the format has."""
    try:
        document = read_pasted(text)
    except PastedError as error:
        return [mistake.row for mistake in error.mistakes] or pytest.fail("no mistake")
    parse(document)
    return []


# Last year's file


def test_last_years_file_is_read_whole() -> None:
    document = read_pasted(SURVEY)
    assert parse(document).questions
    assert [(s["title"], len(s["items"])) for s in document["sections"]] == [
        ("基本情况", 4),
        ("社区工作：为民服务", 5),
        ("公开公道", 6),
        ("意见建议", 6),
    ]
    assert [(item["type"], item["title"]) for item in items(document)] == [
        ("single", "您的年龄是"),
        ("single", "您的身份"),
        ("single", "您在本社区住了多久？"),
        ("text", "您住的小区（院落）名称："),
        ("scale", "您对社区办事大厅的服务是否满意？"),
        ("single", "您去社区办事，一般要跑几趟？"),
        ("multi", "您觉得办事难在哪里？"),
        ("single", "社区干部多久到您家来一次？"),
        ("matrix", "您对下列工作作何评价？"),
        ("single", "您知道社区的账目在哪里公开吗？"),
        ("scale", "您对账目公开的评价："),
        ("single", "低保、补助的名单，您觉得公道吗？"),
        ("multi", "下列干部作风问题，您遇到过哪些？"),
        ("matrix", "请对“两委”班子逐项打分："),
        ("single", "今年开过居民会议吗？"),
        ("multi", "您最希望社区先办哪件事？"),
        ("single", "您愿意参加社区的志愿服务吗？"),
        ("contact", "如果方便，请留下联系电话："),
        ("longtext", "您对社区工作还有什么意见和建议？"),
        ("note", "以下由巡察组填写，居民不用管。"),
        ("date", "填表日期"),
    ]


def test_its_answers_are_all_there_in_order() -> None:
    document = read_pasted(SURVEY)
    found = [labels(item, document) for item in items(document)]
    assert [offered for offered in found if offered] == [
        ["18岁以下", "18—35岁", "36—60岁", "60岁以上"],
        ["居民", "党员", "居民代表", "其他"],
        ["不到一年", "一至五年", "五年以上"],
        FIVE,
        ["一趟办成", "两三趟", "三趟以上", "没去办过"],
        ["材料多", "找不到人", "态度不好", "其他"],
        ["每月都来", "一年来几次", "没来过"],
        FIVE,
        ["知道", "不知道"],
        FIVE,
        ["公道", "个别不公道", "不公道", "不了解"],
        ["吃拿卡要", "优亲厚友", "推诿扯皮", "都没有遇到"],
        ["好", "较好", "一般", "差"],
        ["开过", "没开过", "不清楚"],
        ["加装电梯", "修路灯", "增加车位"],
        ["愿意", "不愿意", "看时间"],
    ]
    rows = [[row["label"] for row in i["rows"]] for i in items(document) if "rows" in i]
    assert rows == [
        ["环境卫生", "停车管理", "邻里调解"],
        ["团结协作", "办事公道", "廉洁自律"],
    ]


def test_its_marks_say_what_may_be_left_out_and_how_many_may_be_ticked() -> None:
    document = read_pasted(SURVEY)
    found = items(document)
    assert [i["title"] for i in found if i.get("required")] == [found[4]["title"]]
    multis = [(i.get("max"), i["help"]) for i in found if i["type"] == "multi"]
    assert multis == [(None, "可以多选。"), (3, "最多选 3 项。"), (2, "最多选 2 项。")]
    with_box = [
        c["label"] for i in found for c in choices(i, document) if c.get("text")
    ]
    assert with_box == ["其他", "其他"]
    assert found[5]["help"] == "（请按最近一次回答）"


def test_its_first_and_last_words_are_kept() -> None:
    document = read_pasted(SURVEY)
    assert document["title"] == "清溪区云山街道社区巡察群众满意度调查问卷"
    assert document["intro"].split("\n") == [
        "尊敬的居民朋友：",
        "您好！为了解大家对社区工作的看法，请您花几分钟填写这份问卷。",
        "填表说明：",
        "1. 本问卷不记名，请放心填写。",
        "2. 没有注明“多选”的，都只选一项。",
    ]
    assert document["thanks"] == "再次感谢您的支持与配合！\n祝您生活愉快！"


def test_it_goes_into_a_workbook_and_out_again() -> None:
    document = read_pasted(SURVEY)
    back = read_workbook("x.xlsx", write_workbook(document))
    assert canonical(back) == canonical(document)


def test_satisfaction_is_the_shipped_scale_and_shared() -> None:
    document = read_pasted(SURVEY)
    shared = shipped.compose()["scales"]["satisfaction"]
    assert document["scales"]["satisfaction"] == shared
    users = [i["type"] for i in items(document) if i.get("scale") == "satisfaction"]
    assert users == ["scale", "matrix", "scale"]


def test_the_same_text_has_the_same_ids_every_time() -> None:
    assert canonical(read_pasted(SURVEY)) == canonical(read_pasted(SURVEY))


# How people write


HEAD = "满意度问卷\n"


@pytest.mark.parametrize(
    "text",
    [
        "1. 怎么样？\nA. 好\nB. 坏",
        "1、怎么样？\nA、好  B、坏",
        "１．怎么样？\nＡ．好　Ｂ．坏",
        "第1题 怎么样？\nA.好B.坏",
        "第1题：怎么样？\n(A)好(B)坏",
        "(1)怎么样？\n（A）好\n（B）坏",
        "1）怎么样？\na. 好\nb. 坏",
        "Q1. 怎么样？\n①好 ②坏",
        "1. 怎么样？（ ）\n①好②坏",
        "1. 怎么样（）？\n□好□坏",
        "1.\t怎么样？\nA.\t好\nB.\t坏",
        "1. 怎么样？\vA. 好\vB. 坏",
        "1. 怎么样？\r\n\r\nA. 好\r\n\r\nB. 坏\r\n",
        "1. 怎么样？ A. 好 B. 坏",
        "1. 怎么样？○好 ○坏",
        "1. 怎么样？好□ 坏□",
        "1. 怎么样？好（ ） 坏（ ）",
        "1. 怎么样？\n好□\u3000坏□",
        "1. 怎么样？\nA 好\nB 坏",
        "1. 怎么样？\nA好 B坏",
        "1. 怎么\n样？\n☐ 好\n☐ 坏",
        "1. 怎么样？\n（1）好\n（2）坏",
        "1. 怎么样？\n1）好\n2）坏",
        "一、怎么样？\nA. 好\nB. 坏",
        "一、怎么样？【单选题】\nA. 好\nB. 坏",
        "怎么样？\nA. 好\nB. 坏",
        "1. 怎么样？\n\uf0a3好 \uf0a3坏",
        "\u200b1. 怎么样？\nA. 好\u00ad\nB. 坏",
        "1.【单选】怎么样？（选答）\nA. 好\nB. 坏",
    ],
)  # fmt: skip
def test_a_question_is_known_however_it_is_numbered_and_ticked(text: str) -> None:
    document = read_pasted(HEAD + text)
    (found,) = items(document)
    assert (found["type"], found["title"]) == ("single", "怎么样？")
    assert choices(found, document) == [{"label": "好"}, {"label": "坏"}]


@pytest.mark.parametrize(
    ("mark", "most"),
    [
        *((mark, None) for mark in ("【多选】", "（可多选）", "[多选题]", "（可以多选）", "〔不定项选择〕")),
        *((mark, 3) for mark in ("（限选3项）", "（最多选三项）", "【多选，限3项】", "（最多可选 3 项）", "（不超过３个）", "（可多选，限选3项）", "（任选3项）", "（选1-3项）", "(至多选3样)")),
        ("（限选两项）", 2),
    ],
)  # fmt: skip
def test_that_several_may_be_ticked_is_told_in_many_ways(
    mark: str, most: int | None
) -> None:
    for stem in (f"1. 缺什么？{mark}", f"1.{mark}缺什么？", f"1. 缺什么？\n{mark}"):
        document = read_pasted(f"{HEAD}{stem}\nA. 水\nB. 电\nC. 路\nD. 灯")
        (found,) = items(document)
        assert (found["type"], found["title"]) == ("multi", "缺什么？")
        assert found.get("max") == most


@pytest.mark.parametrize(
    "mark", ["（必答）", "【必答题】", "（必填）", "（单选，必答）", "*", "＊"]
)
def test_that_an_answer_is_needed_is_told_in_many_ways(mark: str) -> None:
    (found,) = items(read_pasted(f"{HEAD}1. 怎么样？{mark}\nA. 好\nB. 坏"))
    assert (found["title"], found["required"]) == ("怎么样？", True)
    (found,) = items(read_pasted(f"{HEAD}* 1. 怎么样？\nA. 好\nB. 坏"))
    assert found["required"] is True


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("1. 住哪儿？____", "text", "住哪儿？"),
        ("1. 住哪儿？＿＿＿＿。", "text", "住哪儿？"),
        ("1. 住哪儿？\n______", "text", "住哪儿？"),
        ("1. 住哪儿？（请填写）", "text", "住哪儿？"),
        ("1. 住了 _____ 年", "text", "住了____年"),
        ("1. 还有什么要说？", "longtext", "还有什么要说？"),
        ("1. 还有什么要说？\n____\n____", "longtext", "还有什么要说？"),
        ("1. 还有什么要说？【问答题】", "longtext", "还有什么要说？"),
        ("一、还有什么要说？", "longtext", "还有什么要说？"),
        ("1. 几口人？（数字）", "number", "几口人？"),
        ("1. 联系方式（自愿）：____", "contact", "联系方式（自愿）："),
        ("1. 请留下您的联系电话", "contact", "请留下您的联系电话"),
        ("1. 电话打得通吗？", "longtext", "电话打得通吗？"),
        ("1. 1. 哪天？（日期题）", "date", "1. 哪天？"),
        ("1.2024年以来办过几次事？", "longtext", "2024年以来办过几次事？"),
    ],
)  # fmt: skip
def test_what_is_to_be_written_is_known_by_its_blanks(
    text: str, kind: str, title: str
) -> None:
    (found,) = items(read_pasted(HEAD + text))
    assert (found["type"], found["title"]) == (kind, title)


@pytest.mark.parametrize(
    "table",
    [
        "\t好\t坏\n卫生\t\t\n停车\t\t",
        "项目\t好\t坏\n卫生\t□\t□\n停车\t□\t□",
        "序号\t内容\t好\t坏\n1\t卫生\t\t\n2\t停车\t\t",
        "序号\t内容\t好\t坏\n1.\t卫生\t○\t○\n2.\t停车\t○\t○",
        "项目\t好\t坏\n卫生\t好\t坏\n停车\t好\t坏",
        "卫生 □好 □坏\n停车 □好 □坏",
        "卫生：好□ 坏□\n停车：好□ 坏□",
        "（1）卫生 □好 □坏\n（2）停车 □好 □坏",
        "1）卫生\nA.好 B.坏\n2）停车\nA.好 B.坏",
    ],
)
def test_rows_with_the_same_answers_are_one_matrix(table: str) -> None:
    document = read_pasted(f"{HEAD}1. 请逐项评价：\n{table}\n2. 还有呢？")
    matrix, last = items(document)
    assert (matrix["type"], matrix["title"]) == ("matrix", "请逐项评价：")
    assert [row["label"] for row in matrix["rows"]] == ["卫生", "停车"]
    assert labels(matrix, document) == ["好", "坏"]
    assert last["title"] == "还有呢？"


def test_what_stands_between_questions_is_a_note_and_below_a_stem_its_help() -> None:
    document = read_pasted(
        HEAD
        + "1. 好吗？\n（凭感觉）\nA.好 B.不好\n（以下由党员填写）\n2. 住哪儿？____\n注：写小区名"
    )
    found = [(i["type"], i["title"], i.get("help")) for i in items(document)]
    assert found == [
        ("single", "好吗？", "（凭感觉）"),
        ("note", "（以下由党员填写）", None),
        ("text", "住哪儿？", "注：写小区名"),
    ]


def test_a_question_that_leads_on_to_others_is_a_note() -> None:
    document = read_pasted(
        HEAD + "1. 关于停车：\n（1）够不够？\nA.够 B.不够\n（2）贵不贵？\nA.贵 B.不贵"
    )
    found = [(item["type"], item["title"]) for item in items(document)]
    assert found == [
        ("note", "关于停车："),
        ("single", "够不够？"),
        ("single", "贵不贵？"),
    ]


WENJUAN = """社区满意度
1. 您的性别： [单选题] *
○男
○女
○其他 _________________*
2. 您常用哪些地方？ [多选题] *
□ A.活动室
□ B.广场
3. 请打分 [矩阵量表题] *
\t差\t好
物业\t○\t○
4. 您住哪儿？ [填空题]
_________________________________
"""


def test_what_a_survey_site_exports_is_read() -> None:
    document = read_pasted(WENJUAN)
    found = [(i["type"], i["title"], i.get("required")) for i in items(document)]
    assert found == [
        ("single", "您的性别：", True),
        ("multi", "您常用哪些地方？", True),
        ("matrix", "请打分", True),
        ("text", "您住哪儿？", None),
    ]
    assert [choices(i, document) for i in items(document)[:2]] == [
        [{"label": "男"}, {"label": "女"}, {"label": "其他", "text": True}],
        [{"label": "活动室"}, {"label": "广场"}],
    ]


def test_a_heading_can_say_the_type_of_all_below_it() -> None:
    document = read_pasted(
        "问卷\n一、填表说明\n1. 不记名。\n2. 请如实填写。\n"
        "一、单选题（每题选一项）\n1. 好吗？\nA.好 B.不好\n"
        "二、多选题（限选2项）\n1. 缺什么？\nA.水 B.电\n2. 有什么？（限选1项）\nA.路 B.灯\n"
        "三、问答题\n1. 还有呢？"
    )
    assert document["intro"] == "一、填表说明\n1. 不记名。\n2. 请如实填写。"
    found = [(i["type"], i.get("max")) for i in items(document)]
    assert found == [("single", None), ("multi", 2), ("multi", 1), ("longtext", None)]
    titles = [section["title"] for section in document["sections"]]
    assert titles == ["单选题（每题选一项）", "多选题（限选2项）", "问答题"]


@pytest.mark.parametrize(
    "line", ["A. □好 B. □坏", "A.好□ B.坏□", "□A.好 □B.坏", "□ A、好\n□ B、坏"]
)
def test_a_letter_may_have_a_box_as_well(line: str) -> None:
    document = read_pasted(f"{HEAD}1. 怎么样？\n{line}")
    assert labels(items(document)[0], document) == ["好", "坏"]


@pytest.mark.parametrize(
    "jump", ["（跳到第4题）", "(请跳至第 4 题)", "→转第4题", "【直接跳答第４题】", "（请直接跳转到4题）", " -> 跳到第4题"]
)  # fmt: skip
def test_what_an_answer_jumps_over_is_not_asked_of_those_who_gave_it(jump: str) -> None:
    document = read_pasted(
        f"{HEAD}1. 办过事吗？\nA. 办过\nB. 没办过{jump}\nC. 不记得{jump}\n"
        "2. 几趟？\nA. 一趟\nB. 两趟\n一、别的\n3. 顺吗？\nA. 顺\nB. 不顺\n4. 还有呢？"
    )
    first, second, third, last = items(document)
    assert labels(first, document) == ["办过", "没办过", "不记得"]
    given = {option["label"]: option["id"] for option in first["options"]}
    rule = {"q": first["id"], "op": "in", "v": [given["没办过"], given["不记得"]]}
    assert second["visible"] == third["visible"] == {"not": rule}
    assert "visible" not in last
    shown = walk(parse(document), {first["id"]: [given["没办过"]]}, {}).shown
    assert shown == (first["id"], last["id"])
    assert len(walk(parse(document), {}, {}).shown) == 4


def test_jumps_add_up_and_ask_the_scale_and_the_multi() -> None:
    document = read_pasted(
        f"{HEAD}1. 总的来说？\nA. 满意（跳到第4题）\nB. 不满意\n"
        "2. 缺什么？【多选】\nA. 水\nB. 都不缺（跳到第4题）\n3. 缺多少？\n4. 还有呢？"
    )
    scale, multi, both, last = items(document)
    assert multi["visible"]["not"]["q"] == scale["id"]
    assert [rule["not"]["op"] for rule in both["visible"]["all"]] == ["in", "has_any"]
    assert "visible" not in last
    assert len(parse(document).questions) == 4


# What is wrong


def many(count: int) -> str:
    return "\n".join(f"{n}. 怎样？\nA 好 B 坏" for n in range(1, count + 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(0, "还没有文字")]),
        (" \n\t\u3000\n", [(0, "还没有文字")]),
        ("问卷\n大家好", [(0, "没有认出题目")]),
        ("字" * (LONGEST + 1), [(0, "最多 200000 字")]),
        ("1. 怎么样？\nA. 好\nB. 坏", [(1, "没有问卷的名称")]),
        (HEAD + "A. 好\nB. 坏", [(2, "选项上面没有题目")]),
        (HEAD + "1. 怎么样？\nA. 好\nB. 坏\nA. 是\nB. 否", [(5, "又从 A 开始")]),
        (HEAD + "1. 怎么样？\nA. 好", [(3, "只有一个选项")]),
        (HEAD + "1. 怎么样？\nA. 好\nB. 坏\nB. 都行", [(5, "选项 B 前面已经有了")]),
        (HEAD + "1. 怎么样？\nA. 好\nB. 坏\nD. 都行", [(5, "选项到 B 之后跳到了 D")]),
        (HEAD + "1. 怎么样？\nB. 好\nC. 坏", [(3, "选项从 B 开始")]),
        (HEAD + "1. 怎么样？\nA. 好 B. 坏 D. 都行", [(3, "字母不连着")]),
        (HEAD + "1. 怎么样？\nA. 好\nB. 好", [(4, "写了两遍")]),
        (HEAD + "1. 怎么样？\nA. 好（跳到第1题）\nB. 坏", [(2, "后面没有第 1 题")]),
        (HEAD + "1. 排个队？【排序题】\nA. 好\nB. 坏", [(2, "没有“排序题”这种题型")]),
        (HEAD + "1. 怎么样？【单选】\n2. 还有呢？", [(2, "下面却没有选项")]),
        (HEAD + "1.\nA. 好\nB. 坏", [(2, "要有文字")]),
        (HEAD + "1. 怎么样？\nA. " + "长" * 400 + "\nB. 坏", [(3, "第 1 个选项：最多 120 字")]),
        (HEAD + "1. 怎么样？\nA. " + "长" * 4000 + "\nB. 坏\nC. 都行", [(3, "这一行有 4003 字，最多 1000 字"), (4, "选项从 B 开始")]),
        (HEAD + f"1. {'长' * 301}\nA. 好\nB. 坏", [(2, "最多 300 字")]),
        ("名" * 81 + "\n1. 怎么样？", [(1, "最多 80 字")]),
        (HEAD + "1. 评价：\n卫生 □好 □坏\n停车 □多 □少", [(3, "选项不一样")]),
        (HEAD + "1. 怎么样？\n\n一、空的一节\n二、意见\n2. 还有呢？", [(4, "下面没有题目")]),
        (HEAD + "1. 怎么\u202e样？\nA. 好\nB. 坏", [(2, "看不见的控制字符")]),
        (HEAD + "1. <script>怎么样？\nA. 好\nB. 坏", [(2, "不能有网页代码")]),
        (HEAD + "1. 怎么样？\nA. \u202e好\nB. 坏", [(3, "第 1 个选项：里面有看不见的控制字符")]),
        (HEAD + "一、事情\n" + many(61), [(2, "这一节的题：要有 1 到 60 项，现在有 61 项")]),
        (HEAD + "一、事情\n" + many(10_000), [(0, "这里有 10000 题")]),
        (HEAD + "1. 怎么样？\n" + "\n".join(f"□第{n}样" for n in range(70)), [(63, "有 70 个选项，最多 60 个")]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_line(
    text: str, expected: Sequence[tuple[int, str]]
) -> None:
    found = mistakes(text)
    assert [row for row, _ in found] == [row for row, _ in expected]
    for (_, sentence), (_, said) in zip(found, expected, strict=True):
        assert said in sentence


def test_all_mistakes_are_named_at_once_in_the_order_of_the_lines() -> None:
    text = (
        "A. 好\nB. 坏\n1. 怎么样？\nA. 好\n2. 还有呢？\nA. 好\nC. 坏\n"
        f"三、没有题的一节\n四、最后\n3. {'长' * 301}"
    )
    assert [row for row, _ in mistakes(HEAD + text)] == [2, 5, 8, 9, 11]


def test_no_text_whatever_keeps_anybody_waiting() -> None:
    for sign in (
        "（",
        "_",
        "A.",
        "□",
        "1.",
        "一、",
        "\t",
        "？",
        "【多选",
        " ",
        "（ ）",
    ):
        line = "1. 怎么样？\n" + sign * ((LONGEST_LINE - 10) // len(sign)) + "\n"
        text = HEAD + line * (LONGEST // 4 // len(line))
        outcome(text)


PIECES = ["1. ", "（1）", "一、", "（一）", "第一部分", "A. ", "B.", "C、", "□", "○", "①", "\t", "______", "（ ）", "好", "坏", "怎么样？", "【多选】", "（必答）", "（限选2项）", "感谢", "满意", "\n", "\n", "\x0b", "\u202e", " ", "\u3000", "x"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=30,
    )
)  # fmt: skip
def test_whatever_is_pasted_is_read_or_its_lines_are_named(pieces: list[str]) -> None:
    text = "".join(pieces)
    last = text.count("\n") + text.count("\v") + 1
    rows = outcome(text)
    assert all(0 <= row <= last for row in rows)


# There and back

SIGNS = "甲乙丙丁社区物业水电路灯办账目党员楼栋"


def words() -> st.SearchStrategy[str]:
    return st.text(SIGNS, min_size=2, max_size=12)


def lists(least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(words(), min_size=least, max_size=most, unique=True)


@st.composite
def questions(draw: st.DrawFn) -> Document:
    """A question of a type that a printed page can show, without its ids."""
    kind = draw(
        st.sampled_from(["single", "multi", "scale", "matrix", "text", "longtext"])
    )
    found: Document = {
        "type": kind,
        "title": draw(words()) + draw(st.sampled_from(["？", "", "："])),
    }
    if draw(st.booleans()):
        found["required"] = True
    if kind in {"single", "multi"}:
        found["options"] = [{"label": label} for label in draw(lists(2, 6))]
        if draw(st.booleans()):
            found["options"][-1]["text"] = True
    if kind == "multi" and draw(st.booleans()):
        found["max"] = draw(st.integers(1, 9))
    if kind == "matrix":
        found["rows"] = draw(lists(2, 5))
    if kind in {"scale", "matrix"}:
        found["scale"] = FIVE[: draw(st.integers(2, 5))]
    return found


@st.composite
def surveys(draw: st.DrawFn) -> Document:
    count = draw(st.integers(1, 3))
    titles = draw(lists(count, count))
    asked = st.lists(questions(), min_size=1, max_size=4)
    return {
        "title": draw(words()) + "问卷",
        "intro": "\n".join(draw(st.lists(words(), max_size=2))),
        "sections": [{"title": title, "items": draw(asked)} for title in titles],
    }


NUMBERS = ("{}. ", "{}、", "{}．", "第{}题 ", "{}.\t", "Q{}. ", "第{}题：", "（{}）")
HEADINGS = ("{}、", "第{}部分 ", "（{}）")
MARKS = {
    "multi": ("【多选】", "（可多选）", "[多选题]"),
    "longtext": ("", "（问答题）"),
}
LISTED = ("A. \n", "A、\n", "（A）\n", "A. \t", "A.  ", "Ａ．　", "□ ", "○\n", "①　")
REQUIRED = ("（必答）", "【必答】", "*")


@st.composite
def as_pasted(draw: st.DrawFn, survey: Document) -> str:
    """The survey as somebody might have typed it."""
    number, heading = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(HEADINGS))
    restarts, wide = draw(st.booleans()), draw(st.booleans())
    lines, count = [survey["title"], *survey["intro"].split("\n")], 0
    for place, section in enumerate(survey["sections"]):
        lines.append(heading.format("一二三"[place]) + section["title"])
        count = 0 if restarts else count
        for item in section["items"]:
            count += 1
            digits = str(count).translate(WIDE) if wide else str(count)
            mark = draw(st.sampled_from(MARKS.get(item["type"], ("",))))
            if "max" in item:
                mark = draw(
                    st.sampled_from(["（限选{}项）", "（最多选 {} 项）"])
                ).format(item["max"])
            if item.get("required"):
                mark += draw(st.sampled_from(REQUIRED))
            lines.append(number.format(digits) + item["title"] + mark)
            lines += draw(answers(item, is_nested="（" in number))
            lines += [""] * draw(st.integers(0, 1))
    return draw(st.sampled_from(["\n", "\r\n", "\v"])).join(lines)


WIDE = {ord(str(n)): chr(ord("０") + n) for n in range(10)}


@st.composite
def answers(draw: st.DrawFn, item: Document, *, is_nested: bool) -> list[str]:
    if item["type"] == "text":
        return ["________"]
    if item["type"] == "matrix":
        return draw(
            st.sampled_from(tables(item["rows"], item["scale"], is_nested=is_nested))
        )
    listed = item.get("scale") or [
        option["label"] + "____" * option.get("text", False)
        for option in item.get("options", [])
    ]
    style = draw(st.sampled_from(LISTED))
    mark, between = style[:-1].rstrip(" \t　"), style.lstrip("（）□○①ＡA.．、")
    firsts = [chr(ord(mark.strip("（）.．、")) + n) for n in range(len(listed))]
    if mark in "□○":
        firsts = [mark] * len(listed)
    marks = [mark.replace(mark.strip("（）.．、"), first) for first in firsts]
    text = between.join(m + label for m, label in zip(marks, listed, strict=True))
    return text.split("\n") if listed else []


def tables(rows: list[str], scale: list[str], *, is_nested: bool) -> list[list[str]]:
    boxes = "　".join(f"□{label}" for label in scale)
    after = " ".join(f"{label}□" for label in scale)
    return [
        ["项目\t" + "\t".join(scale), *(row + "\t□" * len(scale) for row in rows)],
        ["\t" + "\t".join(scale), *(row + "\t" * len(scale) for row in rows)],
        [f"{row} {boxes}" for row in rows],
        [f"{row}：{after}" for row in rows],
        [f"{n}）{row} {boxes}" for n, row in enumerate(rows, 1) if not is_nested]
        or [f"{row} {boxes}" for row in rows],
    ]


def told(document: Document) -> list[Any]:
    """What a document says, ids left out."""
    found: list[Any] = [document["title"], document.get("intro", "")]
    for section in document["sections"]:
        found.append(section["title"])
        for item in section["items"]:
            kept = {
                k: item[k] for k in ("type", "title", "required", "max") if k in item
            }
            rows = [row["label"] for row in item.get("rows", [])]
            found.append((kept, choices(item, document), rows))
    return found


def wanted(survey: Document) -> list[Any]:
    found: list[Any] = [survey["title"], survey["intro"]]
    for section in survey["sections"]:
        found.append(section["title"])
        for item in section["items"]:
            kept = {
                k: item[k] for k in ("type", "title", "required", "max") if k in item
            }
            scale = [
                {"label": word, "score": SATISFACTION[word]}
                for word in item.get("scale", [])
            ]
            found.append((kept, item.get("options") or scale, item.get("rows", [])))
    return found


@settings(max_examples=200, deadline=None)
@given(surveys(), st.data())
def test_what_is_printed_and_pasted_keeps_titles_types_answers_and_order(
    survey: Document, data: st.DataObject
) -> None:
    text = data.draw(as_pasted(survey))
    assert told(read_pasted(text)) == wanted(survey)


def test_a_twin_that_swallows_the_last_answer_is_noticed() -> None:
    survey = {
        "title": "问卷",
        "intro": "",
        "sections": [
            {
                "title": "事",
                "items": [
                    {
                        "type": "single",
                        "title": "好？",
                        "options": [{"label": "甲"}, {"label": "乙"}, {"label": "丙"}],
                    }
                ],
            }
        ],
    }
    text = "问卷\n一、事\n1. 好？\nA. 甲\nB. 乙"
    assert told(read_pasted(text)) != wanted(survey)
    assert told(read_pasted(text + "\nC. 丙")) == wanted(survey)


def test_every_type_a_page_can_show_is_among_them() -> None:
    shown = {ItemType.SINGLE, ItemType.MULTI, ItemType.SCALE, ItemType.MATRIX}
    assert {ItemType(i["type"]) for i in items(read_pasted(SURVEY))} >= shown
