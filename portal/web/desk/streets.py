"""Communities by street with ticks: whole streets too, without any script.

Every press of the form says the whole of what is ticked; a street's own button adds
all of its communities to that, or takes them out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flask import request

from portal.places import Place


@dataclass(frozen=True)
class StreetTicks:
    """One street with its communities as (community, is ticked)."""

    street: Place | None
    places: list[tuple[Place, bool]]

    @property
    def is_whole(self) -> bool:
        """Whether every community is ticked."""
        return all(ticked for _, ticked in self.places)

    @property
    def key(self) -> int:
        """What the street's button says."""
        return self.street.id if self.street else 0


def by_street(places: Iterable[Place], ticked: Collection[int]) -> list[StreetTicks]:
    """Communities under their streets, in the order they came in."""
    found: dict[int, StreetTicks] = {}
    for place in places:
        street = found.setdefault(place.parent_id or 0, StreetTicks(place.parent, []))
        street.places.append((place, place.id in ticked))
    return list(found.values())


def wanted(places: Iterable[Place], ticked: Collection[int]) -> list[Place]:
    """The communities meant: ticked ones, and what a street's button adds or takes."""
    whole = request.form.get("whole", type=int)
    none = request.form.get("none", type=int)
    return [
        place
        for place in places
        if (place.parent_id or 0) != none
        and (place.id in ticked or (place.parent_id or 0) == whole)
    ]
