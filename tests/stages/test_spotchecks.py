"""抽查: a list held fast, a draw anybody can repeat, visits nobody can turn back."""

import hashlib
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import rectification
from portal.figures import spot_check_figures
from portal.kernel.audit import AuditEntry, first_break
from portal.kernel.errors import InvalidError, NotFoundError
from portal.people import Role
from portal.rectification import (
    Outcome,
    Plan,
    Source,
    StepKind,
    drawable,
    numbers_in,
    spot_checks,
)
from portal.rectification.drawing import (
    AlreadyDrawnError,
    NoPurposeError,
    NothingToDrawError,
    SameDrawerError,
    SizeError,
    UnfinishedError,
    WordError,
)
from portal.rectification.sampling import commitment, fingerprint, fresh_number, redraw
from portal.rectification.visits import AlreadyVisitedError
from portal.review.findings import FindingState
from portal.rounds import get_round
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast, make_player
from tests.stages.review_scenes import Scene
from tests.stages.spotcheck_scenes import (
    FIRST,
    SECOND,
    WHY,
    call_fixed,
    draw,
    drawn,
    listed,
    visit,
    visit_all,
)
from tests.stages.test_rectification import check


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


# The arithmetic


def test_a_list_is_held_to_the_hash_of_its_sorted_numbers() -> None:
    """`printf '10001\\n20002\\n30003' | sha256sum` gives the same."""
    by_hand = hashlib.sha256(b"10001\n20002\n30003").hexdigest()
    assert commitment([30003, 10001, 20002]) == by_hand
    assert commitment([30003, 10001, 20003]) != by_hand


def test_a_draw_takes_the_smallest_hashes() -> None:
    """As in `printf 'seed|10001' | sha256sum`, sorted."""
    numbers = [10001, 10002, 10003, 10004, 10005]
    hashes = {n: hashlib.sha256(f"seed|{n}".encode()).hexdigest() for n in numbers}
    by_hand = sorted(sorted(numbers, key=hashes.__getitem__)[:2])
    assert redraw("seed", numbers, size=2) == by_hand


NUMBERS = st.sets(st.integers(10_000, 99_999), min_size=1, max_size=30)


@given(st.text(max_size=30), NUMBERS, st.randoms(use_true_random=False))
def test_a_draw_is_the_same_in_whatever_order_the_list_is_read(
    seed: str, numbers: set[int], order: Any
) -> None:
    shuffled = sorted(numbers)
    order.shuffle(shuffled)
    for size in range(len(numbers) + 1):
        found = redraw(seed, shuffled, size=size)
        assert found == redraw(seed, numbers, size=size)
        assert len(found) == size
        assert set(found) <= numbers


def counts_of_pairs(draws: list[list[int]]) -> Counter[tuple[int, ...]]:
    return Counter(tuple(found) for found in draws)


def is_even(counts: Counter[tuple[int, ...]], pairs: int, draws: int) -> bool:
    """Every pair as often as any other, give or take five standard deviations."""
    expected = draws / pairs
    slack = 5 * (expected * (1 - 1 / pairs)) ** 0.5
    return len(counts) == pairs and all(
        abs(n - expected) <= slack for n in counts.values()
    )


SIX = [10001, 10002, 10003, 10004, 10005, 10006]
SEEDS = [f"2026-1|1|{n}" for n in range(6000)]


def test_every_pair_of_six_is_drawn_as_often_as_any_other() -> None:
    pairs = len(list(combinations(SIX, 2)))
    draws = [redraw(seed, SIX, size=2) for seed in SEEDS]
    assert is_even(counts_of_pairs(draws), pairs, len(SEEDS))


def test_a_draw_that_leans_to_one_finding_would_be_noticed() -> None:
    """The twin takes the first of the list a tenth more often than it should."""
    draws = [redraw(seed, SIX, size=2) for seed in SEEDS]
    for n in range(0, len(draws), 15):
        draws[n] = [SIX[0], SIX[1]]
    assert not is_even(counts_of_pairs(draws), 15, len(SEEDS))


def test_a_fresh_number_is_of_five_digits_and_not_taken() -> None:
    taken = set(range(10_000, 99_999))
    assert fresh_number(taken) == 99_999


# The list


def test_what_a_unit_calls_fixed_can_be_drawn_and_nothing_else(scene: Scene) -> None:
    fixed = call_fixed(scene, 2)
    call_fixed(scene, outcome=Outcome.PARTLY)
    scene.signed()
    assert drawable(scene.session, scene.cast.round_id) == fixed


