"""The shipped lists have the shapes that offices have published, and say something."""

from collections import Counter

import pytest

from portal.checklists import Form, Outline, UnitKind, sample, samples
from portal.checklists.codes import CODE
from portal.checklists.outline import (
    LONGEST_PROBLEM,
    LONGEST_TITLE,
    form_of,
    key,
    worded,
)
from portal.checklists.samples import OFFERED
from portal.questionnaires.reading import POINT


def outline(code: str) -> Outline:
    return sample(code).outline


def forms(of: Outline) -> Counter[Form]:
    return Counter(problem.form for problem in of.problems)


def test_the_common_list_has_13_aspects_and_99_items() -> None:
    """S2."""
    aspects, items, _ = outline("common").counts()
    assert (aspects, items) == (13, 99)
    assert outline("common").kind is None


def test_the_individual_list_is_for_rural_communities() -> None:
    """S2: 三资, 经济运营, 民生化解."""
    rural = outline("rural")
    titles = [aspect.title for aspect in rural.aspects]
    assert titles == ["“三资”管理", "经济运营", "民生化解"]
    assert rural.kind == "rural"


def test_the_village_list_has_3_aspects_16_points_and_over_70_problems() -> None:
    """S1: 三个聚焦."""
    aspects, points, problems = outline("village").counts()
    assert (aspects, points) == (3, 16)
    assert problems > 70
    assert all(one.title.startswith("聚焦") for one in outline("village").aspects)


def test_the_general_list_asks_19_times_whether_and_9_times_for_any() -> None:
    """S4: 19 是否 of what should be, 9 有没有 of what should not."""
    assert forms(outline("general")) == {Form.WHETHER: 19, Form.ANY: 9}


def test_the_operating_list_has_6_fixed_blocks_and_n_by_unit_kind() -> None:
    """S4: 6 + N."""
    blocks = outline("operating").aspects
    fixed = [block.title for block in blocks if not block.kinds]
    assert fixed == ["讲政治", "谋发展", "保安全", "惠民生", "强责任", "抓党建"]
    chosen = {
        kind: sum(block.fits({kind}) for block in blocks) - len(fixed)
        for kind in UnitKind
    }
    assert chosen == {
        UnitKind.GOVERNMENT: 3,
        UnitKind.MASS: 2,
        UnitKind.ENTERPRISE: 2,
    }
    assert all(set(block.kinds) <= set(UnitKind) for block in blocks)


@pytest.mark.parametrize("code", OFFERED)
def test_every_point_of_a_sample_has_concrete_problems(code: str) -> None:
    found = outline(code)
    assert [point.title for point in found.points if len(point.problems) < 2] == []
    texts = [problem.text for problem in found.problems]
    assert [text for text, n in Counter(map(key, texts)).items() if n > 1] == []
    assert [text for text in texts if not 4 <= len(text) <= LONGEST_PROBLEM] == []


@pytest.mark.parametrize("code", OFFERED)
def test_the_texts_of_a_sample_are_as_a_workbook_would_give_them(code: str) -> None:
    found = outline(code)
    titles = [a.title for a in found.aspects] + [p.title for p in found.points]
    texts = [*titles, *(problem.text for problem in found.problems)]
    assert [text for text in texts if worded(text) != text] == []
    assert max(map(len, titles)) <= LONGEST_TITLE


def test_no_code_stands_for_two_points_in_all_the_samples() -> None:
    codes = [point.code for one in samples() for point in one.outline.points]
    assert [code for code, n in Counter(codes).items() if n > 1] == []
    assert all(CODE.fullmatch(code) for code in codes)


def test_a_point_has_the_code_questions_link_to() -> None:
    assert CODE.pattern == POINT.pattern


@pytest.mark.parametrize(
    ("text", "form", "bad"),
    [
        ("是否按月公开账目", Form.WHETHER, "否"),
        ("是否存在优亲厚友", Form.ANY, "有"),
        ("有没有吃拿卡要", Form.ANY, "有"),
        ("账目只公开总数", Form.FAULT, "有"),
        ("群众不知道是否公开过", Form.FAULT, "有"),
    ],
)
def test_the_form_of_a_problem_says_which_answer_is_bad(
    text: str, form: Form, bad: str
) -> None:
    assert form_of(text) is form
    assert form.answers[1] == bad
