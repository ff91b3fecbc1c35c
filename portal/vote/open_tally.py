"""Counting ratings: two tallies of a community, all and without what looked odd.

In: opened ratings. Out: a community's entry in the closing record, and from it the
result. Nothing is kept of a rating but its part in these counts: no lists, no check
codes, and no total of the district. Below ten there is only how many came.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.errors import NotFoundError
from portal.kernel.sealing import KeyPair
from portal.places import Place
from portal.rounds import places_in
from portal.vote.election import Election, ElectionState
from portal.vote.ratings import Rating, RatingBox, require_rating
from portal.vote.tally import PUBLISHED_FROM
from portal.vote.terms import Terms

DEFINITION = (
    "开放评价：谁扫了码都可以评，可以评不止一次，不知道评的是谁，不能代表全体居民。"
    "只数每个选项有多少份，不算平均分，不算全区的数，不和入户票放在一起比。"
)

Totals = Mapping[str, Mapping[str, int]]  # by dimension id and option id


@dataclass(frozen=True, kw_only=True)
class PlaceRatings:
    """A community's ratings; `totals` and the rest are None below 10.

    `flagged`: how many looked odd; None where they or the others are 1 to 9, for
    whoever has both tallies can subtract. `unflagged`: the totals of the others, None
    where none looked odd.
    """

    place_code: str
    place_name: str
    ratings: int
    set_aside: int
    totals: Totals | None
    flagged: int | None
    unflagged: Totals | None


@dataclass(frozen=True, kw_only=True)
class OpenResult:
    """What the closing record of an open election says."""

    code: str
    terms: Terms
    definition: str
    places: tuple[PlaceRatings, ...]


def count_ratings(
    session: Session, box: RatingBox, *, election: Election, vote: KeyPair
) -> dict[str, object]:
    """What the closing record says of every community of the round, by code."""
    places = sorted(places_in(session, election.round_id), key=lambda p: p.code)
    return {
        "definition": DEFINITION,
        "places": [
            place_entry(
                place, box.opened(election, place.id, vote=vote), election.terms
            )
            for place in places
        ],
    }


def place_entry(
    place: Place, ratings: Iterable[Rating | None], terms: Terms
) -> dict[str, object]:
    """A community's entry: how many came, and from ten on what they chose."""
    opened = list(ratings)
    genuine = [rating for rating in opened if rating is not None]
    entry: dict[str, object] = {
        "place": place.code,
        "name": place.name,
        "ratings": len(genuine),
        "set_aside": len(opened) - len(genuine),
    }
    if len(genuine) < PUBLISHED_FROM:
        return entry
    return {**entry, "totals": _totals(genuine, terms), **_apart(genuine, terms)}


def open_result_of(election: Election) -> OpenResult:
    """The result of an open election, from its closing record and nowhere else.

    Raises NeedsSlipError, NotFoundError while it is not closed.
    """
    require_rating(election)
    if election.state is not ElectionState.CLOSED:
        raise NotFoundError
    record = json.loads(election.closing or b"")
    return OpenResult(
        code=record["code"],
        terms=Terms.of(record["terms"]),
        definition=record["definition"],
        places=tuple(map(_place_of, record["places"])),
    )


def _apart(genuine: Sequence[Rating], terms: Terms) -> dict[str, object]:
    """The tally without what looked odd, where both groups are large enough."""
    plain = [rating for rating in genuine if not rating.flags]
    odd = len(genuine) - len(plain)
    if not odd:
        return {"flagged": 0}
    if min(odd, len(plain)) < PUBLISHED_FROM:
        return {}
    return {"flagged": odd, "unflagged": _totals(plain, terms)}


def _totals(ratings: Sequence[Rating], terms: Terms) -> dict[str, dict[str, int]]:
    chosen = zip(*(rating.scores for rating in ratings), strict=True)
    counted = [Counter(column) for column in chosen]
    return {
        dimension.id: {option.id: column[option.id] for option in terms.scale}
        for dimension, column in zip(terms.dimensions, counted, strict=True)
    }


def _place_of(entry: Mapping[str, Any]) -> PlaceRatings:
    return PlaceRatings(
        place_code=entry["place"],
        place_name=entry["name"],
        ratings=entry["ratings"],
        set_aside=entry["set_aside"],
        totals=entry.get("totals"),
        flagged=entry.get("flagged"),
        unflagged=entry.get("unflagged"),
    )
