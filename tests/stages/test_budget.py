"""What may come at once: noted, then asked, never refused; and who pays for what."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bench import crowds
from bench.crowds import COMMUNITY, FixedDoor, OurDoor
from bench.door import Fate, evening, from_200_addresses, from_one_address, square
from portal import entrances
from portal.entrances import Entrance
from portal.intake import puzzle, receive
from portal.intake.budget import POLICY, Budget, Flag, PuzzleNeededError, Scope, Size
from portal.intake.puzzle import MOST_WORK, NUMBERS, WAIT, Answer
from portal.intake.receive import Arrival, Complaint, EmptyLetterError
from portal.web.counts import HourCounter, Tallies
from portal.web.installation import Installation
from tests.makers import MORNING, Cast
from tests.stages.test_receive import in_box

SECOND = int(MORNING.timestamp())
SECRET = b"s" * 32
Solves = Callable[[bytes], bool]


def unsolved(_: bytes) -> bool:
    return False


def solved(_: bytes) -> bool:
    return True


class Street:
    """Somebody sending again and again, on the portal's own counts."""

    def __init__(self, entrance: Entrance, households: int = 0) -> None:
        self.tallies = Tallies(SECRET)
        self.entrance, self.households = entrance, households
        self.second = SECOND
        self.number = 0

    def sends(self, *, block: str = "4/1", solves: Solves = unsolved) -> set[Flag]:
        self.number += 1
        budget = Budget(
            counter=HourCounter(self.tallies, self.second),
            block=block,
            round_households=self.households,
            solves=solves,
        )
        key = self.number.to_bytes(32, "big")
        return set(budget.spend(self.entrance, key, texts=[]).flags)

    def fill(self, number: int, *, block: str = "4/1") -> list[set[Flag]]:
        return [self.sends(block=block, solves=solved) for _ in range(number)]


@pytest.fixture
def street() -> Street:
    """A community of 1499 households in a round of 1499."""
    return Street(COMMUNITY[0])


def test_allowances_grow_with_households_between_two_ends() -> None:
    size = Size(8, 60, 180)
    assert [size.of(n) for n in (0, 400, 800, 1600, 9000)] == [60, 60, 100, 180, 180]
    blocks = POLICY[Scope.BLOCK]
    assert blocks.asked
    assert blocks.asked.of(68_970) == 360
    assert blocks.asked.of(400_000) == 2000


def test_the_first_beyond_a_communitys_allowance_is_flagged(street: Street) -> None:
    flags = street.fill(181)
    assert flags[:180] == [set()] * 180
    assert flags[180] == {Flag.BURST}


def test_a_larger_community_may_send_more(street: Street) -> None:
    small = Street(replace(COMMUNITY[0], households=480))
    assert [len(each) for each in small.fill(61)] == [0] * 60 + [1]


def test_a_block_over_its_budget_is_asked_and_the_next_block_is_not(
    street: Street,
) -> None:
    street.fill(360)
    with pytest.raises(PuzzleNeededError):
        street.sends()
    assert street.sends(block="4/2") == {Flag.BURST}


def test_an_entrance_over_its_households_is_asked_whatever_the_block(
    street: Street,
) -> None:
    for number in range(1499):
        street.sends(block=f"4/{number}")
    with pytest.raises(PuzzleNeededError):
        street.sends(block="4/new")
    street.entrance = COMMUNITY[1]
    assert street.sends(block="4/new") == {Flag.BURST}


def test_a_community_does_not_pay_for_another(street: Street) -> None:
    street.fill(181)
    street.entrance = crowds.TOWN[0][0]
    assert street.sends(block="4/2") == set()


def test_a_block_may_send_more_where_the_round_has_more_households() -> None:
    street = Street(COMMUNITY[0], households=400_000)
    street.fill(1000)
    assert street.sends() == {Flag.BURST}  # the community's; the block may send 2000


def test_whoever_solves_is_let_in_and_flagged(street: Street) -> None:
    street.fill(360)
    assert street.sends(solves=solved) == {Flag.BURST, Flag.OVER_BUDGET}


def test_being_asked_costs_nothing(street: Street) -> None:
    street.fill(359)
    street.fill(1)
    for _ in range(50):
        with pytest.raises(PuzzleNeededError):
            street.sends()
    counter = HourCounter(street.tallies, SECOND)
    assert counter.add(Scope.BLOCK, "4/1", 0) == 360
    assert counter.add(Scope.ENTRANCE, COMMUNITY[0].code, 0) == 360


