"""The paper's life: three pairs of hands, five slips drawn and void, counts by day."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import vote
from portal.kernel import audit
from portal.vote import ballots, election, merkle, records
from portal.vote import verify as verifier
from portal.vote.records import PaperDuty
from tests.stages.vote_makers import BIG, NOW, SMALL, PollingDay, polling_eve

NAMES = {PaperDuty.PRINTER: "甲", PaperDuty.DISTRIBUTOR: "乙", PaperDuty.OBSERVER: "丙"}


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[PollingDay]:
    """The manifests are posted; nothing is opened yet."""
    with polling_eve(tmp_path) as day:
        yield day


def manifest(day: PollingDay, code: str = BIG) -> vote.PlaceManifest:
    found = vote.find_manifest(day.session, day.election.id, day.places[code].id)
    assert found
    return found


def draw(day: PollingDay, secrets: list[str], code: str = BIG) -> records.Draw:
    return records.draw_slips(
        day.session,
        manifest=manifest(day, code),
        secrets=secrets,
        observer="丙",
        by="office",
        now=NOW,
    )


def secrets_of(day: PollingDay, *numbers: int) -> list[str]:
    return [day.slips[BIG][i].secret for i in numbers]


def hand_out(day: PollingDay, count: int, after: int = 0) -> records.HandedOut:
    return records.hand_out(
        day.session,
        manifest=manifest(day),
        out=records.Handout(NOW.date() + timedelta(days=after), count, "乙"),
        by="office",
        now=NOW,
    )


def assign(day: PollingDay, names: dict[PaperDuty, str]) -> None:
    records.assign(
        day.session, election=day.election, names=names, by="office", now=NOW
    )


@given(st.integers(1, 70), st.data())
def test_proof_of_inclusion_leads_to_the_root(size: int, data: st.DataObject) -> None:
    leaves = [bytes([i]) * 32 for i in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path, root = merkle.path(leaves, index), merkle.root(leaves)
    assert merkle.root_of(leaves[index], index, size=size, path=path) == root
    others = (
        merkle.root_of(b"x" * 32, index, size=size, path=path),
        merkle.root_of(leaves[index], index, size=size, path=[*path, root]),
        merkle.root_of(leaves[index], index, size=size, path=path[:-1]),
    )
    assert root not in others[: 3 if path else 2]


def test_drawn_slips_are_void_and_cannot_vote(eve: PollingDay) -> None:
    draw(eve, secrets_of(eve, 0, 1, 2, 3, 4))
    eve.open()
    with pytest.raises(ballots.VoidSlipError):
        eve.cast(eve.slips[BIG][0])
    eve.cast(eve.slips[BIG][5])
    assert eve.turnout == {eve.places[BIG].id: 1}


def test_void_slip_that_got_into_the_box_is_set_aside(eve: PollingDay) -> None:
    draw(eve, secrets_of(eve, 0, 1, 2, 3, 4))
    eve.open()
    scores = {d.id: "fair" for d in vote.DEFAULT_TERMS.dimensions}
    posted = vote.find_manifest(eve.session, eve.election.id, eve.places[BIG].id)
    assert posted
    eve.box.put(posted, eve.slips[BIG][0], scores=scores)
    eve.close()
    big = eve.result.places[0]
    assert (big.ballots, big.set_aside) == (0, 1)


def test_closing_record_proves_what_was_drawn_to_whoever_has_the_root(
    eve: PollingDay,
) -> None:
    assign(eve, NAMES)
    draw(eve, secrets_of(eve, 9, 10, 11, 12, 13))
    hand_out(eve, 4)
    hand_out(eve, 5, after=1)
    eve.open()
    eve.fill(big=9, small=3)
    eve.close()
    record = json.loads(eve.files["closing.json"])
    big, small = record["places"]
    drawn = sorted(eve.slips[BIG][i].slip_id for i in range(9, 14))
    assert big["voided"] == sorted(big["draw"]["proofs"]) == drawn
    for slip_id, proof in big["draw"]["proofs"].items():
        path = [bytes.fromhex(step) for step in proof["path"]]
        leaf = bytes.fromhex(slip_id)
        root = merkle.root_of(leaf, proof["index"], size=big["issued"], path=path)
        assert root.hex() == big["root"]
    assert (big["draw"]["observer"], big["draw"]["on"]) == ("丙", "2026-11-20")
    assert [(d["count"], d["by"]) for d in big["handed_out"]] == [(4, "乙"), (5, "乙")]
    assert (small["voided"], small["handed_out"], "draw" in small) == ([], [], False)
    assert record["people"] == {str(duty): name for duty, name in NAMES.items()}
    assert verifier.verify(eve.files, eve.digest, eve.fingerprint) == []


def test_no_secret_of_a_drawn_slip_is_kept(eve: PollingDay) -> None:
    drawn = secrets_of(eve, 0, 1, 2, 3, 4)
    draw(eve, drawn)
    eve.session.commit()
    assert [s for s in drawn if s.encode() in eve.bytes_on_disk()] == []


@pytest.mark.parametrize("numbers", [(0, 1, 2, 3), (0, 1, 2, 3, 3), range(6), ()])
def test_not_five_different_slips_are_refused(
    eve: PollingDay, numbers: tuple[int, ...]
) -> None:
    with pytest.raises(records.NotFiveError):
        draw(eve, secrets_of(eve, *numbers))


def test_slip_of_another_manifest_stops_the_distribution(eve: PollingDay) -> None:
    stranger = eve.slips[SMALL][0].secret
    with pytest.raises(records.NotInManifestError) as refused:
        draw(eve, [*secrets_of(eve, 0, 1), stranger, *secrets_of(eve, 2, 3)])
    assert "第 3 张不在这个社区的票根清单里" in refused.value.sentence
    assert records.voided(eve.session, manifest(eve)) == []


def test_draw_counts_for_the_manifest_it_was_drawn_from_only(eve: PollingDay) -> None:
    draw(eve, secrets_of(eve, 0, 1, 2, 3, 4))
    assert len(records.voided(eve.session, manifest(eve))) == 5
    ids = [slip.slip_id for slip in eve.slips[BIG][3:]]
    again = vote.make_manifest(eve.precinct(), slip_ids=ids, printer=eve.printer)
    vote.post_manifest(
        eve.session,
        election=eve.election,
        place=eve.places[BIG],
        manifest=again,
        by="office",
        now=NOW,
    )
    assert records.voided(eve.session, manifest(eve)) == []


def test_nothing_is_drawn_or_assigned_once_the_vote_is_open(eve: PollingDay) -> None:
    eve.open()
    with pytest.raises(election.VoteOpenError):
        draw(eve, secrets_of(eve, 0, 1, 2, 3, 4))
    with pytest.raises(election.VoteOpenError):
        assign(eve, NAMES)


def test_handing_out_is_said_again_but_never_more_than_there_are(
    eve: PollingDay,
) -> None:
    draw(eve, secrets_of(eve, 0, 1, 2, 3, 4))
    hand_out(eve, 3)
    hand_out(eve, 4)
    hand_out(eve, 5, after=1)
    counts = [d.count for d in records.handed_out(eve.session, manifest(eve))]
    assert counts == [4, 5]
    for count, after in ((1, 2), (0, 1), (-1, 1), (6, 1)):
        with pytest.raises(records.TooManyHandedOutError):
            hand_out(eve, count, after=after)


def test_nothing_is_handed_out_after_the_count(eve: PollingDay) -> None:
    eve.open()
    hand_out(eve, 3)
    eve.close()
    with pytest.raises(records.RecordClosedError):
        hand_out(eve, 4)


@pytest.mark.parametrize(
    "wrong",
    [{PaperDuty.OBSERVER: "甲"}, {PaperDuty.OBSERVER: " "}, {PaperDuty.PRINTER: "乙 "}],
)
def test_three_duties_are_three_people(
    eve: PollingDay, wrong: dict[PaperDuty, str]
) -> None:
    with pytest.raises(records.SameHandsError):
        assign(eve, NAMES | wrong)
    assert records.duties(eve.session, eve.election.id) == {}


def test_records_are_in_the_audit_log_and_hold_no_number(eve: PollingDay) -> None:
    assign(eve, NAMES)
    draw(eve, secrets_of(eve, 0, 1, 2, 3, 4))
    hand_out(eve, 3)
    found = eve.session.query(audit.AuditEntry).order_by(audit.AuditEntry.number)
    last = [(e.action, e.reason) for e in found][-3:]
    assert last == [
        ("vote.assign", "printer:甲 distributor:乙 observer:丙"),
        ("vote.draw", "丙"),
        ("vote.hand_out", "2026-11-20 3"),
    ]
    assert set(records.HandedOut.__table__.columns.keys()) == {
        "election_id",
        "place_id",
        "on",
        "count",
        "distributor",
    }
