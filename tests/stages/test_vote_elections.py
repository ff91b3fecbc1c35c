"""Two elections in a round: residents and cadres share nothing but the round."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from alembic.config import Config

from portal import vote
from portal.figures import Mode
from portal.figures.votes import vote_figure
from portal.kernel.errors import ConflictError, NotFoundError
from portal.kernel.sealing import KeyPair
from portal.people import Staff
from portal.vote import (
    DEFAULT_TERMS,
    ElectionState,
    Electorate,
    VoteMode,
    election,
    posting,
)
from portal.vote import verify as verifier
from tests.stages.test_vote_close import listed
from tests.stages.vote_makers import (
    BIG,
    NOW,
    SMALL,
    PollingDay,
    polling_day,
    polling_eve,
    prepared,
)

CADRES, RESIDENTS = Electorate.CADRES, Electorate.RESIDENTS
Both = tuple[PollingDay, PollingDay]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """The day of the residents and the day of the cadres, both open."""
    with polling_day(tmp_path) as residents:
        cadres = replace(residents, slips={}, printer=KeyPair.make())
        prepared(cadres, CADRES, DEFAULT_TERMS)
        cadres.open()
        yield residents, cadres


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[PollingDay]:
    """The cadres' manifests are posted; nothing is opened yet."""
    with polling_eve(tmp_path, electorate=CADRES) as day:
        yield day


def test_election_lives_from_its_preparation_on(eve: PollingDay) -> None:
    made = eve.election
    assert (made.code, made.mode, made.state, made.terms) == (
        "2026-2-G",
        VoteMode.SLIPS,
        ElectionState.PREPARED,
        DEFAULT_TERMS,
    )
    given: dict[str, Any] = {"round_": eve.round_, "by": "office", "now": NOW}
    assert vote.prepare(eve.session, electorate=CADRES, **given) is made
    assert vote.prepare(eve.session, **given).code == "2026-2"
    assert [e.code for e in vote.elections(eve.session, eve.round_.id)] == [
        "2026-2",
        "2026-2-G",
    ]
    assert vote.election_at(eve.session, "2026-2-G") is made
    with pytest.raises(NotFoundError):
        vote.election_at(eve.session, "2026-2-X")


def test_state_moves_one_step_at_a_time_by_one_verb(eve: PollingDay) -> None:
    order = list(ElectionState)
    for now, to in [(a, b) for a in order for b in order]:
        eve.election.state = now
        if order.index(to) == order.index(now) + 1:
            eve.election.advance(to)
            assert eve.election.state is to
        else:
            with pytest.raises(ConflictError):
                eve.election.advance(to)


def test_slip_of_a_cadre_is_none_of_a_resident_and_the_reverse(both: Both) -> None:
    residents, cadres = both
    for here, there in (both, both[::-1]):
        with pytest.raises(vote.UnknownSlipError):
            here.cast(there.slips[BIG][0])
    same = residents.slips[BIG][0].secret
    ids = [vote.slip_of(day.precinct(), same) for day in both]
    assert ids[0].slip_id != ids[1].slip_id
    assert set(ids[0].check_codes.values()).isdisjoint(ids[1].check_codes.values())
    assert (residents.turnout, cadres.turnout) == ({}, {})


def test_ballots_of_the_two_are_counted_apart(both: Both) -> None:
    residents, cadres = both
    residents.fill(big=12, small=10)
    for slip in cadres.slips[BIG][:11]:
        cadres.cast(slip, {d.id: "dissatisfied" for d in DEFAULT_TERMS.dimensions})
    before = residents.turnout
    cadres.close()
    assert residents.turnout == before
    assert cadres.turnout == {}
    residents.close()
    for day, ballots in ((residents, [12, 10]), (cadres, [11, 0])):
        assert [place.ballots for place in day.result.places] == ballots
        assert verifier.verify(day.files, day.digest, day.fingerprint) == []
    effect = f"{BIG}/effect.csv"
    assert len(listed(cadres.files[effect])) == 11
    assert set(listed(cadres.files[effect])).isdisjoint(listed(residents.files[effect]))
    assert residents.digest != cadres.digest


def test_record_of_the_one_does_not_pass_for_the_other(both: Both) -> None:
    residents, cadres = both
    for day in both:
        day.fill(big=10, small=0)
        day.close()
    assert verifier.verify(residents.files, cadres.digest, cadres.fingerprint) != []
    records = [json.loads(day.files["closing.json"]) for day in both]
    assert [(r["code"], r["electorate"]) for r in records] == [
        ("2026-2", "residents"),
        ("2026-2-G", "cadres"),
    ]
    assert "只算干部，一人一票，不并入居民满意度" in records[1]["definition"]
    assert "一户一票" in records[0]["definition"]


