"""The vote's results: every figure with what belongs to it, every list to recount.

Residents and cadres have the same pages under addresses of their own; no figure is of
both.
"""

import io
import zipfile
from collections.abc import Callable
from importlib.resources import files

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue, RouteCallable

from portal import vote
from portal.figures import Distribution, slip_card, spot_check_figures
from portal.figures.votes import dimension_cards, item_cards, place_card, vote_figure
from portal.kernel.errors import NotFoundError
from portal.places import get_place
from portal.rounds import get_round, public_rounds
from portal.rounds.phases import PublicAct
from portal.vote import (
    DEFAULT_TERMS,
    Election,
    ElectionState,
    Electorate,
    VoteMode,
)
from portal.web.public import open_results
from portal.web.rendering import render
from portal.web.request import db, installation

bp = Blueprint("results", __name__, url_prefix="/results")

_EXAMPLE = slip_card(
    "举个例子，不是真的结果",
    Distribution(
        {"satisfied": 50, "mostly": 8, "fair": 0, "dissatisfied": 2, "unknown": 0},
        DEFAULT_TERMS.scale,
    ),
    ballots=60,
    issued=200,
    households=210,
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same ZIP


def _of_both(rule: str) -> Callable[[RouteCallable], RouteCallable]:
    """The address of a page about the residents' election and about the cadres'."""

    def add(view: RouteCallable) -> RouteCallable:
        for electorate, under in (("residents", ""), ("cadres", "/cadres")):
            bp.add_url_rule(
                f"/<int:round_id>{under}{rule}",
                view_func=view,
                defaults={"electorate": electorate},
            )
        return view

    return add


@bp.get("")
def index() -> ResponseReturnValue:
    """Elections whose result is published, round by round."""
    rounds = [r for r in public_rounds(db()) if r.allows(PublicAct.READ_RESULTS)]
    return render(
        "public/results/index.html",
        published=[election for round_ in rounds for election in _closed(round_.id)],
    )


@bp.get("/how")
def how() -> ResponseReturnValue:
    """「这个数字怎么来的」: how a score comes about and what it does not guarantee."""
    return render("public/results/how.html", example=_EXAMPLE)


@bp.get("/observers")
def observers() -> ResponseReturnValue:
    """What an observer of a vote looks at, on one printed page."""
    return render("public/results/observers.html")


@bp.get("/verify.py")
def verifier() -> ResponseReturnValue:
    """The stand-alone verifier, to be read and run anywhere."""
    return Response(
        (files("portal.vote") / "verify.py").read_bytes(),
        mimetype="text/plain",
        headers={"Content-Disposition": "attachment; filename=verify.py"},
    )


@_of_both("")
def page(round_id: int, electorate: str) -> ResponseReturnValue:
    """The district's figure, and every community's beside it."""
    election = _published(round_id, electorate)
    others = [e for e in _closed(round_id) if e is not election]
    if election.mode is VoteMode.OPEN:
        return open_results.page(election, others)
    result = vote.result_of(election)
    return render(
        "public/results/page.html",
        election=election,
        result=result,
        figure=vote_figure(election.round.name, result),
        others=others,
        checks=spot_check_figures(db(), round_id),
    )


@_of_both("/<place_code>")
def place(round_id: int, place_code: str, electorate: str) -> ResponseReturnValue:
    """One community: every dimension, and the lists its voters find theirs in."""
    election = _published(round_id, electorate)
    if election.mode is VoteMode.OPEN:
        return open_results.place(election, place_code)
    return _of_place("public/results/place.html", election, place_code)


@_of_both("/notice")
def notice(round_id: int, electorate: str) -> ResponseReturnValue:
    """One printed page about the whole round, for the board."""
    election = _published(round_id, electorate)
    result = vote.result_of(election)
    return render(
        "public/results/notice.html",
        election=election,
        result=result,
        figure=vote_figure(election.round.name, result),
        base_url=installation().settings.base_url,
    )


@_of_both("/<place_code>/notice")
def place_notice(
    round_id: int, place_code: str, electorate: str
) -> ResponseReturnValue:
    """One printed page about a community, for its board."""
    election = _published(round_id, electorate)
    return _of_place("public/results/place_notice.html", election, place_code)


@_of_both("/files/<path:path>")
def file(round_id: int, path: str, electorate: str) -> ResponseReturnValue:
    """One published file, as it was hashed."""
    found = vote.published_files(db(), _published(round_id, electorate)).get(path)
    if found is None:
        raise NotFoundError
    return Response(found, mimetype="text/plain")


@_of_both("/all.zip")
def archive(round_id: int, electorate: str) -> ResponseReturnValue:
    """Every published file in one folder, without the verifier: that comes apart."""
    election = _published(round_id, electorate)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as folder:
        for path, content in vote.published_files(db(), election).items():
            folder.writestr(zipfile.ZipInfo(f"{election.code}/{path}", _EPOCH), content)
    name = f"attachment; filename={election.code}.zip"
    return Response(
        target.getvalue(),
        mimetype="application/zip",
        headers={"Content-Disposition": name},
    )


def _closed(round_id: int) -> list[Election]:
    """A round's elections whose closing record is signed."""
    found = vote.elections(db(), round_id)
    return [e for e in found if e.state is ElectionState.CLOSED]


def _published(round_id: int, electorate: str) -> Election:
    round_ = get_round(db(), round_id)
    found = [e for e in _closed(round_id) if e.electorate == Electorate(electorate)]
    if not found or not round_.allows(PublicAct.READ_RESULTS):
        raise NotFoundError
    return found[0]


def _of_place(template: str, election: Election, place_code: str) -> str:
    """A page with every figure of one community."""
    result, code = vote.result_of(election), get_place(db(), place_code).code
    here = next((one for one in result.places if one.place_code == code), None)
    if here is None:
        raise NotFoundError
    return render(
        template,
        election=election,
        result=result,
        place=here,
        card=place_card(result, here),
        cards=dimension_cards(result, here),
        items=item_cards(result, here),
        base_url=installation().settings.base_url,
    )
