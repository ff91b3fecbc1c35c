"""Workbooks: Chinese heads, texts only, no formulas, no leads, no letters."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from portal import entrances, reports
from portal.kernel.exports import FORMULA_STARTS
from portal.web.installation import Installation
from tests.makers import TODAY, Cast
from tests.stages.review_scenes import CANARY, OWN_WORDS, Scene, draft


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


def sheet_of(content: bytes) -> Worksheet:
    sheet = load_workbook(BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def rows_of(content: bytes) -> list[list[str]]:
    return [
        [str(cell or "") for cell in row]
        for row in sheet_of(content).iter_rows(values_only=True)
    ]


def formulas_in(content: bytes) -> list[str]:
    """Coordinates of cells that a spreadsheet programme would compute."""
    cells = (cell for row in sheet_of(content).iter_rows() for cell in row)
    return [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_the_problem_list_has_a_row_a_finding(scene: Scene) -> None:
    row = scene.signed()
    content = reports.findings_workbook(scene.session, [row.finding], today=TODAY)
    head, first = rows_of(content)
    said = dict(zip(head, first, strict=True))
    assert said["社区代码"] == "999001001001"
    assert said["问题"] == OWN_WORDS.title
    assert said["类别"] == "为民服务"
    assert said["状态"] == "整改中"
    assert said["是否超期"] == "否"
    assert said["序号"] == "1"
    assert said["签收日期"] == f"{TODAY} 00:00:00"
    signed = sheet_of(content)["O2"]
    assert (signed.is_date, signed.number_format) == (True, "yyyy-mm-dd")
    assert said["责任单位自报"] == ""


def test_the_head_row_stays_in_view_and_codes_are_texts(scene: Scene) -> None:
    content = reports.findings_workbook(scene.session, [scene.approved()], today=TODAY)
    sheet = sheet_of(content)
    assert sheet.freeze_panes == "A2"
    code = sheet["B2"]
    assert (code.value, code.data_type, code.number_format) == (
        "999001001001",
        "s",
        "@",
    )
    assert sheet.column_dimensions["F"].width == 60


def test_leads_are_left_out(scene: Scene) -> None:
    lead = scene.approved(draft=draft(is_lead=True, title="涉嫌截留"))
    other = scene.approved()
    content = reports.findings_workbook(scene.session, [lead, other], today=TODAY)
    rows = rows_of(content)
    assert [row[0] for row in rows] == ["序号", "1"]
    assert "涉嫌截留" not in str(rows)


def test_nothing_of_a_letter_is_in_the_problem_list(scene: Scene) -> None:
    finding = scene.approved()
    clean = reports.findings_workbook(scene.session, [finding], today=TODAY)
    assert CANARY not in str(rows_of(clean))
    finding.statement = CANARY
    leaky = reports.findings_workbook(scene.session, [finding], today=TODAY)
    assert CANARY in str(rows_of(leaky))


def test_the_entrance_list_has_every_code_with_its_address(scene: Scene) -> None:
    codes = entrances.codes_of(scene.session, scene.cast.round_id)
    content = reports.entrances_workbook(codes, base_url="https://example.test")
    head, *rows = rows_of(content)
    assert head == ["社区代码", "社区", "渠道", "码", "网址", "发码日期", "停用日期"]
    assert [row[3] for row in rows] == [code.code for code in codes]
    assert rows[0][4] == f"https://example.test/q/{codes[0].code}"


@pytest.mark.parametrize("start", sorted(FORMULA_STARTS))
def test_what_looks_like_a_formula_stays_a_text(scene: Scene, start: str) -> None:
    typed = f"{start}HYPERLINK(A1)"
    finding = scene.approved(draft=draft(title=f"x{typed}"))
    finding.title = typed
    content = reports.findings_workbook(scene.session, [finding], today=TODAY)
    cell = sheet_of(content)["E2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix is True
    assert formulas_in(content) == []


@settings(deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=4)
)
def test_no_text_ever_becomes_a_formula(texts: list[str]) -> None:
    columns = {f"=头{n}": 10 for n in range(len(texts))}
    content = reports._workbook("表", columns, [texts])
    assert formulas_in(content) == []


def test_a_plain_workbook_would_have_had_a_formula() -> None:
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "=1+1"
    file = BytesIO()
    book.save(file)
    assert formulas_in(file.getvalue()) == ["A1"]