def test_what_was_sent_back_before_the_draw_stays_on_the_list(scene: Scene) -> None:
    row = scene.session.merge(call_fixed(scene, 2)[0])
    rectification.check(
        scene.session,
        row,
        outcome=Outcome.NOT_FIXED,
        by=scene.cast.member.staff(scene.session),
        now=MORNING,
        today=TODAY,
    )
    assert row.state is FindingState.SIGNED
    assert row in drawable(scene.session, scene.cast.round_id)


def test_a_lead_is_never_on_a_list(scene: Scene) -> None:
    first, second = call_fixed(scene, 2)
    first.is_lead = True
    scene.session.flush()
    assert drawable(scene.session, scene.cast.round_id) == [second]


def test_the_list_is_fixed_before_anything_is_known_of_the_draw(scene: Scene) -> None:
    found = call_fixed(scene, 3)
    spot_check = listed(scene, 2)
    numbers = [one.number for one in spot_check.listed]
    assert {one.finding_id for one in spot_check.listed} == {one.id for one in found}
    assert spot_check.commitment == commitment(numbers)
    assert (spot_check.number, spot_check.size, spot_check.seed) == (1, 2, None)
    assert (spot_check.drawn, spot_check.told_seed) == ([], None)
    call_fixed(scene, 1)
    assert len(draw(scene, spot_check).listed) == 3


def test_numbers_on_a_list_are_not_the_ids_of_findings(scene: Scene) -> None:
    call_fixed(scene, 3)
    for one in listed(scene).listed:
        assert 10_000 <= one.number <= 99_999
        assert one.number != one.finding_id


@pytest.mark.parametrize(
    ("plan", "refusal"),
    [
        ({"size": 0}, SizeError),
        ({"size": 4}, SizeError),
        ({"reason": " \n"}, NoPurposeError),
        ({"word": "花"}, WordError),
        ({"word": "一" * 21}, WordError),
        ({"word": "花 果"}, WordError),
        ({"word": "a|b"}, WordError),
        ({"word": "花\u200b果山"}, WordError),
    ],
)
def test_a_list_that_cannot_be_drawn_from_is_refused(
    scene: Scene, plan: dict[str, Any], refusal: type[InvalidError]
) -> None:
    call_fixed(scene, 3)
    whole = {"size": 2, "reason": WHY, "word": FIRST, **plan}
    with pytest.raises(refusal):
        rectification.freeze_list(
            scene.session,
            get_round(scene.session, scene.cast.round_id),
            plan=Plan(**whole),
            by=scene.cast.office.staff(scene.session),
            now=MORNING,
            today=TODAY,
        )
    assert spot_checks(scene.session, scene.cast.round_id) == []


def test_there_must_be_something_to_draw(scene: Scene) -> None:
    with pytest.raises(NothingToDrawError):
        listed(scene)


def test_a_list_can_be_discarded_while_there_is_no_seed(scene: Scene) -> None:
    call_fixed(scene)
    spot_check = listed(scene)
    office = scene.cast.office.staff(scene.session)
    rectification.discard_list(scene.session, spot_check, by=office, now=MORNING)
    assert spot_checks(scene.session, scene.cast.round_id) == []
    assert listed(scene).number == 1


# The draw


def test_anybody_with_list_and_seed_draws_the_same_again(scene: Scene) -> None:
    spot_check = drawn(scene, of=7, size=3)
    assert spot_check.seed
    numbers = [one.number for one in spot_check.listed]
    assert redraw(spot_check.seed, numbers, size=3) == [
        one.number for one in spot_check.drawn
    ]


def test_the_seed_holds_both_words_and_the_log_of_its_list(scene: Scene) -> None:
    spot_check = drawn(scene, of=2, size=1)
    entry = scene.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "spotcheck.list")
    ).one()
    assert spot_check.seed
    code, number, lot, first, head, second = spot_check.seed.split("|")
    assert (code, number, first, head, second) == (
        "2026-1",
        "1",
        FIRST,
        entry.hash,
        SECOND,
    )
    half = f"{code}|{number}|{lot}|{first}"
    assert entry.reason == f"名单 {spot_check.commitment}，封签 {fingerprint(half)}"


def test_the_same_words_do_not_draw_the_same(scene: Scene) -> None:
    """What the system puts in is drawn with each list, so nobody can choose by words."""
    call_fixed(scene, 2)
    halves = set()
    for _ in range(3):
        spot_check = listed(scene)
        halves.add(spot_check.first_half.split("|")[2])
        office = scene.cast.office.staff(scene.session)
        rectification.discard_list(scene.session, spot_check, by=office, now=MORNING)
    assert len(halves) == 3
    assert {len(half) for half in halves} == {20}


