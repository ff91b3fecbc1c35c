"""干部人数 on the desk: how many cadres a community has: at most as many slips."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal import vote
from portal.kernel.errors import InvalidError, NotFoundError
from portal.people import Permission
from portal.places import Place
from portal.rounds import places_in
from portal.vote import Election, ElectionState, Electorate
from portal.web import staff
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.elections import at, tabs, the_election
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, now

bp = Blueprint("vote_roll", __name__, url_prefix="/vote/roll")

DONE = {"enrolled": "人数记下了：制票的张数不能比它多。"}


class NotACountError(InvalidError):
    """Something else than a number of people was typed."""

    def __init__(self, place_name: str) -> None:
        super().__init__(f"{place_name}的人数请写整数；不清楚的留空。")


class RollForm(DeskForm):
    """A number for each community; `of` gives it its fields."""

    places: Sequence[Place] = ()

    @classmethod
    def of(cls, places: Sequence[Place]) -> type["RollForm"]:
        """The form with a field for each of these communities."""
        fields: dict[str, Any] = {f"n{one.id}": StringField(one.name) for one in places}
        return type("PlacesRollForm", (cls,), {**fields, "places": places})

    def draft(self) -> Mapping[int, int]:
        """Numbers by place id, where one was typed.

        Raises NotACountError.
        """
        typed = {
            place: (self[f"n{place.id}"].data or "").strip() for place in self.places
        }
        for place, words in typed.items():
            if words and not (words.isdecimal() and len(words) < 7):
                raise NotACountError(place.name)
        return {place.id: int(words) for place, words in typed.items() if words}


@bp.get("", endpoint="page")
@desk(Permission.RUN_VOTE)
def page() -> ResponseReturnValue:
    """The numbers, and the form while they may still change."""
    election = _cadres()
    known = vote.roll(db(), election.id)
    kept = {f"n{place_id}": str(count) for place_id, count in known.items()}
    return _page(election, _form(election)(formdata=None, data=kept))


@bp.post("", endpoint="enrol")
@desk(Permission.RUN_VOTE)
def enrol() -> ResponseReturnValue:
    """Keep the numbers."""
    election, who = _cadres(), staff.somebody().username
    form = _form(election)()
    if attempt(
        form,
        lambda: vote.enrol(db(), election, counts=form.draft(), by=who, now=now()),
    ):
        return go_on("desk.vote_roll.page", done="enrolled", **at())
    return _page(election, form), 422


def _cadres() -> Election:
    """The cadres' election; residents are counted by household.

    Raises NotFoundError.
    """
    election = the_election()
    if election.electorate is not Electorate.CADRES:
        raise NotFoundError
    return election


def _form(election: Election) -> type[RollForm]:
    return RollForm.of(places_in(db(), election.round_id))


def _page(election: Election, form: RollForm) -> str:
    posted = vote.manifests(db(), election.id)
    return render(
        "desk/vote/roll.html",
        is_prepared=election.state is ElectionState.PREPARED,
        issued={one.place_id: one.count for one in posted},
        form=form,
        at=at(),
        tabs=tabs(),
        said=said(DONE),
    )
