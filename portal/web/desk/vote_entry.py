"""纸质选票 on the desk: two people type each sheet in, then it is a ballot."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import RadioField, StringField

from portal import vote
from portal.kernel.errors import NotFoundError
from portal.people import Permission, Staff
from portal.places import get_place
from portal.vote import Election, ElectionState, PlaceManifest, Precinct
from portal.vote.items import QUESTION
from portal.vote.items import SCALE as ITEM_SCALE
from portal.vote.paper_ballots import Progress, Typed, enter
from portal.web import staff
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.elections import at, current_election, tabs, the_election
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, installation

bp = Blueprint("vote_entry", __name__, url_prefix="/vote/entry")

PARTS = ("s1", "s2", "s3", "s4")
DONE: Mapping[str, str] = {
    Progress.WAITING: "第一遍录好了。请换一个人录第二遍，两遍一样才投得进去。",
    Progress.WAITING_STILL: "这张您自己录过，现在以这一遍为准。第二遍要换一个人录。",
    Progress.CAST: "两遍一样，这张票投进去了。",
    Progress.REPLACED: "两遍一样，这张票投进去了。它以前投过，现在以这一张为准。",
}
APART: Mapping[str, str] = {
    Progress.DIFFERS: "两次录入不一样。两遍都没有留，请两个人各自重新录一遍。",
    Progress.DIFFERS_AGAIN: (
        "两次录入又不一样，两遍都没有留。请两个人打开这张选票，一项一项一起对："
        "看清楚了，再各录一遍；实在看不清，就在纸上写明「看不清，没有录」，放在一边。"
    ),
}


class BallotForm(DeskForm):
    """A slip's sixteen characters, and a score for each thing; `of` adds those."""

    precinct: Precinct
    s1 = StringField("选票密码")
    s2 = StringField()
    s3 = StringField()
    s4 = StringField()

    @classmethod
    def of(cls, precinct: Precinct) -> type["BallotForm"]:
        """The form with a choice for each question; none is made beforehand."""
        fields: dict[str, Any] = {
            name: RadioField(validate_choice=False) for name in precinct.scales
        }
        return type("PrecinctBallotForm", (cls,), {**fields, "precinct": precinct})

    def draft(self, place_id: int, by: Staff) -> Typed:
        """What this person read off a community's sheet."""
        secret = "".join(self[part].data or "" for part in PARTS)
        chosen = {name: self[name].data for name in self.precinct.scales}
        return Typed(place_id, secret, {n: c for n, c in chosen.items() if c}, by.id)


@bp.get("", endpoint="page")
@desk(Permission.ENTER_BALLOTS)
def page() -> ResponseReturnValue:
    """The form, and the sheets that wait for another person."""
    election = current_election()
    if election is None or election.state is not ElectionState.OPEN:
        return _page(None, None)
    posted = _community(election)
    return _page(posted, BallotForm.of(posted.precinct)(formdata=None))


@bp.post("", endpoint="enter")
@desk(Permission.ENTER_BALLOTS)
def type_in() -> ResponseReturnValue:
    """Take one person's typing of a sheet."""
    election, house, who = the_election(), installation(), staff.somebody()
    posted, done = _community(election), list[Progress]()
    form = BallotForm.of(posted.precinct)()

    def type_() -> None:
        typed = form.draft(posted.place_id, who)
        box, keys = house.ballots, house.keystore
        done.append(enter(box, db(), keys, election=election, typed=typed))

    if attempt(form, type_):
        here = {**at(), "place": posted.place_code}
        return go_on("desk.vote_entry.page", done=done[0].value, **here)
    return _page(posted, form), 422


@bp.get("/<place_code>")
@desk(Permission.ENTER_BALLOTS)
def blank(place_code: str) -> ResponseReturnValue:
    """A community's empty paper ballot, to be printed."""
    election, place = the_election(), get_place(db(), place_code)
    posted = vote.find_manifest(db(), election.id, place.id)
    if posted is None:
        raise NotFoundError
    return render(
        "desk/vote/blank.html",
        election=election,
        posted=posted,
        item_scale=ITEM_SCALE,
        question=QUESTION,
    )


def _community(election: Election) -> PlaceManifest:
    """Whose sheets are typed in, by `?place=`; else the first that has slips.

    Raises NotFoundError.
    """
    posted = vote.manifests(db(), election.id)
    asked = request.args.get("place")
    found = [one for one in posted if asked in {None, one.place_code}]
    if not found:
        raise NotFoundError
    return found[0]


def _page(here: PlaceManifest | None, form: BallotForm | None) -> str:
    return render(
        "desk/vote/entry.html",
        here=here,
        form=form,
        parts=PARTS,
        me=staff.somebody(),
        at=at(),
        tabs=tabs("desk.vote_entry.page"),
        said=said(DONE),
        apart=said(APART),
        **(_standing(here) if here else {}),
    )


def _standing(here: PlaceManifest) -> dict[str, object]:
    """Communities with slips, and the sheets that are not cast."""
    posted = vote.manifests(db(), here.election_id)
    entries = installation().ballots.entries(here.election_id)
    people = select(Staff).where(Staff.id.in_([e.staff_id for e in entries]))
    place_names = {one.place_id: one.place.name for one in posted}
    return {
        "item_scale": ITEM_SCALE,
        "communities": [(one.place_code, one.place.name) for one in posted],
        "entries": [(entry, place_names[entry.place_id]) for entry in entries],
        "names": {one.id: one.name for one in db().scalars(people)},
    }
