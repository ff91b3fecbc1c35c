"""The demo's district: places, staff, teams, a planned round, all fictional."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from portal import people, places, rounds
from portal.cli.running import furnish
from portal.kernel import clock
from portal.kernel.sealing import KeyPair
from portal.people import Duty, Role, Staff, Team, TeamPlace
from portal.places import Place
from portal.review.letters import Reader
from portal.rounds import Mode, Notice, Round
from portal.web.installation import Installation

T = TypeVar("T")


@lru_cache
def sample(name: str) -> Any:
    """A shipped sample file: `voices.json` as data, `places.csv` as bytes."""
    content = (files("portal.cli") / "sample" / name).read_bytes()
    return json.loads(content) if name.endswith(".json") else content


def pick(options: Sequence[T], *seed: object) -> T:
    """One of the options, the same every time for the same seed."""
    digest = hashlib.sha256(repr(seed).encode()).digest()
    return options[int.from_bytes(digest[:8], "big") % len(options)]


@dataclass(frozen=True)
class Account:
    """A demo login with all that opens it."""

    staff_id: int
    username: str
    role: Role
    password: str
    totp_secret: str
    pair: KeyPair

    def staff(self, session: Session) -> Staff:
        """The mapped account."""
        return session.get_one(Staff, self.staff_id)


@dataclass
class Story:
    """The demo while it is told: who, which round, and the day it has come to."""

    house: Installation
    now: datetime
    accounts: dict[str, Account] = field(default_factory=dict)
    round_id: int = 0
    slips: list[dict[str, str]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The story's day in China."""
        return clock.local_day(self.now)

    def goes_on(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)

    def account(self, role: Role, number: int = 0) -> Account:
        """One of the accounts of a role."""
        return [a for a in self.accounts.values() if a.role is role][number]

    def round_(self, session: Session) -> Round:
        """The round."""
        return rounds.get_round(session, self.round_id)

    def reader_of(self, session: Session, place_id: int) -> Reader:
        """The first member who may read a community's letters."""
        staff = people.readers_of(session, self.round_id, place_id)[0]
        return Reader(
            staff=staff,
            pair=self.accounts[staff.username].pair,
            keystore=self.house.keystore,
            now=self.now,
            today=self.today,
        )


def set_up(story: Story, session: Session) -> None:
    """Places, staff and the plan of the round."""
    furnish(session)
    places.import_places(session, [("places.csv", sample("places.csv"))])
    for person in _people():
        story.accounts[person["username"]] = _account(story, session, person)
    round_ = _plan(story, session)
    story.round_id = round_.id
    _compose(story, session, round_)


def _people() -> list[dict[str, Any]]:
    voices = sample("voices.json")
    members = [
        {**member, "role": "member"}
        for team in voices["teams"]
        for member in team["members"]
    ]
    return [*voices["office"], *members, *voices["units"]]


def _account(story: Story, session: Session, person: dict[str, Any]) -> Account:
    role, pair = Role(person["role"]), KeyPair.make()
    staff, password, totp = people.register(
        session,
        story.house.keystore,
        username=person["username"],
        name=person["name"],
        role=role,
        pair=pair,
    )
    staff.unit = person["name"] if role is Role.UNIT else ""
    return Account(staff.id, staff.username, role, password, totp, pair)


def _plan(story: Story, session: Session) -> Round:
    told = sample("voices.json")["notice"]
    notice = Notice(
        accepted="\n".join(told["accepts"]),
        passed_on="\n".join(told["passes_on"]),
        hotline=told["hotline"],
        hours=told["hours"],
        letter_box=told["mailbox"],
        mail=told["mail"],
    )
    year = story.today.year
    round_ = Round(
        code=f"{year}-2",
        name=f"示例区 {year} 年第二轮巡察",
        mode=Mode.INTEGRATED,
        inspector="示例区委巡察组",
        opens_on=story.today,
        closes_on=story.today + timedelta(days=45),
    )
    return rounds.plan(session, round_, notice)


def _compose(story: Story, session: Session, round_: Round) -> None:
    everywhere = places.communities(session)
    rounds.add_places(session, round_, everywhere)
    voices = sample("voices.json")
    for told in voices["teams"]:
        team = Team(round_id=round_.id, name=told["name"])
        session.add(team)
        session.flush()
        for member in told["members"]:
            staff = story.accounts[member["username"]].staff(session)
            people.join(session, team, staff=staff, duty=Duty(member["duty"]))
        for place in everywhere:
            if _street(place) in told["streets"]:
                session.add(
                    TeamPlace(round_id=round_.id, place_id=place.id, team_id=team.id)
                )
    for recusal in voices["recusals"]:
        people.recuse(
            session,
            story.accounts[recusal["username"]].staff(session),
            place_id=places.get_place(session, recusal["place"]).id,
            reason=recusal["reason"],
        )


def _street(place: Place) -> str:
    return place.parent.code if place.parent else ""
