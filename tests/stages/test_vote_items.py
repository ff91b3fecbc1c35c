"""Questions about each disclosed finding: frozen, optional, counted apart, checkable."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from portal import vote
from portal.figures.votes import item_cards
from portal.kernel import codes
from portal.vote import box as boxes
from portal.vote import items, tally
from portal.vote import verify as verifier
from portal.vote.election import VoteOpenError
from portal.vote.items import NothingDisclosedError
from portal.vote.ledger import WithheldLists
from tests.stages.vote_makers import (
    ALL_SATISFIED,
    BIG,
    SMALL,
    PollingDay,
    polling_day,
    polling_eve,
    scores_of,
)

PROBLEMS = ("路灯坏了三个月没人修", "收支公示半年没更新", "消防通道停满电动车")


@pytest.fixture
def day(tmp_path: Path) -> Iterator[PollingDay]:
    """One community is asked about three findings, the other about none."""
    with polling_eve(tmp_path) as day:
        day.disclose(BIG, *PROBLEMS)
        day.ask_items()
        day.open()
        yield day


def ids(day: PollingDay, code: str = BIG) -> list[str]:
    return [item.id for item in day.election.items.get(code, ())]


def slip_of(day: PollingDay, number: int) -> vote.Slip:
    """A slip of the big community, knowing what is asked now."""
    return vote.slip_of(day.precinct(), day.slips[BIG][number].secret)


def answers(day: PollingDay, number: int) -> dict[str, str]:
    """Of fourteen voters all answer the first item, eleven the second, six the third."""
    options = [option.id for option in items.SCALE]
    chosen = {name: options[(number + i) % 4] for i, name in enumerate(ids(day))}
    passed = [ids(day)[1]] * (number > 10) + [ids(day)[2]] * (number > 5)
    return {name: option for name, option in chosen.items() if name not in passed}


def fill(day: PollingDay, count: int = 14) -> None:
    for number, slip in enumerate(day.slips[BIG][:count]):
        day.cast(slip, scores_of(number * 7 + 1) | answers(day, number))


def listed(day: PollingDay, name: str) -> list[str]:
    return day.files[f"{BIG}/{name}.csv"].decode().splitlines()[1:]


# What is asked


def test_nothing_is_asked_unless_somebody_says_so(tmp_path: Path) -> None:
    with polling_eve(tmp_path) as day:
        day.disclose(BIG, *PROBLEMS)
        day.open()
        assert day.election.items == {}
        day.fill()
        day.close()
        record = json.loads(day.files["closing.json"])
        assert record["items"] is None
        assert [place["items"] for place in record["places"]] == [[], []]


def test_items_are_the_findings_disclosed_at_that_moment(tmp_path: Path) -> None:
    with polling_eve(tmp_path) as day:
        first, gone = day.disclose(BIG, *PROBLEMS[:2])
        gone.withdrawn_on = date(2026, 11, 1)
        day.ask_items()
        first.problem = "后来改了说法"
        day.disclose(BIG, "后来才公示的")
        assert day.election.items == {
            BIG: (items.Item(f"item-{first.id}", PROBLEMS[0]),)
        }


def test_asking_again_before_the_opening_takes_what_is_disclosed_then(
    tmp_path: Path,
) -> None:
    with polling_eve(tmp_path) as day:
        day.disclose(BIG, PROBLEMS[0])
        day.ask_items()
        day.disclose(SMALL, PROBLEMS[1])
        day.ask_items()
        assert {code: len(mine) for code, mine in day.election.items.items()} == {
            BIG: 1,
            SMALL: 1,
        }
        day.open()
        with pytest.raises(VoteOpenError):
            day.ask_items()


def test_asking_without_a_disclosure_is_refused(tmp_path: Path) -> None:
    with polling_eve(tmp_path) as day:
        (gone,) = day.disclose(BIG, PROBLEMS[0])
        gone.withdrawn_on = date(2026, 11, 1)
        with pytest.raises(NothingDisclosedError):
            day.ask_items()
        assert day.election.items_document is None


def test_long_words_are_cut_and_many_findings_are_not_all_asked(
    tmp_path: Path,
) -> None:
    with polling_eve(tmp_path) as day:
        day.disclose(BIG, "长" * 61, *("短" * 60 for _ in range(25)))
        day.ask_items()
        mine = day.election.items[BIG]
        assert len(mine) == items.MOST
        assert [len(item.words) for item in mine] == [items.LONGEST] * items.MOST
        assert mine[0].words == "长" * 59 + "…"
        assert mine[1].words == "短" * 60


def test_what_is_asked_changes_neither_slips_nor_the_manifest(day: PollingDay) -> None:
    printed, now = day.slips[BIG][0], slip_of(day, 0)
    assert now.slip_id == printed.slip_id
    assert printed.check_codes.items() < now.check_codes.items()
    assert set(now.check_codes) - set(printed.check_codes) == set(ids(day))


def test_the_check_code_of_an_item_is_made_like_the_printed_ones(
    day: PollingDay,
) -> None:
    import hashlib
    import hmac

    slip, name = slip_of(day, 0), ids(day)[0]
    said = f"trk|2026-2|{BIG}|{name}".encode()
    mac = hmac.new(slip.secret.encode(), said, hashlib.sha256).digest()
    assert slip.check_codes[name] == codes.base32(mac, 8)


# Voting


def test_the_receipt_has_the_codes_of_what_was_answered_and_no_others(
    day: PollingDay,
) -> None:
    first, second, third = ids(day)
    receipt = day.cast(day.slips[BIG][0], ALL_SATISFIED | {second: "partly"})
    assert set(receipt.check_codes) == {*ALL_SATISFIED, second}
    assert receipt.check_codes[second] == slip_of(day, 0).check_codes[second]
    assert {first, third}.isdisjoint(receipt.check_codes)


def test_every_item_may_be_passed_over_and_no_score_may(day: PollingDay) -> None:
    day.cast(day.slips[BIG][0], ALL_SATISFIED)
    partial = dict.fromkeys(ids(day), "fixed")
    with pytest.raises(vote.MissingScoresError):
        day.cast(day.slips[BIG][1], partial)


def test_an_answer_of_the_other_scale_or_community_is_not_taken(
    day: PollingDay,
) -> None:
    first = ids(day)[0]
    sent = ALL_SATISFIED | {first: "satisfied", "item-99": "fixed"}
    receipt = day.cast(day.slips[BIG][0], sent)
    assert set(receipt.check_codes) == set(ALL_SATISFIED)
    with pytest.raises(vote.MissingScoresError):
        day.cast(day.slips[BIG][1], ALL_SATISFIED | {"effect": "fixed"})


def sizes(day: PollingDay) -> set[int]:
    rows = day.box.file.connection().execute("SELECT sealed FROM election_ballot")
    return {len(bytes(row[0])) for row in rows}


def test_ballots_have_one_size_however_much_was_answered(day: PollingDay) -> None:
    fill(day)
    day.enter_paper(day.slips[BIG][0], ALL_SATISFIED)
    assert len(sizes(day)) == 1


def test_leaking_twin_a_ballot_without_its_padding_is_found(day: PollingDay) -> None:
    fill(day, 2)
    with day.box.file.writing() as box:
        box.execute(
            "UPDATE election_ballot SET sealed = substr(sealed, 10) WHERE slip_id = ?",
            (bytes.fromhex(day.slips[BIG][0].slip_id),),
        )
    assert len(sizes(day)) == 2


def test_two_typings_that_differ_in_an_item_cast_nothing(day: PollingDay) -> None:
    slip, first = day.slips[BIG][0], ids(day)[0]
    day.type_in(slip, ALL_SATISFIED | {first: "fixed"}, 0)
    for other in (ALL_SATISFIED, ALL_SATISFIED | {first: "unfixed"}):
        assert day.type_in(slip, other, 1).startswith("differs")
        day.type_in(slip, ALL_SATISFIED | {first: "fixed"}, 0)
    assert day.turnout == {}


# What is published


def test_every_answer_stands_under_its_check_code(day: PollingDay) -> None:
    fill(day)
    day.close()
    for number in range(14):
        slip = slip_of(day, number)
        for name, option in answers(day, number).items():
            if name != ids(day)[2]:
                assert f"{slip.check_codes[name]},{option}" in listed(day, name)
    assert [len(listed(day, name)) for name in ids(day)[:2]] == [14, 11]
    assert len(listed(day, "effect")) == 14
    assert verifier.verify(day.files, day.digest, day.fingerprint) == []


def test_an_item_of_few_answers_tells_their_number_only(day: PollingDay) -> None:
    fill(day)
    day.close()
    third = ids(day)[2]
    assert f"{BIG}/{third}.csv" not in day.files
    big = json.loads(day.files["closing.json"])["places"][0]
    assert third not in big["totals"]
    assert [item["answered"] for item in big["items"]] == [14, 11, 6]
    assert [item["words"] for item in big["items"]] == list(PROBLEMS)
    result = day.result.places[0].items[2]
    assert (result.answered, result.totals) == (6, None)
    kept = day.session.query(WithheldLists).filter_by(place_id=day.places[BIG].id)
    assert kept.one().sealed


def test_a_small_community_publishes_no_item(tmp_path: Path) -> None:
    with polling_eve(tmp_path) as day:
        day.disclose(SMALL, PROBLEMS[0])
        day.ask_items()
        day.open()
        day.fill(big=10, small=0)
        (name,) = ids(day, SMALL)
        for slip in day.slips[SMALL][:9]:
            day.cast(slip, ALL_SATISFIED | {name: "unfixed"}, SMALL)
        day.close()
        assert [p for p in day.files if p.startswith(SMALL)] == [
            f"{SMALL}/manifest.json"
        ]
        told = json.loads(day.files["closing.json"])["places"]
        assert "unfixed" not in json.dumps(told)
        small = next(place for place in told if place["place"] == SMALL)
        assert [item["answered"] for item in small["items"]] == [None]
        assert verifier.verify(day.files, day.digest, day.fingerprint) == []


def opened(day: PollingDay, number: int) -> boxes.Ballot:
    slip = slip_of(day, number)
    chosen = scores_of(number * 7 + 1) | answers(day, number)
    entries = tuple((code, chosen.get(n)) for n, code in slip.check_codes.items())
    return boxes.Ballot(bytes.fromhex(slip.slip_id), entries)


def test_no_key_joins_an_item_to_a_score_or_to_another_item(day: PollingDay) -> None:
    """The lists are those of ballots cast the other way round, and share no code."""
    ballots = [opened(day, number) for number in range(14)]
    known = {ballot.slip_id for ballot in ballots}
    forth, back = (
        tally.split(these, known, precinct=day.precinct())
        for these in (ballots, ballots[::-1])
    )
    assert forth == back
    keys = [key for rows in forth.lists.values() for key, _ in rows]
    assert len(keys) == len(set(keys)) == 14 * 8 + 11 + 6


def test_a_ballot_without_a_score_is_set_aside_and_its_items_with_it(
    day: PollingDay,
) -> None:
    whole, torn = opened(day, 0), opened(day, 1)
    entries = ((torn.entries[0][0], None), *torn.entries[1:])
    torn = boxes.Ballot(torn.slip_id, entries)
    known = {whole.slip_id, torn.slip_id}
    split = tally.split([whole, torn], known, precinct=day.precinct())
    assert (split.count, split.set_aside) == (1, 1)
    assert len(split.lists[ids(day)[0]]) == 1


def test_two_answers_under_one_code_of_an_item_do_not_cost_a_ballot(
    day: PollingDay,
) -> None:
    """The printer saw to it that the six never repeat; nobody could for items."""
    first, second = opened(day, 0), opened(day, 1)
    same = (*second.entries[:6], first.entries[6], *second.entries[7:])
    second = boxes.Ballot(second.slip_id, same)
    known = {first.slip_id, second.slip_id}
    split = tally.split([first, second], known, precinct=day.precinct())
    assert (split.count, split.set_aside) == (2, 0)
    assert len(split.lists[ids(day)[0]]) == 1
    assert len(split.lists[ids(day)[1]]) == 2


# Figures


def test_an_item_has_a_card_with_all_that_is_needed_to_judge_it(
    day: PollingDay,
) -> None:
    fill(day)
    day.close()
    big, small = day.result.places
    first, _, third = item_cards(day.result, big)
    assert (first.title, first.ballots, first.issued) == (PROBLEMS[0], 14, 14)
    assert first.distribution
    assert first.distribution.counts == {
        "fixed": 4,
        "partly": 4,
        "unfixed": 3,
        "unclear": 3,
    }
    assert first.mean == pytest.approx((4 * 100 + 4 * 50) / 11)
    assert first.bounds
    assert "居民测评" in first.definition
    assert (third.ballots, third.mean, third.distribution) == (6, None, None)
    assert item_cards(day.result, small) == []


def test_bounds_of_an_item_count_every_slip_that_said_nothing_of_it(
    tmp_path: Path,
) -> None:
    with polling_eve(tmp_path) as day:
        day.disclose(BIG, PROBLEMS[0])
        day.ask_items()
        day.open()
        for slip in day.slips[BIG][:10]:
            day.cast(slip, ALL_SATISFIED | {ids(day)[0]: "fixed"})
        for slip in day.slips[BIG][10:12]:
            day.cast(slip, ALL_SATISFIED)
        day.close()
        (card,) = item_cards(day.result, day.result.places[0])
        assert (card.ballots, card.issued, card.mean) == (10, 14, 100)
        assert card.bounds
        assert card.bounds.low == pytest.approx(1000 / 14)
        assert card.bounds.high == 100


def test_without_items_there_are_no_cards(tmp_path: Path) -> None:
    with polling_day(tmp_path) as day:
        day.fill()
        day.close()
        assert item_cards(day.result, day.result.places[0]) == []
