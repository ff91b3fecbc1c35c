"""What leaves the house in files is text: nothing in it computes or calls out."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import entrances, reports
from portal.checklists import Form, Outline, outline_workbook
from portal.checklists.outline import AspectText, PointText, ProblemText
from portal.entrances import Channel
from portal.kernel import codes, exports
from portal.places import Place
from portal.places.template import template_workbook
from portal.vote.terms import DEFAULT_TERMS
from portal.web.installation import Installation
from tests.makers import TODAY, Cast
from tests.stages.review_scenes import Scene
from tests.stages.sanitize_cases import NAMES, PICTURES

PORTAL = Path(__file__).parents[2] / "portal"
WRITER = PORTAL / "kernel" / "exports.py"

COMMANDS = (
    *("=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd|'/c calc'!A1", '=HYPERLINK("http://x")'),
    *("＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫A1", "−1"),
    *("\t=1", "\r=1", "\n=1", " =1", "\u3000＝1", "\u00a0@x", "\u200b=1", "\ufeff=1"),
    *("\x00=1", "\u202e=1", "  \t +1", "\u0301=1"),
)
HARMLESS = ("", "路灯", "1-1", "a=b", "'=1", "第-1项", "（=1）", "000123", "👨\u200d👩")
WORDS = st.text(max_size=40)


def cells_of(content: bytes) -> Iterator[Cell]:
    for sheet in load_workbook(BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if isinstance(cell, Cell))


def computed_in(content: bytes) -> list[str]:
    """Cells that compute when the file is opened, or when it is edited."""
    return [
        cell.coordinate
        for cell in cells_of(content)
        if cell.data_type == "f"
        or (exports.acts(str(cell.value or "")) and not cell.quotePrefix)
    ]


def workbook_of(*texts: str) -> bytes:
    book = Workbook()
    for row, text in enumerate(texts, start=1):
        exports.write_text(book.worksheets[0], row, 1, text)
    return exports.workbook_bytes(book)


# What acts


@pytest.mark.parametrize("typed", COMMANDS)
def test_whatever_a_spreadsheet_may_run_is_known(typed: str) -> None:
    assert exports.acts(typed)


@pytest.mark.parametrize("typed", HARMLESS)
def test_what_it_does_not_run_is_left_alone(typed: str) -> None:
    assert not exports.acts(typed)
    assert [cell.quotePrefix for cell in cells_of(workbook_of(typed))] == [False]


# Workbooks


@pytest.mark.parametrize("typed", COMMANDS)
def test_a_command_in_a_cell_is_a_text_when_opened_and_when_edited(typed: str) -> None:
    (cell,) = cells_of(workbook_of(typed))
    assert cell.data_type == "s"
    assert cell.number_format == "@"
    assert cell.quotePrefix is True
    assert str(cell.value).strip() == exports.legal(typed).strip()


def test_whoever_forgets_to_write_texts_is_saved_at_the_door() -> None:
    book = Workbook()
    book.worksheets[0].append(["=1+1", "＝1", "灯", 5])
    content = exports.workbook_bytes(book)
    assert computed_in(content) == []
    assert [cell.value for cell in cells_of(content)] == ["=1+1", "＝1", "灯", 5]


def test_a_workbook_is_printed_on_a4_across_with_its_heads_on_each_leaf() -> None:
    book = Workbook()
    book.worksheets[0].append(["社区", "问题"])
    book.worksheets[0].freeze_panes = "A2"
    book.create_sheet("说明")
    table, notes = load_workbook(BytesIO(exports.workbook_bytes(book))).worksheets
    for sheet in (table, notes):
        assert sheet.page_setup.paperSize == int(Worksheet.PAPERSIZE_A4)
        assert sheet.page_setup.orientation == "landscape"
        fit = sheet.sheet_properties.pageSetUpPr
        assert fit
        assert fit.fitToPage
        assert sheet.page_setup.fitToHeight == 0  # as many leaves as it takes
    assert (table.print_title_rows, notes.print_title_rows) == ("$1:$1", None)


def test_a_plain_workbook_would_have_computed() -> None:
    """The leaking twin."""
    book = Workbook()
    book.worksheets[0].append(["=1+1", "＝1", "灯"])
    file = BytesIO()
    book.save(file)
    assert computed_in(file.getvalue()) == ["A1", "B1"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(WORDS, st.sampled_from(COMMANDS)), min_size=1, max_size=5))
def test_no_text_computes_and_none_is_lost(texts: list[str]) -> None:
    content = workbook_of(*texts)
    assert computed_in(content) == []
    written = [str(cell.value or "") for cell in cells_of(content)]
    assert written == [exports.legal(text) for text in texts]


def test_codes_keep_their_zeros() -> None:
    (cell,) = cells_of(workbook_of("000999001001"))
    assert (cell.value, cell.data_type, cell.number_format) == (
        "000999001001",
        "s",
        "@",
    )


@pytest.mark.parametrize(
    "typed",
    [case[2] for case in (*NAMES, *PICTURES)],
    ids=lambda text: ascii(text)[:30],
)
def test_rare_names_and_pictures_come_out_whole(typed: str) -> None:
    (cell,) = cells_of(workbook_of(typed))
    assert cell.value == typed


def test_what_excel_would_read_as_an_escape_is_escaped() -> None:
    (cell,) = cells_of(workbook_of("_x003D_1+1 _x000D_"))
    assert cell.value == "_x005F_x003D_1+1 _x005F_x000D_"


def test_a_text_too_long_for_a_cell_is_cut_between_signs() -> None:
    (cell,) = cells_of(workbook_of("𠮷" * 20_000))
    assert cell.value == "𠮷" * (exports.LONGEST_CELL // 2)


# Every file there is


@pytest.fixture
def planted(session: Session, house: Installation, cast: Cast) -> Scene:
    """The cast's round with a command in whatever somebody can name."""
    scene = Scene(session, house, cast)
    for place in session.scalars(select(Place)):
        place.name = f"＝{place.name}"
    for channel in session.scalars(select(Channel)):
        channel.name = f"@{channel.name}"
    return scene


