"""Rounds: what is inspected, when, in which phase, and the keys of its communities.

In: the office's plan. Out: phases that govern what the public can do.
"""

from portal.rounds.phases import NEXT, Mode, Phase, allows, may_advance
from portal.rounds.round import (
    Notice,
    PhaseChange,
    Round,
    RoundPlace,
    add_places,
    advance,
    get_round,
    households_in,
    places_in,
    plan,
    public_rounds,
    round_place,
)

__all__ = [
    "NEXT",
    "Mode",
    "Notice",
    "Phase",
    "PhaseChange",
    "Round",
    "RoundPlace",
    "add_places",
    "advance",
    "allows",
    "get_round",
    "households_in",
    "may_advance",
    "places_in",
    "plan",
    "public_rounds",
    "round_place",
]
