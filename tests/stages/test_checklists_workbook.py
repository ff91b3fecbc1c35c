"""A list as a workbook: what is taken, what is refused by cell, and that it returns."""

import io
import re
import string
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.checklists import (
    KIND_WORDS,
    ChecklistFileError,
    Form,
    Outline,
    outline_workbook,
    read_outline,
    sample,
    template_workbook,
)
from portal.checklists.codes import coded
from portal.checklists.columns import KINDS, SYNONYMS
from portal.checklists.outline import (
    AspectText,
    PointText,
    ProblemText,
    key,
    worded,
)
from portal.checklists.samples import OFFERED
from portal.places import Kind, Trait

HEADER = ("方面", "要点", "问题", "形式", "适用", "编号（勿改）")
ELSEWHERE = {"rural.land"}


def book(*rows: Sequence[object], header: Sequence[object] = HEADER) -> bytes:
    made = openpyxl.Workbook()
    for row in (header, *rows):
        made.worksheets[0].append(list(row))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def read(content: bytes) -> Outline:
    return read_outline(
        ("清单.xlsx", content), title="示例", kind=None, elsewhere=ELSEWHERE
    )


def told(content: bytes) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    return [
        (one.title, [(p.title, [q.text for q in p.problems]) for p in one.points])
        for one in read(content).aspects
    ]