def test_the_problem_list_computes_nothing(planted: Scene) -> None:
    row = planted.signed()
    row.finding.title, row.finding.statement = "=1+1", "\u3000＋cmd|' /c calc'!A1\x07"
    row.receiver.unit = "-2+3"
    content = reports.findings_workbook(planted.session, [row.finding], today=TODAY)
    values = {cell.value for cell in cells_of(content)}
    assert {"=1+1", "\u3000＋cmd|' /c calc'!A1", "-2+3"} <= values
    assert computed_in(content) == []


def test_the_entrance_list_computes_nothing(planted: Scene) -> None:
    codes = entrances.codes_of(planted.session, planted.cast.round_id)
    content = reports.entrances_workbook(codes, base_url="=x")
    assert any(str(cell.value).startswith("@") for cell in cells_of(content))
    assert computed_in(content) == []


def test_the_list_to_fill_in_computes_nothing() -> None:
    assert computed_in(template_workbook()) == []


def test_a_checklist_computes_nothing_whoever_worded_it() -> None:
    acting = PointText("", "=1+1", (ProblemText("@SUM(A1)", Form.FAULT),))
    told = Outline("=2", None, (AspectText("＋3", (acting,)),))
    content = outline_workbook(told)
    assert {"=1+1", "@SUM(A1)", "=2", "＋3"} <= {c.value for c in cells_of(content)}
    assert computed_in(content) == []


def test_the_published_lists_of_a_vote_hold_nothing_that_was_typed() -> None:
    """They are hashed as they are: codes of our own making, and scores by name."""
    fields = [
        *codes.ALPHABET,
        *"0123456789abcdef",
        *(option.id for option in DEFAULT_TERMS.scale),
    ]
    fields += [dimension.id for dimension in DEFAULT_TERMS.dimensions]
    assert [field for field in fields if exports.acts(field)] == []


def makers_in(folder: Path) -> list[str]:
    """Modules that make a workbook, a CSV or a Word file past `kernel.exports`."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]  # fmt: skip
        names = {ast.unparse(call.func) for call in calls}
        saves = "Workbook" in names and any(name.endswith(".save") for name in names)
        if saves or names & {
            "csv.writer",
            "csv.DictWriter",
            "docx.Document",
            "Document",
        }:
            found.append(path.name)
    return found


def test_only_one_module_each_makes_workbooks_and_documents() -> None:
    assert makers_in(PORTAL) == ["word.py"]  # whose texts are runs, never markup
    source = WRITER.read_text("utf-8")
    assert "book.save(file)" in source


def test_a_module_that_makes_its_own_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("book = Workbook()\nbook.save(file)\n")
    (tmp_path / "b.py").write_text("csv.writer(file).writerow(row)\n")
    (tmp_path / "c.py").write_text("book = Workbook()\nworkbook_bytes(book)\n")
    assert makers_in(tmp_path) == ["a.py", "b.py"]


# What is illegal


def test_what_xml_forbids_goes_and_what_is_seen_stays() -> None:
    typed = "灯\x00\x08\x0b\x1f\x7f\x85\ud800\ufffe\U0010ffff坏\u202e\t\r\n了\ue815"
    assert exports.legal(typed) == "灯坏\t\n了\ue815"
