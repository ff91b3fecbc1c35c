"""Table e: who gets through the door, beside a rule of five per hour and address.

`python -m bench.door` prints it alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.crowds import (
    COMMUNITY,
    EVERY_CODE,
    HOUR,
    HOUSEHOLDS,
    FixedDoor,
    OurDoor,
    Sender,
    machine,
    play,
    residents,
)
from bench.tables import Table

FIRST_TRY_GOAL, UNFLAGGED_GOAL = 0.99, 0.02


@dataclass(frozen=True)
class Fate:
    """What became of residents or of a machine at one door; shares of 1."""

    first_try: float
    in_the_end: float
    unflagged: float

    @classmethod
    def of(cls, senders: Sequence[Sender]) -> "Fate":
        """Count by submission: what was sent twice is one."""
        ones = {s.post.key: s for s in reversed(senders)}.values()
        first = sum(s.reply.is_taken and s.tries == 1 for s in ones)
        taken = [s for s in ones if s.reply.is_taken]
        clean = sum(not s.reply.is_flagged for s in taken)
        whole = len(ones)
        return cls(first / whole, len(taken) / whole, clean / whole)


Crowd = Callable[[], list[Sender]]


def fates(crowd: Crowd, *, beside: Crowd = list) -> tuple[Fate, Fate]:
    """The same people at our door and at the fixed one, `beside` others."""
    found = []
    for door in (OurDoor(HOUSEHOLDS), FixedDoor()):
        watched = crowd()
        play(door, [*watched, *beside()])
        found.append(Fate.of(watched))
    return found[0], found[1]


def evening() -> list[Sender]:
    """300 residents of one community behind 4 carrier exits in 3 hours."""
    return residents(300, exits=4, seconds=3 * HOUR, codes=COMMUNITY)


def evening_of_the_round() -> list[Sender]:
    """The same 300, spread over the district."""
    return residents(300, exits=4, seconds=3 * HOUR, codes=EVERY_CODE)


def square() -> list[Sender]:
    """200 in one square in 10 minutes, one poster."""
    return residents(200, exits=4, seconds=600, codes=COMMUNITY[:1])


def square_behind_one_exit() -> list[Sender]:
    """The same behind one address."""
    return residents(200, exits=1, seconds=600, codes=COMMUNITY[:1])


def from_one_address() -> list[Sender]:
    """10 000 posts in 3 hours at one entrance."""
    return machine(1, hours=3, codes=COMMUNITY[:1])


def from_200_addresses() -> list[Sender]:
    """10 000 posts in 3 hours at one entrance, in turn from 200 blocks."""
    return machine(200, hours=3, codes=COMMUNITY[:1])


PEOPLE: Sequence[tuple[str, Crowd, Crowd]] = (
    ("300 of one community, 4 exits, 3 h", evening, list),
    ("300 of the district, 4 exits, 3 h", evening_of_the_round, list),
    ("200 in one square, 4 exits, 10 min", square, list),
    ("200 in one square, 1 exit, 10 min", square_behind_one_exit, list),
    ("300 of one community beside the machine", evening, from_200_addresses),
)
MACHINES: Sequence[tuple[str, Crowd, str]] = (
    ("1 address, one code, 3 h", from_one_address, "goal"),
    ("200 addresses, one code, 3 h", from_200_addresses, "goal"),
    (
        "1 address, one community's codes, 7 days",
        lambda: machine(1, hours=168, codes=COMMUNITY),
        "goal",
    ),
    (
        "200 addresses, one community's codes, 7 days",
        lambda: machine(200, hours=168, codes=COMMUNITY),
        "goal",
    ),
    (
        "1 address, all 576 codes, 3 h",
        lambda: machine(1, hours=3, codes=EVERY_CODE),
        "goal",
    ),
    (
        "200 addresses, all 576 codes, the same words",
        lambda: machine(200, hours=3, codes=EVERY_CODE, words="书记家里有三套房"),
        "goal",
    ),
    (
        "1 address, all 576 codes, 7 days",
        lambda: machine(1, hours=168, codes=EVERY_CODE),
        "not seen",
    ),
    (
        "200 addresses, all 576 codes, 3 h",
        lambda: machine(200, hours=3, codes=EVERY_CODE),
        "not seen",
    ),
)

UNSEEN = """
What the door cannot see: nobody shows who they are, so numbers are all it has. A
machine that spreads over many addresses *and* many communities, or stays below what a
community may send anyway, looks like people (rows "not seen"); so does one person who
writes three letters from three phones. Every community may send its allowance unnoted
at once (60 to 180), so residents of one community beyond it are flagged too, never
held up: no rule that decides on arrival can pass the 300th neighbour and stop a
machine's 200th post. Beside a machine most neighbours are flagged with it, and some are
asked. A flag is a mark for the team's eyes; it deletes and hides nothing.
"""


def tables() -> Iterator[Table | str]:
    """People, machines, and what is not seen."""
    yield Table(
        "Residents at the door (a third without script; fixed seeds)",
        (
            "who",
            "first try",
            "in the end",
            "flagged",
            "5 per hour: first",
            "end",
            "goal",
        ),
        [_people(*row) for row in PEOPLE],
    )
    yield Table(
        "10 000 machine posts: what reaches review unflagged",
        ("who", "unflagged", "taken", "5 per hour: unflagged", "goal"),
        [_machine(*row) for row in MACHINES],
    )
    yield UNSEEN


def _people(name: str, crowd: Crowd, beside: Crowd) -> tuple[str, ...]:
    ours, fixed = fates(crowd, beside=beside)
    goal = FIRST_TRY_GOAL if beside is list else 0.0  # beside a machine: in the end
    holds = ours.first_try >= goal and ours.in_the_end == 1
    return (
        name,
        f"{ours.first_try:.1%}",
        f"{ours.in_the_end:.1%}",
        f"{ours.in_the_end - ours.unflagged:.1%}",
        f"{fixed.first_try:.1%}",
        f"{fixed.in_the_end:.1%}",
        f">= {goal:.0%} first, 100% end: {'holds' if holds else 'FAILS'}",
    )


def _machine(name: str, crowd: Crowd, goal: str) -> tuple[str, ...]:
    ours, fixed = fates(crowd)
    verdict = "holds" if ours.unflagged <= UNFLAGGED_GOAL else "FAILS"
    return (
        name,
        f"{ours.unflagged:.2%}",
        f"{ours.in_the_end:.1%}",
        f"{fixed.unflagged:.2%}",
        f"<= 2%: {verdict}" if goal == "goal" else goal,
    )


def main() -> None:
    """Print."""
    for table in tables():
        print(table, flush=True)


if __name__ == "__main__":
    main()
