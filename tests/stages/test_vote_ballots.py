"""Casting: who is refused and why, what is kept, and what is not."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portal import vote
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, UnreadableError, seal
from portal.people import Staff
from portal.vote import BallotBox, PlaceManifest, election, key, posting
from tests.stages.vote_makers import (
    BIG,
    NOW,
    SMALL,
    PollingDay,
    polling_day,
    polling_eve,
    scores_of,
)


def sealed(day: PollingDay) -> list[bytes]:
    rows = day.box.file.connection().execute("SELECT sealed FROM election_ballot")
    return [bytes(row[0]) for row in rows]


def test_cast_gives_the_check_codes_that_are_printed_on_the_slip(
    day: PollingDay,
) -> None:
    slip = day.slips[BIG][0]
    receipt = day.cast(slip)
    assert receipt == vote.Receipt(slip.number, slip.check_codes, replaced=False)


def test_cast_again_replaces_and_says_so(day: PollingDay) -> None:
    slip = day.slips[BIG][0]
    day.cast(slip, scores_of(1))
    assert day.cast(slip, scores_of(2)).replaced
    assert day.turnout == {day.places[BIG].id: 1}


def test_turnout_counts_slips_by_community(day: PollingDay) -> None:
    day.fill(big=4, small=2)
    expected = {day.places[BIG].id: 4, day.places[SMALL].id: 2}
    assert day.turnout == expected


def test_cast_refuses_a_slip_that_was_never_made(day: PollingDay) -> None:
    stranger = vote.slip_of(day.precinct(), "0" * 16)
    with pytest.raises(vote.UnknownSlipError):
        day.cast(stranger)


def test_cast_tests_the_whole_slip_id(day: PollingDay) -> None:
    """A slip that agrees in the printed 票号 only is not that slip."""
    slip = day.slips[BIG][0]
    posted = vote.find_manifest(day.session, day.election.id, day.places[BIG].id)
    forged = bytes.fromhex(slip.slip_id)[:5] + bytes(27)
    assert posted
    assert posted.holds(bytes.fromhex(slip.slip_id))
    assert not posted.holds(forged)
    by_number = {slip_id[:5] for slip_id in posted.ids}
    assert forged[:5] in by_number  # what a test of eight characters would accept


def test_cast_sends_a_slip_of_another_community_there(day: PollingDay) -> None:
    with pytest.raises(vote.OtherCommunityError) as refused:
        day.cast(day.slips[SMALL][0], place=BIG)
    assert refused.value.place_id == day.places[SMALL].id
    assert day.places[SMALL].name in refused.value.sentence


def test_cast_keeps_what_was_chosen_where_a_score_is_missing(day: PollingDay) -> None:
    chosen = {"responsibility": "fair", "openness": "unknown"}
    with pytest.raises(vote.MissingScoresError) as refused:
        day.cast(day.slips[BIG][0], {**chosen, "effect": "splendid"})
    assert refused.value.chosen == chosen
    assert [d.name for d in refused.value.missing] == [
        "整改措施",
        "问题解决",
        "预期效果",
        "长效机制",
    ]
    assert day.turnout == {}


def test_cast_is_too_early_before_the_vote_opens(eve: PollingDay) -> None:
    with pytest.raises(vote.TooEarlyError):
        eve.cast(eve.slips[BIG][0])


def test_cast_is_refused_once_a_closer_ended_the_vote(day: PollingDay) -> None:
    day.agree()
    with pytest.raises(vote.VoteClosedError):
        day.cast(day.slips[BIG][0])


def test_ballots_have_one_size_whatever_was_chosen(day: PollingDay) -> None:
    for i, slip in enumerate(day.slips[BIG]):
        day.cast(slip, scores_of(i * 1117))
    assert len({len(ballot) for ballot in sealed(day)}) == 1


def secrets_on_disk(day: PollingDay, slips: list[vote.Slip]) -> list[str]:
    disk = day.bytes_on_disk()
    spelled = [(s.secret, re.sub("(....)", r"\1 ", s.secret).strip()) for s in slips]
    return [a for a, b in spelled if a.encode() in disk or b.encode() in disk]


def check_codes_on_disk(day: PollingDay, slips: list[vote.Slip]) -> list[str]:
    disk = day.bytes_on_disk()
    return [c for s in slips for c in s.check_codes.values() if c.encode() in disk]


def test_server_keeps_no_secret_and_no_check_code_before_the_close(
    day: PollingDay,
) -> None:
    day.fill()
    day.session.commit()
    voted = day.slips[BIG][:12]
    assert secrets_on_disk(day, voted) == []
    assert check_codes_on_disk(day, voted) == []


def test_server_keeps_no_secret_after_the_close(day: PollingDay) -> None:
    day.fill()
    day.close()
    assert secrets_on_disk(day, day.slips[BIG] + day.slips[SMALL]) == []


def test_leaking_twin_a_box_that_remembers_secrets_is_found(day: PollingDay) -> None:
    slip = day.slips[BIG][0]
    day.cast(slip)
    with day.box.file.writing() as box:
        box.execute("CREATE TABLE typed (secret TEXT)")
        box.execute("INSERT INTO typed VALUES (?)", (slip.secret,))
    assert secrets_on_disk(day, [slip]) == [slip.secret]


def openable(keystore: KeyStore, pairs: Sequence[KeyPair]) -> set[bytes]:
    """Seeds that these people's keys get out of the key store, layer by layer."""
    blobs = [keystore.get(name) or b"" for name in keystore.names()]
    found = []
    while blobs:
        blob = blobs.pop()
        for pair in pairs:
            try:
                inner = pair.open(blob)
            except UnreadableError:
                continue
            blobs.append(inner)
            found.append(inner)
    return {seed for seed in found if len(seed) == 32}


