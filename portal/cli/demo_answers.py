"""The demo's questionnaires: scanned by residents, filled in at the door, on paper."""

from collections.abc import Sequence
from itertools import product

from sqlalchemy.orm import Session

from portal import entrances, rounds
from portal.cli.demo_setup import Story, pick, sample
from portal.entrances import ChannelKind, Code, Entrance, entrance_by_staff
from portal.intake.receive import Arrival, receive_answers
from portal.people import Role
from portal.questionnaires import frozen
from portal.questionnaires.shape import Definition, ItemType

A_PLACE = (4, 7, 12, 15, 18)  # by residents' own phones
AT_DOORS, ON_PAPER = 3, 5  # a community, where there are any
VISITED, WITH_PAPER = 4, 6  # every so many communities


def scanned(story: Story, session: Session, codes: list[Code]) -> None:
    """Residents of every community answer by the codes that hang there."""
    for place in rounds.places_in(session, story.round_id):
        here = [code for code in codes if code.place_id == place.id]
        for number in range(pick(A_PLACE, place.code)):
            code = pick(here, place.code, number)
            entrance = entrances.entrance(session, code.code)
            _answer(story, session, entrance, at=code.code, number=number)


def filled_in_by_staff(story: Story, session: Session) -> None:
    """Team members visit some communities; a clerk types paper in from others."""
    places = rounds.places_in(session, story.round_id)
    clerk = story.account(Role.ENTRY).staff(session)
    visits = [
        (story.reader_of(session, place.id).staff, place, ChannelKind.VISIT)
        for place in places[::VISITED]
    ]
    piles = [(clerk, place, ChannelKind.PAPER) for place in places[::WITH_PAPER]]
    for (staff, place, kind), number in (
        *product(visits, range(AT_DOORS)),
        *product(piles, range(ON_PAPER)),
    ):
        entrance = entrance_by_staff(
            session, staff, story.round_id, place_code=place.code, kind=kind
        )
        _answer(story, session, entrance, at=f"{place.code}-{kind}", number=number)


def _answer(
    story: Story, session: Session, entrance: Entrance, *, at: str, number: int
) -> None:
    questionnaire = frozen.questionnaire_of(session, story.round_id)
    posted = _ticks(questionnaire.definition_for(entrance.facts), at, number)
    if number % 5 == 0:
        posted["more"] = [pick(sample("voices.json")["answers"], at, number)]
    receive_answers(
        session,
        story.house.door,
        arrival=Arrival(entrance=entrance, nonce=f"demo-{at}-{number}"),
        revision=questionnaire.revision,
        posted=posted,
    )


def _ticks(shown: Definition, *seed: object) -> dict[str, Sequence[str]]:
    choosable = {ItemType.SINGLE, ItemType.SCALE}
    return {
        item.id: [pick(item.options, item.id, *seed).id]
        for item in shown.questions
        if item.type in choosable and item.visible is None
    }
