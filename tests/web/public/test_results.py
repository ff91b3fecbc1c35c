"""Results of a vote: every figure with what belongs to it, every list to recount."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal import vote
from portal.entrances import entrance
from portal.kernel.codes import in_fours
from portal.rounds import Phase, get_round
from portal.rounds.phases import ALLOWED, PublicAct
from portal.vote import Election, Electorate, Slip
from portal.vote.paper_ballots import Typed, enter
from portal.vote.records import PaperDuty, assign
from portal.web.installation import Installation
from tests.makers import Cast, in_phase, make_result, make_vote
from tests.visitor import Page, Visitor
from tests.web.public.scenes import LIUTANG, YUNXI, move

Hold = Callable[..., list[Slip]]


@pytest.fixture
def hold(house: Installation, cast: Cast) -> Hold:
    """Hold a vote with so many ballots at 云溪, some on paper, and publish it."""

    def held(
        *,
        ballots: int,
        slips: int = 14,
        typed: int = 0,
        electorate: Electorate = Electorate.RESIDENTS,
    ) -> list[Slip]:
        in_phase(house, cast.round_id, Phase.VOTING)
        mine = make_vote(house, cast, slips=slips, electorate=electorate)
        with house.sessions() as session:
            place_id = entrance(session, cast.yunxi).place_id
            for number, slip in enumerate(mine[:ballots]):
                vote.cast(
                    house.ballots,
                    session,
                    election=election_of(session, cast, electorate),
                    place_id=place_id,
                    secret=slip.secret,
                    scores=scores_of(number),
                )
            for slip in mine[ballots:][:typed]:
                for by in (cast.entry, cast.office):
                    enter(
                        house.ballots,
                        session,
                        house.keystore,
                        election=election_of(session, cast, electorate),
                        typed=Typed(place_id, slip.secret, scores_of(0), by.staff_id),
                    )
        make_result(house, cast, electorate)
        in_phase(house, cast.round_id, Phase.PUBLISHED)
        return mine

    return held


def election_of(
    session: Session, cast: Cast, electorate: Electorate = Electorate.RESIDENTS
) -> Election:
    found = vote.find_election(session, cast.round_id, electorate)
    assert found
    return found


def scores_of(number: int) -> dict[str, str]:
    """Mostly satisfied; every third voter is not."""
    said = "dissatisfied" if number % 3 == 0 else "satisfied"
    return {dimension.id: said for dimension in vote.DEFAULT_TERMS.dimensions}


def percentages(page: Page) -> int:
    return page.words.count("%")


def test_there_is_nothing_before_it_is_published(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    assert "还没有结果。投票结束、两个人一起开箱之后" in visitor.opens("/results").words
    in_phase(house, cast.round_id, Phase.VOTING)
    make_vote(house, cast)
    for url in ("", f"/{YUNXI}", "/all.zip", "/files/closing.json"):
        visitor.opens(f"/results/{cast.round_id}{url}", status=404)


@pytest.mark.parametrize("phase", list(Phase))
def test_results_are_public_in_the_phases_after_the_vote(
    visitor: Visitor, house: Installation, cast: Cast, hold: Hold, phase: Phase
) -> None:
    hold(ballots=12)
    move(house, cast, phase)
    is_public = phase in ALLOWED[PublicAct.READ_RESULTS]
    status = 200 if is_public else 404
    for url in ("", f"/{YUNXI}", "/all.zip", "/files/closing.json"):
        answer = visitor.client.get(f"/results/{cast.round_id}{url}")
        assert answer.status_code == status, url
    assert ("示例区第一轮巡察" in visitor.opens("/results").words) == is_public


def test_a_round_published_without_a_vote_is_not_found(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    move(house, cast, Phase.PUBLISHED)
    for url in ("", f"/{YUNXI}", "/all.zip", "/files/closing.json"):
        visitor.opens(f"/results/{cast.round_id}{url}", status=404)


def test_no_number_stands_alone(visitor: Visitor, cast: Cast, hold: Hold) -> None:
    hold(ballots=12)
    page = visitor.opens(f"/results/{cast.round_id}")
    for said in (
        "1 个社区公布了分数；2 个社区收回不足 10 张",
        "收回 12 份",
        "发出 14 份",
        "共 412 户",
        "最坏",
        "最好",
        "您可以自己数一遍。",
        "它不能保证什么",
    ):
        assert said in page.words
    assert f"/results/{cast.round_id}/{YUNXI}" in page.links()


def test_what_hangs_on_paper_stands_here_too(
    visitor: Visitor, cast: Cast, session: Session, hold: Hold
) -> None:
    hold(ballots=12)
    words = visitor.opens(f"/results/{cast.round_id}").words
    result = vote.result_of(election_of(session, cast))
    assert result.digest in words
    assert result.printer in words


def test_weights_are_told_where_they_differ(
    visitor: Visitor, house: Installation, cast: Cast, hold: Hold
) -> None:
    with house.sessions() as session, session.begin():
        round_ = get_round(session, cast.round_id)
        given: dict[str, Any] = {"by": "office", "now": house.clock()}
        election = vote.prepare(session, round_=round_, **given)
        first, *others = vote.DEFAULT_TERMS.dimensions
        heavier = (replace(first, weight=3), *others)
        terms = replace(vote.DEFAULT_TERMS, dimensions=heavier)
        vote.revise(session, election, terms=terms, **given)
    hold(ballots=12)
    words = visitor.opens(f"/results/{cast.round_id}").words
    assert f"{first.example} · 权重 3" in words
    assert f"{others[0].example} · 权重 1" in words


def test_who_had_the_slips_and_what_was_asked_stand_here(
    visitor: Visitor, house: Installation, cast: Cast, hold: Hold
) -> None:
    with house.sessions() as session, session.begin():
        round_ = get_round(session, cast.round_id)
        given: dict[str, Any] = {"by": "office", "now": house.clock()}
        election = vote.prepare(session, round_=round_, **given)
        names = {duty: f"示例·{duty}" for duty in PaperDuty}
        assign(session, election=election, names=names, **given)
    hold(ballots=12)
    page = visitor.opens(f"/results/{cast.round_id}")
    terms = vote.DEFAULT_TERMS
    for said in (*names.values(), terms.question, terms.note, "100 分"):
        assert said in page.words
    assert "权重 1" not in page.words
    for dimension in terms.dimensions:
        assert f"{dimension.name} {dimension.example}" in page.words
    assert "两位关票人都签了名" in page.words
    sheet = visitor.opens(f"/results/{cast.round_id}/{YUNXI}/notice")
    assert (
        "制票 示例·printer · 发放 示例·distributor · 监票 示例·observer" in sheet.words
    )


def test_the_notice_is_one_sheet_with_all_that_belongs_to_the_figures(
    visitor: Visitor, cast: Cast, session: Session, hold: Hold
) -> None:
    hold(ballots=12)
    result = vote.result_of(election_of(session, cast))
    for url in (f"/results/{cast.round_id}", f"/results/{cast.round_id}/{YUNXI}"):
        sheet = visitor.opens(f"{url}/notice")
        for said in (
            "66.7 分",
            "收回 12 份 · 发出 14 份（85.7%） · 共 412 户",
            "最坏 57.1 最好 71.4",
            "8 66.7%",
            in_fours(result.digest),
            in_fours(result.printer),
            f"http://127.0.0.1:8000{url}",
            "自己数一遍",
        ):
            assert said in sheet.words, said
        assert "<script" not in sheet.html
        assert f"{url}/notice" in visitor.opens(url).links()
    few = visitor.opens(f"/results/{cast.round_id}/{LIUTANG}/notice")
    assert "收回 0 份，不足 10 份，不单独公布" in few.words
    for shown in ('class="huge"', "<table", "最坏"):
        assert shown not in few.html


def test_cadres_results_stand_apart_and_are_labelled(
    visitor: Visitor, house: Installation, cast: Cast, session: Session, hold: Hold
) -> None:
    hold(ballots=12)
    residents = visitor.opens(f"/results/{cast.round_id}").words
    hold(ballots=11, electorate=Electorate.CADRES)
    here = f"/results/{cast.round_id}/cadres"
    page = visitor.opens(here)
    label = "干部测评：只算干部，不并入居民满意度"
    assert page.words.count(label) == 1 + 1 + 1  # the card, the middle, the lowest
    assert "入户票：一户一票" not in page.words
    assert "收回 11 份" in page.words
    result = vote.result_of(election_of(session, cast, Electorate.CADRES))
    assert result.digest in page.words
    for url in (f"{here}/{YUNXI}", f"{here}/notice", f"{here}/{YUNXI}/notice"):
        assert label in visitor.opens(url).words
    for url in [u for u in visitor.opens(f"{here}/{YUNXI}").links() if "/files/" in u]:
        assert url.startswith(f"{here}/files/")
        assert visitor.client.get(url).status_code == 200
    archive = visitor.client.get(f"{here}/all.zip")
    disposition = archive.headers["Content-Disposition"]
    assert disposition == "attachment; filename=2026-1-G.zip"
    both = visitor.opens(f"/results/{cast.round_id}")
    assert here in both.links()
    figures = both.words.split("干部另外投票")[0]
    assert figures.removesuffix("干部测评 ") in residents
    assert here in visitor.opens("/results").links()


def test_a_community_shows_six_dimensions_and_its_lists(
    visitor: Visitor, cast: Cast, hold: Hold
) -> None:
    hold(ballots=12)
    page = visitor.opens(f"/results/{cast.round_id}/{YUNXI}")
    for dimension in vote.DEFAULT_TERMS.dimensions:
        assert dimension.name in page.words
    assert page.html.count('<section class="dist">') == len(
        vote.DEFAULT_TERMS.dimensions
    )
    files = [link for link in page.links() if "/files/" in link]
    assert len(files) == len(vote.DEFAULT_TERMS.dimensions) + 2
    for link in files:
        assert visitor.client.get(link).status_code == 200


def test_a_voter_finds_their_scores_in_the_lists(
    visitor: Visitor, cast: Cast, hold: Hold
) -> None:
    slips = hold(ballots=12)
    for number in (0, 1):
        for dimension in vote.DEFAULT_TERMS.dimensions:
            url = f"/results/{cast.round_id}/files/{YUNXI}/{dimension.id}.csv"
            listed = visitor.client.get(url).text
            code = slips[number].check_codes[dimension.id]
            assert f"{code},{scores_of(number)[dimension.id]}\n" in listed
    used = visitor.client.get(f"/results/{cast.round_id}/files/{YUNXI}/used.csv").text
    assert slips[0].slip_id in used
    assert slips[13].slip_id not in used
    assert slips[0].secret not in used


def test_below_ten_ballots_there_is_no_score_and_no_list(
    visitor: Visitor, cast: Cast, hold: Hold
) -> None:
    hold(ballots=9)
    page = visitor.opens(f"/results/{cast.round_id}/{YUNXI}")
    assert "收回不足 10 张，为免猜出谁怎么投" in page.words
    assert "收回 9 份" in page.words
    assert [link for link in page.links() if "/files/" in link] == []
    assert '<p class="n">' not in page.html
    for dimension in vote.DEFAULT_TERMS.dimensions:
        url = f"/results/{cast.round_id}/files/{YUNXI}/{dimension.id}.csv"
        assert visitor.client.get(url).status_code == 404
    district = visitor.opens(f"/results/{cast.round_id}")
    assert "0 个社区公布了分数；3 个社区收回不足 10 张" in district.words


def test_nobody_voted_is_a_result_too(visitor: Visitor, cast: Cast, hold: Hold) -> None:
    hold(ballots=0)
    assert "收回 0 份" in visitor.opens(f"/results/{cast.round_id}/{LIUTANG}").words
    visitor.opens(f"/results/{cast.round_id}")


def test_the_archive_holds_every_file_and_is_the_same_for_everybody(
    visitor: Visitor, cast: Cast, session: Session, hold: Hold
) -> None:
    hold(ballots=12)
    first, second = (
        visitor.client.get(f"/results/{cast.round_id}/all.zip") for _ in "ab"
    )
    assert first.data == second.data
    assert first.headers["Content-Disposition"] == "attachment; filename=2026-1.zip"
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, content in files.items():
        url = f"/results/{cast.round_id}/files/{name.removeprefix('2026-1/')}"
        assert visitor.client.get(url).data == content
    digest = hashlib.sha256(files["2026-1/closing.json"]).hexdigest()
    assert digest == vote.result_of(election_of(session, cast)).digest
    assert not any(name.endswith(".py") for name in files)


def test_the_verifier_comes_apart_and_whole(visitor: Visitor) -> None:
    answer = visitor.client.get("/results/verify.py")
    assert answer.headers["Content-Disposition"] == "attachment; filename=verify.py"
    compile(answer.text, "verify.py", "exec")
    assert "import portal" not in answer.text
    assert "from portal" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["nothing.csv", "../portal.db", "%2e%2e/%2e%2e/portal.db", f"{YUNXI}/", "%00"],
)
def test_nothing_else_is_a_published_file(
    visitor: Visitor, cast: Cast, hold: Hold, path: str
) -> None:
    hold(ballots=12)
    answer = visitor.client.get(f"/results/{cast.round_id}/files/{path}")
    assert answer.status_code == 404


@pytest.mark.parametrize("place", ["nowhere", "999001001000", "9" * 300])
def test_a_community_that_did_not_vote_is_not_found(
    visitor: Visitor, cast: Cast, hold: Hold, place: str
) -> None:
    hold(ballots=12)
    visitor.opens(f"/results/{cast.round_id}/{place}", status=404)


def test_the_same_numbers_in_large_english(
    visitor: Visitor, cast: Cast, hold: Hold
) -> None:
    hold(ballots=12)
    url = f"/results/{cast.round_id}/{YUNXI}"
    chinese, english = visitor.opens(url), visitor.opens(f"{url}?lang=en&big=1")
    assert percentages(chinese) == percentages(english) > 0
    assert f"/results/{cast.round_id}?big=1&lang=en" in english.links()


def test_how_many_ballots_were_on_paper_is_said_wherever_the_result_is(
    visitor: Visitor, cast: Cast, hold: Hold
) -> None:
    slips = hold(ballots=10, typed=2)
    at = f"/results/{cast.round_id}"
    for page in (at, f"{at}/{YUNXI}", f"{at}/notice", f"{at}/{YUNXI}/notice"):
        said = visitor.opens(page).words
        assert "其中 2 张是纸质选票，由两个人各录一遍。" in said
    used = visitor.client.get(f"{at}/files/{YUNXI}/used.csv").text
    assert used.startswith("slip_id,entered\n")
    assert f"{slips[10].slip_id},paper\n" in used
    assert used.count(",phone\n") == 10


def test_a_small_community_does_not_say_how_many_were_on_paper(
    visitor: Visitor, cast: Cast, hold: Hold
) -> None:
    hold(ballots=5, typed=2)
    assert "纸质选票" not in visitor.opens(f"/results/{cast.round_id}/{YUNXI}").words
