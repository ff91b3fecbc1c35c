"""Paper ballots: two people type what one household ticked, and neither sees a score."""

import json
import re
from itertools import product
from pathlib import Path

import pytest

from portal import vote
from portal.kernel import codes
from portal.kernel.sealing import UnreadableError
from portal.vote import records
from portal.vote import verify as verifier
from portal.vote.ballots import VoidSlipError
from portal.vote.paper_ballots import Progress
from tests.stages.vote_makers import (
    ALL_SATISFIED,
    BIG,
    NOW,
    SMALL,
    PollingDay,
    polling_eve,
    scores_of,
)


def listed(day: PollingDay, name: str) -> list[str]:
    return day.files[f"{BIG}/{name}.csv"].decode().splitlines()[1:]


def entries(day: PollingDay) -> list[tuple[str, int | None, int]]:
    """(票号, who typed it in, how often two were not alike) of each that waits."""
    waiting = day.box.entries(day.election.id)
    return [(entry.number, entry.staff_id, entry.mismatches) for entry in waiting]


# Two people


def test_one_person_casts_nothing(day: PollingDay) -> None:
    slip = day.slips[BIG][0]
    assert day.type_in(slip, scores_of(4)) is Progress.WAITING
    assert day.turnout == {}
    assert entries(day) == [(slip.number, day.closers[0].staff_id, 0)]


def test_two_people_who_typed_the_same_cast_it(day: PollingDay) -> None:
    slip = day.slips[BIG][0]
    day.type_in(slip, scores_of(4), 0)
    assert day.type_in(slip, scores_of(4), 1) is Progress.CAST
    assert day.turnout == {day.places[BIG].id: 1}
    assert entries(day) == []


def test_the_same_person_twice_is_still_one_person(day: PollingDay) -> None:
    """Their second typing counts instead of the first: they may mend a slip."""
    slip = day.slips[BIG][0]
    day.type_in(slip, scores_of(4), 0)
    for scores in (scores_of(4), scores_of(5)):
        assert day.type_in(slip, scores, 0) is Progress.WAITING_STILL
    assert day.turnout == {}
    assert day.type_in(slip, scores_of(5), 1) is Progress.CAST


@pytest.mark.parametrize("dimension", [d.id for d in vote.DEFAULT_TERMS.dimensions])
def test_one_score_that_differs_takes_both_back(
    day: PollingDay, dimension: str
) -> None:
    slip = day.slips[BIG][0]
    day.type_in(slip, ALL_SATISFIED, 0)
    differing = {**ALL_SATISFIED, dimension: "unknown"}
    assert day.type_in(slip, differing, 1) is Progress.DIFFERS
    assert day.turnout == {}
    assert entries(day) == [(slip.number, None, 1)]
    assert [e.digest for e in day.box.entries(day.election.id)] == [None]


def test_after_a_mismatch_two_typings_are_needed_again(day: PollingDay) -> None:
    slip = day.slips[BIG][0]
    day.type_in(slip, scores_of(1), 0)
    day.type_in(slip, scores_of(2), 1)
    assert day.type_in(slip, scores_of(2), 0) is Progress.WAITING
    assert day.turnout == {}
    assert day.type_in(slip, scores_of(1), 1) is Progress.DIFFERS_AGAIN
    assert entries(day) == [(slip.number, None, 2)]
    assert day.type_in(slip, scores_of(3), 2) is Progress.WAITING
    assert day.type_in(slip, scores_of(3), 1) is Progress.CAST
    assert entries(day) == []


def test_the_same_scores_on_two_slips_are_not_taken_for_one(day: PollingDay) -> None:
    one, other = day.slips[BIG][:2]
    day.type_in(one, scores_of(4), 0)
    assert day.type_in(other, scores_of(4), 1) is Progress.WAITING
    digests = [entry.digest for entry in day.box.entries(day.election.id)]
    assert len(set(digests)) == 2
    assert day.turnout == {}


