"""What a scanned code opens: the doors of one community at one entrance."""

from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import entrances
from portal.entrances import CODE_LENGTH, Entrance
from portal.kernel import codes
from portal.rounds.phases import PublicAct
from portal.web.rendering import kept_page, render
from portal.web.request import installation, today

bp = Blueprint("hub", __name__)


@bp.get("/Q/<code>")
@bp.get("/q/<code>")
def page(code: str) -> ResponseReturnValue:
    """Greet whoever scanned, and show what they can do in this phase."""
    found = kept_page("hub", lambda: _page(code))
    if request.method == "GET":  # a HEAD shows nobody anything
        installation().counter.opens[_counted(code)] += 1
    return found


def _page(code: str) -> str:
    entrance = entrance_of(code)
    return render(
        "public/hub/page.html",
        entrance=entrance,
        can={act.value: entrance.allows(act) for act in PublicAct},
        hours=installation().hours_of(entrance.opening_hours),
    )


def start(code: str) -> None:
    """Count that somebody began to write at this entrance."""
    if request.method == "GET":
        installation().counter.starts[_counted(code)] += 1


def _counted(code: str) -> tuple[str, date]:
    return codes.typed_code(code)[:CODE_LENGTH], today()


def entrance_of(code: str) -> Entrance:
    """The entrance of a code, from the database.

    Raises WrongCodeError, WithdrawnCodeError.
    """
    with installation().lookups.connect() as connection:
        return entrances.entrance(connection, code)