def test_the_level_falls_with_the_hours(street: Street) -> None:
    street.fill(180)
    street.second += 24 * 3600
    flags = street.fill(91)
    assert [len(each) for each in flags] == [0] * 90 + [1]


def test_a_quiet_hour_does_not_forget_a_burst(street: Street) -> None:
    """A machine that writes every other hour gains nothing by it."""
    street.fill(181)
    street.second += 2 * 3600
    flags = street.fill(30)
    assert [len(each) for each in flags] == [0] * 6 + [1] * 24


def test_a_flood_weighs_on_neighbours_for_days_not_months(street: Street) -> None:
    """One letter a day afterwards, so that the level is never out of reach."""
    street.fill(3000)
    flags = []
    for _ in range(5):
        street.second += 24 * 3600
        flags += street.fill(1)
    assert [Flag.BURST in each for each in flags] == [True, True, False, False, False]


def test_a_third_letter_with_the_same_words_is_flagged(street: Street) -> None:
    def flags(text: str, entrance: Entrance = COMMUNITY[0]) -> set[Flag]:
        budget = Budget(
            counter=HourCounter(street.tallies, SECOND),
            block="4/1",
            round_households=0,
            solves=unsolved,
        )
        return set(budget.spend(entrance, b"", texts=[text]).flags)

    assert [flags("书记家里有三套房子。") for _ in range(2)] == [set(), set()]
    assert flags("书记 家里有 三套房子！") == {Flag.REPEAT}
    assert flags("书记家里有两套房子。") == set()
    assert flags("书记家里有三套房子。", crowds.TOWN[0][0]) == set()
    assert [flags("路灯不亮") for _ in range(9)] == [set()] * 9


# The write gate


def arrival_of(
    session: Session, code: str, tallies: Tallies, *, nonce: str, solves: Solves
) -> Arrival:
    budget = Budget(
        counter=HourCounter(tallies, SECOND),
        block="4/1",
        round_households=0,
        solves=solves,
    )
    entrance = entrances.entrance(session, code)
    return Arrival(entrance=entrance, nonce=nonce, budget=budget)


def test_accepted_letters_pay_once_and_others_never(
    house: Installation, cast: Cast, session: Session
) -> None:
    tallies = Tallies(SECRET)
    arrival = arrival_of(session, cast.yunxi, tallies, nonce="one", solves=unsolved)
    letter = Complaint(category="property", text="电动车占道半年了。")
    first = receive.receive_complaint(house.door, arrival=arrival, complaint=letter)
    again = receive.receive_complaint(house.door, arrival=arrival, complaint=letter)
    with pytest.raises(EmptyLetterError):
        receive.receive_complaint(
            house.door, arrival=arrival, complaint=replace(letter, text=" ")
        )
    assert again == first
    assert HourCounter(tallies, SECOND).add(Scope.BLOCK, "4/1", 0) == 1


def test_over_budget_a_repeat_is_answered_and_a_new_letter_asked(
    house: Installation, cast: Cast, session: Session
) -> None:
    tallies = Tallies(SECRET)
    arrival = arrival_of(session, cast.yunxi, tallies, nonce="one", solves=unsolved)
    letter = Complaint(category="property", text="电动车占道半年了。")
    receipt = receive.receive_complaint(house.door, arrival=arrival, complaint=letter)
    HourCounter(tallies, SECOND).add(Scope.BLOCK, "4/1", 400)
    again = receive.receive_complaint(house.door, arrival=arrival, complaint=letter)
    assert again == receipt
    other = replace(letter, text="楼道灯不亮，走路要摸黑。")
    with pytest.raises(PuzzleNeededError):
        receive.receive_complaint(house.door, arrival=arrival, complaint=other)
    assert house.door.box.waiting() == 1
    arrival = arrival_of(session, cast.yunxi, tallies, nonce="one", solves=solved)
    receive.receive_complaint(house.door, arrival=arrival, complaint=other)
    assert sorted(item["flags"] for item in in_box(house)) == [
        [],
        ["burst", "over_budget"],
    ]