def test_a_slip_of_another_community_is_sent_there(day: PollingDay) -> None:
    with pytest.raises(vote.OtherCommunityError):
        day.type_in(day.slips[SMALL][0], place=BIG)
    assert entries(day) == []


def test_what_waits_is_counted_by_community(day: PollingDay) -> None:
    day.enter_paper(day.slips[SMALL][0], place=SMALL)
    day.type_in(day.slips[SMALL][1], place=SMALL)
    assert day.turnout == {day.places[SMALL].id: 1}
    assert day.box.unconfirmed(day.election.id) == {day.places[SMALL].id: 1}


# Paper and phone


def test_the_later_ballot_counts_whichever_way_it_came(day: PollingDay) -> None:
    by_paper, by_phone = day.slips[BIG][:2]
    day.fill()
    day.type_in(by_paper, scores_of(3), 0)
    assert day.type_in(by_paper, scores_of(3), 1) is Progress.REPLACED
    day.enter_paper(by_phone, scores_of(3))
    assert day.cast(by_phone, scores_of(4)).replaced
    day.close()
    used = listed(day, "used")
    assert f"{by_paper.slip_id},paper" in used
    assert f"{by_phone.slip_id},phone" in used
    assert len(used) == 12
    for slip, scores in ((by_paper, scores_of(3)), (by_phone, scores_of(4))):
        row = f"{slip.check_codes['effect']},{scores['effect']}"
        assert row in listed(day, "effect")


def test_a_voter_on_paper_finds_every_score_under_the_codes_of_the_slip(
    day: PollingDay,
) -> None:
    day.fill(big=10)
    slip = day.slips[BIG][12]
    day.enter_paper(slip, scores_of(3117))
    day.close()
    for dimension, score in scores_of(3117).items():
        row = f"{slip.check_codes[dimension]},{score}"
        assert row in listed(day, dimension)


# The close


def test_the_record_counts_paper_and_what_was_not_confirmed(day: PollingDay) -> None:
    day.fill(big=9, small=3)
    for slip in day.slips[BIG][9:11]:
        day.enter_paper(slip)
    day.type_in(day.slips[BIG][12])
    day.type_in(day.slips[SMALL][4], place=SMALL)
    day.type_in(day.slips[SMALL][4], scores_of(1), 1, SMALL)
    day.close()
    big, small = day.result.places
    assert (big.ballots, big.paper, big.unconfirmed) == (11, 2, 1)
    assert (small.ballots, small.paper, small.unconfirmed) == (3, None, 1)
    assert big.totals
    assert big.totals["used"] == {"phone": 9, "paper": 2}
    assert verifier.verify(day.files, day.digest, day.fingerprint) == []


def test_a_small_community_does_not_tell_how_many_were_on_paper(
    day: PollingDay,
) -> None:
    day.fill(big=10, small=3)
    day.enter_paper(day.slips[SMALL][4], place=SMALL)
    day.close()
    entry = json.loads(day.files["closing.json"])["places"][1]
    assert entry["ballots"] == 4
    assert "paper" not in json.dumps(entry)


def test_nothing_is_left_of_what_was_not_confirmed(day: PollingDay) -> None:
    day.fill()
    slip = day.slips[BIG][13]
    day.type_in(slip)
    slip_id = bytes.fromhex(slip.slip_id)
    assert slip_id in (day.folder / "ballots.db-wal").read_bytes()
    day.close()
    assert entries(day) == []
    assert day.keystore.names("votes") == []
    box_files = sorted(day.folder.glob("ballots.db*"))
    assert [f.name for f in box_files if slip_id in f.read_bytes()] == []


def test_paper_is_refused_before_the_opening_and_after_the_close(
    tmp_path: Path,
) -> None:
    with polling_eve(tmp_path) as day:
        with pytest.raises(vote.TooEarlyError):
            day.type_in(day.slips[BIG][0])
        day.open()
        day.type_in(day.slips[BIG][0])
        day.agree()
        with pytest.raises(vote.VoteClosedError):
            day.type_in(day.slips[BIG][0], who=1)
        assert day.turnout == {}


