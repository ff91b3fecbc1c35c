"""What a scanned code opens: the doors of one community at one entrance."""

import hmac
from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import entrances, vote
from portal.entrances import CODE_LENGTH, Entrance, WrongCodeError
from portal.kernel import codes, sealing
from portal.kernel.errors import ConflictError
from portal.rounds.phases import PublicAct
from portal.vote import VoteMode
from portal.web import limits
from portal.web.guards import is_of_this_page
from portal.web.limits import Guessed
from portal.web.rendering import kept_page, render
from portal.web.request import installation, now, reading, today

bp = Blueprint("hub", __name__)

WAIT, STALE = 5, 600  # seconds after which a waiting link opens, and opens no more
WAITED = "waited"


class GuessingError(ConflictError):
    """So many wrong codes came from one block that each further one waits."""

    sentence = "这个网络里刚才有很多输错的码。请等 5 秒，再点「接着打开」。"


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
    election = vote.find_election(reading(), entrance.round_id)
    return render(
        "public/hub/page.html",
        entrance=entrance,
        is_open_vote=election is not None and election.mode is VoteMode.OPEN,
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

    Raises WrongCodeError, WithdrawnCodeError, GuessingError.
    """
    _slow_guesses(code)
    with installation().lookups.connect() as connection:
        try:
            return entrances.entrance(connection, code)
        except WrongCodeError:
            limits.count_failure(Guessed.CODE)
            raise


def _slow_guesses(code: str) -> None:
    """After many wrong codes each further one has to be waited for; no thread waits.

    A form's token was made for its own page, so who sends one does not guess.
    """
    if request.method == "POST" and is_of_this_page():
        return
    if limits.failures(Guessed.CODE) <= limits.MOST_FAILURES:
        return
    began, _, mac = request.args.get(WAITED, "").partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(began, code).encode()):
        raise GuessingError
    if not WAIT <= int(now().timestamp()) - int(began) < STALE:
        raise GuessingError


def _mac(began: str, code: str) -> str:
    key = sealing.derive(installation().door.pepper, "waited for a code")
    return codes.base32(codes.mac(key, began.encode(), code.encode()), 16)


@bp.app_errorhandler(GuessingError)
def wait(refusal: GuessingError) -> ResponseReturnValue:
    """Say how long to wait, with the link that opens then."""
    code = (request.view_args or {}).get("code", "")
    began = str(int(now().timestamp()))
    there = f"{request.path}?{WAITED}={began}.{_mac(began, code)}"
    page = render("public/hub/wait.html", there=there, sentence=refusal.sentence)
    return page, 429, {"Retry-After": str(WAIT)}
