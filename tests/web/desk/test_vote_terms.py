"""测评办法 on the desk: typed while nothing is printed, downloaded, then frozen."""

from typing import Any

import pytest

from portal.vote import DEFAULT_TERMS, Terms
from tests.visitor import Page
from tests.web.desk.scenes import Office
from tests.web.desk.test_vote import (
    YUNXI,
    election,
    manifest_of,
    prepared,
    slips_of,
    upload,
)

URL = "/desk/vote/terms"


@pytest.fixture
def office(office: Office) -> Office:
    prepared(office)
    return office


def revises(office: Office, *, status: int = 200, **fields: Any) -> Page:
    return office.desk("office").sends(URL, status=status, **fields)


def test_form_holds_the_terms_and_sent_as_it_is_changes_nothing(office: Office) -> None:
    page = office.desk("office").opens(URL)
    assert page.form["dimensions-0-name"] == ["责任落实"]
    assert page.form["dimensions-6-name"] == page.form["dimensions-7-name"] == [""]
    assert page.form["scale-3-points"] == ["0"]
    assert page.form["scale-4-points"] == [""]
    assert DEFAULT_TERMS.digest in page.words
    assert "办法已保存" in revises(office).words
    office.fresh()
    assert election(office).terms == DEFAULT_TERMS


def test_names_examples_weights_points_and_wording_are_kept(office: Office) -> None:
    typed: dict[str, Any] = {
        "question": "改得好不好",
        "dimensions-0-weight": "３",
        "dimensions-1-name": "",
        "dimensions-6-name": " 干部作风 ",
        "dimensions-6-example": "来了没有",
        "dimensions-6-weight": "",
        "scale-1-name": "",
        "scale-3-points": "10",
    }
    revises(office, **typed)
    office.fresh()
    terms = election(office).terms
    assert [(d.id, d.name, d.weight) for d in terms.dimensions] == [
        ("responsibility", "责任落实", 3),
        ("resolution", "问题解决", 1),
        ("effect", "预期效果", 1),
        ("openness", "公开透明", 1),
        ("lasting", "长效机制", 1),
        ("seventh", "干部作风", 1),
    ]
    assert [(o.id, o.points) for o in terms.scale] == [
        ("satisfied", 100),
        ("fair", 50),
        ("dissatisfied", 10),
        ("unknown", None),
    ]
    assert terms.question == "改得好不好"
    assert office.desk("office").opens(URL).form["dimensions-1-name"] == [""]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"dimensions-0-weight": "很重"}, "「很重」不是整数。权重和分值都写整数。"),
        ({"scale-0-points": "99.5"}, "「99.5」不是整数"),
        ({"dimensions-0-weight": "0"}, "权重写 1 至 100 的整数"),
        ({"scale-1-points": "100"}, "一个比一个低"),
        ({"dimensions-0-name": "整改责任落实了"}, "请不要超过 6 个字"),
        ({"dimensions-0-example": ""}, "名称、例子、问题和说明都要写"),
        ({"question": " "}, "名称、例子、问题和说明都要写"),
        ({f"dimensions-{i}-name": "" for i in range(5)}, "请写 2 至 8 个方面"),
        ({f"scale-{i}-name": "" for i in range(4)}, "至少要有两个带分值的选项"),
    ],
)
def test_what_cannot_be_is_told_and_what_was_typed_is_kept(
    office: Office, typed: dict[str, str], said: str
) -> None:
    page = revises(office, status=422, note="别的说明", **typed)
    assert said in page.words
    assert page.form["note"][0].strip() == "别的说明"
    assert {name: page.form[name] for name in typed} == {
        name: [value] for name, value in typed.items()
    }
    office.fresh()
    assert election(office).terms == DEFAULT_TERMS


def test_the_file_is_what_slips_are_made_with(office: Office) -> None:
    revises(office, question="改得好不好")
    answer = office.desk("office").client.get(f"{URL}/file")
    name = "attachment; filename=2026-1.terms.json"
    assert answer.headers["Content-Disposition"] == name
    terms = Terms.from_json(answer.data)
    assert terms.question == "改得好不好"
    slips = slips_of(YUNXI, 5)
    refused = upload(office, manifest_of(YUNXI, slips).to_json(), status=422)
    assert "按另一份测评办法制的票" in refused.words
    made = manifest_of(YUNXI, slips, terms=terms).to_json()
    assert "票根清单已收下" in upload(office, made).words


def test_the_first_manifest_freezes_them(office: Office) -> None:
    form = office.desk("office").opens(URL).form
    upload(office, manifest_of(YUNXI, slips_of(YUNXI, 5)).to_json())
    page = office.desk("office").opens(URL)
    assert "question" not in page.form
    assert "有没有真的去管" in page.words
    late = office.desk("office").posts(URL, status=409, **form)
    assert "测评办法定下来了，不能再改" in late.words


def test_each_electorate_has_its_own(office: Office) -> None:
    prepared(office, "cadres")
    cadres = f"{URL}?electorate=cadres"
    office.desk("office").sends(cadres, question="干部怎么看")
    assert office.desk("office").opens(cadres).form["question"] == ["干部怎么看"]
    assert office.desk("office").opens(URL).form["question"] == [DEFAULT_TERMS.question]


def test_before_it_is_prepared_it_is_told_where_to_begin(office: Office) -> None:
    page = office.desk("office").opens(f"{URL}?electorate=cadres", status=404)
    assert "这次测评还没有准备" in page.words
    office.desk("office").opens(f"{URL}?electorate=nobody", status=404)


def test_only_the_office_writes_them(office: Office) -> None:
    office.desk("member").opens(URL, status=403)
