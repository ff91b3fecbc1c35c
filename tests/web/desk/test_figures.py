"""Questionnaire results on the desk: suppressed, and refreshed in tens."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

from openpyxl import Workbook, load_workbook

from portal.entrances import ChannelKind
from portal.figures.responses import refresh
from portal.figures.results import of_place
from portal.places import Place, get_place
from portal.questionnaires import frozen, shipped
from portal.rounds import Phase, Round, add_places
from tests.makers import TODAY, in_phase, make_round
from tests.stages.figure_scenes import rated, told
from tests.visitor import Page
from tests.web.desk.scenes import Office

YUNXI, LIUTANG, CHANGDONG = "999001001001", "999001001201", "999001002001"


def came_in(office: Office, code: str, *numbers: int) -> Place:
    """So many people chose each option of the first question, best first."""
    session = office.fresh()
    place = get_place(session, code)
    rated(session, office.scene.cast.round_id, place, *numbers)
    session.commit()
    return place


def shown(office: Office, code: str = YUNXI) -> list[int | None] | None:
    """The counts of the first question, after the office has looked."""
    office.desk("office").opens(f"/desk/figures?of={code}")
    session, round_id = office.fresh(), office.scene.cast.round_id
    return told(of_place(session, round_id, get_place(session, code)))


def settled(office: Office) -> Page:
    """The page after the office has settled."""
    office.fresh()
    in_phase(office.scene.house, office.scene.cast.round_id, Phase.REVIEWING)
    return office.desk("office").sends("/desk/figures/settle", at="/desk/figures")


def test_nothing_is_shown_before_every_option_has_five(office: Office) -> None:
    came_in(office, YUNXI, 8, 8, 8, 8, 4)
    assert shown(office) is None
    came_in(office, YUNXI, 9, 0, 0, 0, 1)
    assert shown(office) == [17, 8, 8, 8, 5]


def test_a_result_changes_only_after_ten_more_answers_of_every_kind(
    office: Office,
) -> None:
    came_in(office, YUNXI, 6, 6, 6, 6, 6)
    first = shown(office)
    assert first
    for number in range(1, 10):
        came_in(office, YUNXI, 1)
        assert shown(office) == first, number
    came_in(office, YUNXI, 1)
    assert shown(office) == first  # all of the ten chose the same
    came_in(office, YUNXI, 0, 5, 5, 5, 4)
    assert shown(office) == first
    came_in(office, YUNXI, 9, 0, 0, 0, 1)
    assert shown(office) == [25, 11, 11, 11, 11]


def changes(show: Callable[[], object], add_one: Callable[[], object]) -> bool:
    """Whether one answer more can be watched coming in."""
    before = show()
    add_one()
    return show() != before


def test_one_answer_cannot_be_watched_but_a_leaking_twin_shows_it(
    office: Office,
) -> None:
    from portal.figures import responses

    came_in(office, YUNXI, 7, 7, 7, 7, 7)
    session, round_id = office.scene.session, office.scene.cast.round_id

    def one_more() -> None:
        came_in(office, YUNXI, 1)

    assert not changes(lambda: shown(office), one_more)
    assert changes(lambda: responses._how_many(session, round_id), one_more)


def test_the_page_shows_a_community_with_its_basis(office: Office) -> None:
    came_in(office, YUNXI, 6, 6, 6, 6, 6)
    page = office.desk("office").opens(f"/desk/figures?of={YUNXI}")
    assert "云溪社区" in page.words
    assert "收回 30 份" in page.words
    assert "自愿填写，不代表全体居民" in page.words


def test_before_ten_answers_the_page_is_empty(office: Office) -> None:
    came_in(office, YUNXI, 9)
    page = office.desk("office").opens(f"/desk/figures?of={YUNXI}")
    assert "还没有能看的数" in page.words
    assert "收回" not in page.words


def test_members_see_their_own_communities_only(office: Office) -> None:
    came_in(office, YUNXI, 6, 6, 6, 6, 6)
    assert "云溪社区" in office.desk("member").opens("/desk/figures").words
    stranger = office.desk("stranger").opens(f"/desk/figures?of={YUNXI}")
    assert "收回 30 份" not in stranger.words
    for name in ("unit", "discipline", "admin"):
        office.desk(name).opens("/desk/figures", status=403)


def test_the_office_settles_once_collecting_is_over(office: Office) -> None:
    came_in(office, YUNXI, 20, 12, 8, 3, 2)
    assert "结算只有一次" not in office.desk("office").opens("/desk/figures").words
    page = settled(office)
    assert "已结算" in page.words
    assert "2026-03-02 结算，数字不会再变" in page.words
    assert "结算只有一次" not in page.words
    assert shown(office) == [20, 12, 8, None, None]
    page = office.desk("office").opens(f"/desk/figures?of={YUNXI}")
    assert "有的选项人数太少" in page.words
    assert "不显示" in page.words


def test_what_is_collecting_cannot_be_settled_by_a_form_kept_open(
    office: Office,
) -> None:
    desk = office.desk("office")
    token = desk.opens("/desk/password").form["csrf_token"][0]
    answer = desk.client.post("/desk/figures/settle", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "还在收答卷，不能结算" in answer.get_data(as_text=True)


def test_kinds_and_channels_can_be_chosen_by_the_office_alone(office: Office) -> None:
    for code in (YUNXI, LIUTANG):
        came_in(office, code, 7, 7, 7, 7, 7)
        place = get_place(office.fresh(), code)
        rated(
            office.scene.session,
            office.scene.cast.round_id,
            place,
            *(8, 8, 8, 8, 8),
            by=ChannelKind.MARKET,
        )
    settled(office)
    desk = office.desk("office")
    assert "收回 75 份" in desk.opens("/desk/figures?of=rural").words
    assert "收回 80 份" in desk.opens("/desk/figures?of=market").words
    assert "含 2 个社区" in desk.opens("/desk/figures").words
    member = office.desk("member").opens("/desk/figures?of=market")
    assert "赶场摆摊" not in member.words
    assert "我的社区合计" in member.words
    assert "收回 150 份" in member.words


def test_what_is_left_open_is_said_and_what_was_chosen_is_kept(office: Office) -> None:
    page = office.desk("office").opens("/desk/figures?of=nowhere")
    assert "整轮合计" in page.words
    page = office.desk("office").opens(f"/desk/figures?of={YUNXI}")
    assert "还没有能看的数" in page.words
    assert f'value="{YUNXI}" selected' in page.html


def earlier_round(office: Office, name: str) -> None:
    """A round before this one, of the same communities and questions, with answers."""
    session = office.fresh()
    now = session.get_one(Round, office.scene.cast.round_id)
    past = make_round(session, name=name, opens_on=now.opens_on - timedelta(days=200))
    place = get_place(session, YUNXI)
    add_places(session, past, [place])
    frozen.freeze(session, past.id, shipped.compose(), today=TODAY)
    rated(session, past.id, place, 10, 10, 10, 10, 10)
    refresh(session, past.id, places=[place], today=TODAY)
    session.commit()


def test_the_last_round_stands_beside_this_one(office: Office) -> None:
    earlier_round(office, "去年那一轮")
    came_in(office, YUNXI, 20, 10, 15, 3, 2)
    settled(office)
    page = office.desk("office").opens(f"/desk/figures?of={YUNXI}")
    assert "和上一轮比：去年那一轮" in page.words
    assert "满意 40.0% 20.0% +20.0 个百分点" in page.words
    assert "不满意 不显示 20.0% —" in page.words
    assert "不是同一批人" in page.words


def book_of(office: Office, name: str = "office") -> Workbook:
    answer = office.desk(name).client.get("/desk/figures/results.xlsx")
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.get_data()))


def lines(book: Workbook, sheet: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def test_everything_comes_as_a_workbook(office: Office) -> None:
    earlier_round(office, "去年那一轮")
    came_in(office, YUNXI, 20, 10, 15, 3, 2)
    came_in(office, LIUTANG, 7, 7, 7, 7, 7)
    settled(office)
    book = book_of(office)
    assert book.sheetnames == [
        *("总表", "按社区", "按类型", "按渠道", "与上一轮", "说明"),
    ]
    rows = lines(book, "按社区")
    assert rows[0][:6] == ["社区代码", "社区", "题目编号", "题目", "选项", "选的份数"]
    yunxi = [row for row in rows if row[0] == YUNXI]
    assert [row[4:9] for row in yunxi] == [
        ["满意", 20, 0.4, 50, None],
        ["基本满意", 10, 0.2, 50, None],
        ["一般", 15, 0.3, 50, None],
        ["不满意", "不公开", "不公开", 50, None],
        ["不了解", "不公开", "不公开", 50, None],
    ]
    assert [row[4] for row in lines(book, "与上一轮")[1:2]] == [0.4]
    heads, first = book["按社区"][1], book["按社区"][2]
    looks = {
        head.value: cell.number_format for head, cell in zip(heads, first, strict=True)
    }
    assert (looks["占比"], looks["选的份数"], looks["社区代码"]) == ("0.0%", "0", "@")
    assert ["2026-03-02 结算"] in lines(book, "说明")


def test_a_workbook_holds_codes_as_texts_and_computes_nothing(office: Office) -> None:
    earlier_round(office, "@SUM(A1)")
    came_in(office, YUNXI, 20, 10, 15, 5, 5)
    for place in (get_place(office.fresh(), code) for code in (YUNXI, LIUTANG)):
        place.name = f"=HYPERLINK({place.name})"
    office.scene.session.get_one(Round, office.scene.cast.round_id).name = "+1"
    settled(office)
    book = book_of(office)
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    assert {c.data_type for c in cells} <= {"s", "n"}
    texts = {c.value: c for c in cells if c.data_type == "s"}
    assert {YUNXI, "@SUM(A1)", "+1"} <= texts.keys()
    assert texts["@SUM(A1)"].quotePrefix
    assert texts[YUNXI].number_format == "@"


def test_a_member_takes_home_their_own_communities_only(office: Office) -> None:
    for code in (YUNXI, LIUTANG, CHANGDONG):
        came_in(office, code, 7, 7, 7, 7, 7)
    settled(office)
    rows = lines(book_of(office, "recused"), "按社区")
    assert {row[0] for row in rows[1:]} == {YUNXI}
    assert book_of(office, "recused").sheetnames == [
        *("总表", "按社区", "与上一轮", "说明"),
    ]
    office.desk("unit").opens("/desk/figures/results.xlsx", status=403)
