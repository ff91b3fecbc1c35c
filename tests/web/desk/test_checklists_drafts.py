"""Drafts of lists: sent in, looked at, changed on screen, published or given up."""

import base64
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from portal import checklists
from portal.checklists import Checklist, VersionState
from tests.makers import MORNING, TODAY
from tests.stages.test_checklists_workbook import WRONG, book
from tests.visitor import Page
from tests.web.desk.scenes import Office

INDEX = "/desk/checklists"
DEED: Any = {"by": "office", "now": MORNING}
ROWS: Sequence[Sequence[object]] = (
    ("三资管理", "账目公开", "只公开总数", "问题", "", "money.books"),
    ("", "工程采购", "拆小了给熟人", "", "", "money.works"),
)
NEXT: Sequence[Sequence[object]] = (
    ("三资管理", "账目公示", "是否按月公开", "", "", "money.books"),
    ("", "现金", "公款私存"),
)


def file(*rows: Sequence[object], name: str = "清单.xlsx") -> tuple[BytesIO, str]:
    return BytesIO(book(*rows)), name


def sent(office: Office, *rows: Sequence[object], status: int = 200) -> Page:
    """A new list sent in, to be looked at."""
    return office.desk("office").sends(
        f"{INDEX}/new", title="资金清单", file=file(*rows), status=status
    )


def kept(office: Office, page: Page, url: str = f"{INDEX}/new") -> Page:
    return office.desk("office").posts(url, **page.form)


def lists(office: Office) -> list[Checklist]:
    return list(office.fresh().scalars(select(Checklist).order_by(Checklist.id)))


def first(office: Office) -> str:
    """The address of a published list."""
    text = checklists.read_outline(("", book(*ROWS)), title="资金清单", kind=None)
    session = office.scene.session
    made = checklists.keep_draft(session, text, code="money", **DEED)
    checklists.publish(session, made, same=(), today=TODAY, **DEED)
    session.commit()
    return f"{INDEX}/{made.id}"


# A workbook


def test_a_workbook_is_looked_at_before_anything_is_kept(office: Office) -> None:
    page = sent(office, *ROWS)
    for word in (
        "还没有存",
        "资金清单",
        "1 个方面 · 2 个要点 · 2 个问题",
        "拆小了给熟人",
    ):
        assert word in page.words
    assert lists(office) == []
    assert "草稿已存好" in kept(office, page).words
    (only,) = lists(office)
    assert (only.title, only.version, only.state) == ("资金清单", 1, VersionState.DRAFT)
    assert [point.code for point in only.outline.points] == [
        "money.books",
        "money.works",
    ]


def test_an_individual_list_is_for_one_kind_of_community(office: Office) -> None:
    page = office.desk("office").sends(
        f"{INDEX}/new", title="飞地清单", kind="exclave", file=file(*ROWS)
    )
    kept(office, page)
    assert lists(office)[0].kind == "exclave"
    assert "个性 · 飞地" in office.desk("office").opens(INDEX).words


def test_every_mistake_is_named_and_what_was_typed_stays(office: Office) -> None:
    page = sent(office, *(row for row, _, _ in WRONG), status=422)
    cells = [cell for _, cell, words in WRONG if cell and "另一份" not in words]
    assert f"要改的地方：{len(cells)} 处" in page.words
    assert [cell for cell in cells if f"<td>{cell}</td>" not in page.html] == []
    assert page.form["title"] == ["资金清单"]
    assert lists(office) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7", "不是表格文件"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(
    office: Office, content: bytes, words: str
) -> None:
    page = office.desk("office").sends(
        f"{INDEX}/new", title="清单", file=(BytesIO(content), "a.xlsx"), status=422
    )
    assert words in page.words


def test_no_file_and_no_name_are_told(office: Office) -> None:
    page = office.desk("office").sends(f"{INDEX}/new", title="清单", status=422)
    assert "文件是空的" in page.words
    for title, word in (("", "请填清单名称"), ("\u200b", "名称是空的")):
        page = office.desk("office").sends(
            f"{INDEX}/new", title=title, file=file(*ROWS), status=422
        )
        assert word in page.words


