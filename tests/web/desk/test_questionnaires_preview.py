"""A questionnaire before it is used: who is asked what, the form itself, a try."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.entrances import entrance
from portal.kernel.database import Base
from portal.kernel.settings import Settings
from portal.places import Place
from portal.questionnaires import drafting, frozen, shipped
from portal.questionnaires.audiences import overview
from portal.questionnaires.definition import parse
from portal.questionnaires.versions import Questionnaire
from portal.questionnaires.walk import walk
from portal.web.app import create_app
from portal.web.installation import Installation
from tests.makers import MORNING, Cast, Clock, make_answers
from tests.stages.definitions import EVERY_RULE, Document, documents
from tests.stages.test_questionnaires_audiences import YES_NO, asking
from tests.visitor import Page, Visitor, faults_of
from tests.web.desk.scenes import Office
from tests.web.public.bad_cases import NASTY

Given = dict[str, Any]
INDEX = "/desk/questionnaires"
LIFTS = {"fact": "channel_kind", "in": ["lift"]}


@pytest.fixture(scope="module")
def own(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Office, Questionnaire]]:
    """An office with a draft that asks by every rule there is, for many tests."""
    folder = tmp_path_factory.mktemp("drafting") / "instance"
    shutil.copytree(prepared[0], folder)
    house = Installation.at(Settings.at(folder))
    house.clock = Clock()
    with house.sessions() as session:
        office = Office.of(create_app(house), session, house, prepared[1])
        yield office, draft_of(office, EVERY_RULE)
    house.close()


@pytest.fixture
def asked(office: Office) -> Questionnaire:
    """What the cast's round asks: the shipped one."""
    return frozen.questionnaire_of(office.fresh(), office.scene.cast.round_id)


def draft_of(office: Office, document: Mapping[str, Any]) -> Questionnaire:
    session = office.fresh()
    made = drafting.keep_draft(session, document, code="own", by="office", now=MORNING)
    session.commit()
    return made


def audiences_at(one: Questionnaire, query: str = "") -> str:
    return f"{INDEX}/{one.id}/audiences{query}"


def form_at(one: Questionnaire, query: str = "") -> str:
    return f"{INDEX}/{one.id}/preview{query}"


# Who is asked what


def test_every_kind_and_trait_is_counted_with_its_taps(
    office: Office, asked: Questionnaire
) -> None:
    page = office.desk("office").opens(audiences_at(asked))
    for label in ("涉农社区", "涉农社区 · 飞地", "城市社区 · 厂居社区"):
        assert label in page.words
    assert "多于 15 下" not in page.words
    assert "还要打字" not in page.words


def test_a_question_says_whether_all_are_asked_it(
    office: Office, asked: Questionnaire
) -> None:
    html = office.desk("office").opens(audiences_at(asked)).html
    rows = {title: row for row in re.findall("<tr>.*?</tr>", html) for title in re.findall('scope="row">([^<]*?)[<（]', row)}  # fmt: skip
    common = rows["去社区"]
    assert "共性" in common
    assert common.count(">问<") == 8
    own = rows["集体的收入，用在大家身上了吗？"]
    assert "个性" in own
    assert (own.count(">问<"), own.count("不问")) == (4, 4)
    assert rows["卡在哪里？"].count("看回答") == 8


def test_a_long_questionnaire_is_warned_of(office: Office) -> None:
    long = [
        {"id": f"q{n}", "type": "single", "title": f"第{n}件？", "options": YES_NO}
        for n in range(15)
    ]
    typed = {"id": "t", "type": "text", "title": "写？", "required": True}
    page = office.desk("office").opens(
        audiences_at(draft_of(office, asking(*long, typed)))
    )
    for words in ("所有社区 16 0 1 16 多于 15 下 还要打字 1 处", "题多了，填的人就少"):
        assert words in page.words


def test_what_a_channel_is_asked_is_shown_for_that_channel(office: Office) -> None:
    always = {"id": "p", "type": "text", "title": "人人？"}
    lift = {"id": "q", "type": "text", "title": "电梯？", "visible": LIFTS}
    draft = draft_of(office, asking(always, lift))
    visitor = office.desk("office")
    assert "所有社区 1 0" in visitor.opens(audiences_at(draft)).words
    assert "所有社区 2 0" in visitor.opens(audiences_at(draft, "?channel=lift")).words
    assert "所有社区 1 0" in visitor.opens(audiences_at(draft, "?channel=x'")).words
    assert "电梯？" not in visitor.opens(form_at(draft)).words
    assert "电梯？" in visitor.opens(form_at(draft, "?channel=lift")).words


