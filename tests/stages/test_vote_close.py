"""The close: two people, nothing joined, nothing lost by a crash, nothing left over."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from portal import vote
from portal.kernel import audit
from portal.kernel.errors import ConflictError, NotFoundError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, seal, unpad
from portal.vote import box as boxes
from portal.vote import tally
from portal.vote.ledger import WithheldLists
from tests.stages.test_vote_ballots import openable
from tests.stages.vote_makers import BIG, SMALL, PollingDay, scores_of


def listed(file: bytes) -> list[str]:
    return file.decode().splitlines()[1:]


def test_close_publishes_every_score_under_its_check_code(day: PollingDay) -> None:
    day.fill()
    day.close()
    for i, slip in enumerate(day.slips[BIG][:12]):
        for dimension, score in scores_of(i * 7 + 1).items():
            row = f"{slip.check_codes[dimension]},{score}"
            assert row in listed(day.files[f"{BIG}/{dimension}.csv"])
    used = [f"{slip.slip_id},phone" for slip in day.slips[BIG][:12]]
    assert listed(day.files[f"{BIG}/used.csv"]) == sorted(used)


def test_close_counts_the_last_ballot_of_a_slip(day: PollingDay) -> None:
    day.fill()
    day.cast(
        day.slips[BIG][0], {d.id: "unknown" for d in vote.DEFAULT_TERMS.dimensions}
    )
    day.close()
    code = day.slips[BIG][0].check_codes["effect"]
    assert f"{code},unknown" in listed(day.files[f"{BIG}/effect.csv"])
    assert day.result.places[0].ballots == 12


def test_results_are_the_counts_of_the_lists(day: PollingDay) -> None:
    day.fill()
    day.close()
    big, small = day.result.places
    assert (big.issued, big.entitled, big.ballots, big.set_aside) == (14, 20, 12, 0)
    assert big.totals
    for d in vote.DEFAULT_TERMS.dimensions:
        chosen = [scores_of(i * 7 + 1)[d.id] for i in range(12)]
        assert big.totals[d.id] == {
            o.id: chosen.count(o.id) for o in vote.DEFAULT_TERMS.scale
        }
    assert (small.issued, small.entitled, small.ballots) == (11, None, 3)
    assert small.totals is None


def test_small_community_gets_counts_and_a_commitment_only(day: PollingDay) -> None:
    day.fill(big=10, small=9)
    day.close()
    assert [p for p in day.files if p.startswith(SMALL)] == [f"{SMALL}/manifest.json"]
    entry = json.loads(day.files["closing.json"])["places"][1]
    assert set(entry) == {
        "place",
        "name",
        "entitled",
        "issued",
        "root",
        "ballots",
        "set_aside",
        "commitment",
        "voided",
        "handed_out",
        "unconfirmed",
        "items",
    }


def test_withheld_lists_open_for_the_two_closers_together(day: PollingDay) -> None:
    day.fill()
    day.close()
    kept = day.session.query(WithheldLists).one()
    first, second = (closer.keys for closer in day.closers[:2])
    opening = unpad(second.open(first.open(kept.sealed)))
    entry = json.loads(day.files["closing.json"])["places"][1]
    assert entry["commitment"] == hashlib.sha256(opening).hexdigest()
    used = [f"{slip.slip_id},phone" for slip in day.slips[SMALL][:3]]
    assert listed(json.loads(opening)["files"]["used.csv"].encode()) == sorted(used)


def test_commitment_cannot_be_guessed_by_who_knows_the_lists(day: PollingDay) -> None:
    day.fill()
    known = vote.slip_of(day.precinct(SMALL), day.slips[SMALL][0].secret)
    ballot = boxes.Ballot(
        bytes.fromhex(known.slip_id),
        tuple((code, "fair") for code in known.check_codes.values()),
    )
    counted = tally.split([ballot], {ballot.slip_id}, precinct=day.precinct(SMALL))
    one, other = (tally.withhold(counted.withheld) for _ in range(2))
    assert one.commitment != other.commitment


def test_nothing_is_published_before_both_have_signed(day: PollingDay) -> None:
    day.fill()
    for step in (day.agree, day.count, day.destroy):
        with pytest.raises(NotFoundError):
            _ = day.files
        with pytest.raises(NotFoundError):
            _ = day.result
        step()
    with pytest.raises(NotFoundError):
        _ = day.files
    day.countersign()
    assert "closing.json" in day.files


def test_first_cannot_count(day: PollingDay) -> None:
    day.agree(0)
    with pytest.raises(vote.SamePersonError):
        day.count(0)


def test_third_closer_may_count_instead_of_the_second(day: PollingDay) -> None:
    day.fill()
    day.agree(2)
    day.count(1)
    day.destroy()
    day.countersign(2)
    assert day.files["closing.json"]


def test_second_cannot_countersign(day: PollingDay) -> None:
    day.agree(0)
    day.count(1)
    day.destroy()
    with pytest.raises(vote.NotFirstError):
        day.countersign(1)


def test_stranger_and_wrong_key_close_nothing(day: PollingDay) -> None:
    day.closers.append(vote.Signatory(99, "stranger", KeyPair.make()))
    thief = vote.Signatory(day.closers[0].staff_id, "thief", KeyPair.make())
    day.closers.append(thief)
    for who in (3, 4):
        with pytest.raises(vote.NotACloserError):
            day.agree(who)
    day.agree(0)
    for who in (3, 4):
        with pytest.raises(vote.NotACloserError):
            day.count(who)


def test_steps_out_of_order_are_refused(day: PollingDay) -> None:
    with pytest.raises(ConflictError):
        day.count(1)
    with pytest.raises(ConflictError):
        day.destroy()
    with pytest.raises(vote.NotFirstError):
        day.countersign(0)
    day.agree(0)
    with pytest.raises(ConflictError):
        day.agree(1)


def test_every_step_may_be_repeated(day: PollingDay) -> None:
    day.fill()
    for step in (day.agree, day.count, day.destroy, day.countersign):
        step()
        day.session.commit()
        before = day.election.closing
        step()
        assert day.election.closing == before
    assert day.result.places[0].ballots == 12


def test_crash_before_the_commit_of_the_count_loses_nothing(day: PollingDay) -> None:
    day.fill()
    day.agree()
    day.session.commit()
    day.count()
    day.session.rollback()
    assert sum(day.turnout.values()) == 15
    with pytest.raises(ConflictError):
        day.destroy()
    day.count()
    day.session.commit()
    day.destroy()
    day.countersign()
    assert day.result.places[0].ballots == 12


def test_crash_before_the_box_was_emptied_cannot_be_countersigned(
    day: PollingDay,
) -> None:
    day.fill()
    day.agree()
    day.count()
    day.session.commit()
    with pytest.raises(vote.BallotsLeftError):
        day.countersign()
    day.count()
    day.destroy()
    day.countersign()
    assert day.digest == hashlib.sha256(day.files["closing.json"]).hexdigest()


def test_close_leaves_no_ballot_and_no_key(day: PollingDay) -> None:
    day.fill()
    slip_id = bytes.fromhex(day.slips[BIG][0].slip_id)
    assert slip_id in (day.folder / "ballots.db-wal").read_bytes()
    day.close()
    assert day.turnout == {}
    assert day.keystore.names("votes") == []
    box_files = sorted(day.folder.glob("ballots.db*"))
    assert [f.name for f in box_files if slip_id in f.read_bytes()] == []


def test_old_backup_of_everything_opens_for_no_single_closer(
    day: PollingDay, tmp_path: Path
) -> None:
    day.fill()
    backup = KeyStore(tmp_path / "backup")
    shutil.copytree(day.keystore.folder, backup.folder)
    for closer in day.closers:
        seeds = openable(backup, [closer.keys])
        assert [s for s in seeds if KeyPair(s).public == day.election.public_key] == []


def test_files_do_not_tell_in_which_order_ballots_came(
    day: PollingDay, tmp_path: Path
) -> None:
    """The same ballots the other way round give the same lists, byte for byte."""
    ballots_ = [opened(slip, i) for i, slip in enumerate(day.slips[BIG])]
    ids = {ballot.slip_id for ballot in ballots_}
    forth, back = (
        tally.split(these, ids, precinct=day.precinct())
        for these in (ballots_, ballots_[::-1])
    )
    assert forth == back
    assert joined(forth.files(), ballots_) < len(ballots_)


def test_leaking_twin_lists_left_in_the_order_of_the_box_can_be_joined(
    day: PollingDay,
) -> None:
    ballots_ = [opened(slip, i) for i, slip in enumerate(day.slips[BIG])]
    leaky = tally.Tally(
        day.precinct(),
        {
            "used": tuple((b.slip_id.hex(), b.entered.value) for b in ballots_),
            **{
                d.id: tuple((b.entries[i][0], str(b.entries[i][1])) for b in ballots_)
                for i, d in enumerate(vote.DEFAULT_TERMS.dimensions)
            },
        },
        0,
    )
    assert joined(leaky.files(), ballots_) == len(ballots_)


def opened(slip: vote.Slip, i: int) -> boxes.Ballot:
    scores = scores_of(i * 7 + 1)
    entries = tuple((code, scores[d]) for d, code in slip.check_codes.items())
    return boxes.Ballot(bytes.fromhex(slip.slip_id), entries)


def joined(files: dict[str, bytes], ballots_: Sequence[boxes.Ballot]) -> int:
    """How many whole ballots reading the same row of every file gives."""
    columns = [listed(files[d.id]) for d in vote.DEFAULT_TERMS.dimensions]
    rows = set(zip(listed(files["used"]), *columns, strict=True))
    whole = {
        (f"{b.slip_id.hex()},phone", *(f"{code},{score}" for code, score in b.entries))
        for b in ballots_
    }
    return len(rows & whole)


def test_ballot_copied_to_another_slip_is_set_aside(day: PollingDay) -> None:
    """Whoever writes into the box cannot multiply a ballot they cannot read."""
    day.fill()
    source, unused = day.slips[BIG][0].slip_id, day.slips[BIG][13].slip_id
    with day.box.file.writing() as box:
        box.execute(
            "INSERT INTO election_ballot SELECT election_id, ?, place_id, sealed"
            " FROM election_ballot WHERE slip_id = ?",
            (bytes.fromhex(unused), bytes.fromhex(source)),
        )
    day.close()
    big, _ = day.result.places
    assert (big.ballots, big.set_aside) == (12, 1)
    assert unused not in day.files[f"{BIG}/used.csv"].decode()


def test_rubbish_in_the_box_does_not_stop_the_count(day: PollingDay) -> None:
    day.fill()
    stray = hashlib.sha256(b"no slip").digest()
    entries = "".join(f"ABCDEFG{i}9" for i in range(6)).encode()
    election = day.election
    public = election.public_key or b""
    rubbish = [
        (stray, seal(stray + entries, public)),
        (bytes(32), b"not sealed"),
        (bytes(31) + b"1", seal(bytes(31) + b"1" + "满".encode(), public)),
    ]
    with day.box.file.writing() as box:
        box.executemany(
            "INSERT INTO election_ballot VALUES (?, ?, ?, ?)",
            [(election.id, s, day.places[BIG].id, b) for s, b in rubbish],
        )
    day.close()
    big, _ = day.result.places
    assert (big.ballots, big.set_aside) == (12, 3)


def test_close_is_in_the_audit_log(day: PollingDay) -> None:
    day.fill()
    day.close()
    acts = day.session.query(audit.AuditEntry).order_by(audit.AuditEntry.number)
    assert [(e.action, e.actor) for e in acts][-4:] == [
        ("vote.open", "office"),
        ("vote.agree", "甲"),
        ("vote.count", "乙"),
        ("vote.countersign", "甲"),
    ]
    assert audit.first_break(day.session) is None


def test_vote_and_figures_load_no_web_framework() -> None:
    import subprocess
    import sys

    code = (
        "import sys, portal.vote, portal.figures;"
        "sys.exit(bool({'flask','werkzeug','jinja2'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