def test_a_letter_the_box_could_not_take_is_not_paid_for(
    house: Installation,
    cast: Cast,
    session: Session,
) -> None:
    tallies = Tallies(SECRET)
    arrival = arrival_of(session, cast.yunxi, tallies, nonce="one", solves=unsolved)
    letter = Complaint(category="property", text="电动车占道半年了。")
    box = house.door.box.file.connection()
    box.execute(
        "CREATE TRIGGER full BEFORE INSERT ON item BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(Exception, match="full"):
        receive.receive_complaint(house.door, arrival=arrival, complaint=letter)
    assert HourCounter(tallies, SECOND).add(Scope.BLOCK, "4/1", 0) == 0


# The puzzle


def asked_at(now_: float = 0, given: Answer = crowds.NO_ANSWER) -> puzzle.Puzzle:
    now = MORNING + timedelta(seconds=now_)
    return puzzle.puzzle(SECRET, b"key", given=given, now=now)


def is_solved(answer: Answer, seconds: float, *, key: bytes = b"key") -> bool:
    now = MORNING + timedelta(seconds=seconds)
    return puzzle.is_solved(SECRET, key, given=answer, now=now)


def total_of(shown: puzzle.Puzzle) -> int:
    return 2 + NUMBERS.index(shown.left) + NUMBERS.index(shown.right)


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}"])
def test_the_sum_is_right_after_the_wait_however_it_is_typed(typed: str) -> None:
    shown = asked_at()
    total = total_of(shown)
    answer = Answer(
        ticket=shown.ticket,
        total=typed.format(total, "零一二三四五六七八"[total], chr(0xFF10 + total)),
    )
    assert not is_solved(answer, WAIT - 1)
    assert is_solved(answer, WAIT)


def test_a_wrong_sum_a_made_up_ticket_and_another_letter_do_not_open() -> None:
    shown = asked_at()
    total = str(total_of(shown))
    early = f"{int(shown.ticket.split('.')[0], 16) - 9:x}.{shown.ticket.split('.')[1]}"
    assert not is_solved(Answer(shown.ticket, "", "1"), WAIT)
    assert not is_solved(Answer(early, "", total), WAIT)
    assert not is_solved(Answer(shown.ticket, "", total), WAIT, key=b"other")
    assert not is_solved(Answer("", "", total), WAIT)
    assert not is_solved(Answer("zz.é\udcff", "", total), WAIT)
    assert not is_solved(Answer("f" * 40 + ".A", "", total), WAIT)


def test_who_comes_too_early_waits_on_and_who_is_wrong_gets_another_question() -> None:
    shown = asked_at()
    right = Answer(shown.ticket, "", str(total_of(shown)))
    assert asked_at(3, right).ticket == shown.ticket
    assert asked_at(3, right).wait == WAIT - 3
    wrong = Answer(shown.ticket, "", "1")
    assert asked_at(WAIT, wrong).ticket != shown.ticket


def test_a_script_finds_the_number_at_once() -> None:
    shown = asked_at()
    number = next(
        n
        for n in range(MOST_WORK)
        if hashlib.sha256(f"{shown.salt}{n}".encode()).hexdigest() == shown.target
    )
    assert is_solved(Answer(shown.ticket, work=str(number)), 0)
    assert not is_solved(Answer(shown.ticket, work=str(number + 1)), 0)


# The crowds of `make bench`, small


def fate(door: crowds.Door, senders: list[crowds.Sender]) -> Fate:
    crowds.play(door, senders)
    return Fate.of(senders)


@pytest.mark.parametrize("crowd", [evening, square])
def test_residents_of_one_carrier_get_in_at_the_first_try(
    crowd: Callable[[], list[crowds.Sender]],
) -> None:
    ours = fate(OurDoor(crowds.HOUSEHOLDS), crowd())
    assert ours.first_try >= 0.99
    assert ours.in_the_end == 1
    assert fate(FixedDoor(), crowd()).in_the_end < 0.3


def test_of_ten_thousand_posts_of_one_address_two_in_a_hundred_go_unflagged() -> None:
    ours = fate(OurDoor(crowds.HOUSEHOLDS), from_one_address())
    assert ours.unflagged <= 0.02
    assert ours.in_the_end == 1  # kept, every one


def test_no_more_from_200_addresses_and_their_neighbours_all_get_in() -> None:
    machine, neighbours = from_200_addresses(), evening()
    crowds.play(OurDoor(crowds.HOUSEHOLDS), [*neighbours, *machine])
    assert Fate.of(machine).unflagged <= 0.02
    assert Fate.of(neighbours).in_the_end == 1
    assert max(sender.asked for sender in neighbours) >= 1


def test_the_fixed_rule_lets_a_machine_with_200_addresses_through() -> None:
    assert fate(FixedDoor(), from_200_addresses()).unflagged > 0.3