# As residents see it


def sheet(page: Page) -> str:
    """The questions on a form, from the first to the last."""
    return page.html[
        page.html.index('<div class="prog">') : page.html.index('<p class="vh')
    ].strip()


@pytest.mark.parametrize("code", ["yunxi", "liutang"])
def test_the_preview_is_the_residents_form_to_the_letter(
    office: Office, asked: Questionnaire, code: str
) -> None:
    place = entrance(office.fresh(), getattr(office.scene.cast, code))
    query = f"?place={place.place_id}&channel={place.channel_kind}"
    shown = office.desk("office").opens(form_at(asked, query))
    own = Visitor(office.app).opens(f"/q/{place.code}/survey")
    assert sheet(shown) == sheet(own)
    assert place.place_name in shown.words
    assert "这是预览" in shown.words


def test_a_kind_is_previewed_without_a_community(
    office: Office, asked: Questionnaire
) -> None:
    visitor = office.desk("office")
    rural = visitor.opens(form_at(asked, "?kind=rural&trait=exclave"))
    assert "村里的家底" in rural.words
    assert "两个区交界的事" in rural.words
    assert "问卷 · 涉农社区 · 飞地" in rural.words
    assert "小区里的事" in visitor.opens(form_at(asked, "?kind=urban")).words
    assert "村里的家底" not in visitor.opens(form_at(asked, "?kind=urban")).words


def test_a_place_that_is_no_community_is_not_found(
    office: Office, asked: Questionnaire
) -> None:
    for place in ("0", "x", "9" * 40, "１"):
        office.desk("office").opens(form_at(asked, f"?place={place}"), status=404)


def test_the_pages_are_for_those_who_set_rounds_up(
    office: Office, asked: Questionnaire
) -> None:
    for name in ("member", "unit", "discipline", "entry", "admin"):
        for url in (audiences_at(asked), form_at(asked)):
            office.desk(name).opens(url, status=403)


# Tried out


def tries(office: Office, one: Questionnaire, query: str = "", **given: Any) -> Page:
    return office.desk("office").sends(form_at(one, query), **given)


def test_a_try_tells_what_would_be_stored(office: Office, asked: Questionnaire) -> None:
    page = tries(
        office,
        asked,
        "?kind=urban",
        **{
            "overall": "mostly",
            "errand": "failed",
            "errand_why": ["papers", "else"],
            "errand_why.else": " 要跑\u202e三趟 ",
            "more": "灯坏了",
        },
    )
    for words in (
        "总的来说，您对社区（村里）这两年的工作满意吗？ 基本满意",
        "卡在哪里？（可以多选） 材料要了一样又一样、别的",
        "卡在哪里？（可以多选）（别的） 要跑三趟",
        "还有什么想说的？（不写也可以） 灯坏了",
        "没有存，也不算数",
    ):
        assert words in page.words
    assert "不会存下的" not in page.words


def test_an_answer_to_a_question_that_went_away_is_shown_as_dropped(
    office: Office, asked: Questionnaire
) -> None:
    page = tries(office, asked, errand="smooth", errand_why=["papers"])
    dropped = page.words.partition("不会存下的")[2]
    assert "卡在哪里？（可以多选） 材料要了一样又一样" in dropped
    assert "一次就办成" not in dropped


def test_a_matrix_a_number_and_a_day_are_told_in_words(office: Office) -> None:
    document = asking(
        {"id": "m", "type": "matrix", "title": "逐项？", "scale": "s", "rows": [{"id": "r", "label": "卫生"}, {"id": "t", "label": "停车"}]},
        {"id": "n", "type": "number", "title": "几口人？"},
        {"id": "d", "type": "date", "title": "哪天？"},
        {"id": "c", "type": "contact", "title": "电话？"},
        scales={"s": YES_NO},
    )  # fmt: skip
    given: Given = {
        "m.r": "yes",
        "m.t": "no",
        "n": "３",
        "d": "2026-3-15",
        "c": " 1234 ",
    }
    page = tries(office, draft_of(office, document), **given)
    for words in (
        "逐项？ 卫生：好、停车：不好",
        "几口人？ 3",
        "哪天？ 2026-03-15",
        "电话？ 1234",
    ):
        assert words in page.words


def test_a_fault_is_told_in_its_place_and_what_was_filled_in_stays(
    office: Office, asked: Questionnaire
) -> None:
    page = tries(
        office, asked, "?kind=rural", status=422, overall="sideways", more="灯坏了"
    )
    assert "这个选项不在问卷里" in page.words
    assert page.form["more"] == ["\n灯坏了"]
    assert "村里的家底" in page.words


