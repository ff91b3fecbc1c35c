"""How a resident's form arrived: its token, what looked odd, and what pays for it."""

from collections.abc import Iterator

from flask import request

from portal.entrances import Entrance
from portal.intake.budget import Flag
from portal.intake.receive import Arrival
from portal.web.guards import Token, token
from portal.web.limits import budget
from portal.web.puzzles import is_answered

HONEYPOT = "homepage"  # a field nobody sees; programs fill it in
FASTEST = 8  # seconds; nobody reads a page and writes an answer sooner


def arrival(entrance: Entrance) -> Arrival:
    """The arrival of this request's form.

    Raises ExpiredFormError.
    """
    sent = token()
    return Arrival(
        entrance=entrance,
        nonce=sent.nonce,
        flags=tuple(_odd(sent, entrance)),
        budget=budget(entrance, is_answered),
    )


def _odd(sent: Token, entrance: Entrance) -> Iterator[Flag]:
    if request.form.get(HONEYPOT):
        yield Flag.HONEYPOT
    if sent.seconds is not None and sent.seconds < FASTEST:
        yield Flag.SPEED
    if entrance.is_old:
        yield Flag.OLD_CODE
