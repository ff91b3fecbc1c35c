"""Paper ballots on the desk: two desks, no scores, a list to find the sheets by."""

from typing import Any

import pytest

from portal import vote
from portal.kernel.codes import in_fours
from tests.house.walk import parts_of
from tests.visitor import Page
from tests.web.desk.scenes import Office
from tests.web.desk.test_vote import YUNXI, cast_all, election, opened, slips_of, step

URL = "/desk/vote/entry"
SCORES = {d.id: "fair" for d in vote.DEFAULT_TERMS.dimensions}
OTHERS = {d.id: "mostly" for d in vote.DEFAULT_TERMS.dimensions}


@pytest.fixture
def slips(office: Office) -> list[vote.Slip]:
    slips = slips_of(YUNXI, 12)
    opened(office, slips)
    return slips


def types(
    office: Office,
    who: str,
    slip: vote.Slip,
    scores: dict[str, str] = SCORES,
    status: int = 200,
) -> Page:
    desk = office.desk(who)
    sent: dict[str, Any] = {**parts_of(slip.secret.lower()), **scores}
    sent["csrf_token"] = desk.opens(URL).form["csrf_token"][-1]
    return desk.posts(URL, status=status, **sent)


def turnout(office: Office) -> int:
    box = office.scene.house.ballots
    return sum(box.turnout(election(office).id).values())


def chosen(page: Page) -> list[tuple[str, str]]:
    """Radio buttons that come back pressed."""
    return [(d, page.form[d][0]) for d in SCORES if page.form.get(d)]


def test_two_clerks_type_a_sheet_and_it_is_a_ballot(
    office: Office, slips: list[vote.Slip]
) -> None:
    first = types(office, "entry", slips[0])
    assert "第一遍录好了。请换一个人录第二遍" in first.words
    assert "没录完的：1 张" in first.words
    assert in_fours(slips[0].number) in first.words
    assert "您录过一遍，等另一个人" in first.words
    assert turnout(office) == 0
    waiting = office.desk("office").opens(URL).words
    assert "请您录第二遍 · 示例·entry录过一遍" in waiting
    assert "两遍一样，这张票投进去了。" in types(office, "office", slips[0]).words
    assert turnout(office) == 1
    assert "没有。录过的都投进去了。" in office.desk("entry").opens(URL).words


def test_one_clerk_twice_is_told_that_another_is_needed(
    office: Office, slips: list[vote.Slip]
) -> None:
    types(office, "entry", slips[0])
    assert "第二遍要换一个人录" in types(office, "entry", slips[0]).words
    assert turnout(office) == 0


def test_two_typings_that_differ_show_neither(
    office: Office, slips: list[vote.Slip]
) -> None:
    types(office, "entry", slips[0])
    apart = types(office, "office", slips[0], OTHERS)
    assert "两次录入不一样。两遍都没有留" in apart.words
    assert "两个人都要重录 · 不一样 1 回" in apart.words
    assert (chosen(apart), apart.form["s1"]) == ([], [""])
    types(office, "entry", slips[0])
    again = types(office, "office", slips[0], OTHERS)
    assert "两次录入又不一样" in again.words
    assert "打开这张选票，一项一项一起对" in again.words
    assert turnout(office) == 0


def test_a_sheet_that_cannot_be_taken_keeps_what_was_typed(
    office: Office, slips: list[vote.Slip]
) -> None:
    torn = {**SCORES, "effect": ""}
    page = types(office, "entry", slips[0], torn, status=422)
    assert "还有没选的：预期效果" in page.words
    assert (
        "".join(page.form[f"s{i}"][0] for i in range(1, 5)) == slips[0].secret.lower()
    )
    assert [d for d, _ in chosen(page)] == [d for d in SCORES if d != "effect"]
    stranger = slips_of(YUNXI, 1)[0]
    assert "没有这张选票" in types(office, "entry", stranger, status=422).words
    assert office.scene.house.ballots.entries(election(office).id) == []


def test_a_sheet_that_was_voted_on_a_phone_counts_as_typed_in_last(
    office: Office, slips: list[vote.Slip]
) -> None:
    cast_all(office, slips[:1])
    types(office, "entry", slips[0])
    assert "现在以这一张为准" in types(office, "office", slips[0]).words
    assert turnout(office) == 1


def test_nothing_is_preselected_and_no_score_is_ever_shown(
    office: Office, slips: list[vote.Slip]
) -> None:
    types(office, "entry", slips[0])
    for who in ("entry", "office", "chief"):
        page = office.desk(who).opens(URL)
        assert chosen(page) == []
        assert slips[0].secret not in page.html


def test_the_closer_is_warned_of_sheets_that_wait(
    office: Office, slips: list[vote.Slip]
) -> None:
    assert "没有录满两遍" not in office.desk("office").opens("/desk/vote").words
    types(office, "entry", slips[0])
    said = office.desk("office").opens("/desk/vote").words
    assert "还有 1 张纸质选票没有录满两遍，停票后就不算了。" in said
    step(office, "office", "agree")
    assert "现在不收票" in office.desk("entry").opens(URL).words


def test_the_count_says_how_many_were_on_paper(
    office: Office, slips: list[vote.Slip]
) -> None:
    cast_all(office, slips[:9])
    for who in ("entry", "office"):
        types(office, who, slips[9])
    types(office, "entry", slips[10])
    for name, what in (
        ("office", "agree"),
        ("chief", "count"),
        ("office", "countersign"),
    ):
        step(office, name, what)
    page = office.desk("office").opens("/desk/vote")
    assert (
        '<td class="num">10</td><td class="num">1</td><td class="num">1</td>'
        in page.html
    )


def test_before_the_opening_there_is_nothing_to_type(office: Office) -> None:
    assert "现在不收票" in office.desk("entry").opens(URL).words


def test_an_empty_ballot_is_printed_with_room_for_secret_and_ticks(
    office: Office, slips: list[vote.Slip]
) -> None:
    page = office.desk("entry").opens(f"{URL}/{YUNXI}")
    assert page.html.count("<i></i>") == 16 + 8
    assert page.words.count("基本满意") == len(SCORES)
    assert "自己留着，不要交" in page.words
    office.desk("entry").opens(f"{URL}/999001002001", status=404)


def test_the_navigation_leads_here_and_marks_one_entry_only(
    office: Office, slips: list[vote.Slip]
) -> None:
    for who in ("entry", "office"):
        page = office.desk(who).opens(URL).html
        assert '<a href="/desk/vote/entry" aria-current="page">纸质选票</a>' in page
        assert '<a href="/desk/vote" aria-current' not in page
    other = office.desk("office").opens("/desk/vote/paper").html
    assert '<a href="/desk/vote" aria-current="page">测评</a>' in other


def test_others_type_nothing_in(office: Office, slips: list[vote.Slip]) -> None:
    for who in ("member", "unit", "discipline", "admin"):
        office.desk(who).opens(URL, status=403)