def test_whoever_fixed_the_list_does_not_draw(scene: Scene) -> None:
    call_fixed(scene)
    spot_check = listed(scene)
    with pytest.raises(SameDrawerError):
        draw(scene, spot_check, by=scene.cast.office)
    with pytest.raises(WordError):
        draw(scene, spot_check, word="")
    assert spot_check.seed is None


def test_a_draw_is_neither_repeated_nor_taken_back(scene: Scene) -> None:
    spot_check = drawn(scene, of=6, size=2)
    before = [one.number for one in spot_check.drawn]
    office = scene.cast.office.staff(scene.session)
    with pytest.raises(AlreadyDrawnError):
        draw(scene, spot_check, word="再来一次")
    with pytest.raises(AlreadyDrawnError):
        rectification.discard_list(scene.session, spot_check, by=office, now=MORNING)
    assert [one.number for one in spot_check.drawn] == before


def test_there_is_no_next_list_before_all_of_a_draw_is_visited(scene: Scene) -> None:
    spot_check = drawn(scene, of=4, size=2)
    for one in spot_check.drawn:
        with pytest.raises(UnfinishedError):
            listed(scene)
        visit(scene, one)
    assert listed(scene).number == 2
    with pytest.raises(UnfinishedError):
        listed(scene)


def test_a_further_draw_of_the_same_list_has_the_next_number_and_both_stay(
    scene: Scene,
) -> None:
    first = drawn(scene, of=4, size=2)
    visit_all(scene, first, Outcome.NOT_FIXED)
    second = draw(scene, listed(scene, 2))
    assert spot_checks(scene.session, scene.cast.round_id) == [first, second]
    assert first.commitment == second.commitment
    assert first.outcomes == {Outcome.FIXED: 1, Outcome.NOT_FIXED: 1}
    assert len(spot_check_figures(scene.session, scene.cast.round_id)) == 2


def test_a_finding_keeps_its_number_from_list_to_list(scene: Scene) -> None:
    first = drawn(scene, of=3, size=1)
    known = {one.finding_id: one.number for one in first.listed}
    visit_all(scene, first)
    call_fixed(scene, 1)
    second = listed(scene)
    numbers = {one.finding_id: one.number for one in second.listed}
    assert len(numbers) == 4
    assert known.items() < numbers.items()
    assert numbers_in(scene.session, scene.cast.round_id) == numbers


# The visits


def test_a_visit_is_the_fourth_fact_and_stays_in_the_draw(scene: Scene) -> None:
    (one,) = drawn(scene, of=1, size=1).drawn
    visit(scene, one)
    said = rectification.confirmations(scene.session, one.finding_id)
    assert said == {Source.UNIT: Outcome.FIXED, Source.REVISIT: Outcome.FIXED}
    assert (one.outcome, one.visited_on) == (Outcome.FIXED, TODAY)
    assert one.visited_by == scene.cast.member.staff_id
    assert one.finding.state is FindingState.REPORTED


@pytest.mark.parametrize("outcome", [Outcome.PARTLY, Outcome.NOT_FIXED])
@pytest.mark.parametrize("checked", [None, Outcome.FIXED, Outcome.NOT_FIXED])
def test_what_is_not_fixed_is_with_the_unit_again_and_the_draw_keeps_it(
    scene: Scene, outcome: Outcome, checked: Outcome | None
) -> None:
    """Whether the team has found it fixed before, or sent it back already."""
    spot_check = drawn(scene, of=1, size=1)
    (one,) = spot_check.drawn
    row = rectification_row(scene, one.finding_id)
    if checked:
        check(scene, row, checked)
    visit(scene, one, outcome)
    assert one.finding.state is FindingState.SIGNED
    filed = rectification.steps(scene.session, row.id)
    assert rectification.next_kind(row, filed) is StepKind.REPORT
    assert spot_check.outcomes == {outcome: 1}


def test_a_later_draw_changes_what_revisits_say_and_not_the_earlier_draw(
    scene: Scene,
) -> None:
    first = drawn(scene, of=1, size=1)
    visit_all(scene, first, Outcome.PARTLY)
    second = draw(scene, listed(scene))
    visit_all(scene, second)
    finding_id = first.drawn[0].finding_id
    said = rectification.confirmations(scene.session, finding_id)
    assert said[Source.REVISIT] is Outcome.FIXED
    assert first.outcomes == {Outcome.PARTLY: 1}
    assert second.outcomes == {Outcome.FIXED: 1}


