"""Drafts of questionnaires: sent in, looked at, compared, published or given up."""

import json
from io import BytesIO
from typing import Any

import pytest

from portal.kernel.audit import AuditEntry
from portal.kernel.versions import VersionState
from portal.questionnaires import drafting
from portal.questionnaires.definition import canonical
from portal.questionnaires.versions import Questionnaire
from portal.questionnaires.workbook import write_workbook
from tests.stages import workbook_attacks as attacks
from tests.stages.pasted_texts import SURVEY
from tests.stages.sheets import book, row, wps
from tests.stages.sheets import saved as saved_book
from tests.stages.test_questionnaires_changes import WHERE, document
from tests.stages.test_questionnaires_drafts import (
    FIRST,
    LAMPS,
    NEXT,
    OFTEN,
    with_lamps,
)
from tests.stages.test_questionnaires_workbook import EXPECTED, broken
from tests.visitor import Page
from tests.web.desk.scenes import Office
from tests.web.desk.test_questionnaires import DEED, INDEX, at, kept, published

NEW = f"{INDEX}/new"


def file(document: Any, name: str = "问卷.xlsx") -> tuple[BytesIO, str]:
    return BytesIO(write_workbook(document)), name


def sent(office: Office, content: Any, url: str = NEW, *, status: int = 200) -> Page:
    """A file sent in, to be looked at."""
    return office.desk("office").sends(url, file=content, status=status)


def saved(office: Office, page: Page, url: str = NEW, *, status: int = 200) -> Page:
    return office.desk("office").posts(url, status=status, **page.form)


# A workbook


def test_a_workbook_is_looked_at_before_anything_is_kept(office: Office) -> None:
    page = sent(office, file(FIRST))
    for word in ("还没有存", "村里的事 · 1 节 · 2 道题", "路灯亮不亮？", "亮 100 分"):
        assert word in page.words
    assert kept(office) == []
    assert "草稿已存好" in saved(office, page).words
    (only,) = kept(office)
    assert (only.version, only.state) == (1, VersionState.DRAFT)
    assert only.content == FIRST


def test_what_was_looked_at_is_kept_whatever_the_file_is_by_then(
    office: Office,
) -> None:
    page = sent(office, file(FIRST))
    saved(office, page)
    saved(office, page)
    assert [one.content["sections"] for one in kept(office)] == [FIRST["sections"]] * 2


def test_the_next_version_says_what_is_new_changed_and_gone(office: Office) -> None:
    url = at(published(office), "/import")
    wish = {"id": "hope", "type": "text", "title": "最盼什么？"}
    changed = {**with_lamps(title="路灯亮吗？")["sections"][0]["items"][0]}
    after = {**NEXT, "sections": [{"id": "all", "items": [changed, wish]}]}
    page = sent(office, file(after), url)
    for word in (
        "和第 1 版比",
        "新增题目 1",
        "改了说法、摆放 1",
        "去掉题目 1",
        "原来： 路灯亮不亮？ 现在： 路灯亮吗？",
        "改了的标题、开头、结尾 1",
    ):
        assert word in page.words
    saved(office, page, url)
    assert [(one.version, one.is_draft) for one in kept(office)] == [
        (1, False),
        (2, True),
    ]


def test_the_same_workbook_again_changes_nothing(office: Office) -> None:
    page = sent(office, file(FIRST), at(published(office), "/import"))
    assert "一字不差，不用存" in page.words
    assert "存成草稿" not in page.words


def test_a_workbook_with_another_id_is_still_the_next_version(office: Office) -> None:
    url = at(published(office), "/import")
    saved(office, sent(office, file({**NEXT, "id": "else"}), url), url)
    assert kept(office)[-1].content == NEXT


def test_a_table_that_lost_its_ids_is_known_by_its_words(office: Office) -> None:
    rows = (
        row("分节", None, id="all"),
        row("单选题", "路灯亮不亮？", number=1, options="亮＝100\n不亮＝0"),
        row("问答题", "还盼什么？", number=2),
    )
    bare = saved_book(book(*rows, 首页=[["项目", "内容"], ["标题", "村里的事"]]))
    page = sent(office, (BytesIO(bare), "a.xlsx"), at(published(office), "/import"))
    assert "一字不差，不用存" in page.words


def test_questions_that_were_asked_before_are_told(office: Office) -> None:
    published(office)
    page = sent(office, file({**NEXT, "id": "other"}))
    assert "有 2 道以前问过，编号照旧" in page.words
    assert "以前问过" not in sent(office, file(document(WHERE))).words