def mistakes(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(ChecklistFileError) as refused:
        read(content)
    assert all(one.sentence.endswith("。") for one in refused.value.mistakes)
    return [(one.cell, one.sentence) for one in refused.value.mistakes]


# What is taken

TREE = [
    ("三资管理", [("账目公开", ["只公开总数", "问了没人答"]), ("现金", ["公款私存"])]),
    ("为民服务", [("办事", ["要跑几趟"])]),
]


def test_an_empty_cell_means_the_same_as_above() -> None:
    content = book(
        ("三资管理", "账目公开", "只公开总数"),
        ("", "", "问了没人答"),
        (None, "现金", "公款私存"),
        ("为民服务", "办事", "要跑几趟"),
    )
    assert told(content) == TREE


def test_the_same_words_on_every_row_mean_the_same_too() -> None:
    content = book(
        ("三资管理", "账目公开", "只公开总数"),
        ("三资管理", "账目公开", "问了没人答"),
        ("三资管理", "现金", "公款私存"),
        ("为民服务", "办事", "要跑几趟"),
    )
    assert told(content) == TREE


def test_real_merges_read_alike() -> None:
    made = openpyxl.load_workbook(
        io.BytesIO(
            book(
                ("三资管理", "账目公开", "只公开总数"),
                ("", "", "问了没人答"),
                ("", "现金", "公款私存"),
                ("为民服务", "办事", "要跑几趟"),
            )
        )
    )
    made.worksheets[0].merge_cells("A2:A4")
    made.worksheets[0].merge_cells("B2:B3")
    target = io.BytesIO()
    made.save(target)
    assert told(target.getvalue()) == TREE


def test_a_merged_form_is_that_of_every_row_it_covers() -> None:
    made = openpyxl.load_workbook(
        io.BytesIO(
            book(
                ("用权", "用权", "按时公开", "是否"),
                ("", "", "回避亲友"),
                ("", "廉洁", "交出公章"),
                ("", "", "打过招呼"),
            )
        )
    )
    made.worksheets[0].merge_cells("D2:D4")
    target = io.BytesIO()
    made.save(target)
    forms = [problem.form for problem in read(target.getvalue()).problems]
    assert forms == [Form.WHETHER, Form.WHETHER, Form.WHETHER, Form.FAULT]


@pytest.mark.parametrize(
    "header",
    [
        ("一级指标", "二级指标", "三级指标"),
        ("监督方面", "监督内容", "具体问题"),
        ("*方 面", "要点：", "问题（可多行）"),
        ("板块", "点位", "主要表现"),
        ("方面", "检查内容", "问题表现"),
    ],
)
def test_headers_are_known_by_their_synonyms(header: Sequence[object]) -> None:
    content = book(("三资管理", "账目公开", "只公开总数"), header=header)
    assert told(content) == [("三资管理", [("账目公开", ["只公开总数"])])]


def test_no_header_stands_for_two_columns() -> None:
    words = [word for found in SYNONYMS.values() for word in found]
    assert len(set(words)) == len(words)


def test_columns_may_stand_in_any_order_with_others_between() -> None:
    content = book(
        (1, "只公开总数", "账目公开", "三资管理", "随便"),
        header=("序号", "问题", "要点", "方面", "备注"),
    )
    assert told(content) == [("三资管理", [("账目公开", ["只公开总数"])])]


def test_a_list_of_two_levels_has_points_without_problems() -> None:
    content = book(("三资管理", "账目公开"), ("", "现金"), header=("方面", "监督内容"))
    assert told(content) == [("三资管理", [("账目公开", []), ("现金", [])])]


def test_width_does_not_matter_and_chinese_marks_stay() -> None:
    content = book(
        (
            " 三资\u3000管理 ",
            "ＡＢ类账目１２",
            "钱、账（明细）：\u200b没公开，\n没人问！",
        )
    )
    assert told(content) == [
        ("三资 管理", [("AB类账目12", ["钱、账（明细）：没公开， 没人问！"])])
    ]


def test_forms_are_said_or_show_by_the_first_words() -> None:
    content = book(
        ("用权", "用权", "是否回避", ""),
        ("", "", "有没有打招呼", None),
        ("", "", "公章自己带着", ""),
        ("", "", "是否按时", "反面"),
        ("", "", "有没有公示", "是否"),
        ("", "", "是否存在代签", "　问　题　"),
    )
    assert [(one.text, one.form) for one in read(content).problems] == [
        ("是否回避", Form.WHETHER),
        ("有没有打招呼", Form.ANY),
        ("公章自己带着", Form.FAULT),
        ("是否按时", Form.ANY),
        ("有没有公示", Form.WHETHER),
        ("是否存在代签", Form.FAULT),
    ]


def test_whom_a_block_is_for_is_read_in_the_offices_words() -> None:
    content = book(
        ("讲政治", "学习", "照抄", "", "全部"),
        ("审批", "办件", "超时", "", "机关、企业"),
        ("边界", "边界", "都不管", "", "飞地,涉农"),
        ("别的", "别的", "别的", "", ""),
    )
    assert [one.kinds for one in read(content).aspects] == [
        (),
        ("government", "enterprise"),
        (Kind.RURAL, Trait.EXCLAVE),
        (),
    ]


def test_a_code_is_read_from_any_row_of_its_point_in_any_writing() -> None:
    content = book(
        ("三资管理", "账目公开", "只公开总数", "", "", ""),
        ("", "", "问了没人答", "", "", " Ａssets.Books "),
        ("", "现金", "公款私存", "", "", ""),
    )
    assert [one.code for one in read(content).points] == ["assets.books", ""]


def test_a_text_table_is_taken_as_well() -> None:
    text = "方面,要点,问题\n三资管理,账目公开,只公开总数\n,,问了没人答\n"
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        found = told(text.encode(encoding))
        assert found == [("三资管理", [("账目公开", ["只公开总数", "问了没人答"])])]


def test_formulas_are_not_computed() -> None:
    content = book(("三资管理", "账目公开", "只公开总数"), ("", "", "=1+1"))
    ((cell, sentence),) = mistakes(content)
    assert cell == "C3"
    assert "公式" in sentence


WPS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData">
<dimension ref="A1"/><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>监督清单</t></is></c></row>
<row r="3"><c r="B3" t="inlineStr"><is><t>方面</t></is></c>
<c r="C3" t="inlineStr"><is><r><t>要</t></r><r><t>点</t></r></is></c>
<c r="D3" t="str"><v>问题</v></c></row>
<row r="4"><c r="B4" t="inlineStr"><is><t xml:space="preserve"> 三资管理 </t></is></c>
<c r="C4" t="inlineStr"><is><t>账目公开</t></is></c>
<c r="D4" t="inlineStr"><is><t>只公开总数</t></is></c></row>
<row r="5"><c r="D5" t="inlineStr"><is><t>问了没人答</t></is></c></row>
<row r="9"><c r="B9" t="inlineStr"><is><t xml:space="preserve">  </t></is></c></row>
</sheetData><mergeCells count="1"><mergeCell ref="B4:B5"/></mergeCells></worksheet>"""


def test_what_wps_writes_is_read() -> None:
    """Texts inline and in runs, a dimension that lies, titles above, empty rows."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book())) as made,
        zipfile.ZipFile(target, "w") as out,
    ):
        for name in made.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            out.writestr(name, WPS if is_sheet else made.read(name))
    assert told(target.getvalue()) == [
        ("三资管理", [("账目公开", ["只公开总数", "问了没人答"])])
    ]


