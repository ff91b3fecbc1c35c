"""From questionnaires to counts that may be shown: per community and question.

In: responses. Out: counts by question and option that change only after ten more
answers (promise 11); what was shown last is kept, because responses have no order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.figures.questionnaire import QuestionFigures, questionnaire_figures
from portal.figures.suppression import refreshed
from portal.intake.records import Response
from portal.kernel.database import Base
from portal.places import Place
from portal.questionnaires.definition import Item, ItemType
from portal.questionnaires.frozen import questionnaire_of
from portal.vote.terms import Option

CHOSEN, NOT_CHOSEN = "yes", "no"
TICKED = (Option(CHOSEN, "选了", None), Option(NOT_CHOSEN, "没选", None))


class ShownCounts(Base):
    """What was last shown of a community: counts by question and option."""

    __tablename__ = "shown_counts"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    counts: Mapped[dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """Something with one answer a head: a question, a matrix row, or one tick."""

    key: str
    title: str
    scale: tuple[Option, ...]
    item: Item

    def answer(self, ticks: Mapping[str, Any]) -> str | None:
        """The option id a response gives, None where it does not answer."""
        given = ticks.get(self.item.id)
        part = self.key.partition(".")[2]
        if given is None:
            return None
        if self.item.type is ItemType.MATRIX:
            return str(given[part]) if part in given else None
        if self.item.type is ItemType.MULTI:
            return CHOSEN if part in given else NOT_CHOSEN
        return str(given)


def questions_of(session: Session, round_id: int) -> list[Asked]:
    """What a round's questionnaire asks that can be counted, in order.

    Raises NotFoundError while there is no questionnaire.
    """
    items = questionnaire_of(session, round_id).definition.questions
    return [asked for item in items for asked in _asked(item)]


def figures_of(
    session: Session, round_id: int, *, places: Iterable[Place]
) -> list[QuestionFigures]:
    """The suppressed figures of these communities, question by question.

    Questions that nobody here has answered ten times are left out.
    """
    shown = {place.code: shown_counts(session, round_id, place) for place in places}
    found = []
    for asked in questions_of(session, round_id):
        counts = {
            code: of_place[asked.key]
            for code, of_place in shown.items()
            if asked.key in of_place
        }
        if counts:
            found.append(
                questionnaire_figures(counts, title=asked.title, scale=asked.scale)
            )
    return found


def shown_counts(
    session: Session, round_id: int, place: Place
) -> dict[str, dict[str, int]]:
    """Counts by question and option as they may be shown now; notes what is shown."""
    row = session.get(ShownCounts, (round_id, place.id))
    before = row.counts if row else {}
    now = _counted(session, round_id, place)
    after = {key: refreshed(before.get(key), now[key]) for key in now}
    shown = {key: dict(counts) for key, counts in after.items() if counts}
    if row is None:
        session.add(ShownCounts(round_id=round_id, place_id=place.id, counts=shown))
    elif shown != before:
        row.counts = shown
    session.flush()
    return shown


def _counted(
    session: Session, round_id: int, place: Place
) -> dict[str, dict[str, int]]:
    given = session.scalars(
        select(Response.ticks).where(
            Response.round_id == round_id, Response.place_id == place.id
        )
    ).all()
    found: dict[str, dict[str, int]] = {}
    for asked in questions_of(session, round_id):
        answers = Counter(asked.answer(ticks) for ticks in given)
        known = {o.id: answers[o.id] for o in asked.scale}
        if sum(known.values()):
            found[asked.key] = known
    return found


def _asked(item: Item) -> list[Asked]:
    if item.type in {ItemType.SINGLE, ItemType.SCALE}:
        return [Asked(item.id, item.title, _scale(item), item)]
    if item.type is ItemType.MATRIX:
        return [
            Asked(field, f"{item.title} {row.label}", _scale(item), item)
            for row, field in item.row_fields
        ]
    if item.type is ItemType.MULTI:
        return [
            Asked(f"{item.id}.{o.id}", f"{item.title} {o.label}", TICKED, item)
            for o in item.options
        ]
    return []


def _scale(item: Item) -> tuple[Option, ...]:
    return tuple(
        Option(o.id, o.label, None if o.score is None else round(o.score))
        for o in item.options
    )