def test_another_meaning_is_told_before_it_is_kept(office: Office) -> None:
    after = with_lamps(options=[*LAMPS["options"], OFTEN])
    page = sent(office, file(after), at(published(office), "/import"))
    assert "改了意思 1" in page.words
    assert "新增选项「时亮时不亮」" in page.words
    assert "发布前要按「当作新题」" in page.words


def test_a_draft_there_is_replaced_when_that_was_seen(office: Office) -> None:
    first = published(office)
    url = at(first, "/import")
    saved(office, sent(office, file(NEXT), url), url)
    draft = kept(office)[-1]
    url = at(draft, "/import")
    page = sent(office, file({**FIRST, "title": "小事"}), url)
    assert "现在的草稿会被这一份替换" in page.words
    saved(office, page, url)
    assert [one.content["title"] for one in kept(office)] == ["村里的事", "小事"]


def test_the_shipped_one_gets_no_version_of_ours(office: Office) -> None:
    session = office.fresh()
    shipped = session.query(Questionnaire).filter_by(code="survey").one()
    url = at(shipped, "/import")
    page = sent(office, file(FIRST), url)
    refused = saved(office, page, url, status=409)
    assert "请按「用这份样例」" in refused.words
    assert kept(office) == []


# Files that mean harm, or that nobody looked through


def test_every_mistake_is_named_by_its_cell_at_once(office: Office) -> None:
    page = sent(office, (BytesIO(broken()), "问卷.xlsx"), status=422)
    assert f"要改的地方：{len(EXPECTED)} 处" in page.words
    for sheet, cell, words in EXPECTED:
        assert f"<td>{sheet}</td>" in page.html
        assert f"<td>{cell}</td>" in page.html
        assert words in page.words
    assert kept(office) == []


def cyclic() -> bytes:
    one = row("填空", "一？", number=1, visible="第2题已答")
    return saved_book(book(one, row("填空", "二？", number=2, visible="第1题已答")))


def endless() -> bytes:
    return saved_book(book(*(row("填空", "写？", number=n) for n in range(1, 10_001))))


def merged() -> bytes:
    head = ["题号", "题型", "题目", "选项", "必答"]
    return wps(head, ["1", "填空题", "一？", "", ""], merged=("C2:D2",))


SOUND = saved_book(book(row("填空", "一？")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (endless(), "这张表有 10000 题"),
        (cyclic(), "第2题就是这一题"),
        (merged(), "C2:D2 合并成了一格"),
        (saved_book(book(row("填空", "一？", id="a"), row("填空", "二？", id="a"))), "编号 a 和 M2 重复"),
        (saved_book(book(row("单选", "选？", options="好\n" + "长" * 4000))), "现在有 4000 字"),
        (saved_book(book(row("填空", "去\u202e看"))), "看不见的控制字符"),
        (attacks.bomb(), "解开后太大"),
        (attacks.with_part(SOUND, "xl/vbaProject.bin", b"x"), "宏"),
        (attacks.with_part(SOUND, "xl/theme/x.xml", attacks.ENTITY), "打不开"),
        (attacks.OLE + "EncryptedPackage".encode("utf-16-le"), "取消密码"),
        (b"%PDF-1.7", "这不是表格文件"),
        (b"", "文件是空的"),
    ],
)  # fmt: skip
def test_what_is_no_questionnaire_is_refused_with_a_sentence(
    office: Office, content: bytes, words: str
) -> None:
    page = sent(office, (BytesIO(content), "问卷.xlsx"), status=422)
    assert words in page.words
    assert kept(office) == []


# What comes back with the button


def test_a_preview_that_lay_open_too_long_can_be_sent_again(office: Office) -> None:
    page = sent(office, file(FIRST))
    stale = office.desk("office").posts(
        NEW, status=422, **{**page.form, "csrf_token": "x"}
    )
    assert "刚才看过的那份还在" in stale.words
    again = office.desk("office").posts(NEW, **stale.form)
    assert "还没有存" in again.words
    saved(office, again)
    assert len(kept(office)) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("not json", "没有完整带回来"),
        ("[]", "没有完整带回来"),
        ("[" * 100_000, "没有完整带回来"),
        ('{"title": "\\ud800"}', "没有完整带回来"),
        ('{"title": NaN}', "没有完整带回来"),
        ("{}", "问卷"),
        (json.dumps({**FIRST, "sections": [{"id": "x", "items": "y"}]}), "列表"),
        (json.dumps(with_lamps(title="去\u202e看")), "看不见的控制字符"),
        (json.dumps(with_lamps(title="<b>亮</b>？")), "不能有网页代码或网址"),
    ],
)
def test_a_preview_that_was_tampered_with_is_refused(
    office: Office, typed: str, words: str
) -> None:
    page = sent(office, file(FIRST))
    form = {**page.form, "document": typed}
    refused = office.desk("office").posts(NEW, status=422, **form)
    assert words in refused.words
    assert kept(office) == []


