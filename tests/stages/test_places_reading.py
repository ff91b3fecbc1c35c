"""Files of the national list: what is taken, in whatever form offices have it."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.workbooks import ROW_LIMIT, SIZE_LIMIT, letter
from portal.places import (
    Attention,
    Kind,
    Level,
    PlacesFileError,
    Row,
    Trait,
    read_files,
    template_workbook,
)
from portal.places.columns import CLASSES
from portal.places.reading import EXAMPLE_NAME
from tests.stages.workbook_attacks import ENTITY, OLE, bomb, with_part

HEADER = "行政区划代码,行政区划名称,城乡分类"
PLAIN = f"{HEADER}\n999101001001,云溪社区,111(主城区)\n"
FULL = f"{HEADER},户数,常住人口,社区类型,关注等级\n"
NATIONAL = Path(__file__).parents[3] / "shared" / "data" / "places"


def read(text: str, encoding: str = "utf-8") -> list[Row]:
    return read_files([("名单.csv", text.encode(encoding))])


def facts(row: Row) -> tuple[str, str, str, bool]:
    return row.code, row.name, row.urban_rural, row.is_abolished


def workbook(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def mistakes_of(*files: tuple[str, bytes]) -> list[tuple[str, int, str]]:
    with pytest.raises(PlacesFileError) as refused:
        read_files(files)
    assert all(one.sentence.endswith("。") for one in refused.value.mistakes)
    return [(one.file, one.row, one.cell) for one in refused.value.mistakes]


def sentence_of(content: bytes) -> str:
    with pytest.raises(PlacesFileError) as refused:
        read_files([("名单", content)])
    (only,) = refused.value.mistakes
    return only.sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_text_is_read_in_every_encoding_separator_and_line_ending(
    encoding: str, separator: str, ending: str
) -> None:
    text = PLAIN.replace(",", separator).replace("\n", ending)
    (row,) = read(text, encoding)
    assert facts(row) == ("999101001001", "云溪社区", "111", False)
    assert (row.number, row.cell, row.level) == (2, "A2", Level.COMMUNITY)


@pytest.mark.parametrize(
    "written",
    [
        "９９９１０１００１００１",
        '"=""999101001001"""',
        "'999101001001",
        "999101001001.0",
        '"999,101,001,001"',
        " 999101 001001\u3000",
        "\u200b999101001001",
    ],
)
def test_a_code_is_understood_as_spreadsheets_and_people_write_it(written: str) -> None:
    (row,) = read(f"{HEADER}\n{written},云溪社区,111\n")
    assert row.code == "999101001001"


@pytest.mark.parametrize("number", [999101001001, 999101001001.0, "999101001001"])
def test_a_workbook_holds_codes_as_numbers_or_text(number: object) -> None:
    content = workbook(HEADER.split(","), [number, "云溪社区", 111.0])
    (row,) = read_files([("名单.xlsx", content)])
    assert facts(row) == ("999101001001", "云溪社区", "111", False)


@pytest.mark.parametrize(
    "written", ["111(主城区)", "111（主城区）", "111", "１１１", "主城区", "111 主城区"]
)
def test_a_class_is_its_digits_or_its_name_or_both(written: str) -> None:
    (row,) = read(f"{HEADER}\n999101001001,云溪社区,{written}\n")
    assert row.urban_rural == "111"


@pytest.mark.parametrize(
    "mark",
    [" [已撤销]", "[已撤销]", "【已撤销】", "（已撤销）", "［已撤销］", " (已撤销) "],
)
def test_the_mark_of_an_abolished_place_leaves_its_name(mark: str) -> None:
    (row,) = read(f"{HEADER}\n999101001200,旧塘村村民委员会{mark},220\n")
    assert (row.name, row.is_abolished) == ("旧塘村村民委员会", True)


@pytest.mark.parametrize(
    ("written", "kind", "trait"),
    [
        ("涉农社区、飞地", Kind.RURAL, Trait.EXCLAVE),
        ("涉农", Kind.RURAL, None),
        ("城市社区（厂居）", Kind.URBAN, Trait.FACTORY),
        ("纯居委会", Kind.URBAN, Trait.COMMITTEE),
        ("城市/飞地", Kind.URBAN, Trait.EXCLAVE),
        ("", None, None),
    ],
)
def test_the_kind_column_tells_kind_and_trait(
    written: str, kind: Kind | None, trait: Trait | None
) -> None:
    (row,) = read(f"{FULL}999101001001,云溪社区,111,,,{written},\n")
    assert (row.kind, row.trait) == (kind, trait)


