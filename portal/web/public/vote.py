"""Voting with a slip: sixteen characters, a score for each thing, a look, and send."""

from dataclasses import dataclass

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import vote
from portal.kernel.errors import InvalidError, NotFoundError
from portal.places import Place, get_place
from portal.rounds import Phase, Round, get_round
from portal.rounds.phases import PublicAct, is_before
from portal.vote import (
    Election,
    Precinct,
    Terms,
    TooEarlyError,
    VoteClosedError,
    VoteMode,
)
from portal.vote.ballots import require_scores
from portal.vote.items import SCALE as ITEM_SCALE
from portal.web.guards import Form
from portal.web.limits import fuse
from portal.web.public import open_vote
from portal.web.public.hub import entrance_of
from portal.web.public.open_vote import chosen_of, step_of
from portal.web.rendering import render, size
from portal.web.request import db, installation

bp = Blueprint("vote", __name__)

SECRET_PARTS = ("s1", "s2", "s3", "s4")


@dataclass(frozen=True)
class Booth:
    """Where somebody votes: a community in an election that is open."""

    election: Election
    place: Place
    precinct: Precinct

    @property
    def terms(self) -> Terms:
        """What is scored."""
        return self.precinct.terms

    @property
    def names(self) -> dict[str, str]:
        """What stands above a choice, by dimension id, then by item id."""
        scored = {dimension.id: dimension.name for dimension in self.terms.dimensions}
        return scored | {item.id: item.words for item in self.precinct.items}


@bp.route("/Q/<code>/vote", methods=["GET", "POST"])
@bp.route("/q/<code>/vote", methods=["GET", "POST"])
@fuse
def at_entrance(code: str) -> ResponseReturnValue:
    """Vote as a resident after scanning a poster."""
    entrance = entrance_of(code)
    round_ = get_round(db(), entrance.round_id)
    _require_voting(round_)
    election = vote.find_election(db(), round_.id)
    if election is None:
        raise TooEarlyError
    if election.mode is VoteMode.OPEN:
        return open_vote.serve(entrance, election)
    return _serve(election, get_place(db(), entrance.place_code))


@bp.route("/vote/<code>/<place_code>", methods=["GET", "POST"])
@fuse
def with_slip(code: str, place_code: str) -> ResponseReturnValue:
    """Vote after scanning a slip, whose secret stands behind the #."""
    election = vote.election_at(db(), code)
    if election.mode is not VoteMode.SLIPS:
        raise NotFoundError
    _require_voting(election.round)
    return _serve(election, get_place(db(), place_code))


def _require_voting(round_: Round) -> None:
    if not round_.allows(PublicAct.VOTE):
        is_early = is_before(round_.phase, Phase.VOTING)
        raise TooEarlyError if is_early else VoteClosedError


def _serve(election: Election, place: Place) -> ResponseReturnValue:
    vote.require_open(election)
    booth = Booth(election, place, election.precinct(place.code))
    return step_of(booth, {"check": _check, "cast": _cast}, form=_form)


def _form(booth: Booth, error: InvalidError | None = None, missing: object = ()) -> str:
    return render(
        "public/vote/form.html",
        booth=booth,
        form=Form(),
        names=SECRET_PARTS,
        parts=_parts(),
        terms=booth.terms,
        scores=chosen_of(booth.precinct),
        item_scale=ITEM_SCALE,
        error=error.sentence if error else "",
        missing=missing,
        **size("1"),
    )


def _check(booth: Booth) -> str:
    secret = "".join(_parts())
    vote.require_slip(db(), booth.election, booth.place.id, secret=secret)
    chosen = require_scores(booth.precinct, chosen_of(booth.precinct))
    options = {o.id: o for scale in booth.precinct.scales.values() for o in scale}
    return render(
        "public/vote/check.html",
        booth=booth,
        form=Form(),
        secret=list(zip(SECRET_PARTS, _parts(), strict=True)),
        rows=[(n, booth.names[n], options.get(chosen.get(n, ""))) for n in booth.names],
        **size("1"),
    )


def _cast(booth: Booth) -> str:
    form = Form()
    if not form.validate():
        raise InvalidError(form.errors["csrf_token"][0])
    receipt = vote.cast(
        installation().ballots,
        db(),
        election=booth.election,
        place_id=booth.place.id,
        secret="".join(_parts()),
        scores=chosen_of(booth.precinct),
    )
    return render("public/vote/receipt.html", booth=booth, receipt=receipt, **size("1"))


def _parts() -> list[str]:
    return [request.form.get(name, "") for name in SECRET_PARTS]