# What is refused

WRONG: Sequence[tuple[Sequence[object], str, str]] = (
    (("", "没有方面", "问题一"), "A2", "第一行的方面是空的"),
    (("三资管理", "", "问题一"), "B3", "要点却是空的"),
    (("三资管理", "账目", "长" * 201), "C4", "有 201 个字，最多 200 个"),
    (("", "账目", "只公开总数", "也许"), "D5", "没有「也许」这种形式"),
    (("", "", "", ""), "", ""),  # an empty row is no mistake
    (("", "", "", "是否"), "C7", "这一行没有写问题"),
    (("为民服务", "办事", "跑几趟", "", "居民"), "E8", "没有「居民」这种适用对象"),
    (("", "", "跑 几 趟"), "C9", "已经写过"),
    (("", "窗口", "没有人", "", "机关", "Money"), "F10", "不是编号"),
    (("", "证明", "多开", "", "群团", "a.proof"), "E11", "前后不一样"),
    (("", "", "看人盖章", "", "", "a.seal"), "F12", "写了两个编号"),
    (("", "时间", "关门早", "", "", "a.proof"), "F13", "已经是 B11 那个要点的"),
    (("", "土地", "少发", "", "", "rural.land"), "F14", "是另一份清单里的"),
    (("三资管理", "票据", "白条"), "A15", "在 A3 已经写过"),
    (("", "账目", "又写一遍"), "B16", "和 B4 重复"),
    (("", "长" * 61, "问题"), "B17", "有 61 个字，最多 60 个"),
    (("", "现金", "#REF!"), "C18", "公式出错"),
    (("", "", True), "C19", "日期或其他格式"),
)


def test_every_mistake_is_named_by_its_cell_in_one_go() -> None:
    found = mistakes(book(*(row for row, _, _ in WRONG)))
    assert [cell for cell, _ in found] == [cell for _, cell, _ in WRONG if cell]
    wanted = [words for _, cell, words in WRONG if cell]
    assert [s for (_, s), w in zip(found, wanted, strict=True) if w not in s] == []
    kinds = {re.sub(r"「[^」]*」|[A-Z]\d+|\d+", "…", sentence) for _, sentence in found}
    assert len(kinds) >= 15


