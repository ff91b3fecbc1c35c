"""Who is signed in on the desk, in this request, with their keys."""

from typing import cast

from flask import Response, g, request

from portal.kernel.sealing import KeyPair
from portal.people import Staff, sessions
from portal.review.letters import Reader
from portal.web.request import db, installation, now, today

COOKIE = "desk"


def signed_in() -> Staff | None:
    """The account of this request's cookie, if it holds."""
    if "staff" not in g:
        token = request.cookies.get(COOKIE, "")
        found = sessions.find(db(), token, now=now()) if token else None
        g.staff = found.staff if found else None
        g.pair = sessions.keys_in(found, token) if found else None
    return cast(Staff | None, g.staff)


def somebody() -> Staff:
    """The account of this request; only where the desk guard let it in."""
    staff = signed_in()
    if staff is None:
        message = "the desk guard is missing"
        raise RuntimeError(message)
    return staff


def reader() -> Reader:
    """The signed-in member with their opened keys."""
    return Reader(
        staff=somebody(),
        pair=cast(KeyPair, g.pair),
        keystore=installation().keystore,
        now=now(),
        today=today(),
    )


def start(response: Response, staff: Staff, pair: KeyPair) -> Response:
    """Sign in: the token goes to the browser and nowhere else."""
    token = sessions.begin(db(), staff, pair, now=now())
    is_https = installation().settings.base_url.startswith("https:")
    response.set_cookie(
        COOKIE, token, path="/desk", httponly=True, samesite="Strict", secure=is_https
    )
    return response


def finish(response: Response) -> Response:
    """Sign out."""
    sessions.end(db(), request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE, path="/desk")
    return response


def finish_elsewhere() -> None:
    """Sign this person out in every other browser."""
    token = request.cookies.get(COOKIE, "")
    sessions.end_others(db(), somebody().id, but=token)