def test_an_outcome_is_recorded_once_and_only_of_what_was_drawn(scene: Scene) -> None:
    spot_check = drawn(scene, of=3, size=1)
    (one,) = spot_check.drawn
    visit(scene, one, Outcome.NOT_FIXED)
    with pytest.raises(AlreadyVisitedError):
        visit(scene, one, Outcome.FIXED)
    other = next(each for each in spot_check.listed if not each.is_drawn)
    with pytest.raises(NotFoundError):
        visit(scene, other)
    assert one.outcome is Outcome.NOT_FIXED


def test_members_visit_their_own_communities_and_reviewers_all(
    scene: Scene, house: Installation
) -> None:
    spot_check = drawn(scene, of=2, size=2)
    supervisor = make_player(
        house, scene.session, username="supervisor", role=Role.SUPERVISOR
    )
    seen = {
        name: rectification.drawn_for(
            scene.session, scene.cast.round_id, staff=player.staff(scene.session)
        )
        for name, player in {**scene.cast.players, "supervisor": supervisor}.items()
    }
    everybody = {"member", "mate", "recused", "office", "chief", "supervisor"}
    assert {name for name, found in seen.items() if found} == everybody
    assert all(seen[name] == spot_check.drawn for name in everybody)
    with pytest.raises(NotFoundError):
        rectification.drawn_finding(
            scene.session,
            spot_check.drawn[0].finding_id,
            staff=scene.cast.stranger.staff(scene.session),
        )


def test_list_draw_and_visits_are_in_the_log(scene: Scene) -> None:
    spot_check = drawn(scene, of=1, size=1)
    visit(scene, spot_check.drawn[0], Outcome.NOT_FIXED)
    found = scene.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action.startswith("spotcheck"))
        .order_by(AuditEntry.number)
    ).all()
    finding_id = str(spot_check.drawn[0].finding_id)
    assert [(e.actor, e.action, e.subject) for e in found] == [
        ("office", "spotcheck.list", "2026-1 1"),
        ("chief", "spotcheck.draw", "2026-1 1"),
        ("member", "spotcheck.not_fixed", finding_id),
    ]
    assert found[1].reason == f"种子 {spot_check.seed_fingerprint}"
    assert first_break(scene.session) is None


def test_the_seed_is_told_when_it_gives_nothing_away_any_more(scene: Scene) -> None:
    """With the seed and the numbers a unit would know where visitors come next."""
    spot_check = drawn(scene, of=3, size=2)
    assert spot_check.seed
    held = hashlib.sha256(spot_check.seed.encode()).hexdigest()
    one, other = spot_check.drawn
    visit(scene, one)
    assert (spot_check.told_seed, spot_check.seed_fingerprint) == (None, held)
    visit(scene, other)
    assert (spot_check.told_seed, spot_check.seed_fingerprint) == (
        spot_check.seed,
        held,
    )


# Sources beside each other


def test_units_and_revisits_are_counted_against_each_other(scene: Scene) -> None:
    spot_check = drawn(scene, of=4, size=3)
    call_fixed(scene, outcome=Outcome.PARTLY)
    visit_all(scene, spot_check, Outcome.PARTLY, Outcome.NOT_FIXED)
    found = rectification.disagreement(scene.session, scene.cast.round_id)
    assert found.counts == {
        (Outcome.FIXED, Outcome.FIXED): 1,
        (Outcome.FIXED, Outcome.PARTLY): 1,
        (Outcome.FIXED, Outcome.NOT_FIXED): 1,
        (Outcome.FIXED, None): 1,
        (Outcome.PARTLY, None): 1,
    }
    assert (found.revisited, found.disagreeing) == (3, 2)


def test_a_community_is_counted_apart_and_leads_nowhere(scene: Scene) -> None:
    first, _ = call_fixed(scene, 2)
    first.is_lead = True
    scene.session.flush()
    elsewhere = scene.place_id("999001001201")
    counts = [
        rectification.disagreement(
            scene.session, scene.cast.round_id, place_id=place_id
        ).counts
        for place_id in (None, first.place_id, elsewhere)
    ]
    here = {(Outcome.FIXED, None): 1}
    assert counts == [here, here, {}]


def rectification_row(scene: Scene, finding_id: int) -> Any:
    from portal.handover import handover_of

    row = handover_of(scene.session, finding_id)
    assert row
    return row
