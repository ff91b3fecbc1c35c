"""Answers as they lie in the database, and the words for what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.figures.responses import refresh
from portal.figures.results import Result, of_channel, of_kind, of_place, of_round
from portal.figures.settlement import Settlement, settle, settlement_of
from portal.intake.records import Response
from portal.places import Kind, Place
from portal.rounds import Phase, Round, places_in
from tests.makers import MORNING, TODAY

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


@dataclass
class Answering:
    """The round of the cast: people answer, pages are looked at, it is settled."""

    session: Session
    round_: Round

    @property
    def places(self) -> list[Place]:
        """云溪 (urban), 柳塘 (rural), 厂东 (urban)."""
        return places_in(self.session, self.round_.id)

    def rated(
        self, place: Place, *numbers: int, by: ChannelKind = ChannelKind.LIFT
    ) -> None:
        rated(self.session, self.round_.id, place, *numbers, by=by)

    def looked_at(self) -> None:
        refresh(self.session, self.round_.id, places=self.places, today=TODAY)

    def settled(self) -> Settlement:
        self.round_.phase = Phase.REVIEWING
        return settle(self.session, self.round_, by="office", now=MORNING, today=TODAY)

    def of_place(self, place: Place) -> list[Result]:
        return of_place(self.session, self.round_.id, place)

    def of_round(self) -> list[Result]:
        return of_round(self.session, self.round_.id, self.places)

    def of_kind(self, kind: Kind) -> list[Result]:
        return of_kind(self.session, self.round_.id, self.places, kind=kind)

    def of_channel(self, kind: ChannelKind) -> list[Result]:
        settled = settlement_of(self.session, self.round_.id)
        assert settled is not None
        return of_channel(self.session, settled, self.places, kind=kind)


def told(results: list[Result], key: str = "overall") -> list[int | None] | None:
    """The counts a result shows by option; None where it shows nothing at all."""
    for one in results:
        if one.asked.key == key and one.card:
            return [share.count for share in one.card.shares]
    return None
