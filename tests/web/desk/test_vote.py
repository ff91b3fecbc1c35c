"""The vote on the desk: manifests, opening, no scores, three steps by two people."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from portal import vote
from portal.kernel.sealing import KeyPair
from portal.rounds import Phase
from portal.vote import (
    DEFAULT_TERMS,
    Election,
    ElectionState,
    Manifest,
    PlaceManifest,
    Precinct,
    Terms,
)
from tests.makers import in_phase
from tests.visitor import Page
from tests.web.desk.scenes import Office

YUNXI, CHANGDONG = "999001001001", "999001002001"
PRINTER = KeyPair(bytes(range(32)))
SCORES = {dimension.id: "mostly" for dimension in vote.DEFAULT_TERMS.dimensions}


def precinct(
    place: str, code: str = "2026-1", terms: Terms = DEFAULT_TERMS
) -> Precinct:
    return Precinct(code, place, terms)


def slips_of(place: str, number: int, code: str = "2026-1") -> list[vote.Slip]:
    return list(vote.make_slips(precinct(place, code), number))


def manifest_of(
    place: str,
    slips: list[vote.Slip],
    code: str = "2026-1",
    terms: Terms = DEFAULT_TERMS,
) -> Manifest:
    ids = [slip.slip_id for slip in slips]
    where = precinct(place, code, terms)
    return vote.make_manifest(where, slip_ids=ids, printer=PRINTER)


def prepared(office: Office, electorate: str = "residents") -> Page:
    """The election is prepared, if it was not yet."""
    return office.desk("office").sends(
        f"/desk/vote/prepare?electorate={electorate}", at="/desk/vote"
    )


def upload(
    office: Office, *files: bytes, status: int = 200, electorate: str = "residents"
) -> Page:
    desk, whose = office.desk("office"), f"?electorate={electorate}"
    prepared(office, electorate)
    given: dict[str, Any] = {
        "csrf_token": desk.opens(f"/desk/vote{whose}").form["csrf_token"][-1],
        "manifests": [(BytesIO(f), f"{i}.json") for i, f in enumerate(files)],
    }
    return desk.posts(f"/desk/vote/manifests{whose}", status=status, **given)


def opened(office: Office, slips: list[vote.Slip]) -> None:
    """The election of the round is open; office, chief and a spare may close it."""
    upload(office, manifest_of(YUNXI, slips).to_json())
    office.desk("office").sends(
        "/desk/vote/open", at="/desk/vote", posted="y", closers=closers(office)
    )
    office.scene.session.commit()
    in_phase(office.scene.house, office.scene.cast.round_id, Phase.VOTING)


def closers(office: Office) -> list[str]:
    cast = office.scene.cast
    return [str(cast.office.staff_id), str(cast.chief.staff_id)]


def election(office: Office) -> Election:
    return office.fresh().scalars(select(Election)).one()


def cast_all(
    office: Office, slips: list[vote.Slip], *, scores: dict[str, str] = SCORES
) -> None:
    session, house = office.fresh(), office.scene.house
    for slip in slips:
        vote.cast(
            house.ballots,
            session,
            election=election(office),
            place_id=office.scene.place_id(YUNXI),
            secret=slip.secret,
            scores=scores,
        )


def step(office: Office, name: str, what: str, *, status: int = 200) -> Page:
    url = "/desk/vote"
    desk = office.desk(name)
    token = desk.opens("/desk/vote").form["csrf_token"][0]
    return desk.posts(f"{url}/{what}", status=status, csrf_token=token)


def test_manifests_are_taken_and_their_fingerprints_shown_to_be_posted(
    office: Office,
) -> None:
    first, second = slips_of(YUNXI, 12), slips_of(CHANGDONG, 3)
    page = upload(
        office,
        manifest_of(YUNXI, first).to_json(),
        manifest_of(CHANGDONG, second).to_json(),
    )
    assert "票根清单已收下" in page.words
    assert "还没有票的社区：柳塘村" in page.words
    posted = office.fresh().scalars(select(PlaceManifest)).all()
    assert sorted(m.count for m in posted) == [3, 12]
    root = posted[0].root.hex()
    assert root[:8] in page.words


def test_one_bad_file_and_none_is_taken(office: Office) -> None:
    good = manifest_of(YUNXI, slips_of(YUNXI, 5)).to_json()
    foreign = manifest_of(YUNXI, slips_of(YUNXI, 5), code="2031-9").to_json()
    unknown = manifest_of("999009009009", slips_of("999009009009", 2)).to_json()
    for bad, said in (
        (b"{}", "不完整或被改动过"),
        (foreign, "不是这次测评、这个社区的"),
        (unknown, "这个社区不在本轮里"),
    ):
        page = upload(office, good, bad, status=422)
        assert "「1.json」" in page.words
        assert said in page.words
    assert office.fresh().scalars(select(PlaceManifest)).all() == []


def test_no_file_is_said_so(office: Office) -> None:
    assert "请先选制票时得到的" in upload(office, status=422).words


def test_more_slips_than_households_are_refused(office: Office) -> None:
    slips = slips_of(CHANGDONG, 39)
    page = upload(office, manifest_of(CHANGDONG, slips).to_json(), status=422)
    assert "选票张数多于登记的户数" in page.words


@pytest.mark.parametrize("chosen", [[], [0], [0, 0]])
def test_opening_needs_two_people_and_the_posting(
    office: Office, chosen: list[int]
) -> None:
    upload(office, manifest_of(YUNXI, slips_of(YUNXI, 5)).to_json())
    named = [closers(office)[i] for i in chosen]
    office.desk("office").sends(
        "/desk/vote/open", at="/desk/vote", posted="y", closers=named, status=422
    )
    page = office.desk("office").sends(
        "/desk/vote/open", at="/desk/vote", closers=closers(office), status=422
    )
    assert "请先贴出，再开始投票" in page.words
    assert set(closers(office)) <= set(page.form["closers"])
    assert election(office).state is ElectionState.PREPARED


def test_turnout_is_shown_and_no_score(office: Office) -> None:
    slips = slips_of(YUNXI, 14)
    opened(office, slips)
    cast_all(office, slips[:11])
    page = office.desk("chief").opens("/desk/vote")
    assert "云溪社区 412 14 11" in page.words
    cast_all(
        office,
        slips[:11],
        scores={d.id: "dissatisfied" for d in vote.DEFAULT_TERMS.dimensions},
    )
    assert office.desk("chief").opens("/desk/vote").words == page.words


def test_two_people_close_the_vote_in_three_steps(office: Office) -> None:
    slips = slips_of(YUNXI, 14)
    opened(office, slips)
    cast_all(office, slips[:11])
    assert "已停止收票" in step(office, "office", "agree").words
    refused = step(office, "office", "count", status=403)
    assert "同意关票的人不能自己开票" in refused.words
    assert "已开票，票箱和钥匙已销毁" in step(office, "chief", "count").words
    house, mine = office.scene.house, election(office).id
    assert house.ballots.turnout(mine) == {}
    assert house.keystore.names(f"votes/{mine}") == []
    step(office, "chief", "countersign", status=403)
    page = step(office, "office", "countersign")
    assert "把那时的销毁" in page.words  # an old key store opens an old box
    assert "已会签" in page.words
    assert election(office).state is ElectionState.CLOSED
    result = vote.result_of(election(office))
    assert result.digest in page.words.replace(" ", "")
    assert result.printer in page.words.replace(" ", "")
    assert "云溪社区 14 11 0 0 0 会公布" in page.words


def test_nothing_is_destroyed_when_the_count_is_not_kept(office: Office) -> None:
    slips = slips_of(YUNXI, 14)
    opened(office, slips)
    cast_all(office, slips[:11])
    step(office, "office", "agree")
    step(office, "office", "count", status=403)
    house, mine = office.scene.house, election(office).id
    assert sum(house.ballots.turnout(mine).values()) == 11
    assert house.keystore.names(f"votes/{mine}") != []


def test_ballots_left_by_a_crash_are_cleared_by_counting_again(office: Office) -> None:
    slips = slips_of(YUNXI, 14)
    opened(office, slips)
    cast_all(office, slips[:11])
    step(office, "office", "agree")
    session, house = office.fresh(), office.scene.house
    chief = office.scene.cast.chief
    vote.count(
        session,
        house.keystore,
        house.ballots,
        election=election(office),
        second=vote.Signatory(chief.staff_id, "chief", chief.pair),
        now=house.clock(),
    )
    session.commit()
    page = step(office, "office", "countersign", status=409)
    assert "票箱还没有清空" in page.words
    step(office, "chief", "count")
    assert house.ballots.turnout(election(office).id) == {}
    step(office, "office", "countersign")


def test_somebody_who_is_no_closer_is_told_so(office: Office) -> None:
    slips = slips_of(YUNXI, 5)
    upload(office, manifest_of(YUNXI, slips).to_json())
    session = office.fresh()
    from portal.people import Role
    from tests.makers import make_player

    spare = [
        make_player(office.scene.house, session, username=name, role=Role.OFFICE)
        for name in ("spare1", "spare2")
    ]
    vote.open_election(
        session,
        office.scene.house.keystore,
        election=election(office),
        closers=[player.staff(session) for player in spare],
        by="office",
        now=office.scene.house.clock(),
    )
    session.commit()
    page = office.desk("office").opens("/desk/vote")
    assert "您不是关票人" in page.words
    assert "不是这次投票的关票人" in step(office, "office", "agree", status=403).words


@pytest.mark.parametrize("name", ["member", "unit", "discipline", "admin", "entry"])
def test_nobody_else_runs_the_vote(office: Office, name: str) -> None:
    office.desk(name).opens("/desk/vote", status=403)


def test_a_whole_districts_manifests_fit_into_one_upload(office: Office) -> None:
    manifest = manifest_of(YUNXI, slips_of(YUNXI, 12)).to_json()
    large = manifest + b" " * (3 * 1024 * 1024)
    assert "票根清单已收下" in upload(office, large).words


def test_cadres_have_a_vote_of_their_own_from_preparation_to_close(
    office: Office,
) -> None:
    residents, cadres = slips_of(YUNXI, 14), slips_of(YUNXI, 12, "2026-1-G")
    opened(office, residents)
    cast_all(office, residents[:11])
    whose = "?electorate=cadres"
    page = office.desk("office").opens(f"/desk/vote{whose}")
    assert "干部测评和居民测评分开" in page.words
    assert "测评代码" not in page.words
    foreign = manifest_of(YUNXI, residents).to_json()
    refused = upload(office, foreign, status=422, electorate="cadres")
    assert "不是这次测评、这个社区的" in refused.words
    made = manifest_of(YUNXI, cadres, "2026-1-G").to_json()
    assert "2026-1-G" in upload(office, made, electorate="cadres").words
    desk = office.desk("office")
    desk.sends(
        f"/desk/vote/open{whose}",
        at=f"/desk/vote{whose}",
        posted="y",
        closers=closers(office),
    )
    for name, what in (
        ("office", "agree"),
        ("chief", "count"),
        ("office", "countersign"),
    ):
        here = office.desk(name)
        token = here.opens(f"/desk/vote{whose}").form["csrf_token"][0]
        page = here.posts(f"/desk/vote/{what}{whose}", csrf_token=token)
    assert "云溪社区 12 0 — 0 0 不足 10 张，只公布张数" in page.words
    assert "云溪社区 412 14 11" in office.desk("chief").opens("/desk/vote").words
    both = vote.elections(office.fresh(), office.scene.cast.round_id)
    assert [one.state for one in both] == [ElectionState.OPEN, ElectionState.CLOSED]


def test_nobody_but_these_two_votes(office: Office) -> None:
    office.desk("office").opens("/desk/vote?electorate=children", status=404)


def test_preparing_twice_is_preparing_once(office: Office) -> None:
    for _ in range(2):
        assert "可以准备了" in prepared(office).words
    assert election(office).code == "2026-1"
