"""The front page: for whoever typed the address instead of scanning."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from portal.kernel import codes
from portal.web.rendering import page_url, render

bp = Blueprint("home", __name__)


@bp.get("/")
def page() -> ResponseReturnValue:
    """Take a typed code, and lead to notices, disclosures and results."""
    typed = request.args.get("code", "")
    code = codes.typed_code(typed)
    if code:
        return redirect(page_url("public.hub.page", code=code), 303)
    return render("public/home/page.html")