def test_what_is_no_ballot_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    with polling_eve(tmp_path) as day:
        records.draw_slips(
            day.session,
            manifest=vote.manifests(day.session, day.election.id)[0],
            secrets=[slip.secret for slip in day.slips[BIG][:5]],
            observer="丙",
            by="office",
            now=NOW,
        )
        day.open()
        stranger = vote.slip_of(day.precinct(), "0" * 16)
        for slip, scores, refusal in (
            (stranger, ALL_SATISFIED, vote.UnknownSlipError),
            (day.slips[BIG][0], ALL_SATISFIED, VoidSlipError),
            (day.slips[BIG][6], {"effect": "fair"}, vote.MissingScoresError),
        ):
            with pytest.raises(refusal):
                day.type_in(slip, scores)
        assert entries(day) == []


# What the server knows in between


def guessed(day: PollingDay, slip: vote.Slip, key: bytes) -> list[tuple[str, ...]]:
    """The scores of a first typing, by somebody who knows the secret and this key."""
    digest = day.box.entries(day.election.id)[0].digest
    options = [option.id.encode() for option in vote.DEFAULT_TERMS.scale]
    tried = product(options, repeat=len(vote.DEFAULT_TERMS.dimensions))
    secret = slip.secret.encode()
    return [
        tuple(option.decode() for option in scores)
        for scores in tried
        if codes.mac(key, secret, *scores) == digest
    ]


def test_the_box_and_the_secret_together_do_not_tell_a_first_typing(
    day: PollingDay,
) -> None:
    """The printer knew the secret; what is missing lies in the key store."""
    slip = day.slips[BIG][0]
    day.type_in(slip, scores_of(9))
    assert guessed(day, slip, b"") == []
    key = day.keystore.get(f"votes/{day.election.id}/paper") or b""
    assert guessed(day, slip, key) == [tuple(scores_of(9).values())]  # the twin


def on_disk(day: PollingDay, slip: vote.Slip) -> list[str]:
    """What is found of a secret, its check codes and the scores."""
    day.session.commit()
    disk = day.bytes_on_disk().replace(day.election.document, b"")
    spelled = [slip.secret, re.sub("(....)", r"\1 ", slip.secret).strip()]
    known = [*spelled, *slip.check_codes.values()]
    known += [option.id for option in vote.DEFAULT_TERMS.scale]
    return [word for word in known if word.encode() in disk]


def test_neither_secret_nor_scores_are_kept_of_any_typing(day: PollingDay) -> None:
    slip, other = day.slips[BIG][:2]
    day.type_in(slip, scores_of(1))
    assert on_disk(day, slip) == []
    day.type_in(slip, scores_of(2), 1)
    assert on_disk(day, slip) == []
    day.enter_paper(other, scores_of(3))
    assert on_disk(day, other) == []


def test_leaking_twin_a_box_that_keeps_the_first_typing_is_found(
    day: PollingDay,
) -> None:
    slip = day.slips[BIG][0]
    day.type_in(slip, scores_of(1))
    with day.box.file.writing() as box:
        box.execute("UPDATE paper_entry SET digest = ?", (slip.secret.encode(),))
    assert on_disk(day, slip) == [slip.secret]


def test_ballots_have_one_size_whichever_way_they_came(day: PollingDay) -> None:
    day.cast(day.slips[BIG][0], scores_of(5))
    day.enter_paper(day.slips[BIG][1], scores_of(7))
    rows = day.box.file.connection().execute("SELECT sealed FROM election_ballot")
    assert len({len(bytes(row[0])) for row in rows}) == 1


def test_who_typed_a_ballot_in_cannot_open_it(day: PollingDay) -> None:
    day.enter_paper(day.slips[BIG][0])
    (sealed,) = (
        bytes(row[0])
        for row in day.box.file.connection().execute(
            "SELECT sealed FROM election_ballot"
        )
    )
    for closer in day.closers:
        with pytest.raises(UnreadableError):
            closer.keys.open(sealed)
