"""开放评价 at an entrance: a score for each thing, a look, and send; without a slip."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import request
from flask.typing import ResponseReturnValue

from portal import vote
from portal.entrances import Entrance
from portal.kernel.errors import InvalidError
from portal.vote import Election, Precinct, Terms
from portal.vote.ballots import require_scores
from portal.web.errors import status_of
from portal.web.guards import Form, token
from portal.web.public.arrivals import HONEYPOT, arrival
from portal.web.rendering import render, size
from portal.web.request import installation

W = TypeVar("W")  # where somebody votes or rates


@dataclass(frozen=True)
class Stand:
    """Where somebody rates: an entrance of a round whose election is open to all."""

    entrance: Entrance
    election: Election
    precinct: Precinct

    @property
    def terms(self) -> Terms:
        """What is scored."""
        return self.precinct.terms


def serve(entrance: Entrance, election: Election) -> ResponseReturnValue:
    """The form, the look at it, or the thanks; the form again with what to mend.

    Raises TooEarlyError, VoteClosedError, PuzzleNeededError.
    """
    vote.require_open(election)
    stand = Stand(entrance, election, election.precinct(entrance.place_code))
    return step_of(stand, {"check": _check, "rate": _rate}, form=_form)


def step_of(
    where: W, steps: Mapping[str, Callable[[W], str]], *, form: Callable[..., str]
) -> ResponseReturnValue:
    """The step that was sent, else the form; the form again with what to mend."""
    step: Callable[..., str] = steps.get(request.form.get("step", ""), form)
    try:
        return step(where)
    except InvalidError as refusal:
        missing = getattr(refusal, "missing", ())
        return form(where, error=refusal, missing=missing), status_of(refusal)


def _form(stand: Stand, error: InvalidError | None = None, missing: object = ()) -> str:
    return render(
        "public/open_vote/form.html",
        stand=stand,
        form=Form(),
        terms=stand.terms,
        scores=chosen_of(stand.precinct),
        error=error.sentence if error else "",
        missing=missing,
        **size("1"),
    )


def _check(stand: Stand) -> str:
    """The look; its button sends the form's own token on.

    So the door knows how long the form was looked at, and a form that is sent from
    an earlier look again is still known for the same.
    """
    token()
    chosen = require_scores(stand.precinct, chosen_of(stand.precinct))
    options = {option.id: option for option in stand.terms.scale}
    return render(
        "public/open_vote/check.html",
        stand=stand,
        token=request.form["csrf_token"],
        trap=(HONEYPOT, request.form.get(HONEYPOT, "")),
        rows=[(d, options[chosen[d.id]]) for d in stand.terms.dimensions],
        **size("1"),
    )


def _rate(stand: Stand) -> str:
    house = installation()
    vote.rate(
        house.ratings,
        house.door.pepper,
        election=stand.election,
        arrival=arrival(stand.entrance),
        scores=chosen_of(stand.precinct),
    )
    return render("public/open_vote/thanks.html", stand=stand, **size("1"))


def chosen_of(precinct: Precinct) -> dict[str, str]:
    """What was chosen of each scale; anything else, as 跳过, was not chosen."""
    return {
        name: option.id
        for name, scale in precinct.scales.items()
        for option in scale
        if option.id == request.form.get(name)
    }