@pytest.mark.parametrize("typed", ["not base64", "AAAA", "UEsDBA=="])
def test_a_preview_that_was_tampered_with_is_read_like_any_file(
    office: Office, typed: str
) -> None:
    page = sent(office, *ROWS)
    office.desk("office").posts(
        f"{INDEX}/new", **{**page.form, "book": typed}, status=422
    )
    bad = base64.b64encode(book(("甲", "乙", "丙", "也许"))).decode()
    refused = office.desk("office").posts(
        f"{INDEX}/new", **{**page.form, "book": bad}, status=422
    )
    assert "D2" in refused.words
    assert lists(office) == []


def test_a_preview_that_lay_open_too_long_can_be_sent_again(office: Office) -> None:
    page = sent(office, *ROWS)
    stale = office.desk("office").posts(
        f"{INDEX}/new", **{**page.form, "csrf_token": "x"}, status=422
    )
    assert "刚才看过的那份还在" in stale.words
    again = office.desk("office").posts(f"{INDEX}/new", **stale.form)
    assert "还没有存" in again.words
    kept(office, again)
    assert len(lists(office)) == 1


def test_the_next_version_says_what_is_new_changed_and_gone(office: Office) -> None:
    url = f"{first(office)}/import"
    page = office.desk("office").sends(url, file=file(*NEXT))
    for word in (
        "新增要点 1",
        "改了名称 1",
        "去掉要点 1",
        "账目公开 账目公示",
        "新增： 是否按月公开",
        "去掉： 只公开总数",
    ):
        assert word in page.words
    assert len(lists(office)) == 1
    kept(office, page, url)
    assert [(one.version, one.state) for one in lists(office)] == [
        (1, VersionState.PUBLISHED),
        (2, VersionState.DRAFT),
    ]


def test_the_same_workbook_again_changes_nothing(office: Office) -> None:
    page = office.desk("office").sends(f"{first(office)}/import", file=file(*ROWS))
    assert "一字不差" in page.words
    assert "存成草稿" not in page.words


def test_a_workbook_that_lost_its_codes_is_known_by_its_titles(
    office: Office,
) -> None:
    bare = [row[:3] for row in ROWS]
    page = office.desk("office").sends(f"{first(office)}/import", file=file(*bare))
    assert "一字不差" in page.words


def test_a_code_of_another_list_is_refused(office: Office) -> None:
    first(office)
    page = sent(office, *ROWS, status=422)
    assert "F2" in page.words
    assert "编号 money.books 是另一份清单里的要点" in page.words


def test_a_draft_there_is_replaced_when_that_was_seen(office: Office) -> None:
    url = f"{first(office)}/import"
    page = office.desk("office").sends(url, file=file(*NEXT))
    assert "现在的草稿会被这一份替换" not in page.words
    kept(office, page, url)
    page = office.desk("office").sends(url, file=file(*NEXT[:1]))
    assert "现在的草稿会被这一份替换" in page.words
    kept(office, page, url)
    draft = lists(office)[-1]
    assert (draft.version, draft.outline.counts()) == (2, (1, 1, 1))


# On screen


def drafted(office: Office) -> str:
    """The address of a draft that says what the version in use says."""
    first(office)
    made = checklists.revise(office.scene.session, lists(office)[0], **DEED)
    office.scene.session.commit()
    return f"{INDEX}/{made.id}"


def test_a_problem_is_reworded_added_and_taken_out_on_screen(office: Office) -> None:
    url, draft = drafted(office), lists(office)[-1]
    point = draft.aspects[0].points[0]
    where = f"{url}/points/{point.id}"
    page = office.desk("office").opens(where)
    assert page.form["problems"] == ["\n只公开总数"]
    page = office.desk("office").sends(
        where, problems="是否按月公开\r\n\r\n公开栏半年没换", title="账目公开"
    )
    assert "改好了" in page.words
    told = lists(office)[-1].outline.aspects[0].points[0]
    assert [(one.text, one.form) for one in told.problems] == [
        ("是否按月公开", "whether"),
        ("公开栏半年没换", "fault"),
    ]
    assert (
        lists(office)[0].outline.aspects[0].points[0].problems[0].text == "只公开总数"
    )