def test_figure_of_the_cadres_is_labelled_and_is_not_in_the_residents(
    both: Both,
) -> None:
    residents, cadres = both
    for slip in residents.slips[BIG][:12]:
        residents.cast(slip)
    for slip in cadres.slips[BIG][:12]:
        cadres.cast(slip, {d.id: "dissatisfied" for d in DEFAULT_TERMS.dimensions})
    for day in both:
        day.close()
    of_residents, of_cadres = (vote_figure("全区", day.result) for day in both)
    assert (of_residents.card.mean, of_residents.card.mode) == (100, Mode.SLIPS)
    assert (of_cadres.card.mean, of_cadres.card.mode) == (0, Mode.CADRES)
    assert of_cadres.card.definition.endswith(
        "全区按发出的票数加权，只含已公布的社区。"
    )
    assert of_cadres.card.households is None


def test_closer_of_the_one_closes_nothing_of_the_other(tmp_path: Path) -> None:
    with polling_day(tmp_path) as residents:
        cadres = replace(residents, slips={})
        prepared(cadres, CADRES, DEFAULT_TERMS)
        few = [
            residents.session.get_one(Staff, c.staff_id) for c in residents.closers[1:]
        ]
        vote.open_election(
            cadres.session,
            cadres.keystore,
            election=cadres.election,
            closers=few,
            by="office",
            now=NOW,
        )
        with pytest.raises(vote.NotACloserError):
            cadres.agree(0)
        residents.agree(0)
        assert cadres.election.state is ElectionState.OPEN


def post(day: PollingDay, count: int) -> vote.PlaceManifest:
    ids = [slip.slip_id for slip in vote.make_slips(day.precinct(), count)]
    return vote.post_manifest(
        day.session,
        election=day.election,
        place=day.places[BIG],
        manifest=vote.make_manifest(day.precinct(), slip_ids=ids, printer=day.printer),
        by="office",
        now=NOW,
    )


def enrol(day: PollingDay, **counts: int) -> None:
    places = {"big": day.places[BIG].id, "small": day.places[SMALL].id}
    numbers = {places[name]: count for name, count in counts.items()}
    vote.enrol(day.session, day.election, counts=numbers, by="office", now=NOW)


def test_cadres_are_not_counted_by_household_but_by_their_number(
    eve: PollingDay,
) -> None:
    assert eve.places[BIG].households == 20
    assert post(eve, 21).entitled is None
    enrol(eve, big=21, small=30)
    assert post(eve, 21).entitled == 21
    with pytest.raises(posting.TooManySlipsError) as refused:
        post(eve, 22)
    assert "多于登记的干部人数" in refused.value.sentence


def test_number_of_cadres_is_not_less_than_their_slips(eve: PollingDay) -> None:
    with pytest.raises(posting.TooManySlipsError):
        enrol(eve, big=13)
    enrol(eve, big=14)
    enrol(eve, small=11)
    assert vote.roll(eve.session, eve.election.id) == {eve.places[SMALL].id: 11}
    posted = vote.manifests(eve.session, eve.election.id)
    assert [one.entitled for one in posted] == [None, 11]
    eve.open()
    with pytest.raises(election.VoteOpenError):
        enrol(eve, big=20)


def test_more_slips_than_cadres_are_found_by_the_verifier(eve: PollingDay) -> None:
    enrol(eve, big=14, small=11)
    eve.open()
    eve.fill(big=10, small=10)
    eve.close()
    assert [p.entitled for p in eve.result.places] == [14, 11]
    record = json.loads(eve.files["closing.json"])
    record["places"][0]["entitled"] = 13
    files = eve.files | {"closing.json": json.dumps(record).encode()}
    found = verifier.verify(files, eve.digest, eve.fingerprint)
    assert [said for said in found if "多于户数、人数：清单 14" in said] != []


def test_database_with_a_vote_of_another_version_is_left_as_it_is(
    tmp_path: Path,
) -> None:
    """What was signed cannot be signed again; nothing is thrown away unasked."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", "portal:migrations")
    config.set_main_option("sqlalchemy.url", url)
    alembic.upgrade(config, "0007")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO vote_duty VALUES (1, 'PRINTER', '甲')"))
    with pytest.raises(ConflictError, match="请用原来的版本把测评办完"):
        alembic.upgrade(config, "head")
    with engine.begin() as connection:
        kept = connection.execute(sa.text("SELECT name FROM vote_duty")).scalars()
        assert list(kept) == ["甲"]
        connection.execute(sa.text("DELETE FROM vote_duty"))
    engine.dispose()
    alembic.upgrade(config, "head")
