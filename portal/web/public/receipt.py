"""Looking a letter up by its receipt; the code never stands in an address."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.kernel.errors import Refusal
from portal.questionnaires.shipped import categories
from portal.review.dialogue import Progress, standing
from portal.web.errors import status_of
from portal.web.guards import Form
from portal.web.limits import fuse
from portal.web.rendering import render
from portal.web.request import db, installation

bp = Blueprint("receipt", __name__)


class ReceiptForm(Form):
    """Twenty digits, however they are typed."""

    receipt = StringField()


@bp.get("/receipt")
def form() -> ResponseReturnValue:
    """Ask for the receipt."""
    return render("public/receipt/form.html", form=ReceiptForm(), error="")


@bp.post("/receipt")
@fuse
def show() -> ResponseReturnValue:
    """Show how far the letter is and what was answered."""
    asked = ReceiptForm()
    try:
        found = standing(db(), installation().door, typed=asked.receipt.data or "")
    except Refusal as refusal:
        page = render("public/receipt/form.html", form=asked, error=refusal.sentence)
        return page, status_of(refusal)
    return render(
        "public/receipt/standing.html",
        standing=found,
        Progress=Progress,
        category=next((c.label for c in categories() if c.id == found.category), ""),
        hours=installation().settings.opening_hours,
    )
