"""照片: one picture of a letter at a time, opened in the request, logged as read."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.people import Permission
from portal.review import letters
from portal.web import staff
from portal.web.desk.deeds import lock_for_reading
from portal.web.guards import desk
from portal.web.request import db

bp = Blueprint("pictures", __name__, url_prefix="/letters/<letter_id>/pictures")

bp.before_request(lock_for_reading)


@bp.get("/<picture_id>")
@desk(Permission.READ_LETTERS)
def show(letter_id: str, picture_id: str) -> ResponseReturnValue:
    """The picture itself, for this reader's eyes; no browser keeps it."""
    letter = letters.get_letter(db(), letter_id, staff_id=staff.somebody().id)
    jpeg = letters.read_picture(db(), letter, picture_id, reader=staff.reader())
    shown = Response(jpeg, mimetype="image/jpeg")
    shown.headers["Content-Disposition"] = "inline"
    return shown