def test_each_mistake_alone_is_enough_to_refuse() -> None:
    """Nothing of a file with one wrong cell is kept."""
    content = book(("三资管理", "账目", "只公开总数"), ("", "", "没人答", "也许"))
    assert [cell for cell, _ in mistakes(content)] == ["D3"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7", "不是表格文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
        (b"x" * (5 * 1024 * 1024 + 1), "超过 5 MB"),
        (book(header=("序号", "内容")), "没有找到表头"),
        (book(), "表头下面没有内容"),
        (
            book(*[("方面", "要点", f"问题{n}") for n in range(2_001)]),
            "最多 2000 个问题",
        ),
        (book(*[("方面", "要点", f"问题{n}") for n in range(20_001)]), "20000 行"),
        (
            book(("甲", "乙", "丙", "甲"), header=("方面", "要点", "问题", "板块")),
            "出现了两列",
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_file_that_is_no_list_says_what_to_do(content: bytes, words: str) -> None:
    ((_, sentence),) = mistakes(content)
    assert words in sentence


def test_macros_and_what_unpacks_too_large_are_refused() -> None:
    macro, bomb = io.BytesIO(book(("甲", "乙", "丙"))), io.BytesIO()
    with zipfile.ZipFile(macro, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    assert "宏" in mistakes(macro.getvalue())[0][1]
    assert "解开后太大" in mistakes(bomb.getvalue())[0][1]


def test_several_lists_in_one_file_are_refused() -> None:
    made = openpyxl.load_workbook(io.BytesIO(book(("甲", "乙", "丙"))))
    made.create_sheet("另一张").append(list(HEADER))
    made["另一张"].append(["甲", "乙", "丙"])
    target = io.BytesIO()
    made.save(target)
    assert "几张清单" in mistakes(target.getvalue())[0][1]


# What is written comes back


@pytest.mark.parametrize("code", OFFERED)
def test_every_sample_comes_back_from_its_workbook(code: str) -> None:
    outline = sample(code).outline
    file = ("清单.xlsx", outline_workbook(outline))
    assert read_outline(file, title=outline.title, kind=outline.kind) == outline


def test_the_template_can_be_sent_in_as_it_is() -> None:
    found = read(template_workbook())
    assert found.counts() == (1, 2, 3)
    assert {problem.form for problem in found.problems} == set(Form)


def test_words_of_our_own_are_read_back() -> None:
    assert {KINDS[word]: word for word in KIND_WORDS.values()} == KIND_WORDS


SIGNS = (
    string.ascii_letters + string.digits + "三资管理，。、（）“”是否有没有=+-@＝_ 　'#"
)
CALM = st.text(SIGNS, min_size=1, max_size=12)
WILD = st.text(min_size=1, max_size=12)
SAID = st.one_of(CALM, WILD).map(worded).filter(lambda t: key(t) and "#" not in t[:1])
CODES = st.from_regex(r"[a-z][a-z0-9_]{0,8}\.[a-z][a-z0-9_]{0,8}", fullmatch=True)
PROBLEMS = st.lists(
    st.builds(ProblemText, SAID, st.sampled_from(Form)),
    max_size=3,
    unique_by=lambda one: key(one.text),
).map(tuple)
POINTS = st.lists(
    st.builds(PointText, st.just("") | CODES, SAID, PROBLEMS),
    min_size=1,
    max_size=3,
    unique_by=lambda one: key(one.title),
).map(tuple)
ORDER = list(dict.fromkeys(KINDS.values()))
SOME = st.sets(st.sampled_from(ORDER), max_size=3)
KINDS_OF = SOME.map(lambda found: tuple(sorted(found, key=ORDER.index)))
LISTS = st.lists(
    st.builds(AspectText, SAID, POINTS, KINDS_OF),
    min_size=1,
    max_size=3,
    unique_by=lambda one: key(one.title),
).map(lambda aspects: Outline("示例", None, tuple(aspects)))


def has_codes_once(outline: Outline) -> bool:
    codes = [point.code for point in outline.points if point.code]
    return len(set(codes)) == len(codes)


ESCAPED = PointText("", "_x0041_", (ProblemText("a_x005F_b", Form.ANY),))


@settings(max_examples=60, deadline=None)
@given(LISTS.filter(has_codes_once))
@example(Outline("示例", None, (AspectText("_x000D_", (ESCAPED,)),)))
def test_whatever_a_list_says_comes_back_from_its_workbook(outline: Outline) -> None:
    assert read(outline_workbook(outline)) == outline


@given(LISTS.filter(has_codes_once))
def test_every_point_gets_a_code_of_its_own_and_keeps_the_one_it_has(
    outline: Outline,
) -> None:
    found = coded(outline, "list", taken={"list.n00000"})
    codes = [point.code for point in found.points]
    assert len(set(codes)) == len(codes)
    pairs = zip(outline.points, found.points, strict=True)
    assert all(after.code == (before.code or after.code) for before, after in pairs)
    assert "" not in codes
