"""The vote's results: every figure with what belongs to it, every list to recount."""

import io
import zipfile
from importlib.resources import files

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.figures import slip_card, spot_check_figures
from portal.figures.votes import dimension_cards, place_card, vote_figure
from portal.kernel.errors import NotFoundError
from portal.places import get_place
from portal.rounds import Round, get_round, public_rounds
from portal.rounds.phases import PublicAct
from portal.vote import ledger
from portal.vote.slips import DIMENSIONS
from portal.web.rendering import render
from portal.web.request import db

bp = Blueprint("results", __name__, url_prefix="/results")

_EXAMPLE = slip_card(
    "举个例子，不是真的结果",
    {"satisfied": 50, "mostly": 8, "fair": 0, "dissatisfied": 2, "unknown": 0},
    ballots=60,
    issued=200,
    households=210,
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same ZIP


@bp.get("")
def index() -> ResponseReturnValue:
    """Rounds whose vote is published."""
    rounds = [r for r in public_rounds(db()) if r.allows(PublicAct.READ_RESULTS)]
    return render("public/results/index.html", rounds=rounds)


@bp.get("/how")
def how() -> ResponseReturnValue:
    """「这个数字怎么来的」: how a score comes about and what it does not guarantee."""
    return render("public/results/how.html", example=_EXAMPLE)


@bp.get("/observers")
def observers() -> ResponseReturnValue:
    """What an observer of a vote looks at, on one printed page."""
    return render("public/results/observers.html")


@bp.get("/<int:round_id>")
def page(round_id: int) -> ResponseReturnValue:
    """The district's figure, and every community's beside it."""
    round_ = _published(round_id)
    results = ledger.results(db(), round_id)
    return render(
        "public/results/page.html",
        round_=round_,
        figure=vote_figure(round_.name, results),
        places=[(result.place_code, place_card(result)) for result in results],
        checks=spot_check_figures(db(), round_id),
        digest=ledger.closing_digest(db(), round_id),
        fingerprint=ledger.printer_fingerprint(db(), round_id),
    )


@bp.get("/<int:round_id>/<place_code>")
def place(round_id: int, place_code: str) -> ResponseReturnValue:
    """One community: six dimensions, and the lists its voters find theirs in."""
    round_ = _published(round_id)
    code = get_place(db(), place_code).code
    results = {r.place_code: r for r in ledger.results(db(), round_id)}
    if code not in results:
        raise NotFoundError
    return render(
        "public/results/place.html",
        round_=round_,
        result=results[code],
        card=place_card(results[code]),
        cards=dimension_cards(results[code]),
        dimensions=DIMENSIONS,
    )


@bp.get("/<int:round_id>/files/<path:path>")
def file(round_id: int, path: str) -> ResponseReturnValue:
    """One published file, as it was hashed."""
    _published(round_id)
    found = ledger.published_files(db(), round_id).get(path)
    if found is None:
        raise NotFoundError
    return Response(found, mimetype="text/plain")


@bp.get("/<int:round_id>/all.zip")
def archive(round_id: int) -> ResponseReturnValue:
    """Every published file in one folder, without the verifier: that comes apart."""
    round_ = _published(round_id)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as folder:
        for path, content in ledger.published_files(db(), round_id).items():
            folder.writestr(zipfile.ZipInfo(f"{round_.code}/{path}", _EPOCH), content)
    name = f"attachment; filename={round_.code}.zip"
    return Response(
        target.getvalue(),
        mimetype="application/zip",
        headers={"Content-Disposition": name},
    )


@bp.get("/verify.py")
def verifier() -> ResponseReturnValue:
    """The stand-alone verifier, to be read and run anywhere."""
    return Response(
        (files("portal.vote") / "verify.py").read_bytes(),
        mimetype="text/plain",
        headers={"Content-Disposition": "attachment; filename=verify.py"},
    )


def _published(round_id: int) -> Round:
    round_ = get_round(db(), round_id)
    if not round_.allows(PublicAct.READ_RESULTS):
        raise NotFoundError
    return round_
