"""开箱时间: at which hours a round's part of the letterbox is opened.

A round has its own hours or follows the installation's. What is typed is forgiving
(`8点、12:30，18：00`); what is kept is `08:00,12:30,18:00`, empty for the usual ones.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import InvalidError
from portal.rounds.phases import Phase
from portal.rounds.round import Round

MOST = 6  # openings a day; the more often, the fewer letters come out together
_HOUR = re.compile(r"(\d{1,2})(?:[:点时](\d{2})?分?)?")

Hours = tuple[time, ...]


class HoursError(InvalidError):
    """Not hours of a day, or too many of them."""

    sentence = f"开箱时间请写成 8:00、12:00、18:00 这样，一天 1 到 {MOST} 次。"


def typed_hours(text: str) -> str:
    """What is kept for typed hours; nothing for nothing.

    Raises HoursError.
    """
    folded = unicodedata.normalize("NFKC", text)
    parts = [part for part in re.split(r"[,、;。\s]+", folded) if part]
    found = {_typed_hour(part) for part in parts}
    if len(found) > MOST:
        raise HoursError
    return ",".join(hour.strftime("%H:%M") for hour in sorted(found))


def hours_of(kept: str, usual: Hours) -> Hours:
    """A round's hours, the usual ones where it has none of its own."""
    return tuple(time.fromisoformat(part) for part in kept.split(",") if part) or usual


def timetable(session: Session, usual: Hours) -> Mapping[int, Hours]:
    """The hours of every round for which something may lie in the box, by its id."""
    quiet = (Phase.PREPARING, Phase.ARCHIVED)
    rounds = select(Round.id, Round.opening_hours).where(Round.phase.not_in(quiet))
    return {
        row.id: hours_of(row.opening_hours, usual) for row in session.execute(rounds)
    }


def _typed_hour(part: str) -> time:
    found = _HOUR.fullmatch(part)
    if found is None:
        raise HoursError
    try:
        return time(int(found[1]), int(found[2] or 0))
    except ValueError as error:
        raise HoursError from error
