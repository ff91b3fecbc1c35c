"""The inbox: a page of one's letters by state and community, without their texts.

In: what somebody wants to see of their own communities. Out: rows and counts; what
is sealed is not even fetched.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, defer

from portal.intake.records import Letter, LetterState, Remark, Response
from portal.people import places_of
from portal.places import Place

PAGE = 40  # letters; two screens


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which letters of a member; None means any, pages count from 1."""

    round_id: int
    staff_id: int
    state: LetterState | None = None
    place_id: int | None = None
    page: int = 1


def my_places(session: Session, round_id: int, staff_id: int) -> list[Place]:
    """The communities somebody inspects in a round, by code."""
    mine = places_of(session, round_id, staff_id)
    wanted = select(Place).where(Place.id.in_(mine)).order_by(Place.code)
    return list(session.scalars(wanted))


def inbox(session: Session, wanted: Wanted) -> list[Letter]:
    """One page of letters, urgent ones, then the newest opening; no `sealed`."""
    return list(
        session.scalars(
            select(Letter)
            .where(*_where(session, wanted, state=wanted.state))
            .options(defer(Letter.sealed), defer(Letter.reply_key))
            .order_by(
                (Letter.is_urgent & (Letter.state != LetterState.CLOSED)).desc(),
                Letter.opened_on.desc(),
                Letter.place_id,
                Letter.id,
            )
            .limit(PAGE)
            .offset((max(wanted.page, 1) - 1) * PAGE)
        )
    )


def counts(session: Session, wanted: Wanted) -> dict[LetterState, int]:
    """How many letters there are in each state, whatever state is wanted."""
    counted = (
        select(Letter.state, func.count())
        .where(*_where(session, wanted, state=None))
        .group_by(Letter.state)
    )
    found = dict(session.execute(counted).all())
    return {state: found.get(state, 0) for state in LetterState}


def remark_counts(session: Session, round_id: int, staff_id: int) -> dict[int, int]:
    """How many free texts each of one's communities wrote, by place id."""
    counted = (
        select(Remark.place_id, func.count())
        .where(
            Remark.round_id == round_id,
            Remark.place_id.in_(places_of(session, round_id, staff_id)),
        )
        .group_by(Remark.place_id)
    )
    return dict(session.execute(counted).all())


def response_counts(
    session: Session, round_id: int, staff_id: int
) -> Mapping[tuple[int, str], int]:
    """How many questionnaires came in, by place id and channel kind."""
    counted = (
        select(Response.place_id, Response.channel_kind, func.count())
        .where(
            Response.round_id == round_id,
            Response.place_id.in_(places_of(session, round_id, staff_id)),
        )
        .group_by(Response.place_id, Response.channel_kind)
    )
    return {
        (place, str(kind)): number for place, kind, number in session.execute(counted)
    }


def _where(
    session: Session, wanted: Wanted, *, state: LetterState | None
) -> list[ColumnElement[bool]]:
    mine = places_of(session, wanted.round_id, wanted.staff_id)
    if wanted.place_id is not None:
        mine = [place for place in mine if place == wanted.place_id]
    found = [Letter.round_id == wanted.round_id, Letter.place_id.in_(mine)]
    return found if state is None else [*found, Letter.state == state]