def test_numbers_may_have_separators_and_units_and_be_left_out() -> None:
    rows = read(
        f'{FULL}999101001001,云溪社区,111,"2,580",６７２０人,,重点关注\n'
        '999101001002,溪口社区,111,"1，499户",,,风险隐患村\n'
        "999101001003,清音社区,111,—,-,,一般\n"
    )
    assert [(row.households, row.residents, row.attention) for row in rows] == [
        (2580, 6720, Attention.FOCUS),
        (1499, None, Attention.RISK),
        (None, None, Attention.GENERAL),
    ]


def test_titles_empty_lines_and_another_order_of_columns_do_not_matter() -> None:
    rows = read(
        "示例区村级名单（2026 年）,,\n\n序号,名称*,城乡分类代码（3位）,统计用区划代码\n"
        "\n1,云溪社区,111,999101001001\n,,,\n2,溪口社区,112,999101001002\n\n"
    )
    assert [(row.number, row.cell, row.code) for row in rows] == [
        (5, "D5", "999101001001"),
        (7, "D7", "999101001002"),
    ]


def test_quoted_names_keep_their_commas() -> None:
    (row,) = read(f'{HEADER}\n999101001001,"云溪, 社区",111\n')
    assert row.name == "云溪, 社区"


def test_all_sheets_with_a_header_are_read_and_other_sheets_are_not() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["封面"])
    for number in (1, 2):
        sheet = book.create_sheet(f"街道{number}")
        sheet.append(HEADER.split(","))
        sheet.append([f"99910100{number}001", "云溪社区", "111"])
    target = io.BytesIO()
    book.save(target)
    rows = read_files([("名单.xlsx", target.getvalue())])
    assert [(row.file, row.code) for row in rows] == [
        ("名单.xlsx（街道1）", "999101001001"),
        ("名单.xlsx（街道2）", "999101002001"),
    ]


def test_formulas_give_their_saved_result_and_without_one_are_a_mistake() -> None:
    content = workbook(HEADER.split(","), ["999101001001", '="云溪"&"社区"', "111"])
    assert mistakes_of(("名单.xlsx", content)) == [("名单.xlsx", 2, "B2")]
    saved = rewritten(content, b"<v></v>", "<v>云溪社区</v>".encode(), b"<v />")
    (row,) = read_files([("名单.xlsx", saved)])
    assert row.name == "云溪社区"


