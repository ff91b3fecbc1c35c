"""Whose vote a desk page is about: the residents', or by `?electorate=` the cadres'."""

from flask import request

from portal import vote
from portal.kernel.errors import NotFoundError
from portal.vote import Election, Electorate
from portal.web.desk.nav import the_round
from portal.web.desk.terms import word
from portal.web.rendering import page_url
from portal.web.request import db


class NotPreparedError(NotFoundError):
    """Nothing can be done before the election is prepared."""

    sentence = "这次测评还没有准备。请先到「测评」按「准备测评」。"


def the_electorate() -> Electorate:
    """Who votes, by the address.

    Raises NotFoundError.
    """
    try:
        return Electorate(request.args.get("electorate", Electorate.RESIDENTS))
    except ValueError as error:
        raise NotFoundError from error


def current_election() -> Election | None:
    """The election of this round and electorate, once it is prepared."""
    return vote.find_election(db(), the_round().id, the_electorate())


def the_election() -> Election:
    """The same where there has to be one.

    Raises NotPreparedError.
    """
    found = current_election()
    if found is None:
        raise NotPreparedError
    return found


def at() -> dict[str, str]:
    """What an address of this round and electorate carries."""
    chosen = {"electorate": the_electorate().value}
    return chosen | (
        {"round": request.args["round"]} if "round" in request.args else {}
    )


def tabs(endpoint: str = "desk.vote.page") -> list[dict[str, object]]:
    """A page for each of the two electorates of the round, for `ui.pills`."""
    here = the_electorate()
    return [
        {
            "label": word(one),
            "url": page_url(endpoint, **{**at(), "electorate": one.value}),
            "count": None,
            "active": one is here,
        }
        for one in Electorate
    ]