def test_no_file_is_told(office: Office) -> None:
    page = office.desk("office").sends(NEW, status=422)
    assert "还没有选文件，也没有粘贴文字" in page.words


# Pasted


def test_what_is_pasted_from_word_is_looked_at_and_kept(office: Office) -> None:
    page = office.desk("office").sends(NEW, pasted=SURVEY)
    assert "还没有存" in page.words
    for word in ("清溪区云山街道社区巡察群众满意度调查问卷", "您的年龄是", "矩阵题"):
        assert word in page.words
    saved(office, page)
    (only,) = kept(office)
    assert only.definition.title == "清溪区云山街道社区巡察群众满意度调查问卷"
    assert len(only.definition.questions) > 15


def test_what_is_wrong_with_pasted_text_is_told_by_line_and_the_text_stays(
    office: Office,
) -> None:
    text = "问卷\n1. 选哪个？\nA. 只有一个\n2. 写着多选？【多选】"
    page = office.desk("office").sends(NEW, pasted=text, status=422)
    assert "“选哪个？”只有一个选项" in page.words
    assert page.form["pasted"] == ["\n" + text]
    assert kept(office) == []


# Out of the draft


def drafted(office: Office, document: Any) -> Questionnaire:
    """A draft beside a published version."""
    published(office)
    session = office.fresh()
    made = drafting.keep_draft(session, document, code="village", **DEED)
    session.commit()
    return made


def test_a_reworded_question_is_published_when_it_is_said_to_be_the_same(
    office: Office,
) -> None:
    draft = drafted(office, with_lamps(title="路灯亮吗？"))
    where = at(draft, "/publish")
    page = office.desk("office").opens(where)
    assert "改了说法：1 道" in page.words
    page = office.desk("office").sends(where, status=422)
    assert "还没有确认问的仍是同一件事" in page.words
    page = office.desk("office").sends(where, same="lamps")
    assert "已发布" in page.words
    assert kept(office)[-1].is_in_use


def test_another_question_under_the_same_id_becomes_a_new_one(office: Office) -> None:
    draft = drafted(office, with_lamps(options=[*LAMPS["options"], OFTEN]))
    where = at(draft, "/publish")
    page = office.desk("office").opens(where)
    assert "问的不是原来那件事了，编号却没换：1 道" in page.words
    page = office.desk("office").sends(where, status=422)
    assert "「路灯亮不亮？」新增选项「时亮时不亮」" in page.words
    page = office.desk("office").sends(at(draft, "/renew"), at=where, item="lamps")
    assert "已当作新题" in page.words
    assert "新增题目 1" in page.words
    assert "已发布" in office.desk("office").sends(where).words
    assert "lamps" not in kept(office)[-1].definition.items
    assert "lamps" in kept(office)[0].definition.items


def test_an_unchanged_draft_is_not_published(office: Office) -> None:
    draft = drafted(office, FIRST)
    page = office.desk("office").sends(at(draft, "/publish"), status=422)
    assert "一字不差" in page.words


def test_a_draft_is_given_up_after_a_question(office: Office) -> None:
    draft = drafted(office, NEXT)
    page = office.desk("office").opens(at(draft, "/discard"))
    assert "找不回来" in page.words
    assert len(kept(office)) == 2
    page = office.desk("office").sends(at(draft, "/discard"))
    assert "草稿已删去" in page.words
    assert len(kept(office)) == 1


def test_a_published_version_is_not_given_up_or_published_again(
    office: Office,
) -> None:
    first = published(office)
    for step in ("/discard", "/publish"):
        office.desk("office").sends(at(first, step), status=409)
    form = {"item": "lamps"}
    office.desk("office").sends(at(first, "/renew"), at=NEW, status=409, **form)
    assert [canonical(one.content) for one in kept(office)] == [canonical(FIRST)]


def test_who_did_what_is_in_the_audit_log(office: Office) -> None:
    page = sent(office, file(FIRST))
    saved(office, page)
    office.desk("office").sends(at(kept(office)[0], "/publish"))
    rows = (
        office.fresh()
        .query(AuditEntry)
        .filter(AuditEntry.action.startswith("questionnaire."))
    )
    assert [(row.actor, row.action) for row in rows.order_by(AuditEntry.number)] == [
        ("office", "questionnaire.draft"),
        ("office", "questionnaire.publish"),
    ]