def rewritten(content: bytes, old: bytes, new: bytes, *more: bytes) -> bytes:
    """The workbook with bytes of its first sheet exchanged."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                before = data
                for one in (old, *more):
                    data = data.replace(one, new).replace(
                        b'<c r="B2"><f>', b'<c r="B2" t="str"><f>'
                    )
                assert data != before
            copy.writestr(name, data)
    return target.getvalue()


def test_every_mistake_of_every_file_is_listed_at_once() -> None:
    first = (
        f"{FULL}99910100100,云溪社区,111,,,,\n999101001002,,999,-5,12.5,怪社区,急\n"
        "999101001003,清音社区,111,abc,99999999,涉农社区、城市社区,\n"
    )
    second = f"{HEADER}\n合计,12 个,\n3.30102E+11,云溪社区,111\n"
    found = mistakes_of(("甲.csv", first.encode()), ("乙.csv", second.encode()))
    assert sorted(found) == sorted(
        [("甲.csv", 2, "A2")]
        + [("甲.csv", 3, f"{column}3") for column in "BCDEFG"]
        + [("甲.csv", 4, f"{column}4") for column in "DEF"]
        + [("乙.csv", 2, "A2"), ("乙.csv", 3, "A3")]
    )


def test_a_rounded_code_is_refused_with_the_way_to_mend_it() -> None:
    sentence = sentence_of(f"{HEADER}\n3.30102E+11,云溪社区,111\n".encode())
    assert "科学计数法（3.30102E+11）" in sentence
    assert "设成「文本」" in sentence


def test_a_repeated_code_names_both_cells_within_and_across_files() -> None:
    twice = PLAIN + "999101001001,溪口社区,111\n"
    with pytest.raises(PlacesFileError) as refused:
        read_files([("甲.csv", twice.encode()), ("乙.csv", PLAIN.encode())])
    assert [str(one) for one in refused.value.mistakes] == [
        "甲.csv 第 3 行 A3：代码 999101001001 和 A2 重复。请只留一行。",
        "乙.csv 第 2 行 A2：代码 999101001001 和 甲.csv 的 A2 重复。请只留一行。",
    ]


def zipped(**parts: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return target.getvalue()


def encrypted_zip() -> bytes:
    content = bytearray(zipped(xl__workbook_xml="<workbook/>"))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[6] |= 1
    return bytes(content)


def tall() -> bytes:
    return (HEADER + "\n" + "999101001001,云溪社区,111\n" * (ROW_LIMIT + 1)).encode()


GOOD = workbook(HEADER.split(","), ["999101001001", "云溪社区", "111"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b" \r\n \n", "文件是空的"),
        (b"x" * (SIZE_LIMIT + 1), "超过 5 MB"),
        (OLE + b"\x00" * 600, "另存为 xlsx 后再传"),
        (OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "取消密码"),
        (b"%PDF-1.7\n", "不是表格"),
        (b"\x89PNG\r\n\x1a\n", "不是表格"),
        (b"name\x00\x01\x02", "不是表格"),
        (b"\xff\xfe\x00\xd8", "文字编码"),
        (b"abc\xff\xff\xff", "文字编码"),
        (b"<html><table><tr><td>1</td></tr></table>", "网页格式"),
        (PLAIN.encode("utf-16-le"), "文字编码"),
        (PLAIN.encode("big5", "replace"), "没有找到表头"),
        (b"hello", "没有找到表头"),
        (HEADER.encode(), "表头下面没有内容"),
        ("代码,名称\n1,2\n".encode(), "缺少「城乡分类」"),
        ("代码,名称,城乡分类,统计用区划代码\n1,2,3,4\n".encode(), "出现了两列"),
        (f'{HEADER}\n999101001001,"云溪社区,111\n'.encode(), "引号没有配对"),
        (("标题\n" * 30 + PLAIN).encode(), "没有找到表头"),
        (tall(), "请拆成几个文件"),
        (f"{HEADER}\n999101001001,云溪,社区,111\n".encode(), ""),
        (f"{HEADER}\n990000000000,示例省,\n".encode(), "省一级"),
        (f"{HEADER}\n999101000001,云溪社区,111\n".encode(), "第 7 至 9 位"),
        (f"{HEADER}\n99910100100１２,云溪社区,111\n".encode(), "13 位"),
        (f"{HEADER}\n,云溪社区,111\n".encode(), "代码是空的"),
        (f"{HEADER}\n999101001001,云溪\ufffd社区,111\n".encode(), "乱码"),
        (f"{HEADER}\n999101001001,{'长' * 61},111\n".encode(), "61 个字"),
        (f"{HEADER}\n999101001001,云溪社区,111(村庄)\n".encode(), "城乡分类"),
        (f"{HEADER}\n999101001001,云溪社区,\n".encode(), "城乡分类是空的"),
        (f"{HEADER}\n999101001001,#REF!,111\n".encode(), "公式出错"),
        (f"{FULL}999101001000,云溪街道,,,,城市社区,\n".encode(), "没有社区类型"),
        (f"{FULL}999101001001,云溪社区,111,,,飞地、厂居,\n".encode(), "只能选一种"),
        (b"PK\x03\x04" + b"garbage" * 40, "打不开"),
        (GOOD[: len(GOOD) // 2], "打不开"),
        (zipped(word__document_xml="<w/>"), "不是表格"),
        (zipped(xl__workbook_xml="<workbook"), "打不开"),
        (with_part(GOOD, "xl/vbaProject.bin", b"macro"), "宏"),
        (with_part(GOOD, "xl/theme/extra.xml", ENTITY), "打不开"),
        (encrypted_zip(), "取消密码"),
        (bomb(), "解开后太大"),
        (workbook(HEADER.split(","), [True, "云溪社区", "111"]), "其他格式"),
    ],
)  # fmt: skip
def test_an_odd_file_is_refused_with_a_sentence(content: bytes, said: str) -> None:
    if said:
        assert said in sentence_of(content)
    else:
        assert ("名单", 2, "D2") in mistakes_of(("名单", content))


def test_a_row_number_far_below_does_not_keep_the_reader_busy() -> None:
    trap = rewritten(GOOD, b'<row r="2"', b'<row r="999999999999"')
    assert "表头下面没有内容" in sentence_of(trap)


def test_a_wrong_dimension_hides_no_rows() -> None:
    small = rewritten(GOOD, b'<dimension ref="A1:C2"', b'<dimension ref="A1"')
    assert [row.code for row in read_files([("名单.xlsx", small)])] == ["999101001001"]


def test_no_file_and_too_many_files_are_refused() -> None:
    assert mistakes_of() == [("", 0, "")]
    assert mistakes_of(*[("甲.csv", PLAIN.encode())] * 101) == [("", 0, "")]


def test_the_template_reads_back_and_its_example_is_passed_over() -> None:
    assert "表头下面没有内容" in sentence_of(template_workbook())
    book = openpyxl.load_workbook(io.BytesIO(template_workbook()))
    sheet = book["社区名单"]
    assert (sheet["A2"].number_format, sheet["B2"].value) == ("@", EXAMPLE_NAME)
    for column, value in zip("ABCDEFG", ("999101001002", "溪口社区", "111(主城区)", 9, 20, "涉农社区、飞地", "重点关注"), strict=True):  # fmt: skip
        sheet[f"{column}3"].value = value
    target = io.BytesIO()
    book.save(target)
    (row,) = read_files([("模板.xlsx", target.getvalue())])
    assert (row.cell, row.kind, row.trait) == ("A3", Kind.RURAL, Trait.EXCLAVE)
    assert (row.households, row.residents, row.attention) == (9, 20, Attention.FOCUS)


def test_columns_are_named_like_a_spreadsheet_does() -> None:
    assert [letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


COMMUNITIES = st.lists(
    st.tuples(
        st.integers(1, 599).map(lambda n: f"999101001{n:03d}"),
        st.text("溪柳塘村社区居委会 A1,;\t\"'·", min_size=1, max_size=12).map(
            lambda name: " ".join(f"示{name}".split())
        ),
        st.sampled_from(sorted(CLASSES)),
        st.booleans(),
        st.none() | st.integers(0, 1_000_000),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda community: community[0],
)


@settings(max_examples=60, deadline=None)
@given(
    COMMUNITIES,
    st.permutations(range(4)),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([",", "\t", ";"]),
)
def test_what_was_written_is_what_is_read(
    communities: list[tuple[str, str, str, bool, int | None]],
    order: list[int],
    encoding: str,
    separator: str,
) -> None:
    table: list[list[object]] = [["代码", "名称", "城乡分类", "户数"]]
    for code, name, urban_rural, is_abolished, households in communities:
        marked = f"{name} [已撤销]" if is_abolished else name
        table.append(
            [code, marked, f"{urban_rural}({CLASSES[urban_rural]})", households]
        )
    table = [[row[index] for index in order] for row in table]
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(table)
    as_text = read_files([("名单.csv", text.getvalue().encode(encoding))])
    as_book = read_files([("名单.csv", workbook(*table))])
    assert as_text == as_book
    assert [(*facts(row), row.households) for row in as_text] == communities


def test_the_national_files_are_read_whole() -> None:
    if not NATIONAL.is_dir():
        pytest.skip("the folder shared/data/places is not beside this checkout")
    files = [(file.name, file.read_bytes()) for file in sorted(NATIONAL.glob("*.csv"))]
    rows = read_files(files)
    lines = sum(
        len(content.decode("utf-8-sig").splitlines()) - 1 for _, content in files
    )
    assert len(rows) == lines
    assert {row.code[:9] for row in rows} == {"330102016", "510904114"}
    assert not any("撤销" in row.name for row in rows)
    assert any(row.is_abolished for row in rows)
