"""How a resident's form arrived: its token, what looked odd, and what pays for it."""

from collections.abc import Callable, Iterator

from flask import request
from flask.typing import ResponseReturnValue

from portal.entrances import Entrance
from portal.intake.budget import Flag
from portal.intake.receive import AnswersError, Arrival, QuestionnaireChangedError
from portal.kernel.errors import Refusal
from portal.web.errors import status_of
from portal.web.guards import ExpiredFormError, Token, token
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


def taken(
    take: Callable[[], ResponseReturnValue], again: Callable[[Refusal], str]
) -> ResponseReturnValue:
    """What `take` answers; or `again` the form as it was typed, with what to mend."""
    try:
        return take()
    except (AnswersError, QuestionnaireChangedError, ExpiredFormError) as refusal:
        return again(refusal), status_of(refusal)


def _odd(sent: Token, entrance: Entrance) -> Iterator[Flag]:
    if request.form.get(HONEYPOT):
        yield Flag.HONEYPOT
    if sent.seconds is not None and sent.seconds < FASTEST:
        yield Flag.SPEED
    if entrance.is_old:
        yield Flag.OLD_CODE
