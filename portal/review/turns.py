"""来往: what was said after a letter, by the team and by the holder of its receipt.

In: replies and additions that somebody's key has opened. Out: one thread, in the
order of the openings; what came out of one opening has no order of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.intake.additions import Resolution, outcome_in
from portal.intake.records import Addition, AdditionKind
from portal.review.letters import Reply


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One thing that was said; `day` is None while it waits in the box.

    `kind` is None for a reply of the team. `picture` names an addition that is one;
    what it shows is looked at by itself.
    """

    day: date | None
    kind: AdditionKind | None = None
    words: str = ""
    outcome: Resolution | None = None
    picture: str = ""

    @property
    def is_team(self) -> bool:
        """Whether the team said it."""
        return self.kind is None


def added(
    kind: AdditionKind, content: bytes, day: date | None, *, name: str = ""
) -> Turn:
    """The turn an opened addition is."""
    if kind is AdditionKind.PICTURE:
        return Turn(day=day, kind=kind, picture=name)
    if kind is AdditionKind.OUTCOME:
        outcome, words = outcome_in(content)
        return Turn(day=day, kind=kind, words=words, outcome=outcome)
    return Turn(day=day, kind=kind, words=content.decode())


def thread(
    replies: Iterable[tuple[Reply, str]],
    additions: Iterable[tuple[Addition, bytes]],
) -> list[Turn]:
    """Everything said, in order."""
    said = [
        (row.position, row.id, Turn(day=row.written_on, words=text))
        for row, text in replies
    ]
    said += [
        (row.position, row.id, added(row.kind, content, row.opened_on, name=row.id))
        for row, content in additions
    ]
    return [turn for _, _, turn in sorted(said, key=lambda one: one[:2])]


def latest_outcome(turns: Iterable[Turn]) -> Resolution | None:
    """The newest answer to 「解决了吗」."""
    said = [turn.outcome for turn in turns if turn.outcome is not None]
    return said[-1] if said else None
