"""Staff, what each role may do, teams and recusal.

In: names and passwords. Out: who may do what, and who may read what of whom.
"""

from portal.people.permissions import Permission, Role, permits, require
from portal.people.staff import Staff, get_staff, register, reset, set_password, sign_in
from portal.people.teams import (
    Duty,
    Membership,
    Recusal,
    Team,
    TeamPlace,
    join,
    places_of,
    readers_of,
    recuse,
)

__all__ = [
    "Duty",
    "Membership",
    "Permission",
    "Recusal",
    "Role",
    "Staff",
    "Team",
    "TeamPlace",
    "get_staff",
    "join",
    "permits",
    "places_of",
    "readers_of",
    "recuse",
    "register",
    "require",
    "reset",
    "set_password",
    "sign_in",
]