def test_a_wording_that_cannot_stand_keeps_what_was_typed(office: Office) -> None:
    url = drafted(office)
    point = lists(office)[-1].aspects[0].points[0]
    page = office.desk("office").sends(
        f"{url}/points/{point.id}", title="工程采购", problems="一\n一", status=422
    )
    assert "已经有「工程采购」" in page.words
    assert page.form["title"] == ["工程采购"]
    assert page.form["problems"] == ["\n一\n一"]


def test_a_point_is_changed_in_its_own_draft_alone(office: Office) -> None:
    url = drafted(office)
    stands, draft = lists(office)
    old, new = (one.aspects[0].points[0].id for one in (stands, draft))
    desk = office.desk("office")
    desk.opens(f"{url}/points/{old}", status=404)
    desk.opens(f"{INDEX}/{stands.id}/points/{new}", status=404)
    where = f"{INDEX}/{stands.id}/points/{old}"
    desk.sends(where, title="别的", problems="别的", status=409)
    assert "改这个要点" not in desk.opens(f"{INDEX}/{stands.id}").words


def test_a_draft_is_renamed(office: Office) -> None:
    url = drafted(office)
    page = office.desk("office").sends(f"{url}/name", title="村级资金", kind="rural")
    assert "村级资金" in page.words
    assert [one.title for one in lists(office)] == ["资金清单", "村级资金"]
    office.desk("office").sends(f"{url}/name", title="", status=422)
    assert "要点和问题都没有变" in office.desk("office").opens(f"{url}/publish").words
    assert "已发布" in office.desk("office").sends(f"{url}/publish").words


def test_a_list_has_one_draft_at_a_time(office: Office) -> None:
    url = first(office)
    page = office.desk("office").sends(f"{url}/revise", at=url)
    assert "草稿已存好" in page.words
    assert "第 2 版草稿等发布" in office.desk("office").opens(url).words
    office.desk("office").sends(f"{url}/revise", at=f"{INDEX}/new", status=409)
    assert len(lists(office)) == 2


# Out of the draft


def test_a_renamed_point_is_published_when_it_is_said_to_be_the_same(
    office: Office,
) -> None:
    url = f"{first(office)}/import"
    kept(office, office.desk("office").sends(url, file=file(*NEXT)), url)
    draft = lists(office)[-1]
    where = f"{INDEX}/{draft.id}/publish"
    assert "账目公开 → 账目公示" in office.desk("office").opens(where).words
    page = office.desk("office").sends(where, status=422)
    assert "还没有确认说的仍是同一件事" in page.words
    page = office.desk("office").sends(where, same="money.books")
    assert "已发布" in page.words
    assert [one.id for one in checklists.latest(office.fresh())] == [draft.id]


def test_an_unchanged_draft_is_not_published(office: Office) -> None:
    page = office.desk("office").sends(f"{drafted(office)}/publish", status=422)
    assert "一字不差" in page.words


def test_a_draft_is_given_up_after_a_question(office: Office) -> None:
    url = drafted(office)
    page = office.desk("office").opens(f"{url}/discard")
    assert "找不回来" in page.words
    assert len(lists(office)) == 2
    page = office.desk("office").sends(f"{url}/discard")
    assert "草稿已删去" in page.words
    assert len(lists(office)) == 1


def test_a_published_version_cannot_be_given_up_or_renamed(office: Office) -> None:
    url = first(office)
    for step, fields in (("discard", {}), ("name", {"title": "别的"}), ("publish", {})):
        office.desk("office").sends(f"{url}/{step}", status=409, **fields)
    assert [one.title for one in lists(office)] == ["资金清单"]