def test_a_try_without_a_token_keeps_what_was_filled_in(
    office: Office, asked: Questionnaire
) -> None:
    page = office.desk("office").posts(form_at(asked), status=422, more="灯坏了")
    assert page.form["more"] == ["\n灯坏了"]


@pytest.mark.parametrize("what", NASTY)
def test_nothing_that_is_tried_crashes(
    own: tuple[Office, Questionnaire], what: str
) -> None:
    office, rules = own
    desk, bad = (
        office.desk("office"),
        dict.fromkeys(rules.definition.fields, NASTY[what]),
    )
    token = desk.opens(form_at(rules)).form["csrf_token"]
    sound = {"n": "1", "d": "", "s": "yes", "m": "", "c": "", "x.yes": "", "x.no": ""}
    for sent in (bad, {**bad, **sound}):
        body = {**sent, "csrf_token": token}
        answer = desk.client.post(form_at(rules), data=body)
        assert answer.status_code in {200, 422, 413}
        assert faults_of(Page(answer, form_at(rules))) == []


@settings(max_examples=10, deadline=None, phases=[Phase.generate])
@given(documents())
def test_whatever_is_asked_can_be_looked_at_by_any_audience(
    own: tuple[Office, Questionnaire], document: Document
) -> None:
    """Every page is read by the visitor on the way."""
    office, draft = own
    session = office.fresh()
    drafting.keep_draft(session, document, code=draft.code, by="office", now=MORNING)
    visitor = office.desk("office")
    page = visitor.opens(audiences_at(draft))
    ways = [way for way in page.links() if way.startswith(form_at(draft))]
    views = overview(parse(document)).views
    assert len(ways) == len(views)
    for way, view in zip(ways, views, strict=True):
        shown = visitor.opens(way)
        names = {name for item in view.definition.questions for name in item.fields}
        fields = {
            g["name"]
            for t, g in shown.reading.tags
            if "name" in g and t in {"input", "textarea"}
        }
        assert fields - {"csrf_token"} == names


def everything(house: Installation, session: Session) -> dict[str, Any]:
    """All rows of all tables, and the letterbox."""
    rows: dict[str, Any] = {
        table.name: sorted(map(repr, session.execute(select(table))))
        for table in Base.metadata.sorted_tables
    }
    rows["waiting"] = house.door.box.waiting()
    rows["box"] = contents(house.settings.instance, "*box*")
    return rows


def contents(folder: Path, pattern: str) -> Sequence[tuple[str, bytes]]:
    found = sorted(path for path in folder.rglob(pattern) if path.is_file())
    return [(path.name, path.read_bytes()) for path in found]


def test_a_try_is_never_counted_and_never_stored(
    office: Office, asked: Questionnaire, house: Installation
) -> None:
    office.desk("office").opens(form_at(asked))
    before = everything(house, office.fresh())
    tries(office, asked, "?kind=rural", overall="good", more="灯坏了")
    tries(office, asked, "?kind=rural", status=422, overall="sideways")
    after = everything(house, office.fresh())
    assert [name for name in before if before[name] != after[name]] == []


def test_a_real_answer_is_noticed_where_a_try_leaves_nothing(
    office: Office, asked: Questionnaire, house: Installation
) -> None:
    """The twin: what the test above compares does change when somebody answers."""
    before = everything(house, office.fresh())
    make_answers(house, office.scene.cast.yunxi, overall="good")
    after = everything(house, office.fresh())
    assert before["waiting"] + 1 == after["waiting"]
    assert before["box"] != after["box"]


def test_what_is_told_is_what_the_door_keeps(
    office: Office, asked: Questionnaire
) -> None:
    place = office.fresh().scalars(select(Place).where(Place.kind == "urban")).first()
    assert place is not None
    given: Given = {"overall": "good", "errand": "smooth"}
    page = tries(office, asked, f"?place={place.id}", **given)
    walked = walk(asked.definition, {k: [v] for k, v in given.items()}, {})
    assert walked.ticks == given
    assert "满意" in page.words
    assert "一次就办成" in page.words


def test_the_shipped_one_and_a_draft_lead_here(
    office: Office, asked: Questionnaire
) -> None:
    draft = draft_of(office, shipped.compose())
    for one in (asked, draft):
        page = office.desk("office").opens(f"{INDEX}/{one.id}")
        assert audiences_at(one) in page.links()
