"""A real installation to measure: one round in collecting, a page of 20 questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal import entrances, rounds
from portal.cli.running import migrate
from portal.entrances import ChannelKind
from portal.kernel import clock
from portal.kernel.settings import Settings
from portal.people import Duty, Role, Team, TeamPlace, join, register
from portal.places import Place
from portal.questionnaires import frozen, shipped
from portal.questionnaires.definition import parse, specialise
from portal.questionnaires.shape import Definition
from portal.rounds import Phase, keys
from portal.web.installation import Installation
from tests.makers import make_place, make_round

QUESTIONS = 20
HOUSEHOLDS = 1_000_000  # so many that no puzzle is asked for while measuring
PADDING = ("路灯", "垃圾清运", "绿化", "停车", "噪音", "电梯", "健身场地", "养老服务")


@dataclass(frozen=True)
class Stand:
    """The instance folder and the entrance of the bench."""

    folder: Path
    code: str
    revision: str
    definition: Definition

    def installation(self) -> Installation:
        """The installation, opened in this process."""
        return Installation.at(Settings.at(self.folder))


def build(folder: Path) -> Stand:
    """Build the installation in `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings.at(folder)
    migrate(settings.database_url)
    house = Installation.at(settings)
    with house.sessions() as session, session.begin():
        place = make_place(session, name="云溪社区", households=HOUSEHOLDS)
        code = _collecting_round(house, session, place)
        entrance = entrances.entrance(session, code)
        asked = frozen.questionnaire_of(session, entrance.round_id)
        definition = asked.definition_for(entrance.facts)
        stand = Stand(folder, code, asked.revision, definition)
    house.engine.dispose()
    if len(definition.questions) != QUESTIONS:
        message = f"{len(definition.questions)} questions on the page of the bench"
        raise RuntimeError(message)
    return stand


def _collecting_round(house: Installation, session: Session, place: Place) -> str:
    """Bring a round to collecting; gives the code of its one entrance."""
    now = clock.now()
    round_ = make_round(session)
    rounds.add_places(session, round_, [place])
    member, _, _ = register(
        session, house.keystore, username="member", name="示例", role=Role.MEMBER
    )
    team = Team(round_id=round_.id, name="第一组")
    session.add(team)
    session.flush()
    join(session, team, staff=member, duty=Duty.LEADER)
    session.add(TeamPlace(round_id=round_.id, place_id=place.id, team_id=team.id))
    session.flush()
    keys.make_keys(session, house.keystore, round_)
    today = clock.local_day(now)
    facts = {"community_kind": place.kind or "", "community_trait": ""}
    frozen.freeze(session, round_.id, padded(facts), today=today)
    for phase in (Phase.ANNOUNCED, Phase.COLLECTING):
        rounds.advance(session, round_, to=phase, by="bench", now=now)
    lift = entrances.add_channel(session, ChannelKind.LIFT, "楼栋电梯口")
    made = entrances.issue(
        session, round_.id, places=[place], channels=[lift], today=today
    )
    return made[0].code


def padded(facts: Mapping[str, str]) -> dict[str, Any]:
    """The shipped questionnaire with as many more questions as make 20."""
    document = shipped.compose()
    shown = len(specialise(parse(document), facts).questions)
    document["sections"][0]["items"] += [
        {
            "id": f"padding_{number}",
            "type": "scale",
            "scale": "satisfaction",
            "title": f"您对小区里的{about}满意吗？",
        }
        for number, about in enumerate(PADDING[: QUESTIONS - shown])
    ]
    return document
