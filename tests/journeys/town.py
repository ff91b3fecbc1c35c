"""An empty installation with the first accounts, as `portal init` leaves it."""

from dataclasses import dataclass, field
from typing import Any

from portal import people
from portal.cli.running import furnish, opened
from portal.kernel.settings import Settings
from portal.people import Role
from portal.web.app import create_app
from portal.web.installation import Installation
from tests.makers import Clock

STAFF = {
    "admin": Role.ADMIN,
    "office": Role.OFFICE,
    "chief": Role.CHIEF,
    "member": Role.MEMBER,
    "mate": Role.MEMBER,
    "cousin": Role.MEMBER,
}


@dataclass
class Person:
    """Somebody of the staff with what they type to sign in."""

    username: str
    password: str
    totp_secret: str


@dataclass
class Town:
    """The installation, its application and clock, and who has an account."""

    house: Installation
    app: Any
    clock: Clock = field(default_factory=Clock)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return self.house.settings.base_url


def make_town(settings: Settings) -> Town:
    """A town whose staff have accounts and whose round is yet to be planned."""
    house = opened(settings)
    town = Town(house, create_app(house))
    house.clock = town.clock
    with house.sessions() as session, session.begin():
        furnish(session)
        for username, role in STAFF.items():
            _, *secrets = people.register(
                session,
                house.keystore,
                username=username,
                name=f"示例·{username}",
                role=role,
            )
            town.people[username] = Person(username, *secrets)
    return town