def runs_a_score(day: PollingDay, pairs: Sequence[KeyPair]) -> bool:
    """Whether these people could read a ballot now."""
    seeds = openable(day.keystore, pairs)
    return any(KeyPair(seed).public == day.election.public_key for seed in seeds)


def test_nobody_alone_sees_a_running_score(day: PollingDay) -> None:
    day.fill()
    for closer in day.closers:
        assert not runs_a_score(day, [closer.keys])
    assert runs_a_score(day, [closer.keys for closer in day.closers[:2]])


def test_who_ended_the_vote_still_cannot_count_it_alone(day: PollingDay) -> None:
    day.fill()
    day.agree(0)
    assert not runs_a_score(day, [day.closers[0].keys])
    assert runs_a_score(day, [day.closers[1].keys])


def test_leaking_twin_a_seed_wrapped_once_is_found(day: PollingDay) -> None:
    vote_key = KeyPair.make()
    day.election.public_key = vote_key.public
    alone = day.closers[0].keys
    day.keystore.put("votes/1/leak", seal(vote_key.seed, alone.public))
    assert runs_a_score(day, [alone])


def test_scores_show_nowhere_on_disk_before_the_close(day: PollingDay) -> None:
    """But for the terms, which say what could be chosen."""
    day.fill()
    assert chosen_on_disk(day) == []
    day.close()
    assert chosen_on_disk(day) == [o.id for o in vote.DEFAULT_TERMS.scale]


def chosen_on_disk(day: PollingDay) -> list[str]:
    disk = day.bytes_on_disk()
    assert day.election.document in disk
    rest = disk.replace(day.election.document, b"")
    options = [option.id for option in vote.DEFAULT_TERMS.scale]
    return [option for option in options if option.encode() in rest]


def post(day: PollingDay, **changed: Any) -> PlaceManifest:
    place, slips = day.places[BIG], day.slips[BIG]
    manifest = vote.make_manifest(
        changed.get("precinct", day.precinct()),
        slip_ids=changed.get("ids", [slip.slip_id for slip in slips]),
        printer=changed.get("printer", day.printer),
    )
    return vote.post_manifest(
        day.session,
        election=day.election,
        place=place,
        manifest=manifest,
        by="office",
        now=NOW,
    )


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[PollingDay]:
    """The day before: nothing opened yet."""
    with polling_eve(tmp_path) as day:
        yield day


def test_manifest_stands_once_the_vote_is_open(day: PollingDay) -> None:
    with pytest.raises(election.VoteOpenError):
        post(day)


def test_manifest_may_be_replaced_before(eve: PollingDay) -> None:
    assert post(eve, ids=[eve.slips[BIG][0].slip_id]).count == 1


def test_manifest_of_another_community_or_election_is_refused(eve: PollingDay) -> None:
    mine = eve.precinct()
    others = (replace(mine, place_code=SMALL), replace(mine, code="2026-1"))
    for other in (*others, replace(mine, code="2026-2-G")):
        with pytest.raises(posting.WrongManifestError):
            post(eve, precinct=other)


def test_manifest_of_other_terms_is_refused(eve: PollingDay) -> None:
    terms = replace(vote.DEFAULT_TERMS, question="改得怎么样")
    with pytest.raises(posting.OtherTermsError) as refused:
        post(eve, precinct=replace(eve.precinct(), terms=terms))
    assert "按另一份测评办法制的票" in refused.value.sentence


def test_manifest_of_another_printer_is_refused(eve: PollingDay) -> None:
    with pytest.raises(posting.OtherPrinterError):
        post(eve, printer=KeyPair.make())


def test_manifest_of_more_slips_than_households_is_refused(eve: PollingDay) -> None:
    ids = [s.slip_id for s in vote.make_slips(eve.precinct(), 21)]
    with pytest.raises(posting.TooManySlipsError):
        post(eve, ids=ids)


@pytest.mark.parametrize("who", [[0], [0, 0], []])
def test_election_needs_two_different_closers(eve: PollingDay, who: list[int]) -> None:
    staff = eve.session.query(Staff).order_by(Staff.id).all()
    with pytest.raises(key.ClosersError):
        vote.open_election(
            eve.session,
            eve.keystore,
            election=eve.election,
            closers=[staff[i] for i in who],
            by="office",
            now=NOW,
        )


def test_box_is_one_file_without_rowids(day: PollingDay) -> None:
    schema = day.box.file.connection().execute("SELECT sql FROM sqlite_master")
    assert all("WITHOUT ROWID" in row[0] for row in schema)
    assert isinstance(day.box, BallotBox)


def test_box_file_of_an_earlier_version_is_no_hindrance(tmp_path: Path) -> None:
    """It knew rounds and no elections; what lies in it belongs to no election."""
    path = tmp_path / "ballots.db"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE ballot (round_id, slip_id, place_id, sealed)")
        old.execute("INSERT INTO ballot VALUES (1, x'00', 1, x'00')")
    old.close()
    with polling_day(tmp_path) as day:
        day.fill(big=2, small=1)
        assert sum(day.turnout.values()) == 3
        day.close()
        assert day.turnout == {}
