"""How to use it, and a neutral page to leave to."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.web.rendering import render
from portal.web.request import installation

bp = Blueprint("help", __name__)


@bp.get("/help")
def page() -> ResponseReturnValue:
    """Answers to what residents ask."""
    return render("public/help/page.html", settings=installation().settings)


@bp.get("/away")
def away() -> ResponseReturnValue:
    """Where 「立即离开」 leads without script: a page that says nothing."""
    return render("public/help/away.html")


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Alive, for whoever watches the machine."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}
