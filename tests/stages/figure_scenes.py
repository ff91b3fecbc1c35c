"""Answers as they lie in the database, and the words for what becomes of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.figures.results import Result
from portal.intake.records import Response
from portal.places import Place

OVERALL = ("good", "mostly", "fair", "bad", "unknown")  # the options of 「总的来说」


def answered(
    session: Session,
    round_id: int,
    place: Place,
    ticks: Mapping[str, Any],
    *,
    times: int = 1,
    by: ChannelKind = ChannelKind.LIFT,
) -> None:
    """So many people of a community gave these answers."""
    session.add_all(
        Response(
            round_id=round_id,
            place_id=place.id,
            channel_kind=by,
            revision="r",
            ticks=dict(ticks),
            flags=[],
        )
        for _ in range(times)
    )
    session.flush()


def rated(
    session: Session,
    round_id: int,
    place: Place,
    *numbers: int,
    by: ChannelKind = ChannelKind.LIFT,
) -> None:
    """So many people chose each option of the first question, best first."""
    for option, times in zip(OVERALL, numbers, strict=False):
        answered(session, round_id, place, {"overall": option}, times=times, by=by)


def told(results: list[Result], key: str = "overall") -> list[int | None] | None:
    """The counts a result shows by option; None where it shows nothing at all."""
    for one in results:
        if one.asked.key == key and one.card:
            return [share.count for share in one.card.shares]
    return None
