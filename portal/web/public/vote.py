"""Voting with a slip: sixteen characters, six scores, a look at it, and send."""

from dataclasses import dataclass

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.kernel.errors import InvalidError, NotFoundError
from portal.places import Place, get_place
from portal.rounds import Round, get_round
from portal.rounds.phases import PublicAct
from portal.vote.ballots import (
    MissingScoresError,
    VoteClosedError,
    cast,
    require_open,
    require_slip,
)
from portal.vote.slips import DIMENSIONS, SCALE
from portal.web.errors import status_of
from portal.web.guards import Form
from portal.web.limits import fuse
from portal.web.public.hub import entrance_of
from portal.web.rendering import render
from portal.web.request import db, installation

bp = Blueprint("vote", __name__)

SECRET_PARTS = ("s1", "s2", "s3", "s4")


@dataclass(frozen=True)
class Booth:
    """Where somebody votes: a community of a round in its voting phase."""

    round_: Round
    place: Place


@bp.route("/Q/<code>/vote", methods=["GET", "POST"])
@bp.route("/q/<code>/vote", methods=["GET", "POST"])
@fuse
def at_entrance(code: str) -> ResponseReturnValue:
    """Vote after scanning a poster."""
    entrance = entrance_of(code)
    round_ = get_round(db(), entrance.round_id)
    return _serve(Booth(round_, get_place(db(), entrance.place_code)))


@bp.route("/vote/<round_code>/<place_code>", methods=["GET", "POST"])
@fuse
def with_slip(round_code: str, place_code: str) -> ResponseReturnValue:
    """Vote after scanning a slip, whose secret stands behind the #."""
    round_ = db().scalars(select(Round).where(Round.code == round_code)).first()
    if round_ is None:
        raise NotFoundError
    return _serve(Booth(round_, get_place(db(), place_code)))


def _serve(booth: Booth) -> ResponseReturnValue:
    if not booth.round_.allows(PublicAct.VOTE):
        raise VoteClosedError
    require_open(db(), booth.round_.id)
    steps = {"check": _check, "cast": _cast}
    step = steps.get(request.form.get("step", ""), _form)
    try:
        return step(booth)
    except InvalidError as refusal:
        missing = getattr(refusal, "missing", ())
        return _form(booth, error=refusal, missing=missing), status_of(refusal)


def _form(booth: Booth, error: InvalidError | None = None, missing: object = ()) -> str:
    return render(
        "public/vote/form.html",
        booth=booth,
        form=Form(),
        names=SECRET_PARTS,
        parts=_parts(),
        scores=_scores(),
        dimensions=DIMENSIONS,
        scale=SCALE,
        error=error.sentence if error else "",
        missing=missing,
    )


def _check(booth: Booth) -> str:
    require_slip(db(), booth.round_.id, booth.place.id, secret="".join(_parts()))
    chosen = _scores()
    missing = tuple(d for d in DIMENSIONS if d.id not in chosen)
    if missing:
        raise MissingScoresError(missing, chosen=chosen)
    return render(
        "public/vote/check.html",
        booth=booth,
        form=Form(),
        secret=list(zip(SECRET_PARTS, _parts(), strict=True)),
        rows=[(d, next(o for o in SCALE if o.id == chosen[d.id])) for d in DIMENSIONS],
    )


def _cast(booth: Booth) -> str:
    form = Form()
    if not form.validate():
        raise InvalidError(form.errors["csrf_token"][0])
    receipt = cast(
        installation().ballots,
        db(),
        round_id=booth.round_.id,
        place_id=booth.place.id,
        secret="".join(_parts()),
        scores=_scores(),
    )
    return render(
        "public/vote/receipt.html", booth=booth, receipt=receipt, dimensions=DIMENSIONS
    )


def _parts() -> list[str]:
    return [request.form.get(name, "") for name in SECRET_PARTS]


def _scores() -> dict[str, str]:
    """What was chosen of the scale; anything else was not chosen."""
    sent = {d.id: request.form.get(d.id) for d in DIMENSIONS}
    return {d: o.id for d, said in sent.items() for o in SCALE if o.id == said}
